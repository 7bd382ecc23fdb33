package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.RefusedException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The errors that clients are told, with RabbitMQ's texts where it has one. */
final class Errors {

  private Errors() {}

  static ProtocolException noQueue(String name, String vhost) {
    return ProtocolException.of(
        ReplyCode.NOT_FOUND, "no queue '%s' in vhost '%s'".formatted(name, vhost));
  }

  static ProtocolException noExchange(String name, String vhost) {
    return ProtocolException.of(
        ReplyCode.NOT_FOUND, "no exchange '%s' in vhost '%s'".formatted(name, vhost));
  }

  static ProtocolException lockedQueue(String name, String vhost) {
    return ProtocolException.of(
        ReplyCode.RESOURCE_LOCKED,
        ("cannot obtain exclusive access to locked queue '%s' in vhost '%s'. It could be originally"
                + " declared on another connection or the exclusive property value does not match"
                + " that of the original declaration.")
            .formatted(name, vhost));
  }

  static ProtocolException exclusiveUse(QueueDefinition queue) {
    return ProtocolException.of(
        ReplyCode.ACCESS_REFUSED,
        "queue '%s' in vhost '%s' in exclusive use".formatted(queue.name(), queue.vhost()));
  }

  static ProtocolException reservedName(String kind, String name) {
    return ProtocolException.of(
        ReplyCode.ACCESS_REFUSED,
        "%s name '%s' contains reserved prefix 'amq.*'".formatted(kind, name));
  }

  static ProtocolException defaultExchange() {
    return ProtocolException.of(
        ReplyCode.ACCESS_REFUSED, "operation not permitted on the default exchange");
  }

  static ProtocolException precondition(String text) {
    return ProtocolException.of(ReplyCode.PRECONDITION_FAILED, text);
  }

  static ProtocolException notImplemented(String text) {
    return ProtocolException.of(ReplyCode.NOT_IMPLEMENTED, text);
  }

  static ProtocolException shuttingDown() {
    return ProtocolException.of(ReplyCode.CONNECTION_FORCED, "node is shutting down");
  }

  /**
   * What a refusal of the store is to the client.
   *
   * @throws IllegalStateException if it is no refusal but a failure
   */
  static ProtocolException fromStore(Throwable error) {
    Throwable cause = cause(error);
    if (!(cause instanceof RefusedException refusal)) {
      throw new IllegalStateException("the store failed", cause);
    }
    ReplyCode code =
        switch (refusal.reason()) {
          case NOT_FOUND -> ReplyCode.NOT_FOUND;
          case PRECONDITION_FAILED -> ReplyCode.PRECONDITION_FAILED;
          case RESOURCE_LOCKED -> ReplyCode.RESOURCE_LOCKED;
          case ACCESS_REFUSED -> ReplyCode.ACCESS_REFUSED;
          // as RabbitMQ says when a quorum queue or its metadata store times out: clients with
          // automatic recovery connect again, which they don't for an error of a channel
          case UNAVAILABLE -> ReplyCode.INTERNAL_ERROR;
        };
    String text = String.valueOf(refusal.getMessage());
    return code == ReplyCode.INTERNAL_ERROR
        ? ProtocolException.connection(code, text)
        : ProtocolException.channel(code, text);
  }

  /** Why a queue was not deleted, with what the store says of its condition. */
  static ProtocolException notDeleted(QueueDefinition queue, Throwable error) {
    return cause(error) instanceof RefusedException refusal
            && refusal.reason() == RefusedException.Reason.PRECONDITION_FAILED
        ? precondition(
            "queue '%s' in vhost '%s' %s"
                .formatted(queue.name(), queue.vhost(), refusal.getMessage()))
        : fromStore(error);
  }

  static boolean isNotFound(@Nullable Throwable error) {
    return error != null
        && cause(error) instanceof RefusedException refusal
        && refusal.reason() == RefusedException.Reason.NOT_FOUND;
  }

  private static Throwable cause(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
