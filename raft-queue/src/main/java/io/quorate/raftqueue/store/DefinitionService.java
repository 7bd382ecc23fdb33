package io.quorate.raftqueue.store;

import com.google.protobuf.ByteString;
import io.quorate.link.v1.DefineReply;
import io.quorate.link.v1.DefineRequest;
import io.quorate.log.v1.DefinitionProposal;
import io.quorate.log.v1.ProposalMarks;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.metadata.Applied;
import io.quorate.raftqueue.metadata.MetadataCodec;
import io.quorate.raftqueue.metadata.MetadataCommand;
import io.quorate.raftqueue.metadata.MetadataDefinitions;
import io.quorate.raftqueue.metadata.MetadataSnapshot;
import io.quorate.raftqueue.metadata.PasswordHash;
import io.quorate.raftqueue.metadata.ProposalFilter;
import io.quorate.raftqueue.raft.Epochs;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ReplicatedState;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's replica of the definitions, and the way of its frontends to change them.
 *
 * <p>A change is proposed by the leader of the metadata group; its answer is worked out by this
 * node's own replica when it applies the entry. The caller hears of it when the leader says that
 * every reachable node has applied it. A change that got lost with a leader is proposed again: all
 * are idempotent.
 */
final class DefinitionService implements ReplicatedState {

  /**
   * How a request reaches the leader; called again until it is answered. Must not propose on the
   * caller's thread, which may be an event loop.
   */
  interface ProposalSender {

    /** Sends it to the leader of the day, or drops it if none is known. */
    void send(DefineRequest request);
  }

  private record Pending(
      DefineRequest request, CompletableFuture<DefinitionResult> future, Answer answer) {}

  /**
   * Both must have come: the replica's result and the leader's word that it is known everywhere.
   */
  private static final class Answer {
    @Nullable Applied applied;
    boolean known;
  }

  /** What a leader is waiting for. */
  private final PropagationTracker tracker;

  private final MetadataDefinitions definitions;
  private final int node;
  private final long incarnation;
  private final ProposalSender sender;
  private final Executor background;
  private final LongConsumer onApplied;
  private final Runnable onRestored;
  private final Consumer<Throwable> onLogFailed;
  private final long snapshotBytes;
  private final ConcurrentSkipListMap<Long, Pending> pending = new ConcurrentSkipListMap<>();
  private final ProposalFilter filter = new ProposalFilter();
  private final ProposalQueue proposals;
  private long lastRequest;
  private final SecureRandom random = new SecureRandom();
  private final LeadershipListener leadership;
  private volatile @Nullable RaftGroup group;
  private volatile boolean leads;
  private long epoch;
  private long term;

  /** Told when this replica begins or ends to lead. */
  interface LeadershipListener {
    void leading(long epoch);

    void notLeading(long epoch);
  }

  /**
   * @param onApplied told the index of each entry that this replica has applied
   * @param onRestored told that a snapshot has replaced everything
   */
  DefinitionService(
      MetadataDefinitions definitions,
      int node,
      long incarnation,
      ProposalSender sender,
      PropagationTracker tracker,
      Executor background,
      LongConsumer onApplied,
      Runnable onRestored,
      LeadershipListener leadership,
      Consumer<Throwable> onLogFailed,
      long snapshotBytes) {
    this.definitions = definitions;
    this.node = node;
    this.incarnation = incarnation;
    this.sender = sender;
    this.tracker = tracker;
    this.background = background;
    this.proposals = new ProposalQueue(background);
    this.onApplied = onApplied;
    this.onRestored = onRestored;
    this.leadership = leadership;
    this.onLogFailed = onLogFailed;
    this.snapshotBytes = snapshotBytes;
  }

  void join(RaftGroup group) {
    this.group = group;
  }

  MetadataDefinitions definitions() {
    return definitions;
  }

  // ---- this node's requests

  CompletableFuture<DefinitionResult> define(DefinitionCommand command) {
    CompletableFuture<DefinitionResult> future = new CompletableFuture<>();
    if (command instanceof DefinitionCommand.PutUser) {
      background.execute(() -> propose(command, future)); // hashing the password takes a while
    } else {
      propose(command, future);
    }
    return future;
  }

  private void propose(DefinitionCommand command, CompletableFuture<DefinitionResult> future) {
    byte[] entry;
    try {
      entry = MetadataCodec.encode(List.of(MetadataCommand.of(command, this::salt)));
    } catch (RefusedException e) {
      future.completeExceptionally(e);
      return;
    }
    DefineRequest request;
    synchronized (pending) { // no number may be passed over as answered before it is known
      long id = ++lastRequest;
      // one step: the oldest may be answered, and gone, between a look and another
      Map.Entry<Long, Pending> oldest = pending.firstEntry();
      request = number(id, oldest == null ? id : oldest.getKey(), entry);
      pending.put(id, new Pending(request, future, new Answer()));
    }
    future.whenComplete((result, failure) -> pending.remove(request.getId()));
    sender.send(request);
  }

  private DefineRequest number(long id, long answeredBelow, byte[] entry) {
    DefinitionProposal proposal =
        DefinitionProposal.newBuilder()
            .setNode(node)
            .setIncarnation(incarnation)
            .setRequest(id)
            .setAnsweredBelow(answeredBelow)
            .setEntry(ByteString.copyFrom(entry))
            .build();
    return DefineRequest.newBuilder().setId(id).setEntry(proposal.toByteString()).build();
  }

  private byte[] salt() {
    byte[] salt = new byte[PasswordHash.SALT_BYTES];
    random.nextBytes(salt);
    return salt;
  }

