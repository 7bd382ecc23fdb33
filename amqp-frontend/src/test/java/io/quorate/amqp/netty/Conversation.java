package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolConstants;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Plays a conversation from a file against a server: says the lines of the clients, and compares
 * what the server says, frame by frame, with its lines. The format is explained in {@code
 * src/test/resources/conversations/README.md}.
 */
final class Conversation implements AutoCloseable {

  private static final Pattern LINE = Pattern.compile("(\\w*)([<>~]) (?:(\\d+) )?([\\w.-]+)(.*)");
  private static final Pattern OWN_LINE = Pattern.compile("\\w*< ");
  private static final Pattern PEER_LINE = Pattern.compile("\\w*~ ");
  private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");
  private static final int MAX_PART = 100_000;
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** A server that is not ours may still have what an earlier run declared. */
  private static final String RUN = Long.toString(System.nanoTime(), Character.MAX_RADIX);

  private final InetSocketAddress server;
  private final boolean peer;
  private final Map<String, RawClient> clients = new LinkedHashMap<>();
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final List<String> played = new ArrayList<>();
  private boolean raw;

  /** A conversation with that server, or with a peer, which says what the {@code ~} lines say. */
  Conversation(InetSocketAddress server, boolean peer) {
    this.server = server;
    this.peer = peer;
  }

