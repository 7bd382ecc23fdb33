package io.quorate.raftqueue.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoutingTableTest {

  private final RoutingTable table = new RoutingTable();
  private final ExchangeNode byName = exchange("", "direct", null);
  private final QueueDestination one = queue(1);
  private final QueueDestination two = queue(2);

  @Test
  void theDefaultExchangeTakesTheKeyForTheQueuesName() {
    assertThat(route("", "q1")).containsExactly(one.definition().ref());
    assertThat(route("", "q3")).isEmpty();
    assertThat(table.routeAtHand("", "q1")).isSameAs(table.routeAtHand("", "q1"));
    assertThat(byName.alternate()).isNull();
  }

  @Test
  void aDirectExchangeHasItsAnswerAtHandOnceAsked() {
    ExchangeNode direct = exchange("d", "direct", null);
    direct.bind("k", Arguments.NONE, one);
    direct.bind("k", Arguments.NONE, two);
    assertThat(table.routeAtHand("d", "k")).isNull();
    List<QueueRef> first = route("d", "k");
    assertThat(first).containsExactly(one.definition().ref(), two.definition().ref());
    assertThat(table.routeAtHand("d", "k")).isSameAs(first);
    assertThat(table.routeAtHand("d", "other")).isEmpty();
    direct.unbind("k", Arguments.NONE, two);
    assertThat(table.routeAtHand("d", "k")).isNull();
    assertThat(route("d", "k")).containsExactly(one.definition().ref());
  }

  @Test
  void anExchangeThatDoesNotExistIsNotOneWithoutQueues() {
    assertThat(route("nowhere", "k")).isNull();
  }

  @Test
  void cyclesEndAndEachQueueComesOnce() {
    ExchangeNode a = exchange("a", "fanout", null);
    ExchangeNode b = exchange("b", "direct", null);
    ExchangeNode c = exchange("c", "topic", null);
    a.bind("", Arguments.NONE, b);
    a.bind("", Arguments.NONE, c);
    b.bind("k", Arguments.NONE, a);
    b.bind("k", Arguments.NONE, one);
    c.bind("#", Arguments.NONE, one);
    c.bind("k", Arguments.NONE, two);
    c.bind("*", Arguments.NONE, c);
    for (String start : List.of("a", "b")) {
      assertThat(route(start, "k"))
          .containsExactlyInAnyOrder(one.definition().ref(), two.definition().ref());
    }
    assertThat(route("c", "k"))
        .containsExactlyInAnyOrder(one.definition().ref(), two.definition().ref());
  }

  @Test
  void whatNoBindingMatchesGoesToTheAlternate() {
    ExchangeNode a = exchange("a", "direct", "b");
    exchange("b", "fanout", "a").bind("", Arguments.NONE, two);
    a.bind("k", Arguments.NONE, one);
    assertThat(route("a", "k")).containsExactly(one.definition().ref());
    assertThat(route("a", "other")).containsExactly(two.definition().ref());
  }

  @Test
  void alternatesMayBeMissingOrRoundOrTheDefault() {
    exchange("a", "direct", "b");
    exchange("b", "direct", "a");
    exchange("c", "direct", "gone");
    exchange("d", "direct", "");
    assertThat(route("a", "k")).isEmpty();
    assertThat(route("c", "k")).isEmpty();
    assertThat(route("d", "q2")).containsExactly(two.definition().ref());
  }

  @Test
  void aMatchThatLeadsToAnExchangeWithoutQueuesIsAMatch() {
    ExchangeNode a = exchange("a", "fanout", "c");
    a.bind("", Arguments.NONE, exchange("b", "fanout", null));
    exchange("c", "fanout", null).bind("", Arguments.NONE, one);
    assertThat(route("a", "k")).isEmpty();
  }

  @Test
  void headersAreAskedForOnceAndOnlyByHeadersExchanges() {
    AtomicInteger asked = new AtomicInteger();
    ExchangeNode h = exchange("h", "headers", null);
    ExchangeNode f = exchange("f", "fanout", null);
    f.bind("", Arguments.NONE, one);
    h.bind("", Arguments.of(Map.of("a", 1)), one);
    h.bind("", Arguments.of(Map.of("b", 1)), two);
    table.route("f", "k", () -> headers(asked));
    assertThat(asked).hasValue(0);
    f.bind("", Arguments.NONE, h);
    assertThat(table.route("f", "k", () -> headers(asked))).containsExactly(one.definition().ref());
    assertThat(asked).hasValue(1);
  }

  private static Map<String, Object> headers(AtomicInteger asked) {
    asked.incrementAndGet();
    return Map.of("a", 1L);
  }

  private List<QueueRef> route(String exchange, String key) {
    return table.route(exchange, key, Map::of);
  }

  private ExchangeNode exchange(String name, String type, String alternate) {
    Map<String, Object> arguments =
        alternate == null ? Map.of() : Map.of(ExchangeNode.ALTERNATE, alternate);
    ExchangeNode node =
        new ExchangeNode(new ExchangeDefinition("/", name, type, true, false, false, arguments));
    table.add(node);
    return node;
  }

  private QueueDestination queue(long id) {
    QueueDestination queue =
        new QueueDestination(
            new QueueDefinition(
                new QueueRef(id, 0), "/", "q" + id, true, false, false, null, Map.of()));
    table.add(queue);
    return queue;
  }
}
