package io.quorate.raftqueue.simulation;

import io.quorate.link.v1.ToShard;
import io.quorate.log.v1.Session;
import io.quorate.raftqueue.queue.MemoryPages;
import io.quorate.raftqueue.queue.ShardDump;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.shard.PageBudget;
import io.quorate.raftqueue.shard.PageFactory;
import io.quorate.raftqueue.shard.PageLimits;
import io.quorate.raftqueue.shard.ShardSettings;
import io.quorate.raftqueue.shard.StateDigest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One seed's world. The same seed does the same, to the last step. */
final class Simulation implements AutoCloseable {

  static final ShardSettings SETTINGS =
      new ShardSettings(400, 2, 4, 32, 100, 200, 10, 3_000, 0, 3_000, 16, 1_024, 512);

  /** In every other run acks wait for company. */
  ShardSettings settings() {
    return seed % 2 == 0 ? SETTINGS : SETTINGS.withoutSettleDelay();
  }

  /** Something that happened; the tag says to which message or queue, empty: to all. */
  private record Line(long at, String tag, String text) {}

  /** Digests of replicas that were compared. */
  private int digestsChecked;

  /** A replica's state as it was after an entry. */
  private record Sample(int node, long index, ShardDump state) {}

  private final long seed;
  private final SimTime time;
  private final SimNetwork network = new SimNetwork();
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<RaftLog> disks = new ArrayList<>();
  private final List<SimProcess> processes = new ArrayList<>();
  private final List<Long> definitions = new ArrayList<>();
  private final Set<Long> deleted = new HashSet<>();
  private final Set<Long> exclusive = new HashSet<>();
  private final Set<Long> declaredAgain = new HashSet<>();
  private final List<Line> story = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final boolean telling;
  private final Mutation mutation;
  private final Mutator mutator;
  private final Oracle oracle = new Oracle(this);
  private final SimRaft raft;
  private final Path folder;
  private int files;
  private int damages;
  private int diskFailures;
  private boolean chaos = true;
  private boolean draining;

