package io.quorate.chaos.workload;

import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Synchronous operations on definitions, written down. */
final class Definitions {

  private final Link link;

  Definitions(Link link) {
    this.link = link;
  }

  /** Runs one; unknown if it does not come back as it should. */
  void run(Kind kind, String target, @Nullable String detail, Link.Call call) throws IOException {
    try {
      link.call(link.invoke(kind).on(target).detail(detail), call);
    } catch (ShutdownSignalException e) {
      throw new IOException(e);
    }
  }
}
