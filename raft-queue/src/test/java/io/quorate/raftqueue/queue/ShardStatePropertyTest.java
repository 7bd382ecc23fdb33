package io.quorate.raftqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.BatchMaker.Kind;
import io.quorate.raftqueue.queue.BatchMaker.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class ShardStatePropertyTest {

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(12, Kind.ENQUEUE),
            Tuple.of(6, Kind.SETTLE),
            Tuple.of(4, Kind.REQUEUE),
            Tuple.of(1, Kind.PURGE),
            Tuple.of(2, Kind.HORIZON),
            Tuple.of(1, Kind.CONSUMED),
            Tuple.of(1, Kind.END),
            Tuple.of(1, Kind.CREATE),
            Tuple.of(1, Kind.DELETE),
            Tuple.of(1, Kind.OPEN),
            Tuple.of(1, Kind.CLOSE));
    Arbitrary<Integer> skews =
        Arbitraries.frequency(
            Tuple.of(10, 0), Tuple.of(1, -1), Tuple.of(1, -2), Tuple.of(1, 1), Tuple.of(1, 3));
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, 2),
            skews,
            Arbitraries.integers().between(1, 3).list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.integers().between(1, 25).list().ofMaxSize(6),
            Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void doesWhatTheModelDoes(@ForAll("steps") List<Step> steps) {
    ShardState state = new ShardState();
    ShardModel model = new ShardModel();
    for (Batch batch : BatchMaker.batches(steps)) {
      state.apply(batch, Effects.NONE);
      model.apply(batch);
      assertThat(ShardDump.of(state)).isEqualTo(model.dump());
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void effectsTellTheWholeStory(@ForAll("steps") List<Step> steps) {
    ShardState state = new ShardState();
    RecordingEffects effects = new RecordingEffects(state);
    for (Batch batch : BatchMaker.batches(steps)) {
      state.apply(batch, effects);
      effects.assertInStep();
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void snapshotAndTheRestEqualsTheStraightRun(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 100) int percent)
      throws IOException {
    List<Batch> batches = BatchMaker.batches(steps);
    int cut = batches.size() * percent / 100;
    ShardState straight = new ShardState();
    batches.forEach(batch -> straight.apply(batch, Effects.NONE));

    ShardState before = new ShardState();
    batches.subList(0, cut).forEach(batch -> before.apply(batch, Effects.NONE));
    ShardSnapshot captured = ShardSnapshot.capture(before, cut);
    ShardDump atCapture = ShardDump.of(before);
    // The original goes on while the snapshot is written: what was captured must not move.
    batches.subList(cut, batches.size()).forEach(batch -> before.apply(batch, Effects.NONE));
    ShardState restored = ShardSnapshot.read(new ByteArrayInputStream(bytes(captured)));
    assertThat(ShardDump.of(restored)).isEqualTo(atCapture);

    batches.subList(cut, batches.size()).forEach(batch -> restored.apply(batch, Effects.NONE));
    assertThat(ShardDump.of(restored)).isEqualTo(ShardDump.of(straight));
    assertThat(ShardDump.of(before)).isEqualTo(ShardDump.of(straight));
  }

  /**
   * With pages, whatever of it is paged, read back or moved when, and whenever the answers come,
   * everything is as without, nothing is left over, and a snapshot of any moment is whole.
   */
  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void pagingChangesNothing(
      @ForAll("steps") List<Step> steps,
      @ForAll @IntRange(max = 100) int percent,
      @ForAll @IntRange(max = 1_000) int window,
      @ForAll long seed)
      throws IOException {
    List<Batch> batches = BatchMaker.batches(steps);
    int cut = batches.size() * percent / 100;
    Turns turns = new Turns(seed, window);
    ShardState plain = new ShardState();
    ShardState paged = turns.newState(null);
    ShardSnapshot captured = null;
    ShardDump atCapture = null;
    for (int i = 0; i < batches.size(); i++) {
      if (i == cut) {
        captured = ShardSnapshot.capture(paged, i);
        atCapture = ShardDump.of(plain);
      }
      plain.apply(batches.get(i), Effects.NONE);
      paged.apply(batches.get(i), Effects.NONE);
      turns.turn(paged);
      assertThat(ShardDump.of(paged)).isEqualTo(ShardDump.of(plain));
      checkSums(paged);
    }
    if (captured != null) {
      restoreAndGoOn(captured, atCapture, batches.subList(cut, batches.size()), plain, turns);
    }
    turns.finish(paged);
    while (paged.loadedBytes() > 0) {
      assertThat(paged.pageOut(window)).isTrue();
      turns.finish(paged);
    }
    checkSums(paged);
    assertThat(paged.writingBytes() + paged.readingBytes()).isZero();
    assertThat(((MemoryPages) paged.pages()).live()).isEqualTo(pagesOf(paged));
    assertThat(ShardDump.of(paged)).isEqualTo(ShardDump.of(plain));
    assertThat(turns.damaged).isZero();
  }

  private static void restoreAndGoOn(
      ShardSnapshot captured, ShardDump atCapture, List<Batch> rest, ShardState plain, Turns turns)
      throws IOException {
    Path directory = Files.createTempDirectory("quorate-pages");
    try {
      byte[] bytes = bytes(captured, directory);
      ShardState restored =
          ShardSnapshot.read(
              new ByteArrayInputStream(bytes),
              turns.newState(directory).pages(),
              state -> ShardSnapshot.pageOut(state, turns.window));
      restored.onDamage((queue, first, positions, failure) -> turns.damaged++);
      assertThat(ShardDump.of(restored)).isEqualTo(atCapture);
      checkSums(restored);
      for (Batch batch : rest) {
        restored.apply(batch, Effects.NONE);
        turns.turn(restored);
        checkSums(restored);
      }
      assertThat(ShardDump.of(restored)).isEqualTo(ShardDump.of(plain));
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** Pages out, reads back and moves, and lets answers come, at random. */
  private static final class Turns {
    final Random random;
    final int window;
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    int damaged;

    Turns(long seed, int window) {
      this.random = new Random(seed);
      this.window = window;
    }

    ShardState newState(@Nullable Path source) {
      ShardState state =
          new ShardState(
              new MemoryPages(
                  tasks::add,
                  tasks::add,
                  source,
                  () -> random.nextInt(8) == 0,
                  () -> false,
                  () -> false));
      state.onDamage((queue, first, positions, failure) -> damaged++);
      return state;
    }

    void turn(ShardState state) {
      for (int i = random.nextInt(4); i > 0; i--) {
        switch (random.nextInt(6)) {
          case 0, 1 -> state.pageOut(window);
          case 4 -> state.writeForSnapshot(1 + random.nextInt(2_000), () -> {});
          case 2 -> load(state);
          case 3 -> state.compact();
          default -> state.readAhead(random.nextInt(2_000), random.nextInt(2_000));
        }
      }
      for (int i = random.nextInt(6); i > 0 && !tasks.isEmpty(); i--) {
        tasks.remove().run();
      }
    }

    private void load(ShardState state) {
      for (QueueState queue : state.queues()) {
        long position = queue.atOrAfter(random.nextInt(30));
        if (position >= 0) {
          state.load(
              queue,
              position,
              () -> assertThat(queue.has(position) && queue.get(position) == null).isFalse());
          state.loadAhead(queue, position);
        }
      }
    }

    void finish(ShardState state) {
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
      state.takeWriteFailure();
    }
  }

  /** The sums are what the parts amount to. */
  private static void checkSums(ShardState state) {
    Set<SharedBody> shared = Collections.newSetFromMap(new IdentityHashMap<>());
    long loaded = 0;
    long paged = 0;
    long chunks = 0;
    for (QueueState queue : state.queues()) {
      long evictable = 0;
      for (Chunk chunk : queue.index().all()) {
        chunks++;
        evictable += chunk.resident && !chunk.writing ? chunk.bytes : 0;
        paged += chunk.resident ? 0 : chunk.count();
        for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
          if (chunk.content(slot) instanceof SharedBody body) {
            shared.add(body);
          } else if (chunk.content(slot) != null) {
            loaded += chunk.size(slot);
          }
        }
      }
      assertThat(queue.evictableBytes()).isEqualTo(evictable);
    }
    loaded += shared.stream().filter(b -> b.message() != null).mapToLong(SharedBody::size).sum();
    assertThat(state.loadedBytes()).isEqualTo(loaded);
    assertThat(state.pagedMessages()).isEqualTo(paged);
    if (chunks == 0) {
      assertThat(state.residentBytes()).isZero();
      assertThat(state.pagedBytes()).isZero();
    }
  }

  /** Records that are in use. */
  private static long pagesOf(ShardState state) {
    Set<Pages.Extent> pages = Collections.newSetFromMap(new IdentityHashMap<>());
    for (QueueState queue : state.queues()) {
      for (Chunk chunk : queue.index().all()) {
        if (chunk.page != null) {
          pages.add(chunk.page);
        }
        for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
          if (chunk.content(slot) instanceof SharedBody body && body.extent() != null) {
            pages.add(body.extent());
          }
        }
      }
    }
    return pages.size();
  }

  /** What cannot be read is told, given to nobody, and replaced by what another replica has. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void damageIsRepairedFromAnotherReplica(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(max = 1_000) int window) {
    List<Runnable> repairs = new ArrayList<>();
    boolean[] unreadable = {true};
    ShardState other = new ShardState();
    ShardState state =
        new ShardState(
            new MemoryPages(
                Runnable::run, Runnable::run, null, () -> false, () -> unreadable[0], () -> false));
    state.onDamage(
        (queue, first, positions, failure) ->
            repairs.add(() -> repair(state, other, queue, first, positions)));
    for (Batch batch : BatchMaker.batches(steps)) {
      state.apply(batch, Effects.NONE);
      other.apply(batch, Effects.NONE);
      state.pageOut(window);
      for (QueueState queue : state.queues()) {
        long position = queue.atOrAfter(0);
        boolean[] loaded = {false};
        if (position >= 0) {
          state.load(queue, position, () -> loaded[0] = true);
          assertThat(loaded[0]).isEqualTo(repairs.isEmpty());
        }
        repairs.forEach(Runnable::run);
        repairs.clear();
        assertThat(position < 0 || loaded[0]).isTrue();
        assertThat(position < 0 || queue.get(position) != null).isTrue();
      }
      checkSums(state);
    }
    assertThat(ShardDump.of(state)).isEqualTo(ShardDump.of(other));
    unreadable[0] = false;
    while (state.loadedBytes() > 0 && state.pageOut(0)) {
      // go on
    }
    assertThat(((MemoryPages) state.pages()).live()).isEqualTo(pagesOf(state));
    assertThat(ShardDump.of(state)).isEqualTo(ShardDump.of(other));
  }

  private static void repair(
      ShardState state, ShardState other, long queue, long first, List<Long> positions) {
    Map<Long, StoredMessage> messages = new HashMap<>();
    if (!positions.isEmpty()) {
      assertThat(state.repair(queue, first, messages)).isEqualTo(positions);
    }
    for (long position : positions) {
      messages.put(position, other.queue(queue).get(position).message());
    }
    assertThat(state.repair(queue, first, messages)).isEmpty();
  }

  /** Numbers rise within an entry, as a leader takes them in; entries may be missing in between. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void numberedOperationsHappenOnce(@ForAll("steps") List<Step> anySteps) {
    List<Step> steps =
        anySteps.stream()
            .map(
                step ->
                    new Step(
                        step.kind(),
                        step.session(),
                        Math.min(step.skew(), 0),
                        step.queues(),
                        step.positions(),
                        // what comes before a session was opened counts only once it has been
                        step.newEntry() || step.kind() == Kind.OPEN || step.kind() == Kind.CLOSE))
            .toList();
    ShardState once = new ShardState();
    ShardState twice = new ShardState();
    for (Batch batch : BatchMaker.batches(steps)) {
      once.apply(batch, Effects.NONE);
      twice.apply(batch, Effects.NONE);
      RecordingEffects silent = new RecordingEffects(twice);
      twice.apply(onlyNumbered(batch), silent);
      assertThat(silent.calls()).isZero();
      assertThat(ShardDump.of(twice)).isEqualTo(ShardDump.of(once));
    }
  }

  private static Batch onlyNumbered(Batch batch) {
    Batch.Builder numbered = Batch.newBuilder().setVersion(batch.getVersion());
    batch.getRunsList().stream().filter(Run::hasSession).forEach(numbered::addRuns);
    return numbered.build();
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void aSnapshotCutShortIsRefused(@ForAll("steps") List<Step> steps) throws IOException {
    byte[] whole = snapshotOf(steps);
    for (int length = 0; length < whole.length; length += 1 + whole.length / 50) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ShardSnapshot.read(new ByteArrayInputStream(cut)))
          .isInstanceOf(IOException.class);
    }
  }

  /**
   * Bits that only change a body are found by the digest that is kept beside the file; what breaks
   * the structure must be told as such, whatever it is.
   */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aDamagedSnapshotIsRefusedOrStaysReadable(
      @ForAll("steps") List<Step> steps,
      @ForAll @IntRange(max = 1_000_000) int where,
      @ForAll @IntRange(min = 1, max = 255) int flip)
      throws IOException {
    byte[] damaged = snapshotOf(steps);
    damaged[where % damaged.length] ^= (byte) flip;
    try {
      ShardSnapshot.read(new ByteArrayInputStream(damaged));
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }

  private static byte[] snapshotOf(List<Step> steps) throws IOException {
    ShardState state = new ShardState();
    BatchMaker.batches(steps).forEach(batch -> state.apply(batch, Effects.NONE));
    return bytes(ShardSnapshot.capture(state, 1));
  }

  private static byte[] bytes(ShardSnapshot snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.write(out);
    snapshot.close();
    return out.toByteArray();
  }

  private static byte[] bytes(ShardSnapshot snapshot, Path directory) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.write(out);
    snapshot.attach(directory.toString());
    snapshot.close();
    return out.toByteArray();
  }
}
