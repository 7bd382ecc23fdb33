package io.quorate.chaos.history;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events as lines of JSON. Fields that say nothing are left out. Written by hand, since this is on
 * the way of each message.
 */
final class EventJson {

  private EventJson() {}

  static void write(Event event, long at, StringBuilder out) {
    out.append("{\"at\":").append(at);
    out.append(",\"type\":\"").append(event.type().text());
    out.append("\",\"kind\":\"").append(event.kind().text()).append('"');
    number("op", event.op(), 0, out);
    if (!event.process().isEmpty()) {
      string("process", event.process(), out);
    }
    number("node", event.node(), 0, out);
    number("channel", event.channel(), 0, out);
    if (event.target() != null) {
      string("target", event.target(), out);
    }
    Value value = event.value();
    if (value != null) {
      out.append(",\"value\":\"").append(value.message().publisher()).append('-');
      out.append(value.message().counter()).append('-');
      out.append(Integer.toHexString(value.crc())).append('"');
    }
    number("intended", event.intended(), -1, out);
    number("tag", event.tag(), -1, out);
    if (event.redelivered()) {
      out.append(",\"redelivered\":true");
    }
    number("count", event.count(), -1, out);
    if (event.detail() != null) {
      string("detail", event.detail(), out);
    }
    out.append("}\n");
  }

  private static void number(String name, long value, long absent, StringBuilder out) {
    if (value != absent) {
      out.append(",\"").append(name).append("\":").append(value);
    }
  }

  private static void string(String name, String value, StringBuilder out) {
    out.append(",\"").append(name).append("\":\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /**
   * Reads one object.
   *
   * @param strings the few different strings of a history, so that each is kept once
   */
  static Event read(JsonReader in, Map<String, String> strings) throws IOException {
    long at = Event.UNSTAMPED;
    EventType type = null;
    Kind kind = null;
    long op = 0;
    String process = "";
    int node = 0;
    int channel = 0;
    String target = null;
    Value value = null;
    long intended = -1;
    long tag = -1;
    boolean redelivered = false;
    long count = -1;
    String detail = null;
    in.beginObject();
    while (in.hasNext()) {
      String name = in.nextName();
      switch (name) {
        case "at" -> at = in.nextLong();
        case "type" -> type = EventType.parse(in.nextString());
        case "kind" -> kind = Kind.parse(in.nextString());
        case "op" -> op = in.nextLong();
        case "process" -> process = intern(in.nextString(), strings);
        case "node" -> node = in.nextInt();
        case "channel" -> channel = in.nextInt();
        case "target" -> target = intern(in.nextString(), strings);
        case "value" -> value = Value.parse(in.nextString());
        case "intended" -> intended = in.nextLong();
        case "tag" -> tag = in.nextLong();
        case "redelivered" -> redelivered = in.nextBoolean();
        case "count" -> count = in.nextLong();
        case "detail" -> detail = intern(in.nextString(), strings);
        // A field of a later version says nothing to this one.
        default -> in.skipValue();
      }
    }
    in.endObject();
    return new Event(
        at,
        require("type", type),
        require("kind", kind),
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  private static String intern(String text, Map<String, String> strings) {
    String known = strings.putIfAbsent(text, text);
    return known == null ? text : known;
  }

  private static <T> T require(String name, @Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("an event without " + name);
    }
    return value;
  }
}
