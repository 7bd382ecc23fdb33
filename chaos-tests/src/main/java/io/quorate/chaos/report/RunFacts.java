package io.quorate.chaos.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code run.json} says of a run; it may not be there. */
final class RunFacts {

  private final JsonObject facts;

  private RunFacts(JsonObject facts) {
    this.facts = facts;
  }

  static RunFacts read(Path folder) {
    return new RunFacts(json(folder.resolve("run.json")));
  }

  /** The object in a file; an empty one if there is no such file. */
  static JsonObject json(Path file) {
    try {
      return Files.exists(file)
          ? JsonParser.parseString(Files.readString(file)).getAsJsonObject()
          : new JsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Empty if it is not said. */
  String get(String name) {
    JsonElement value = facts.get(name);
    return value == null || value.isJsonNull() ? "" : text(value);
  }

  /** Numbers with names; empty if it is not said. */
  Map<String, Integer> numbers(String name) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    JsonElement value = facts.get(name);
    if (value != null && value.isJsonObject()) {
      value
          .getAsJsonObject()
          .entrySet()
          .forEach(entry -> numbers.put(entry.getKey(), entry.getValue().getAsInt()));
    }
    return numbers;
  }

  /** The sum of {@link #numbers}. */
  int total(String name) {
    return numbers(name).values().stream().mapToInt(Integer::intValue).sum();
  }

  /** A number; 0 if it is not said. */
  double number(String name) {
    JsonElement value = facts.get(name);
    return value == null ? 0 : value.getAsDouble();
  }

  /** Everything that is said, for people. */
  Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    facts.entrySet().forEach(entry -> all.put(entry.getKey(), text(entry.getValue())));
    return all;
  }

  private static String text(JsonElement value) {
    if (value.isJsonPrimitive()) {
      return value.getAsString();
    }
    if (value.isJsonArray()) {
      StringBuilder out = new StringBuilder();
      value
          .getAsJsonArray()
          .forEach(one -> out.append(out.isEmpty() ? "" : ", ").append(text(one)));
      return out.toString();
    }
    if (value.isJsonObject()) {
      StringBuilder out = new StringBuilder();
      value
          .getAsJsonObject()
          .entrySet()
          .forEach(
              entry ->
                  out.append(out.isEmpty() ? "" : ", ")
                      .append(entry.getKey())
                      .append("=")
                      .append(text(entry.getValue())));
      return out.toString();
    }
    return "";
  }
}
