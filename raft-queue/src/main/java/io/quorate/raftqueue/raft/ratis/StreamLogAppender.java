package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ratis.PendingAppends.Pending;
import io.quorate.raftqueue.raft.ratis.stream.LeaderStream;
import io.quorate.raftqueue.thread.DaemonThreads;
import io.quorate.raftqueue.thread.Periodic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.NetUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the log to one follower over a {@link LeaderStream}: its thread sends, the stream's thread
 * takes the answers. Several appends may be under way. When the stream breaks, what is unanswered
 * is sent again over the next.
 *
 * <p>It also tells {@link FollowerAcks} which appends the follower accepted. Ratis's own record of
 * answered appends ({@code getLastRespondedAppendEntriesSendTime}) counts a refusal by a follower
 * of a newer leader as an answer too, so that it would show a lease, for a moment, to a leader that
 * has just been told that it is one no longer.
 */
final class StreamLogAppender extends LogAppenderBase implements LeaderStream.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(StreamLogAppender.class);

  /** Looks after all followers' streams, since the thread of a stream may wait for the network. */
  private static final ScheduledExecutorService WATCH =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("raft-stream-watch"));

  private static final int WATCH_MS = 500;

  private static final int RECONNECT_MS = 5;
  private static final int RECONNECT_MAX_MS = 250;

  private final RatisConfig.Limits limits;
  private final FollowerAcks acks;
  private final SendTimes times = new SendTimes();
  private final AtomicLong calls = new AtomicLong();
  private final PendingAppends pending = new PendingAppends();

  /** Guards what the follower is to get next, and which stream that is for. */
  private final Object lock = new Object();

  private volatile @Nullable LeaderStream stream;

  /** Until its first answer one append is enough: the follower may want others. */
  private volatile boolean answered;

  private volatile @Nullable SnapshotTransfer transfer;

  /** It has been said that the follower has lost what it had acknowledged. */
  private volatile boolean forgetful;

  /** The commit index that the follower is to know without waiting for the next heartbeat. */
  private volatile long announced = -1;

  private volatile boolean lossLogged;

  // The appender's own thread only.
  private int backoffMs = RECONNECT_MS;
  private long retryAtNanos = System.nanoTime();

  StreamLogAppender(
      RaftServer.Division division,
      LeaderState leader,
      FollowerInfo follower,
      FollowerAcks acks,
      RatisConfig.Limits limits) {
    super(division, leader, follower);
    this.acks = acks;
    this.limits = limits;
  }

  // ---- the appender's thread

  @Override
  public void run() throws InterruptedException, IOException {
    ScheduledFuture<?> watch =
        Periodic.every(WATCH, WATCH_MS, "the watch of an appender", this::endStuckStream);
    try {
      while (isRunning()) {
        LeaderStream current = connected();
        if (current != null && due()) {
          step(current);
        }
        getLeaderState().checkHealth(getFollower());
        getEventAwaitForSignal().await(waitMs(), TimeUnit.MILLISECONDS);
      }
    } finally {
      watch.cancel(false);
      disconnect(stream);
    }
  }

  /**
   * A frozen follower, or a network that is gone without a sign, takes nothing for ever: the thread
   * that sends would wait for it, and after it has come back for TCP to try again.
   */
  private void endStuckStream() {
    LeaderStream current = stream;
    if (current != null && current.stuckNanos() > requestTimeoutNanos()) {
      LOG.info("{}: nothing taken for {} ms", this, RatisSettings.REQUEST_TIMEOUT_MS);
      disconnect(current);
    }
  }

  /** The stream, opened if it is time to try. */
  private @Nullable LeaderStream connected() {
    LeaderStream current = stream;
    if (current != null && pending.overdue(System.nanoTime(), requestTimeoutNanos())) {
      LOG.info("{}: no answer for {} ms", this, RatisSettings.REQUEST_TIMEOUT_MS);
      disconnect(current);
      return null;
    }
    if (current != null && answered) {
      backoffMs = RECONNECT_MS;
      lossLogged = false;
    }
    if (current != null || retryAtNanos - System.nanoTime() > 0) {
      return current;
    }
    retryAtNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(backoffMs);
    backoffMs = Math.min(RECONNECT_MAX_MS, 2 * backoffMs);
    try {
      current = LeaderStream.open(address(), this + "-replies", this);
    } catch (IOException e) {
      lost(e);
      return null;
    }
    synchronized (lock) {
      answered = false;
      stream = current;
    }
    return current;
  }

  private InetSocketAddress address() {
    return NetUtils.createSocketAddr(getFollower().getPeer().getAddress());
  }

  private static long requestTimeoutNanos() {
    return TimeUnit.MILLISECONDS.toNanos(RatisSettings.REQUEST_TIMEOUT_MS);
  }

  private void lost(IOException cause) {
    if (!lossLogged) {
      lossLogged = true;
      LOG.info("{}: not reached, tried again: {}", this, cause.toString());
    }
  }

  private void step(LeaderStream current) throws IOException, InterruptedException {
    try {
      SnapshotInfo snapshot = shouldInstallSnapshot();
      if (snapshot == null) {
        append(current, tooManyPending());
      } else {
        install(current, snapshot);
      }
    } catch (IOException e) {
      disconnect(current);
      if (isRunning()) {
        lost(e);
      }
    }
  }

  private void append(LeaderStream current, boolean heartbeat) throws IOException {
    AppendEntriesRequestProto request;
    synchronized (lock) {
      if (stream != current) {
        return;
      }
      long call = calls.getAndIncrement();
      // Before anything is read or sent: too early is safe, too late is not.
      times.sent(call, System.nanoTime());
      request = newAppendEntriesRequest(call, heartbeat);
      if (request == null) {
        return;
      }
      request = committingOnlyWhatItBrings(request);
      pending.sent(request);
      int entries = request.getEntriesCount();
      if (entries > 0) {
        getFollower().increaseNextIndex(request.getEntries(entries - 1).getIndex() + 1);
      }
      resetHeartbeatTrigger();
    }
    current.send(request);
    getFollower().updateLastRpcSendTime(request.getEntriesCount() == 0);
  }

  /**
   * A follower may take for committed only what is known to be the same in its log: what an append
   * refers to and what it brings. Ratis counts one entry too many where an append refers to none,
   * at the beginning of the log: a heartbeat would commit whatever the follower has first, an entry
   * of a leader that was never elected by a majority for instance. It could never be replaced then.
   */
  static AppendEntriesRequestProto committingOnlyWhatItBrings(AppendEntriesRequestProto request) {
    long known = request.getEntriesCount() - 1L;
    return request.hasPreviousLog() || request.getLeaderCommit() <= known
        ? request
        : request.toBuilder().setLeaderCommit(known).build();
  }

  private void install(LeaderStream current, SnapshotInfo snapshot)
      throws IOException, InterruptedException {
    SnapshotTransfer started = new SnapshotTransfer(this, snapshot);
    transfer = started;
    try {
      started.run(current);
    } finally {
      transfer = null;
    }
  }

  /**
   * A snapshot goes only to a follower that has just answered: to one that is down it would be sent
   * in vain, and nothing else is said meanwhile.
   */
  @Override
  public @Nullable SnapshotInfo shouldInstallSnapshot() {
    long silentMs = getFollower().getLastRpcResponseTime().elapsedTimeMs();
    return silentMs > 2L * getServer().properties().maxRpcTimeoutMs()
        ? null
        : super.shouldInstallSnapshot();
  }

  /** Whether there is something to send now. */
  private boolean due() {
    return getHeartbeatWaitTimeMs() <= 0 || (hasAppendEntries() && !tooManyPending());
  }

  private boolean tooManyPending() {
    int count = pending.withEntries();
    return count > 0
        && (!answered
            || count >= limits.appendsInFlight()
            || pending.bytes() >= limits.appendBytesInFlight());
  }

  private long waitMs() {
    if (stream == null) {
      return Math.max(1, TimeUnit.NANOSECONDS.toMillis(retryAtNanos - System.nanoTime()));
    }
    return due() ? 0 : Math.max(1, getHeartbeatWaitTimeMs());
  }

  // ---- answers: the stream's thread

  @Override
  public void onReply(LeaderStream from, AppendEntriesReplyProto reply) {
    long call = reply.getServerReply().getCallId();
    Pending request = pending.answered(call);
    getFollower().updateLastRpcResponseTime();
    if (request != null) {
      getFollower().updateLastRespondedAppendEntriesSendTime(request.sent());
    }
    answered = true;
    // An inconsistent log is still the log of a follower that has accepted this leader.
    if (reply.getResult() == AppendResult.SUCCESS
        || reply.getResult() == AppendResult.INCONSISTENCY) {
      times.answered(call, acks);
    }
    if (!take(from, reply, request)) {
      return;
    }
    getLeaderState().onAppendEntriesReply(this, reply);
    announceIfDue();
    notifyLogAppender();
  }

  /** False if this leadership is over. */
  private boolean take(
      LeaderStream from, AppendEntriesReplyProto reply, @Nullable Pending request) {
    switch (reply.getResult()) {
      case SUCCESS -> {
        getLeaderState().onFollowerCommitIndex(getFollower(), reply.getFollowerCommit());
        if (getFollower().updateMatchIndex(reply.getMatchIndex())) {
          getFollower().updateNextIndex(reply.getMatchIndex() + 1);
          getLeaderState().onFollowerSuccessAppendEntries(getFollower());
        }
      }
      case INCONSISTENCY -> goBack(from, reply, request);
      case NOT_LEADER -> {
        if (getLeaderState().onFollowerTerm(getFollower(), reply.getTerm())) {
          return false;
        }
      }
      case UNRECOGNIZED -> LOG.warn("{}: an answer that is not known", this);
    }
    return true;
  }

  private void goBack(LeaderStream from, AppendEntriesReplyProto reply, @Nullable Pending request) {
    long first = request == null ? -1 : request.firstIndex();
    // Ratis may give the first answers of a term in another order: one that has been acted on.
    boolean late = request == null && reply.getNextIndex() <= getFollower().getMatchIndex();
    synchronized (lock) {
      if (stream == from && !late) {
        pending.clear();
        getFollower().setNextIndex(nextIndex(first, reply.getNextIndex()));
      }
    }
  }

  /**
   * Where to go on with a follower whose log is another one. Ratis holds on to what it has
   * acknowledged once; one that has lost that, because of a damaged disk or an old copy of it, is
   * believed: else it would get nothing before there are new entries.
   */
  private long nextIndex(long first, long wanted) {
    long matched = getFollower().getMatchIndex();
    if (wanted > matched) {
      return getNextIndexForInconsistency(first, wanted);
    }
    if (!forgetful) {
      forgetful = true;
      LOG.warn(
          "{}: has lost entries from {} on, of which it had acknowledged those up to {}; it gets"
              + " them again",
          this,
          wanted,
          matched);
    }
    return wanted;
  }

  @Override
  public void onReply(LeaderStream from, InstallSnapshotReplyProto reply) {
    getFollower().updateLastRpcResponseTime();
    SnapshotTransfer current = transfer;
    if (current != null) {
      current.onReply(reply);
    }
  }

  @Override
  public void onEnd(LeaderStream ended, IOException cause) {
    LOG.debug("{}: the stream ended: {}", this, cause.toString());
    if (ended == stream && !answered && isRunning()) {
      lost(cause);
    }
    SnapshotTransfer current = transfer;
    if (current != null) {
      current.onEnd(cause);
    }
    disconnect(ended);
  }

  private void disconnect(@Nullable LeaderStream old) {
    if (old == null) {
      return;
    }
    old.close();
    synchronized (lock) {
      if (stream != old) {
        return;
      }
      stream = null;
      pending.clear();
      long matched = getFollower().getMatchIndex();
      if (matched > 0) { // else it has not told yet what it has: it will
        getFollower().computeNextIndex(next -> Math.min(next, matched + 1));
      }
    }
    getEventAwaitForSignal().signal();
  }

  // ---- what Ratis asks and says

  /** Wakes the thread only for something to send: Ratis says it at each commit, several times. */
  @Override
  public void notifyLogAppender() {
    if (stream == null || due()) {
      getEventAwaitForSignal().signal();
    }
  }

  /**
   * Tells the follower of {@code commitIndex} as soon as it holds the entries up to there: at once
   * or with its answer to them. A heartbeat sent while entries are on their way would not carry it.
   */
  void announce(long commitIndex) {
    announced = commitIndex;
    announceIfDue();
  }

  private void announceIfDue() {
    long index = announced;
    if (getFollower().getCommitIndex() < index
        && getFollower().getMatchIndex() >= index
        && !hasPendingDataRequests()) {
      triggerHeartbeat();
    }
  }

  @Override
  public boolean hasPendingDataRequests() {
    return pending.withEntries() > 0;
  }

  @Override
  public long getCallId() {
    return calls.get();
  }

  @Override
  public Comparator<Long> getCallIdComparator() {
    return Comparator.naturalOrder();
  }

  @Override
  public CompletableFuture<LifeCycle.State> stopAsync() {
    CompletableFuture<LifeCycle.State> stopped = super.stopAsync();
    disconnect(stream);
    return stopped;
  }
}
