package io.quorate.amqp.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What one socket is to do later. It ends with the socket: a timer that waited for its time would
 * keep all that its connection ever held in memory, for a server with many short connections more
 * than for those that are open. For the socket's event loop only.
 */
final class SocketTimers {

  private final EventLoop loop;
  private final Set<ScheduledFuture<?>> waiting = new HashSet<>();
  private boolean cancelled;

  SocketTimers(EventLoop loop) {
    this.loop = loop;
  }

  /** Runs the task after so many milliseconds, if the socket is still there. */
  void schedule(long delayMs, Runnable task) {
    if (cancelled) {
      return;
    }
    ScheduledFuture<?> timer = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    waiting.add(timer);
    timer.addListener(done -> waiting.remove(timer));
  }

  /** The socket is gone. */
  void cancelAll() {
    cancelled = true;
    // a cancelled timer takes itself out of the set
    Set.copyOf(waiting).forEach(timer -> timer.cancel(false));
  }
}
