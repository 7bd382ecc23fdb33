package io.quorate.raftqueue.store;

import io.quorate.link.v1.Ping;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a node is short of, so that publishers of the whole cluster wait. */
enum Alarm {
  MEMORY,
  DISK;

  /** {@code memory} or {@code disk}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As it is told to other nodes. */
  static Ping ping(Set<Alarm> alarms) {
    return Ping.newBuilder()
        .setAlarm(!alarms.isEmpty())
        .setDiskAlarm(alarms.contains(DISK))
        .setMemoryAlarm(alarms.contains(MEMORY))
        .build();
  }

  /** As another node tells it; one that does not say which alarm it has knows memory only. */
  static Set<Alarm> of(Ping ping) {
    Set<Alarm> alarms = EnumSet.noneOf(Alarm.class);
    if (ping.getDiskAlarm()) {
      alarms.add(DISK);
    }
    if (ping.getMemoryAlarm() || (ping.getAlarm() && !ping.getDiskAlarm())) {
      alarms.add(MEMORY);
    }
    return alarms;
  }

  /** {@code "low on memory and disk"} and the like. */
  static String text(Set<Alarm> alarms) {
    return "low on " + String.join(" and ", labels(alarms));
  }

  /** Their labels, memory first. */
  static List<String> labels(Set<Alarm> alarms) {
    return alarms.stream().sorted().map(Alarm::label).toList();
  }
}
