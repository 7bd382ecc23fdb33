package io.quorate.raftqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.log.v1.Batch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What version 1 has written is read for ever. The samples were written once, by that version; they
 * are never written again: a new format gets samples of its own beside them.
 */
class FormatVersion1Test {

  private static final String LOG = "/format/shard-log-v1.bin";
  private static final String SNAPSHOT = "/format/shard-snapshot-v1.bin";
  private static final String STATE = "/format/shard-state-v1.txt";
  private static final String STATE_AT_SNAPSHOT = "/format/shard-state-at-snapshot-v1.txt";

  @Test
  void readsTheLog() throws IOException {
    ShardState state = new ShardState();
    log().forEach(batch -> state.apply(batch, Effects.NONE));
    assertThat(print(state)).isEqualTo(text(STATE));
  }

  @Test
  void readsTheSnapshotAndTheRestOfTheLog() throws IOException {
    ShardState state = ShardSnapshot.read(new ByteArrayInputStream(bytes(SNAPSHOT)));
    assertThat(print(state)).isEqualTo(text(STATE_AT_SNAPSHOT));
    List<Batch> log = log();
    log.subList(cut(log), log.size()).forEach(batch -> state.apply(batch, Effects.NONE));
    assertThat(print(state)).isEqualTo(text(STATE));
  }

  @Test
  void refusesWhatIsNewerThanItself() throws IOException {
    Batch newer = Batch.newBuilder().setVersion(ShardState.FORMAT_VERSION + 1).build();
    assertThatThrownBy(() -> new ShardState().apply(newer, Effects.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("format " + (ShardState.FORMAT_VERSION + 1));
  }

  private static int cut(List<Batch> log) {
    return log.size() / 2;
  }

  private static List<Batch> log() throws IOException {
    List<Batch> batches = new ArrayList<>();
    InputStream in = new ByteArrayInputStream(bytes(LOG));
    Batch batch;
    while ((batch = Batch.parseDelimitedFrom(in)) != null) {
      batches.add(batch);
    }
    assertThat(batches).hasSizeGreaterThan(20);
    return batches;
  }

  private static byte[] bytes(String resource) throws IOException {
    try (InputStream in = FormatVersion1Test.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    }
  }

  private static String text(String resource) throws IOException {
    return new String(bytes(resource), StandardCharsets.UTF_8);
  }

  /** One line for each thing the state holds. */
  static String print(ShardState state) {
    ShardDump dump = ShardDump.of(state);
    StringBuilder text = new StringBuilder();
    dump.sessions()
        .forEach(
            (node, session) ->
                text.append(
                    "session %d incarnation %d at %d\n"
                        .formatted(node, session.incarnation(), session.lastSequence())));
    dump.queues()
        .forEach(
            (id, queue) -> {
              text.append(
                  "queue %d next %d horizon %d bytes %d\n"
                      .formatted(id, queue.nextPosition(), queue.horizon(), queue.bytes()));
              for (QueuedMessage message : ShardDump.messages(state, state.queue(id))) {
                text.append(
                    "  %d returns %d exchange '%s' key '%s' properties %s body '%s'\n"
                        .formatted(
                            message.position(),
                            message.deliveryCount(),
                            message.message().getExchange(),
                            message.message().getRoutingKey(),
                            java.util.HexFormat.of()
                                .formatHex(message.message().getProperties().toByteArray()),
                            message.message().getBody().toStringUtf8()));
              }
            });
    return text.append("bytes ").append(dump.bytes()).append('\n').toString();
  }
}
