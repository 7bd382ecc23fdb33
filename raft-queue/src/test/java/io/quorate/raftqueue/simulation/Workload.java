package io.quorate.raftqueue.simulation;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the clients of all nodes do, and what they must find when everything works again. */
final class Workload {

  private record Asked(SimProcess process, String what, CompletableFuture<?> answer) {}

  private record Published(SimProcess process, String payload, boolean[] answered) {}

  private final Simulation sim;
  private final SimTime time;
  private final List<SimConsumer> consumers = new ArrayList<>();
  private final List<Asked> asked = new ArrayList<>();
  private final List<Published> published = new ArrayList<>();
  private final Map<String, Long> counters = new TreeMap<>();
  private final boolean requests;
  private final int autoRate;
  private boolean over;

  Workload(Simulation sim) {
    this.sim = sim;
    this.time = sim.time();
    this.requests = !time.oneIn(3);
    this.autoRate = time.oneIn(2) ? 3 : 1_000_000;
  }

  void start() {
    if (over) {
      return;
    }
    SimProcess process = sim.process(time.between(1, sim.size() + 1));
    if (process.responsive() && !process.defined().isEmpty()) {
      act(process);
    }
    time.after(time.between(100, 6_000), this::start);
  }

  private long anyQueue(SimProcess process) {
    List<Long> known = List.copyOf(process.defined());
    return known.get(time.between(0, known.size()));
  }

  private void act(SimProcess process) {
    int dice = time.between(0, 1000);
    long queue = anyQueue(process);
    if (dice < 550) {
      for (int i = time.between(1, 5); i > 0; i--) {
        publish(process);
      }
    } else if (dice < 650) {
      if (consumers.stream().filter(SimConsumer::active).count() < 8) {
        consume(process, queue);
      }
    } else if (dice < 680) {
      if (!consumers.isEmpty()) {
        cancelOne(consumers.get(time.between(0, consumers.size())));
      }
    } else if (dice < 720) {
      if (!consumers.isEmpty()) {
        grantOne(consumers.get(time.between(0, consumers.size())));
      }
    } else if (requests && dice < 800) {
      get(process, queue);
    } else if (requests && dice < 820) {
      purge(process, queue);
    } else if (requests && dice < 840) {
      if (time.oneIn(2)) {
        ask(process, "stats", process.client().stats(ref(queue)));
      } else {
        sim.declareAgain(queue);
        ask(process, "stats of declared", process.client().declared(ref(queue)));
      }
    } else if (requests && dice < 846) {
      sim.declareQueue();
    } else if (requests && dice < 850 && sim.queues().size() > 2) {
      List<Long> there = sim.queues();
      sim.deleteQueue(there.get(time.between(0, there.size())));
    } else if (requests && dice < 870 && sim.queues().size() > 1) {
      boolean ifEmpty = time.oneIn(2);
      sim.say("q" + queue, "node %s wants queue %d closed", process, queue);
      ask(process, "close", process.client().close(ref(queue), !ifEmpty, ifEmpty, false));
    }
  }

  private static QueueRef ref(long queue) {
    return new QueueRef(queue, SimRaft.SHARD);
  }

  private void publish(SimProcess process) {
    String publisher = process + "." + (time.oneIn(2) ? "a" : "b");
    String payload = publisher + "." + counters.merge(publisher, 1L, Long::sum);
    List<Long> queues = new ArrayList<>(List.of(anyQueue(process)));
    long second = anyQueue(process);
    if (time.oneIn(4) && !queues.contains(second)) {
      queues.add(second);
    }
    Published one = new Published(process, payload, new boolean[1]);
    published.add(one);
    sim.oracle().purges().publishing(payload);
    process
        .client()
        .submit(
            Operation.newBuilder()
                .setEnqueue(
                    Enqueue.newBuilder()
                        .addAllQueueIds(queues)
                        .setMessage(
                            StoredMessage.newBuilder().setBody(ByteString.copyFromUtf8(payload)))),
            payload.length(),
            outcome -> {
              one.answered()[0] = true;
              sim.oracle().clients().published(payload, queues, outcome);
            });
  }

  private void consume(SimProcess process, long queue) {
    SimConsumer consumer =
        new SimConsumer(sim, process, queue, time.between(0, autoRate) == 1, false);
    consumers.add(consumer);
    consumer.subscribe(time.between(0, 8), time.between(0, 2), time.oneIn(20));
  }

  private void cancelOne(SimConsumer consumer) {
    if (consumer.active() && consumer.process().responsive()) {
      consumer.cancel();
    }
  }

  private void grantOne(SimConsumer consumer) {
    if (consumer.active() && consumer.process().responsive()) {
      consumer.grant(time.between(1, 5));
    }
  }

  private <T> CompletableFuture<T> ask(
      SimProcess process, String what, CompletableFuture<T> answer) {
    asked.add(new Asked(process, what, answer));
    return answer;
  }

  private void purge(SimProcess process, long queue) {
    sim.say("q" + queue, "node %s purges queue %d", process, queue);
    CompletableFuture<Long> answer = process.client().purge(ref(queue));
    sim.oracle().purges().watch(process, queue, answer);
    ask(process, "purge of " + queue, answer);
  }

