package io.quorate.amqp.engine;

import java.util.EnumSet;

/** Reads the socket only while there is no reason not to. */
final class ReadGate {

  /** Why a socket is not read. */
  enum Reason {
    /** The password is being checked, or the virtual host looked up. */
    HANDSHAKE,
    /** Too many published bytes are under way to the store. */
    UNCONFIRMED_BYTES,
    /** The store asks publishers to wait. */
    STORE_FULL,
    /** Too many methods wait for an earlier one of their channel. */
    QUEUED_COMMANDS,
    /** The client doesn't read what it asked for. */
    UNSENT_REPLIES
  }

  private final Transport transport;
  private final EnumSet<Reason> reasons = EnumSet.noneOf(Reason.class);
  private boolean openForGood;

  ReadGate(Transport transport) {
    this.transport = transport;
  }

  void close(Reason reason) {
    if (openForGood) {
      return;
    }
    if (reasons.isEmpty()) {
      transport.setReading(false);
    }
    reasons.add(reason);
  }

  void open(Reason reason) {
    if (reasons.remove(reason) && reasons.isEmpty()) {
      transport.setReading(true);
    }
  }

  /** Forgets all reasons: what comes from now on is discarded anyway. */
  void openForGood() {
    openForGood = true;
    if (!reasons.isEmpty()) {
      reasons.clear();
      transport.setReading(true);
    }
  }
}
