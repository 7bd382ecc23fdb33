package io.quorate.chaos.workload;

import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Synchronous operations on definitions, written down. */
final class Definitions {

  /** What is asked of the broker. */
  interface Call {
    Object run() throws IOException;
  }

  private final Link link;
  private final HistoryWriter history;

  Definitions(Link link, HistoryWriter history) {
    this.link = link;
    this.history = history;
  }

  /** Runs one; unknown if it does not come back as it should. */
  void run(Kind kind, String target, @Nullable String detail, Call call) throws IOException {
    Event event = link.invoke(kind).on(target).detail(detail);
    history.record(event);
    EventType outcome = EventType.INFO;
    try {
      call.run();
      outcome = EventType.OK;
    } catch (ShutdownSignalException e) {
      throw new IOException(e);
    } finally {
      history.record(event.then(outcome));
    }
  }
}
