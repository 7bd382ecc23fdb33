package io.quorate.amqp;

import java.util.Set;
import java.util.function.Consumer;

/**
 * Settings of the AMQP frontend. Start from {@link #defaults} and change what differs.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param channelMax most channels on a connection, 1 to 65535
 * @param frameMaxBytes largest frame, {@link #MIN_FRAME_MAX_BYTES} to {@link #MAX_FRAME_MAX_BYTES}
 * @param heartbeatSeconds heartbeat interval proposed to clients; 0 proposes none
 * @param maxMessageBytes largest message body, at most {@link #MAX_MESSAGE_BYTES}; a larger one
 *     closes its channel with PRECONDITION_FAILED
 * @param maxConnections most connections at a time; further ones are closed at once
 * @param maxUnconfirmedBytes how many bytes of published messages may be under way to the store per
 *     connection before its socket is no longer read
 * @param deliveryWindowMessages most messages that a consumer may have under way from the store to
 *     its socket, whatever its prefetch
 * @param deliveryWindowBytes the same in bytes; the message that exceeds them is still delivered
 * @param unlimitedPrefetch how many unacknowledged deliveries a consumer without a prefetch may
 *     hold
 * @param maxQueuedCommands how many methods of a connection may wait for an earlier one of their
 *     channel before the socket is no longer read
 * @param maxQueuedBytes the same in bytes of their frames; published messages count elsewhere
 * @param maxUnsentBytes how many bytes of answers a client may leave unread before its socket is no
 *     longer read
 * @param maxTransactionBytes how many bytes of messages and acknowledgements the transactions of a
 *     connection may hold until they are committed; more closes the channel with
 *     PRECONDITION_FAILED
 * @param handshakeTimeoutMs how long a client may take until {@code connection.open}
 * @param closeTimeoutMs how long a client may take to answer {@code connection.close}
 * @param loopbackUsers users that may only connect from this machine
 * @param eventLoopThreads threads that serve sockets; 0 chooses by the number of cores
 */
