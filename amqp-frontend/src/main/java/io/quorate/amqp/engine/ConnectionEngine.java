package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.FrameHandler;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.MethodCodec;
import io.quorate.amqp.protocol.MethodType;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ChannelOpenOk;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionCloseOk;
import io.quorate.amqp.protocol.method.ConnectionUpdateSecret;
import io.quorate.amqp.protocol.method.ConnectionUpdateSecretOk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection: takes frames, gives frames.
 *
 * <pre>
 * AWAITING_HEADER -> STARTING    the protocol header: connection.start is sent
 * AWAITING_HEADER -> CLOSED      another protocol's header: ours is sent
 * STARTING        -> SECURING    connection.start-ok: the password is being checked
 * SECURING        -> TUNING      it was right: connection.tune is sent
 * TUNING          -> OPENING     connection.tune-ok
 * OPENING         -> LOOKING_UP  connection.open with a virtual host that this node doesn't know
 * OPENING, LOOKING_UP -> OPEN    the virtual host exists: connection.open-ok is sent
 * OPEN            -> LEAVING     connection.close from the client: everything is given back
 * LEAVING         -> CLOSED      connection.close-ok is sent; the client closes the socket
 * any after AWAITING_HEADER -> CLOSING   an error: connection.close is sent, the rest is discarded
 * CLOSING         -> CLOSED      connection.close-ok, or time is up
 * any             -> CLOSED      the socket is gone
 * </pre>
 *
 * All methods run on the connection's thread, except where it says so.
 */
public final class ConnectionEngine implements FrameHandler {

  enum State {
    AWAITING_HEADER,
    STARTING,
    SECURING,
    TUNING,
    OPENING,
    LOOKING_UP,
    OPEN,
    LEAVING,
    CLOSING,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(ConnectionEngine.class);

  private final EngineContext context;
  private final Transport transport;
  private final Peer peer;
  private final String owner;
  private final Mailbox mailbox;
  private final ReadGate gate;
  private final Intake intake;
  private final Handshake handshake;
  private final ConnectionShutdown shutdown;
  private final HeldFrames ahead;
  private final Map<Integer, ChannelEngine> channels = new HashMap<>();
  private List<ChannelEngine> touched = new ArrayList<>();
  private State state = State.AWAITING_HEADER;
  private boolean wasOpen;

  public ConnectionEngine(EngineContext context, Transport transport, Peer peer) {
    this.context = context;
    this.transport = transport;
    this.peer = peer;
    this.owner = context.names().next("connection-");
    this.mailbox = new Mailbox(transport, this::onMail);
    this.gate = new ReadGate(transport);
    this.intake = new Intake(this);
    this.handshake = new Handshake(this);
    this.shutdown = new ConnectionShutdown(this);
    this.ahead = new HeldFrames(context.config().maxQueuedBytes());
    transport.schedule(context.config().handshakeTimeoutMs(), shutdown::onHandshakeTimeout);
  }

  EngineContext context() {
    return context;
  }

  Transport transport() {
    return transport;
  }

  Mailbox mailbox() {
    return mailbox;
  }

  ReadGate gate() {
    return gate;
  }

  Intake intake() {
    return intake;
  }

  Peer peer() {
    return peer;
  }

  State state() {
    return state;
  }

  String user() {
    return handshake.user();
  }

  String vhost() {
    return handshake.vhost();
  }

  /** What names this connection as the owner of exclusive queues. */
  String owner() {
    return owner;
  }

  /** What the client calls itself, for logs. */
  String clientName() {
    return handshake.clientName();
  }

  boolean wasOpen() {
    return wasOpen;
  }

  boolean clientCan(String capability) {
    return handshake.clientCan(capability);
  }

  // ---- input

  @Override
  public void onProtocolHeader() {
    state = State.STARTING;
    handshake.start();
  }

