package io.quorate.raftqueue.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.Reply;
import io.quorate.link.v1.ToNode;
import io.quorate.link.v1.ToShard;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links over real gRPC to another side that does not read. */
@Timeout(60)
class LinkPressureTest {

  private static final int LIMIT = 1 << 20;
  private static final int MESSAGE = 64 << 10;
  private static final int ENDLESS = 1_000;
  private static final int NEVER_MS = 600_000;
  private static final LinkLimits PATIENT = new LinkLimits(LIMIT, NEVER_MS, NEVER_MS);
  private static final LinkLimits IMPATIENT = new LinkLimits(LIMIT, NEVER_MS, 1_000);

  /** What is on its way to a receiver that does not read, without what waits for that. */
  private static final int ON_THE_WAY = DeafStream.WINDOW + SendQueue.READY_BYTES;

  /** Messages may be in it in part. */
  private static final int SLACK = 3 * MESSAGE;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  // ---- this node's link to another

  @Test
  void operationsWaitForAPeerThatDoesNotRead() throws Exception {
    DeafPeer peer = opened(new DeafPeer());
    LinkEvents events = new LinkEvents();
    PeerLink link = linkTo(peer, events, PATIENT);

    int sent = sendUntilFull(link);
    CompletableFuture<Void> resumed = new CompletableFuture<>();
    assertThat(link.takesMore(() -> resumed.complete(null))).isFalse();

    assertThat((long) sent * MESSAGE).isLessThan((long) LIMIT + ON_THE_WAY + SLACK);
    assertThat(link.queuedBytes()).isBetween(LIMIT / 2L, LIMIT + 2L * MESSAGE);
    assertThat(resumed).isNotDone();

    DeafPeer.Stream stream = peer.take();
    stream.out.request(Integer.MAX_VALUE);
    resumed.get(30, TimeUnit.SECONDS);
    for (int i = 0; i < sent; i++) {
      assertThat(stream.nextOperation()).isEqualTo(i);
    }
  }

  @Test
  void aLinkThatTakesNothingIsMadeAgain() throws Exception {
    DeafPeer peer = opened(new DeafPeer());
    LinkEvents events = new LinkEvents();
    PeerLink link = linkTo(peer, events, IMPATIENT);
    sendUntilFull(link);

    events.await("outbound closed");
    events.await("outbound opened");

    assertThat(link.queuedBytes()).isZero();
    assertThat(link.takesMore(() -> {})).isTrue();
    peer.take();
    DeafPeer.Stream second = peer.take();
    second.out.request(Integer.MAX_VALUE);
    link.send(operation(7));
    assertThat(second.nextOperation()).isEqualTo(7);
  }

  @Test
  void aLinkIsMadeAgainWhenMoreThanCanWaitIsSent() throws Exception {
    DeafPeer peer = opened(new DeafPeer());
    LinkEvents events = new LinkEvents();
    PeerLink link = linkTo(peer, events, PATIENT);
    sendUntilFull(link);

    long highest = 0;
    for (int i = 0; i <= 2 * SendQueue.OVERFLOW_FACTOR * LIMIT / MESSAGE; i++) {
      link.send(operation(i));
      highest = Math.max(highest, link.queuedBytes());
    }

    events.await("outbound closed");
    assertThat(highest).isLessThan((long) SendQueue.OVERFLOW_FACTOR * LIMIT + 2 * MESSAGE);
  }

  private PeerLink linkTo(DeafPeer peer, LinkEvents events, LinkLimits limits) throws Exception {
    PeerLink link =
        opened(
            new PeerLink(2, "127.0.0.1", peer.port(), new LinkIdentity("c", 1, 1), events, limits));
    link.start();
    events.await("outbound opened");
    return link;
  }

  /** Until it stays full: nothing more can leave. */
  private static int sendUntilFull(PeerLink link) {
    int sent = 0;
    while (left(sent, link.queuedBytes()) < ON_THE_WAY - SLACK || link.takesMore(() -> {})) {
      if (link.takesMore(() -> {})) {
        link.send(operation(sent++));
        assertThat(sent).as("what a deaf peer takes").isLessThan(ENDLESS);
      } else {
        pause();
      }
    }
    return sent;
  }

