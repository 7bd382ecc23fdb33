package io.quorate.raftqueue.routing;

import java.util.List;

/** The meaning of a topic pattern, word by word, with no thought of speed. */
public final class NaiveTopic {

  private NaiveTopic() {}

  public static boolean matches(String pattern, String key) {
    return matches(words(pattern), words(key));
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split("\\.", -1));
  }

  private static boolean matches(List<String> pattern, List<String> key) {
    if (pattern.isEmpty()) {
      return key.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.get(0).equals("#")) {
      return matches(rest, key) || (!key.isEmpty() && matches(pattern, key.subList(1, key.size())));
    }
    return !key.isEmpty()
        && (pattern.get(0).equals("*") || pattern.get(0).equals(key.get(0)))
        && matches(rest, key.subList(1, key.size()));
  }
}
