package io.quorate.chaos.workload;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * One connection with one channel, whose beginning and end are in the history. It ends for good
 * when the node does. Thread-safe as the client's channel is.
 */
final class Link implements AutoCloseable {

  private static final int CLOSE_TIMEOUT_MS = 3000;

  private final HistoryWriter history;
  private final String process;
  private final int node;
  private final int number;
  private final Connection connection;
  private final Channel channel;
  private final AtomicBoolean ended = new AtomicBoolean();

  private Link(
      HistoryWriter history,
      String process,
      int node,
      int number,
      Connection connection,
      Channel channel) {
    this.history = history;
    this.process = process;
    this.node = node;
    this.number = number;
    this.connection = connection;
    this.channel = channel;
  }

  /** Connects a process to a node. */
  static Link open(Access access, String process, int node) throws IOException, TimeoutException {
    HistoryWriter history = access.history();
    Event open =
        Event.of(EventType.INVOKE, Kind.OPEN, history.nextOperation())
            .by(process, node, history.nextChannel());
    history.record(open);
    try {
      Connection connection = factory(access.uris().apply(node)).newConnection(process);
      try {
        Channel channel = connection.createChannel();
        Link link = new Link(history, process, node, open.channel(), connection, channel);
        channel.addShutdownListener(link::ended);
        history.record(open.then(EventType.OK));
        return link;
      } catch (IOException | RuntimeException e) {
        connection.abort(CLOSE_TIMEOUT_MS);
        throw e;
      }
    } catch (IOException | TimeoutException | RuntimeException e) {
      history.record(open.then(EventType.FAIL).detail(e.toString()));
      throw e;
    }
  }

  private static ConnectionFactory factory(String uri) throws IOException {
    ConnectionFactory factory = new ConnectionFactory();
    try {
      factory.setUri(uri);
    } catch (URISyntaxException | GeneralSecurityException e) {
      throw new IOException("not a URI: " + uri, e);
    }
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setRequestedHeartbeat(5);
    factory.setConnectionTimeout(3000);
    factory.setHandshakeTimeout(10_000);
    factory.setChannelRpcTimeout(20_000);
    return factory;
  }

  Channel channel() {
    return channel;
  }

  int node() {
    return node;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** The first event of a new operation of this process on this channel. */
  Event invoke(Kind kind) {
    return Event.of(EventType.INVOKE, kind, history.nextOperation()).by(process, node, number);
  }

  /** What is asked of the broker, and answered. */
  interface Call {
    Object run() throws IOException;
  }

  /** Makes a call that an event begins, and writes both down; unknown if it does not come back. */
  void call(Event event, Call call) throws IOException {
    call(event, call, failure -> false);
  }

  /**
   * As {@link #call}, for a consumer: that it is refused, since somebody has the queue to himself,
   * is certain.
   */
  void consume(Event event, Call call) throws IOException {
    call(event, call, Link::isRefusal);
  }

  private void call(Event event, Call call, Predicate<IOException> refused) throws IOException {
    history.record(event);
    EventType outcome = EventType.INFO;
    try {
      call.run();
      outcome = EventType.OK;
    } catch (IOException e) {
      outcome = refused.test(e) ? EventType.FAIL : EventType.INFO;
      throw e;
    } finally {
      history.record(event.then(outcome));
    }
  }

  /** Whether a channel was closed since a queue is in exclusive use. */
  static boolean isRefusal(IOException e) {
    return e.getCause() instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Channel.Close close
        && close.getReplyCode() == AMQP.ACCESS_REFUSED;
  }

  private void ended(ShutdownSignalException signal) {
    if (ended.compareAndSet(false, true)) {
      history.record(invoke(Kind.CLOSE).then(EventType.INFO).detail(reason(signal)));
    }
  }

  private static String reason(ShutdownSignalException signal) {
    Throwable cause = signal.getCause();
    return cause == null ? String.valueOf(signal.getReason()) : cause.toString();
  }

  /** Ends the channel and the connection in an orderly way, if they are still there. */
  @Override
  public void close() {
    end(() -> connection.close(CLOSE_TIMEOUT_MS));
  }

  /** Ends the connection without a goodbye. */
  void cut() {
    end(() -> connection.abort(0));
  }

  private interface Ending {
    void run() throws IOException;
  }

  private void end(Ending ending) {
    boolean ours = ended.compareAndSet(false, true);
    Event close = invoke(Kind.CLOSE);
    if (ours) {
      history.record(close);
    }
    EventType outcome = EventType.OK;
    try {
      ending.run();
    } catch (IOException | ShutdownSignalException e) {
      outcome = EventType.INFO;
    }
    if (ours) {
      history.record(close.then(outcome));
    }
    connection.abort(CLOSE_TIMEOUT_MS);
  }
}
