package io.quorate.chaos.report;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Operation;
import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was done to each node, and which node led each group: one lane for each, over the time. */
final class Lanes {

  private static final int LANE = 18;

  private final StringBuilder svg = new StringBuilder();
  private final Scale x;
  private int lanes;

  private Lanes(double seconds) {
    x = new Scale(0, Math.max(1, seconds), Plot.LEFT, Plot.WIDTH - Plot.RIGHT, false);
  }

  static String draw(History history, double seconds, Palette palette) {
    Lanes lanes = new Lanes(seconds);
    TreeSet<Integer> nodes = new TreeSet<>();
    history.forEach(
        operation -> {
          if (operation.node() > 0) {
            nodes.add(operation.node());
          }
        },
        Kind.OPEN,
        Kind.REPLICA);
    for (int node : nodes) {
      List<Fault> those =
          history.disturbances().faults().stream()
              .filter(fault -> fault.nodes().contains(node) || fault.nodes().isEmpty())
              .toList();
      lanes.faults("node " + node, those, palette);
    }
    Map<String, List<Operation>> groups = new TreeMap<>();
    for (Operation leader : history.disturbances().leaders()) {
      groups.computeIfAbsent(leader.target(), group -> new ArrayList<>()).add(leader);
    }
    groups.forEach((group, leaders) -> lanes.leaders(group, leaders, seconds));
    lanes.marks(phases(history));
    return lanes.finish();
  }

  /** Seconds, by name. */
  static Map<String, Double> phases(History history) {
    Map<String, Double> phases = new LinkedHashMap<>();
    for (String phase : List.of("heal", "drain", "end")) {
      long start = history.phaseStart(phase);
      if (start >= 0) {
        phases.put(phase, start / 1e9);
      }
    }
    return phases;
  }

  private int top() {
    return Plot.TOP + 12 + LANE * lanes;
  }

  private void label(String text) {
    svg.append(
        Plot.format(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
            Plot.LEFT - 6, top() + LANE - 6, Html.escape(text)));
    svg.append(
        Plot.format(
            "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#e8edf2\"/>",
            Plot.LEFT, Plot.WIDTH - Plot.RIGHT, top() + LANE, top() + LANE));
  }

  private void bar(double from, double to, String color, String title, String word) {
    double left = x.at(from);
    double width = Math.max(1.5, x.at(to) - left);
    svg.append(
        Plot.format(
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\" fill-opacity=\".75\"><title>%s</title></rect>",
            left, top() + 2, width, LANE - 4, color, Html.escape(title)));
    if (width > 7.0 * word.length()) {
      svg.append(
          Plot.format(
              "<text x=\"%.1f\" y=\"%d\" style=\"fill:#fff\">%s</text>",
              left + 3, top() + LANE - 6, Html.escape(word)));
    }
  }

  private void faults(String name, List<Fault> faults, Palette palette) {
    label(name);
    for (Fault fault : faults) {
      bar(
          fault.from() / 1e9,
          fault.to() / 1e9,
          palette.of(fault.kind()),
          fault.kind() + " " + fault.target(),
          fault.kind());
    }
    lanes++;
  }

  private void leaders(String group, List<Operation> leaders, double seconds) {
    label(group.matches("\\d+") ? "shard " + group : group);
    for (int i = 0; i < leaders.size(); i++) {
      Operation leader = leaders.get(i);
      double to = i + 1 < leaders.size() ? leaders.get(i + 1).start() / 1e9 : seconds;
      bar(
          leader.start() / 1e9,
          to,
          Palette.node(leader.node()),
          "node " + leader.node() + " leads " + group + " in term " + leader.count(),
          "" + leader.node());
    }
    lanes++;
  }

  private void marks(Map<String, Double> phases) {
    phases.forEach((name, at) -> svg.append(Plot.mark(x.at(at), Plot.TOP, top(), name)));
  }

  private String finish() {
    int height = top() + 22;
    StringBuilder out =
        new StringBuilder(
            Plot.format("<svg viewBox=\"0 0 %d %d\" role=\"img\">", Plot.WIDTH, height));
    for (double tick : x.ticks()) {
      out.append(
          Plot.format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s s</text>",
              x.at(tick), height - 5, Scale.number(tick)));
    }
    return out.append(svg).append("</svg>\n").toString();
  }
}
