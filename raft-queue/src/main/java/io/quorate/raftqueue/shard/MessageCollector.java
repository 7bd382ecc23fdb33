package io.quorate.raftqueue.shard;

import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import io.quorate.raftqueue.queue.ShardState;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gathers messages for another replica; waits for those that are in pages. Loop thread only. */
final class MessageCollector {

  /** An answer is sent when it has so many bytes. */
  private static final long ANSWER_BYTES = 4 << 20;

  private final ShardState state;
  private final long queueId;
  private final Iterator<Long> positions;
  private final Consumer<Map<Long, StoredMessage>> done;
  private final Map<Long, StoredMessage> found = new HashMap<>();
  private long bytes;

  /** It has been waited for once. */
  private @Nullable Long loaded;

  MessageCollector(
      ShardState state,
      long queueId,
      Iterator<Long> positions,
      Consumer<Map<Long, StoredMessage>> done) {
    this.state = state;
    this.queueId = queueId;
    this.positions = positions;
    this.done = done;
  }

  void collect() {
    QueueState queue = state.queue(queueId);
    while (queue != null && bytes < ANSWER_BYTES && (loaded != null || positions.hasNext())) {
      Long again = loaded;
      loaded = null;
      long position = again != null ? again : positions.next();
      QueuedMessage message = queue.get(position);
      if (message != null) {
        found.put(position, message.message());
        bytes += message.message().getSerializedSize();
      } else if (again == null && queue.has(position) && !queue.isDamaged(position)) {
        loaded = position;
        state.load(queue, position, this::collect);
        return;
      }
    }
    done.accept(found);
  }
}
