package io.quorate.amqp.engine;

import io.quorate.amqp.engine.ConnectionEngine.State;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionCloseOk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a connection ends: by an error, by its client, by the server, or because its socket is gone.
 * Whichever comes first gives everything back that the connection holds, once.
 */
final class ConnectionShutdown {

  private static final Logger log = LoggerFactory.getLogger(ConnectionShutdown.class);

  private final ConnectionEngine connection;
  // null while this connection has declared no exclusive queue; else when the last is declared
  private @Nullable CompletableFuture<?> declarations;

  ConnectionShutdown(ConnectionEngine connection) {
    this.connection = connection;
  }

  /**
   * This connection declares an exclusive queue, which ends with it: deleted after it was declared,
   * even if the connection ends while the declaration is under way.
   */
  void declares(CompletableFuture<?> declaration) {
    CompletableFuture<?> earlier = declarations;
    CompletableFuture<?> settled = declaration.handle((done, error) -> Boolean.TRUE);
    declarations =
        earlier == null || earlier.isDone() ? settled : CompletableFuture.allOf(earlier, settled);
  }

  // ---- by an error

  /** Tells the client about an error: on its channel if that is enough, else on the connection. */
  void fail(ProtocolException error, @Nullable ChannelEngine channel) {
    if (!connection.listening()) {
      return;
    }
    if (channel != null && channel.isOpen() && !error.closesConnection()) {
      log.warn(
          "connection {} '{}', channel {} closed: {}",
          connection.peer().address(),
          connection.clientName(),
          channel.number(),
          error.replyText());
      channel.closeByError(error);
    } else {
      log.warn(
          "connection {} '{}' closed: {}",
          connection.peer().address(),
          connection.clientName(),
          error.replyText());
      close(error);
    }
  }

  /** Sends connection.close, discards what still comes and waits for the answer. */
  void close(ProtocolException error) {
    if (!connection.listening()) {
      return;
    }
    State before = connection.state();
    connection.moveTo(State.CLOSING);
    release();
    if (before == State.AWAITING_HEADER) {
      connection.transport().writeProtocolHeader();
      drop();
      return;
    }
    connection
        .transport()
        .writeMethod(
            0,
            new ConnectionClose(
                error.replyCode().code(), error.replyText(), error.classId(), error.methodId()));
    connection.transport().schedule(closeTimeoutMs(), this::drop);
  }

  void onHandshakeTimeout() {
    if (!connection.wasOpen() && connection.listening()) {
      log.warn(
          "connection {}: no connection.open in time, closing it", connection.peer().address());
      drop();
    }
  }

  // ---- by the client

  /** The client closes: answered when its deliveries are back and its exclusive queues gone. */
  void leave(ConnectionClose method) {
    connection.moveTo(State.LEAVING);
    Runnable answer =
        () -> {
          if (connection.state() == State.LEAVING) {
            connection.transport().writeMethod(0, new ConnectionCloseOk());
            connection.moveTo(State.CLOSED);
            // as in RabbitMQ: threads of a client that close at the same time all find their answer
            connection.transport().closeAfterPeer(closeTimeoutMs());
            log.info(
                "connection {} '{}' closed by the client: {} {}",
                connection.peer().address(),
                connection.clientName(),
                method.replyCode(),
                method.replyText().replaceAll("\\p{Cntrl}", "?"));
          }
        };
    connection.mailbox().post(release(), (done, error) -> answer.run());
    connection.transport().schedule(closeTimeoutMs(), answer);
  }

  /** The socket is gone. */
  void disconnected(String why) {
    State state = connection.state();
    if (state == State.CLOSED) {
      return;
    }
    if (state != State.CLOSING && connection.wasOpen()) {
      log.warn("connection {} '{}': {}", connection.peer().address(), connection.clientName(), why);
    } else if (!connection.wasOpen()) {
      log.debug("connection {}: {} before it was open", connection.peer().address(), why);
    }
    release();
    connection.moveTo(State.CLOSED);
  }

  // ---- by the server

  void byServer() {
    if (connection.state() == State.AWAITING_HEADER) {
      drop();
    } else if (connection.state() == State.CLOSED) {
      connection.transport().close();
    } else {
      close(Errors.shuttingDown());
    }
  }

  /** Ends the connection here: what was written is sent, then the socket closes. */
  void drop() {
    if (connection.state() == State.CLOSED) {
      return;
    }
    release();
    connection.moveTo(State.CLOSED);
    connection.transport().close();
  }

  private int closeTimeoutMs() {
    return connection.context().config().closeTimeoutMs();
  }

  /** Gives everything back; the future completes when all of it is. Repeated calls do nothing. */
  private CompletableFuture<?> release() {
    connection.gate().openForGood();
    connection.intake().stop();
    List<CompletableFuture<Void>> all = new ArrayList<>(connection.abandonChannels());
    CompletableFuture<?> declared = declarations;
    if (declared != null) {
      declarations = null;
      all.add(
          declared.thenCompose(
              done ->
                  ExclusiveQueues.delete(
                      connection.context().store(), connection.owner(), connection.transport())));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }
}
