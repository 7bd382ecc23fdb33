package io.quorate.chaos.sut.network;

import io.quorate.chaos.sut.NetworkControl;
import io.quorate.chaos.sut.Together;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between nodes that have a namespace each: packet filters, traffic shaping and proxies
 * inside them.
 */
public final class LinuxNetwork implements NetworkControl, AutoCloseable {

  private final Map<Integer, NodeNetwork> nodes = new TreeMap<>();
  private final Map<Integer, PacketRules> rules = new TreeMap<>();
  private final Map<Integer, LinkProxy> proxies = new TreeMap<>();
  private final Set<Integer> unplugged = ConcurrentHashMap.newKeySet();
  private final Set<Integer> limited = ConcurrentHashMap.newKeySet();
  private final Plug plug;

  public LinuxNetwork(Collection<NodeNetwork> nodes, Plug plug) {
    this.plug = plug;
    for (NodeNetwork node : nodes) {
      this.nodes.put(node.node(), node);
      this.rules.put(node.node(), new PacketRules(node));
    }
  }

  /** Leads what nodes open to each other through proxies; before the nodes are started. */
  public void addProxies(int port) {
    for (NodeNetwork node : nodes.values()) {
      List<String> others =
          nodes.values().stream()
              .filter(other -> other.node() != node.node())
              .map(NodeNetwork::address)
              .toList();
      proxies.put(node.node(), new LinkProxy(node, port, others));
    }
  }

  @Override
  public void drop(int from, int to) {
    lose(from, to, 1);
  }

  @Override
  public void lose(int from, int to, double probability) {
    get(rules, to).lose(get(nodes, from).address(), probability);
  }

  @Override
  public void unplug(int node) {
    unplugged.add(node);
    plug.unplug(node);
  }

  @Override
  public void plug(int node) {
    if (unplugged.remove(node)) {
      plug.plug(node);
    }
  }

  @Override
  public void limitBandwidth(int node, int kilobitsPerSecond) {
    limited.add(node);
    get(nodes, node)
        .namespace()
        .shell(
            device(node)
                + "tc qdisc replace dev \"$device\" root tbf rate "
                + kilobitsPerSecond
                + "kbit burst 32kb latency 400ms");
  }

  private void unlimit(int node) {
    if (limited.remove(node)) {
      // The link may be another one by now: then there is nothing to take away.
      get(nodes, node)
          .namespace()
          .shell(device(node) + "tc qdisc del dev \"$device\" root 2>/dev/null || true");
    }
  }

  private String device(int node) {
    return "device=$(ip -o -4 addr show to "
        + get(nodes, node).address()
        + " | cut -d ' ' -f 2); [ -n \"$device\" ]; ";
  }

  @Override
  public void delay(int from, int to, Duration delay, Duration jitter) {
    proxy(to).shape(get(nodes, from).address(), new Shape(delay, jitter, false));
  }

  @Override
  public void stall(int from, int to) {
    proxy(to).shape(get(nodes, from).address(), Shape.STALLED);
  }

  @Override
  public void reset(int from, int to) {
    proxy(to).reset(get(nodes, from).address());
  }

  private LinkProxy proxy(int node) {
    if (proxies.isEmpty()) {
      throw new IllegalStateException("this cluster was started without proxies between its nodes");
    }
    return get(proxies, node);
  }

  @Override
  public void heal() {
    List.copyOf(unplugged).forEach(this::plug);
    List.copyOf(limited).forEach(this::unlimit);
    Together.each(rules.values(), PacketRules::clear);
    proxies.values().forEach(LinkProxy::straighten);
  }

  @Override
  public void close() {
    proxies.values().forEach(LinkProxy::close);
  }

  private static <T> T get(Map<Integer, T> map, int node) {
    T value = map.get(node);
    if (value == null) {
      throw new IllegalArgumentException("there is no node " + node);
    }
    return value;
  }
}
