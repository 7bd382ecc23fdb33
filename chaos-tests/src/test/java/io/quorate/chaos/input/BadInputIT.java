package io.quorate.chaos.input;

import static io.quorate.chaos.input.RawConnection.BODY;
import static io.quorate.chaos.input.RawConnection.HEADER;
import static io.quorate.chaos.input.RawConnection.METHOD;
import static io.quorate.chaos.input.RawConnection.frame;
import static io.quorate.chaos.input.RawConnection.header;
import static io.quorate.chaos.input.RawConnection.method;
import static io.quorate.chaos.input.RawConnection.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.check.Checks;
import io.quorate.chaos.check.History;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Load;
import io.quorate.chaos.load.LoadOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bad input over raw sockets. Each time the sender gets the protocol's error or a closed connection
 * within seconds, and a client that publishes and consumes on the same node all the while notices
 * nothing.
 */
@OnSharedCluster
class BadInputIT {

  private static final int NODE = 1;
  private static final Duration NOTICEABLE = Duration.ofSeconds(2);

  private static LocalCluster cluster;
  private static Load bystander;
  private static long since;

  @BeforeAll
  static void startTheBystander(LocalCluster shared) throws Exception {
    cluster = shared;
    bystander = new Load(shared, "bystander", LoadOptions.moderate().withRate(100).inPeace());
    bystander.declareQueue(NODE).publisher(NODE).consumer(NODE).awaitConfirms(50);
    since = bystander.now();
  }

  @AfterEach
  void theNodeServesOn() {
    bystander.awaitConfirms(10).awaitDeliveries(10);
  }

  @AfterAll
  static void theBystanderNoticedNothing() {
    try (Load load = bystander) {
      assertThat(cluster.isReady(NODE)).isTrue();
      long until = load.now();
      History history = load.finish();
      Duration gap = Load.longestGap(history, List.of(NODE), since, until);
      System.out.printf(
          "bad input: the bystander's longest gap between confirms: %d ms%n", gap.toMillis());
      // One publisher from the beginning to the end, or there is none to measure: it never had to
      // connect again.
      assertThat(gap).isLessThan(NOTICEABLE);
      Checks.assertValid("bystander", history);
    }
  }

  private static RawConnection connect() throws IOException {
    return new RawConnection(cluster.ports().amqp(NODE));
  }

