package io.quorate.chaos.report;

import java.util.LinkedHashMap;
import java.util.Map;

/** A colour for each kind of fault, the same in all pictures of a page. */
final class Palette {

  private static final String[] COLORS = {
    "#d1495b", "#e08e1b", "#7d5ba6", "#2a7f9e", "#8a6d3b", "#c2539b", "#5c7a29", "#4059ad",
    "#b5542c", "#4f8a8b", "#946b2d", "#6a4c93"
  };

  /** One for each node. */
  static final String[] NODES = {
    "#9aa5b1", "#2f6fb3", "#3a9a6b", "#c98a1b", "#8a5fb0", "#b3563f", "#4f8a8b", "#a04d7d",
    "#6b7d2f", "#555f6b"
  };

  private final Map<String, String> colors = new LinkedHashMap<>();

  String of(String kind) {
    return colors.computeIfAbsent(kind, key -> COLORS[colors.size() % COLORS.length]);
  }

  static String node(int node) {
    return NODES[Math.floorMod(node, NODES.length)];
  }

  /** What the colours mean. */
  String legend() {
    StringBuilder out = new StringBuilder("<div class=\"legend\">");
    colors.forEach(
        (kind, color) ->
            out.append("<span><i style=\"background:")
                .append(color)
                .append(";opacity:.6\"></i>")
                .append(Html.escape(kind))
                .append("</span>"));
    return out.append("</div>").toString();
  }

  static String legend(String... namesAndColors) {
    StringBuilder out = new StringBuilder("<div class=\"legend\">");
    for (int i = 0; i < namesAndColors.length; i += 2) {
      out.append("<span><i style=\"background:")
          .append(namesAndColors[i + 1])
          .append("\"></i>")
          .append(Html.escape(namesAndColors[i]))
          .append("</span>");
    }
    return out.append("</div>").toString();
  }
}
