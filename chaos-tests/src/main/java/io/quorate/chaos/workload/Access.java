package io.quorate.chaos.workload;

import io.quorate.chaos.history.HistoryWriter;
import java.util.function.IntFunction;

/**
 * What a client needs.
 *
 * @param uris where to connect to, by node
 */
public record Access(IntFunction<String> uris, HistoryWriter history) {

  static Access of(WorkloadContext context) {
    return new Access(context.cluster()::amqpUri, context.history());
  }
}
