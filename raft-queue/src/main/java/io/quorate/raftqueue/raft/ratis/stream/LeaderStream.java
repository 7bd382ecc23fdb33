package io.quorate.raftqueue.raft.ratis.stream;

import io.quorate.raftqueue.thread.DaemonThreads;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's end of a stream: blocking, so that whoever has something to send does it, and the
 * answers have a thread of their own: no event loop in between.
 *
 * <p>One thread sends, any may close. Closing ends a send that waits for the network.
 */
public final class LeaderStream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaderStream.class);

  private static final int CONNECT_TIMEOUT_MS = 1_000;

  /** A larger frame is written in pieces of this size. */
  private static final int LARGEST_BUFFER = 1 << 20;

  private static final int FIRST_BUFFER = 64 << 10;

  /** What comes back; one at a time, on the stream's own thread. */
  public interface Listener {
    void onReply(LeaderStream stream, AppendEntriesReplyProto reply);

    void onReply(LeaderStream stream, InstallSnapshotReplyProto reply);

    /** The stream is over; once, also after {@link #close}. */
    void onEnd(LeaderStream stream, IOException cause);
  }

  private final SocketChannel channel;
  private final Listener listener;
  private ByteBuffer out = ByteBuffer.allocateDirect(FIRST_BUFFER);

  /** Since when a piece waits for the network; meaningless unless {@link #writing}. */
  private volatile long writingSinceNanos;

  private volatile boolean writing;

  private LeaderStream(SocketChannel channel, Listener listener) {
    this.channel = channel;
    this.listener = listener;
  }

  /**
   * Connects and begins to listen for answers.
   *
   * @param name of the thread that takes the answers
   * @throws IOException if nobody can be reached there in a second
   */
  public static LeaderStream open(InetSocketAddress address, String name, Listener listener)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(address, CONNECT_TIMEOUT_MS);
      write(channel, ByteBuffer.wrap(StreamProtocol.MAGIC));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    LeaderStream stream = new LeaderStream(channel, listener);
    DaemonThreads.of(stream::read, name).start();
    return stream;
  }

  public void send(AppendEntriesRequestProto request) throws IOException {
    send(StreamProtocol.APPEND, request);
  }

  public void send(InstallSnapshotRequestProto request) throws IOException {
    send(StreamProtocol.SNAPSHOT, request);
  }

  private void send(byte kind, MessageLite message) throws IOException {
    int length = message.getSerializedSize();
    makeRoom(StreamProtocol.HEADER + length);
    out.clear().putInt(length + 1).put(kind);
    if (length <= out.remaining()) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      message.writeTo(coded);
      coded.flush();
      out.position(StreamProtocol.HEADER + length);
    } else {
      message.writeTo(new Pieces());
    }
    writeOut();
  }

  /** The buffer grows to what is sent, within its bound: it is never given up while it is open. */
  private void makeRoom(int size) {
    if (size > out.capacity() && out.capacity() < LARGEST_BUFFER) {
      out = ByteBuffer.allocateDirect(Math.min(LARGEST_BUFFER, Math.max(size, 2 * out.capacity())));
    }
  }

  /** Brings a large frame to the network through the buffer, as often as it takes. */
  private final class Pieces extends OutputStream {
    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int from = offset;
      while (from < offset + length) {
        if (!out.hasRemaining()) {
          writeOut();
        }
        int piece = Math.min(out.remaining(), offset + length - from);
        out.put(bytes, from, piece);
        from += piece;
      }
    }
  }

  private void writeOut() throws IOException {
    writingSinceNanos = System.nanoTime();
    writing = true;
    try {
      write(channel, out.flip());
    } finally {
      writing = false;
    }
    out.clear();
  }

  /** For how long the network has taken nothing of what is being sent; 0 if nothing is. */
  public long stuckNanos() {
    long since = writingSinceNanos;
    return writing ? Math.max(0, System.nanoTime() - since) : 0;
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void read() {
    IOException end = new EOFException("closed by the other side");
    try {
      ByteBuffer in = ByteBuffer.allocateDirect(FIRST_BUFFER).flip();
      while (true) {
        in = fill(in, StreamProtocol.HEADER);
        int length = in.getInt() - 1;
        byte kind = in.get();
        if (length < 0 || length > StreamProtocol.MAX_REPLY_BYTES) {
          throw new IOException("an answer of " + length + " bytes");
        }
        in = fill(in, length);
        ByteBuffer payload = in.slice(in.position(), length);
        in.position(in.position() + length);
        received(kind, payload);
      }
    } catch (IOException e) {
      end = e;
    } catch (RuntimeException e) {
      end = new IOException("an answer could not be taken in: " + e, e);
    } finally {
      close();
      listener.onEnd(this, end);
    }
  }

  /** Reads until there are so many bytes; what is before the position is given up. */
  private ByteBuffer fill(ByteBuffer in, int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return in;
    }
    ByteBuffer target = in;
    if (bytes > in.capacity()) {
      target = ByteBuffer.allocateDirect(bytes).put(in);
    } else {
      target.compact();
    }
    while (target.position() < bytes) {
      if (channel.read(target) < 0) {
        throw new EOFException("closed by the other side");
      }
    }
    return target.flip();
  }

  private void received(byte kind, ByteBuffer payload) throws IOException {
    switch (kind) {
      case StreamProtocol.APPEND_REPLY ->
          listener.onReply(this, AppendEntriesReplyProto.parseFrom(payload));
      case StreamProtocol.SNAPSHOT_REPLY ->
          listener.onReply(this, InstallSnapshotReplyProto.parseFrom(payload));
      case StreamProtocol.FAILURE ->
          throw new IOException(
              "the follower says: " + StandardCharsets.UTF_8.decode(payload).toString());
      default -> throw new IOException("an answer of kind " + kind + ", which is not known");
    }
  }

  /** Ends the stream; {@link Listener#onEnd} follows. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("a stream did not close cleanly", e);
    }
  }
}
