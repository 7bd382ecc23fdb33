package io.quorate.raftqueue.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.ConnectionClosed;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteReplacedQueue;
import io.quorate.raftqueue.api.DefinitionCommand.NodeStarted;
import io.quorate.raftqueue.api.DefinitionCommand.PutUser;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindQueue;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetadataDefinitionsTest {

  private static final int NODE_1 = QueueRef.localShard(1);
  private static final int NODE_2 = QueueRef.localShard(2);
  private final List<String> events = new ArrayList<>();
  private final MetadataDefinitions definitions =
      new MetadataDefinitions(
          new MetadataListener() {
            @Override
            public void queueDeclared(QueueDefinition queue) {
              events.add("+" + queue.name() + (read(queue) == null ? " unseen" : ""));
            }

            @Override
            public void queueDeleted(QueueDefinition queue) {
              events.add("-" + queue.name() + (read(queue) == null ? "" : " still there"));
            }
          });

  /** The listener may read, with and without the lock. */
  private QueueDefinition read(QueueDefinition queue) {
    return definitions.queue(queue.ref().id());
  }

  @Test
  void theEmptyStateHasOneVhostAndNoUser() {
    assertThat(definitions.vhosts()).containsExactly("/");
    assertThat(definitions.exchanges("/"))
        .extracting(ExchangeDefinition::name, ExchangeDefinition::type)
        .extracting(Object::toString)
        .containsExactly(
            "(\"\", \"direct\")",
            "(\"amq.direct\", \"direct\")",
            "(\"amq.fanout\", \"fanout\")",
            "(\"amq.headers\", \"headers\")",
            "(\"amq.match\", \"headers\")",
            "(\"amq.topic\", \"topic\")");
    assertThat(definitions.authenticate("guest", "guest")).isFalse();
    assertThat(definitions.appliedIndex()).isEqualTo(-1);
    assertThat(definitions.exchanges("none")).isEmpty();
    assertThat(definitions.route("none", "", "q", Map::of)).isNull();
  }

  @Test
  void listenersHearOfQueuesInOrderWhenReadersSeeThem() {
    apply(queue("a", "me", NODE_1), queue("b", "me", NODE_1), queue("c", "you", NODE_2));
    apply(new ConnectionClosed("me"));
    apply(new NodeStarted(2, 7));
    assertThat(events).containsExactly("+a", "+b", "+c", "-a", "-b", "-c");
    assertThat(definitions.lastQueueId()).isEqualTo(3);
  }

  @Test
  void queuesInTheMemoryOfANodeEndWhenItStartsAgain() {
    apply(new NodeStarted(1, 5));
    apply(queue("kept", null, 1), queue("other", null, NODE_2), queue("lost", null, NODE_1));
    apply(new NodeStarted(1, 5), new NodeStarted(1, 4));
    assertThat(definitions.queues()).hasSize(3);
    apply(new NodeStarted(1, 6));
    assertThat(definitions.queues())
        .extracting(QueueDefinition::name)
        .containsExactly("kept", "other");
    assertThat(definitions.incarnation(1)).isEqualTo(6);
    assertThat(definitions.incarnation(9)).isZero();
  }

  @Test
  void hashExchangesRouteTheSameAfterARestore() throws IOException {
    for (String type : List.of("x-consistent-hash", "x-modulus-hash")) {
      apply(
          new DeclareExchange(
              new ExchangeDefinition("/", type, type, true, false, false, Map.of())));
    }
    for (int i = 9; i > 0; i--) {
      apply(queue("q" + i, null, 0));
      apply(new BindQueue("/", "x-consistent-hash", "q" + i, "" + i, Map.of()));
      apply(new BindQueue("/", "x-modulus-hash", "q" + i, "k" + i, Map.of()));
    }
    byte[] snapshot = MetadataModelTest.written(definitions.capture());
    MetadataDefinitions restored = new MetadataDefinitions(MetadataListener.NONE);
    restored.restore(MetadataSnapshot.readFrom(new ByteArrayInputStream(snapshot)));
    for (String type : List.of("x-consistent-hash", "x-modulus-hash")) {
      for (int i = 0; i < 200; i++) {
        assertThat(restored.route("/", type, "key" + i, Map::of))
            .hasSize(1)
            .isEqualTo(definitions.route("/", type, "key" + i, Map::of));
      }
    }
  }

  @Test
  void idsAreNeverGivenAgain() throws IOException {
    apply(queue("a", null, 0), new DeleteQueue(1));
    byte[] snapshot = MetadataModelTest.written(definitions.capture());
    definitions.restore(MetadataSnapshot.readFrom(new ByteArrayInputStream(snapshot)));
    apply(queue("a", null, 0));
    assertThat(definitions.queues()).extracting(q -> q.ref().id()).containsExactly(2L);
  }

  @Test
  void autoDeleteExchangesGoWithTheirLastBindingAlongTheChain() {
    apply(exchange("a", true), exchange("b", true), exchange("c", false), queue("q", null, 0));
    apply(
        new BindExchange("/", "a", "b", "", Map.of()),
        new BindQueue("/", "b", "q", "", Map.of()),
        new BindQueue("/", "c", "q", "", Map.of()));
    apply(new DeleteQueue(1));
    assertThat(definitions.exchange("/", "a")).isNull();
    assertThat(definitions.exchange("/", "b")).isNull();
    assertThat(definitions.exchange("/", "c")).isNotNull();
    apply(exchange("never-bound", true), exchange("x", false));
    apply(new DeleteExchange("/", "x", false));
    assertThat(definitions.exchange("/", "never-bound")).isNotNull();
  }

  @Test
  void rightPasswordsAreRememberedWrongOnesAreNot() {
    apply(MetadataCommand.of(new PutUser("u", "right"), () -> new byte[] {1}));
    assertThat(definitions.hasUser("u")).isTrue();
    for (int i = 0; i < 1000; i++) {
      assertThat(definitions.authenticate("u", "right")).isTrue();
    }
    assertThat(definitions.authenticate("u", "wrong")).isFalse();
    assertThat(definitions.authenticate("u", "")).isFalse();
    assertThat(definitions.authenticate("v", "right")).isFalse();
    apply(MetadataCommand.of(new PutUser("u", "new"), () -> new byte[] {2}));
    assertThat(definitions.authenticate("u", "right")).isFalse();
    assertThat(definitions.authenticate("u", "new")).isTrue();
  }

  @Test
  void theMemoryOfPasswordsIsBounded() {
    PasswordVerifier verifier = new PasswordVerifier(2);
    for (int i = 0; i < 5; i++) {
      PasswordHash hash = PasswordHash.of("p", new byte[] {(byte) i}, 1);
      assertThat(verifier.verify(hash, "p")).isTrue();
      assertThat(verifier.verify(hash, "q")).isFalse();
    }
    assertThat(verifier.remembered()).isEqualTo(2);
  }

  @Test
  void entriesDoNotGoBack() {
    apply(queue("a", null, 0));
    assertThatThrownBy(() -> definitions.apply(0, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("entry 0 comes after entry 0 was applied");
  }

  @Test
  void aDamagedSnapshotIsNotRestored() {
    apply(queue("a", null, 0), new BindQueue("/", "amq.fanout", "a", "", Map.of()));
    byte[] whole = MetadataModelTest.written(definitions.capture());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> MetadataSnapshot.readFrom(new ByteArrayInputStream(cut)))
          .as("cut to %d bytes", length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void restoringNothingEmptiesTheState() {
    apply(queue("a", null, 0));
    long version = definitions.version();
    definitions.restore(null);
    assertThat(definitions.queues()).isEmpty();
    assertThat(definitions.version()).isGreaterThan(version);
    assertThat(definitions.appliedIndex()).isEqualTo(-1);
  }

  /**
   * Each entry moves a queue's binding from one exchange to the other: a reader must never see both
   * or none.
   */
  @Test
  void readersSeeAllOfAnEntryOrNothing() {
    apply(exchange("left", false), exchange("right", false), exchange("both", false));
    apply(queue("q", null, 0), new BindQueue("/", "left", "q", "k", Map.of()));
    apply(
        new BindExchange("/", "both", "left", "k", Map.of()),
        new BindExchange("/", "both", "right", "k", Map.of()));
    AtomicBoolean stop = new AtomicBoolean();
    List<CompletableFuture<Long>> readers =
        Stream.generate(() -> CompletableFuture.supplyAsync(() -> readUntil(stop)))
            .limit(2)
            .toList();
    // Something to do in between, so that there is time to look.
    DefinitionCommand nothing = new UnbindQueue("/", "left", "none", "", Map.of());
    List<DefinitionCommand> pause = Collections.nCopies(500, nothing);
    for (int i = 0; i < 2_000; i++) {
      String from = i % 2 == 0 ? "left" : "right";
      String to = i % 2 == 0 ? "right" : "left";
      List<DefinitionCommand> entry = new ArrayList<>(pause);
      entry.add(0, new UnbindQueue("/", from, "q", "k", Map.of()));
      entry.add(new BindQueue("/", to, "q", "k", Map.of()));
      apply(entry.toArray(DefinitionCommand[]::new));
    }
    stop.set(true);
    assertThat(readers).allSatisfy(reader -> assertThat(reader.join()).isPositive());
  }

  private long readUntil(AtomicBoolean stop) {
    long reads = 0;
    while (!stop.get() || reads == 0) {
      assertThat(definitions.route("/", "both", "k", Map::of)).hasSize(1);
      long before = definitions.version();
      List<QueueRef> left = definitions.route("/", "left", "k", Map::of);
      List<QueueRef> right = definitions.route("/", "right", "k", Map::of);
      if (definitions.version() == before) {
        assertThat(Objects.requireNonNull(left).size() + Objects.requireNonNull(right).size())
            .isEqualTo(1);
      }
      reads++;
    }
    return reads;
  }

  /**
   * A client that has lost its node declares an exchange again, then its queue: the exchange went
   * with the lost queue's binding, and could not be bound to.
   */
  @Test
  void anExchangeStaysWhenALostQueueIsReplaced() {
    apply(exchange("x", true), queue("q", null, NODE_1));
    apply(new BindQueue("/", "x", "q", "k", Map.of()));
    apply(exchange("x", true), new DeleteReplacedQueue(1), queue("q", null, NODE_2));
    apply(new BindQueue("/", "x", "q", "k", Map.of()));
    assertThat(definitions.route("/", "x", "k", Map::of)).containsExactly(new QueueRef(2, NODE_2));

    apply(new DeleteQueue(2));
    assertThat(definitions.exchange("/", "x")).isNull();
  }

  private void apply(DefinitionCommand... commands) {
    apply(Stream.of(commands).map(MetadataCommand.Define::new).toArray(MetadataCommand[]::new));
  }

  private void apply(MetadataCommand... commands) {
    definitions.apply(definitions.appliedIndex() + 1, List.of(commands));
  }

  private static DeclareQueue queue(String name, String owner, int shard) {
    return new DeclareQueue("/", name, false, owner != null, false, owner, shard, Map.of());
  }

  private static DeclareExchange exchange(String name, boolean autoDelete) {
    return new DeclareExchange(
        new ExchangeDefinition("/", name, "direct", true, autoDelete, false, Map.of()));
  }
}
