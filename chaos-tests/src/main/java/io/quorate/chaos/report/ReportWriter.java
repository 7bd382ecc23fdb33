package io.quorate.chaos.report;

import io.quorate.chaos.check.Counts;
import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.check.Finding;
import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.check.Report;
import io.quorate.chaos.check.Times;
import io.quorate.chaos.check.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes {@code index.html} of a run: all in one file, without anything from elsewhere. */
public final class ReportWriter {

  /** The file's name in a run's folder. */
  public static final String FILE = "index.html";

  private static final int MOST_STORIES = 3;

  private final Path folder;
  private final History history;
  private final Judgement judgement;
  private final RunFacts facts;
  private final Palette palette = new Palette();
  private final StringBuilder out = new StringBuilder();

  private ReportWriter(Path folder, History history, Judgement judgement) {
    this.folder = folder;
    this.history = history;
    this.judgement = judgement;
    this.facts = RunFacts.read(folder);
  }

  /** Judges the run in a folder and writes its page. */
  public static Judgement write(Path folder) {
    History history = History.read(folder);
    Judgement judgement = Judgement.judge(folder, history);
    new ReportWriter(folder, history, judgement).write();
    return judgement;
  }

  private void write() {
    history.disturbances().faults().forEach(fault -> palette.of(fault.kind()));
    head();
    verdicts();
    violations();
    plots();
    faults();
    operations();
    try {
      Files.writeString(folder.resolve(FILE), Html.page(title(), out.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String workload() {
    String name = history.phase("workload");
    return name == null ? "run" : name;
  }

  private String title() {
    return "Quorate chaos: " + workload() + ", " + folder.getFileName();
  }

  private void head() {
    Counts counts = judgement.counts();
    out.append("<h1>")
        .append(Html.escape(workload()))
        .append(" ")
        .append(Html.badge(judgement.verdict().name()))
        .append("</h1><div class=\"soft\">")
        .append(Html.escape(folder.getFileName().toString()))
        .append(", ")
        .append(Times.seconds(history.end()))
        .append(", ")
        .append(history.disturbances().faults().size())
        .append(" faults</div><section>");
    if (!facts.get("command").isEmpty()) {
      out.append("<h2>To run it again</h2><pre>")
          .append(Html.escape(facts.get("command")))
          .append("</pre>");
    }
    out.append(
        "<details><summary>commit, versions, configuration</summary><table class=\"small\">");
    facts
        .all()
        .forEach(
            (name, value) ->
                out.append("<tr><th>")
                    .append(Html.escape(name))
                    .append("</th><td>")
                    .append(Html.escape(value))
                    .append("</td></tr>"));
    out.append("</table></details><div class=\"tiles\">");
    tile("published", counts.published(), false);
    tile("confirmed", counts.confirmed(), false);
    tile("unknown", counts.unknown(), false);
    tile("delivered", counts.delivered(), false);
    tile("repeats", counts.repeats(), false);
    tile("recovered", counts.recovered(), false);
    tile("acked", counts.acked(), false);
    tile("lost", counts.lost(), counts.lost() > 0);
    tile("phantom", counts.phantom(), counts.phantom() > 0);
    out.append("</div></section>\n");
  }

  private void tile(String name, long value, boolean alarm) {
    out.append(alarm ? "<div class=\"tile alarm\"><b>" : "<div class=\"tile\"><b>")
        .append(Scale.number(value))
        .append("</b><span class=\"soft small\">")
        .append(name)
        .append("</span></div>");
  }

  private void verdicts() {
    out.append("<section><h2>Verdicts</h2><table><tr><th>guarantee</th><th></th>")
        .append("<th>what was looked at</th></tr>");
    for (Report report : judgement.reports()) {
      out.append("<tr><td>")
          .append(Html.escape(report.checker()))
          .append("</td><td>")
          .append(Html.badge(report.verdict().name()))
          .append("</td><td class=\"small\">");
      if (report.verdict() == Verdict.UNKNOWN) {
        report.findings().forEach(finding -> line(finding.text()));
      } else if (report.verdict() == Verdict.INVALID) {
        line(report.count() + " violations, below");
      }
      report.figures().forEach((name, value) -> line(name + ": " + value));
      out.append("</td></tr>");
    }
    out.append("</table></section>\n");
  }

  private void line(String text) {
    out.append("<div>").append(Html.escape(text)).append("</div>");
  }

  private void violations() {
    for (Report report : judgement.reports()) {
      if (report.verdict() != Verdict.INVALID) {
        continue;
      }
      out.append("<section><h2>")
          .append(Html.escape(report.checker()))
          .append(": ")
          .append(report.count())
          .append(report.count() == 1 ? " violation" : " violations")
          .append("</h2>");
      int stories = 0;
      for (Finding finding : report.findings()) {
        out.append("<h3>").append(Html.escape(finding.text())).append("</h3>");
        if (finding.message() != null && stories++ < MOST_STORIES) {
          out.append(Story.tell(history, finding.message(), finding.queue()));
        }
      }
      if (report.count() > report.findings().size()) {
        out.append("<p class=\"soft\">and ")
            .append(report.count() - report.findings().size())
            .append(" more</p>");
      }
      out.append("</section>\n");
    }
  }

  private void plots() {
    Timeseries series = new Timeseries(history);
    double seconds = history.end() / 1e9;
    plot("Timeline: faults and leaders", Lanes.draw(history, seconds, palette), palette.legend());
    plot(
        "Latency of each publish, from when it was intended",
        latency(series, seconds)
            .dots(series.confirmed, "#2f6fb3")
            .dots(series.unknown, "#c0262d")
            .svg("ms"),
        Palette.legend("confirmed", "#2f6fb3", "unknown, when that was known", "#c0262d"));
    plot(
        "Latency of confirms, by second",
        latency(series, seconds)
            .line(series.times, series.max, "#c9a3a0")
            .line(series.times, series.p99, "#c98a1b")
            .line(series.times, series.p50, "#2f6fb3")
            .svg("ms"),
        Palette.legend("median", "#2f6fb3", "99 %", "#c98a1b", "longest", "#c9a3a0"));
    double rate = Timeseries.highest(series.confirms, series.deliveries, series.unknowns);
    plot(
        "Rates",
        plot(220, seconds, 0, rate * 1.05, false)
            .line(series.times, series.deliveries, "#3a9a6b")
            .line(series.times, series.confirms, "#2f6fb3")
            .line(series.times, series.unknowns, "#c0262d")
            .svg("per second"),
        Palette.legend("confirms", "#2f6fb3", "deliveries", "#3a9a6b", "unknown", "#c0262d"));
    plot(
        "Unseen: confirmed, not delivered yet",
        plot(180, seconds, 0, Timeseries.highest(series.unseen) * 1.05, false)
            .line(series.times, series.unseen, "#7d5ba6")
            .svg("messages"),
        "");
  }

  private Plot latency(Timeseries series, double seconds) {
    return plot(260, seconds, 0.1, Math.max(10, series.slowest * 1.2), true);
  }

  private Plot plot(int height, double seconds, double low, double high, boolean logarithmic) {
    Plot plot = new Plot(height, seconds, low, Math.max(high, low + 1), logarithmic);
    plot.bands(history.disturbances().faults(), palette);
    Lanes.phases(history).forEach((name, at) -> plot.mark(at, name));
    return plot;
  }

  private void plot(String title, String svg, String legend) {
    out.append("<section><h2>")
        .append(title)
        .append("</h2>")
        .append(legend)
        .append(svg)
        .append("</section>\n");
  }

  private void faults() {
    List<Fault> faults = history.disturbances().faults();
    out.append("<section><h2>Faults</h2>");
    if (faults.isEmpty()) {
      out.append("<p class=\"soft\">none</p></section>");
      return;
    }
    out.append(
        "<table><tr><th class=\"n\">from</th><th class=\"n\">for</th><th></th><th>fault</th><th>nodes</th></tr>");
    for (Fault fault : faults) {
      out.append("<tr><td class=\"n\">")
          .append(Times.seconds(fault.from()))
          .append("</td><td class=\"n\">")
          .append(String.format(Locale.ROOT, "%.1f s", (fault.to() - fault.from()) / 1e9))
          .append("</td><td class=\"legend\"><i style=\"background:")
          .append(palette.of(fault.kind()))
          .append("\"></i></td><td>")
          .append(Html.escape(fault.kind()))
          .append("</td><td>")
          .append(Html.escape(fault.target()))
          .append("</td></tr>");
    }
    out.append("</table></section>\n");
  }

  private void operations() {
    out.append("<section><h2>Operations</h2><table><tr><th>kind</th><th class=\"n\">attempted</th>")
        .append(
            "<th class=\"n\">ok</th><th class=\"n\">unknown</th><th class=\"n\">fail</th></tr>");
    for (Map.Entry<io.quorate.chaos.history.Kind, Counts.Tally> entry :
        judgement.counts().operations().entrySet()) {
      Counts.Tally tally = entry.getValue();
      out.append("<tr><td>").append(entry.getKey().text()).append("</td>");
      for (long value : new long[] {tally.attempted(), tally.ok(), tally.unknown(), tally.fail()}) {
        out.append("<td class=\"n\">").append(Scale.number(value)).append("</td>");
      }
      out.append("</tr>");
    }
    out.append(
        "</table><p class=\"soft small\">All of it, event by event: history.jsonl; the nodes' logs: logs/.</p></section>\n");
  }
}