  private static RawConnection opened() throws IOException {
    return RawConnection.opened(cluster.ports().amqp(NODE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "AMQP\3\1\0\0",
        "AMQP\0\1\0\0",
        "AMQP\0\0\11\2",
        "\26\3\1\2\0\1\0\1\374\3\3"
      })
  void anotherProtocolIsToldWhichOneIsSpoken(String header) throws IOException {
    try (RawConnection connection = connect()) {
      connection.writeAsFarAsTaken(header.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

      assertThat(connection.readBytes(8)).isEqualTo(RawConnection.protocolHeader());
      connection.expectEnd();
    }
  }

  @Test
  void garbageIsAnsweredAndCutOff() throws IOException {
    Random random = new Random(42);
    for (int i = 0; i < 20; i++) {
      try (RawConnection connection = connect()) {
        byte[] garbage = new byte[8 + random.nextInt(100_000)];
        random.nextBytes(garbage);
        connection.writeAsFarAsTaken(garbage);
        connection.expectEnd();
      }
    }
  }

  @Test
  void garbageAfterTheHandshakeEndsTheConnection() throws IOException {
    Random random = new Random(43);
    List<RawConnection> connections = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RawConnection connection = opened();
      connections.add(connection);
      byte[] garbage = new byte[200_000];
      random.nextBytes(garbage);
      connection.writeAsFarAsTaken(garbage);
    }
    for (RawConnection connection : connections) {
      connection.expectEnd();
      connection.close();
    }
  }

  /** None of these is waited for: a size of two gigabytes is refused when it is announced. */
  @Test
  void framesThatCannotBeReadAreFrameErrors() throws IOException {
    List<byte[]> frames =
        List.of(
            frame(77, 0, new byte[4]),
            frame(METHOD, 1, Integer.MAX_VALUE, new byte[0], 0),
            frame(METHOD, 1, -1, new byte[0], 0),
            frame(METHOD, 1, 4, new byte[] {0, 85, 0, 10}, 0xCD),
            frame(BODY, 1, 140_000, new byte[140_000], 0xCE));
    List<RawConnection> connections = new ArrayList<>();
    for (byte[] unreadable : frames) {
      RawConnection connection = opened();
      connections.add(connection);
      connection.writeAsFarAsTaken(unreadable);
      connection.expectConnectionCloseMethod(501);
    }
    // After a frame error the node cannot tell what it is sent, an answer included: it closes after
    // a while.
    for (RawConnection connection : connections) {
      connection.expectEnd();
      connection.close();
    }
  }

  @Test
  void aMethodOnAChannelThatIsNotOpenIsAChannelError() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(publish(9, "x"));
      connection.expectConnectionClose(504);
    }
  }

  @Test
  void framesOnAClosedChannelAreAChannelError() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(
          method(
              1,
              20,
              40,
              fields -> {
                fields.writeShort(200);
                RawConnection.shortString(fields, "bye");
                fields.writeInt(0);
              }));
      connection.expectMethod(20, 41);
      connection.write(publish(1, "x"));
      connection.expectConnectionClose(504);
    }
  }

  @Test
  void anUnknownClassOrMethodIsRefused() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(method(1, 999, 10, fields -> {}));
      assertThat(connection.expectConnectionClose(540)).contains("999");
    }
    try (RawConnection connection = opened()) {
      connection.write(method(1, 60, 999, fields -> {}));
      assertThat(connection.expectConnectionClose(540)).contains("999");
    }
  }

  @Test
  void aMethodCutShortIsASyntaxError() throws IOException {
    try (RawConnection connection = opened()) {
      // queue.declare that announces a name of 100 bytes and has 2.
      connection.write(frame(METHOD, 1, new byte[] {0, 50, 0, 10, 0, 0, 100, 'a', 'b'}));
      Frames.expectEither(connection, 501, 502);
    }
    try (RawConnection connection = opened()) {
      connection.write(frame(METHOD, 1, new byte[] {0, 50}));
      Frames.expectEither(connection, 501, 502);
    }
  }

  @Test
  void contentThatIsCutShortIsAnUnexpectedFrame() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(publish(1, "bystander-not"), header(1, 1000), frame(BODY, 1, new byte[10]));
      connection.write(publish(1, "bystander-not"));
      connection.expectConnectionClose(505);
    }
  }

  @Test
  void contentThatEndsWithItsConnectionIsForgotten() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (RawConnection connection = opened()) {
        connection.write(publish(1, "bystander"), header(1, 1000), frame(BODY, 1, new byte[10]));
      }
    }
  }

  @Test
  void aBodyLongerThanAnnouncedIsRefused() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(publish(1, "bystander-not"), header(1, 5), frame(BODY, 1, new byte[50]));
      Frames.expectEither(connection, 501, 505);
    }
  }

  @Test
  void aBodyTooLongToEverTakeClosesTheChannel() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(publish(1, "bystander-not"), header(1, Long.MAX_VALUE / 2));
      RawConnection.Frame close = connection.read();
      assertThat(close.method()).isIn(RawConnection.CHANNEL_CLOSE, RawConnection.CONNECTION_CLOSE);
      assertThat(close.replyCode()).as(close.replyText()).isIn(311, 406, 501);
    }
  }

  @Test
  void contentWithoutAPublishIsAnUnexpectedFrame() throws IOException {
    try (RawConnection connection = opened()) {
      connection.write(header(1, 5));
      connection.expectConnectionClose(505);
    }
    try (RawConnection connection = opened()) {
      connection.write(frame(BODY, 1, new byte[5]));
      connection.expectConnectionClose(505);
    }
    try (RawConnection connection = opened()) {
      connection.write(publish(1, "x"), frame(HEADER, 1, new byte[3])); // class 0, if anything
      connection.expectConnectionClose(505);
    }
  }

  @Test
  void methodsBeforeTheirTimeAreRefused() throws IOException {
    try (RawConnection connection = connect()) {
      connection.write(RawConnection.protocolHeader());
      connection.expectMethod(10, 10);
      connection.write(publish(1, "x"));
      Frames.expectEither(connection, 503, 504);
    }
    try (RawConnection connection = connect()) {
      connection.write(RawConnection.protocolHeader());
      connection.expectMethod(10, 10);
      connection.write(RawConnection.open());
      Frames.expectEither(connection, 503, 504);
    }
  }

  @Test
  void halfAFrameAndSilenceRunsIntoTheHandshakeTimeout() throws IOException {
    try (RawConnection silent = connect();
        RawConnection half = connect();
        RawConnection halfway = connect()) {
      half.write(new byte[] {'A', 'M', 'Q'});
      halfway.write(RawConnection.protocolHeader());
      halfway.expectMethod(10, 10);
      byte[] startOk = RawConnection.startOk();
      halfway.write(java.util.Arrays.copyOf(startOk, startOk.length / 2));

      // amqp.handshake-timeout is 10 s unless set otherwise.
      silent.expectEnd();
      half.expectEnd();
      halfway.expectEnd();
    }
  }

  @Test
  void framesMayArriveByteByByte() throws IOException {
    try (RawConnection connection = connect()) {
      dribble(connection, RawConnection.protocolHeader());
      connection.expectMethod(10, 10);
      dribble(connection, RawConnection.startOk());
      byte[] limits =
          java.util.Arrays.copyOfRange(connection.expectMethod(10, 30).payload(), 4, 12);
      dribble(connection, method(0, 10, 31, fields -> fields.write(limits)));
      dribble(connection, RawConnection.open());
      connection.expectMethod(10, 41);
      dribble(connection, method(1, 20, 10, fields -> RawConnection.shortString(fields, "")));
      connection.expectMethod(20, 11);
      dribble(connection, method(1, 85, 10, fields -> fields.writeByte(0)));
      connection.expectMethod(85, 11);
      dribble(connection, publish(1, "nobody-has-this-queue"));
      dribble(connection, header(1, 3));
      dribble(connection, frame(BODY, 1, new byte[] {1, 2, 3}));
      connection.expectMethod(60, 80);
    }
  }

  private static void dribble(RawConnection connection, byte[] bytes) throws IOException {
    for (byte single : bytes) {
      connection.write(new byte[] {single});
    }
  }

  @Test
  void aThousandConnectionsThatComeAndGo() throws IOException {
    for (int round = 0; round < 10; round++) {
      List<RawConnection> connections = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        RawConnection connection = connect();
        connections.add(connection);
        switch (i % 3) {
          case 0 -> connection.write(RawConnection.protocolHeader());
          case 1 -> connection.write(new byte[] {'A'});
          default -> {}
        }
      }
      for (RawConnection connection : connections) {
        connection.close();
      }
    }
    try (RawConnection proper = opened()) {
      proper.write(publish(9, "x"));
      proper.expectConnectionClose(504);
    }
  }

  /** For errors that the specification lets a broker name in more than one way. */
  private static final class Frames {

    static void expectEither(RawConnection connection, Integer... replyCodes) throws IOException {
      RawConnection.Frame close = connection.expectMethod(10, 50);
      assertThat(close.replyCode()).as(close.replyText()).isIn((Object[]) replyCodes);
      assertThat(close.replyText()).isNotBlank();
      connection.writeAsFarAsTaken(method(0, 10, 51, fields -> {}));
      connection.expectEnd();
    }
  }
}
