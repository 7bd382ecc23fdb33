package io.quorate.amqp.engine;

import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.engine.ConnectionEngine.State;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionOpenOk;
import io.quorate.amqp.protocol.method.ConnectionStart;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTune;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The start of a connection: start, tune, open (specification 2.2.4), and what it settled. */
final class Handshake {

  private static final Logger log = LoggerFactory.getLogger(Handshake.class);

  private static final Map<String, @Nullable Object> CAPABILITIES =
      Map.of(
          "publisher_confirms", true,
          "exchange_exchange_bindings", true,
          "basic.nack", true,
          "consumer_cancel_notify", true,
          "connection.blocked", true,
          "consumer_priorities", true,
          "authentication_failure_close", true,
          "per_consumer_qos", true,
          "direct_reply_to", true);

  /**
   * What clients look at to tell whose extensions and semantics they deal with: Celery and kombu,
   * for one, take {@code basic.qos} to mean what the specification says, and never raise the
   * prefetch of running consumers, unless the product is RabbitMQ and not an old one. Who we are is
   * said by {@code information} and {@code quorate_version}.
   */
  private static final String COMPATIBLE_PRODUCT = "RabbitMQ";

  private static final String COMPATIBLE_VERSION = "4.1.0";

  private final ConnectionEngine connection;
  private final EngineContext context;
  private Map<String, @Nullable Object> clientProperties = Map.of();
  private String user = "";
  private String vhost = "";
  private int channelMax;

  Handshake(ConnectionEngine connection) {
    this.connection = connection;
    this.context = connection.context();
    this.channelMax = context.config().channelMax();
  }

  String user() {
    return user;
  }

  String vhost() {
    return vhost;
  }

  int channelMax() {
    return channelMax;
  }

  /** Whether the client said that it has a capability. */
  boolean clientCan(String capability) {
    return clientProperties.get("capabilities") instanceof Map<?, ?> capabilities
        && Boolean.TRUE.equals(capabilities.get(capability));
  }

  /** What the client calls itself, for logs. */
  String clientName() {
    Object name = clientProperties.get("connection_name");
    Object product = clientProperties.get("product");
    String said =
        name instanceof String ? (String) name : product instanceof String ? (String) product : "";
    // control characters must not forge log lines
    return said.replaceAll("\\p{Cntrl}", "?");
  }

  void start() {
    connection
        .transport()
        .writeMethod(
            0,
            new ConnectionStart(
                ProtocolConstants.MAJOR,
                ProtocolConstants.MINOR,
                serverProperties(),
                SaslResponse.MECHANISMS,
                "en_US"));
  }

  private Map<String, @Nullable Object> serverProperties() {
    return Map.of(
        "product",
        COMPATIBLE_PRODUCT,
        "version",
        COMPATIBLE_VERSION,
        "platform",
        "Java",
        "information",
        "Quorate, which speaks AMQP 0-9-1 as " + COMPATIBLE_PRODUCT + " " + COMPATIBLE_VERSION,
        "quorate_version",
        context.version(),
        "capabilities",
        CAPABILITIES);
  }

  void onMethod(Method method) {
    State state = connection.state();
    if (state == State.STARTING && method instanceof ConnectionStartOk startOk) {
      startOk(startOk);
    } else if (state == State.TUNING && method instanceof ConnectionTuneOk tuneOk) {
      tuneOk(tuneOk);
    } else if (state == State.OPENING && method instanceof ConnectionOpen open) {
      open(open);
    } else {
      throw ProtocolException.connection(
              ReplyCode.COMMAND_INVALID,
              "%s while the connection is %s".formatted(method.name(), state))
          .at(method.methodType());
    }
  }

  // ---- start-ok

