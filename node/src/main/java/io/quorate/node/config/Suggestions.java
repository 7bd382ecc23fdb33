package io.quorate.node.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody may have meant. */
public final class Suggestions {

  private Suggestions() {}

  /**
   * The nearest of {@code known}, if it is near enough to be a slip: a third of the length may
   * differ, at least 1 and at most 4 characters.
   */
  public static Optional<String> nearest(String given, Collection<String> known) {
    int limit = Math.max(1, Math.min(4, given.length() / 3));
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(given, candidate)))
        .filter(candidate -> distance(given, candidate) <= limit);
  }

  /** " Did you mean 'x'?", or nothing. */
  public static String question(String given, Collection<String> known) {
    return nearest(given, known).map(name -> " Did you mean '" + name + "'?").orElse("");
  }

  /** Edits (insert, delete, replace, swap of neighbours) that turn one into the other. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      cost[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      cost[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        best = Math.min(best, cost[i - 1][j - 1] + change);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
      }
    }
    return cost[a.length()][b.length()];
  }
}
