package io.quorate.chaos.report;

import io.quorate.chaos.check.Disturbances.Fault;
import java.util.List;
import java.util.Locale;

/** A picture over the time of a run, with bands where faults were at work. */
final class Plot {

  static final int WIDTH = 1080;
  static final int LEFT = 64;
  static final int RIGHT = 12;
  static final int TOP = 10;
  static final int BOTTOM = 26;

  private final int height;
  private final Scale x;
  private final Scale y;
  private final StringBuilder svg = new StringBuilder();

  /**
   * @param seconds of the whole run
   * @param low the lowest value, above 0 for logarithms
   */
  Plot(int height, double seconds, double low, double high, boolean logarithmic) {
    this.height = height;
    this.x = new Scale(0, Math.max(1, seconds), LEFT, WIDTH - RIGHT, false);
    this.y = new Scale(low, Math.max(high, low * 1.1 + 1e-9), height - BOTTOM, TOP, logarithmic);
  }

  /** Where faults were at work. */
  Plot bands(List<Fault> faults, Palette palette) {
    for (Fault fault : faults) {
      double from = x.at(fault.from() / 1e9);
      double width = Math.max(1.5, x.at(fault.to() / 1e9) - from);
      svg.append(
          format(
              "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" fill-opacity=\".16\"><title>%s</title></rect>",
              from,
              TOP,
              width,
              height - TOP - BOTTOM,
              palette.of(fault.kind()),
              Html.escape(fault.kind() + " " + fault.target())));
    }
    return this;
  }

  /** A vertical line with a word at it. */
  Plot mark(double seconds, String word) {
    svg.append(mark(x.at(seconds), TOP, height - BOTTOM, word));
    return this;
  }

  /** A vertical line at a pixel; its word stands where there is room. */
  static String mark(double at, int top, int bottom, String word) {
    boolean room = at < WIDTH - RIGHT - 40;
    return format(
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#5b6776\" stroke-dasharray=\"3 3\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
        at,
        at,
        top,
        bottom,
        at + (room ? 3 : -3),
        top + 10,
        room ? "start" : "end",
        Html.escape(word));
  }

  /** A line through points; {@code Double.NaN} breaks it. */
  Plot line(double[] seconds, double[] values, String color) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (int i = 0; i < seconds.length; i++) {
      if (Double.isNaN(values[i])) {
        pen = false;
      } else {
        path.append(format("%s%.1f %.1f", pen ? "L" : "M", x.at(seconds[i]), y.at(values[i])));
        pen = true;
      }
    }
    svg.append(
        format(
            "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.4\" stroke-linejoin=\"round\"/>",
            path, color));
    return this;
  }

  /**
   * Dots; those that fall on the same pixel are drawn once, so that a million take no more room.
   */
  Plot dots(Iterable<double[]> points, String color) {
    java.util.BitSet drawn = new java.util.BitSet();
    StringBuilder path = new StringBuilder();
    for (double[] point : points) {
      int px = (int) Math.round(x.at(point[0]));
      int py = (int) Math.round(y.at(point[1]));
      if (!drawn.get(py * WIDTH + px)) {
        drawn.set(py * WIDTH + px);
        path.append('M').append(px).append(' ').append(py).append("h1.6");
      }
    }
    svg.append(
        format("<path d=\"%s\" stroke=\"%s\" stroke-width=\"1.6\" fill=\"none\"/>", path, color));
    return this;
  }

  /** The picture with its axes. */
  String svg(String unit) {
    StringBuilder out = new StringBuilder();
    out.append(
        format(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#fbfcfd\" stroke=\"#dde3ea\"/>",
            WIDTH, height, LEFT, TOP, WIDTH - LEFT - RIGHT, height - TOP - BOTTOM));
    for (double tick : y.ticks()) {
      out.append(
          format(
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e8edf2\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT,
              WIDTH - RIGHT,
              y.at(tick),
              y.at(tick),
              LEFT - 6,
              y.at(tick) + 4,
              Scale.number(tick)));
    }
    for (double tick : x.ticks()) {
      out.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s s</text>",
              x.at(tick), height - BOTTOM + 15, Scale.number(tick)));
    }
    out.append(
        format(
            "<text x=\"12\" y=\"%d\" transform=\"rotate(-90 12 %d)\" text-anchor=\"middle\">%s</text>",
            height / 2, height / 2, Html.escape(unit)));
    return out.append(svg).append("</svg>\n").toString();
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
