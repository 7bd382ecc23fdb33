package io.quorate.raftqueue.metadata;

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
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.metadata.MetadataCommand.Define;
import io.quorate.raftqueue.metadata.MetadataCommand.PutCredentials;
import io.quorate.raftqueue.routing.NaiveTopic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The definitions as flat lists that are searched from end to end: what the real state is compared
 * with. Answers are "done", "queue ID new", "queue ID old" or the name of the reason of a refusal.
 */
final class Model {

  record Edge(
      String vhost, String source, boolean toQueue, String to, String key, Object arguments) {}

  final Set<String> vhosts = new TreeSet<>(Set.of("/"));
  final List<ExchangeDefinition> exchanges = new ArrayList<>();
  final List<QueueDefinition> queues = new ArrayList<>();
  final Set<Edge> edges = new HashSet<>();
  final Map<String, PasswordHash> users = new HashMap<>();
  final Map<Integer, Long> incarnations = new HashMap<>();
  final List<String> events = new ArrayList<>();
  long lastId;

  Model() {
    predeclare("/");
  }

  private void predeclare(String vhost) {
    Map<String, String> types = new TreeMap<>();
    types.put("", "direct");
    types.put("amq.direct", "direct");
    types.put("amq.fanout", "fanout");
    types.put("amq.topic", "topic");
    types.put("amq.headers", "headers");
    types.put("amq.match", "headers");
    types.forEach(
        (name, type) ->
            exchanges.add(new ExchangeDefinition(vhost, name, type, true, false, false, Map.of())));
  }

  String apply(MetadataCommand command) {
    if (command instanceof PutCredentials put) {
      if (put.user().isEmpty()) {
        return "PRECONDITION_FAILED";
      }
      users.put(put.user(), put.password());
      return "done";
    }
    var definition = ((Define) command).command();
    if (definition instanceof DeclareExchange c) {
      return declare(c.exchange());
    } else if (definition instanceof DeleteExchange c) {
      return delete(c);
    } else if (definition instanceof DeclareQueue c) {
      return declare(c);
    } else if (definition instanceof DeleteQueue c) {
      return deleteQueues(q -> q.ref().id() == c.id());
    } else if (definition instanceof DeleteReplacedQueue c) {
      return deleteLost(c.id());
    } else if (definition instanceof BindQueue c) {
      return bind(edge(c.vhost(), c.exchange(), true, c.queue(), c.routingKey(), c.arguments()));
    } else if (definition instanceof UnbindQueue c) {
      return unbind(edge(c.vhost(), c.exchange(), true, c.queue(), c.routingKey(), c.arguments()));
    } else if (definition instanceof BindExchange c) {
      return bind(
          edge(c.vhost(), c.source(), false, c.destination(), c.routingKey(), c.arguments()));
    } else if (definition instanceof UnbindExchange c) {
      return unbind(
          edge(c.vhost(), c.source(), false, c.destination(), c.routingKey(), c.arguments()));
    } else if (definition instanceof CreateVhost c) {
      if (c.vhost().isEmpty()) {
        return "PRECONDITION_FAILED";
      }
      if (vhosts.add(c.vhost())) {
        predeclare(c.vhost());
      }
      return "done";
    } else if (definition instanceof ConnectionClosed c) {
      return deleteQueues(q -> c.owner().equals(q.owner()));
    }
    NodeStarted c = (NodeStarted) definition;
    if (incarnations.getOrDefault(c.node(), 0L) >= c.incarnation()) {
      return "done";
    }
    incarnations.put(c.node(), c.incarnation());
    return deleteQueues(q -> q.ref().shard() == QueueRef.localShard(c.node()));
  }

