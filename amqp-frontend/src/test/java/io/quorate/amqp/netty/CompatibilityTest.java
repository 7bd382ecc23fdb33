package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.amqp.engine.KnownArguments;
import io.quorate.amqp.netty.CompatibilityTable.Line;
import io.quorate.amqp.protocol.MethodType;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicConsumeOk;
import io.quorate.amqp.protocol.method.ChannelClose;
import io.quorate.amqp.protocol.method.ChannelCloseOk;
import io.quorate.amqp.protocol.method.ConnectionStart;
import io.quorate.amqp.protocol.method.ExchangeDeclare;
import io.quorate.amqp.protocol.method.ExchangeDeclareOk;
import io.quorate.amqp.protocol.method.ExchangeDelete;
import io.quorate.amqp.protocol.method.ExchangeDeleteOk;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDeclareOk;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueueDeleteOk;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** The page on compatibility says all there is to say, and what it says is tested. */
@ExtendWith(SharedBroker.class)
class CompatibilityTest {

  private static final Path TESTS = Path.of("src/test/java");

  /** Properties that have a meaning in RabbitMQ and none here. */
  private static final Set<String> ONLY_PASSED_ON = Set.of("delivery-mode", "priority");

  private final Broker broker;

  CompatibilityTest(Broker broker) {
    this.broker = broker;
  }

