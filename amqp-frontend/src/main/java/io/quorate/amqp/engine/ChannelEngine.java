package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ChannelClose;
import io.quorate.amqp.protocol.method.ChannelCloseOk;
import io.quorate.raftqueue.api.QueueStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A channel of a connection.
 *
 * <pre>
 * OPEN     -> CLOSING   an error: channel.close is sent, everything but close and close-ok is ignored
 * OPEN     -> CLOSED    the client closes the channel, or the connection ends
 * CLOSING  -> CLOSED    close-ok, or the connection ends
 * </pre>
 *
 * Methods take effect in the order they come: while one waits for the store, later ones of this
 * channel wait in the inbox, and other channels go on. A synchronous method is answered only when
 * all earlier acks of the channel are on a majority's disks.
 */
final class ChannelEngine {

  enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  /** A command that waits for an earlier one, and what it takes beside published messages. */
  private record Queued(@Nullable Method method, int octets, Runnable command) {}

  private final int number;
  private final ConnectionEngine connection;
  private final Settlements settlements;
  private final Publishing publishing;
  private final Consuming consuming;
  private final Transaction transaction;
  private final DirectReplies replies;
  private final MethodHandlers handlers;
  private final ArrayDeque<Queued> inbox = new ArrayDeque<>();
  private State state = State.OPEN;
  private boolean busy;
  // the client's channel.close has come, though it may still wait in the inbox
  private boolean closeQueued;
  private @Nullable Runnable heldAnswer;
  private @Nullable Method current;
  private @Nullable CompletableFuture<Void> released;
  boolean dirty;

  ChannelEngine(int number, ConnectionEngine connection) {
    this.number = number;
    this.connection = connection;
    EngineContext context = connection.context();
    this.settlements =
        new Settlements(context.store(), context.metrics(), connection.mailbox(), this::onSettled);
    this.publishing = new Publishing(this);
    this.consuming = new Consuming(this, settlements);
    this.transaction = new Transaction(this);
    this.replies = new DirectReplies(this);
    this.handlers = new MethodHandlers(this);
  }

  int number() {
    return number;
  }

  ConnectionEngine connection() {
    return connection;
  }

  QueueStore store() {
    return connection.context().store();
  }

  Publishing publishing() {
    return publishing;
  }

  Consuming consuming() {
    return consuming;
  }

  Transaction transaction() {
    return transaction;
  }

