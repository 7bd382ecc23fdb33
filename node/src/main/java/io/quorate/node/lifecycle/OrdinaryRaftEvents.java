package io.quorate.node.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Drops what Ratis reports as errors, with stack traces, although it happens whenever a node stops
 * or starts: a peer asks a group that is closing or not up yet, or asks one that no longer leads,
 * or whose log is closed already; or a node that should take over a leadership is not there, which
 * whoever wanted that says in a line; or a request is answered in the moment in which its leader
 * steps down, which has closed the count of its requests by then and complains of one too many.
 */
public final class OrdinaryRaftEvents extends TurboFilter {

  private static final String PACKAGE = "org.apache.ratis.protocol.exceptions.";

  private static final Set<String> ORDINARY =
      Set.of(
          PACKAGE + "ServerNotReadyException",
          PACKAGE + "LeaderNotReadyException",
          PACKAGE + "NotLeaderException",
          PACKAGE + "LeaderSteppingDownException",
          PACKAGE + "AlreadyClosedException");

  private static final String LOG_IS_CLOSED = "SegmentedRaftLog is expected to be opened but it is";

  private static final String PENDING_REQUESTS = "org.apache.ratis.server.impl.PendingRequests";

  private static final String TRANSFERS = "org.apache.ratis.server.impl.TransferLeadership";

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] params,
      @Nullable Throwable failure) {
    Throwable told = failure == null ? last(params) : failure;
    boolean failedTransfer = told != null && logger.getName().equals(TRANSFERS);
    return failedTransfer || isOrdinary(told) ? FilterReply.DENY : FilterReply.NEUTRAL;
  }

  /**
   * With arguments of a message the failure is the last of them: Logback takes it out only later.
   */
  private static @Nullable Throwable last(Object @Nullable [] params) {
    return params != null
            && params.length > 0
            && params[params.length - 1] instanceof Throwable failure
        ? failure
        : null;
  }

  /** What Ratis's own check of a state says; empty if it is none that has failed. */
  private static String failedCheck(Throwable failure) {
    return failure instanceof IllegalStateException && failure.getMessage() != null
        ? failure.getMessage()
        : "";
  }

  private static boolean isClosedLog(Throwable failure) {
    return failedCheck(failure).contains(LOG_IS_CLOSED);
  }

  private static boolean isAnsweredWhileSteppingDown(Throwable failure) {
    return failedCheck(failure).startsWith("available = -")
        && Arrays.stream(failure.getStackTrace())
            .anyMatch(frame -> frame.getClassName().startsWith(PENDING_REQUESTS));
  }

  private static boolean isOrdinary(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (ORDINARY.contains(cause.getClass().getName())
          || isClosedLog(cause)
          || isAnsweredWhileSteppingDown(cause)) {
        return true;
      }
    }
    return false;
  }
}