  private void get(SimProcess process, long queue) {
    boolean auto = time.between(0, autoRate) == 1;
    Object holder =
        new Object() {
          @Override
          public String toString() {
            return "a get of " + process;
          }
        };
    ask(process, "get of " + queue, process.client().get(ref(queue), auto))
        .thenAccept(result -> got(process, queue, auto, holder, result));
  }

  private void got(
      SimProcess process, long queue, boolean auto, Object holder, @Nullable GetResult result) {
    if (result == null || result.delivery() == null) {
      return;
    }
    sim.oracle().clients().received(holder, process, queue, auto, result.delivery());
    if (auto) {
      return;
    }
    long[] position = {result.delivery().position()};
    process.later(
        time.oneIn(10) ? time.between(100_000, 600_000) : time.between(10, 10_000),
        () -> {
          if (!sim.draining() && time.oneIn(3)) {
            sim.oracle().clients().requeueAsked(holder, queue, position);
            process
                .client()
                .requeue(
                    ref(queue),
                    result.holder(),
                    position,
                    outcome -> sim.oracle().clients().requeued(queue, position));
          } else {
            sim.oracle().clients().settleAsked(holder, process, queue, position);
            process
                .client()
                .settle(
                    ref(queue),
                    result.holder(),
                    position,
                    true,
                    outcome -> sim.oracle().clients().settled(holder, queue, position, outcome));
          }
        });
  }

  void stop() {
    over = true;
  }

  // ---- what must hold when everything works again

  void checkAtRest() {
    for (SimProcess process : sim.processes()) {
      sim.check(process.inFlightBytes() == 0, "", "node %s has bytes in flight", process);
    }
    for (Published one : published) {
      sim.check(
          one.answered()[0] || !one.process().running(), "", "no answer for %s", one.payload());
    }
    for (Asked one : asked) {
      sim.check(
          one.answer().isDone() || !one.process().running(),
          "",
          "no answer for node %s: %s",
          one.process(),
          one.what());
    }
    for (SimConsumer consumer : consumers) {
      if (consumer.process().running()) {
        String tag = "q" + consumer.queueId();
        sim.check(consumer.answered(), tag, "no consume-ok for %s", consumer);
        sim.check(
            !sim.deleted(consumer.queueId()) || !consumer.active(),
            tag,
            "%s was not told that its queue is gone",
            consumer);
      }
    }
    for (long queue : sim.queues()) {
      checkSoon(queue);
    }
  }

  /** Clients may still be at work: what must hold in the end is looked at a few times. */
  private void checkSoon(long queue) {
    for (int tries = 1; ; tries++) {
      try {
        checkAtRest(queue);
        return;
      } catch (Violation e) {
        if (tries == 40) {
          throw e;
        }
      }
    }
  }

  private void checkAtRest(long queue) {
    CompletableFuture<QueueStats> stats = sim.process(1).client().stats(ref(queue));
    time.pass(100_000);
    sim.check(stats.isDone(), "q" + queue, "no figures of queue %d", queue);
    long held = sim.oracle().held(queue);
    long ready = sim.oracle().count(queue) - held;
    sim.check(
        !sim.autoDelete(queue) || sim.declaredAgain(queue) || !lostAllConsumers(queue),
        "q" + queue,
        "auto-delete queue %d is still there although all its consumers' nodes have died",
        queue);
    for (SimConsumer consumer : consumers) {
      if (consumer.active() && consumer.queueId() == queue && consumer.credit() > 0) {
        sim.check(
            ready == 0,
            sim.oracle().anyTag(queue, false),
            "%d messages wait in queue %d although %s has credit %d (the leader says: %s)",
            ready,
            queue,
            consumer,
            consumer.credit(),
            stats.join());
      }
    }
    QueueStats figures = stats.join();
    sim.check(
        figures.unacked() == sim.oracle().held(queue)
            && figures.ready() + figures.unacked() == sim.oracle().count(queue),
        sim.oracle().anyTag(queue, figures.unacked() < held),
        "queue %d has %d ready and %d held, its leader says %s",
        queue,
        sim.oracle().count(queue) - held,
        held,
        figures);
  }

  private boolean lostAllConsumers(long queue) {
    List<SimConsumer> had =
        consumers.stream().filter(c -> c.queueId() == queue && c.subscribed()).toList();
    return !had.isEmpty() && had.stream().noneMatch(c -> c.process().running());
  }

  /** Whatever is left is taken out by consumers that only ack. */
  void drain() {
    for (SimConsumer consumer : List.copyOf(consumers)) {
      if (consumer.active()) {
        consumer.cancel();
      }
    }
    time.pass(1_000_000);
    for (long queue : sim.queues()) {
      int node = time.between(1, sim.size() + 1);
      SimConsumer drain = new SimConsumer(sim, sim.process(node), queue, false, true);
      consumers.add(drain);
      drain.subscribe(1_000_000, 0, false);
    }
  }

  boolean drained() {
    return sim.queues().stream().allMatch(queue -> sim.oracle().count(queue) == 0);
  }

  void checkDrained() {
    for (SimConsumer consumer : consumers) {
      sim.check(
          consumer.answered() || !consumer.process().running(),
          "q" + consumer.queueId(),
          "no consume-ok for %s",
          consumer);
    }
    for (long queue : sim.queues()) {
      sim.check(
          sim.oracle().count(queue) == 0,
          sim.oracle().anyTag(queue, false),
          "%d messages of queue %d cannot be got out",
          sim.oracle().count(queue),
          queue);
    }
  }
}
