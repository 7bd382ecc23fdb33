package io.quorate.chaos.check;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a checker found.
 *
 * @param checker its name, which says what it guarantees
 * @param findings the first violations, or reasons for {@link Verdict#UNKNOWN}
 * @param count how many there are in all
 * @param figures what was measured or counted on the way, by name
 * @param caseless whether it cannot be told for no other reason than that nothing happened that
 *     this is about
 * @param outside whether there is no verdict: nothing happened that this is about, nor was it to
 */
public record Report(
    String checker,
    Verdict verdict,
    List<Finding> findings,
    int count,
    Map<String, String> figures,
    boolean caseless,
    boolean outside) {

  @Override
  public String toString() {
    String more = count > findings.size() ? "\n    and " + (count - findings.size()) + " more" : "";
    return checker
        + ": "
        + verdict
        + findings.stream().map(finding -> "\n    " + finding).collect(Collectors.joining())
        + more;
  }
}
