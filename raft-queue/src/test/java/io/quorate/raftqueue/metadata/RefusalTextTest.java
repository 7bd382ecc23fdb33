package io.quorate.raftqueue.metadata;

import static io.quorate.raftqueue.api.RefusedException.Reason.ACCESS_REFUSED;
import static io.quorate.raftqueue.api.RefusedException.Reason.NOT_FOUND;
import static io.quorate.raftqueue.api.RefusedException.Reason.PRECONDITION_FAILED;
import static io.quorate.raftqueue.api.RefusedException.Reason.RESOURCE_LOCKED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.CreateVhost;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteExchange;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindQueue;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.RefusedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users read when they are refused. */
class RefusalTextTest {

  private static final String LONG = "ä".repeat(128);
  private final MetadataDefinitions definitions = new MetadataDefinitions(MetadataListener.NONE);

  @BeforeEach
  void declareSome() {
    done(queue("q", true, false, false, null, Map.of("x-message-ttl", 1000)));
    done(queue("mine", false, true, true, "me", Map.of()));
    done(exchange("e", "direct", true, Map.of()));
    done(exchange("h", "headers", true, Map.of()));
  }

  @Test
  void queuesWithOtherProperties() {
    refused(
        queue("q", false, false, false, null, Map.of("x-message-ttl", 1000)),
        PRECONDITION_FAILED,
        "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'");
    refused(
        queue("q", true, true, false, "me", Map.of("x-message-ttl", 1000)),
        RESOURCE_LOCKED,
        "cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another"
            + " connection or the exclusive property value does not match that of the original declaration.");
    refused(
        queue("q", true, false, false, null, Map.of("x-queue-type", "quorum")),
        PRECONDITION_FAILED,
        "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received none but current is the value '1000' of"
            + " type 'signedint'");
    refused(
        queue(
            "q", true, false, false, null, Map.of("x-queue-type", "quorum", "x-message-ttl", 1000)),
        PRECONDITION_FAILED,
        "inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'quorum' but"
            + " current is 'classic'");
    done(
        queue(
            "q",
            true,
            false,
            false,
            null,
            Map.of("x-queue-type", "classic", "x-message-ttl", 1000)));
    refused(
        queue("q", true, false, true, null, Map.of()),
        PRECONDITION_FAILED,
        "inequivalent arg 'auto_delete' for queue 'q' in vhost '/': received 'true' but current is 'false'");
    refused(
        queue("q", true, false, false, null, Map.of("x-message-ttl", 2000L)),
        PRECONDITION_FAILED,
        "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received '2000' but"
            + " current is '1000'");
    refused(
        queue("q", true, false, false, null, Map.of()),
        PRECONDITION_FAILED,
        "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received none but current is the value '1000' of"
            + " type 'signedint'");
    refused(
        queue("q", true, false, false, null, Map.of("x-expires", Map.of(), "x-message-ttl", 1000)),
        PRECONDITION_FAILED,
        "inequivalent arg 'x-expires' for queue 'q' in vhost '/': received a value of type 'table' but current is none");
    done(queue("q", true, false, false, null, Map.of("x-message-ttl", 1000L)));
    done(
        queue(
            "q",
            true,
            false,
            false,
            null,
            Map.of(
                "x-message-ttl", 1000, "note", 1, "x-a", 1, "x-queue-leader-locator", "balanced")));
  }

