package io.quorate.chaos.check;

import java.util.ArrayList;
import java.util.List;

/** Collects violations; names the first ones and counts the rest. */
final class Findings {

  private static final int NAMED = 20;

  private final List<String> named = new ArrayList<>();
  private int count;

  void add(String finding) {
    count++;
    if (named.size() < NAMED) {
      named.add(finding);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  List<String> list() {
    List<String> list = new ArrayList<>(named);
    if (count > named.size()) {
      list.add("and " + (count - named.size()) + " more");
    }
    return list;
  }

  /** A report that is invalid if there is any finding. */
  Report report(String checker) {
    return new Report(checker, isEmpty() ? Verdict.VALID : Verdict.INVALID, list());
  }
}