public record FrontendConfig(
    String host,
    int port,
    int channelMax,
    int frameMaxBytes,
    int heartbeatSeconds,
    int maxMessageBytes,
    int maxConnections,
    long maxUnconfirmedBytes,
    int deliveryWindowMessages,
    long deliveryWindowBytes,
    int unlimitedPrefetch,
    int maxQueuedCommands,
    long maxQueuedBytes,
    long maxUnsentBytes,
    long maxTransactionBytes,
    int handshakeTimeoutMs,
    int closeTimeoutMs,
    Set<String> loopbackUsers,
    int eventLoopThreads) {

  /** The smallest frame size the specification lets peers agree on. */
  public static final int MIN_FRAME_MAX_BYTES = 4096;

  /**
   * The largest frame before client and server have agreed on one: as RabbitMQ 4.1's, room for the
   * tokens that some clients log in with.
   */
  public static final int INITIAL_FRAME_MAX_BYTES = 8192;

  /** The largest message body there can be: a message travels whole, in one entry of a log. */
  public static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  /**
   * The largest frame there can be: a message's properties come in one, and have to fit into the
   * entry beside its body.
   */
  public static final int MAX_FRAME_MAX_BYTES = 1024 * 1024;

  public FrontendConfig {
    require(port >= 0 && port <= 65535, "port must be 0 to 65535", port);
    require(channelMax >= 1 && channelMax <= 65535, "channelMax must be 1 to 65535", channelMax);
    require(
        frameMaxBytes >= MIN_FRAME_MAX_BYTES && frameMaxBytes <= MAX_FRAME_MAX_BYTES,
        "frameMaxBytes must be " + MIN_FRAME_MAX_BYTES + " to " + MAX_FRAME_MAX_BYTES,
        frameMaxBytes);
    require(
        heartbeatSeconds >= 0 && heartbeatSeconds <= 65535,
        "heartbeatSeconds must be 0 to 65535",
        heartbeatSeconds);
    require(
        maxMessageBytes > 0 && maxMessageBytes <= MAX_MESSAGE_BYTES,
        "maxMessageBytes must be 1 to " + MAX_MESSAGE_BYTES,
        maxMessageBytes);
    require(maxConnections > 0, "maxConnections must be positive", maxConnections);
    require(maxUnconfirmedBytes > 0, "maxUnconfirmedBytes must be positive", maxUnconfirmedBytes);
    require(
        deliveryWindowMessages > 0,
        "deliveryWindowMessages must be positive",
        deliveryWindowMessages);
    require(deliveryWindowBytes > 0, "deliveryWindowBytes must be positive", deliveryWindowBytes);
    require(unlimitedPrefetch > 0, "unlimitedPrefetch must be positive", unlimitedPrefetch);
    require(maxQueuedCommands > 0, "maxQueuedCommands must be positive", maxQueuedCommands);
    require(maxQueuedBytes > 0, "maxQueuedBytes must be positive", maxQueuedBytes);
    require(maxUnsentBytes > 0, "maxUnsentBytes must be positive", maxUnsentBytes);
    require(maxTransactionBytes > 0, "maxTransactionBytes must be positive", maxTransactionBytes);
    require(handshakeTimeoutMs > 0, "handshakeTimeoutMs must be positive", handshakeTimeoutMs);
    require(closeTimeoutMs > 0, "closeTimeoutMs must be positive", closeTimeoutMs);
    require(eventLoopThreads >= 0, "eventLoopThreads must not be negative", eventLoopThreads);
    loopbackUsers = Set.copyOf(loopbackUsers);
  }

  /** The documented defaults. */
  public static FrontendConfig defaults(String host, int port) {
    return new FrontendConfig(
        host,
        port,
        2047,
        131_072,
        60,
        16 * 1024 * 1024,
        20_000,
        8L * 1024 * 1024,
        1_000,
        8L * 1024 * 1024,
        65_535,
        256,
        1024L * 1024,
        32L * 1024 * 1024,
        32L * 1024 * 1024,
        10_000,
        5_000,
        Set.of("guest"),
        0);
  }

  /** These settings with another {@code channelMax}. */
  public FrontendConfig withChannelMax(int value) {
    return with(copy -> copy.channelMax = value);
  }

  /** These settings with another {@code frameMaxBytes}. */
  public FrontendConfig withFrameMaxBytes(int value) {
    return with(copy -> copy.frameMaxBytes = value);
  }

  /** These settings with another {@code heartbeatSeconds}. */
  public FrontendConfig withHeartbeatSeconds(int value) {
    return with(copy -> copy.heartbeatSeconds = value);
  }

  /** These settings with another {@code maxMessageBytes}. */
  public FrontendConfig withMaxMessageBytes(int value) {
    return with(copy -> copy.maxMessageBytes = value);
  }

  /** These settings with another {@code maxConnections}. */
  public FrontendConfig withMaxConnections(int value) {
    return with(copy -> copy.maxConnections = value);
  }

  /** These settings with another {@code maxUnconfirmedBytes}. */
  public FrontendConfig withMaxUnconfirmedBytes(long value) {
    return with(copy -> copy.maxUnconfirmedBytes = value);
  }

  /** These settings with another {@code deliveryWindowMessages}. */
  public FrontendConfig withDeliveryWindowMessages(int value) {
    return with(copy -> copy.deliveryWindowMessages = value);
  }

  /** These settings with another {@code deliveryWindowBytes}. */
  public FrontendConfig withDeliveryWindowBytes(long value) {
    return with(copy -> copy.deliveryWindowBytes = value);
  }

  /** These settings with another {@code unlimitedPrefetch}. */
  public FrontendConfig withUnlimitedPrefetch(int value) {
    return with(copy -> copy.unlimitedPrefetch = value);
  }

  /** These settings with another {@code maxQueuedCommands}. */
  public FrontendConfig withMaxQueuedCommands(int value) {
    return with(copy -> copy.maxQueuedCommands = value);
  }

  /** These settings with another {@code maxQueuedBytes}. */
  public FrontendConfig withMaxQueuedBytes(long value) {
    return with(copy -> copy.maxQueuedBytes = value);
  }

  /** These settings with another {@code maxUnsentBytes}. */
  public FrontendConfig withMaxUnsentBytes(long value) {
    return with(copy -> copy.maxUnsentBytes = value);
  }

  /** These settings with another {@code maxTransactionBytes}. */
  public FrontendConfig withMaxTransactionBytes(long value) {
    return with(copy -> copy.maxTransactionBytes = value);
  }

  /** These settings with another {@code handshakeTimeoutMs}. */
  public FrontendConfig withHandshakeTimeoutMs(int value) {
    return with(copy -> copy.handshakeTimeoutMs = value);
  }

  /** These settings with another {@code closeTimeoutMs}. */
  public FrontendConfig withCloseTimeoutMs(int value) {
    return with(copy -> copy.closeTimeoutMs = value);
  }

  /** These settings with another {@code loopbackUsers}. */
  public FrontendConfig withLoopbackUsers(Set<String> value) {
    return with(copy -> copy.loopbackUsers = value);
  }

  /** These settings with another {@code eventLoopThreads}. */
  public FrontendConfig withEventLoopThreads(int value) {
    return with(copy -> copy.eventLoopThreads = value);
  }

  private static void require(boolean holds, String rule, long value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", not " + value);
    }
  }

  private FrontendConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.build();
  }

  /** The settings, to be changed. */
  private static final class Copy {
    private String host;
    private int port;
    private int channelMax;
    private int frameMaxBytes;
    private int heartbeatSeconds;
    private int maxMessageBytes;
    private int maxConnections;
    private long maxUnconfirmedBytes;
    private int deliveryWindowMessages;
    private long deliveryWindowBytes;
    private int unlimitedPrefetch;
    private int maxQueuedCommands;
    private long maxQueuedBytes;
    private long maxUnsentBytes;
    private long maxTransactionBytes;
    private int handshakeTimeoutMs;
    private int closeTimeoutMs;
    private Set<String> loopbackUsers;
    private int eventLoopThreads;

    Copy(FrontendConfig from) {
      host = from.host;
      port = from.port;
      channelMax = from.channelMax;
      frameMaxBytes = from.frameMaxBytes;
      heartbeatSeconds = from.heartbeatSeconds;
      maxMessageBytes = from.maxMessageBytes;
      maxConnections = from.maxConnections;
      maxUnconfirmedBytes = from.maxUnconfirmedBytes;
      deliveryWindowMessages = from.deliveryWindowMessages;
      deliveryWindowBytes = from.deliveryWindowBytes;
      unlimitedPrefetch = from.unlimitedPrefetch;
      maxQueuedCommands = from.maxQueuedCommands;
      maxQueuedBytes = from.maxQueuedBytes;
      maxUnsentBytes = from.maxUnsentBytes;
      maxTransactionBytes = from.maxTransactionBytes;
      handshakeTimeoutMs = from.handshakeTimeoutMs;
      closeTimeoutMs = from.closeTimeoutMs;
      loopbackUsers = from.loopbackUsers;
      eventLoopThreads = from.eventLoopThreads;
    }

    FrontendConfig build() {
      return new FrontendConfig(
          host,
          port,
          channelMax,
          frameMaxBytes,
          heartbeatSeconds,
          maxMessageBytes,
          maxConnections,
          maxUnconfirmedBytes,
          deliveryWindowMessages,
          deliveryWindowBytes,
          unlimitedPrefetch,
          maxQueuedCommands,
          maxQueuedBytes,
          maxUnsentBytes,
          maxTransactionBytes,
          handshakeTimeoutMs,
          closeTimeoutMs,
          loopbackUsers,
          eventLoopThreads);
    }
  }
}
