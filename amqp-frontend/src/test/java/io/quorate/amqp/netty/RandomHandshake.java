package io.quorate.amqp.netty;

import static java.util.stream.Collectors.joining;

import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionCloseOk;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionSecureOk;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One client that says the methods of the handshake at random, in the right order more often than
 * not, one by one or all at once, and connection.close at last. It holds the server to the rule: it
 * is told how the connection ends, with an error of the protocol other than INTERNAL_ERROR or with
 * connection.close-ok, unless it was refused in a way that RabbitMQ has no words for.
 */
final class RandomHandshake {

  private static final int MAX_STEPS = 7;
  private static final Map<String, @Nullable Object> NO_CAPABILITIES = Map.of();

  private final RawClient client;
  private final Random random;
  private final ScriptedMethods methods;
  private final List<Object> history = new ArrayList<>();
  private int next;
  private boolean anotherProtocol;
  private boolean mayEndSilently;
  private boolean told;

  RandomHandshake(RawClient client, long seed) {
    this.client = client;
    this.random = new Random(seed);
    this.methods = new ScriptedMethods(random);
  }

  /** Says and hears everything; throws AssertionError with the history if the rule is broken. */
  void run() {
    try {
      say();
      if (anotherProtocol || random.nextInt(10) == 0) {
        client.reset();
      } else {
        hear();
      }
    } catch (IOException | RuntimeException e) {
      throw new AssertionError("the server broke off or fell silent: " + this, e);
    }
  }

  // ---- saying

  private void say() throws IOException {
    client.gather();
    boolean atOnce = random.nextBoolean();
    int steps = 1 + random.nextInt(MAX_STEPS);
    try {
      header();
      for (int i = 0; i < steps; i++) {
        if (!atOnce && random.nextBoolean()) {
          client.flush();
        }
        step();
      }
      send(0, new ConnectionClose(200, "bye", 0, 0));
      client.flush();
    } catch (IOException e) {
      // the server has closed the connection meanwhile: what it said is still to be heard
      history.add("(" + e.getMessage() + ")");
    }
  }

  private void header() throws IOException {
    if (random.nextInt(30) == 0) {
      history.add("another protocol");
      anotherProtocol = true;
      client.sendBytes("AMQP\3\1\0\0".getBytes(StandardCharsets.ISO_8859_1));
    } else {
      client.sendHeader();
    }
  }

  private void step() throws IOException {
    int dice = random.nextInt(100);
    if (dice < 70) {
      send(0, inOrder(next++));
    } else if (dice < 90) {
      send(0, random.nextBoolean() ? inOrder(random.nextInt(3)) : wrong());
    } else if (dice < 94) {
      history.add("heartbeat");
      client.sendFrame(ProtocolConstants.FRAME_HEARTBEAT, 0, new byte[0]);
    } else if (dice < 97) {
      Method any = methods.any();
      // what ends the connection comes last
      if (!(any instanceof ConnectionClose || any instanceof ConnectionCloseOk)) {
        send(random.nextInt(2), any);
      }
    } else {
      history.add("octets");
      byte[] garbage = new byte[1 + random.nextInt(40)];
      random.nextBytes(garbage);
      client.sendFrame(1 + random.nextInt(4), random.nextInt(2), garbage);
    }
  }

  private static Method inOrder(int step) {
    return switch (step) {
      case 0 -> startOk(RawClient.AUTHENTICATION_FAILURE_CLOSE, "PLAIN", "\0guest\0guest");
      case 1 -> new ConnectionTuneOk(10, 8192, 60);
      case 2 -> new ConnectionOpen("/");
      default -> new ChannelOpen();
    };
  }

  private Method wrong() {
    return switch (random.nextInt(8)) {
      case 0 -> startOk(RawClient.AUTHENTICATION_FAILURE_CLOSE, "PLAIN", "\0guest\0wrong");
      case 1 -> startOk(RawClient.AUTHENTICATION_FAILURE_CLOSE, "EXTERNAL", "guest");
      case 2 -> startOk(NO_CAPABILITIES, "AMQPLAIN", "guest");
      case 3 -> {
        mayEndSilently = true;
        yield startOk(NO_CAPABILITIES, "PLAIN", "\0nobody\0guest");
      }
      case 4 -> new ConnectionSecureOk("guest".getBytes(StandardCharsets.UTF_8));
      case 5 -> new ConnectionTuneOk(random.nextInt(5_000), random.nextInt(200_000), 0);
      case 6 -> new ConnectionOpen(random.nextBoolean() ? "nowhere" : "");
      default -> new ConnectionTuneOk(0, 0, 0);
    };
  }

  private static Method startOk(
      Map<String, @Nullable Object> properties, String mechanism, String response) {
    return new ConnectionStartOk(
        properties, mechanism, response.getBytes(StandardCharsets.ISO_8859_1), "en_US");
  }

  private void send(int number, Method method) throws IOException {
    history.add(number + " " + method);
    client.send(number, method);
  }

  // ---- hearing

  private void hear() throws IOException {
    RawClient.@Nullable Frame frame;
    while ((frame = next()) != null) {
      if (frame.type() == ProtocolConstants.FRAME_METHOD) {
        heard(frame.channel(), frame.method());
      }
    }
    if (!told && !mayEndSilently) {
      throw new AssertionError("the connection ended without a word: " + this);
    }
  }

  private void heard(int number, Method method) {
    history.add("          " + number + " " + method);
    // where both sides close at once, each is answered
    if (told && !(method instanceof ConnectionCloseOk)) {
      throw new AssertionError("something came after the end: " + this);
    }
    if (method instanceof ConnectionClose close) {
      if (close.replyCode() == ReplyCode.INTERNAL_ERROR.code()) {
        throw new AssertionError("an internal error: " + this);
      }
      told = true;
      answer();
    } else if (method instanceof ConnectionCloseOk) {
      told = true;
    }
  }

  private void answer() {
    try {
      client.send(0, new ConnectionCloseOk());
      client.flush();
    } catch (IOException e) {
      history.add("(" + e.getMessage() + ")");
    }
  }

  /** The next frame, or null at the end, which is a reset if the server did not read everything. */
  private RawClient.@Nullable Frame next() throws IOException {
    try {
      return client.next();
    } catch (SocketException e) {
      if (told || mayEndSilently) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return history.stream().map(Object::toString).collect(joining("\n", "\n", ""));
  }
}
