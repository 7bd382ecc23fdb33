package io.quorate.raftqueue.simulation;

/** A client has a message and has not answered for it. */
final class Hold {
  final Object holder;
  final SimProcess process;
  final long since;
  String epoch;

  /** How often the message had changed hands when it was sent. */
  final int hands;

  Hold(Object holder, SimProcess process, long since, String epoch, int hands) {
    this.holder = holder;
    this.process = process;
    this.since = since;
    this.epoch = epoch;
    this.hands = hands;
  }

  /** Its holder, as leaders name it. */
  String key() {
    return key(holder, process);
  }

  static String key(Object holder, SimProcess process) {
    return holder instanceof SimConsumer consumer ? consumer.key() : process + "/get";
  }
}
