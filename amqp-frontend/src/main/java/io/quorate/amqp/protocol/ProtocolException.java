package io.quorate.amqp.protocol;

/**
 * An error of the protocol: the peer is told the reply code and the text, and the channel or the
 * connection closes. It is an ordinary event, so it carries no stack trace.
 */
public final class ProtocolException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ReplyCode replyCode;
  private final boolean closesConnection;
  private final int classId;
  private final int methodId;

  private ProtocolException(
      ReplyCode replyCode, String text, boolean closesConnection, int classId, int methodId) {
    super(text, null, false, false);
    this.replyCode = replyCode;
    this.closesConnection = closesConnection;
    this.classId = classId;
    this.methodId = methodId;
  }

  /** An error that closes what the specification says of its code. */
  public static ProtocolException of(ReplyCode replyCode, String text) {
    return new ProtocolException(replyCode, text, replyCode.isHard(), 0, 0);
  }

  /** An error that closes the connection, whatever its code. */
  public static ProtocolException connection(ReplyCode replyCode, String text) {
    return new ProtocolException(replyCode, text, true, 0, 0);
  }

  /** An error that closes the channel, whatever its code. */
  public static ProtocolException channel(ReplyCode replyCode, String text) {
    return new ProtocolException(replyCode, text, false, 0, 0);
  }

  /** The same error, caused by this method; unchanged when it has a method already. */
  public ProtocolException at(int causeClassId, int causeMethodId) {
    return classId != 0 || methodId != 0
        ? this
        : new ProtocolException(
            replyCode, message(), closesConnection, causeClassId, causeMethodId);
  }

  /** The same error, caused by this method; unchanged when it has a method already. */
  public ProtocolException at(MethodType cause) {
    return at(cause.classId(), cause.methodId());
  }

  /** The reply code. */
  public ReplyCode replyCode() {
    return replyCode;
  }

  /**
   * What a close method says, as {@code NOT_FOUND - no queue 'a'}: cut to the 255 octets of a short
   * string.
   */
  public String replyText() {
    return OctetText.truncate(
        replyCode.name() + " - " + message(), FieldWriter.MAX_SHORT_STRING_OCTETS);
  }

  /** Whether it closes the connection, not only the channel. */
  public boolean closesConnection() {
    return closesConnection;
  }

  /** The class of the method that caused it, 0 when no method did. */
  public int classId() {
    return classId;
  }

  /** The method that caused it, 0 when no method did. */
  public int methodId() {
    return methodId;
  }

  private String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
