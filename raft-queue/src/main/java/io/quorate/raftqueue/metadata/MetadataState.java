package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.ConnectionClosed;
import io.quorate.raftqueue.api.DefinitionCommand.CreateVhost;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteReplacedQueue;
import io.quorate.raftqueue.api.DefinitionCommand.NodeStarted;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindQueue;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.metadata.Applied.Refused;
import io.quorate.raftqueue.routing.ExchangeNode;
import io.quorate.raftqueue.routing.QueueDestination;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata group replicates. The same entries lead to the same state and the same answers
 * everywhere. In the empty state there is the virtual host "/" and no user.
 *
 * <p>One writer; readers beside it only through {@link MetadataDefinitions}. Tables in commands
 * must not be changed afterwards.
 */
final class MetadataState {

  /** The virtual host that exists from the start. */
  static final String ROOT_VHOST = "/";

  // Concurrent, since vhosts and users are looked up without a lock.
  private final Map<String, Vhost> vhosts = new ConcurrentHashMap<>();
  private final Map<String, PasswordHash> users = new ConcurrentHashMap<>();
  private final Map<Integer, Long> incarnations = new TreeMap<>();
  private final QueueTable queues = new QueueTable();
  private final Changes changes;
  private long appliedIndex = -1;
  private long lastQueueId;

  MetadataState(MetadataListener listener) {
    changes = new Changes(listener);
    vhosts.put(ROOT_VHOST, new Vhost(ROOT_VHOST));
  }

  /**
   * The state that a snapshot was taken of.
   *
   * @throws IllegalArgumentException if the snapshot contradicts itself
   */
  MetadataState(MetadataSnapshot snapshot, MetadataListener listener) {
    changes = new Changes(listener);
    appliedIndex = snapshot.appliedIndex();
    lastQueueId = snapshot.lastQueueId();
    snapshot.vhosts().forEach(name -> vhosts.put(name, new Vhost(name)));
    snapshot
        .exchanges()
        .forEach(
            exchange -> requireVhost(exchange.vhost()).routes().add(new ExchangeNode(exchange)));
    for (QueueDefinition queue : snapshot.queues()) {
      if (queue.ref().id() > lastQueueId) {
        throw new IllegalArgumentException(
            "queue " + queue.ref().id() + " is above the last id " + lastQueueId);
      }
      addQueue(requireVhost(queue.vhost()), queue);
    }
    snapshot.bindings().forEach(binding -> requireVhost(binding.vhost()).restore(binding));
    users.putAll(snapshot.users());
    incarnations.putAll(snapshot.incarnations());
  }

  /**
   * @param index the entry's index in the log; never goes back, the commands of one entry share it
   */
  Applied apply(long index, MetadataCommand command) {
    if (index < appliedIndex) {
      throw new IllegalArgumentException(
          "entry " + index + " comes after entry " + appliedIndex + " was applied");
    }
    appliedIndex = index;
    if (command instanceof MetadataCommand.PutCredentials put) {
      return putUser(put);
    }
    return apply(((MetadataCommand.Define) command).command());
  }

  private Applied apply(DefinitionCommand command) {
    if (command instanceof DeclareExchange c) {
      return in(c.exchange().vhost(), v -> ExchangeCommands.declare(v, c.exchange(), changes));
    } else if (command instanceof DeleteExchange c) {
      return in(c.vhost(), v -> ExchangeCommands.delete(v, c, changes));
    } else if (command instanceof DeclareQueue c) {
      return in(c.vhost(), v -> declareQueue(v, c));
    } else if (command instanceof DeleteQueue c) {
      return deleteQueue(queues.get(c.id()));
    } else if (command instanceof DeleteReplacedQueue c) {
      return deleteQueue(queues.get(c.id()), Vhost::removeReplacedQueue);
    } else if (command instanceof CreateVhost c) {
      return createVhost(c.vhost());
    } else if (command instanceof NodeStarted c) {
      return nodeStarted(c);
    } else if (command instanceof ConnectionClosed c) {
      queues.ownedBy(c.owner()).forEach(this::deleteQueue);
      return Applied.DONE;
    }
    return applyBinding(command);
  }

