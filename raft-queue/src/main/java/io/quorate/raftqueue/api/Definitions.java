package io.quorate.raftqueue.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Read access to a node's copy of the definitions: virtual hosts, users, exchanges, bindings,
 * queues. Thread-safe; every call sees a consistent state.
 */
public interface Definitions {

  boolean hasVhost(String vhost);

  @Nullable ExchangeDefinition exchange(String vhost, String name);

  @Nullable QueueDefinition queue(String vhost, String name);

  @Nullable QueueDefinition queue(long id);

  /** All queues of all virtual hosts, in order of id. */
  List<QueueDefinition> queues();

  /** All virtual hosts, sorted. */
  List<String> vhosts();

  /** All exchanges of a virtual host, sorted by name. */
  List<ExchangeDefinition> exchanges(String vhost);

  /** Whether the password is the user's. */
  boolean authenticate(String user, String password);

  /**
   * The queues that a message goes to, each once, through exchange-to-exchange bindings and
   * alternate exchanges.
   *
   * @param message asked for no more than the exchanges on the way need
   * @return null if the exchange does not exist
   */
  @Nullable List<QueueRef> route(
      String vhost, String exchange, String routingKey, RoutedMessage message);

  /**
   * As the other {@code route}, of a message with several routing keys: at each exchange on its way
   * it matches whatever one of them matches.
   */
  @Nullable List<QueueRef> route(
      String vhost, String exchange, List<String> routingKeys, RoutedMessage message);

  /**
   * Rises with every change; what was computed from the definitions is valid while it stays the
   * same.
   */
  long version();
}