  @Test
  void every_method_and_argument_has_one_line() {
    assertThat(CompatibilityTable.names("Methods"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(MethodType.values()).map(MethodType::protocolName).toList());
    assertThat(CompatibilityTable.names("Queue arguments"))
        .containsExactlyInAnyOrderElementsOf(KnownArguments.ofQueues());
    assertThat(CompatibilityTable.names("Exchange arguments"))
        .containsExactlyInAnyOrderElementsOf(KnownArguments.ofExchanges());
    assertThat(CompatibilityTable.names("Consumer arguments"))
        .containsExactlyInAnyOrderElementsOf(KnownArguments.ofConsumers());
    Set<String> ofMessages = new HashSet<>(KnownArguments.ofMessages());
    ofMessages.addAll(ONLY_PASSED_ON);
    assertThat(CompatibilityTable.names("Message properties"))
        .containsExactlyInAnyOrderElementsOf(ofMessages);
    assertThat(CompatibilityTable.working("Exchange types"))
        .containsExactlyInAnyOrderElementsOf(KnownArguments.exchangeTypes());
  }

  /** A table in a section that no test knows would be compared with nothing. */
  @Test
  void every_table_is_one_that_these_tests_know() {
    assertThat(CompatibilityTable.lines().stream().map(Line::section).distinct())
        .containsExactly(
            "Methods",
            "Exchange types",
            "Exchange arguments",
            "Queue arguments",
            "Consumer arguments",
            "Message properties",
            "Capabilities",
            "Behaviour");
    assertThat(CompatibilityTable.lines().stream().map(line -> line.section() + line.name()))
        .doesNotHaveDuplicates();
  }

  @Test
  void every_capability_has_a_line() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      ConnectionStart start = client.expect(0, ConnectionStart.class);
      Map<?, ?> capabilities = (Map<?, ?>) start.serverProperties().get("capabilities");
      assertThat(capabilities).isNotNull();
      assertThat(CompatibilityTable.names("Capabilities"))
          .containsExactlyInAnyOrderElementsOf(
              capabilities.keySet().stream().map(String.class::cast).toList());
      assertThat(capabilities.values()).allMatch(Boolean.TRUE::equals);
    }
  }

  @Test
  void every_line_has_a_status_a_reason_and_tests_that_exist() throws Exception {
    assertThat(CompatibilityTable.read()).doesNotContainIgnoringCase("untested");
    for (Line line : CompatibilityTable.lines()) {
      assertThat(line.status()).as(line.name()).isIn("same", "different", "refused");
      if (!line.status().equals("same")) {
        assertThat(line.how()).as("how %s is %s", line.name(), line.status()).isNotEmpty();
      }
      if (line.status().equals("refused")) {
        assertThat(error(line)).as("the error of " + line.name()).isNotNull();
      }
      assertThat(line.tests()).as("tests of " + line.name()).isNotEmpty();
      for (String test : line.tests()) {
        assertThat(isTest(test)).as("%s, which backs %s, is a test", test, line.name()).isTrue();
      }
    }
  }

  private static boolean isTest(String id) throws Exception {
    String[] parts = id.split("#");
    try (Stream<Path> files = Files.walk(TESTS)) {
      List<Path> sources = files.filter(file -> file.endsWith(parts[0] + ".java")).toList();
      if (parts.length != 2 || sources.size() != 1) {
        return false;
      }
      String path = TESTS.relativize(sources.get(0)).toString();
      Class<?> type =
          Class.forName(path.substring(0, path.length() - ".java".length()).replace('/', '.'));
      return Arrays.stream(type.getDeclaredMethods())
          .anyMatch(method -> method.getName().equals(parts[1]) && isTest(method));
    }
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class)
        || method.isAnnotationPresent(RepeatedTest.class)
        || method.isAnnotationPresent(Property.class);
  }

  // ---- what works

  /** Values of an argument that are right, and some that are not. */
  private record Values(List<?> right, List<? extends @Nullable Object> wrong) {}

  private static final List<?> ONES = List.of((byte) 1, (short) 1, 1, 1L);

  private static final List<?> INTEGERS =
      List.of((byte) -1, (short) 0, 1, -1L, Long.MIN_VALUE, Long.MAX_VALUE);

  private static final List<? extends @Nullable Object> NO_TEXTS =
      Arrays.asList(1, 1L, true, 1.0, null, List.of(), Map.of(), new byte[] {1}, "else");

  private static final List<? extends @Nullable Object> NO_SIZES =
      Arrays.asList(0, -1, "1", true, 1.0, null, List.of(), Map.of());

  private static final Map<String, Values> QUEUE_ARGUMENTS =
      Map.of(
          "x-queue-type", new Values(List.of("classic", "quorum"), NO_TEXTS),
          "x-queue-mode", new Values(List.of("default", "lazy"), NO_TEXTS),
          "x-queue-leader-locator", new Values(List.of("client-local", "balanced"), NO_TEXTS),
          "x-queue-master-locator",
              new Values(List.of("client-local", "min-masters", "random"), NO_TEXTS),
          "x-queue-version", new Values(ONES, NO_SIZES),
          "x-quorum-initial-group-size", new Values(ONES, NO_SIZES),
          "x-quorum-target-group-size", new Values(ONES, NO_SIZES));

  private static final Map<String, Values> CONSUMER_ARGUMENTS =
      Map.of("x-priority", new Values(INTEGERS, Arrays.asList("1", true, 1.0, null, List.of())));

  private static final Map<String, Values> EXCHANGE_ARGUMENTS =
      Map.of(
          "alternate-exchange", new Values(List.of("some"), Arrays.asList(1, true, List.of())),
          "hash-header", new Values(List.of("some"), Arrays.asList(1, true, List.of())),
          "hash-property",
              new Values(
                  List.of("message_id", "correlation_id", "timestamp"),
                  Arrays.asList(1, true, "app_id")));

  @Test
  void queue_arguments_that_are_not_refused_work_with_right_values_only() throws Exception {
    values(
        "Queue arguments",
        QUEUE_ARGUMENTS,
        (client, name, value) -> {
          client.send(
              1, new QueueDeclare("values", false, true, false, false, false, table(name, value)));
          return QueueDeclareOk.class;
        },
        client -> {
          client.send(1, new QueueDelete("values", false, false, false));
          client.expect(1, QueueDeleteOk.class);
        });
  }

  @Test
  void consumer_arguments_that_are_not_refused_work_with_right_values_only() throws Exception {
    values(
        "Consumer arguments",
        CONSUMER_ARGUMENTS,
        (client, name, value) -> {
          client.send(1, new QueueDeclare("", false, false, true, false, false, Map.of()));
          client.expect(1, QueueDeclareOk.class);
          client.send(1, new BasicConsume("", "", false, true, false, false, table(name, value)));
          return BasicConsumeOk.class;
        },
        client -> {});
  }

  @Test
  void exchange_arguments_that_are_not_refused_work_with_right_values_only() throws Exception {
    values(
        "Exchange arguments",
        EXCHANGE_ARGUMENTS,
        (client, name, value) -> {
          String type = name.startsWith("hash-") ? "x-consistent-hash" : "direct";
          client.send(
              1,
              new ExchangeDeclare(
                  "values", type, false, false, false, false, false, table(name, value)));
          return ExchangeDeclareOk.class;
        },
        client -> {
          client.send(1, new ExchangeDelete("values", false, false));
          client.expect(1, ExchangeDeleteOk.class);
        });
  }

  private static Map<String, @Nullable Object> table(String name, @Nullable Object value) {
    Map<String, @Nullable Object> table = new HashMap<>();
    table.put(name, value);
    return table;
  }

  interface Trial {
    /** Sends the argument; returns the answer if it is right. */
    Class<? extends io.quorate.amqp.protocol.Method> make(
        RawClient client, String argument, @Nullable Object value) throws IOException;
  }

  interface CleanUp {
    void after(RawClient client) throws IOException;
  }

  private void values(String section, Map<String, Values> values, Trial trial, CleanUp cleanUp)
      throws Exception {
    assertThat(CompatibilityTable.working(section))
        .as("arguments with values to try")
        .containsExactlyInAnyOrderElementsOf(values.keySet());
    try (RawClient client = RawClient.open(broker.port())) {
      for (Map.Entry<String, Values> argument : values.entrySet()) {
        for (Object value : argument.getValue().right()) {
          client.openChannel(1);
          client.expect(1, trial.make(client, argument.getKey(), value));
          cleanUp.after(client);
          client.send(1, new ChannelClose(200, "", 0, 0));
          client.expect(1, ChannelCloseOk.class);
        }
        for (Object value : argument.getValue().wrong()) {
          client.openChannel(1);
          trial.make(client, argument.getKey(), value);
          ChannelClose close = client.expect(1, ChannelClose.class);
          assertThat(close.replyCode())
              .as("%s: %s", argument.getKey(), value)
              .isEqualTo(ReplyCode.PRECONDITION_FAILED.code());
          client.send(1, new ChannelCloseOk());
        }
      }
    }
  }

  // ---- refusals

  @Test
  void refused_queue_arguments_are_refused_as_the_table_says() throws Exception {
    refusals(
        "Queue arguments",
        (client, name) ->
            client.send(
                1, new QueueDeclare("", false, false, true, false, false, Map.of(name, 1))));
  }

  @Test
  void refused_consumer_arguments_are_refused_as_the_table_says() throws Exception {
    refusals(
        "Consumer arguments",
        (client, name) -> {
          client.send(1, new QueueDeclare("", false, false, true, false, false, Map.of()));
          client.expect(1, QueueDeclareOk.class);
          client.send(1, new BasicConsume("", "", false, true, false, false, Map.of(name, "1")));
        });
  }

  @Test
  void refused_exchange_types_are_refused_as_the_table_says() throws Exception {
    List<Line> refused = CompatibilityTable.refused("Exchange types");
    assertThat(refused).isNotEmpty();
    for (Line line : refused) {
      try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
        client.send(
            1,
            new ExchangeDeclare(
                "refused", line.name(), false, false, true, false, false, Map.of()));
        assertThat(client.expectConnectionError(error(line)).replyText()).contains(line.name());
      }
    }
  }

  interface Attempt {
    void make(RawClient client, String argument) throws IOException;
  }

  private void refusals(String section, Attempt attempt) throws Exception {
    List<Line> refused = CompatibilityTable.refused(section);
    assertThat(refused).isNotEmpty();
    try (RawClient client = RawClient.open(broker.port())) {
      for (Line line : refused) {
        client.openChannel(1);
        attempt.make(client, line.name());
        ChannelClose close = client.expect(1, ChannelClose.class);
        assertThat(close.replyCode()).as(line.name()).isEqualTo(error(line).code());
        assertThat(close.replyText()).contains("'" + line.name() + "'");
        client.send(1, new ChannelCloseOk());
      }
    }
  }

  /** The first reply code that a line names. */
  private static ReplyCode error(Line line) {
    Set<String> codes = Set.copyOf(Arrays.stream(ReplyCode.values()).map(ReplyCode::name).toList());
    return CompatibilityTable.quoted(line.how()).stream()
        .filter(codes::contains)
        .findFirst()
        .map(ReplyCode::valueOf)
        .orElseThrow(() -> new AssertionError(line.name() + " is refused with no error named"));
  }
}
