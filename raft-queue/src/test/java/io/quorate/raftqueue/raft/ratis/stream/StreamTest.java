package io.quorate.raftqueue.raft.ratis.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both ends of a stream over a real socket, on a port that also speaks gRPC. */
class StreamTest {

  private static final int MAX_FRAME = 4 << 20;

  /** Answers with the call's number and how many bytes it saw. */
  private static final class Follower implements AppendService {
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    volatile boolean mayLeave = true;

    @Override
    public CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request)
        throws IOException {
      if (request.getLeaderTerm() == 13) {
        throw new IOException("not in this term");
      }
      int bytes =
          request.getEntriesList().stream()
              .mapToInt(entry -> entry.getStateMachineLogEntry().getLogData().size())
              .sum();
      return gate.thenApply(
          open ->
              AppendEntriesReplyProto.newBuilder()
                  .setServerReply(
                      RaftRpcReplyProto.newBuilder()
                          .setCallId(request.getServerRequest().getCallId()))
                  .setMatchIndex(bytes)
                  .build());
    }

    @Override
    public boolean mayLeave(AppendEntriesReplyProto reply) {
      return mayLeave;
    }

    @Override
    public InstallSnapshotReplyProto install(InstallSnapshotRequestProto request) {
      return InstallSnapshotReplyProto.newBuilder()
          .setRequestIndex(request.getSnapshotChunk().getRequestIndex())
          .build();
    }
  }

  private static final class Answers implements LeaderStream.Listener {
    final BlockingQueue<AppendEntriesReplyProto> appends = new LinkedBlockingQueue<>();
    final BlockingQueue<InstallSnapshotReplyProto> pieces = new LinkedBlockingQueue<>();
    final CompletableFuture<IOException> end = new CompletableFuture<>();

    @Override
    public void onReply(LeaderStream stream, AppendEntriesReplyProto reply) {
      appends.add(reply);
    }

    @Override
    public void onReply(LeaderStream stream, InstallSnapshotReplyProto reply) {
      pieces.add(reply);
    }

    @Override
    public void onEnd(LeaderStream stream, IOException cause) {
      end.complete(cause);
    }

    AppendEntriesReplyProto next() throws InterruptedException {
      AppendEntriesReplyProto reply = appends.poll(10, TimeUnit.SECONDS);
      assertThat(reply).isNotNull();
      return reply;
    }

    IOException awaitEnd() throws Exception {
      return end.get(10, TimeUnit.SECONDS);
    }
  }

  private final Follower follower = new Follower();
  private final Answers answers = new Answers();
  private StreamNegotiator negotiator;
  private Server server;

  @BeforeEach
  void start() throws IOException {
    negotiator = new StreamNegotiator(follower, MAX_FRAME);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .protocolNegotiator(negotiator)
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
    negotiator.close();
  }

  private InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", server.getPort());
  }

  private LeaderStream open() throws IOException {
    return LeaderStream.open(address(), "answers", answers);
  }

  private static AppendEntriesRequestProto request(long call, int... sizes) {
    AppendEntriesRequestProto.Builder request =
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(RaftRpcRequestProto.newBuilder().setCallId(call));
    for (int size : sizes) {
      request.addEntries(
          LogEntryProto.newBuilder()
              .setStateMachineLogEntry(
                  StateMachineLogEntryProto.newBuilder()
                      .setLogData(ByteString.copyFrom(new byte[size]))));
    }
    return request.build();
  }

  @Test
  void answersComeBackWithTheirCalls() throws Exception {
    try (LeaderStream stream = open()) {
      for (int call = 0; call < 1_000; call++) {
        stream.send(request(call, call, 3));
      }
      for (int call = 0; call < 1_000; call++) {
        AppendEntriesReplyProto reply = answers.next();
        assertThat(reply.getServerReply().getCallId()).isEqualTo(call);
        assertThat(reply.getMatchIndex()).isEqualTo(call + 3);
      }
    }
    assertThat(answers.awaitEnd()).isNotNull();
  }

  @Test
  void largeAndSmallFramesTakeTurns() throws Exception {
    try (LeaderStream stream = open()) {
      for (int size : new int[] {3 << 20, 0, 70_000, 1, 2 << 20, 5}) {
        stream.send(request(7, size));
        assertThat(answers.next().getMatchIndex()).isEqualTo(size);
      }
    }
  }

  @Test
  void piecesOfASnapshotAreAnsweredOneByOne() throws Exception {
    try (LeaderStream stream = open()) {
      for (int piece = 0; piece < 5; piece++) {
        InstallSnapshotRequestProto.Builder request = InstallSnapshotRequestProto.newBuilder();
        request.getSnapshotChunkBuilder().setRequestIndex(piece);
        stream.send(request.build());
      }
      for (int piece = 0; piece < 5; piece++) {
        InstallSnapshotReplyProto reply = answers.pieces.poll(10, TimeUnit.SECONDS);
        assertThat(reply).isNotNull();
        assertThat(reply.getRequestIndex()).isEqualTo(piece);
      }
      stream.send(request(1, 10));
      assertThat(answers.next().getMatchIndex()).isEqualTo(10);
    }
  }

  @Test
  void aRefusalSaysWhyAndEndsTheStream() throws Exception {
    open().send(request(1).toBuilder().setLeaderTerm(13).build());
    assertThat(answers.awaitEnd()).hasMessageContaining("not in this term");
  }

  @Test
  void anAnswerThatMayNotLeaveEndsTheStream() throws Exception {
    follower.mayLeave = false;
    open().send(request(1, 1));
    answers.awaitEnd();
    assertThat(answers.appends).isEmpty();
  }

  @Test
  void aFrameThatIsTooLargeIsRefusedBeforeItIsTakenIn() throws Exception {
    byte[] header = ByteBuffer.allocate(5).putInt(MAX_FRAME + 2).put(StreamProtocol.APPEND).array();
    assertThat(talk(header)).contains("at most " + MAX_FRAME + " are taken");
  }

  @Test
  void aFrameOfNoKnownKindEndsTheStream() throws Exception {
    assertThat(talk(ByteBuffer.allocate(5).putInt(1).put((byte) 99).array()))
        .contains("kind 99, which is not known");
  }

  @Test
  void rubbishInsteadOfAMessageEndsTheStream() throws Exception {
    byte[] frame = ByteBuffer.allocate(9).putInt(5).put(StreamProtocol.APPEND).putInt(-1).array();
    assertThat(talk(frame)).isNotEmpty();
  }

  /** What the follower says to these bytes before it closes. */
  private String talk(byte[] frame) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(StreamProtocol.MAGIC);
      socket.getOutputStream().write(frame);
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theFirstBytesMayComeOneByOne() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.getPort())) {
      socket.setTcpNoDelay(true);
      for (byte next : StreamProtocol.MAGIC) {
        socket.getOutputStream().write(next);
        Thread.sleep(2);
      }
      byte[] append = request(42, 8).toByteArray();
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(StreamProtocol.HEADER + append.length)
                  .putInt(append.length + 1)
                  .put(StreamProtocol.APPEND)
                  .put(append)
                  .array());
      socket.setSoTimeout(10_000);
      byte[] header = socket.getInputStream().readNBytes(StreamProtocol.HEADER);
      assertThat(header[4]).isEqualTo(StreamProtocol.APPEND_REPLY);
    }
  }

  @Test
  void grpcIsUnderstoodOnTheSamePort() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    try {
      assertThatThrownBy(
              () ->
                  RaftServerProtocolServiceGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(10, TimeUnit.SECONDS)
                      .requestVote(RequestVoteRequestProto.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void closingEndsASendThatWaitsForTheNetwork() throws Exception {
    follower.gate = new CompletableFuture<>();
    try (java.net.ServerSocket nobodyReads = new java.net.ServerSocket()) {
      nobodyReads.bind(new InetSocketAddress("127.0.0.1", 0));
      LeaderStream stream =
          LeaderStream.open(
              new InetSocketAddress("127.0.0.1", nobodyReads.getLocalPort()), "answers", answers);
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < 100; i++) {
                    stream.send(request(i, 1 << 20));
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      // The network has taken what it can.
      while (stream.stuckNanos() < 200_000_000) {
        assertThat(sending).isNotDone();
        Thread.onSpinWait();
      }
      stream.close();
      assertThatThrownBy(() -> sending.get(10, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(IOException.class);
      answers.awaitEnd();
    }
  }
}
