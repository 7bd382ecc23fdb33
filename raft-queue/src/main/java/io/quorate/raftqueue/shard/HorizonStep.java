package io.quorate.raftqueue.shard;

import java.util.concurrent.TimeUnit;

/**
 * How far ahead of its deliveries a queue's horizon is raised. Raising it takes an entry of the
 * log, so a queue can deliver no more than a step in the time of one: the step grows while
 * deliveries have to wait for it, and shrinks when they do not, since after a failover all that may
 * have been delivered is flagged. Loop thread only.
 */
final class HorizonStep {

  /** It shrinks by this part each time that nothing had to wait. */
  private static final int SHRINKS_BY = 8;

  /** Who needs no more than a step in this time needs no long one. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int least;
  private final int most;
  private int messages;
  private long askedAtNanos;
  private boolean late;
  private boolean waited;

  /** Both in messages; {@code most} counts for {@code least} where it is smaller. */
  HorizonStep(int least, int most) {
    this.least = least;
    this.most = Math.max(least, most);
    this.messages = least;
  }

  /** In messages. */
  int messages() {
    return messages;
  }

  /** A delivery waits for the horizon that was asked for last. */
  void isWaitedFor() {
    waited |= !late; // a longer step would not have helped
  }

  /**
   * The horizon is asked for once more.
   *
   * @param behind whether deliveries had come to it before anything was asked for
   * @return how far it is raised now
   */
  int next(long nowNanos, boolean behind) {
    if (nowNanos - askedAtNanos > SLOW_NANOS) {
      messages = least;
    } else if (waited) {
      messages = Math.min(most, 2 * messages);
    } else {
      messages = Math.max(least, messages - messages / SHRINKS_BY);
    }
    askedAtNanos = nowNanos;
    late = behind;
    waited = false;
    return messages;
  }
}
