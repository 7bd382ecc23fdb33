package io.quorate.raftqueue.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/** A side of a link that reads only what it is told to, and keeps what it has read. */
abstract class DeafStream<T> implements StreamObserver<T> {

  /** What a stream of HTTP/2 takes before the receiver asks for more. */
  static final int WINDOW = 512 << 10;

  private final BlockingQueue<T> received = new LinkedBlockingQueue<>();
  private volatile boolean over;

  /** Waits for the next message of a kind; those before it are passed over. */
  final T next(Predicate<T> wanted) throws InterruptedException {
    while (true) {
      T message = received.poll(30, TimeUnit.SECONDS);
      assertThat(message).isNotNull();
      if (wanted.test(message)) {
        return message;
      }
    }
  }

  @Override
  public final void onNext(T message) {
    received.add(message);
  }

  /** Whether the other side has ended it. */
  final boolean isOver() {
    return over;
  }

  @Override
  public final void onError(Throwable failure) {
    over = true;
  }

  @Override
  public final void onCompleted() {
    over = true;
  }
}
