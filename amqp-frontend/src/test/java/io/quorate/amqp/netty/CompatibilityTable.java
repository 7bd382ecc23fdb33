package io.quorate.amqp.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The lines of the page on compatibility. */
final class CompatibilityTable {

  private static final Path PAGE = Path.of("../docs/compatibility.md");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  private CompatibilityTable() {}

  /**
   * @param section the heading above the table
   * @param tests as {@code Class#method}
   */
  record Line(String section, String name, String status, String how, List<String> tests) {}

  static List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    String section = "";
    for (String text : read().split("\n")) {
      if (text.startsWith("## ")) {
        section = text.substring(3);
      } else if (text.startsWith("| `")) {
        List<String> cells = Arrays.stream(text.split("\\|")).map(String::strip).toList();
        if (cells.size() != 5) {
          throw new AssertionError("a line of the table that has not four cells: " + text);
        }
        lines.add(
            new Line(
                section,
                quoted(cells.get(1)).get(0),
                cells.get(2),
                cells.get(3),
                quoted(cells.get(4))));
      }
    }
    return lines;
  }

  static String read() {
    try {
      return Files.readString(PAGE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names in a section, whatever their status. */
  static List<String> names(String section) {
    return lines().stream().filter(line -> line.section().equals(section)).map(Line::name).toList();
  }

  /** The lines of a section that are refused. */
  static List<Line> refused(String section) {
    return lines().stream()
        .filter(line -> line.section().equals(section) && line.status().equals("refused"))
        .toList();
  }

  /** The names in a section of what works, as in RabbitMQ or otherwise. */
  static List<String> working(String section) {
    return lines().stream()
        .filter(line -> line.section().equals(section) && !line.status().equals("refused"))
        .map(Line::name)
        .toList();
  }

  static List<String> quoted(String cell) {
    return NAME.matcher(cell).results().map((MatchResult found) -> found.group(1)).toList();
  }
}
