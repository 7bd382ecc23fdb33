package io.quorate.raftqueue.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the owner of the links is told, in its order. */
final class LinkEvents implements LinkListener {
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  final List<String> seen = new CopyOnWriteArrayList<>();
  private final CompletableFuture<InboundLink> inbound = new CompletableFuture<>();

  void await(String event) throws InterruptedException {
    String next;
    do {
      next = told.poll(30, TimeUnit.SECONDS);
      assertThat(next).as("waiting for: " + event).isNotNull();
    } while (!next.equals(event));
  }

  void forget() {
    told.clear();
  }

  InboundLink awaitInbound() throws Exception {
    return inbound.get(30, TimeUnit.SECONDS);
  }

  @Override
  public void inboundOpened(InboundLink link) {
    inbound.complete(link);
  }

  @Override
  public void received(InboundLink link, ToNode message) {}

  @Override
  public void inboundHasRoom(InboundLink link) {
    told.add("inbound has room");
  }

  @Override
  public void inboundClosed(InboundLink link) {
    told.add("inbound closed");
  }

  @Override
  public void outboundOpened(PeerLink link) {
    told.add("outbound opened");
  }

  @Override
  public void received(PeerLink link, FromNode message) {}

  @Override
  public void outboundClosed(PeerLink link) {
    told.add("outbound closed");
  }

  @Override
  public io.quorate.link.v1.Ping alarms() {
    return io.quorate.link.v1.Ping.getDefaultInstance();
  }

  @Override
  public void peerAlarms(int node, io.quorate.link.v1.Ping ping) {
    seen.add("alarms of node " + node);
    told.add("alarms of node " + node);
  }
}