  /** For the network to take more; ends when the test's time is up. */
  private static void pause() {
    LockSupport.parkNanos(100_000);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private static long left(int sent, long queued) {
    return (long) sent * MESSAGE - queued;
  }

  private static ToNode operation(int number) {
    return ToNode.newBuilder()
        .setToShard(
            ToShard.newBuilder()
                .setWork(
                    Work.newBuilder()
                        .addOperations(
                            Operation.newBuilder()
                                .setSequence(number)
                                .setEnqueue(
                                    Enqueue.newBuilder()
                                        .setMessage(
                                            StoredMessage.newBuilder()
                                                .setBody(
                                                    ByteString.copyFrom(new byte[MESSAGE])))))))
        .build();
  }

  // ---- another's link to this node

  @Test
  void deliveriesWaitForANodeThatDoesNotRead() throws Exception {
    LinkEvents events = new LinkEvents();
    TestLinkServer serving = opened(new TestLinkServer(events, PATIENT));
    DeafClient client = opened(new DeafClient(serving.port()));
    InboundLink link = events.awaitInbound();

    int sent = deliverUntilFull(link);
    assertThat((long) sent * MESSAGE).isLessThan((long) LIMIT + ON_THE_WAY + SLACK);
    assertThat(link.queuedBytes()).isBetween(LIMIT / 2L, LIMIT + 2L * MESSAGE);

    events.forget();
    client.out().request(Integer.MAX_VALUE);
    events.await("inbound has room");
    assertThat(link.hasRoom()).isTrue();
    for (int i = 0; i < sent; i++) {
      assertThat(client.nextReply()).isEqualTo(i);
    }
  }

  @Test
  void aNodeThatTakesNothingLosesItsLink() throws Exception {
    LinkEvents events = new LinkEvents();
    TestLinkServer serving = opened(new TestLinkServer(events, IMPATIENT));
    opened(new DeafClient(serving.port()));
    InboundLink link = events.awaitInbound();

    deliverUntilFull(link);

    events.await("inbound closed");
    assertThat(link.queuedBytes()).isZero();
  }

  @Test
  void aNodeThatIsOwedMoreThanCanWaitLosesItsLink() throws Exception {
    LinkEvents events = new LinkEvents();
    TestLinkServer serving = opened(new TestLinkServer(events, PATIENT));
    opened(new DeafClient(serving.port()));
    InboundLink link = events.awaitInbound();
    int sent = deliverUntilFull(link);

    for (int i = 0; i <= 2 * SendQueue.OVERFLOW_FACTOR * LIMIT / MESSAGE; i++) {
      link.send(reply(sent + i));
    }

    events.await("inbound closed");
    assertThat(link.queuedBytes()).isZero();
  }

  /** Nobody would ever take the alarm of node 0 away. */
  @Test
  void alarmsOfWhoHasNotSaidItsNameDoNotCount() throws Exception {
    LinkEvents events = new LinkEvents();
    TestLinkServer serving = opened(new TestLinkServer(events, PATIENT));
    ToNode ping =
        ToNode.newBuilder()
            .setPing(io.quorate.link.v1.Ping.newBuilder().setAlarm(true).setMemoryAlarm(true))
            .build();
    DeafClient client = opened(new DeafClient(serving.port(), ping));
    events.awaitInbound();

    client.send(ping);
    events.await("alarms of node 2");
    assertThat(events.seen).doesNotContain("alarms of node 0");
  }

  @Test
  void aStreamThatDoesNotSayWhoItIsIsClosed() throws Exception {
    LinkEvents events = new LinkEvents();
    LinkLimits strict = new LinkLimits(LIMIT, 1_000, NEVER_MS);
    TestLinkServer serving = opened(new TestLinkServer(events, strict));
    DeafClient client = opened(DeafClient.nameless(serving.port()));
    ToNode ping = ToNode.newBuilder().setPing(io.quorate.link.v1.Ping.getDefaultInstance()).build();

    long begin = System.nanoTime();
    while (!client.isOver()) {
      client.send(ping); // is not heard
      assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(30));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    assertThat(events.seen).isEmpty();
  }

  private static int deliverUntilFull(InboundLink link) {
    int sent = 0;
    while (left(sent, link.queuedBytes()) < ON_THE_WAY - SLACK || link.hasRoom()) {
      if (link.hasRoom()) {
        link.send(reply(sent++));
        assertThat(sent).as("what a deaf node takes").isLessThan(ENDLESS);
      } else {
        pause();
      }
    }
    return sent;
  }

  private static FromShard reply(int number) {
    Reply.Builder reply = Reply.newBuilder().setId(number);
    reply
        .getGetBuilder()
        .getDeliveryBuilder()
        .getMessageBuilder()
        .setBody(ByteString.copyFrom(new byte[MESSAGE]));
    return FromShard.newBuilder().addReplies(reply).build();
  }
}
