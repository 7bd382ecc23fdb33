package io.quorate.chaos.sut.network;

import io.quorate.chaos.sut.LibC;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in front of a node's port for Raft and links, inside the node's network namespace: the
 * kernel redirects to it what other nodes open there, so senders keep their addresses and packet
 * rules go on to hold. What it does to bytes is set for each sender. Safe for any number of
 * threads.
 */
final class LinkProxy implements AutoCloseable {

  private static final int LISTEN_PORT = 16_671;
  private static final int BACKLOG = 64;

  private final NodeNetwork node;
  private final int port;
  private final Map<String, Shape> shapes = new ConcurrentHashMap<>();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ServerSocket listener;

  /**
   * Begins to listen and redirects the port given to itself.
   *
   * @param senders the addresses whose connections are redirected
   */
  LinkProxy(NodeNetwork node, int port, Iterable<String> senders) {
    this.node = node;
    this.port = port;
    this.listener = listen();
    for (String sender : senders) {
      node.namespace()
          .shell(
              "iptables -t nat -A PREROUTING -s %s -p tcp --dport %d -j REDIRECT --to-ports %d"
                  .formatted(sender, port, LISTEN_PORT));
    }
  }

  /** Sockets belong to the namespace of the thread that makes them: one thread does all of that. */
  private ServerSocket listen() {
    CompletableFuture<ServerSocket> listening = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                LibC.enterNetwork(node.namespace().file());
                ServerSocket socket = new ServerSocket();
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(LISTEN_PORT), BACKLOG);
                listening.complete(socket);
                acceptAll(socket);
              } catch (IOException e) {
                listening.completeExceptionally(e);
              }
            },
            "proxy-" + node.node());
    thread.setDaemon(true);
    thread.start();
    return listening.join();
  }

  private void acceptAll(ServerSocket socket) {
    while (!socket.isClosed()) {
      Socket incoming = null;
      try {
        incoming = socket.accept();
        Socket outgoing = new Socket();
        outgoing.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        open(incoming, outgoing);
      } catch (IOException e) {
        // The node is down, or this proxy is being closed: the sender sees a reset.
        if (incoming != null) {
          abort(incoming);
        }
      }
    }
  }

  private void open(Socket incoming, Socket outgoing) throws SocketException {
    incoming.setTcpNoDelay(true);
    outgoing.setTcpNoDelay(true);
    String sender = incoming.getInetAddress().getHostAddress();
    Link link = new Link(sender, incoming, outgoing);
    links.add(link);
    String name = "link-" + sender + "-to-" + node.node();
    Runnable broken = () -> end(link);
    new Pipe(incoming, outgoing, () -> shape(sender), broken).start(name);
    new Pipe(outgoing, incoming, () -> shape(sender), broken).start(name);
  }

  private Shape shape(String sender) {
    return shapes.getOrDefault(sender, Shape.STRAIGHT);
  }

  void shape(String sender, Shape shape) {
    shapes.put(sender, shape);
  }

  void straighten() {
    shapes.clear();
  }

  /** Resets the connections of one sender. */
  void reset(String sender) {
    links.stream().filter(link -> link.sender().equals(sender)).forEach(this::end);
  }

  private void end(Link link) {
    links.remove(link);
    abort(link.incoming());
    abort(link.outgoing());
  }

  private static void abort(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is closed already.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      // It is closed already.
    }
    links.forEach(this::end);
  }

  private record Link(String sender, Socket incoming, Socket outgoing) {}
}