  private Applied applyBinding(DefinitionCommand command) {
    if (command instanceof BindQueue c) {
      return in(
          c.vhost(),
          v ->
              BindingCommands.bindQueue(
                  v, c.exchange(), c.queue(), c.routingKey(), c.arguments(), changes));
    } else if (command instanceof UnbindQueue c) {
      return in(
          c.vhost(),
          v ->
              BindingCommands.unbind(
                  v,
                  c.exchange(),
                  v.routes().queue(c.queue()),
                  c.routingKey(),
                  c.arguments(),
                  changes));
    } else if (command instanceof BindExchange c) {
      return in(
          c.vhost(),
          v ->
              BindingCommands.bindExchange(
                  v, c.source(), c.destination(), c.routingKey(), c.arguments(), changes));
    } else if (command instanceof UnbindExchange c) {
      return in(
          c.vhost(),
          v ->
              BindingCommands.unbind(
                  v,
                  c.source(),
                  v.routes().exchange(c.destination()),
                  c.routingKey(),
                  c.arguments(),
                  changes));
    }
    throw new IllegalArgumentException("cannot apply " + command);
  }

  private Applied in(String name, Function<Vhost, Applied> action) {
    Vhost vhost = vhosts.get(name);
    return vhost == null ? Refusals.noVhost(name) : action.apply(vhost);
  }

  private Applied declareQueue(Vhost vhost, DeclareQueue command) {
    Applied decided = QueueCommands.existingOrRefused(vhost, command);
    if (decided != null) {
      return decided;
    }
    QueueDefinition definition = QueueCommands.definition(command, ++lastQueueId);
    addQueue(vhost, definition);
    changes.queueDeclared(definition);
    return new Applied.Result(new DefinitionResult.Queue(definition, true));
  }

  private void addQueue(Vhost vhost, QueueDefinition definition) {
    QueueDestination queue = new QueueDestination(definition);
    queues.add(queue);
    vhost.routes().add(queue);
  }

  private Applied deleteQueue(@Nullable QueueDestination queue) {
    return deleteQueue(queue, Vhost::removeQueue);
  }

  private Applied deleteQueue(
      @Nullable QueueDestination queue, BiConsumer<Vhost, QueueDestination> removal) {
    if (queue != null) {
      queues.remove(queue);
      removal.accept(requireVhost(queue.definition().vhost()), queue);
      changes.queueDeleted(queue.definition());
    }
    return Applied.DONE;
  }

  private Applied createVhost(String name) {
    Refused refused = Refusals.checkName("vhost", name);
    if (refused != null) {
      return refused;
    }
    if (!vhosts.containsKey(name)) {
      vhosts.put(name, new Vhost(name));
      changes.changed();
    }
    return Applied.DONE;
  }

  private Applied putUser(MetadataCommand.PutCredentials command) {
    Refused refused = Refusals.checkName("user", command.user());
    if (refused != null) {
      return refused;
    }
    if (!command.password().equals(users.put(command.user(), command.password()))) {
      changes.changed();
    }
    return Applied.DONE;
  }

  private Applied nodeStarted(NodeStarted command) {
    Long known = incarnations.get(command.node());
    if (known == null || known < command.incarnation()) {
      incarnations.put(command.node(), command.incarnation());
      changes.changed();
      queues.inMemoryOf(command.node()).forEach(this::deleteQueue);
    }
    return Applied.DONE;
  }

  private Vhost requireVhost(String name) {
    Vhost vhost = vhosts.get(name);
    if (vhost == null) {
      throw new IllegalArgumentException("no vhost '" + name + "'");
    }
    return vhost;
  }

  Map<String, Vhost> vhosts() {
    return vhosts;
  }

  Map<String, PasswordHash> users() {
    return users;
  }

  Map<Integer, Long> incarnations() {
    return incarnations;
  }

  QueueTable queues() {
    return queues;
  }

  /** Index of the last entry that was applied; -1 if none was. */
  long appliedIndex() {
    return appliedIndex;
  }

  /** The last id that was given to a queue; 0 if none was. */
  long lastQueueId() {
    return lastQueueId;
  }

  /** How many changes there were since this object was made. */
  long changes() {
    return changes.count();
  }
}
