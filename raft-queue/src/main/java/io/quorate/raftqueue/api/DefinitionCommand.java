package io.quorate.raftqueue.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change of the definitions. Argument tables hold: {@code Boolean, Byte, Short, Integer, Long,
 * Float, Double, java.math.BigDecimal, String, byte[], java.util.Date (seconds), List, Map} and
 * null, nested at will. All commands are idempotent: said twice, they do no more than said once.
 */
public sealed interface DefinitionCommand {

  /** Declares an exchange; refused with PRECONDITION_FAILED if it exists with other properties. */
  record DeclareExchange(ExchangeDefinition exchange) implements DefinitionCommand {}

  /** Deletes an exchange with its bindings; one that does not exist is no error. */
  record DeleteExchange(String vhost, String name, boolean ifUnused) implements DefinitionCommand {}

  /**
   * Declares a queue. Answered with {@link DefinitionResult.Queue}; refused with
   * PRECONDITION_FAILED if it exists with other properties, RESOURCE_LOCKED if another connection
   * owns it.
   *
   * @param shard where to put it if it is new
   */
  record DeclareQueue(
      String vhost,
      String name,
      boolean durable,
      boolean exclusive,
      boolean autoDelete,
      @Nullable String owner,
      int shard,
      Map<String, Object> arguments)
      implements DefinitionCommand {}

  /** Deletes the queue with this id, with its bindings; one that does not exist is no error. */
  record DeleteQueue(long id) implements DefinitionCommand {}

  /**
   * As {@link DeleteQueue}, for a queue that makes way for one of the same name that a client is
   * about to declare, since it was lost with its node or is closed: auto-delete exchanges that lose
   * their last binding stay. That client has declared them again before, and is going to bind to
   * them.
   */
  record DeleteReplacedQueue(long id) implements DefinitionCommand {}

  /** Binds a queue to an exchange. */
  record BindQueue(
      String vhost, String exchange, String queue, String routingKey, Map<String, Object> arguments)
      implements DefinitionCommand {}

  /**
   * Removes a binding; one that does not exist is no error. An auto-delete exchange goes with its
   * last binding.
   */
  record UnbindQueue(
      String vhost, String exchange, String queue, String routingKey, Map<String, Object> arguments)
      implements DefinitionCommand {}

  /** Binds exchange {@code destination} to exchange {@code source}. */
  record BindExchange(
      String vhost,
      String source,
      String destination,
      String routingKey,
      Map<String, Object> arguments)
      implements DefinitionCommand {}

  record UnbindExchange(
      String vhost,
      String source,
      String destination,
      String routingKey,
      Map<String, Object> arguments)
      implements DefinitionCommand {}

  /** Creates a virtual host with its predeclared exchanges. */
  record CreateVhost(String vhost) implements DefinitionCommand {}

  /** Creates a user or replaces the password. */
  record PutUser(String user, String password) implements DefinitionCommand {}

  /**
   * A node has started: the queues that lived in the memory of its earlier run (exclusive and
   * transient ones) are deleted.
   *
   * @param incarnation rises with every start of the node
   */
  record NodeStarted(int node, long incarnation) implements DefinitionCommand {}

  /** A connection has ended: its exclusive queues are deleted. */
  record ConnectionClosed(String owner) implements DefinitionCommand {}
}
