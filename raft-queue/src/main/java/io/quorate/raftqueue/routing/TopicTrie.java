package io.quorate.raftqueue.routing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bindings of a topic exchange: words between dots, where {@code *} stands for one word and {@code
 * #} for any number of them. The empty key has no words; otherwise empty words count like any
 * other.
 *
 * <p>A message is matched by walking all nodes that its words can have reached at once, word by
 * word, each node at most once per word. Backtracking instead would take exponential time on
 * patterns such as {@code #.a.#.a.#}.
 */
final class TopicTrie implements BindingIndex {

  private static final class Node {
    final boolean isHash;

    /** Whether an ancestor is a hash: such a node can be reached at more than one word. */
    final boolean underHash;

    /** For all words but the wildcards; null while there are none. */
    @Nullable Map<String, Node> children;

    @Nullable Node star;
    @Nullable Node hash;
    @Nullable DestinationSet destinations;

    Node(@Nullable Node parent, boolean isHash) {
      this.isHash = isHash;
      this.underHash = parent != null && (parent.isHash || parent.underHash);
    }

    @Nullable Node child(String word) {
      return switch (word) {
        case "*" -> star;
        case "#" -> hash;
        default -> children == null ? null : children.get(word);
      };
    }

    Node childOrNew(String word) {
      Node known = child(word);
      if (known != null) {
        return known;
      }
      Node created = new Node(this, word.equals("#"));
      switch (word) {
        case "*" -> star = created;
        case "#" -> hash = created;
        default -> {
          if (children == null) {
            children = new HashMap<>(2);
          }
          children.put(word, created);
        }
      }
      return created;
    }

    void removeChild(String word) {
      switch (word) {
        case "*" -> star = null;
        case "#" -> hash = null;
        default -> {
          if (children != null && children.remove(word) != null && children.isEmpty()) {
            children = null;
          }
        }
      }
    }

    boolean isEmpty() {
      return destinations == null && children == null && star == null && hash == null;
    }
  }

  /** The nodes that one message reaches. */
  private static final class Walk {
    List<Node> active = new ArrayList<>();
    private List<Node> next = new ArrayList<>();

    /** Hash nodes under hash nodes that are active; once active they stay so. */
    private @Nullable Set<Node> nestedHashes;

    int visited;

    void enter(Node node) {
      next.add(node);
      Node hash = node.hash;
      if (hash != null && (!hash.underHash || enterNestedHash(hash))) {
        enter(hash);
      }
    }

    private boolean enterNestedHash(Node hash) {
      if (nestedHashes == null) {
        nestedHashes = Collections.newSetFromMap(new IdentityHashMap<>());
      }
      return nestedHashes.add(hash);
    }

    void step(String word) {
      for (Node node : active) {
        if (node.isHash) {
          next.add(node);
        }
        if (node.star != null) {
          enter(node.star);
        }
        // A message's word is never a wildcard, even if it is spelled like one.
        Node child = node.children == null ? null : node.children.get(word);
        if (child != null) {
          enter(child);
        }
      }
      turn();
    }

    void turn() {
      List<Node> done = active;
      active = next;
      done.clear();
      next = done;
      visited += active.size();
    }
  }

  private static final String[] NO_WORDS = {};

  private final Node root = new Node(null, false);

  @Override
  public void add(String routingKey, Arguments arguments, Destination destination) {
    Node node = root;
    for (String word : words(routingKey)) {
      node = node.childOrNew(word);
    }
    if (node.destinations == null) {
      node.destinations = new DestinationSet();
    }
    node.destinations.add(destination);
  }

  @Override
  public void remove(String routingKey, Arguments arguments, Destination destination) {
    String[] words = words(routingKey);
    Node[] path = new Node[words.length + 1];
    path[0] = root;
    for (int i = 0; i < words.length; i++) {
      path[i + 1] = require(path[i].child(words[i]), routingKey);
    }
    Node last = path[words.length];
    DestinationSet destinations = require(last.destinations, routingKey);
    destinations.remove(destination);
    if (destinations.isEmpty()) {
      last.destinations = null;
    }
    for (int i = words.length; i > 0 && path[i].isEmpty(); i--) {
      path[i - 1].removeChild(words[i - 1]);
    }
  }

  @Override
  public void match(String routingKey, MessageView message, List<Routes> found) {
    match(routingKey, found);
  }

  /** Answers how many nodes were visited, which is what a match costs. */
  int match(String routingKey, List<Routes> found) {
    Walk walk = new Walk();
    walk.enter(root);
    walk.turn();
    for (String word : words(routingKey)) {
      walk.step(word);
      if (walk.active.isEmpty()) {
        return walk.visited;
      }
    }
    for (Node node : walk.active) {
      if (node.destinations != null) {
        found.add(node.destinations.routes());
      }
    }
    return walk.visited;
  }

  boolean isEmpty() {
    return root.isEmpty();
  }

  private static String[] words(String key) {
    return key.isEmpty() ? NO_WORDS : key.split("\\.", -1);
  }

  private static <T> T require(@Nullable T part, String routingKey) {
    if (part == null) {
      throw new IllegalStateException("no binding with pattern '" + routingKey + "'");
    }
    return part;
  }
}
