package io.quorate.node.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.spi.FilterReply;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.junit.jupiter.api.Test;

class OrdinaryRaftEventsTest {

  private final OrdinaryRaftEvents filter = new OrdinaryRaftEvents();

  private FilterReply decide(Throwable failure) {
    return filter.decide(
        null, new LoggerContext().getLogger("any"), Level.ERROR, "failed", null, failure);
  }

  @Test
  void dropsWhatHappensWheneverANodeStops() {
    ServerNotReadyException closing = new ServerNotReadyException("CLOSING");
    assertThat(decide(closing)).isEqualTo(FilterReply.DENY);
    assertThat(decide(new CompletionException(closing))).isEqualTo(FilterReply.DENY);
    assertThat(
            decide(
                new IllegalStateException(
                    "n1@group-SegmentedRaftLog is expected to be opened but it is CLOSED")))
        .isEqualTo(FilterReply.DENY);
  }

  @Test
  void findsTheFailureBehindTheArgumentsOfTheMessage() {
    Logger logger = new LoggerContext().getLogger("any");
    Object[] arguments = {"group", "request", new ServerNotReadyException("CLOSING")};

    assertThat(filter.decide(null, logger, Level.ERROR, "{}: failed {}", arguments, null))
        .isEqualTo(FilterReply.DENY);
    assertThat(filter.decide(null, logger, Level.ERROR, "{}", new Object[] {"x"}, null))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(filter.decide(null, logger, Level.ERROR, "x", new Object[0], null))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  @Test
  void dropsTheTraceOfALeadershipThatCouldNotBeHandedOver() throws Exception {
    Class<?> transfers = Class.forName("org.apache.ratis.server.impl.TransferLeadership");
    Logger logger = new LoggerContext().getLogger(transfers);
    Object[] arguments = {"n1@group", new IOException("UNAVAILABLE: io exception")};

    assertThat(filter.decide(null, logger, Level.WARN, "{}: Failed", arguments, null))
        .isEqualTo(FilterReply.DENY);
    assertThat(filter.decide(null, logger, Level.INFO, "{}: begins {}", new Object[] {1, 2}, null))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  /** Seen in the chaos suite: large messages, the leader's power cut, seed 5. */
  @Test
  void dropsTheComplaintOfARequestAnsweredWhileItsLeaderStepsDown() {
    IllegalStateException tooMany = new IllegalStateException("available = -1 < 0");
    assertThat(decide(tooMany)).isEqualTo(FilterReply.NEUTRAL);
    tooMany.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement(
              "org.apache.ratis.util.ResourceSemaphore", "release", "ResourceSemaphore.java", 1),
          new StackTraceElement(
              "org.apache.ratis.server.impl.PendingRequests$RequestLimits",
              "release",
              "PendingRequests.java",
              1)
        });
    assertThat(decide(tooMany)).isEqualTo(FilterReply.DENY);
  }

  @Test
  void keepsEverythingElse() {
    assertThat(decide(new IllegalStateException("a defect"))).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(null)).isEqualTo(FilterReply.NEUTRAL);
  }
}
