package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.api.RefusedException.Reason;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorsTest {

  /** RabbitMQ closes the connection with 541 when a queue's or the metadata's leader is missing. */
  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, 404, false",
    "PRECONDITION_FAILED, 406, false",
    "RESOURCE_LOCKED, 405, false",
    "ACCESS_REFUSED, 403, false",
    "UNAVAILABLE, 541, true"
  })
  void what_the_store_refuses_is_told_with_the_code_clients_expect(
      Reason reason, int code, boolean closesConnection) {
    ProtocolException error =
        Errors.fromStore(new CompletionException(new RefusedException(reason, "no leader")));
    assertThat(error.replyCode().code()).isEqualTo(code);
    assertThat(error.replyText()).isEqualTo(error.replyCode().name() + " - no leader");
    assertThat(error.closesConnection()).isEqualTo(closesConnection);
  }

  @Test
  void a_failure_is_no_refusal() {
    assertThatThrownBy(() -> Errors.fromStore(new IllegalArgumentException("oops")))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("oops");
  }
}
