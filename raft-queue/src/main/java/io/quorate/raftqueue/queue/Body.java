package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;

/**
 * A message as it was published, in memory or paged, with a count of the places in queues that hold
 * it. There may be millions of them: 24 bytes each.
 *
 * <p>Changed by the thread that owns the state. A snapshot reads it on another ({@link
 * #message(Pages.Reader)}).
 */
public class Body {

  /** Objects and references around a message in memory; measured with a short routing key. */
  private static final long OVERHEAD_BYTES = 256;

  /** A {@link StoredMessage}, or the {@link Pages.PageFile} that has it in {@link #slot}. */
  private Object content;

  private int slot;
  private int holders;

  /** A body that only one place can hold. */
  Body(StoredMessage message) {
    this.content = message;
  }

  /** A body that several places may hold. */
  static final class Shared extends Body {
    Shared(StoredMessage message) {
      super(message);
    }
  }

  /** The message, read back if it is paged. */
  public StoredMessage message() {
    return content instanceof StoredMessage message
        ? message
        : ((Pages.PageFile) content).read(slot);
  }

  /** The message; on any thread, if what was paged has been pinned. */
  StoredMessage message(Pages.Reader reader) {
    Object where;
    int index;
    synchronized (this) {
      where = content;
      index = slot;
    }
    return where instanceof StoredMessage message
        ? message
        : reader.read((Pages.PageFile) where, index);
  }

  public boolean isPaged() {
    return !(content instanceof StoredMessage);
  }

  /** What it counts against memory while it is there, in bytes; the same while it is paged. */
  public long sizeBytes() {
    return content instanceof StoredMessage message
        ? sizeBytes(message)
        : ((Pages.PageFile) content).sizeBytes(slot);
  }

  static long sizeBytes(StoredMessage message) {
    return OVERHEAD_BYTES + message.getProperties().size() + message.getBody().size();
  }

  /** Bytes of body and properties alone. */
  long payloadBytes() {
    return sizeBytes() - OVERHEAD_BYTES;
  }

  /** It has been written; where it was before, if it was paged, is given up. */
  public void movedTo(Pages.PageFile file, int newSlot) {
    Object before = content;
    int oldSlot = slot;
    synchronized (this) {
      content = file;
      slot = newSlot;
    }
    if (before instanceof Pages.PageFile old) {
      old.release(oldSlot);
    }
  }

  /** One more place holds it; true if it is the first. */
  boolean hold() {
    return holders++ == 0;
  }

  /**
   * One place less holds it; true if it was the last. The content stays for snapshots that refer to
   * it.
   */
  boolean letGo() {
    return --holders == 0;
  }

  /** Gives up its page, if it has one. */
  void releasePage() {
    if (content instanceof Pages.PageFile file) {
      file.release(slot);
    }
  }
}
