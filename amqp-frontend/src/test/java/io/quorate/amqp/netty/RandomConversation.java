package io.quorate.amqp.netty;

import static java.util.stream.Collectors.joining;

import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.MethodType;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicDeliver;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ChannelClose;
import io.quorate.amqp.protocol.method.ChannelCloseOk;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionCloseOk;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One client that says right and wrong things at random, in bursts, and holds the server to the
 * rule: each synchronous method is answered, in order, or its channel or connection is closed with
 * an error of the protocol other than INTERNAL_ERROR.
 */
final class RandomConversation {

  private static final int CHANNELS = 3;
  private static final int MAX_BURST = 6;
  private static final int VANISHES_ONE_IN = 10;
  private static final Map<Class<?>, Optional<RecordComponent>> NO_WAIT = new ConcurrentHashMap<>();
  private static final Set<MethodType> NO_ANSWERS =
      Set.of(
          MethodType.BASIC_DELIVER,
          MethodType.BASIC_RETURN,
          MethodType.BASIC_ACK,
          MethodType.BASIC_NACK,
          MethodType.BASIC_CANCEL);

  private record Said(int channel, Method method) {
    @Override
    public String toString() {
      return channel + " " + method;
    }
  }

  private record Heard(int channel, Method method) {
    @Override
    public String toString() {
      return "          " + channel + " " + method;
    }
  }

  /** What the client knows of a channel. */
  private static final class Channel {
    final ArrayDeque<MethodType> unanswered = new ArrayDeque<>();
    boolean open;
    boolean closing;
    long lastTag;
  }

  private final RawClient client;
  private final Random random;
  private final ScriptedMethods methods;
  private final Channel[] channels = new Channel[CHANNELS + 1];

  /** Objects whose text is asked for only when the rule is broken. */
  private final List<Object> history = new ArrayList<>();

  private final int bursts;

  /** The burst after which the client is gone without a word; none in nine of ten conversations. */
  private final int lastWords;

  private boolean over;
  private int answers;

  /**
   * @param bursts how often the client speaks; each time it says up to six things
   */
  RandomConversation(RawClient client, long seed, int bursts) {
    this.client = client;
    this.bursts = bursts;
    this.random = new Random(seed);
    this.methods = new ScriptedMethods(random);
    this.lastWords = random.nextInt(VANISHES_ONE_IN) == 0 ? random.nextInt(bursts) : bursts;
    for (int number = 0; number <= CHANNELS; number++) {
      channels[number] = new Channel();
    }
    channels[0].open = true;
  }

  /**
   * Says and hears everything; throws AssertionError with the history if the rule is broken.
   *
   * @return how many questions were answered by something other than an error
   */
  int run() {
    client.gather(); // a burst comes in as many pieces as the dice say
    try {
      for (int burst = 0; burst < bursts && !over; burst++) {
        say();
        if (burst == lastWords) {
          vanish();
          return answers;
        }
        hear();
      }
      if (!over) {
        send(0, new ConnectionClose(200, "bye", 0, 0));
        client.flush();
        hear();
      }
    } catch (IOException | RuntimeException e) {
      throw new AssertionError("the server broke off or fell silent: " + this, e);
    }
    return answers;
  }

  private void vanish() throws IOException {
    if (random.nextBoolean()) {
      client.reset();
    } else {
      client.close();
    }
  }

  // ---- saying

  private void say() throws IOException {
    int count = 1 + random.nextInt(MAX_BURST);
    try {
      for (int i = 0; i < count; i++) {
        sayOne();
        if (random.nextInt(8) == 0) {
          client.flush();
        }
      }
      client.flush();
    } catch (IOException e) {
      // the server has closed the connection meanwhile: what it said is still to be heard
      history.add("(" + e.getMessage() + ")");
    }
  }

  private void sayOne() throws IOException {
    int number = 1 + random.nextInt(CHANNELS);
    Channel channel = channels[number];
    if (channel.closing) {
      return;
    }
    if (!channel.open) {
      channel.open = true;
      channel.lastTag = 0;
      send(number, new ChannelOpen());
    }
    int dice = random.nextInt(1_000);
    if (dice < 5) {
      history.add(number + " octets");
      byte[] garbage = new byte[1 + random.nextInt(40)];
      random.nextBytes(garbage);
      // a frame's type and channel first: what follows is a frame of its own or ends in an error
      client.sendFrame(1 + random.nextInt(4), number, garbage);
    } else if (dice < 15) {
      history.add(number + " header");
      client.sendContentHeader(number, random.nextInt(4));
    } else if (dice < 25) {
      history.add(number + " body");
      client.sendBody(number, "stray");
    } else if (dice < 55) {
      Method any = methods.any();
      boolean onZero = random.nextInt(10) == 0;
      if (!(onZero && (any instanceof ConnectionClose || any instanceof ConnectionCloseOk))) {
        send(onZero ? 0 : number, any);
      }
    } else if (dice < 300) {
      publish(number);
    } else {
      send(number, methods.plausible(channel.lastTag));
    }
  }

