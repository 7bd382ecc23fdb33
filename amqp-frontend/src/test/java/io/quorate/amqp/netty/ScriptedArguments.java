package io.quorate.amqp.netty;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes arguments of declarations, bindings and consumers, and headers that such bindings ask. */
final class ScriptedArguments {

  /** Of every type, as values that an argument should not have. */
  private static final List<? extends @Nullable Object> ODD_VALUES =
      Arrays.asList(
          null,
          true,
          -1,
          0L,
          1.5,
          "odd",
          new byte[] {1},
          new Date(0),
          BigDecimal.ONE,
          List.of(1, "two", List.of()),
          Map.of("deep", Map.of("deeper", 1)));

  private static final List<String> QUEUE_ARGUMENTS =
      List.of(
          "x-queue-type",
          "x-queue-mode",
          "x-queue-version",
          "x-queue-leader-locator",
          "x-queue-master-locator",
          "x-quorum-initial-group-size",
          "x-quorum-target-group-size",
          "x-message-ttl",
          "x-expires",
          "x-max-length",
          "x-max-priority",
          "x-dead-letter-exchange",
          "x-single-active-consumer",
          "team");

  private final Random random;

  ScriptedArguments(Random random) {
    this.random = random;
  }

  Map<String, @Nullable Object> ofQueue(boolean durable) {
    return switch (random.nextInt(16)) {
      case 0, 1, 2 -> Map.of("x-queue-type", "classic");
      case 3, 4 -> Map.of("x-queue-type", durable || rarely() ? "quorum" : "classic");
      case 5 -> Map.of("x-queue-mode", "lazy", "x-queue-leader-locator", "balanced");
      case 6 -> Map.of("team", "blue");
      case 7 -> Map.of("x-queue-type", "stream");
      case 8 -> odd(any(QUEUE_ARGUMENTS));
      default -> Map.of();
    };
  }

  /**
   * @param others exchanges that may be the alternate
   */
  Map<String, @Nullable Object> ofExchange(List<String> others) {
    return switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> Map.of("alternate-exchange", any(others));
      case 4 -> Map.of("alternate-exchange", "nowhere");
      case 5 -> Map.of("hash-header", "team");
      case 6 -> Map.of("hash-property", "message_id");
      case 7 -> odd(any(List.of("alternate-exchange", "hash-header", "hash-property", "team")));
      default -> Map.of();
    };
  }

  Map<String, @Nullable Object> ofBinding() {
    if (random.nextBoolean()) {
      return Map.of();
    }
    if (rarely()) {
      return odd("x-match");
    }
    Map<String, @Nullable Object> arguments = headers();
    if (!rarely()) {
      arguments.put("x-match", any(List.of("all", "any", "all-with-x", "any-with-x")));
    }
    return arguments;
  }

  Map<String, @Nullable Object> ofConsumer() {
    return switch (random.nextInt(24)) {
      case 0, 1, 2 -> Map.of("x-priority", random.nextInt(9));
      case 3 -> odd(any(List.of("x-priority", "x-stream-offset", "team")));
      default -> Map.of();
    };
  }

  /** Headers of few names and values, so that bindings match some. */
  Map<String, @Nullable Object> headers() {
    Map<String, @Nullable Object> headers = new HashMap<>();
    for (String name : List.of("team", "x-team", "size")) {
      switch (random.nextInt(4)) {
        case 0 -> headers.put(name, any(List.of("blue", "red")));
        case 1 -> headers.put(name, random.nextInt(2));
        case 2 -> {
          if (rarely()) {
            headers.put(name, any(ODD_VALUES));
          }
        }
        default -> {}
      }
    }
    return headers;
  }

  private Map<String, @Nullable Object> odd(String name) {
    Map<String, @Nullable Object> arguments = new HashMap<>();
    arguments.put(name, any(ODD_VALUES));
    return arguments;
  }

  private <T extends @Nullable Object> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private boolean rarely() {
    return random.nextInt(8) == 0;
  }
}
