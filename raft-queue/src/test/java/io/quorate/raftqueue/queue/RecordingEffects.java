package io.quorate.raftqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/** Counts what the effects tell and compares it with the state they tell of. */
final class RecordingEffects implements Effects {

  private final ShardState state;
  private final Map<Long, Long> counts = new TreeMap<>();
  private int calls;

  RecordingEffects(ShardState state) {
    this.state = state;
  }

  int calls() {
    return calls;
  }

  void assertInStep() {
    for (QueueState queue : state.queues()) {
      assertThat(counts.getOrDefault(queue.id(), 0L)).isEqualTo(queue.count());
    }
  }

  @Override
  public void sessionAdvanced(int node, long incarnation, long lastSequence) {
    calls++;
    assertThat(state.lastSequence(node, incarnation)).isEqualTo(lastSequence);
  }

  @Override
  public void enqueued(QueueState queue, long position) {
    calls++;
    assertThat(queue.has(position)).isTrue();
    counts.merge(queue.id(), 1L, Long::sum);
  }

  @Override
  public void settled(QueueState queue, long position) {
    calls++;
    assertThat(queue.has(position)).isFalse();
    counts.merge(queue.id(), -1L, Long::sum);
  }

  @Override
  public void requeued(QueueState queue, long position) {
    calls++;
    assertThat(queue.get(position).deliveryCount()).isPositive();
  }

  @Override
  public void purged(QueueState queue, long messages) {
    calls++;
    counts.merge(queue.id(), -messages, Long::sum);
  }

  @Override
  public void horizonRaised(QueueState queue) {
    calls++;
  }

  @Override
  public void closeDecided(QueueState queue) {
    calls++;
    assertThat(state.queue(queue.id())).isSameAs(queue);
  }

  @Override
  public void queueDeleted(QueueState queue) {
    calls++;
    counts.remove(queue.id());
    assertThat(state.queue(queue.id())).isNull();
  }
}
