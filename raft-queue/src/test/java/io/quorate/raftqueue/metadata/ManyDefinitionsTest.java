package io.quorate.raftqueue.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.ConnectionClosed;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteQueue;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 100,000 queues and 300,000 bindings: anything that costs the square of that doesn't end in time.
 */
class ManyDefinitionsTest {

  private static final int QUEUES = 100_000;
  private final MetadataDefinitions definitions = new MetadataDefinitions(MetadataListener.NONE);
  private long index;

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void areDeclaredRoutedSavedAndDeleted() throws IOException {
    for (int i = 0; i < QUEUES; i++) {
      String name = "q" + i;
      String owner = "c" + i / 2;
      apply(
          new DeclareQueue("/", name, false, true, false, owner, QueueRef.localShard(1), Map.of()));
      apply(new BindQueue("/", "amq.fanout", name, "", Map.of()));
      apply(new BindQueue("/", "amq.direct", name, "same", Map.of()));
      apply(new BindQueue("/", "amq.topic", name, "t." + i + ".*", Map.of()));
    }
    assertThat(routed("", "q77")).isEqualTo(1);
    assertThat(routed("amq.fanout", "")).isEqualTo(QUEUES);
    assertThat(routed("amq.direct", "same")).isEqualTo(QUEUES);
    assertThat(routed("amq.topic", "t.77.x")).isEqualTo(1);

    byte[] written = MetadataModelTest.written(definitions.capture());
    MetadataDefinitions restored = new MetadataDefinitions(MetadataListener.NONE);
    restored.restore(MetadataSnapshot.readFrom(new ByteArrayInputStream(written)));
    assertThat(restored.queues()).isEqualTo(definitions.queues());

    for (int i = 0; i < QUEUES / 4; i++) {
      apply(new ConnectionClosed("c" + i));
    }
    assertThat(routed("amq.fanout", "")).isEqualTo(QUEUES / 2);
    for (QueueDefinition queue : definitions.queues()) {
      apply(new DeleteQueue(queue.ref().id()));
    }
    assertThat(routed("amq.fanout", "")).isZero();
    assertThat(definitions.capture().bindings()).isEmpty();
  }

  private int routed(String exchange, String key) {
    return definitions.route("/", exchange, key, Map::of).size();
  }

  private void apply(DefinitionCommand command) {
    Applied applied =
        definitions.apply(index++, List.of(new MetadataCommand.Define(command))).get(0);
    assertThat(applied instanceof Applied.Result).isTrue();
  }
}
