package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the field types of AMQP 0-9-1 (specification 4.2.5) from one payload. Every length is
 * compared with what is left before anything is allocated for it; what does not fit is a {@link
 * ProtocolException} with {@link ReplyCode#SYNTAX_ERROR} whose text names the field. What is read
 * is copied: nothing keeps the payload. After an exception neither reader nor buffer is of use. Not
 * thread-safe.
 */
public final class WireReader {
  private final ByteBuffer in;
  private String field = "payload";

  /**
   * Reads from the buffer's position to its limit, and moves them.
   *
   * @param in in network byte order, as a new buffer is
   */
  public WireReader(ByteBuffer in) {
    this.in = in;
  }

  /** Names the field that is read next, for the text of an error. */
  public WireReader at(String name) {
    field = name;
    return this;
  }

  /** An octet, 0 to 255. */
  public int octet() {
    require(1);
    return in.get() & 0xff;
  }

  /** A short, 0 to 65,535. */
  public int shortUint() {
    require(2);
    return in.getShort() & 0xffff;
  }

  /** A long, 0 to 4,294,967,295. */
  public long longUint() {
    require(4);
    return in.getInt() & 0xffff_ffffL;
  }

  /** A long long or a timestamp: 64 bits, the highest as Java's sign. */
  public long longLong() {
    require(8);
    return in.getLong();
  }

  /** A short string: at most 255 octets, see {@link OctetText}. */
  public String shortString() {
    return text(octet());
  }

  /** A short string of a method: RabbitMQ takes no octets there that are not UTF-8. */
  public String utf8ShortString() {
    String text = shortString();
    if (!OctetText.isUtf8(text)) {
      throw ProtocolException.of(
          ReplyCode.FRAME_ERROR, "Malformed UTF-8 in shortstr (field " + field + ")");
    }
    return text;
  }

  /** A long string, see {@link OctetText}. */
  public String longString() {
    return text(announced());
  }

  /** A long string as it is; a copy. */
  public byte[] longBytes() {
    return bytes(announced());
  }

  /**
   * A field table; keys in the order they came, the last one wins where a key comes twice. See
   * {@link FieldTables} for the types of the values.
   */
  public Map<String, @Nullable Object> table() {
    return new FieldTables(this).table();
  }

  /** The octets left. */
  public int remaining() {
    return in.remaining();
  }

  /** Refuses what is left over. */
  public void expectEnd() {
    if (in.hasRemaining()) {
      throw error(in.remaining() + " octets left over after it");
    }
  }

  /** The length in front of a long string, a table or an array: not more than what is left. */
  int announced() {
    long length = longUint();
    if (length > in.remaining()) {
      throw error("a length of " + length + " octets, but " + in.remaining() + " are left");
    }
    return (int) length;
  }

  /** Reads no further than so many octets from here on, until {@link #leave}. */
  int enter(int length) {
    int outer = in.limit();
    in.limit(in.position() + length);
    return outer;
  }

  /** Takes back what {@link #enter} returned. */
  void leave(int outer) {
    in.limit(outer);
  }

  int signed(int octets) {
    require(octets);
    return switch (octets) {
      case 1 -> in.get();
      case 2 -> in.getShort();
      default -> in.getInt();
    };
  }

  ProtocolException error(String what) {
    return ProtocolException.of(ReplyCode.SYNTAX_ERROR, "field " + field + ": " + what);
  }

  private String text(int length) {
    require(length);
    if (!in.hasArray()) {
      return OctetText.decode(bytes(length), 0, length);
    }
    String text = OctetText.decode(in.array(), in.arrayOffset() + in.position(), length);
    in.position(in.position() + length);
    return text;
  }

  private byte[] bytes(int length) {
    require(length);
    byte[] out = new byte[length];
    in.get(out);
    return out;
  }

  private void require(int octets) {
    if (in.remaining() < octets) {
      throw error("needs " + octets + " octets, but " + in.remaining() + " are left");
    }
  }
}
