package io.quorate.chaos.workload;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Clients that use a cluster and write down what they do and see. One object is one run: {@code
 * setUp}, {@code start}, {@code stopAndDrain}, {@code close}, each called once, from one thread.
 */
public interface Workload extends AutoCloseable {

  /** As the command line has it. */
  String name();

  /** What it does, in a sentence. */
  String description();

  /** The settings that it needs of every node, as docs/configuration.md names them. */
  default Map<String, String> settings() {
    return Map.of();
  }

  /**
   * How long it runs before the first fault: what latencies are compared with, after the elections
   * of the start.
   */
  default Duration baseline() {
    return Duration.ofSeconds(10);
  }

  /**
   * Declares what it needs, on a cluster that is ready.
   *
   * @throws IOException if the cluster refuses
   */
  void setUp(WorkloadContext context) throws IOException;

  /** Starts its clients, which go on through every fault until they are stopped. */
  void start();

  /**
   * Stops publishing, on a cluster that has been healed; lets the consumers empty the queues;
   * writes down what the replicas say then. Returns when that is done, or when it has waited for
   * {@link WorkloadOptions#drainLimit}: what was not shown to be empty is judged as unknown.
   */
  void stopAndDrain();

  /** Ends everything that still runs; in any state, and again. */
  @Override
  void close();
}
