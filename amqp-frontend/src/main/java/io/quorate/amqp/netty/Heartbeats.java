package io.quorate.amqp.netty;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Heartbeats of a connection (specification 4.2.7): sends one when nothing was written for half the
 * interval, and gives up on a peer that was silent for two intervals. A socket that is deliberately
 * not read is not silent.
 */
final class Heartbeats {

  // ticks come every half interval
  private static final int SILENT_TICKS = 4;

  private final EventLoop loop;
  private final Runnable send;
  private final Runnable giveUp;
  private @Nullable Future<?> ticks;
  private boolean wrote;
  private boolean read;
  private boolean reading = true;
  private int silentTicks;

  Heartbeats(EventLoop loop, Runnable send, Runnable giveUp) {
    this.loop = loop;
    this.send = send;
    this.giveUp = giveUp;
  }

  void start(int intervalSeconds) {
    if (intervalSeconds > 0) {
      long halfMs = Math.max(500, intervalSeconds * 1000L / 2);
      ticks = loop.scheduleAtFixedRate(this::tick, halfMs, halfMs, TimeUnit.MILLISECONDS);
    }
  }

  void stop() {
    Future<?> running = ticks;
    if (running != null) {
      running.cancel(false);
      ticks = null;
    }
  }

  void onWritten() {
    wrote = true;
  }

  void onRead() {
    read = true;
  }

  void setReading(boolean reads) {
    reading = reads;
  }

  private void tick() {
    if (!wrote) {
      send.run();
    }
    wrote = false;
    silentTicks = read || !reading ? 0 : silentTicks + 1;
    read = false;
    if (silentTicks >= SILENT_TICKS) {
      stop();
      giveUp.run();
    }
  }
}
