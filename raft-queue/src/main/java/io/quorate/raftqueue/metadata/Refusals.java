package io.quorate.raftqueue.metadata;

import static io.quorate.raftqueue.api.RefusedException.Reason.ACCESS_REFUSED;
import static io.quorate.raftqueue.api.RefusedException.Reason.NOT_FOUND;
import static io.quorate.raftqueue.api.RefusedException.Reason.PRECONDITION_FAILED;
import static io.quorate.raftqueue.api.RefusedException.Reason.RESOURCE_LOCKED;

import io.quorate.raftqueue.metadata.Applied.Refused;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The texts of refusals, in RabbitMQ's style, since that is what users and their tools know. */
final class Refusals {

  /** Names and routing keys are AMQP short strings. */
  static final int MAX_NAME_BYTES = 255;

  private Refusals() {}

  static Refused noVhost(String vhost) {
    return new Refused(NOT_FOUND, "no vhost '" + vhost + "'");
  }

  static Refused noQueue(String vhost, String name) {
    return new Refused(NOT_FOUND, "no " + queue(vhost, name));
  }

  static Refused noExchange(String vhost, String name) {
    return new Refused(NOT_FOUND, "no " + exchange(vhost, name));
  }

  static Refused locked(String vhost, String name) {
    return new Refused(
        RESOURCE_LOCKED,
        "cannot obtain exclusive access to locked "
            + queue(vhost, name)
            + ". It could be originally declared on another connection or the exclusive property value does not match that"
            + " of the original declaration.");
  }

  static Refused defaultExchange() {
    return new Refused(ACCESS_REFUSED, "operation not permitted on the default exchange");
  }

  static Refused reservedExchange(String name) {
    return new Refused(
        ACCESS_REFUSED, "exchange name '" + name + "' contains reserved prefix 'amq.*'");
  }

  static Refused predeclared(String vhost, String name) {
    return new Refused(
        ACCESS_REFUSED, exchange(vhost, name) + " is predeclared and cannot be deleted");
  }

  static Refused inUse(String vhost, String name) {
    return precondition(exchange(vhost, name) + " in use");
  }

  static Refused precondition(String text) {
    return new Refused(PRECONDITION_FAILED, text);
  }

  /** Refuses a name that is empty or too long. */
  static @Nullable Refused checkName(String kind, String name) {
    if (name.isEmpty()) {
      return precondition(kind + " name must not be empty");
    }
    return tooLong(name)
        ? precondition(kind + " name is longer than " + MAX_NAME_BYTES + " bytes")
        : null;
  }

  static @Nullable Refused checkRoutingKey(String key) {
    return tooLong(key)
        ? precondition("routing key is longer than " + MAX_NAME_BYTES + " bytes")
        : null;
  }

  static String queue(String vhost, String name) {
    return "queue '" + name + "' in vhost '" + vhost + "'";
  }

  static String exchange(String vhost, String name) {
    return "exchange '" + name + "' in vhost '" + vhost + "'";
  }

  private static boolean tooLong(String text) {
    // No character takes more than three bytes (a pair of surrogates takes four).
    return text.length() * 3 > MAX_NAME_BYTES
        && text.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES;
  }
}
