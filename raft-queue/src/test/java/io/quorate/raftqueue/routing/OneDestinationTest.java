package io.quorate.raftqueue.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.RoutedMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The exchange types that send a message to one of their destinations. */
class OneDestinationTest {

  private static final int MESSAGES = 20_000;

  @Property(tries = 40)
  void messagesAreSharedAsTheWeightsAre(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 9) Integer> weights) {
    ExchangeNode exchange = exchange("x-consistent-hash", Map.of());
    double total = 0;
    for (int i = 0; i < weights.size(); i++) {
      exchange.bind("" + weights.get(i), Arguments.NONE, queue("q" + i));
      total += weights.get(i);
    }
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < MESSAGES; i++) {
      counts.merge(routed(exchange, "key-" + i), 1, Integer::sum);
    }
    for (int i = 0; i < weights.size(); i++) {
      double share = weights.get(i) / total;
      // Six standard deviations.
      double slack = 6 * Math.sqrt(share * (1 - share) * MESSAGES) + 1;
      assertThat((double) counts.getOrDefault("q" + i, 0))
          .isCloseTo(share * MESSAGES, within(slack));
    }
  }

  @Property(tries = 40)
  void aChangeMovesWhatTheChangedQueueGainsOrLoses(
      @ForAll @Size(min = 2, max = 12) List<@IntRange(min = 1, max = 9) Integer> weights) {
    ExchangeNode exchange = exchange("x-consistent-hash", Map.of());
    for (int i = 1; i < weights.size(); i++) {
      exchange.bind("" + weights.get(i), Arguments.NONE, queue("q" + i));
    }
    List<String> before = routes(exchange);
    QueueDestination added = queue("added");
    exchange.bind("" + weights.get(0), Arguments.NONE, added);
    List<String> with = routes(exchange);
    for (int i = 0; i < before.size(); i++) {
      assertThat(with.get(i)).isIn(before.get(i), "added");
    }
    exchange.bind("3", Arguments.NONE, added);
    List<String> heavier = routes(exchange);
    for (int i = 0; i < before.size(); i++) {
      assertThat(heavier.get(i)).isIn(with.get(i), "added");
    }
    exchange.unbind("" + weights.get(0), Arguments.NONE, added);
    exchange.unbind("3", Arguments.NONE, added);
    assertThat(routes(exchange)).isEqualTo(before);
  }

  @Property(tries = 100)
  void theOrderOfBindingsAndTheIdsOfQueuesMeanNothing(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 3) Integer> weights,
      @ForAll long seed) {
    for (String type : List.of("x-consistent-hash", "x-modulus-hash", "x-random")) {
      ExchangeNode one = exchange(type, Map.of());
      ExchangeNode other = exchange(type, Map.of());
      List<Integer> numbers = new ArrayList<>();
      for (int i = 0; i < weights.size(); i++) {
        one.bind("" + weights.get(i), Arguments.NONE, queue("q" + i));
        numbers.add(i);
      }
      Collections.shuffle(numbers, new Random(seed));
      for (int i : numbers) {
        other.bind("" + weights.get(i), Arguments.NONE, queue("q" + i));
      }
      for (int i = 0; i < 200; i++) {
        Asked message = new Asked(Map.of(), null, Hashing.mix(i));
        assertThat(routed(one, "k" + i, message)).isEqualTo(routed(other, "k" + i, message));
      }
    }
  }

  @Example
  void hashesStayWhatTheyAre() {
    // Released nodes of two versions must agree on where a message goes.
    ExchangeNode hash = exchange("x-consistent-hash", Map.of());
    ExchangeNode modulus = exchange("x-modulus-hash", Map.of());
    for (int i = 1; i <= 5; i++) {
      hash.bind("" + i, Arguments.NONE, queue("q" + i));
      modulus.bind("", Arguments.NONE, queue("q" + i));
    }
    StringBuilder routes = new StringBuilder();
    for (String key : List.of("", "a", "b", "order.4711", "größe")) {
      routes.append(routed(hash, key)).append(routed(modulus, key)).append(' ');
    }
    assertThat(routes.toString()).isEqualTo("q5q3 q4q1 q2q5 q4q1 q2q2 ");
  }

  @Example
  void aHeaderOrAPropertyIsHashedInsteadOfTheKey() {
    ExchangeNode byHeader = exchange("x-consistent-hash", Map.of("hash-header", "h"));
    ExchangeNode byProperty = exchange("x-consistent-hash", Map.of("hash-property", "timestamp"));
    for (int i = 0; i < 7; i++) {
      byHeader.bind("1", Arguments.NONE, queue("q" + i));
      byProperty.bind("1", Arguments.NONE, queue("q" + i));
    }
    Map<String, Integer> header = new HashMap<>();
    Map<String, Integer> property = new HashMap<>();
    Map<String, Integer> without = new HashMap<>();
    for (int i = 0; i < 700; i++) {
      Asked message = new Asked(Map.of("h", i), (long) i, 0);
      assertThat(routed(byHeader, "a", message)).isEqualTo(routed(byHeader, "b", message));
      header.merge(routed(byHeader, "a", message), 1, Integer::sum);
      property.merge(routed(byProperty, "a", message), 1, Integer::sum);
      without.merge(routed(byHeader, "k" + i, new Asked(Map.of(), null, 0)), 1, Integer::sum);
    }
    assertThat(header).hasSize(7).allSatisfy((q, n) -> assertThat(n).isBetween(40, 160));
    assertThat(property).hasSize(7).allSatisfy((q, n) -> assertThat(n).isBetween(40, 160));
    assertThat(without).hasSize(1);
  }

  @Example
  void aMessageOfSeveralKeysGoesOneWay() {
    RoutedMessage message =
        new RoutedMessage() {
          @Override
          public Map<String, Object> headers() {
            return Map.of();
          }

          @Override
          public String publishedKey() {
            return "first";
          }

          @Override
          public long chance() {
            return 4711;
          }
        };
    for (String type : List.of("x-consistent-hash", "x-modulus-hash", "x-random")) {
      ExchangeNode exchange = exchange(type, Map.of());
      for (int i = 0; i < 50; i++) {
        exchange.bind("1", Arguments.NONE, queue("q" + i));
      }
      String first = routed(exchange, "first", message);
      for (int i = 0; i < 50; i++) {
        assertThat(routed(exchange, "cc" + i, message)).isEqualTo(first);
      }
    }
  }

  @Example
  void theModulusAndChanceUseAllDestinationsAlike() {
    for (String type : List.of("x-modulus-hash", "x-random")) {
      ExchangeNode exchange = exchange(type, Map.of());
      for (int i = 0; i < 10; i++) {
        exchange.bind("", Arguments.NONE, queue("q" + i));
      }
      QueueDestination twice = queue("twice");
      exchange.bind("a", Arguments.NONE, twice);
      exchange.bind("b", Arguments.NONE, twice);
      exchange.unbind("a", Arguments.NONE, twice);
      Map<String, Integer> counts = new HashMap<>();
      for (int i = 0; i < 11_000; i++) {
        counts.merge(routed(exchange, "k" + i), 1, Integer::sum);
      }
      assertThat(counts).hasSize(11).allSatisfy((q, n) -> assertThat(n).isBetween(800, 1200));
    }
  }

  @Example
  void chainedExchangesChooseApart() {
    // Were the choices the same, the second exchange would send everything to one queue.
    ExchangeNode outer = exchange("outer", "x-random", Map.of());
    Map<String, Integer> counts = new HashMap<>();
    for (String name : List.of("a", "b")) {
      ExchangeNode node = exchange(name, "x-random", Map.of());
      node.bind("", Arguments.NONE, queue(name + "1"));
      node.bind("", Arguments.NONE, queue(name + "2"));
      outer.bind("", Arguments.NONE, node);
    }
    for (int i = 0; i < 4000; i++) {
      RoutedMessage message = new Asked(Map.of(), null, Hashing.mix(i));
      List<Routes> found = new ArrayList<>();
      outer.index().match("", new MessageView(message), found);
      ExchangeNode next = found.get(0).exchanges().get(0);
      counts.merge(routed(next, "", message), 1, Integer::sum);
    }
    assertThat(counts).hasSize(4).allSatisfy((q, n) -> assertThat(n).isBetween(800, 1200));
  }

  @Example
  void withoutBindingsNothingMatches() {
    for (String type : List.of("x-consistent-hash", "x-modulus-hash", "x-random")) {
      ExchangeNode exchange = exchange(type, Map.of());
      QueueDestination queue = queue("q");
      assertThat(routed(exchange, "k")).isNull();
      exchange.bind("2", Arguments.NONE, queue);
      assertThat(routed(exchange, "k")).isEqualTo("q");
      exchange.unbind("2", Arguments.NONE, queue);
      assertThat(routed(exchange, "k")).isNull();
    }
  }

  @Example
  void weightsAreIntegersOfAtLeastOne() {
    ExchangeType type = ExchangeType.CONSISTENT_HASH;
    for (String right : List.of("1", "+7", "007", "2147483647")) {
      assertThat(type.bindingProblem(right, Map.of())).isNull();
    }
    for (String wrong : List.of("", "x", "1.5", " 1", "-", "١")) {
      assertThat(type.bindingProblem(wrong, Map.of()))
          .isEqualTo("The binding key must be an integer: '" + wrong + "'");
    }
    for (String wrong : List.of("0", "-1", "-0", "-99999999999999999999999")) {
      assertThat(type.bindingProblem(wrong, Map.of()))
          .isEqualTo("The binding key must be greater than 0");
    }
    for (String wrong : List.of("2147483648", "99999999999", "9".repeat(200))) {
      assertThat(type.bindingProblem(wrong, Map.of()))
          .isEqualTo("The binding key must not be greater than 2147483647");
    }
  }

  private record Asked(Map<String, Object> headers, @Nullable Object property, long chance)
      implements RoutedMessage {
    @Override
    public @Nullable Object property(String name) {
      return property;
    }
  }

  private static List<String> routes(ExchangeNode exchange) {
    List<String> routes = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      routes.add(routed(exchange, "key-" + i));
    }
    return routes;
  }

  private static String routed(ExchangeNode exchange, String key) {
    return routed(exchange, key, new Asked(Map.of(), null, Hashing.of(key)));
  }

  /** The queue's name, which is in its id here; null for none. */
  private static @Nullable String routed(ExchangeNode exchange, String key, RoutedMessage message) {
    List<Routes> found = new ArrayList<>();
    exchange.index().match(key, new MessageView(message), found);
    if (found.isEmpty()) {
      return null;
    }
    assertThat(found).hasSize(1);
    List<QueueRef> queues = found.get(0).queues();
    assertThat(queues).hasSize(1);
    return NAMES.get(queues.get(0).id());
  }

  private static final Map<Long, String> NAMES = new HashMap<>();

  private QueueDestination queue(String name) {
    long id = NAMES.size() + 1L;
    NAMES.put(id, name);
    return new QueueDestination(
        new QueueDefinition(new QueueRef(id, 0), "/", name, true, false, false, null, Map.of()));
  }

  private static ExchangeNode exchange(String type, Map<String, Object> arguments) {
    return exchange("x", type, arguments);
  }

  private static ExchangeNode exchange(String name, String type, Map<String, Object> arguments) {
    return new ExchangeNode(new ExchangeDefinition("/", name, type, true, false, false, arguments));
  }
}
