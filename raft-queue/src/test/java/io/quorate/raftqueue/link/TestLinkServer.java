package io.quorate.raftqueue.link;

import java.net.InetSocketAddress;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/** A real link server on a port of its own. */
final class TestLinkServer implements AutoCloseable {
  private final LinkServer links;
  private final Server server;

  TestLinkServer(LinkEvents events, LinkLimits limits) throws Exception {
    links = new LinkServer(new LinkIdentity("c", 1, 1), events, limits);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(links.service())
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    links.close();
    server.shutdownNow();
  }
}
