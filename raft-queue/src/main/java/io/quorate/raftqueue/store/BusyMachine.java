package io.quorate.raftqueue.store;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;

/**
 * Says how long it pays to wait for company before more work is begun: not at all while the machine
 * (or the container) has processor time to spare, longer and longer when it has none left, since
 * then larger batches make everything cheaper, and whoever waits would wait anyway. Read by any
 * thread.
 */
final class BusyMachine {

  /** Load of the processors, 0 to 1, from which on waiting pays, and at which it pays most. */
  private static final double BUSY = 0.80;

  private static final double FULL = 0.95;

  /** How much of the estimate the newest look is. */
  private static final double WEIGHT = 0.3;

  private final DoubleSupplier load;
  private final long maxNanos;
  private double smoothed;
  private volatile long patienceNanos;

  /**
   * @param maxMicros the longest wait
   */
  BusyMachine(int maxMicros) {
    this(maxMicros, BusyMachine::cpuLoad);
  }

  /**
   * @param load of all processors, 0 to 1; negative if not known
   */
  BusyMachine(int maxMicros, DoubleSupplier load) {
    this.maxNanos = maxMicros * 1_000L;
    this.load = load;
  }

  private static double cpuLoad() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getCpuLoad()
        : -1;
  }

  /** Looks at the machine; some times a second, by one thread. */
  void look() {
    double now = load.getAsDouble();
    if (now >= 0 && maxNanos > 0) {
      smoothed += WEIGHT * (now - smoothed);
      double part = Math.max(0, Math.min(1, (smoothed - BUSY) / (FULL - BUSY)));
      patienceNanos = (long) (maxNanos * part);
    }
  }

  long patienceNanos() {
    return patienceNanos;
  }
}
