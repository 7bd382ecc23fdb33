package io.quorate.raftqueue.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random commands against {@link Model}, and the laws that every state machine here keeps. */
class MetadataModelTest {

  private static final List<Map<String, Object>> HEADERS =
      List.of(Map.of(), Map.of("h", 1), Map.of("g", 2L), Map.of("h", "1", "g", 2));

  @Provide
  Arbitrary<List<MetadataCommand>> commands() {
    return Commands.lists();
  }

  @Property(tries = 250)
  void behavesLikeTheModel(@ForAll("commands") List<MetadataCommand> commands) {
    Model model = new Model();
    List<String> events = new ArrayList<>();
    MetadataDefinitions real = new MetadataDefinitions(recordTo(events));
    long index = 0;
    for (MetadataCommand command : commands) {
      long version = real.version();
      byte[] before = bytes(real, 0);
      Applied applied = real.apply(index++, List.of(command)).get(0);
      assertThat(text(applied)).as("%s", command).isEqualTo(model.apply(command));
      assertThat(real.version() > version).isEqualTo(!Arrays.equals(before, bytes(real, 0)));
      if (index % 10 == 0) {
        // In between as well: asking leaves answers at hand that later changes must take away.
        assertSameRoutes(real, model);
      }
    }
    assertThat(events).isEqualTo(model.events);
    assertSameDefinitions(real, model);
    assertSameRoutes(real, model);
  }

  @Property(tries = 200)
  void saidTwiceIsSaidOnce(@ForAll("commands") List<MetadataCommand> commands) {
    MetadataDefinitions once = new MetadataDefinitions(MetadataListener.NONE);
    MetadataDefinitions twice = new MetadataDefinitions(MetadataListener.NONE);
    for (int i = 0; i < commands.size(); i++) {
      once.apply(2L * i, List.of(commands.get(i)));
      twice.apply(2L * i, List.of(commands.get(i)));
      long version = twice.version();
      twice.apply(2L * i + 1, List.of(commands.get(i)));
      assertThat(twice.version()).as("%s", commands.get(i)).isEqualTo(version);
    }
    assertThat(bytes(twice, 0)).isEqualTo(bytes(once, 0));
  }

  @Property(tries = 200)
  void aSnapshotAndTheRestIsTheStraightRun(
      @ForAll("commands") List<MetadataCommand> before,
      @ForAll("commands") List<MetadataCommand> after)
      throws IOException {
    MetadataDefinitions straight = new MetadataDefinitions(MetadataListener.NONE);
    Model model = new Model();
    before.forEach(model::apply);
    after.forEach(model::apply);
    straight.apply(0, before);
    MetadataSnapshot captured = straight.capture();
    List<Applied> expected = straight.apply(1, after);
    // Written after the state went on: a snapshot must not see that.
    MetadataSnapshot read = MetadataSnapshot.readFrom(new ByteArrayInputStream(written(captured)));
    MetadataDefinitions restored = new MetadataDefinitions(MetadataListener.NONE);
    restored.restore(read);
    assertThat(restored.appliedIndex()).isZero();
    assertThat(written(restored.capture())).isEqualTo(written(captured));
    // Commands go through the log's format on their way.
    ByteBuffer entry = ByteBuffer.wrap(MetadataCodec.encode(after));
    assertThat(restored.apply(1, MetadataCodec.decode(entry))).hasToString(expected.toString());
    assertThat(written(restored.capture())).isEqualTo(written(straight.capture()));
    assertSameRoutes(restored, model);
  }

  private static void assertSameDefinitions(MetadataDefinitions real, Model model) {
    assertThat(real.vhosts()).containsExactlyElementsOf(model.vhosts);
    assertThat(real.queues()).isEqualTo(model.queues);
    assertThat(real.lastQueueId()).isEqualTo(model.lastId);
    assertThat(real.capture().users()).isEqualTo(model.users);
    assertThat(real.capture().bindings()).hasSameSizeAs(model.edges);
    model.incarnations.forEach((node, i) -> assertThat(real.incarnation(node)).isEqualTo(i));
    for (String vhost : model.vhosts) {
      assertThat(real.hasVhost(vhost)).isTrue();
      assertThat(real.exchanges(vhost))
          .isEqualTo(
              model.exchanges.stream()
                  .filter(e -> e.vhost().equals(vhost))
                  .sorted(Comparator.comparing(e -> e.name()))
                  .toList());
      for (String name : Commands.EXCHANGES) {
        assertThat(real.exchange(vhost, name)).isEqualTo(model.exchange(vhost, name));
      }
      for (String name : Commands.QUEUES) {
        QueueDefinition queue = real.queue(vhost, name);
        assertThat(queue).isEqualTo(model.queue(vhost, name));
        if (queue != null) {
          assertThat(real.queue(queue.ref().id())).isEqualTo(queue);
        }
      }
    }
  }

  private static void assertSameRoutes(MetadataDefinitions real, Model model) {
    for (String vhost : Commands.VHOSTS) {
      for (String exchange : Commands.EXCHANGES) {
        for (String key : Commands.KEYS) {
          for (Map<String, Object> headers : HEADERS) {
            // Twice: the second may be answered from what the first left at hand.
            for (int i = 0; i < 2; i++) {
              assertThat(ids(real.route(vhost, exchange, key, () -> headers)))
                  .as("%s to '%s' with '%s' and %s", vhost, exchange, key, headers)
                  .isEqualTo(model.route(vhost, exchange, key, headers));
            }
          }
        }
      }
    }
  }

  private static Set<Long> ids(List<QueueRef> queues) {
    if (queues == null) {
      return null;
    }
    assertThat(queues).doesNotHaveDuplicates();
    return queues.stream().map(QueueRef::id).collect(Collectors.toCollection(HashSet::new));
  }

  private static String text(Applied applied) {
    if (applied instanceof Applied.Refused refused) {
      return refused.reason().name();
    }
    DefinitionResult result = ((Applied.Result) applied).result();
    return result instanceof DefinitionResult.Queue queue
        ? "queue " + queue.queue().ref().id() + (queue.created() ? " new" : " old")
        : "done";
  }

  private static MetadataListener recordTo(List<String> events) {
    return new MetadataListener() {
      @Override
      public void queueDeclared(QueueDefinition queue) {
        events.add("+" + queue.ref().id());
      }

      @Override
      public void queueDeleted(QueueDefinition queue) {
        events.add("-" + queue.ref().id());
      }
    };
  }

  /** The state as bytes, as if {@code index} had been applied last. */
  private static byte[] bytes(MetadataDefinitions definitions, long index) {
    MetadataSnapshot s = definitions.capture();
    return written(
        new MetadataSnapshot(
            index,
            s.lastQueueId(),
            s.vhosts(),
            s.exchanges(),
            s.queues(),
            s.bindings(),
            s.users(),
            s.incarnations()));
  }

  static byte[] written(MetadataSnapshot snapshot) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      snapshot.writeTo(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  @Property(tries = 1)
  void theGeneratorReachesRefusalsAndSuccesses() {
    Set<String> answers = new HashSet<>();
    Commands.lists()
        .sampleStream()
        .limit(200)
        .forEach(
            commands -> {
              Model model = new Model();
              commands.forEach(command -> answers.add(model.apply(command).split(" ")[0]));
            });
    assertThat(answers)
        .containsExactlyInAnyOrder(
            "done",
            "queue",
            "NOT_FOUND",
            "ACCESS_REFUSED",
            "PRECONDITION_FAILED",
            "RESOURCE_LOCKED");
  }
}
