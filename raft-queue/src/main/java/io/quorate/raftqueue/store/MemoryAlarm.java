package io.quorate.raftqueue.store;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what messages take of a node's memory: an alarm goes on above the limit, and off again a
 * tenth below it. For one thread.
 */
final class MemoryAlarm {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryAlarm.class);

  private final LongSupplier residentBytes;
  private final long limitBytes;
  private final Hysteresis alarm;

  MemoryAlarm(LongSupplier residentBytes, long limitBytes) {
    this.residentBytes = residentBytes;
    this.limitBytes = limitBytes;
    this.alarm = new Hysteresis(bytes -> bytes > limitBytes, bytes -> bytes < limitBytes * 9 / 10);
  }

  /** Looks at the memory; answers whether it is short. */
  boolean look() {
    long bytes = residentBytes.getAsLong();
    switch (alarm.see(bytes)) {
      case ON ->
          LOG.warn(
              "messages in memory: {} MiB, more than the {} MiB allowed; publishers wait",
              bytes >> 20,
              limitBytes >> 20);
      case OFF -> LOG.info("messages in memory: {} MiB; publishers go on", bytes >> 20);
      case NONE -> {}
    }
    return alarm.isOn();
  }
}