  private void publish(int number) throws IOException {
    BasicPublish publish = methods.publish();
    send(number, publish);
    byte[] body = new byte[random.nextInt(3) * random.nextInt(5_000)];
    history.add(number + " content of " + body.length);
    if (random.nextInt(4) == 0) {
      client.sendFrame(
          ProtocolConstants.FRAME_HEADER, number, methods.headerWithProperties(body.length));
    } else {
      client.sendContentHeader(number, body.length);
    }
    if (body.length > 0) {
      int cut = random.nextInt(body.length);
      client.sendFrame(ProtocolConstants.FRAME_BODY, number, java.util.Arrays.copyOf(body, cut));
      client.sendFrame(
          ProtocolConstants.FRAME_BODY,
          number,
          java.util.Arrays.copyOfRange(body, cut, body.length));
    }
  }

  private void send(int number, Method method) throws IOException {
    history.add(new Said(number, method));
    MethodType type = method.methodType();
    if (type.synchronous() && type.sentByClients() && !noWait(method)) {
      channels[number].unanswered.add(type);
    }
    if (method instanceof ChannelClose) {
      channels[number].closing = true;
    }
    client.send(number, method);
  }

  private static boolean noWait(Method method) {
    return NO_WAIT
        .computeIfAbsent(method.getClass(), RandomConversation::noWaitComponent)
        .map(
            component -> {
              try {
                return (boolean) component.getAccessor().invoke(method);
              } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
              }
            })
        .orElse(false);
  }

  private static Optional<RecordComponent> noWaitComponent(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .filter(component -> component.getName().equals("noWait"))
        .findAny();
  }

  // ---- hearing

  private void hear() throws IOException {
    while (!over && anythingUnanswered()) {
      RawClient.Frame frame = client.next();
      if (frame == null) {
        throw new AssertionError("the connection ended without a word: " + this);
      }
      if (frame.type() == ProtocolConstants.FRAME_METHOD) {
        heard(frame.channel(), frame.method());
      }
    }
  }

  private boolean anythingUnanswered() {
    for (Channel channel : channels) {
      if (!channel.unanswered.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void heard(int number, Method method) throws IOException {
    history.add(new Heard(number, method));
    Channel channel = channels[number];
    if (method instanceof ConnectionClose close) {
      requireProtocolError(close.replyCode());
      over = true;
      answer(0, new ConnectionCloseOk());
    } else if (method instanceof ChannelClose close) {
      requireProtocolError(close.replyCode());
      answer(number, new ChannelCloseOk());
      channel.unanswered.removeIf(type -> type != MethodType.CHANNEL_CLOSE);
      channel.open = channel.closing;
    } else if (method instanceof BasicDeliver deliver) {
      channel.lastTag = deliver.deliveryTag();
    } else if (!NO_ANSWERS.contains(method.methodType())) {
      answered(channel, method);
    }
  }

  private void answered(Channel channel, Method method) throws IOException {
    MethodType question = channel.unanswered.poll();
    if (question == null || !question.replies().contains(method.name())) {
      throw new AssertionError(method.name() + " answers " + question + ": " + this);
    }
    answers++;
    if (method instanceof ChannelCloseOk) {
      channel.open = false;
      channel.closing = false;
    } else if (method instanceof ConnectionCloseOk) {
      over = true;
      if (client.next() != null) {
        throw new AssertionError("something came after connection.close-ok: " + this);
      }
    }
  }

  /** Where both sides close at once, the server may not listen any more. */
  private void answer(int number, Method method) {
    try {
      client.send(number, method);
      client.flush();
    } catch (IOException e) {
      history.add("(" + e.getMessage() + ")");
    }
  }

  private void requireProtocolError(int code) {
    if (code == ReplyCode.INTERNAL_ERROR.code()) {
      throw new AssertionError("an internal error: " + this);
    }
  }

  @Override
  public String toString() {
    return history.stream().map(Object::toString).collect(joining("\n", "\n", ""));
  }
}