  private void startOk(ConnectionStartOk method) {
    clientProperties = method.clientProperties();
    SaslResponse response = SaslResponse.parse(method.mechanism(), method.response());
    user = response.user();
    connection.waitInHandshake(State.SECURING);
    if (context.config().loopbackUsers().contains(user) && !connection.peer().loopback()) {
      refuse(method.mechanism(), "this user may only connect from this machine");
      return;
    }
    connection
        .mailbox()
        .post(
            CompletableFuture.supplyAsync(
                () ->
                    context
                        .store()
                        .definitions()
                        .authenticate(response.user(), response.password()),
                context.passwordChecks()),
            (right, error) -> {
              if (connection.state() != State.SECURING) {
                return;
              }
              if (error != null) {
                throw new IllegalStateException("the password check failed", error);
              }
              if (Boolean.TRUE.equals(right)) {
                tune();
                connection.goOnWithHandshake();
              } else {
                refuse(method.mechanism(), "unknown user or wrong password");
              }
            });
  }

  private void refuse(String mechanism, String why) {
    log.warn(
        "connection {}: login of user '{}' refused: {}",
        connection.peer().address(),
        user.replaceAll("\\p{Cntrl}", "?"),
        why);
    ProtocolException refusal =
        ProtocolException.connection(
            ReplyCode.ACCESS_REFUSED,
            "Login was refused using authentication mechanism %s. For details see the broker"
                    .formatted(mechanism)
                + " logfile.");
    if (clientCan("authentication_failure_close")) {
      connection.shutdown().close(refusal);
    } else {
      connection.shutdown().drop();
    }
  }

  // ---- tune

  private void tune() {
    FrontendConfig config = context.config();
    connection.moveTo(State.TUNING);
    connection
        .transport()
        .writeMethod(
            0,
            new ConnectionTune(
                config.channelMax(), config.frameMaxBytes(), config.heartbeatSeconds()));
  }

  private void tuneOk(ConnectionTuneOk method) {
    FrontendConfig config = context.config();
    negotiated("channel_max", method.channelMax(), 1, config.channelMax());
    negotiated(
        "frame_max", method.frameMax(), FrontendConfig.MIN_FRAME_MAX_BYTES, config.frameMaxBytes());
    channelMax = method.channelMax();
    connection.transport().tune((int) method.frameMax(), method.heartbeat());
    connection.moveTo(State.OPENING);
  }

  /** A client may go below what the server proposed, not above; 0 would be no limit. */
  private static void negotiated(String name, long value, long least, long most) {
    if (value != 0 && value < least) {
      throw ProtocolException.connection(
          ReplyCode.NOT_ALLOWED,
          "negotiated %s = %d is lower than the minimum allowed value (%d)"
              .formatted(name, value, least));
    }
    if (value == 0 || value > most) {
      throw ProtocolException.connection(
          ReplyCode.NOT_ALLOWED,
          "negotiated %s = %d is higher than the maximum allowed value (%d)"
              .formatted(name, value, most));
    }
  }

  // ---- open

  private void open(ConnectionOpen method) {
    if (context.store().definitions().hasVhost(method.virtualHost())) {
      opened(method.virtualHost());
      return;
    }
    connection.waitInHandshake(State.LOOKING_UP);
    connection
        .mailbox()
        .post(
            context.store().refreshDefinitions(),
            (done, error) -> {
              if (connection.state() == State.LOOKING_UP) {
                lookedUp(method, error);
              }
            });
  }

  private void lookedUp(ConnectionOpen method, @Nullable Throwable error) {
    if (error != null) { // whether there is such a host cannot be told now
      connection.shutdown().close(Errors.fromStore(error).at(method.methodType()));
    } else if (context.store().definitions().hasVhost(method.virtualHost())) {
      opened(method.virtualHost());
      connection.goOnWithHandshake();
    } else {
      connection
          .shutdown()
          .close(
              ProtocolException.connection(
                      ReplyCode.NOT_ALLOWED, "vhost %s not found".formatted(method.virtualHost()))
                  .at(method.methodType()));
    }
  }

  private void opened(String name) {
    vhost = name;
    connection.transport().writeMethod(0, new ConnectionOpenOk());
    connection.opened();
  }
}
