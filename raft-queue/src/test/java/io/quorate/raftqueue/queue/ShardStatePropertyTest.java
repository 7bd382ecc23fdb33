package io.quorate.raftqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Run;
import io.quorate.raftqueue.queue.BatchMaker.Kind;
import io.quorate.raftqueue.queue.BatchMaker.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

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

  @Property(tries = 500)
  void doesWhatTheModelDoes(@ForAll("steps") List<Step> steps) {
    ShardState state = new ShardState();
    ShardModel model = new ShardModel();
    for (Batch batch : BatchMaker.batches(steps)) {
      state.apply(batch, Effects.NONE);
      model.apply(batch);
      assertThat(ShardDump.of(state)).isEqualTo(model.dump());
    }
  }

  @Property(tries = 300)
  void effectsTellTheWholeStory(@ForAll("steps") List<Step> steps) {
    ShardState state = new ShardState();
    RecordingEffects effects = new RecordingEffects(state);
    for (Batch batch : BatchMaker.batches(steps)) {
      state.apply(batch, effects);
      effects.assertInStep();
    }
  }

  @Property(tries = 300)
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
   * With pages, whatever of it is paged when, everything is as without, and nothing is left over.
   */
  @Property(tries = 300)
  void pagingChangesNothing(
      @ForAll("steps") List<Step> steps,
      @ForAll @IntRange(max = 100) int percent,
      @ForAll @IntRange(max = 1_000) int window,
      @ForAll @IntRange(max = 3) int runs)
      throws IOException {
    List<Batch> batches = BatchMaker.batches(steps);
    int cut = batches.size() * percent / 100;
    MemoryPages pages = new MemoryPages(() -> false);
    ShardState plain = new ShardState();
    ShardState paged = new ShardState(pages);
    ShardSnapshot captured = null;
    ShardDump atCapture = null;
    for (int i = 0; i < batches.size(); i++) {
      if (i == cut) {
        captured = ShardSnapshot.capture(paged, i);
        atCapture = ShardDump.of(plain);
      }
      plain.apply(batches.get(i), Effects.NONE);
      paged.apply(batches.get(i), Effects.NONE);
      pageOut(paged, window, runs + i % 2);
      assertThat(ShardDump.of(paged)).isEqualTo(ShardDump.of(plain));
      assertThat(paged.pagedBodies()).isEqualTo(pages.live());
      assertThat(paged.loadedBytes()).isEqualTo(loadedBytes(paged));
    }
    if (captured != null) {
      MemoryPages second = new MemoryPages(() -> false);
      ShardState restored =
          ShardSnapshot.read(
              new ByteArrayInputStream(bytes(captured)),
              second,
              state -> pageOut(state, window, runs));
      assertThat(ShardDump.of(restored)).isEqualTo(atCapture);
      assertThat(restored.pagedBodies()).isEqualTo(second.live());
      batches.subList(cut, batches.size()).forEach(batch -> restored.apply(batch, Effects.NONE));
      assertThat(ShardDump.of(restored)).isEqualTo(ShardDump.of(plain));
      assertThat(restored.loadedBytes()).isEqualTo(loadedBytes(restored));
    }
    while (paged.pageOut(window, 1_000)) {
      // until everything is out
    }
    assertThat(paged.loadedBytes()).isZero();
    assertThat(ShardDump.of(paged)).isEqualTo(ShardDump.of(plain));
  }

  private static void pageOut(ShardState state, long window, int runs) {
    for (int run = 0; run < runs; run++) {
      state.pageOut(window, 600);
    }
  }

  private static long loadedBytes(ShardState state) {
    Set<Body> loaded = Collections.newSetFromMap(new IdentityHashMap<>());
    state
        .queues()
        .forEach(
            queue ->
                queue
                    .messages()
                    .forEach(
                        message -> {
                          if (!message.body().isPaged()) {
                            loaded.add(message.body());
                          }
                        }));
    return loaded.stream().mapToLong(Body::sizeBytes).sum();
  }

  /** Numbers rise within an entry, as a leader takes them in; entries may be missing in between. */
  @Property(tries = 300)
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

  @Property(tries = 100)
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
  @Property(tries = 300)
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
    return out.toByteArray();
  }
}
