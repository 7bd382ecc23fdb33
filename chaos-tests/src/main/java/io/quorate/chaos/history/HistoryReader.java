package io.quorate.chaos.history;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads {@code history.jsonl} event by event, so that a history of any length can be read. */
public final class HistoryReader {

  private HistoryReader() {}

  /**
   * Hands over the events of a run in the order in which they were written, which is nearly, but
   * not quite, that of their times. A last line that was cut off (the run was killed) is left out.
   *
   * @return how many there were
   * @throws UncheckedIOException if the history cannot be read
   */
  public static long read(Path folder, Consumer<Event> each) {
    Map<String, String> strings = new HashMap<>();
    long count = 0;
    try (Reader text =
            new BufferedReader(
                Files.newBufferedReader(folder.resolve(HistoryWriter.FILE), StandardCharsets.UTF_8),
                1 << 16);
        JsonReader json = new JsonReader(text)) {
      json.setStrictness(com.google.gson.Strictness.LENIENT); // several values in one file
      while (json.peek() != JsonToken.END_DOCUMENT) {
        Event event;
        try {
          event = EventJson.read(json, strings);
        } catch (EOFException | MalformedJsonException e) {
          if (text.read() >= 0) {
            throw e;
          }
          return count;
        }
        each.accept(event);
        count++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("event " + (count + 1) + " of " + folder, e);
    }
    return count;
  }
}
