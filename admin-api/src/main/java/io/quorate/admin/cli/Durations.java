package io.quorate.admin.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 500ms}, {@code 10s}, {@code 2m}; a bare number is seconds. */
final class Durations implements ITypeConverter<Duration> {

  private static final Pattern FORMAT = Pattern.compile("([0-9]{1,9})(ms|s|m|)");
  private static final Duration MAX = Duration.ofHours(1);

  @Override
  public Duration convert(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
          };
      if (!duration.isZero() && duration.compareTo(MAX) <= 0) {
        return duration;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is no time from 1ms to 60m; write for instance 500ms, 10s or 1m");
  }
}
