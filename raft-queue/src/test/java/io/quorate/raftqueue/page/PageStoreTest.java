package io.quorate.raftqueue.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.DeleteQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.PageException;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageStoreTest {

  private static final int FILE_BYTES = 64 << 10;
  private static final int BODY = 1_000;

  @TempDir private Path folder;
  private Path pages;
  private PageStore store;
  private ShardState state;

  @BeforeEach
  void open() {
    pages = folder.resolve("pages");
    store = new PageStore(pages, FILE_BYTES);
    state = new ShardState(store);
    apply(Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(1)));
    apply(Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(2)));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void apply(Operation.Builder operation) {
    state.apply(
        Batch.newBuilder().setVersion(1).addRuns(Run.newBuilder().addOperations(operation)).build(),
        Effects.NONE);
  }

  private static ByteString body(int number) {
    byte[] bytes = new byte[BODY];
    new Random(number).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private void publish(int number, Long... queues) {
    apply(
        Operation.newBuilder()
            .setEnqueue(
                Enqueue.newBuilder()
                    .addAllQueueIds(List.of(queues))
                    .setMessage(StoredMessage.newBuilder().setBody(body(number)))));
  }

  private void settle(long queue, long position) {
    apply(
        Operation.newBuilder()
            .setSettle(Settle.newBuilder().setQueueId(queue).addPositions(position)));
  }

  private void pageEverything() {
    while (state.pageOut(0, 10_000)) {
      // go on
    }
    assertThat(state.loadedBytes()).isZero();
  }

  private void maintain() {
    while (store.maintain()) {
      // go on
    }
  }

  private List<Path> files() throws IOException {
    if (!Files.exists(pages)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(pages)) {
      return list.sorted().toList();
    }
  }

  private QueuedMessage message(long queue, long position) {
    QueueState found = state.queue(queue);
    assertThat(found).isNotNull();
    QueuedMessage message = found.get(position);
    assertThat(message).isNotNull();
    return message;
  }

  @Test
  void whatIsPagedComesBackAndItsFilesGoWithIt() throws IOException {
    for (int i = 1; i <= 500; i++) {
      publish(i, 1L);
    }
    pageEverything();
    assertThat(files()).hasSizeBetween(6, 9);
    for (int i = 1; i <= 500; i++) {
      assertThat(message(1, i).message().getBody()).isEqualTo(body(i));
      settle(1, i);
    }
    assertThat(files()).isEmpty();
    assertThat(store.files()).isZero();
    assertThat(state.residentBytes()).isZero();
  }

  @Test
  void deletingTheQueueGivesTheSpaceBack() throws IOException {
    for (int i = 1; i <= 300; i++) {
      publish(i, 1L);
    }
    pageEverything();
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(1)));
    assertThat(files()).isEmpty();
    assertThat(state.pagedBodies()).isZero();
  }

  @Test
  void aBodyOfSeveralQueuesIsWrittenOnceAndStaysUntilTheLast() throws IOException {
    for (int i = 1; i <= 20; i++) {
      publish(i, 1L, 2L);
    }
    pageEverything();
    assertThat(state.pagedBodies()).isEqualTo(20);
    for (int i = 1; i <= 20; i++) {
      settle(1, i);
      assertThat(message(2, i).message().getBody()).isEqualTo(body(i));
    }
    assertThat(files()).hasSize(1);
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(2)));
    assertThat(files()).isEmpty();
  }

  @Test
  void aFlippedBitIsNeverServed() throws IOException {
    for (int i = 1; i <= 20; i++) {
      publish(i, 1L);
    }
    pageEverything();
    Path file = files().get(0);
    byte[] bytes = Files.readAllBytes(file);
    int recordBytes = bytes.length / 20;
    Random random = new Random(1);
    TreeSet<Integer> damaged = new TreeSet<>();
    for (int n = 0; n < 8; n++) {
      int record = random.nextInt(20);
      if (damaged.add(record)) {
        bytes[record * recordBytes + random.nextInt(recordBytes)] ^=
            (byte) (1 << random.nextInt(8));
      }
    }
    Files.write(file, bytes);
    for (int i = 0; i < 20; i++) {
      QueuedMessage message = message(1, i + 1);
      if (damaged.contains(i)) {
        assertThatThrownBy(message::message)
            .isInstanceOf(PageException.class)
            .hasMessageContaining(file.toString());
      } else {
        assertThat(message.message().getBody()).isEqualTo(body(i + 1));
      }
    }
    ShardSnapshot snapshot = ShardSnapshot.capture(state, 1);
    assertThatThrownBy(() -> snapshot.write(new ByteArrayOutputStream()))
        .isInstanceOf(PageException.class);
  }

  @Test
  void whatIsLeftInMostlyDeadFilesIsMovedTogether() throws IOException {
    for (int i = 1; i <= 1_000; i++) {
      publish(i, 1L);
    }
    pageEverything();
    int before = files().size();
    for (int i = 1; i <= 1_000; i++) {
      if (i % 10 != 0) {
        settle(1, i);
      }
    }
    maintain();
    assertThat(files()).hasSizeLessThan(before / 4);
    for (int i = 10; i <= 1_000; i += 10) {
      assertThat(message(1, i).message().getBody()).isEqualTo(body(i));
      settle(1, i);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aSnapshotStaysReadableWhateverHappensMeanwhile() throws IOException {
    for (int i = 1; i <= 400; i++) {
      publish(i, i % 3 == 0 ? new Long[] {1L, 2L} : new Long[] {1L});
    }
    state.pageOut(0, 150_000);
    ShardSnapshot snapshot = ShardSnapshot.capture(state, 7);
    pageEverything();
    for (int i = 1; i <= 400; i++) {
      if (i % 9 != 0) {
        settle(1, i);
      }
    }
    maintain();
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(1)));
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(2)));
    assertThat(files()).isNotEmpty();

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.write(out);
    assertThat(files()).isEmpty();
    PageStore other = new PageStore(folder.resolve("other"), FILE_BYTES);
    state =
        ShardSnapshot.read(
            new ByteArrayInputStream(out.toByteArray()),
            other,
            restoring -> {
              while (restoring.loadedBytes() > 50_000 && restoring.pageOut(10_000, 10_000)) {
                // go on
              }
              assertThat(restoring.loadedBytes()).isLessThan(60_000);
            });
    for (int i = 1; i <= 400; i++) {
      assertThat(message(1, i).message().getBody()).isEqualTo(body(i));
    }
    for (int i = 3; i <= 400; i += 3) {
      assertThat(message(2, i / 3).message().getBody()).isEqualTo(body(i));
    }
    other.close();
  }

  @Test
  void whatCannotBeWrittenStaysInMemory() throws IOException {
    Files.writeString(pages, "a file where the directory should be");
    publish(1, 1L);
    long loaded = state.loadedBytes();
    assertThat(state.pageOut(0, 10_000)).isFalse();
    assertThat(state.loadedBytes()).isEqualTo(loaded);
    assertThat(message(1, 1).message().getBody()).isEqualTo(body(1));
    Files.delete(pages);
    assertThat(state.pageOut(0, 10_000)).isTrue();
    assertThat(message(1, 1).message().getBody()).isEqualTo(body(1));
  }

  @Test
  void theNextMessagesOfEachQueueAreSpared() {
    for (int i = 1; i <= 100; i++) {
      publish(i, 1L);
      if (i <= 5) {
        publish(i, 2L);
      }
    }
    assertThat(state.pageOut(20_000, 10_000)).isTrue();
    Path first = pages.resolve("00000001.page");
    assertThat(first).exists();
    for (int i = 1; i <= 16; i++) {
      settle(1, i); // none of these is on disk
    }
    assertThat(state.pagedBodies()).isBetween(7L, 9L);
  }
}
