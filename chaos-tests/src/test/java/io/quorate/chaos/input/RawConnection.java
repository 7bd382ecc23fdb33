package io.quorate.chaos.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * A socket to a node, and AMQP 0-9-1 written out by hand (the numbers are those of the
 * specification).
 */
public final class RawConnection implements AutoCloseable {

  static final int METHOD = 1;
  static final int HEADER = 2;
  static final int BODY = 3;
  static final int CONNECTION_CLOSE = 10 << 16 | 50;
  static final int CHANNEL_CLOSE = 20 << 16 | 40;
  private static final int FRAME_END = 0xCE;
  private static final byte[] PROTOCOL = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  /** Fields of a method, one after the other. */
  public interface Fields {
    void write(DataOutputStream out) throws IOException;
  }

  /**
   * A frame that a node sent.
   *
   * @param type of the frame
   * @param channel it is on
   * @param payload without frame end
   */
  public record Frame(int type, int channel, byte[] payload) {

    /** Class and method id, as one number. */
    int method() {
      return (payload[0] & 0xFF) << 24
          | (payload[1] & 0xFF) << 16
          | (payload[2] & 0xFF) << 8
          | payload[3] & 0xFF;
    }

    /** The reply code of a channel.close or connection.close. */
    int replyCode() {
      return (payload[4] & 0xFF) << 8 | payload[5] & 0xFF;
    }

    String replyText() {
      return new String(payload, 7, payload[6] & 0xFF, StandardCharsets.UTF_8);
    }
  }

  RawConnection(int port) throws IOException {
    socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
    socket.setSoTimeout(15_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** A connection that has been through the handshake, with channel 1 open. */
  public static RawConnection opened(int port) throws IOException {
    RawConnection connection = new RawConnection(port);
    connection.handshake();
    connection.write(method(1, 20, 10, fields -> shortString(fields, "")));
    connection.expectMethod(20, 11);
    return connection;
  }

  /** Protocol header to connection.open-ok. */
  void handshake() throws IOException {
    write(PROTOCOL);
    expectMethod(10, 10);
    write(startOk());
    Frame tune = expectMethod(10, 30);
    byte[] limits = java.util.Arrays.copyOfRange(tune.payload(), 4, 12);
    write(method(0, 10, 31, fields -> fields.write(limits)));
    write(open());
    expectMethod(10, 41);
  }

  static byte[] protocolHeader() {
    return PROTOCOL.clone();
  }

  static byte[] startOk() {
    return method(
        0,
        10,
        11,
        fields -> {
          fields.writeInt(0);
          shortString(fields, "PLAIN");
          byte[] response = "\0guest\0guest".getBytes(StandardCharsets.UTF_8);
          fields.writeInt(response.length);
          fields.write(response);
          shortString(fields, "en_US");
        });
  }

  static byte[] open() {
    return method(
        0,
        10,
        40,
        fields -> {
          shortString(fields, "/");
          shortString(fields, "");
          fields.writeByte(0);
        });
  }

  static void shortString(DataOutputStream out, String value) throws IOException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.writeByte(bytes.length);
    out.write(bytes);
  }

  public static byte[] method(int channel, int classId, int methodId, Fields fields) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    try {
      DataOutputStream writer = new DataOutputStream(payload);
      writer.writeShort(classId);
      writer.writeShort(methodId);
      fields.write(writer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return frame(METHOD, channel, payload.toByteArray());
  }

  /** basic.publish to the default exchange. */
  public static byte[] publish(int channel, String queue) {
    return method(
        channel,
        60,
        40,
        fields -> {
          fields.writeShort(0);
          shortString(fields, "");
          shortString(fields, queue);
          fields.writeByte(0);
        });
  }

  /** A content header of class basic without properties. */
  public static byte[] header(int channel, long bodySize) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    try {
      DataOutputStream writer = new DataOutputStream(payload);
      writer.writeShort(60);
      writer.writeShort(0);
      writer.writeLong(bodySize);
      writer.writeShort(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return frame(HEADER, channel, payload.toByteArray());
  }

  static byte[] frame(int type, int channel, byte[] payload) {
    return frame(type, channel, payload.length, payload, FRAME_END);
  }

  /** A frame whose parts need not fit together. */
  static byte[] frame(int type, int channel, int size, byte[] payload, int end) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream writer = new DataOutputStream(bytes);
      writer.writeByte(type);
      writer.writeShort(channel);
      writer.writeInt(size);
      writer.write(payload);
      writer.writeByte(end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  public void write(byte[]... parts) throws IOException {
    for (byte[] part : parts) {
      out.write(part);
    }
    out.flush();
  }

  /** Writes as long as the other side takes it: it may well close the connection in between. */
  void writeAsFarAsTaken(byte[] bytes) {
    try {
      write(bytes);
    } catch (IOException e) {
      // Closed by the node: what the test looks at next.
    }
  }

  Frame read() throws IOException {
    int type = in.readUnsignedByte();
    int channel = in.readUnsignedShort();
    byte[] payload = new byte[in.readInt()];
    in.readFully(payload);
    assertThat(in.readUnsignedByte()).as("frame end").isEqualTo(FRAME_END);
    return new Frame(type, channel, payload);
  }

  byte[] readBytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    in.readFully(bytes);
    return bytes;
  }

  public Frame expectMethod(int classId, int methodId) throws IOException {
    Frame frame = read();
    assertThat(frame.type()).isEqualTo(METHOD);
    assertThat(frame.method())
        .as("expected method %d.%d, got %s", classId, methodId, describe(frame))
        .isEqualTo(classId << 16 | methodId);
    return frame;
  }

  /** Expects connection.close with the code, answers it, and expects the end of the connection. */
  String expectConnectionClose(int replyCode) throws IOException {
    String text = expectConnectionCloseMethod(replyCode);
    expectEnd();
    return text;
  }

  /** Expects connection.close with the code and answers it. */
  String expectConnectionCloseMethod(int replyCode) throws IOException {
    Frame close = expectMethod(10, 50);
    assertThat(close.replyCode()).as(close.replyText()).isEqualTo(replyCode);
    assertThat(close.replyText()).isNotBlank();
    writeAsFarAsTaken(method(0, 10, 51, fields -> {}));
    return close.replyText();
  }

  /** Expects that the node closes the connection; whatever it says before is skipped. */
  void expectEnd() throws IOException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    byte[] skipped = new byte[4096];
    try {
      while (in.read(skipped) >= 0) {
        assertThat(System.nanoTime()).as("the node goes on sending").isLessThan(deadline);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError(
          "the node did not close the connection within " + socket.getSoTimeout() + " ms");
    } catch (EOFException | SocketException e) {
      // A reset ends the connection too.
    }
  }

  private static String describe(Frame frame) {
    int method = frame.method();
    String text =
        method == CONNECTION_CLOSE || method == CHANNEL_CLOSE
            ? ": " + frame.replyCode() + " " + frame.replyText()
            : "";
    return (method >>> 16) + "." + (method & 0xFFFF) + text;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