  @Test
  void queuesOfOthers() {
    String text =
        "cannot obtain exclusive access to locked queue 'mine' in vhost '/'. It could be originally declared on another"
            + " connection or the exclusive property value does not match that of the original declaration.";
    refused(queue("mine", false, true, true, "you", Map.of()), RESOURCE_LOCKED, text);
    refused(queue("mine", true, false, false, null, Map.of()), RESOURCE_LOCKED, text);
    refused(queue("mine", false, false, true, "me", Map.of()), RESOURCE_LOCKED, text);
    done(queue("mine", false, true, true, "me", Map.of()));
    done(queue("mine", true, true, true, "me", Map.of()));
    refused(
        queue("new", false, true, true, null, Map.of()),
        PRECONDITION_FAILED,
        "exclusive queue 'new' in vhost '/' needs an owner");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x-message-ttl | -1 | an integer of at least 0
          x-expires | 0 | an integer of at least 1
          x-max-priority | 256 | an integer from 0 to 255
          """)
  void queueArgumentsOutOfRange(String name, int value, String expected) {
    refused(
        queue("new", true, false, false, null, Map.of(name, value)),
        PRECONDITION_FAILED,
        "invalid arg '%s' for queue 'new' in vhost '/': received the value '%d' of type 'signedint', expected %s"
            .formatted(name, value, expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x-max-length | an integer of at least 0
          x-max-length-bytes | an integer of at least 0
          x-delivery-limit | an integer
          x-single-active-consumer | a boolean
          x-queue-type | 'classic' or 'quorum'
          x-overflow | 'drop-head', 'reject-publish' or 'reject-publish-dlx'
          """)
  void queueArgumentsOfTheWrongKind(String name, String expected) {
    refused(
        queue("new", true, false, false, null, Map.of(name, "what")),
        PRECONDITION_FAILED,
        "invalid arg '"
            + name
            + "' for queue 'new' in vhost '/': received the value 'what' of type 'longstr', expected "
            + expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-dead-letter-exchange", "x-dead-letter-routing-key"})
  void deadLettersGoToNames(String name) {
    refused(
        queue("new", true, false, false, null, Map.of(name, List.of())),
        PRECONDITION_FAILED,
        "invalid arg '"
            + name
            + "' for queue 'new' in vhost '/': received a value of type 'array', expected a string");
    done(queue("new", true, false, false, null, Map.of(name, "x")));
  }

  @Test
  void exchangesWithOtherProperties() {
    refused(
        exchange("e", "fanout", false, Map.of()),
        PRECONDITION_FAILED,
        "inequivalent arg 'type' for exchange 'e' in vhost '/': received 'fanout' but current is 'direct'");
    refused(
        exchange("e", "direct", false, Map.of()),
        PRECONDITION_FAILED,
        "inequivalent arg 'durable' for exchange 'e' in vhost '/': received 'false' but current is 'true'");
    refused(
        new DeclareExchange(
            new ExchangeDefinition("/", "e", "direct", true, true, false, Map.of())),
        PRECONDITION_FAILED,
        "inequivalent arg 'auto_delete' for exchange 'e' in vhost '/': received 'true' but current is 'false'");
    refused(
        new DeclareExchange(
            new ExchangeDefinition("/", "e", "direct", true, false, true, Map.of())),
        PRECONDITION_FAILED,
        "inequivalent arg 'internal' for exchange 'e' in vhost '/': received 'true' but current is 'false'");
    refused(
        exchange("e", "direct", true, Map.of("alternate-exchange", "x")),
        PRECONDITION_FAILED,
        "inequivalent arg 'alternate-exchange' for exchange 'e' in vhost '/': received the value 'x' of type 'longstr'"
            + " but current is none");
    done(exchange("e", "direct", true, Map.of("note", 1)));
    done(exchange("amq.topic", "topic", true, Map.of()));
  }

  @Test
  void hashExchangesThatCannotBe() {
    String hash = "x-consistent-hash";
    refused(
        exchange("new", hash, true, Map.of("hash-header", 1)),
        PRECONDITION_FAILED,
        "invalid arg 'hash-header': received the value '1' of type 'signedint', expected a string"
            + " (exchange 'new' in vhost '/')");
    refused(
        exchange("new", hash, true, Map.of("hash-property", "app_id")),
        PRECONDITION_FAILED,
        "Unsupported property: app_id; expected message_id, correlation_id or timestamp"
            + " (exchange 'new' in vhost '/')");
    refused(
        exchange("new", hash, true, Map.of("hash-property", "timestamp", "hash-header", "h")),
        PRECONDITION_FAILED,
        "hash-header and hash-property are mutually exclusive (exchange 'new' in vhost '/')");
    // Other types don't know these arguments.
    done(exchange("other", "x-random", true, Map.of("hash-property", "app_id")));
    done(exchange("other", "x-random", true, Map.of("hash-property", "timestamp")));
    done(exchange("hash", hash, true, Map.of("hash-header", "a")));
    done(exchange("hash", hash, true, Map.of("hash-header", "a")));
    refused(
        exchange("hash", hash, true, Map.of("hash-header", "b")),
        PRECONDITION_FAILED,
        "inequivalent arg 'hash-header' for exchange 'hash' in vhost '/': received 'b'"
            + " but current is 'a'");
    refused(
        exchange("hash", hash, true, Map.of()),
        PRECONDITION_FAILED,
        "inequivalent arg 'hash-header' for exchange 'hash' in vhost '/': received none but current is the value 'a'"
            + " of type 'longstr'");
    done(exchange("target", "fanout", true, Map.of()));
    refused(
        new BindExchange("/", "hash", "target", "some", Map.of()),
        PRECONDITION_FAILED,
        "The binding key must be an integer: 'some'");
    refused(
        new BindExchange("/", "hash", "target", "0", Map.of()),
        PRECONDITION_FAILED,
        "The binding key must be greater than 0");
    done(new BindExchange("/", "hash", "target", "1", Map.of()));
  }

  @Test
  void exchangesThatCannotBe() {
    refused(
        exchange("new", "x-delayed", true, Map.of()),
        PRECONDITION_FAILED,
        "unknown type 'x-delayed' for exchange 'new' in vhost '/'; expected one of direct, fanout, topic, headers, x-consistent-hash, x-modulus-hash and x-random");
    refused(
        exchange("new", "direct", true, Map.of("alternate-exchange", 1)),
        PRECONDITION_FAILED,
        "invalid type 'signedint' for arg 'alternate-exchange' in exchange 'new' in vhost '/'");
    refused(
        exchange("amq.mine", "direct", true, Map.of()),
        ACCESS_REFUSED,
        "exchange name 'amq.mine' contains reserved prefix 'amq.*'");
    refused(
        new DeleteExchange("/", "amq.match", false),
        ACCESS_REFUSED,
        "exchange 'amq.match' in vhost '/' is predeclared and cannot be deleted");
  }

  @Test
  void theDefaultExchangeIsLeftAlone() {
    String text = "operation not permitted on the default exchange";
    refused(exchange("", "direct", true, Map.of()), ACCESS_REFUSED, text);
    refused(new DeleteExchange("/", "", false), ACCESS_REFUSED, text);
    refused(new BindQueue("/", "", "q", "k", Map.of()), ACCESS_REFUSED, text);
    refused(new UnbindQueue("/", "", "q", "k", Map.of()), ACCESS_REFUSED, text);
    refused(new BindExchange("/", "", "e", "k", Map.of()), ACCESS_REFUSED, text);
    refused(new BindExchange("/", "e", "", "k", Map.of()), ACCESS_REFUSED, text);
    refused(new UnbindExchange("/", "", "e", "k", Map.of()), ACCESS_REFUSED, text);
  }

  @Test
  void whatIsNotThere() {
    refused(
        new BindQueue("/", "e", "none", "k", Map.of()), NOT_FOUND, "no queue 'none' in vhost '/'");
    refused(
        new BindQueue("/", "none", "q", "k", Map.of()),
        NOT_FOUND,
        "no exchange 'none' in vhost '/'");
    refused(
        new BindExchange("/", "e", "none", "k", Map.of()),
        NOT_FOUND,
        "no exchange 'none' in vhost '/'");
    refused(new DeleteExchange("none", "e", false), NOT_FOUND, "no vhost 'none'");
    done(new UnbindQueue("/", "none", "none", "k", Map.of()));
    done(new DeleteExchange("/", "none", true));
  }

  @Test
  void exchangesInUse() {
    done(new BindQueue("/", "e", "q", "k", Map.of()));
    refused(
        new DeleteExchange("/", "e", true),
        PRECONDITION_FAILED,
        "exchange 'e' in vhost '/' in use");
    done(new UnbindQueue("/", "e", "q", "k", Map.of()));
    done(new DeleteExchange("/", "e", true));
  }

  @Test
  void bindingsThatMeanNothing() {
    refused(
        new BindQueue("/", "h", "q", "", Map.of("x-match", 1)),
        PRECONDITION_FAILED,
        "invalid x-match: received the value '1' of type 'signedint', expected 'all', 'any', 'all-with-x' or"
            + " 'any-with-x'");
    done(new BindQueue("/", "e", "q", "", Map.of("x-match", 1)));
  }

  @Test
  void namesThatAreTooLongOrEmpty() {
    String text = " name is longer than 255 bytes";
    refused(exchange(LONG, "direct", true, Map.of()), PRECONDITION_FAILED, "exchange" + text);
    refused(queue(LONG, true, false, false, null, Map.of()), PRECONDITION_FAILED, "queue" + text);
    refused(new CreateVhost(LONG), PRECONDITION_FAILED, "vhost" + text);
    refused(
        new BindQueue("/", "e", "q", LONG, Map.of()),
        PRECONDITION_FAILED,
        "routing key is longer than 255 bytes");
    refused(
        queue("", true, false, false, null, Map.of()),
        PRECONDITION_FAILED,
        "queue name must not be empty");
    done(queue(LONG.substring(1) + "x", true, false, false, null, Map.of()));
    PasswordHash hash =
        new PasswordHash(ByteString.copyFromUtf8("s"), 1, ByteString.copyFromUtf8("h"));
    assertThat(apply(new MetadataCommand.PutCredentials("", hash)))
        .isEqualTo(new Applied.Refused(PRECONDITION_FAILED, "user name must not be empty"));
  }

  private static DeclareQueue queue(
      String name,
      boolean durable,
      boolean exclusive,
      boolean autoDelete,
      String owner,
      Map<String, Object> arguments) {
    return new DeclareQueue("/", name, durable, exclusive, autoDelete, owner, 0, arguments);
  }

  private static DeclareExchange exchange(
      String name, String type, boolean durable, Map<String, Object> arguments) {
    return new DeclareExchange(
        new ExchangeDefinition("/", name, type, durable, false, false, arguments));
  }

  private void done(DefinitionCommand command) {
    assertThat(apply(new MetadataCommand.Define(command))).isInstanceOf(Applied.Result.class);
  }

  private void refused(DefinitionCommand command, RefusedException.Reason reason, String text) {
    long version = definitions.version();
    assertThat(apply(new MetadataCommand.Define(command)))
        .isEqualTo(new Applied.Refused(reason, text));
    assertThat(definitions.version()).as("nothing has changed").isEqualTo(version);
  }

  private Applied apply(MetadataCommand command) {
    return definitions.apply(definitions.appliedIndex() + 1, List.of(command)).get(0);
  }
}