  private String declare(ExchangeDefinition e) {
    if (!vhosts.contains(e.vhost())) {
      return "NOT_FOUND";
    } else if (e.name().isEmpty()) {
      return "ACCESS_REFUSED";
    }
    ExchangeDefinition old = exchange(e.vhost(), e.name());
    if (old != null) {
      return old.equals(e) ? "done" : "PRECONDITION_FAILED";
    } else if (e.name().startsWith("amq.")) {
      return "ACCESS_REFUSED";
    } else if (e.type().equals("bogus") || e.arguments().containsValue(1)) {
      return "PRECONDITION_FAILED";
    }
    exchanges.add(e);
    return "done";
  }

  private String delete(DeleteExchange c) {
    if (!vhosts.contains(c.vhost())) {
      return "NOT_FOUND";
    } else if (c.name().isEmpty() || c.name().equals("amq.topic")) {
      return "ACCESS_REFUSED";
    } else if (c.ifUnused()
        && edges.stream().anyMatch(x -> x.vhost.equals(c.vhost()) && x.source.equals(c.name()))) {
      return "PRECONDITION_FAILED";
    }
    exchanges.removeIf(x -> x.vhost().equals(c.vhost()) && x.name().equals(c.name()));
    prune();
    return "done";
  }

  private String declare(DeclareQueue c) {
    if (!vhosts.contains(c.vhost())) {
      return "NOT_FOUND";
    }
    QueueDefinition old = queue(c.vhost(), c.name());
    Object expires = integer(c.arguments().get("x-expires"));
    if (old != null) {
      if (old.exclusive() != c.exclusive()
          || (old.exclusive() && !Objects.equals(old.owner(), c.owner()))) {
        return "RESOURCE_LOCKED";
      }
      return (old.exclusive() || old.durable() == c.durable())
              && old.autoDelete() == c.autoDelete()
              && Objects.equals(expires, integer(old.arguments().get("x-expires")))
          ? "queue " + old.ref().id() + " old"
          : "PRECONDITION_FAILED";
    } else if ((c.exclusive() && c.owner() == null) || Objects.equals(expires, 0L)) {
      return "PRECONDITION_FAILED";
    }
    QueueDefinition queue =
        new QueueDefinition(
            new QueueRef(++lastId, c.shard()),
            c.vhost(),
            c.name(),
            c.durable(),
            c.exclusive(),
            c.autoDelete(),
            c.exclusive() ? c.owner() : null,
            c.arguments());
    queues.add(queue);
    events.add("+" + lastId);
    return "queue " + lastId + " new";
  }

  private String deleteQueues(Predicate<QueueDefinition> which) {
    for (QueueDefinition queue : List.copyOf(queues)) {
      if (which.test(queue)) {
        queues.remove(queue);
        events.add("-" + queue.ref().id());
      }
    }
    prune();
    return "done";
  }

  private String deleteLost(long id) {
    for (QueueDefinition queue : List.copyOf(queues)) {
      if (queue.ref().id() == id) {
        queues.remove(queue);
        events.add("-" + id);
        edges.removeIf(
            e -> e.toQueue && e.vhost.equals(queue.vhost()) && e.to.equals(queue.name()));
      }
    }
    return "done";
  }

  private String bind(Edge e) {
    if (!vhosts.contains(e.vhost)) {
      return "NOT_FOUND";
    } else if (e.source.isEmpty() || (!e.toQueue && e.to.isEmpty())) {
      return "ACCESS_REFUSED";
    } else if (exchange(e.vhost, e.source) == null || !hasTarget(e)) {
      return "NOT_FOUND";
    } else if (exchange(e.vhost, e.source).type().equals("headers")
        && ((Map<?, ?>) e.arguments).containsValue("wrong")) {
      return "PRECONDITION_FAILED";
    }
    edges.add(e);
    return "done";
  }

  private String unbind(Edge e) {
    if (!vhosts.contains(e.vhost)) {
      return "NOT_FOUND";
    } else if (e.source.isEmpty()) {
      return "ACCESS_REFUSED";
    }
    if (edges.remove(e)) {
      deleteIfUnbound(e);
      prune();
    }
    return "done";
  }

