package io.quorate.amqp.protocol;

/** The protocol's numbers (specification 1.1 and 4.2). */
public final class ProtocolConstants {
@CONSTANTS@  private ProtocolConstants() {}
}