  DirectReplies replies() {
    return replies;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  // ---- input

  /**
   * @param octets of the method's frame
   */
  void onMethod(Method method, int octets) {
    if (state != State.OPEN) {
      onMethodWhileClosing(method);
      return;
    }
    publishing.requireNoContentExpected();
    if (method instanceof BasicPublish publish) {
      publishing.begin(publish);
    } else {
      closeQueued |= method instanceof ChannelClose;
      submit(method, octets, () -> handlers.handle(method));
    }
  }

  void onContentHeader(ByteBuffer payload) {
    if (state == State.OPEN) {
      publishing.onHeader(payload);
    }
  }

  void onContentBody(ByteString part) {
    if (state == State.OPEN) {
      publishing.onBody(part);
    }
  }

  private void onMethodWhileClosing(Method method) {
    if (state == State.CLOSING && method instanceof ChannelCloseOk) {
      state = State.CLOSED;
      connection.forget(this);
    } else if (state == State.CLOSING && method instanceof ChannelClose) {
      // both sides close at once: the client's close is answered, its close-ok is still to come
      connection.transport().writeMethod(number, new ChannelCloseOk());
    }
  }

  /**
   * Runs a command, after those before it.
   *
   * @param octets what the command counts while it waits; 0 if it is counted elsewhere
   */
  void submit(@Nullable Method method, int octets, Runnable command) {
    if (busy || !inbox.isEmpty()) {
      inbox.add(new Queued(method, octets, command));
      connection.intake().commandQueued(octets);
    } else {
      run(method, command);
    }
  }

  private void run(@Nullable Method method, Runnable command) {
    current = method;
    try {
      command.run();
    } catch (ProtocolException e) {
      connection.fail(method == null ? e : e.at(method.methodType()), this);
    }
  }

  private void runInbox() {
    while (!busy && state == State.OPEN) {
      Queued next = inbox.poll();
      if (next == null) {
        break;
      }
      connection.intake().commandTaken(next.octets());
      run(next.method(), next.command());
    }
  }

  // ---- for the handlers

  /** The method that is being executed, named in errors. */
  @Nullable Method current() {
    return current;
  }

  /** Lets later methods of this channel wait until the future is complete. */
  <T> void await(CompletableFuture<T> future, java.util.function.Consumer<? super T> then) {
    await(future, then, late -> {});
  }

  /**
   * Lets later methods of this channel wait until the future is complete; an error of the store
   * becomes the client's.
   *
   * @param tooLate takes the result if the channel is gone by then
   */
  <T> void await(
      CompletableFuture<T> future,
      java.util.function.Consumer<? super T> then,
      java.util.function.Consumer<? super T> tooLate) {
    awaitOutcome(
        future,
        (value, error) -> {
          if (error != null) {
            throw Errors.fromStore(error);
          }
          then.accept(Objects.requireNonNull(value));
        },
        tooLate);
  }

  /** {@link #await} for a future without a value. */
  void awaitDone(CompletableFuture<?> future, Runnable then) {
    await(future.thenApply(nothing -> Boolean.TRUE), done -> then.run());
  }

  /** {@link #await} that hands errors on as well. */
  <T> void awaitOutcome(
      CompletableFuture<T> future,
      java.util.function.BiConsumer<? super @Nullable T, ? super @Nullable Throwable> then,
      java.util.function.Consumer<? super T> tooLate) {
    busy = true;
    connection
        .mailbox()
        .post(
            future,
            (value, error) -> {
              if (state != State.OPEN) {
                if (value != null) {
                  tooLate.accept(value);
                }
                return;
              }
              busy = false;
              run(current, () -> then.accept(value, error));
              runInbox();
            });
  }

  /** Answers a synchronous method, once all earlier acks are certain. */
  void reply(Method method) {
    answer(() -> connection.transport().writeMethod(number, method));
  }

  /** {@link #reply}, if the client wants an answer. */
  void replyUnless(boolean noWait, Method method) {
    if (!noWait) {
      reply(method);
    }
  }

  /** Runs {@code write} once all earlier acks are certain; later methods wait until then. */
  void answer(Runnable write) {
    if (settlements.allCertain()) {
      write.run();
    } else {
      settlements.flush(true);
      busy = true;
      heldAnswer = write;
    }
  }

  /** Asks for {@link #onBurstEnd}. */
  void touch() {
    if (!dirty) {
      dirty = true;
      connection.touched(this);
    }
  }

  /** Sends the acks gathered so far: what follows must come after them, and its answer waits. */
  void flushSettlements() {
    settlements.flush(true);
  }

  // ---- events

  private void onSettled(boolean certain) {
    if (!certain) {
      connection.fail(Errors.shuttingDown(), null);
    }
    completeReleaseIfDone();
    Runnable answer = heldAnswer;
    if (answer != null && settlements.allCertain()) {
      heldAnswer = null;
      busy = false;
      run(current, answer);
      runInbox();
    }
  }

  /** What was gathered during a burst goes out. */
  void onBurstEnd() {
    dirty = false;
    settlements.flush(false);
    if (state == State.OPEN) {
      publishing.flushConfirms();
      consuming.grantCredit();
    }
  }

  /** The socket takes data again. */
  void onWritable() {
    if (state == State.OPEN) {
      consuming.wantCreditForAll();
    }
  }

  // ---- the end

  /** The client closes the channel: answered when its deliveries are back in their queues. */
  void closeByClient() {
    publishing.flushConfirms();
    state = State.CLOSED;
    CompletableFuture<Void> released = release();
    connection
        .mailbox()
        .post(
            released,
            (done, error) -> {
              connection.transport().writeMethod(number, new ChannelCloseOk());
              connection.forget(this);
            });
  }

  /** Closes the channel because of an error of its client. */
  void closeByError(ProtocolException error) {
    publishing.flushConfirms();
    state = State.CLOSING;
    connection
        .transport()
        .writeMethod(
            number,
            new ChannelClose(
                error.replyCode().code(), error.replyText(), error.classId(), error.methodId()));
    if (closeQueued) {
      connection.transport().writeMethod(number, new ChannelCloseOk());
    }
    release();
  }

  /** The connection ends. The future completes when the deliveries are back in their queues. */
  CompletableFuture<Void> abandon() {
    state = State.CLOSED;
    CompletableFuture<Void> underWay = released;
    return underWay == null ? release() : underWay;
  }

  private CompletableFuture<Void> release() {
    inbox.forEach(queued -> connection.intake().commandTaken(queued.octets()));
    inbox.clear();
    heldAnswer = null;
    publishing.abandon();
    transaction.abandon();
    CompletableFuture<Void> done = new CompletableFuture<>();
    released = done;
    consuming.release(this::completeReleaseIfDone);
    return done;
  }

  private void completeReleaseIfDone() {
    CompletableFuture<Void> waiting = released;
    if (waiting != null && consuming.isReleased() && settlements.allCertain()) {
      waiting.complete(null);
    }
  }
}