  /**
   * @param telling whether to keep the story; slower
   */
  Simulation(long seed, Mutation mutation, boolean telling) {
    this.seed = seed;
    this.time = new SimTime(seed);
    this.mutation = mutation;
    this.mutator = new Mutator(mutation);
    this.telling = telling;
    int size = time.oneIn(4) ? 5 : 3;
    this.raft = new SimRaft(this, time, network, size);
    try {
      this.folder = Files.createTempDirectory("quorate-simulation");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (long queue = 1; queue <= 3; queue++) {
      definitions.add(queue);
    }
    for (int id = 1; id <= size; id++) {
      nodes.add(new SimNode(id, time));
      disks.add(new RaftLog());
    }
    for (int i = 0; i < size; i++) {
      processes.add(new SimProcess(this, nodes.get(i), disks.get(i)));
    }
    processes.forEach(process -> process.start(definitions.size()));
  }

  /** Runs it all; throws a {@link Violation} if something is wrong. */
  void run() {
    Workload workload = new Workload(this);
    Faults faults = new Faults(this);
    time.pass(500_000);
    workload.start();
    faults.start();
    time.pass(time.between(1_000_000, 3_500_000));
    chaos = false;
    faults.heal();
    workload.stop();
    time.pass(4_000_000);
    workload.checkAtRest();
    draining = true;
    workload.drain();
    time.pass(3_000_000);
    for (int tries = 0; tries < 10 && !workload.drained(); tries++) {
      time.pass(3_000_000); // page by page over a slow disk it takes its time
    }
    workload.checkDrained();
    checkReplicas();
  }

  // ---- the world

  /** In every third world bodies are paged out as soon as they come. */
  PageBudget pageBudget() {
    return seed % 3 == 0
        ? new PageBudget(PageLimits.of(seed % 2 == 0 ? 0 : 400), 1)
        : PageBudget.unlimited();
  }

  /**
   * Pages in memory, read and written on a thread of their own; now and then nothing can be written
   * for a while, and in every other such world much of what is read is damaged.
   */
  PageFactory pages(SimNode node) {
    if (seed % 3 != 0) {
      return PageFactory.NONE;
    }
    long[] last = {0};
    Executor io =
        task -> {
          last[0] =
              Math.max(last[0] + 1, time.now() + time.between(20, time.oneIn(50) ? 30_000 : 600));
          node.later(last[0] - time.now(), task);
        };
    return (source, owner) ->
        new MemoryPages(
            io,
            owner,
            source,
            () -> time.now() / 100_000 % 5 == seed % 5,
            this::damaged,
            this::unforced);
  }

  private boolean damaged() {
    boolean damaged = chaos && seed % 2 == 0 && time.oneIn(10);
    damages += damaged ? 1 : 0;
    return damaged;
  }

  /** A disk does not take what was written to a page file: the node has to end. */
  private boolean unforced() {
    boolean fails = chaos && seed % 4 == 3 && time.oneIn(15);
    diskFailures += fails ? 1 : 0;
    return fails;
  }

  /** A replica says that its disk cannot be trusted any more; its node ends, and comes back. */
  void diskFailed(int id) {
    int run = node(id).run();
    time.after(
        0,
        () -> {
          if (node(id).isRun(run) && node(id).alive()) {
            say("", "the disk of node %d has failed", id);
            crash(id);
          }
        });
    time.after(
        time.between(10_000, 100_000),
        () -> {
          if (!node(id).alive()) {
            restart(id);
          }
        });
  }

  int diskFailures() {
    return diskFailures;
  }

  /** Pages that could not be read. */
  int damages() {
    return damages;
  }

  SimTime time() {
    return time;
  }

  SimNetwork network() {
    return network;
  }

  SimRaft raft() {
    return raft;
  }

  Oracle oracle() {
    return oracle;
  }

  int size() {
    return raft.size();
  }

  SimProcess process(int node) {
    return processes.get(node - 1);
  }

  List<SimProcess> processes() {
    return List.copyOf(processes);
  }

  SimNode node(int id) {
    return nodes.get(id - 1);
  }

  boolean draining() {
    return draining;
  }

  void crash(int id) {
    say("", "node %d crashes", id);
    SimProcess process = process(id);
    nodes.get(id - 1).crash();
    disks.get(id - 1).crash();
    oracle.clients().forgetProcess(process);
    process.gone();
  }

  void restart(int id) {
    SimNode node = nodes.get(id - 1);
    node.restart();
    say("", "node %d starts again as %d/%d", id, id, node.run());
    int known = Math.max(3, process(id).definitionsKnown() - time.between(0, 3));
    SimProcess fresh = new SimProcess(this, node, disks.get(id - 1));
    processes.set(id - 1, fresh);
    fresh.start(known);
  }

  // ---- definitions: an id to declare a queue, its negative to delete it

  List<Long> definitions() {
    return definitions;
  }

  long declareQueue() {
    long id = definitions.stream().mapToLong(Long::longValue).max().orElse(0) + 1;
    definitions.add(id);
    return id;
  }

  void deleteQueue(long id) {
    say("q" + id, "queue %d is no longer defined", id);
    deleted.add(id);
    definitions.add(-id);
  }

  /** Whether a queue goes with its last consumer. */
  boolean autoDelete(long id) {
    return id % 3 == 0;
  }

  /** A leader has closed a queue. */
  void deleteAbandoned(long id) {
    if (!deleted(id)) {
      deleteQueue(id);
    }
  }

  /** Somebody has declared a queue again: it may be kept for a consumer to come. */
  void declareAgain(long id) {
    declaredAgain.add(id);
  }

  boolean declaredAgain(long id) {
    return declaredAgain.contains(id);
  }

  void wantedExclusively(long id) {
    exclusive.add(id);
  }

  /** Whether a consumer may lose its place in the queue to another that was quicker. */
  boolean everExclusive(long id) {
    return exclusive.contains(id);
  }

  boolean deleted(long id) {
    return deleted.contains(id);
  }

  List<Long> queues() {
    return definitions.stream().filter(id -> id > 0 && !deleted.contains(id)).toList();
  }

  /** How long frontends let clients wait for an answer, in ticks; in every other world for ever. */
  int patience() {
    return seed / 2 % 2 == 0 ? time.between(1, 30) : Integer.MAX_VALUE;
  }

  /** Whether everybody waits until there is an answer: whatever is asked now must be answered. */
  boolean patient() {
    return !chaos;
  }

  // ---- how it may be broken

  boolean refusesProposal() {
    return chaos && time.oneIn(250);
  }

  boolean ignoresLease() {
    return mutation == Mutation.LEASE_IGNORED;
  }

  void sent(Session session, ToShard message) {
    mutator.sent(session, message);
  }

  byte @Nullable [] mutate(byte @Nullable [] entry) {
    return mutator.agreed(entry);
  }

  byte[] mutateAtFollower(byte[] entry) {
    return mutator.atFollower(entry);
  }

  // ---- replicas

  Path newFile() {
    return folder.resolve("snapshot-" + ++files);
  }

  /** A directory for what belongs to the snapshot in the file that was named last. */
  Path newAttachments() {
    return folder.resolve("files-" + files);
  }

  void replicaSnapshot(int node, long index, Path file, Path attachments) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      ShardState state = ShardSnapshot.read(in, MemoryPages.direct(attachments), restoring -> {});
      samples.add(new Sample(node, index, ShardDump.of(state)));
    } catch (IOException e) {
      throw new AssertionError("a snapshot cannot be read", e);
    }
  }

  /** Those that replicas tell, of before an entry that is the next one now. */
  private void checkDigests(long next, ShardState straight) {
    for (SimProcess process : processes) {
      StateDigest told = process.replica().figures().digest();
      if (told.index() == next) {
        digestsChecked++;
        check(
            told.value() == straight.digest(),
            "",
            "node %d has another digest than the log before entry %d",
            process.id(),
            next);
      }
    }
  }

  int digestsChecked() {
    return digestsChecked;
  }

  private void checkReplicas() {
    for (SimProcess process : processes) {
      Path file = newFile();
      Path attachments = newAttachments();
      process
          .replica()
          .writeSnapshot(file, attachments)
          .thenAccept(index -> replicaSnapshot(process.id(), index, file, attachments));
    }
    int before = samples.size();
    time.pass(1_000_000);
    check(samples.size() >= before + size(), "", "a replica does not answer");
    List<Long> indexes =
        samples.subList(before, samples.size()).stream().map(Sample::index).toList();
    check(
        indexes.stream().distinct().count() == 1,
        "",
        "replicas at rest have applied entries up to %s",
        indexes);
    if (mutation == Mutation.HORIZON_SKIPPED) {
      return; // is to be found by what clients see
    }
    ShardState straight = new ShardState();
    List<byte @Nullable []> entries = raft.agreedBytes();
    for (int i = 0; i <= entries.size(); i++) {
      checkDigests(i, straight);
      byte[] bytes = i == 0 ? null : entries.get(i - 1);
      if (bytes != null) {
        apply(straight, bytes);
      }
      for (Sample sample : samples) {
        if (sample.index() == i) {
          check(
              sample.state().equals(ShardDump.of(straight)),
              "",
              "node %d differs from the log after entry %d",
              sample.node(),
              i);
        }
      }
    }
  }

  private static void apply(ShardState state, byte[] bytes) {
    try {
      state.apply(
          io.quorate.log.v1.Batch.parseFrom(bytes), io.quorate.raftqueue.queue.Effects.NONE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- the story

  void say(String tag, String text, @Nullable Object... values) {
    if (telling) {
      story.add(new Line(time.now(), tag, text.formatted(values)));
    }
  }

  void check(boolean holds, String tag, String text, @Nullable Object... values) {
    if (!holds) {
      throw new Violation(tag, text.formatted(values));
    }
  }

  /** What happened to one message and to the cluster. */
  String story(String tag) {
    String queue = tag.contains("#") ? tag.substring(0, tag.indexOf('#')) : tag;
    StringBuilder text = new StringBuilder("seed " + seed + "\n");
    for (Line line : story) {
      if (line.tag().isEmpty() || line.tag().equals(tag) || line.tag().equals(queue)) {
        text.append("%9.3f ms  %s%n".formatted(line.at() / 1000.0, line.text()));
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
