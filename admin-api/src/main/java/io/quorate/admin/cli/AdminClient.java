package io.quorate.admin.cli;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.admin.AnsweringNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Asks the first node that answers. A node that is down, frozen or cut off costs its share of the
 * time, then the next one is asked; the one that answered is asked first from then on. All calls of
 * the admin services may be made twice, so going on after a silence is safe. For one thread.
 */
final class AdminClient implements AutoCloseable {

  private static final int MAX_RESPONSE_BYTES = 16 << 20;

  private final Deque<Endpoint> endpoints;
  private final Map<Endpoint, ManagedChannel> channels = new HashMap<>();
  private final Duration timeout;

  /**
   * @param endpoints at least one, in the order to try them
   * @param timeout for each call, all endpoints together
   */
  AdminClient(List<Endpoint> endpoints, Duration timeout) {
    this.endpoints = new ArrayDeque<>(endpoints);
    this.timeout = timeout;
  }

  /**
   * Makes a call.
   *
   * @param call given a channel and the milliseconds it may take
   * @throws AdminException if a node refused, or none answered
   */
  <T> T call(BiFunction<Channel, Long, T> call) {
    long end = System.nanoTime() + timeout.toNanos();
    List<String> silent = new ArrayList<>();
    String answer = null;
    for (int left = endpoints.size(); left > 0; left--) {
      Endpoint endpoint = endpoints.element();
      long shareMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()) / left);
      try {
        return call.apply(channel(endpoint), shareMs);
      } catch (StatusRuntimeException e) {
        if (isAnswer(e)) {
          answer = text(e);
          if (e.getStatus().getCode() != Status.Code.UNAVAILABLE
              && e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
            throw AdminException.failed(answer);
          }
        } else {
          silent.add(endpoint + " " + reason(e, shareMs));
        }
        endpoints.add(endpoints.remove());
      }
    }
    if (answer != null) {
      throw AdminException.failed(answer);
    }
    throw AdminException.unreachable(
        "no node answered: "
            + String.join("; ", silent)
            + "; name the nodes with --endpoint or QUORATE_ADMIN");
  }

  private ManagedChannel channel(Endpoint endpoint) {
    return channels.computeIfAbsent(
        endpoint,
        key ->
            NettyChannelBuilder.forAddress(key.host(), key.port())
                .usePlaintext()
                .proxyDetector(address -> null)
                .disableRetry()
                .maxInboundMessageSize(MAX_RESPONSE_BYTES)
                .build());
  }

  private static boolean isAnswer(StatusRuntimeException e) {
    Metadata trailers = e.getTrailers();
    return trailers != null && trailers.containsKey(AnsweringNode.KEY);
  }

  private static String text(StatusRuntimeException e) {
    String description = e.getStatus().getDescription();
    return description == null ? e.getStatus().getCode().name() : description;
  }

  private static String reason(StatusRuntimeException e, long shareMs) {
    Throwable cause = e.getStatus().getCause();
    return switch (e.getStatus().getCode()) {
      case DEADLINE_EXCEEDED -> "no answer within " + shareMs + " ms";
      case UNAVAILABLE -> cause == null ? text(e) : rootMessage(cause);
      case UNIMPLEMENTED, INTERNAL, UNKNOWN -> "is no Quorate admin port (" + text(e) + ")";
      default -> text(e);
    };
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    @Nullable String message = root.getMessage();
    return message == null || message.isBlank()
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
