package io.quorate.amqp.netty;

import io.quorate.amqp.protocol.BasicProperties;
import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.RandomMethods;
import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicCancel;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicGet;
import io.quorate.amqp.protocol.method.BasicNack;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.BasicQos;
import io.quorate.amqp.protocol.method.BasicRecover;
import io.quorate.amqp.protocol.method.BasicRecoverAsync;
import io.quorate.amqp.protocol.method.BasicReject;
import io.quorate.amqp.protocol.method.ChannelClose;
import io.quorate.amqp.protocol.method.ChannelFlow;
import io.quorate.amqp.protocol.method.ConfirmSelect;
import io.quorate.amqp.protocol.method.ExchangeBind;
import io.quorate.amqp.protocol.method.ExchangeDeclare;
import io.quorate.amqp.protocol.method.ExchangeDelete;
import io.quorate.amqp.protocol.method.ExchangeUnbind;
import io.quorate.amqp.protocol.method.QueueBind;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueuePurge;
import io.quorate.amqp.protocol.method.QueueUnbind;
import io.quorate.amqp.protocol.method.TxCommit;
import io.quorate.amqp.protocol.method.TxRollback;
import io.quorate.amqp.protocol.method.TxSelect;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes methods that are mostly right, about a few queues and exchanges that all share. */
final class ScriptedMethods {

  static final List<String> QUEUES = List.of("random-0", "random-1", "random-2", "random-3");

  /** Each is mostly declared with the type that its name ends with. */
  static final List<String> EXCHANGES =
      List.of(
          "random-direct",
          "random-fanout",
          "random-topic",
          "random-headers",
          "random-x-consistent-hash");

  private static final List<String> TYPES =
      List.of(
          "direct",
          "fanout",
          "topic",
          "headers",
          "x-consistent-hash",
          "x-modulus-hash",
          "x-random");
  private static final String REPLY_TO = "amq.rabbitmq.reply-to";

  private final Random random;
  private final ScriptedArguments arguments;

  ScriptedMethods(Random random) {
    this.random = random;
    this.arguments = new ScriptedArguments(random);
  }

  /** Any method with any values. */
  Method any() {
    return RandomMethods.any(random.nextLong());
  }

  /**
   * @param lastTag of the deliveries so far
   */
  Method plausible(long lastTag) {
    return switch (random.nextInt(24)) {
      case 0, 1, 2 -> declareQueue();
      case 3 -> declareExchange();
      case 4 -> new QueueBind(queue(), exchange(), key(), rarely(), arguments.ofBinding());
      case 5 -> new QueueUnbind(queue(), exchange(), key(), arguments.ofBinding());
      case 6 -> new QueuePurge(queue(), rarely());
      case 7 -> new QueueDelete(queue(), rarely(), rarely(), rarely());
      case 8 -> new ExchangeDelete(exchange(), rarely(), rarely());
      case 9 -> new ExchangeBind(exchange(), exchange(), key(), rarely(), arguments.ofBinding());
      case 10 -> new ExchangeUnbind(exchange(), exchange(), key(), rarely(), arguments.ofBinding());
      case 11 -> new ConfirmSelect(rarely());
      case 12 -> new BasicQos(rarely() ? 1 : 0, random.nextInt(5), random.nextBoolean());
      case 13, 14 ->
          new BasicConsume(
              rarely() ? REPLY_TO : queue(),
              rarely() ? "tag" : "",
              false,
              random.nextBoolean(),
              rarely(),
              rarely(),
              arguments.ofConsumer());
      case 15 -> new BasicCancel(rarely() ? "tag" : "nobody", rarely());
      case 16, 17 -> new BasicGet(queue(), random.nextBoolean());
      case 18 -> new BasicAck(tag(lastTag), random.nextBoolean());
      case 19 -> new BasicNack(tag(lastTag), random.nextBoolean(), random.nextBoolean());
      case 20 -> new BasicReject(tag(lastTag), random.nextBoolean());
      case 21 ->
          random.nextBoolean() ? new BasicRecover(!rarely()) : new BasicRecoverAsync(!rarely());
      case 22 -> transaction();
      default ->
          random.nextBoolean() ? new ChannelFlow(!rarely()) : new ChannelClose(200, "enough", 0, 0);
    };
  }

  private Method transaction() {
    return switch (random.nextInt(4)) {
      case 0, 1 -> new TxSelect();
      case 2 -> new TxCommit();
      default -> new TxRollback();
    };
  }

  private Method declareQueue() {
    boolean durable = random.nextBoolean();
    return new QueueDeclare(
        queue(),
        rarely(),
        durable,
        !durable && rarely(),
        rarely(),
        rarely(),
        arguments.ofQueue(durable));
  }

  private Method declareExchange() {
    String exchange = exchange();
    String type = rarely() ? any(TYPES) : exchange.substring(exchange.indexOf('-') + 1);
    return new ExchangeDeclare(
        exchange,
        exchange.startsWith("random-") ? type : "topic",
        rarely(),
        false,
        rarely(),
        rarely(),
        rarely(),
        arguments.ofExchange(EXCHANGES));
  }

  BasicPublish publish() {
    return new BasicPublish(
        random.nextBoolean() ? "" : exchange(),
        random.nextBoolean() ? queue() : key(),
        random.nextBoolean(),
        false);
  }

  /** The payload of a header frame with properties that the broker looks at. */
  byte[] headerWithProperties(long bodySize) {
    byte[] properties =
        ContentHeader.encode(
            BasicProperties.builder()
                .replyTo(rarely() ? REPLY_TO : null)
                .headers(headers())
                .messageId(random.nextBoolean() ? "m-" + random.nextInt(9) : null)
                .userId(rarely() ? "mallory" : "guest")
                .build());
    return ByteBuffer.allocate(12 + properties.length)
        .putShort((short) ProtocolConstants.CLASS_BASIC)
        .putShort((short) 0)
        .putLong(bodySize)
        .put(properties)
        .array();
  }

  private @Nullable Map<String, @Nullable Object> headers() {
    if (rarely()) {
      return Map.of("CC", List.of(queue()), "BCC", List.of(queue()));
    }
    return random.nextBoolean() ? arguments.headers() : null;
  }

  private String queue() {
    return rarely() ? "" : any(QUEUES);
  }

  private String exchange() {
    return rarely() ? any(List.of("amq.topic", "amq.headers")) : any(EXCHANGES);
  }

  private String key() {
    return any(List.of("a", "a.b", "#", "", "1", "7"));
  }

  private String any(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }

  private long tag(long lastTag) {
    return rarely() || lastTag == 0 ? random.nextInt(3) : 1 + random.nextInt((int) lastTag);
  }

  private boolean rarely() {
    return random.nextInt(8) == 0;
  }
}