  /** Sends again what is unanswered: a new leader is known, or time has passed. */
  void resend() {
    // Not on the caller's thread: that may be the group's own, telling of a new leader, and a state
    // must not propose from within a call to it.
    background.execute(() -> pending.values().forEach(waiting -> sender.send(waiting.request())));
  }

  boolean anyPending() {
    return !pending.isEmpty();
  }

  /** The leader's word on one of this node's requests. */
  void answered(DefineReply reply) {
    Pending waiting = pending.get(reply.getId());
    if (waiting == null || !reply.getFailure().isEmpty()) {
      return; // tried again when the next leader is known, and from time to time
    }
    synchronized (waiting.answer()) {
      waiting.answer().known = true;
    }
    finish(waiting);
  }

  private void finish(Pending waiting) {
    Applied applied;
    synchronized (waiting.answer()) {
      applied = waiting.answer().applied;
      if (applied == null || !(waiting.answer().known || applied instanceof Applied.Refused)) {
        return;
      }
    }
    if (applied instanceof Applied.Refused refused) {
      waiting.future().completeExceptionally(refused.toException());
    } else if (applied instanceof Applied.Result result) {
      waiting.future().complete(result.result());
    }
  }

  // ---- the leader's part

  /**
   * A request of any node, this one included; {@code reply} hears of it once. Proposes, so the
   * caller's thread must not be one of the group's.
   */
  void lead(DefineRequest request, Consumer<DefineReply> reply) {
    RaftGroup current = group;
    if (current == null || !leads) {
      reply.accept(
          DefineReply.newBuilder().setId(request.getId()).setFailure("does not lead").build());
      return;
    }
    proposals.propose(current, request, reply);
  }

  boolean leads() {
    return leads;
  }

  // ---- the group

  @Override
  public CompletableFuture<Void> apply(
      long entryTerm, long index, ByteBuffer entry, @Nullable Object context) {
    apply(index, DefinitionEntry.read(entry));
    if (context instanceof Runnable known) {
      tracker.await(index, known);
    }
    tracker.applied(node, index);
    onApplied.accept(index);
    RaftGroup current = group;
    if (current != null && current.bytesSinceSnapshot() > snapshotBytes) {
      current.takeSnapshot();
    }
    return CompletableFuture.completedFuture(null);
  }

  /** All of an entry becomes visible at once. */
  private void apply(long index, List<DefinitionProposal> proposals) {
    List<DefinitionProposal> admitted = new ArrayList<>(proposals.size());
    List<MetadataCommand> commands = new ArrayList<>(proposals.size());
    for (DefinitionProposal proposal : proposals) {
      if (filter.admit(proposal)) {
        // Each carries one command.
        commands.add(MetadataCodec.decode(proposal.getEntry().asReadOnlyByteBuffer()).get(0));
        admitted.add(proposal);
      }
    }
    if (!commands.isEmpty()) {
      List<Applied> applied = definitions.apply(index, commands);
      for (int i = 0; i < applied.size(); i++) {
        tellRequester(admitted.get(i), applied.get(i));
      }
    }
  }

  private void tellRequester(DefinitionProposal proposal, Applied applied) {
    if (proposal.getNode() != node || proposal.getIncarnation() != incarnation) {
      return;
    }
    Pending waiting = pending.get(proposal.getRequest());
    if (waiting != null) {
      synchronized (waiting.answer()) {
        waiting.answer().applied = applied;
      }
      finish(waiting);
    }
  }

  @Override
  public synchronized void onLeaderReady(long newTerm) {
    epoch = Epochs.next(newTerm, epoch);
    term = newTerm;
    leads = true;
    leadership.leading(epoch);
  }

  @Override
  public synchronized void onLeadershipLost() {
    if (leads) {
      leads = false;
      tracker.clear();
      proposals.clear();
      leadership.notLeading(epoch);
    }
  }

  @Override
  public void onLeaderChanged(@Nullable Integer leaderNode) {}

  @Override
  public CompletableFuture<Long> writeSnapshot(Path file, Path attachments) {
    MetadataSnapshot snapshot = definitions.capture();
    ProposalMarks marks = filter.capture();
    CompletableFuture<Long> done = new CompletableFuture<>();
    background.execute(
        () -> {
          try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            marks.writeDelimitedTo(out);
            snapshot.writeTo(out);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
            return;
          }
          done.complete(snapshot.appliedIndex());
        });
    return done;
  }

  @Override
  public void restore(
      @Nullable Path file, @Nullable Path attachments, long snapshotTerm, long index)
      throws IOException {
    if (file == null) {
      definitions.restore(null);
      filter.restore(ProposalMarks.getDefaultInstance());
    } else {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
        ProposalMarks marks = ProposalMarks.parseDelimitedFrom(in);
        if (marks == null) {
          throw new IOException("the snapshot of the definitions is empty");
        }
        definitions.restore(MetadataSnapshot.readFrom(in));
        filter.restore(marks);
      }
    }
    failWhatHappenedUnseen();
    onApplied.accept(index);
    onRestored.run();
  }

  /**
   * Requests whose entries came with a snapshot: they have happened, but their answers were not
   * worked out here.
   */
  private void failWhatHappenedUnseen() {
    pending.forEach(
        (id, waiting) -> {
          if (filter.hasHappened(node, incarnation, id)) {
            waiting
                .future()
                .completeExceptionally(
                    new RefusedException(
                        RefusedException.Reason.UNAVAILABLE,
                        "this node fell behind while the change was made; ask again"));
          }
        });
  }

  @Override
  public void onLogFailed(Throwable cause) {
    onLogFailed.accept(cause);
  }
}
