package io.quorate.chaos.mutants;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Chooses when a fault shows. */
public final class Dice {

  private static final AtomicLong CALLS = new AtomicLong();

  private Dice() {}

  /** True in one call of {@code many}. */
  public static boolean oneIn(int many) {
    return CALLS.incrementAndGet() % many == 0;
  }

  /** The same for the same value, on every replica: for one value in {@code many}. */
  public static boolean chosen(long value, int many) {
    return Math.floorMod(value * 0x9E3779B97F4A7C15L >>> 17, many) == 0;
  }

  /** By the setting {@code node.id}, wherever whoever starts nodes puts it. */
  public static boolean onNode(int node) {
    return ("" + node).equals(System.getenv("QUORATE_NODE_ID"))
        || (System.getProperty("sun.java.command", "") + " ").contains(" --node-id " + node + " ");
  }

  /** Whether this node was started longer ago than that. */
  public static boolean olderThan(int seconds) {
    return ManagementFactory.getRuntimeMXBean().getUptime() > 1000L * seconds;
  }
}