  /** Plays all lines; answers them as they were heard. */
  List<String> play(List<String> lines) throws IOException {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      played.add(line);
      if (line.equals("raw")) {
        raw = true;
      } else if (peer && line.endsWith("~ stop")) {
        return lines;
      } else if (!line.isBlank() && !line.startsWith("#") && !isForAnother(lines, i)) {
        play(line);
      }
    }
    for (RawClient client : clients.values()) {
      if (peer) {
        // RabbitMQ leaves it to the client, for half a minute, to close the socket.
        client.leave();
      } else {
        client.closeInOrder();
      }
    }
    return played;
  }

  /** A line of a peer is not for us; a line of ours is not for a peer if one of its own follows. */
  private boolean isForAnother(List<String> lines, int i) {
    if (!peer) {
      return PEER_LINE.matcher(lines.get(i)).lookingAt();
    }
    return lines.get(i).endsWith("~ nothing")
        || (OWN_LINE.matcher(lines.get(i)).lookingAt()
            && i + 1 < lines.size()
            && PEER_LINE.matcher(lines.get(i + 1)).lookingAt());
  }

  private void play(String line) throws IOException {
    Matcher parts = LINE.matcher(line);
    assertThat(parts.matches()).as("a line of a conversation: " + line).isTrue();
    RawClient client = client(parts.group(1));
    int channel = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
    String what = parts.group(4);
    String rest = parts.group(5).strip();
    if (parts.group(2).equals(">")) {
      say(client, channel, what, named(rest));
    } else {
      hear(client, parts.group(1) + parts.group(2), line);
    }
  }

  private RawClient client(String name) throws IOException {
    RawClient known = clients.get(name);
    if (known == null) {
      known = raw ? new RawClient(server) : RawClient.open(server);
      clients.put(name, known);
    }
    return known;
  }

  // ---- saying

  private void say(RawClient client, int channel, String what, String rest) throws IOException {
    switch (what) {
      case "protocol-header" -> client.sendHeader();
      case "octets" -> client.sendBytes(HexFormat.of().parseHex(rest.replace(" ", "")));
      case "frame" -> {
        String[] typeAndPayload = rest.split(" ", 2);
        byte[] payload =
            HexFormat.of()
                .parseHex(typeAndPayload.length == 1 ? "" : typeAndPayload[1].replace(" ", ""));
        client.sendFrame(Integer.parseInt(typeAndPayload[0]), channel, payload);
      }
      case "open" -> client.openChannel(channel);
      case "header" -> client.sendContentHeader(channel, Long.parseLong(rest));
      case "body" -> client.sendBody(channel, (String) new MethodText(rest).value());
      case "zeros" -> {
        int left = Integer.parseInt(rest);
        for (; left > MAX_PART; left -= MAX_PART) {
          client.sendFrame(ProtocolConstants.FRAME_BODY, channel, new byte[MAX_PART]);
        }
        client.sendFrame(ProtocolConstants.FRAME_BODY, channel, new byte[left]);
      }
      case "content" -> {
        MethodText text = new MethodText(rest);
        byte[] body = ((String) text.value()).getBytes(StandardCharsets.UTF_8);
        byte[] properties = ContentHeader.encode(text.properties());
        client.sendFrame(
            ProtocolConstants.FRAME_HEADER,
            channel,
            ByteBuffer.allocate(12 + properties.length)
                .putShort((short) ProtocolConstants.CLASS_BASIC)
                .putShort((short) 0)
                .putLong(body.length)
                .put(properties)
                .array());
        if (body.length > 0) {
          client.sendFrame(ProtocolConstants.FRAME_BODY, channel, body);
        }
      }
      default -> client.send(channel, new MethodText(rest).method(what));
    }
  }

  /** The text with variables replaced; those that are new are given names that nobody uses. */
  private String named(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    variables.computeIfAbsent(
                        found.group(1), name -> name + "-" + RUN + "-" + NAMES.incrementAndGet())));
  }

  // ---- hearing

  private void hear(RawClient client, String who, String expected) throws IOException {
    RawClient.Frame frame = next(client);
    String heard = who + " " + (frame == null ? "end" : text(frame));
    List<String> unbound = new ArrayList<>();
    Matcher matcher = pattern(expected, unbound).matcher(heard);
    boolean same = matcher.matches();
    if (same) {
      for (int i = 0; i < unbound.size(); i++) {
        variables.put(unbound.get(i), matcher.group(i + 1));
      }
    }
    played.set(played.size() - 1, same ? expected : unnamed(heard));
  }

  /** The next frame; null at the end of the stream, which RabbitMQ may make a reset. */
  private RawClient.@Nullable Frame next(RawClient client) throws IOException {
    try {
      return client.next();
    } catch (SocketException e) {
      if (peer) {
        return null;
      }
      throw e;
    }
  }

  /** A star is any text, a variable that is not known yet takes what is in its place. */
  private Pattern pattern(String expected, List<String> unbound) {
    StringBuilder regex = new StringBuilder();
    Matcher parts = Pattern.compile("=\\*|\\$(\\w+)").matcher(expected);
    int end = 0;
    while (parts.find()) {
      regex.append(Pattern.quote(expected.substring(end, parts.start())));
      end = parts.end();
      String variable = parts.group(1);
      if (variable == null) {
        regex.append("=.*");
      } else if (variables.containsKey(variable)) {
        regex.append(Pattern.quote(variables.get(variable)));
      } else {
        unbound.add(variable);
        regex.append("([^\"]+)");
      }
    }
    return Pattern.compile(regex.append(Pattern.quote(expected.substring(end))).toString());
  }

  private String unnamed(String heard) {
    String text = heard;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      text = text.replace(variable.getValue(), "$" + variable.getKey());
    }
    return text;
  }

  private static String text(RawClient.Frame frame) {
    return switch (frame.type()) {
      case ProtocolConstants.FRAME_METHOD -> {
        Method method = frame.method();
        yield frame.channel() + " " + method.name() + MethodText.fields(method);
      }
      case ProtocolConstants.FRAME_HEADER -> {
        ContentHeader header = ContentHeader.read(ByteBuffer.wrap(frame.payload()));
        yield frame.channel()
            + " header "
            + header.bodySize()
            + MethodText.fields(header.properties());
      }
      case ProtocolConstants.FRAME_BODY ->
          frame.channel() + " body \"" + new String(frame.payload(), StandardCharsets.UTF_8) + "\"";
      default -> throw new AssertionError("a frame of type " + frame.type());
    };
  }

  /** The lines that were heard otherwise, so far. */
  String differences(List<String> lines) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < played.size(); i++) {
      if (!played.get(i).equals(lines.get(i))) {
        text.append("line ").append(i + 1).append("\n- ").append(lines.get(i));
        text.append("\n+ ").append(played.get(i)).append('\n');
      }
    }
    return text.toString();
  }

  /** What was played so far. */
  @Override
  public String toString() {
    return String.join("\n", played);
  }

  @Override
  public void close() throws IOException {
    for (RawClient client : clients.values()) {
      client.close();
    }
  }
}
