package io.quorate.chaos.check;

import java.util.List;

/**
 * What a checker found.
 *
 * @param checker the guarantee that it looks at
 * @param verdict whether that held
 * @param findings at most a few dozen, each a violation or the reason for {@link Verdict#UNKNOWN}
 */
public record Report(String checker, Verdict verdict, List<String> findings) {

  @Override
  public String toString() {
    return checker
        + ": "
        + verdict
        + (findings.isEmpty() ? "" : "\n    " + String.join("\n    ", findings));
  }
}
