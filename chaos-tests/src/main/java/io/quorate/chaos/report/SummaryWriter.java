package io.quorate.chaos.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.quorate.chaos.check.ClusterRecovers;
import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.history.HistoryWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Writes {@code index.html} and {@code summary.md} over all runs in a folder: a line for each. */
public final class SummaryWriter {

  private static final List<String> COUNTS =
      List.of(
          "published",
          "confirmed",
          "unknown",
          "delivered",
          "repeats",
          "recovered",
          "lost",
          "phantom");

  private static final String STEADY_AFTER = "latency as before";

  /** What there is to say of a run. */
  private record Run(String folder, RunFacts facts, JsonObject verdicts) {

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
      if (verdicts.has("reports")) {
        for (JsonElement element : verdicts.getAsJsonArray("reports")) {
          JsonObject figures = element.getAsJsonObject().getAsJsonObject("figures");
          if (figures != null && figures.has(ClusterRecovers.STEADY)) {
            return figures.get(ClusterRecovers.STEADY).getAsString();
          }
        }
      }
      return "";
    }

    /** The checkers that did not say valid. */
    String complaints() {
      StringBuilder out = new StringBuilder();
      if (verdicts.has("reports")) {
        for (JsonElement element : verdicts.getAsJsonArray("reports")) {
          JsonObject report = element.getAsJsonObject();
          String verdict = report.get("verdict").getAsString();
          if (!verdict.equals("VALID")) {
            out.append(out.isEmpty() ? "" : "; ")
                .append(report.get("checker").getAsString())
                .append(verdict.equals("UNKNOWN") ? " (unknown)" : "");
          }
        }
      }
      return out.toString();
    }
  }

  private SummaryWriter() {}

  /** Over the runs in the folders directly below. */
  public static void write(Path parent) {
    List<Run> runs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(parent)) {
      folders
          .filter(folder -> Files.exists(folder.resolve(HistoryWriter.FILE)))
          .sorted()
          .forEach(
              folder ->
                  runs.add(
                      new Run(
                          folder.getFileName().toString(),
                          RunFacts.read(folder),
                          RunFacts.json(folder.resolve(Judgement.FILE)))));
      Files.writeString(parent.resolve(ReportWriter.FILE), page(runs));
      Files.writeString(parent.resolve("summary.md"), markdown(runs));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String page(List<Run> runs) {
    StringBuilder out = new StringBuilder("<h1>Quorate chaos: runs</h1><div class=\"tiles\">");
    for (String verdict : List.of("VALID", "UNKNOWN", "INVALID")) {
      long count = runs.stream().filter(run -> run.verdict().equals(verdict)).count();
      out.append("<div class=\"tile\"><b>")
          .append(count)
          .append("</b>")
          .append(Html.badge(verdict))
          .append("</div>");
    }
    for (String name : COUNTS) {
      out.append("<div class=\"tile\"><b>")
          .append(Scale.number(runs.stream().mapToLong(run -> run.count(name)).sum()))
          .append("</b><span class=\"soft small\">")
          .append(name)
          .append("</span></div>");
    }
    out.append("</div><section><table><tr><th>run</th><th></th><th>workload</th><th>provider</th>")
        .append("<th>faults</th><th>seed</th>");
    COUNTS.forEach(name -> out.append("<th class=\"n\">").append(name).append("</th>"));
    out.append("<th>").append(STEADY_AFTER).append("</th></tr>");
    for (Run run : runs) {
      out.append("<tr><td><a href=\"")
          .append(Html.escape(run.folder()))
          .append("/index.html\">")
          .append(Html.escape(run.folder()))
          .append("</a></td><td>")
          .append(Html.badge(run.verdict()))
          .append("</td>");
      for (String name : List.of("workload", "provider", "faults", "seed")) {
        out.append("<td>").append(Html.escape(run.facts().get(name))).append("</td>");
      }
      for (String name : COUNTS) {
        out.append("<td class=\"n\">").append(Scale.number(run.count(name))).append("</td>");
      }
      out.append("<td>").append(Html.escape(run.steadyAfter())).append("</td></tr>");
      if (!run.complaints().isEmpty()) {
        out.append("<tr><td></td><td colspan=\"14\" class=\"small soft\">")
            .append(Html.escape(run.complaints()))
            .append("</td></tr>");
      }
    }
    return Html.page("Quorate chaos: runs", out.append("</table></section>").toString());
  }

  private static String markdown(List<Run> runs) {
    StringBuilder out =
        new StringBuilder("| run | verdict | workload | provider | faults | seed |");
    COUNTS.forEach(name -> out.append(' ').append(name).append(" |"));
    out.append(' ').append(STEADY_AFTER).append(" |");
    out.append("\n|").append("---|".repeat(6)).append("---:|".repeat(COUNTS.size()));
    out.append("---|\n");
    for (Run run : runs) {
      out.append("| ").append(run.folder()).append(" | ");
      out.append(run.verdict().toLowerCase(java.util.Locale.ROOT));
      out.append(run.complaints().isEmpty() ? " | " : " (" + run.complaints() + ") | ");
      for (String name : List.of("workload", "provider", "faults", "seed")) {
        out.append(run.facts().get(name)).append(" | ");
      }
      COUNTS.forEach(name -> out.append(run.count(name)).append(" | "));
      out.append(run.steadyAfter()).append(" |\n");
    }
    return out.toString();
  }
}
