package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.FrameHandler;
import io.quorate.amqp.protocol.FrameWriter;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.MethodCodec;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ChannelOpenOk;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionCloseOk;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionOpenOk;
import io.quorate.amqp.protocol.method.ConnectionStart;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTune;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that says exactly what a test wants, right or wrong. */
final class RawClient implements AutoCloseable {

  /** A frame from the server. */
  record Frame(int type, int channel, byte[] payload) {
    Method method() {
      assertThat(type).as("frame type").isEqualTo(ProtocolConstants.FRAME_METHOD);
      return MethodCodec.read(ByteBuffer.wrap(payload));
    }
  }

  static final Map<String, @Nullable Object> AUTHENTICATION_FAILURE_CLOSE =
      Map.of("capabilities", Map.of("authentication_failure_close", true));

  private final Socket socket;
  private final FrameDecoder decoder = FrameDecoder.forClient(1 << 20);
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private final byte[] buffer = new byte[64 * 1024];
  private @Nullable ByteArrayOutputStream gathered;
  private boolean ended;

  /** Whether it closes its side of the socket when connection.close is answered. */
  boolean closesWhenAnswered = true;

  RawClient(int port) throws IOException {
    this(new InetSocketAddress("127.0.0.1", port));
  }

  RawClient(InetSocketAddress server) throws IOException {
    socket = new Socket(server.getAddress(), server.getPort());
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
  }

  /** A client that has opened its connection. */
  static RawClient open(int port) throws IOException {
    return open(new InetSocketAddress("127.0.0.1", port));
  }

  static RawClient open(InetSocketAddress server) throws IOException {
    return open(server, 0);
  }

  /**
   * A client that has opened its connection and owes a heartbeat every so many seconds, which it
   * does not send by itself.
   */
  static RawClient open(InetSocketAddress server, int heartbeatSeconds) throws IOException {
    RawClient client = new RawClient(server);
    client.sendHeader();
    client.expect(0, ConnectionStart.class);
    client.login("PLAIN", "\0guest\0guest");
    ConnectionTune tune = client.expect(0, ConnectionTune.class);
    client.send(0, new ConnectionTuneOk(tune.channelMax(), tune.frameMax(), heartbeatSeconds));
    client.send(0, new ConnectionOpen("/"));
    client.expect(0, ConnectionOpenOk.class);
    return client;
  }

  RawClient openChannel(int number) throws IOException {
    send(number, new ChannelOpen());
    expect(number, ChannelOpenOk.class);
    return this;
  }

  void login(String mechanism, String response) throws IOException {
    send(
        0,
        new ConnectionStartOk(
            AUTHENTICATION_FAILURE_CLOSE,
            mechanism,
            response.getBytes(StandardCharsets.ISO_8859_1),
            "en_US"));
  }

  void sendHeader() throws IOException {
    send(FrameWriter::protocolHeader);
  }

  void send(int channel, Method method) throws IOException {
    send(writer -> FrameWriter.method(writer, channel, method));
  }

  /** A frame of any type and content. */
  void sendFrame(int type, int channel, byte[] payload) throws IOException {
    ByteBuf frame = Unpooled.buffer();
    frame.writeByte(type).writeShort(channel).writeInt(payload.length).writeBytes(payload);
    frame.writeByte(ProtocolConstants.FRAME_END);
    sendBytes(bytes(frame));
  }

  /** A content header without properties. */
  void sendContentHeader(int channel, long bodySize) throws IOException {
    ByteBuf payload = Unpooled.buffer();
    payload.writeShort(ProtocolConstants.CLASS_BASIC).writeShort(0).writeLong(bodySize);
    payload.writeShort(0);
    sendFrame(ProtocolConstants.FRAME_HEADER, channel, bytes(payload));
  }

  void sendBody(int channel, String text) throws IOException {
    sendFrame(ProtocolConstants.FRAME_BODY, channel, text.getBytes(StandardCharsets.UTF_8));
  }

