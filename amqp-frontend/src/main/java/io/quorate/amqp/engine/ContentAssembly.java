package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.amqp.protocol.MethodType;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicPublish;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a published message together from its method, header and body frames (specification 4.2.6).
 *
 * <pre>
 * IDLE      -> HEADER    basic.publish
 * HEADER    -> BODY      a header that announces a body
 * HEADER    -> IDLE      a header without a body: the message is complete
 * HEADER    -> DISCARD   a header that announces too large a body
 * BODY      -> IDLE      the last body frame: the message is complete
 * DISCARD   -> IDLE      the last body frame
 * </pre>
 */
final class ContentAssembly {

  private enum State {
    IDLE,
    HEADER,
    BODY,
    DISCARD
  }

  /** A whole message, or one that is refused because of its header. */
  record Content(
      BasicPublish publish,
      ContentHeader header,
      ByteString body,
      @Nullable ProtocolException refusal) {

    /** What the message counts against the connection's bound, in bytes. */
    long sizeBytes() {
      return 64L + header.encodedProperties().length + body.size();
    }
  }

  /** Of a part of a message that is not complete yet: an object and a reference. */
  private static final int PART_OVERHEAD_BYTES = 48;

  private final int maxBodyBytes;
  private final IntConsumer received;
  private final List<ByteString> parts = new ArrayList<>();
  private State state = State.IDLE;
  private @Nullable BasicPublish publish;
  private @Nullable ContentHeader header;
  private long missingBytes;
  private int heldBytes;

  /**
   * @param received told how many bytes of unfinished messages are held more (or fewer, if
   *     negative) than before
   */
  ContentAssembly(int maxBodyBytes, IntConsumer received) {
    this.maxBodyBytes = maxBodyBytes;
    this.received = received;
  }

  void requireNoContentExpected() {
    if (state != State.IDLE) {
      throw unexpected();
    }
  }

  void requireHeaderExpected() {
    if (state != State.HEADER) {
      throw unexpected();
    }
  }

  void begin(BasicPublish method) {
    publish = method;
    state = State.HEADER;
  }

  @Nullable Content onHeader(ContentHeader announced) {
    BasicPublish method = publish;
    if (state != State.HEADER || method == null) {
      throw unexpected();
    }
    header = announced;
    missingBytes = announced.bodySize();
    if (missingBytes > maxBodyBytes) {
      state = State.DISCARD;
      return new Content(
          method,
          announced,
          ByteString.EMPTY,
          ProtocolException.of(
              ReplyCode.PRECONDITION_FAILED,
              "message size %d is larger than configured max size %d"
                  .formatted(missingBytes, maxBodyBytes)));
    }
    state = State.BODY;
    if (missingBytes == 0) {
      return complete(method, announced, ByteString.EMPTY);
    }
    hold(announced.encodedProperties().length);
    return null;
  }

  @Nullable Content onBody(ByteString part) {
    if (state == State.DISCARD) {
      missingBytes -= part.size();
      if (missingBytes == 0) {
        state = State.IDLE;
      }
      return null;
    }
    BasicPublish method = publish;
    ContentHeader announced = header;
    if (state != State.BODY || method == null || announced == null) {
      throw unexpected();
    }
    if (part.size() > missingBytes) {
      throw ProtocolException.of(
          ReplyCode.FRAME_ERROR,
          "content body is longer than the %d bytes its header announced"
              .formatted(announced.bodySize()));
    }
    if (part.isEmpty()) {
      return null; // allowed, and worth nothing: however many come, none is kept
    }
    missingBytes -= part.size();
    if (missingBytes == 0) {
      if (parts.isEmpty()) {
        return complete(method, announced, part);
      }
      parts.add(part);
      return complete(method, announced, ByteString.copyFrom(parts));
    }
    parts.add(part);
    hold(part.size());
    return null;
  }

  /** What an unfinished message keeps in memory counts, with what it takes to keep it. */
  private void hold(int bytes) {
    int held = bytes + PART_OVERHEAD_BYTES;
    heldBytes += held;
    received.accept(held);
  }

  /** Another frame than the one that had to come; with RabbitMQ's texts. */
  private ProtocolException unexpected() {
    return switch (state) {
      case IDLE -> methodExpected();
      case HEADER ->
          inContent("expected content header for class 60, got non content header frame instead");
      case BODY, DISCARD -> inContent("expected content body, got non content body frame instead");
    };
  }

  /** Content that no method announced. */
  static ProtocolException methodExpected() {
    return ProtocolException.of(
        ReplyCode.UNEXPECTED_FRAME, "expected method frame, got non method frame instead");
  }

  private static ProtocolException inContent(String text) {
    return ProtocolException.of(ReplyCode.UNEXPECTED_FRAME, text).at(MethodType.BASIC_PUBLISH);
  }

  /** Forgets an unfinished message. */
  void abandon() {
    releaseParts();
    publish = null;
    header = null;
    state = State.IDLE;
  }

  private Content complete(BasicPublish method, ContentHeader announced, ByteString body) {
    abandon();
    return new Content(method, announced, body, null);
  }

  private void releaseParts() {
    parts.clear();
    received.accept(-heldBytes);
    heldBytes = 0;
  }
}
