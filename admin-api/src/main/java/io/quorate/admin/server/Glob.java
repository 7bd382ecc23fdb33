package io.quorate.admin.server;

import java.util.ArrayList;
import java.util.List;

/**
 * A name pattern: {@code *} stands for any characters, {@code ?} for one, {@code \} takes the next
 * literally. Matching goes back to the last star only, so it costs at most the product of the two
 * lengths, whatever the pattern.
 */
final class Glob {

  static final int MAX_LENGTH = 512;

  private static final int ANY = -1;
  private static final int ONE = -2;

  private final int[] tokens;

  private Glob(int[] tokens) {
    this.tokens = tokens;
  }

  /** An empty pattern matches everything; a bad one is refused with INVALID_ARGUMENT. */
  static Glob parse(String pattern) {
    if (pattern.length() > MAX_LENGTH) {
      throw Replies.invalid(
          "name_pattern has "
              + pattern.length()
              + " characters; it may have at most "
              + MAX_LENGTH);
    }
    int[] points = (pattern.isEmpty() ? "*" : pattern).codePoints().toArray();
    List<Integer> tokens = new ArrayList<>(points.length);
    for (int i = 0; i < points.length; i++) {
      switch (points[i]) {
        case '*' -> tokens.add(ANY);
        case '?' -> tokens.add(ONE);
        case '\\' -> {
          if (++i == points.length) {
            throw Replies.invalid(
                "name_pattern ends in a backslash; write \\\\ for a backslash itself");
          }
          tokens.add(points[i]);
        }
        default -> tokens.add(points[i]);
      }
    }
    return new Glob(tokens.stream().mapToInt(Integer::intValue).toArray());
  }

  boolean matches(String name) {
    int[] text = name.codePoints().toArray();
    int at = 0;
    int token = 0;
    int star = -1;
    int starAt = 0;
    while (at < text.length) {
      if (token < tokens.length && tokens[token] == ANY) {
        star = token++;
        starAt = at;
      } else if (token < tokens.length && (tokens[token] == ONE || tokens[token] == text[at])) {
        token++;
        at++;
      } else if (star >= 0) {
        token = star + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    while (token < tokens.length && tokens[token] == ANY) {
      token++;
    }
    return token == tokens.length;
  }
}
