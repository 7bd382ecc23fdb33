package io.quorate.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values to pixels, by logarithm or not, and the values to write at an axis.
 *
 * @param low the value at {@code from}; above 0 for logarithms
 * @param from the pixel of {@code low}
 */
record Scale(double low, double high, double from, double to, boolean logarithmic) {

  double at(double value) {
    double part =
        logarithmic
            ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
            : (value - low) / (high - low);
    return from + Math.max(0, Math.min(1, part)) * (to - from);
  }

  /** Round values, five or so. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      for (double tick = Math.pow(10, Math.ceil(Math.log10(low))); tick <= high; tick *= 10) {
        ticks.add(tick);
      }
      return ticks;
    }
    double rough = (high - low) / 6;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
    for (double tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }

  static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,d", (long) value).replace(',', ' ')
        : String.format(Locale.ROOT, "%.3g", value);
  }
}
