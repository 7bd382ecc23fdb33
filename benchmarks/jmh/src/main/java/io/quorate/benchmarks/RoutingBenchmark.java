package io.quorate.benchmarks;

import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.metadata.MetadataCommand;
import io.quorate.raftqueue.metadata.MetadataDefinitions;
import io.quorate.raftqueue.metadata.MetadataListener;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From exchange and key to queues, in the definitions as a frontend asks them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RoutingBenchmark {
  private static final int QUEUES = 1_000;
  private static final int KEYS = 4_096;

  @Param({"1000", "100000"})
  private int bindings;

  private final MetadataDefinitions definitions = new MetadataDefinitions(MetadataListener.NONE);
  private final String[] keys = new String[KEYS];
  private final String[] queues = new String[KEYS];
  private long index;
  private int next;

  /** Topics of three words, a quarter of the bindings with a wildcard. */
  @Setup
  public void bind() {
    Random random = new Random(1);
    apply(new DefinitionCommand.CreateVhost("/"));
    for (int i = 0; i < QUEUES; i++) {
      apply(new DeclareQueue("/", "q" + i, true, false, false, null, 0, Map.of()));
    }
    for (int i = 0; i < bindings; i++) {
      String key = "region" + i % 100 + ".device" + i / 100 + ".";
      String end = i % 8 == 0 ? "*" : i % 8 == 1 ? "#" : "temperature";
      apply(new BindQueue("/", "amq.topic", "q" + i % QUEUES, key + end, Map.of()));
      apply(new BindQueue("/", "amq.direct", "q" + i % QUEUES, key + end, Map.of()));
    }
    for (int i = 0; i < KEYS; i++) {
      int binding = random.nextInt(bindings);
      keys[i] = "region" + binding % 100 + ".device" + binding / 100 + ".temperature";
      queues[i] = "q" + random.nextInt(QUEUES);
    }
  }

  private void apply(DefinitionCommand command) {
    definitions.apply(index++, List.of(new MetadataCommand.Define(command)));
  }

  @Benchmark
  public List<QueueRef> topic() {
    return definitions.route("/", "amq.topic", keys[next++ & (KEYS - 1)], Map::of);
  }

  @Benchmark
  public List<QueueRef> direct() {
    return definitions.route("/", "amq.direct", keys[next++ & (KEYS - 1)], Map::of);
  }

  @Benchmark
  public List<QueueRef> defaultExchange() {
    return definitions.route("/", "", queues[next++ & (KEYS - 1)], Map::of);
  }
}
