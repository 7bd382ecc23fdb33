package io.quorate.chaos.sut;

import io.quorate.chaos.cluster.Admin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A cluster that is tested, whatever its nodes run in. Nodes have numbers from 1. All methods may
 * be called from any thread. Methods that take nodes do nothing for a node that is already in the
 * state asked for.
 */
public interface ClusterUnderTest extends AutoCloseable {

  /**
   * The name of its provider, as the command line has it: {@code containers}, {@code processes}.
   */
  String provider();

  /** The numbers of its nodes, in order. */
  List<Integer> nodes();

  /** The other nodes. */
  default List<Integer> nodesExcept(int node) {
    return nodes().stream().filter(other -> other != node).toList();
  }

  /** Where an AMQP client connects to, user and password included. */
  String amqpUri(int node);

  /**
   * The command line {@code quorate}, asking the nodes given, or all. Each call costs the start of
   * a JVM: {@link #figures} is for what is looked at often.
   */
  Admin admin(Integer... nodes);

  /** What a node says of itself at {@code /metrics}: cheap, and only of this node. */
  Figures figures(int node);

  /** True if the node answers that clients may connect to it; asks for a second at most. */
  boolean isReady(int node);

  /** True if the node's process is there, frozen or not. */
  boolean isRunning(int node);

  /** What a node's process returned when it last ended; empty if it runs, or nobody knows. */
  OptionalInt exitCode(int node);

  /**
   * Waits until all nodes are ready.
   *
   * @throws AssertionError if they are not within three minutes
   */
  void awaitReady();

  /**
   * The node that leads a queue's shard; waits for one.
   *
   * @throws AssertionError if there is none within half a minute
   */
  int leaderOf(String queue);

  /** Ends nodes with SIGKILL, all at once; returns when their processes are gone. */
  void kill(Integer... nodes);

  /**
   * Asks nodes to end, with SIGTERM; returns when their processes are gone.
   *
   * @throws AssertionError if they are not after a minute
   */
  void stop(Integer... nodes);

  /** Starts nodes; they need not be ready, nor even stay, on return. */
  void start(Integer... nodes);

  /** Freezes nodes with SIGSTOP. */
  void pause(Integer... nodes);

  /** Lets frozen nodes go on. */
  void resume(Integer... nodes);

  /** What a node wrote to its log, from all its starts; the file may not exist yet. */
  Path log(int node);

  /** Where a node's data directory is on this machine. */
  Path data(int node);

  /** The settings of every node, as docs/configuration.md names them, beyond the defaults. */
  Map<String, String> settings();

  /** What can be done to this cluster. Other methods than those of these capabilities throw. */
  Set<Capability> capabilities();

  /** Why this machine or provider does not allow what is not among the capabilities. */
  Map<Capability, String> impossible();

  /** The network between its nodes, with {@link Capability#NETWORK} or {@link Capability#PROXY}. */
  NetworkControl network();

  /** The disks of its nodes, with {@link Capability#DISK}. */
  DiskControl disks();

  /**
   * Moves the wall clock of a node, with {@link Capability#CLOCK}; monotonic clocks go on.
   *
   * @param offsetSeconds ahead of this machine's clock; 0 is right
   */
  void setClock(int node, long offsetSeconds);

  /** Ends the nodes and deletes everything, the logs included. */
  @Override
  void close();
}