  @Override
  public void onUnsupportedProtocolHeader(byte[] received) {
    log.info("connection {}: not AMQP 0-9-1, told so and closed", peer.address());
    transport.writeProtocolHeader();
    shutdown.drop();
  }

  @Override
  public void onFrame(int type, int number, ByteBuffer payload) {
    guarded(
        () -> {
          if (handshakeWaits()) {
            ahead.add(type, number, payload);
            return;
          }
          switch (type) {
            case ProtocolConstants.FRAME_METHOD -> {
              int octets = payload.remaining();
              onMethod(number, MethodCodec.read(payload), octets);
            }
            case ProtocolConstants.FRAME_HEADER -> {
              if (listening()) {
                channelOfContent(number).onContentHeader(payload);
              }
            }
            case ProtocolConstants.FRAME_BODY -> {
              if (listening()) {
                channelOfContent(number).onContentBody(ByteString.copyFrom(payload));
              }
            }
            default -> {
              // a heartbeat: that something came is all it says
            }
          }
        });
  }

  /** Whether something is found out that decides about the next frame. */
  private boolean handshakeWaits() {
    return state == State.SECURING || state == State.LOOKING_UP;
  }

  /** The handshake waits for an answer of the store: the client, too, has to wait. */
  void waitInHandshake(State next) {
    state = next;
    gate.close(ReadGate.Reason.HANDSHAKE);
  }

  /** It was found out: what the client has sent ahead counts now. */
  void goOnWithHandshake() {
    gate.open(ReadGate.Reason.HANDSHAKE);
    ahead.handOver(this, this::handshakeWaits);
  }

  /** The input cannot be decoded any further. */
  public void onMalformedInput(ProtocolException error) {
    guarded(
        () -> {
          throw error;
        });
  }

  /** All that was read is handed over: what it caused goes out. */
  public void onReadComplete() {
    endBurst();
    if (transport.unsentBytes() > context.config().maxUnsentBytes()) {
      gate.close(ReadGate.Reason.UNSENT_REPLIES);
    }
  }

  /** The socket takes data again. */
  public void onWritable() {
    guarded(
        () -> {
          gate.open(ReadGate.Reason.UNSENT_REPLIES);
          channels.values().forEach(ChannelEngine::onWritable);
        });
    endBurst();
  }

  /**
   * The socket is gone.
   *
   * @param why for the log
   */
  public void onDisconnected(String why) {
    shutdown.disconnected(why);
  }

  /** The server stops: the client is told. */
  public void shutDown() {
    shutdown.byServer();
    endBurst();
  }

  private void onMail() {
    mailbox.deliverAll(this::onFailure);
    endBurst();
  }

  // ---- dispatch

  /** Whether what comes still counts. */
  boolean listening() {
    return switch (state) {
      case AWAITING_HEADER, STARTING, SECURING, TUNING, OPENING, LOOKING_UP, OPEN -> true;
      case LEAVING, CLOSING, CLOSED -> false;
    };
  }

  private void onMethod(int number, Method method, int octets) {
    switch (state) {
      case OPEN -> {
        if (number == 0) {
          onConnectionMethod(method);
        } else if (method instanceof ChannelOpen) {
          openChannel(number);
        } else {
          channel(number, method).onMethod(method, octets);
        }
      }
      case AWAITING_HEADER, STARTING, SECURING, TUNING, OPENING, LOOKING_UP -> {
        if (number != 0) {
          throw ProtocolException.connection(
              ReplyCode.CHANNEL_ERROR,
              "%s on channel %d before connection.open".formatted(method.name(), number));
        }
        if (method instanceof ConnectionClose) {
          transport.writeMethod(0, new ConnectionCloseOk());
          shutdown.drop();
        } else {
          handshake.onMethod(method);
        }
      }
      case CLOSING -> {
        if (number == 0 && method instanceof ConnectionCloseOk) {
          shutdown.drop();
        } else if (number == 0 && method instanceof ConnectionClose) {
          // both sides close at once: nobody has to wait
          transport.writeMethod(0, new ConnectionCloseOk());
          shutdown.drop();
        }
      }
      case LEAVING, CLOSED -> {
        // nothing counts after connection.close
      }
    }
  }

