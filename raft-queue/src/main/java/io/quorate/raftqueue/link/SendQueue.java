package io.quorate.raftqueue.link;

import com.google.protobuf.MessageLite;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.stub.CallStreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be sent on one direction of a link. gRPC is given no more than it says it is ready
 * for, since whatever it is given it keeps in memory; the rest waits here.
 *
 * <pre>
 *   with room --more than the limit waits--> full --half of it has gone--> with room
 *   any --more than {@value #OVERFLOW_FACTOR} limits wait--> overflown
 * </pre>
 *
 * Who can wait asks first whether there is room. What cannot wait, answers and confirms, is taken
 * in beyond the limit; if that comes to be too much, the owner has to end the link. Thread-safe;
 * never blocks.
 */
final class SendQueue<M extends MessageLite> {

  private static final Logger LOG = LoggerFactory.getLogger(SendQueue.class);

  /** So many times the limit may wait, of what is not asked to wait. */
  static final int OVERFLOW_FACTOR = 4;

  /** What gRPC takes before it says that it is not ready, and at most one message more. */
  static final int READY_BYTES = 256 << 10;

  private final CallStreamObserver<M> out;
  private final long limitBytes;
  private final Runnable onRoom;

  // Guarded by this.
  private final ArrayDeque<M> waiting = new ArrayDeque<>();
  private final List<Runnable> forRoom = new ArrayList<>();
  private @Nullable M first;
  private long waitingBytes;
  private long progressNanos = System.nanoTime();
  private boolean closed;

  /** Too much waits: nothing more is taken in until the link has been ended. */
  private boolean overflowed;

  private volatile boolean full;

  /**
   * @param out {@link #drain} is to be called when it becomes ready
   * @param onRoom called when a full queue has room again; must not block
   */
  SendQueue(CallStreamObserver<M> out, long limitBytes, Runnable onRoom) {
    this.out = out;
    this.limitBytes = limitBytes;
    this.onRoom = onRoom;
  }

  boolean hasRoom() {
    return !full;
  }

  /** Whether there is room; if not, {@code resume} is run when there is, unless the link ends. */
  synchronized boolean hasRoomOr(Runnable resume) {
    if (full && !closed) {
      forRoom.add(resume);
      return false;
    }
    return true;
  }

  /**
   * Sends a message after those that wait.
   *
   * @return false if too much waits: the link is of no use any more, and is to be ended; what is
   *     sent until then is dropped
   * @throws RuntimeException if the stream has ended
   */
  synchronized boolean send(M message) {
    if (closed || overflowed) {
      return true;
    }
    if (nothingWaits() && out.isReady()) {
      out.onNext(message);
      return true;
    }
    waits();
    waiting.add(message);
    waitingBytes += message.getSerializedSize();
    full = full || waitingBytes > limitBytes;
    overflowed = waitingBytes > OVERFLOW_FACTOR * limitBytes && waiting.size() > 1;
    return !overflowed;
  }

  /** Sends a message before those that wait, and instead of an earlier one of this kind. */
  synchronized void sendFirst(M message) {
    if (closed) {
      return;
    }
    if (out.isReady()) {
      first = null;
      out.onNext(message);
    } else {
      waits();
      first = message;
    }
  }

  private boolean nothingWaits() {
    return first == null && waiting.isEmpty();
  }

  private void waits() {
    if (nothingWaits()) {
      progressNanos = System.nanoTime();
    }
  }

  /** The stream takes more: passes on what waits. */
  void drain() {
    List<Runnable> resumed = drainNow();
    if (resumed != null) {
      resumed.forEach(Runnable::run);
      onRoom.run();
    }
  }

  /** Who waited for room, if there is some again; else null. */
  private synchronized @Nullable List<Runnable> drainNow() {
    while (!closed && out.isReady() && !nothingWaits()) {
      progressNanos = System.nanoTime();
      M message = first;
      first = null;
      if (message == null) {
        message = waiting.remove();
        waitingBytes -= message.getSerializedSize();
      }
      try {
        out.onNext(message);
      } catch (RuntimeException e) {
        LOG.debug("a stream has ended before all that waited was sent", e);
        drop();
      }
    }
    if (!full || waitingBytes > limitBytes / 2) {
      return null;
    }
    full = false;
    List<Runnable> resumed = List.copyOf(forRoom);
    forRoom.clear();
    return resumed;
  }

  /** For how long nothing of what waits has been taken; 0 if nothing waits. */
  synchronized long stuckNanos() {
    return nothingWaits() ? 0 : System.nanoTime() - progressNanos;
  }

  synchronized long waitingBytes() {
    return waitingBytes;
  }

  /** Ends the stream, unless it has ended; what waits is dropped. */
  synchronized void close(Status status) {
    if (closed) {
      return;
    }
    drop();
    if (status.isOk()) {
      out.onCompleted();
    } else {
      out.onError(status.asRuntimeException());
    }
  }

  /** The stream has ended by itself; what waits is dropped. */
  synchronized void drop() {
    closed = true;
    full = false;
    waiting.clear();
    forRoom.clear();
    first = null;
    waitingBytes = 0;
  }
}
