package io.quorate.raftqueue.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Snapshots of version 2 and page files of version 1 are read for ever. The samples were written
 * once, by {@link #main}, and are never written again.
 */
class FormatVersion2Test {

  private static final String SNAPSHOT = "shard-snapshot-v2.bin";
  private static final String PAGES = "shard-pages-v1";
  private static final String STATE = "shard-state-at-snapshot-v2.txt";

  @TempDir private Path folder;

  @Test
  void readsTheSnapshotAndItsPages() throws IOException, URISyntaxException {
    Path samples = Path.of(FormatVersion2Test.class.getResource("/format").toURI());
    PageStore store = store(folder.resolve("pages"), samples.resolve(PAGES));
    try (InputStream in = Files.newInputStream(samples.resolve(SNAPSHOT))) {
      ShardState state = ShardSnapshot.read(in, store, restoring -> {});
      assertThat(state.pagedMessages()).isGreaterThan(200);
      assertThat(print(state)).isEqualTo(Files.readString(samples.resolve(STATE)));
    }
    store.close();
  }

  private static PageStore store(Path directory, Path source) {
    return new PageStore(directory, source, Runnable::run, Runnable::run);
  }

  private static String print(ShardState state) {
    StringBuilder text = new StringBuilder();
    for (long id = 1; id <= 2; id++) {
      QueueState queue = state.queue(id);
      text.append(
          "queue %d next %d count %d bytes %d\n"
              .formatted(id, queue.nextPosition(), queue.count(), queue.bytes()));
      for (long at = queue.atOrAfter(0); at >= 0; at = queue.atOrAfter(at + 1)) {
        state.load(queue, at, () -> {});
        QueuedMessage message = queue.get(at);
        text.append(
            "  %d returns %d body '%s'\n"
                .formatted(
                    at, message.deliveryCount(), message.message().getBody().toStringUtf8()));
      }
    }
    return text.toString();
  }

  /** Writes the samples into a folder. */
  public static void main(String[] args) throws IOException {
    Path samples = Path.of(args[0]);
    Path work = Files.createTempDirectory("quorate-samples");
    PageStore store = store(work.resolve("pages"), work);
    ShardState state = new ShardState(store);
    for (long queue = 1; queue <= 2; queue++) {
      apply(
          state, Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(queue)));
    }
    for (int i = 1; i <= 300; i++) {
      enqueue(state, i);
      if (i == 280) {
        while (state.pageOut(0)) {
          // all of them
        }
      }
    }
    for (long i = 2; i <= 200; i += 4) {
      apply(
          state,
          Operation.newBuilder().setSettle(Settle.newBuilder().setQueueId(1).addPositions(i)));
    }
    apply(
        state,
        Operation.newBuilder()
            .setRequeue(Requeue.newBuilder().setQueueId(1).addPositions(3).addPositions(299)));
    try (ShardSnapshot snapshot = ShardSnapshot.capture(state, 1)) {
      try (OutputStream out = Files.newOutputStream(samples.resolve(SNAPSHOT))) {
        snapshot.write(out);
      }
      snapshot.attach(samples.resolve(PAGES).toString());
    }
    Files.writeString(samples.resolve(STATE), print(state));
  }

  private static void enqueue(ShardState state, int number) {
    apply(
        state,
        Operation.newBuilder()
            .setEnqueue(
                Enqueue.newBuilder()
                    .addAllQueueIds(number % 10 == 0 ? List.of(1L, 2L) : List.of(1L))
                    .setMessage(
                        StoredMessage.newBuilder()
                            .setRoutingKey("key")
                            .setBody(
                                ByteString.copyFromUtf8(
                                    "body " + number + "+".repeat(number % 3))))));
  }

  private static void apply(ShardState state, Operation.Builder operation) {
    state.apply(
        Batch.newBuilder().setVersion(1).addRuns(Run.newBuilder().addOperations(operation)).build(),
        Effects.NONE);
  }
}