  /** Drops bindings without ends and exchanges that lost their last until nothing changes. */
  private void prune() {
    for (Edge e : List.copyOf(edges)) {
      if (edges.contains(e) && (exchange(e.vhost, e.source) == null || !hasTarget(e))) {
        edges.remove(e);
        deleteIfUnbound(e);
        prune();
      }
    }
  }

  private void deleteIfUnbound(Edge gone) {
    exchanges.removeIf(
        x ->
            x.autoDelete()
                && x.vhost().equals(gone.vhost)
                && x.name().equals(gone.source)
                && edges.stream()
                    .noneMatch(e -> e.vhost.equals(gone.vhost) && e.source.equals(gone.source)));
  }

  private boolean hasTarget(Edge e) {
    return e.toQueue ? queue(e.vhost, e.to) != null : exchange(e.vhost, e.to) != null;
  }

  ExchangeDefinition exchange(String vhost, String name) {
    return exchanges.stream()
        .filter(x -> x.vhost().equals(vhost) && x.name().equals(name))
        .findAny()
        .orElse(null);
  }

  QueueDefinition queue(String vhost, String name) {
    return queues.stream()
        .filter(x -> x.vhost().equals(vhost) && x.name().equals(name))
        .findAny()
        .orElse(null);
  }

  /** Ids of the queues, or null without such an exchange. */
  Set<Long> route(String vhost, String exchange, String key, Map<String, Object> headers) {
    if (exchange(vhost, exchange) == null) {
      return null;
    }
    Set<Long> reached = new HashSet<>();
    visit(vhost, exchange, key, headers, new HashSet<>(), reached);
    return reached;
  }

  private void visit(
      String vhost,
      String name,
      String key,
      Map<String, Object> headers,
      Set<String> seen,
      Set<Long> reached) {
    ExchangeDefinition exchange = exchange(vhost, name);
    if (exchange == null || !seen.add(name)) {
      return;
    }
    boolean matched = false;
    if (name.isEmpty() && queue(vhost, key) != null) {
      matched = true;
      reached.add(queue(vhost, key).ref().id());
    }
    for (Edge e : edges) {
      if (e.vhost.equals(vhost) && e.source.equals(name) && matches(exchange, e, key, headers)) {
        matched = true;
        if (e.toQueue) {
          reached.add(queue(vhost, e.to).ref().id());
        } else {
          visit(vhost, e.to, key, headers, seen, reached);
        }
      }
    }
    if (!matched && exchange.arguments().get("alternate-exchange") instanceof String alternate) {
      visit(vhost, alternate, key, headers, seen, reached);
    }
  }

  private static boolean matches(
      ExchangeDefinition exchange, Edge e, String key, Map<String, Object> headers) {
    return switch (exchange.type()) {
      case "direct" -> e.key.equals(key);
      case "fanout" -> true;
      case "topic" -> NaiveTopic.matches(e.key, key);
      default -> {
        Map<String, Object> asked = new HashMap<>();
        ((Map<?, ?>) e.arguments).forEach((name, value) -> asked.put((String) name, value));
        Object mode = asked.remove("x-match");
        long hits =
            asked.entrySet().stream()
                .filter(x -> x.getValue().equals(integer(headers.get(x.getKey()))))
                .count();
        yield "any".equals(mode) ? hits > 0 : hits == asked.size();
      }
    };
  }

  private static Edge edge(
      String vhost,
      String source,
      boolean toQueue,
      String to,
      String key,
      Map<String, Object> arguments) {
    Map<String, Object> normal = new HashMap<>();
    arguments.forEach((name, value) -> normal.put(name, integer(value)));
    return new Edge(vhost, source, toQueue, to, key, normal);
  }

  private static Object integer(Object value) {
    return value instanceof Integer i ? Long.valueOf(i) : value;
  }
}
