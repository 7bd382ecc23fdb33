package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.routing.Destination;
import io.quorate.raftqueue.routing.ExchangeNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The bindings of one virtual host, found from both ends, so that a queue's go at the cost of its
 * own.
 */
final class BindingTable {

  private final Map<ExchangeNode, Set<Binding>> bySource = new LinkedHashMap<>();
  private final Map<Destination, Set<Binding>> byDestination = new LinkedHashMap<>();

  /** Answers false if it was there. */
  boolean add(Binding binding) {
    if (!bySource.computeIfAbsent(binding.source(), key -> new LinkedHashSet<>(2)).add(binding)) {
      return false;
    }
    byDestination
        .computeIfAbsent(binding.destination(), key -> new LinkedHashSet<>(2))
        .add(binding);
    binding.source().bind(binding.routingKey(), binding.arguments(), binding.destination());
    return true;
  }

  /** Answers false if it was not there. */
  boolean remove(Binding binding) {
    if (!removeFrom(bySource, binding.source(), binding)) {
      return false;
    }
    removeFrom(byDestination, binding.destination(), binding);
    binding.source().unbind(binding.routingKey(), binding.arguments(), binding.destination());
    return true;
  }

  boolean hasSource(ExchangeNode source) {
    return bySource.containsKey(source);
  }

  /** Removes what leads away from an exchange. */
  void removeSource(ExchangeNode source) {
    Set<Binding> gone = bySource.remove(source);
    if (gone != null) {
      // The exchange goes too: no need to take its index apart.
      gone.forEach(binding -> removeFrom(byDestination, binding.destination(), binding));
    }
  }

  /** Removes what leads to a destination; answers the exchanges it led from. */
  Collection<ExchangeNode> removeDestination(Destination destination) {
    Set<ExchangeNode> sources = new LinkedHashSet<>();
    Set<Binding> gone = byDestination.remove(destination);
    if (gone != null) {
      for (Binding binding : gone) {
        removeFrom(bySource, binding.source(), binding);
        binding.source().unbind(binding.routingKey(), binding.arguments(), destination);
        sources.add(binding.source());
      }
    }
    return sources;
  }

  /** In an order that a restore from it keeps. */
  void forEach(Consumer<Binding> action) {
    bySource.values().forEach(bindings -> bindings.forEach(action));
  }

  private static <K> boolean removeFrom(Map<K, Set<Binding>> index, K key, Binding binding) {
    Set<Binding> bindings = index.get(key);
    if (bindings == null || !bindings.remove(binding)) {
      return false;
    }
    if (bindings.isEmpty()) {
      index.remove(key);
    }
    return true;
  }
}
