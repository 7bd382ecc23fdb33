package io.quorate.chaos.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.quorate.chaos.check.ClusterIsAvailable;
import io.quorate.chaos.check.ClusterRecovers;
import java.util.LinkedHashMap;
import java.util.Map;

/** What there is to say of a run, of what its folder says. */
record RunSummary(String folder, RunFacts facts, JsonObject verdicts) {

  String verdict() {
    JsonElement verdict = verdicts.get("verdict");
    return verdict == null ? "UNKNOWN" : verdict.getAsString();
  }

  long count(String name) {
    JsonObject counts = verdicts.getAsJsonObject("counts");
    return counts == null || counts.get(name) == null ? 0 : counts.get(name).getAsLong();
  }

  /** How soon latency was what it was before the faults; empty if it is not known. */
  String steadyAfter() {
    return figure(ClusterRecovers.STEADY);
  }

  /** For how long clients published, from the first confirm to the drain; 0 if it is not known. */
  double loadSeconds() {
    String[] words = figure(ClusterIsAvailable.JUDGED).split(" ");
    return words.length < 2 ? 0 : Double.parseDouble(words[words.length - 2]);
  }

  private String figure(String name) {
    if (verdicts.has("reports")) {
      for (JsonElement element : verdicts.getAsJsonArray("reports")) {
        JsonObject figures = element.getAsJsonObject().getAsJsonObject("figures");
        if (figures != null && figures.has(name)) {
          return figures.get(name).getAsString();
        }
      }
    }
    return "";
  }

  /** What each checker said. */
  Map<String, String> checkers() {
    Map<String, String> said = new LinkedHashMap<>();
    if (verdicts.has("reports")) {
      for (JsonElement element : verdicts.getAsJsonArray("reports")) {
        JsonObject report = element.getAsJsonObject();
        said.put(report.get("checker").getAsString(), report.get("verdict").getAsString());
      }
    }
    return said;
  }

  /** The checkers that did not say valid. */
  String complaints() {
    StringBuilder out = new StringBuilder();
    checkers()
        .forEach(
            (checker, verdict) -> {
              if (!verdict.equals("VALID")) {
                out.append(out.isEmpty() ? "" : "; ")
                    .append(checker)
                    .append(verdict.equals("UNKNOWN") ? " (unknown)" : "");
              }
            });
    return out.toString();
  }
}
