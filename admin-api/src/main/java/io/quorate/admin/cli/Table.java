package io.quorate.admin.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under a heading, in aligned columns two blanks apart. */
final class Table {

  /** How a column is set. */
  enum Align {
    LEFT,
    RIGHT
  }

  private final List<Align> aligns = new ArrayList<>();
  private final List<String> headings = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  Table left(String heading) {
    headings.add(heading);
    aligns.add(Align.LEFT);
    return this;
  }

  Table right(String heading) {
    headings.add(heading);
    aligns.add(Align.RIGHT);
    return this;
  }

  /** Adds a row; one cell for each column. */
  void row(Object... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells in a table of " + headings.size() + " columns");
    }
    rows.add(Arrays.stream(cells).map(cell -> printable(String.valueOf(cell))).toList());
  }

  void print(PrintWriter out) {
    int[] widths = headings.stream().mapToInt(Table::width).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    out.println(line(headings, widths));
    rows.forEach(row -> out.println(line(row, widths)));
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      String blanks = " ".repeat(widths[i] - width(cell));
      line.append(i == 0 ? "" : "  ");
      line.append(aligns.get(i) == Align.LEFT ? cell + blanks : blanks + cell);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /** Names come from clients: nothing in them may steer the terminal or break the line. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              int type = Character.getType(point);
              boolean harmless =
                  !Character.isISOControl(point)
                      && type != Character.FORMAT
                      && type != Character.LINE_SEPARATOR
                      && type != Character.PARAGRAPH_SEPARATOR
                      && type != Character.SURROGATE;
              if (harmless) {
                shown.appendCodePoint(point);
              } else {
                shown.append(String.format("\\u%04x", point));
              }
            });
    return shown.toString();
  }
}
