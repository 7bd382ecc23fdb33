package io.quorate.chaos.report;

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

  private SummaryWriter() {}

  /** Over the runs in the folders directly below. */
  public static void write(Path parent) {
    List<RunSummary> runs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(parent)) {
      folders
          .filter(folder -> Files.exists(folder.resolve(HistoryWriter.FILE)))
          .sorted()
          .forEach(
              folder ->
                  runs.add(
                      new RunSummary(
                          folder.getFileName().toString(),
                          RunFacts.read(folder),
                          RunFacts.json(folder.resolve(Judgement.FILE)))));
      Files.writeString(parent.resolve(ReportWriter.FILE), page(runs));
      Files.writeString(parent.resolve("summary.md"), markdown(runs));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String page(List<RunSummary> runs) {
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
    for (RunSummary run : runs) {
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

  private static String markdown(List<RunSummary> runs) {
    StringBuilder out = new StringBuilder(Totals.of(runs).markdown());
    out.append("\n| run | command | commit | verdict |");
    COUNTS.forEach(name -> out.append(' ').append(name).append(" |"));
    out.append(" faults done | ").append(STEADY_AFTER).append(" |");
    out.append("\n|").append("---|".repeat(4)).append("---:|".repeat(COUNTS.size() + 1));
    out.append("---|\n");
    for (RunSummary run : runs) {
      String commit = run.facts().get("commit");
      out.append("| ").append(run.folder()).append(" | `");
      out.append(run.facts().get("command")).append("` | ");
      out.append(commit, 0, Math.min(7, commit.length())).append(" | ");
      out.append(run.verdict().toLowerCase(java.util.Locale.ROOT));
      out.append(run.complaints().isEmpty() ? " | " : " (" + run.complaints() + ") | ");
      COUNTS.forEach(name -> out.append(run.count(name)).append(" | "));
      out.append(run.facts().total("faultsDone")).append(" | ");
      out.append(run.steadyAfter()).append(" |\n");
    }
    return out.toString();
  }
}
