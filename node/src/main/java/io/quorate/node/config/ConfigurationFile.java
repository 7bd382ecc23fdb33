package io.quorate.node.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings from a file: one {@code name = value} a line, UTF-8; empty lines and lines that begin
 * with {@code #} are skipped. A value goes to the end of its line; nothing is escaped.
 */
final class ConfigurationFile {

  private static final long LIMIT_BYTES = 1024 * 1024;

  private ConfigurationFile() {}

  static void read(Path file, Configuration.Builder builder) {
    List<String> lines;
    try {
      if (Files.exists(file) && Files.size(file) > LIMIT_BYTES) {
        builder.problem(file + ": longer than 1 MiB; this is not a configuration file");
        return;
      }
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      builder.problem("configuration file " + file + " does not exist");
      return;
    } catch (MalformedInputException e) {
      builder.problem("configuration file " + file + " is not UTF-8 text");
      return;
    } catch (IOException e) {
      builder.problem("configuration file " + file + " cannot be read: " + e.getMessage());
      return;
    }
    Map<String, Integer> seen = new HashMap<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        readLine(line, file + " line " + number, number, seen, builder);
      }
    }
  }

  private static void readLine(
      String line,
      String source,
      int number,
      Map<String, Integer> seen,
      Configuration.Builder builder) {
    int equals = line.indexOf('=');
    if (equals < 1) {
      builder.problem(source + ": expected 'name = value', found '" + line + "'");
      return;
    }
    String name = line.substring(0, equals).strip();
    Integer before = seen.putIfAbsent(name, number);
    if (before != null) {
      builder.problem(source + ": " + name + " is already set in line " + before);
      return;
    }
    builder.set(name, line.substring(equals + 1), source);
  }
}
