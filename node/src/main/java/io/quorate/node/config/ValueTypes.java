package io.quorate.node.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The value types that the settings use. */
final class ValueTypes {

  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,18})\\s*([A-Za-z]*)");

  private ValueTypes() {}

  /** A type made of a description and a parser. */
  private record Described<T>(String description, Function<String, T> parser)
      implements ValueType<T> {
    @Override
    public T parse(String text) {
      return parser.apply(text);
    }
  }

  static ValueType<Integer> integer(int min, int max, String unit) {
    String what = ("a whole number, " + min + " to " + max + " " + unit).trim();
    return new Described<>(
        what,
        text -> {
          if (!text.matches("-?[0-9]{1,10}")) {
            throw new IllegalArgumentException("not " + what);
          }
          return (int) within(Long.parseLong(text), min, max, what);
        });
  }

  static ValueType<Integer> port() {
    return integer(0, 65535, "(0: any free port)");
  }

  /** A number of bytes: a plain number, or one with a binary unit such as {@code 64MiB}. */
  static ValueType<Long> bytes(long min, long max) {
    String what = "bytes such as 65536, 512KiB, 64MiB or 1GiB, " + size(min) + " to " + size(max);
    return new Described<>(
        what,
        text -> {
          Amount amount = Amount.parse(text, what);
          long unit =
              switch (amount.unit.toLowerCase(Locale.ROOT)) {
                case "", "b" -> 1L;
                case "k", "kb", "kib" -> 1L << 10;
                case "m", "mb", "mib" -> 1L << 20;
                case "g", "gb", "gib" -> 1L << 30;
                default -> throw new IllegalArgumentException("not " + what);
              };
          return within(times(amount.number, unit, what), min, max, what);
        });
  }

  /** A length of time with its unit: {@code 300ms}, {@code 10s}, {@code 5m}. */
  static ValueType<Duration> duration(Duration min, Duration max) {
    String what = "a time such as 300ms, 10s or 5m, " + time(min) + " to " + time(max);
    return new Described<>(
        what,
        text -> {
          Amount amount = Amount.parse(text, what);
          long unitMs =
              switch (amount.unit.toLowerCase(Locale.ROOT)) {
                case "ms" -> 1L;
                case "s" -> 1000L;
                case "m", "min" -> 60_000L;
                case "h" -> 3_600_000L;
                case "" -> throw new IllegalArgumentException("the unit is missing; not " + what);
                default -> throw new IllegalArgumentException("not " + what);
              };
          long ms =
              within(times(amount.number, unitMs, what), min.toMillis(), max.toMillis(), what);
          return Duration.ofMillis(ms);
        });
  }

  static ValueType<String> text(String description, String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return new Described<>(
        description,
        text -> {
          if (!compiled.matcher(text).matches()) {
            throw new IllegalArgumentException("not " + description);
          }
          return text;
        });
  }

  static ValueType<Set<String>> names(String description) {
    return new Described<>(
        description,
        text -> {
          Set<String> names = new TreeSet<>();
          for (String name : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            if (name.isBlank()) {
              throw new IllegalArgumentException("not " + description);
            }
            names.add(name.trim());
          }
          return Collections.unmodifiableSet(names);
        });
  }

  static ValueType<String> oneOf(String... allowed) {
    String what = "one of " + String.join(", ", allowed);
    return new Described<>(
        what,
        text -> {
          String lower = text.toLowerCase(Locale.ROOT);
          if (!List.of(allowed).contains(lower)) {
            throw new IllegalArgumentException("not " + what);
          }
          return lower;
        });
  }

  static ValueType<Path> path() {
    String what = "a path";
    return new Described<>(
        what,
        text -> {
          try {
            if (text.isEmpty()) {
              throw new IllegalArgumentException("empty; expected " + what);
            }
            return Path.of(text);
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not " + what + ": " + e.getReason(), e);
          }
        });
  }

  static ValueType<List<NodeAddress>> nodes() {
    String what = "nodes as id@host:port, with commas between them";
    return new Described<>(
        what,
        text -> {
          List<NodeAddress> nodes = new ArrayList<>();
          for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            nodes.add(NodeAddress.parse(part.trim()));
          }
          return List.copyOf(nodes);
        });
  }

  private static long within(long value, long min, long max, String what) {
    if (value < min || value > max) {
      throw new IllegalArgumentException("out of range; expected " + what);
    }
    return value;
  }

  private static long times(long number, long unit, String what) {
    try {
      return Math.multiplyExact(number, unit);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("out of range; expected " + what, e);
    }
  }

  private static String size(long bytes) {
    String[] units = {"", "KiB", "MiB", "GiB"};
    int unit = 0;
    long number = bytes;
    while (unit < 3 && number >= 1024 && number % 1024 == 0) {
      number /= 1024;
      unit++;
    }
    return number + units[unit];
  }

  private static String time(Duration duration) {
    long ms = duration.toMillis();
    if (ms % 60_000 == 0 && ms > 0) {
      return ms / 60_000 + "m";
    }
    return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
  }

  private record Amount(long number, String unit) {
    static Amount parse(String text, String what) {
      Matcher matcher = AMOUNT.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("not " + what);
      }
      return new Amount(Long.parseLong(matcher.group(1)), matcher.group(2));
    }
  }
}
