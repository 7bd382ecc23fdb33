package io.quorate.amqp.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a content of class basic (specification 1.8, 4.2.6.1); a property that is absent
 * is null. The timestamp is in seconds since 1970, whatever the publisher put there.
 */
public record BasicProperties(
@COMPONENTS@) {

  /** No property at all. */
  public static final BasicProperties EMPTY = builder().build();

  /** A builder with no property set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads the property flags and the property list.
   *
   * @param in holds them and nothing after them
   * @throws ProtocolException with {@link ReplyCode#SYNTAX_ERROR}
   */
  public static BasicProperties read(WireReader in) {
    int flags = in.at("property-flags").shortUint();
    if ((flags & ~@ALL_FLAGS@) != 0) {
      throw ProtocolException.of(
          ReplyCode.SYNTAX_ERROR,
          "property flags 0x" + Integer.toHexString(flags) + " name a property that class basic does not have");
    }
    Builder properties = builder();
@READS@    in.expectEnd();
    return properties.build();
  }

  /** Writes the property flags and the property list. */
  public void write(WireWriter out) {
    FieldWriter.shortUint(
        out,
@FLAGS@@WRITES@  }

  /** Collects properties; not thread-safe. */
  public static final class Builder {
@BUILDER_FIELDS@
    private Builder() {}

@SETTERS@    /** The properties set so far. */
    public BasicProperties build() {
      return new BasicProperties(
@NAMES@);
    }
  }
}