  private void onConnectionMethod(Method method) {
    if (method instanceof ConnectionClose close) {
      shutdown.leave(close);
    } else if (method instanceof ConnectionUpdateSecret) {
      // passwords are checked when a connection starts: there is nothing that could expire
      transport.writeMethod(0, new ConnectionUpdateSecretOk());
    } else {
      throw ProtocolException.connection(
              ReplyCode.CHANNEL_ERROR, "unexpected method in connection state running")
          .at(method.methodType());
    }
  }

  private void openChannel(int number) {
    if (number > handshake.channelMax()) {
      throw ProtocolException.connection(
          ReplyCode.NOT_ALLOWED,
          "channel %d is over the negotiated channel_max (%d)"
              .formatted(number, handshake.channelMax()));
    }
    if (channels.containsKey(number)) {
      throw ProtocolException.connection(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen")
          .at(MethodType.CHANNEL_OPEN);
    }
    channels.put(number, new ChannelEngine(number, this));
    context.metrics().channelOpened();
    transport.writeMethod(number, new ChannelOpenOk());
  }

  private ChannelEngine channel(int number, Method method) {
    ChannelEngine channel = channels.get(number);
    if (channel == null) {
      throw ProtocolException.connection(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'")
          .at(method.methodType());
    }
    return channel;
  }

  /** A content frame has no method that an error could name. */
  private ChannelEngine channelOfContent(int number) {
    ChannelEngine channel = channels.get(number);
    if (channel == null) {
      throw ContentAssembly.methodExpected();
    }
    return channel;
  }

  void forget(ChannelEngine channel) {
    if (channels.remove(channel.number(), channel)) {
      context.metrics().channelClosed();
    }
  }

  // ---- bursts

  /** The channel has something to send when the burst ends. */
  void touched(ChannelEngine channel) {
    touched.add(channel);
  }

  private void endBurst() {
    guarded(
        () -> {
          while (!touched.isEmpty()) {
            List<ChannelEngine> now = touched;
            touched = new ArrayList<>();
            now.forEach(ChannelEngine::onBurstEnd);
          }
        });
    transport.flush();
  }

  private void guarded(Runnable input) {
    try {
      input.run();
    } catch (RuntimeException e) {
      onFailure(e);
    }
  }

  private void onFailure(RuntimeException failure) {
    if (failure instanceof ProtocolException error) {
      fail(error, null);
    } else {
      log.error("connection {}: internal error, closing it", peer.address(), failure);
      fail(
          ProtocolException.connection(ReplyCode.INTERNAL_ERROR, "internal error, see the log"),
          null);
    }
  }

  // ---- states

  void moveTo(State next) {
    state = next;
    if (!listening()) {
      ahead.drop();
    }
  }

  void opened() {
    state = State.OPEN;
    wasOpen = true;
    log.info(
        "connection {} '{}' opened: user '{}', vhost '{}'",
        peer.address(),
        handshake.clientName(),
        user(),
        vhost());
  }

  // ---- the end

  ConnectionShutdown shutdown() {
    return shutdown;
  }

  /** Tells the client about an error: on its channel if that is enough, else on the connection. */
  void fail(ProtocolException error, @Nullable ChannelEngine channel) {
    shutdown.fail(error, channel);
  }

  /** Closes all channels; the futures complete when their deliveries are back in their queues. */
  List<CompletableFuture<Void>> abandonChannels() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (ChannelEngine channel : channels.values()) {
      all.add(channel.abandon());
      context.metrics().channelClosed();
    }
    channels.clear();
    return all;
  }

  @Override
  public String toString() {
    return "ConnectionEngine[" + Objects.toString(peer) + ", " + state + "]";
  }
}