  void sendBytes(byte[] bytes) throws IOException {
    if (gathered == null) {
      socket.getOutputStream().write(bytes);
    } else {
      gathered.write(bytes);
    }
  }

  /** From here on what is sent waits for {@link #flush}. */
  void gather() {
    gathered = new ByteArrayOutputStream();
  }

  /** Sends what has gathered. */
  void flush() throws IOException {
    ByteArrayOutputStream waiting = gathered;
    if (waiting != null) {
      waiting.writeTo(socket.getOutputStream());
      waiting.reset();
    }
  }

  private void send(Consumer<ByteBufWriter> write) throws IOException {
    ByteBufWriter writer = new ByteBufWriter(Unpooled.buffer());
    write.accept(writer);
    sendBytes(bytes(writer.buffer()));
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** The next frame, heartbeats left out; null at the end of the stream. */
  @Nullable Frame next() throws IOException {
    while (frames.isEmpty()) {
      int count = read();
      if (count < 0) {
        ended = true;
        return null;
      }
      decoder.feed(ByteBuffer.wrap(buffer, 0, count), new Collector());
    }
    return frames.poll();
  }

  private int read() throws IOException {
    try {
      return socket.getInputStream().read(buffer);
    } catch (SocketException e) {
      ended = true;
      throw e;
    }
  }

  /** The next frame, which must be this method on this channel. */
  <M extends Method> M expect(int channel, Class<M> type) throws IOException {
    Frame frame = next();
    assertThat(frame).as("a frame, not the end, while waiting for %s", type).isNotNull();
    Method method = frame.method();
    assertThat(method).isInstanceOf(type);
    assertThat(frame.channel()).as("channel of " + method).isEqualTo(channel);
    return type.cast(method);
  }

  /** The server closes the connection with an error; answers so that the socket closes. */
  ConnectionClose expectConnectionError(ReplyCode code) throws IOException {
    ConnectionClose close = expect(0, ConnectionClose.class);
    assertThat(close.replyCode()).as(close.replyText()).isEqualTo(code.code());
    assertThat(close.replyText()).startsWith(code.name());
    send(0, new ConnectionCloseOk());
    expectEnd();
    return close;
  }

  /** The server closes the socket without a word. */
  void expectEnd() throws IOException {
    assertThat(next()).as("end of the stream").isNull();
  }

  /** Closes the connection unless the server has; nothing but the answer may come. */
  void closeInOrder() throws IOException {
    if (ended) {
      return;
    }
    send(0, new ConnectionClose(200, "bye", 0, 0));
    expect(0, ConnectionCloseOk.class);
    expectEnd();
  }

  /** Closes the connection unless the server has, and the socket once that is answered. */
  void leave() throws IOException {
    if (!ended) {
      send(0, new ConnectionClose(200, "bye", 0, 0));
      expect(0, ConnectionCloseOk.class);
      close();
    }
  }

  /** The octets up to the end of the stream, undecoded. */
  byte[] rest() throws IOException {
    return socket.getInputStream().readAllBytes();
  }

  /** Is gone without a word, like a process that was killed. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Is gone like a machine that has lost its memory: the next that the server hears is a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private final class Collector implements FrameHandler {
    @Override
    public void onProtocolHeader() {}

    @Override
    public void onUnsupportedProtocolHeader(byte[] received) {}

    @Override
    public void onFrame(int type, int channel, ByteBuffer payload) {
      byte[] bytes = new byte[payload.remaining()];
      payload.get(bytes);
      if (closesWhenAnswered && type == ProtocolConstants.FRAME_METHOD && isCloseOk(bytes)) {
        closeOutput();
      }
      if (type != ProtocolConstants.FRAME_HEARTBEAT) {
        frames.add(new Frame(type, channel, bytes));
      }
    }

    private static boolean isCloseOk(byte[] payload) {
      return payload.length == 4 && payload[1] == 10 && payload[3] == 51;
    }

    private void closeOutput() {
      try {
        socket.shutdownOutput();
      } catch (IOException e) {
        // the server was faster: what it said before can be read all the same
      }
    }
  }
}
