package io.quorate.raftqueue.raft.ratis;

import java.util.Arrays;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * A leader's view of its followers: the lease, how long they have been silent, and a nudge. What it
 * says of an earlier leadership is stale: ask only while leading. Thread-safe; reading takes no
 * lock and allocates nothing.
 */
final class Followers {
  private record Follower(
      RaftPeerId id,
      FollowerInfo info,
      StreamLogAppender appender,
      FollowerAcks acks,
      Timestamp created) {}

  private final RatisConfig.Limits limits;
  private volatile Follower[] followers = {};
  private @Nullable LeaderState leadership;

  Followers(RatisConfig.Limits limits) {
    this.limits = limits;
  }

  /** Ratis begins to lead, follower by follower, or replaces the appender to one. */
  synchronized LogAppender add(
      RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
    Follower[] kept = leader == leadership ? followers : new Follower[0];
    FollowerAcks acks = null;
    int count = 0;
    Follower[] next = new Follower[kept.length + 1];
    for (Follower other : kept) {
      if (other.id.equals(follower.getId())) {
        acks = other.acks;
      } else {
        next[count++] = other;
      }
    }
    if (acks == null) {
      acks = new FollowerAcks(limits);
    }
    StreamLogAppender appender = new StreamLogAppender(division, leader, follower, acks, limits);
    next[count++] =
        new Follower(follower.getId(), follower, appender, acks, Timestamp.currentTime());
    leadership = leader;
    followers = Arrays.copyOf(next, count);
    return appender;
  }

  /** Whether a majority, this leader included, helps nobody else to become leader now. */
  boolean leaseValid(long nowNanos) {
    Follower[] current = followers;
    int needed = (current.length + 1) / 2;
    for (Follower follower : current) {
      if (needed == 0) {
        return true;
      }
      if (follower.acks.valid(nowNanos)) {
        needed--;
      }
    }
    return needed == 0;
  }

  /** Tells those that do not know {@code commitIndex} yet. */
  void announce(long commitIndex) {
    for (Follower follower : followers) {
      follower.appender.announce(commitIndex);
    }
  }

  long silenceMs(RaftPeerId id) {
    for (Follower follower : followers) {
      if (follower.id.equals(id)) {
        // Ratis starts with a made-up time before the leadership.
        Timestamp heard = follower.info.getLastRpcResponseTime();
        return heard.compareTo(follower.created) < 0
            ? Long.MAX_VALUE
            : Math.max(0, heard.elapsedTimeMs());
      }
    }
    return Long.MAX_VALUE;
  }
}
