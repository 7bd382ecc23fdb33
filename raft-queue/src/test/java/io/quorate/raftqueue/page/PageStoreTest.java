package io.quorate.raftqueue.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.DeleteQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on real files; what is asked of it is done at once. */
class PageStoreTest {

  private static final int FILE_BYTES = 64 << 10;
  private static final int BODY = 1_000;

  /** Messages that are paged together. */
  private static final int CHUNK = 256;

  @TempDir private Path folder;
  private Path pages;
  private PageStore store;
  private ShardState state;
  private final List<String> damage = new ArrayList<>();
  private int restored;
  private boolean diskFails;

  @BeforeEach
  void open() {
    pages = folder.resolve("pages");
    store = store(pages, null);
    state = new ShardState(store);
    watchDamage();
    apply(Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(1)));
    apply(Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(2)));
  }

  private PageStore store(Path directory, @Nullable Path source) {
    return new PageStore(directory, source, Runnable::run, Runnable::run, FILE_BYTES, this::force);
  }

  private void force(FileChannel channel) throws IOException {
    if (diskFails) {
      throw new IOException("Input/output error");
    }
    channel.force(true);
  }

  private void watchDamage() {
    state.onDamage(
        (queue, first, positions, failure) ->
            damage.add(queue + " from " + first + " " + positions.size() + ": " + failure));
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

  private static StoredMessage stored(int number) {
    return StoredMessage.newBuilder().setBody(body(number)).build();
  }

  private void publish(int number, Long... queues) {
    apply(
        Operation.newBuilder()
            .setEnqueue(
                Enqueue.newBuilder().addAllQueueIds(List.of(queues)).setMessage(stored(number))));
  }

  private void settle(long queue, long position) {
    apply(
        Operation.newBuilder()
            .setSettle(Settle.newBuilder().setQueueId(queue).addPositions(position)));
  }

  private void pageEverything() {
    while (state.loadedBytes() > 0) {
      assertThat(state.pageOut(0)).isTrue();
    }
  }

  private void compact() {
    for (int i = 0; i < 1_000; i++) {
      state.compact();
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(directory)) {
      return list.sorted().toList();
    }
  }

  private ByteString read(long queue, long position) {
    QueuedMessage message = load(queue, position);
    assertThat(message).isNotNull();
    return message.message().getBody();
  }

  private @Nullable QueuedMessage load(long queue, long position) {
    QueueState found = state.queue(queue);
    assertThat(found).isNotNull();
    assertThat(found.has(position)).isTrue();
    state.load(found, position, () -> {});
    return found.get(position);
  }

  /** The state as a snapshot has it, on a store of its own. */
  private void restart() throws IOException {
    Path attachments = folder.resolve("attached" + ++restored);
    byte[] manifest = snapshot(ShardSnapshot.capture(state, 1), attachments);
    restore(manifest, attachments);
  }

  private static byte[] snapshot(ShardSnapshot snapshot, Path attachments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (snapshot) {
      snapshot.write(out);
      snapshot.attach(attachments.toString());
    }
    return out.toByteArray();
  }

  private void restore(byte[] manifest, Path attachments) throws IOException {
    store.close();
    assertThat(files(pages)).isEmpty();
    pages = folder.resolve("pages" + restored);
    store = store(pages, attachments);
    state =
        ShardSnapshot.read(
            new ByteArrayInputStream(manifest),
            store,
            restoring -> {
              if (restoring.loadedBytes() > 20_000) {
                assertThat(ShardSnapshot.pageOut(restoring, 0)).isTrue();
              }
            });
    watchDamage();
  }

  @Test
  void whatIsPagedComesBackAndItsFilesGoWithIt() throws IOException {
    for (int i = 1; i <= 2_000; i++) {
      publish(i, 1L);
    }
    pageEverything();
    assertThat(files(pages).size()).isBetween(6, 30);
    assertThat(state.residentBytes()).isLessThan(2_000 * 3);
    for (int i = 1; i <= 2_000; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
      settle(1, i);
    }
    assertThat(files(pages)).isEmpty();
    assertThat(store.files()).isZero();
    assertThat(state.residentBytes()).isZero();
  }

  @Test
  void settlingPurgingAndDeletingReadNothingAndGiveTheSpaceBack() throws IOException {
    for (int i = 1; i <= 3_000; i++) {
      publish(i, (long) (1 + i % 2));
    }
    pageEverything();
    for (Path file : files(pages)) {
      Files.write(file, new byte[0]); // to read it would be noticed
    }
    for (int i = 1; i <= 400; i++) {
      settle(1, i);
    }
    apply(
        Operation.newBuilder()
            .setPurge(
                Purge.newBuilder().setQueueId(1).setUpToPosition(1_499).addExceptPositions(700)));
    assertThat(state.queue(1).count()).isEqualTo(2);
    settle(1, 700);
    settle(1, 1_500);
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(2)));
    assertThat(files(pages)).isEmpty();
    assertThat(state.pagedMessages()).isZero();
    assertThat(state.pagedBytes()).isZero();
    assertThat(state.residentBytes()).isZero();
    assertThat(damage).isEmpty();
  }

  @Test
  void aBodyOfSeveralQueuesIsWrittenOnceAndStaysUntilTheLast() throws IOException {
    for (int i = 1; i <= 20; i++) {
      publish(i, 1L, 2L);
    }
    pageEverything();
    assertThat(store.liveBytes()).isBetween(20_000L, 21_000L);
    for (int i = 1; i <= 20; i++) {
      settle(1, i);
      assertThat(read(2, i)).isEqualTo(body(i));
    }
    restart();
    pageEverything();
    assertThat(files(pages)).hasSize(1);
    assertThat(read(2, 13)).isEqualTo(body(13));
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(2)));
    assertThat(files(pages)).isEmpty();
  }

  @Test
  void aFlippedBitIsFoundNeverServedAndRepaired() throws IOException {
    for (int i = 1; i <= 600; i++) {
      publish(i, i % 7 == 0 ? new Long[] {1L, 2L} : new Long[] {1L});
    }
    pageEverything();
    Random random = new Random(1);
    for (Path file : files(pages)) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
    }
    int missing = 0;
    for (int i = 1; i <= 600; i++) {
      QueuedMessage message = load(1, i);
      if (message == null) {
        missing++;
      } else {
        assertThat(message.message().getBody()).isEqualTo(body(i));
      }
    }
    assertThat(missing).isPositive();
    assertThat(damage).isNotEmpty().allMatch(text -> text.contains("page file " + pages));

    // As it is, it goes into snapshots: the one who restores it finds the same.
    restart();
    Map<Long, StoredMessage> messages = new HashMap<>();
    for (int i = 1; i <= 600; i++) {
      messages.put((long) i, stored(i));
    }
    state.onDamage(
        (queue, first, positions, failure) -> {
          Map<Long, StoredMessage> others = new HashMap<>(messages);
          if (queue == 2) {
            positions.forEach(at -> others.put(at, stored((int) (at * 7))));
          }
          assertThat(state.repair(queue, first, others)).isEmpty();
        });
    for (int i = 1; i <= 600; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
    }
    for (int i = 1; i <= 600 / 7; i++) {
      assertThat(read(2, i)).isEqualTo(body(i * 7));
    }
    assertThat(state.queue(1).count()).isEqualTo(600);
  }

  @Test
  void aMissingOrShortFileIsDamageToo() throws IOException {
    for (int i = 1; i <= 300; i++) {
      publish(i, 1L);
    }
    pageEverything();
    Path attachments = folder.resolve("attached");
    byte[] manifest = snapshot(ShardSnapshot.capture(state, 1), attachments);
    List<Path> attached = files(attachments);
    Files.delete(attached.get(0));
    Files.write(attached.get(1), new byte[10]);
    restored++;
    restore(manifest, attachments);
    assertThat(load(1, 1)).isNull();
    assertThat(load(1, 300)).isNull();
    assertThat(damage).hasSize(2);
    restart(); // a snapshot can be taken all the same
    assertThat(state.queue(1).count()).isEqualTo(300);
  }

  @Test
  void aRestartReadsNoMessages() throws IOException {
    for (int i = 1; i <= 5_000; i++) {
      publish(i, 1L);
    }
    for (int i = 3; i <= 5_000; i += 3) {
      settle(1, i);
    }
    apply(
        Operation.newBuilder()
            .setRequeue(
                io.quorate.log.v1.Requeue.newBuilder()
                    .setQueueId(1)
                    .addPositions(1)
                    .addPositions(4_999)));
    pageEverything();
    Path attachments = folder.resolve("attached");
    byte[] manifest = snapshot(ShardSnapshot.capture(state, 1), attachments);
    assertThat(manifest.length).isLessThan(5_000);
    List<Path> attached = files(attachments);
    byte[] first = Files.readAllBytes(attached.get(0));
    Files.write(attached.get(0), new byte[first.length]);
    restored++;
    restore(manifest, attachments);
    assertThat(state.queue(1).count()).isEqualTo(5_000 - 5_000 / 3);
    assertThat(state.loadedBytes()).isZero();
    Files.write(attached.get(0), first);
    for (int i = 1; i <= 5_000; i++) {
      assertThat(state.queue(1).has(i)).isEqualTo(i % 3 != 0);
      if (i % 3 != 0) {
        assertThat(read(1, i)).isEqualTo(body(i));
      }
    }
    assertThat(state.queue(1).get(4_999).deliveryCount()).isEqualTo(1);
    assertThat(damage).isEmpty();
  }

  @Test
  void aSnapshotCostsWhatHasChangedSinceTheLast() throws IOException {
    for (int i = 1; i <= 5_000; i++) {
      publish(i, 1L);
    }
    long loaded = state.loadedBytes();
    state.writeForSnapshot(100_000, () -> {});
    assertThat(state.loadedBytes()).isEqualTo(loaded); // all stays in memory
    assertThat(snapshot(ShardSnapshot.capture(state, 1), folder.resolve("first")).length)
        .isLessThan(CHUNK * (BODY + 100) + 5_000); // what still grows
    long written = bytes(files(pages));
    for (int i = 5_001; i <= 5_000 + CHUNK; i++) {
      publish(i, 1L);
    }
    state.writeForSnapshot(100_000, () -> {});
    assertThat(bytes(files(pages)) - written).isBetween(1L, 2L * CHUNK * (BODY + 100));
    restart();
    for (int i = 1; i <= 5_000 + CHUNK; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
    }
    assertThat(damage).isEmpty();
  }

  @Test
  void whatASnapshotHasWrittenLeavesMemoryWithoutBeingWrittenAgain() throws IOException {
    for (int i = 1; i <= 2_000; i++) {
      publish(i, 1L, 2L); // shared
      publish(10_000 + i, 2L);
    }
    state.writeForSnapshot(Long.MAX_VALUE, () -> {});
    long written = bytes(files(pages));
    pageEverything();
    assertThat(bytes(files(pages)) - written)
        .isLessThan(2L * CHUNK * (BODY + 100)); // the last of each queue
    for (int i = 1; i <= 2_000; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
      assertThat(read(2, 2L * i)).isEqualTo(body(10_000 + i));
    }
    for (int i = 1; i <= 2_000; i++) {
      settle(1, i);
      settle(2, 2L * i - 1);
      settle(2, 2L * i);
    }
    assertThat(store.liveBytes()).isZero();
  }

  private static long bytes(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /**
   * Simulation seed 987: what is paged out while a snapshot is read went to a file that had the
   * name of one that the snapshot was still to name. Such a node could not start any more.
   */
  @Test
  void whatIsPagedOutDuringARestartGetsFilesOfItsOwn() throws IOException {
    for (int i = 1; i <= 70; i++) {
      publish(i, 1L); // the first file
    }
    pageEverything();
    for (int i = 1; i <= 10; i++) {
      publish(100 + i, 2L); // the second
    }
    pageEverything();
    for (int i = 71; i <= 110; i++) {
      publish(i, 1L); // in memory, and read before what names the second file
    }
    restart();
    for (int i = 1; i <= 110; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
    }
    for (int i = 1; i <= 10; i++) {
      assertThat(read(2, i)).isEqualTo(body(100 + i));
    }
    assertThat(damage).isEmpty();
  }

  @Test
  void whatIsLeftInMostlyDeadFilesIsMovedTogether() throws IOException {
    for (int i = 1; i <= 6_000; i++) {
      publish(i, 1L);
    }
    pageEverything();
    int before = files(pages).size();
    for (int i = 1; i <= 6_000; i++) {
      if (i % 1_000 != 0) {
        settle(1, i);
      }
    }
    pageEverything();
    compact();
    assertThat(files(pages).size()).isLessThan(before);
    for (int i = 1_000; i <= 6_000; i += 1_000) {
      assertThat(read(1, i)).isEqualTo(body(i));
      settle(1, i);
    }
    assertThat(files(pages)).isEmpty();
    assertThat(damage).isEmpty();
  }

  @Test
  void aSnapshotHasItsFilesWhateverHappensMeanwhile() throws IOException {
    for (int i = 1; i <= 400; i++) {
      publish(i, i % 3 == 0 ? new Long[] {1L, 2L} : new Long[] {1L});
    }
    state.pageOut(0);
    ShardSnapshot snapshot = ShardSnapshot.capture(state, 7);
    pageEverything();
    for (int i = 1; i <= 400; i++) {
      if (i % 9 != 0) {
        settle(1, i);
      }
    }
    compact();
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(1)));
    apply(Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(2)));
    assertThat(files(pages)).isNotEmpty();

    Path attachments = folder.resolve("attached");
    byte[] manifest = snapshot(snapshot, attachments);
    assertThat(files(pages)).isEmpty();
    assertThat(files(attachments)).isNotEmpty();
    restored++;
    restore(manifest, attachments);
    for (int i = 1; i <= 400; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
    }
    for (int i = 3; i <= 400; i += 3) {
      assertThat(read(2, i / 3)).isEqualTo(body(i));
    }
  }

  /** A pin keeps a file that nobody needs any more: what comes then must not go into it. */
  @Test
  void nothingIsWrittenToAFileThatIsGivenUp() throws IOException {
    for (int i = 1; i <= 10; i++) {
      publish(i, 1L);
    }
    pageEverything();
    try (ShardSnapshot snapshot = ShardSnapshot.capture(state, 1)) {
      assertThat(snapshot.appliedIndex()).isEqualTo(1);
      for (int i = 1; i <= 10; i++) {
        settle(1, i);
      }
      publish(11, 1L);
      pageEverything();
      assertThat(files(pages)).hasSize(2);
    }
    assertThat(files(pages)).hasSize(1);
    assertThat(read(1, 11)).isEqualTo(body(11));
    assertThat(damage).isEmpty();
  }

  /** A state that goes on after a restore does not write into the snapshot's files. */
  @Test
  void theFilesOfASnapshotStayAsTheyAre() throws IOException {
    for (int i = 1; i <= 300; i++) {
      publish(i, 1L);
    }
    pageEverything();
    restart();
    Path attachments = folder.resolve("attached" + restored);
    Map<Path, byte[]> before = new HashMap<>();
    for (Path file : files(attachments)) {
      before.put(file, Files.readAllBytes(file));
    }
    for (int i = 301; i <= 900; i++) {
      publish(i, 1L);
    }
    pageEverything();
    for (int i = 1; i <= 900; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
      settle(1, i);
    }
    assertThat(files(pages)).isEmpty();
    for (Path file : files(attachments)) {
      assertThat(Files.readAllBytes(file)).isEqualTo(before.get(file));
    }
  }

  @Test
  void whatCannotBeWrittenStaysInMemory() throws IOException {
    Files.writeString(pages, "a file where the directory should be");
    publish(1, 1L);
    long loaded = state.loadedBytes();
    assertThat(state.pageOut(0)).isFalse();
    assertThat(state.takeWriteFailure()).isTrue();
    assertThat(state.loadedBytes()).isEqualTo(loaded);
    assertThat(read(1, 1)).isEqualTo(body(1));
    Files.delete(pages);
    assertThat(state.pageOut(0)).isTrue();
    assertThat(state.loadedBytes()).isZero();
    assertThat(read(1, 1)).isEqualTo(body(1));
  }

  /** What the replica does then: {@code ShardSimulationTest}, which takes it from there. */
  @Test
  void aSnapshotWhosePagesCannotBeForcedIsNone() {
    for (int i = 1; i <= CHUNK + 1; i++) {
      publish(i, 1L); // one file: a snapshot forces several in any order
    }
    state.writeForSnapshot(100_000, () -> {});
    diskFails = true;
    assertThatThrownBy(() -> snapshot(ShardSnapshot.capture(state, 1), folder.resolve("attached")))
        .isInstanceOf(Pages.NotForcedException.class)
        .hasMessageContaining("00000001.page cannot be forced: java.io.IOException: Input/output");
  }

  @Test
  void aSnapshotHasItselfWhatCannotBeWritten() throws IOException {
    Files.writeString(pages, "a file where the directory should be");
    for (int i = 1; i <= 1_000; i++) {
      publish(i, 1L);
    }
    List<String> told = new ArrayList<>();
    state.writeForSnapshot(100_000, () -> told.add("done"));
    assertThat(told).containsExactly("done");
    assertThat(state.takeWriteFailure()).isTrue();
    Path attachments = folder.resolve("attached");
    byte[] manifest = snapshot(ShardSnapshot.capture(state, 1), attachments);
    Files.delete(pages);
    restored++;
    restore(manifest, attachments);
    for (int i = 1; i <= 1_000; i++) {
      assertThat(read(1, i)).isEqualTo(body(i));
    }
  }

  @Test
  void theNextMessagesOfEachQueueAreSpared() {
    for (int i = 1; i <= 2_000; i++) {
      publish(i, 1L);
      if (i <= 5) {
        publish(i, 2L);
      }
    }
    assertThat(state.pageOut(20_000)).isTrue();
    assertThat(state.pageOut(20_000)).isTrue();
    assertThat(state.queue(1).get(1)).isNotNull();
    assertThat(state.queue(1).get(256)).isNotNull();
    assertThat(state.queue(1).get(257)).isNull();
    assertThat(state.queue(1).get(2_000)).isNotNull();
    assertThat(state.queue(2).get(5)).isNotNull();
  }
}
