package io.quorate.chaos.report;

/** Text for pages. */
final class Html {

  static final String STYLE =
      """
      :root { --ink:#1c2430; --soft:#5b6776; --line:#dde3ea; --paper:#fff; --back:#f4f6f9;
        --good:#1a7f4b; --bad:#c0262d; --doubt:#a86400; }
      * { box-sizing:border-box }
      body { margin:0; background:var(--back); color:var(--ink);
        font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif }
      main { max-width:1120px; margin:0 auto; padding:24px 20px 60px }
      h1 { font-size:22px; margin:0 0 4px } h2 { font-size:16px; margin:0 0 10px }
      h3 { font-size:14px; margin:18px 0 6px }
      section { background:var(--paper); border:1px solid var(--line); border-radius:8px;
        padding:16px 18px; margin-top:16px }
      table { border-collapse:collapse; width:100% }
      th, td { text-align:left; vertical-align:top; padding:5px 12px 5px 0;
        border-bottom:1px solid var(--line) }
      th { color:var(--soft); font-weight:600; font-size:12px }
      tr:last-child td { border-bottom:0 }
      td.n, th.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap }
      code, pre { font:12.5px/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace }
      pre { background:var(--back); padding:8px 10px; border-radius:6px; overflow-x:auto; margin:6px 0 }
      .soft { color:var(--soft) } .small { font-size:12px } .nowrap { white-space:nowrap }
      .badge { display:inline-block; padding:1px 9px; border-radius:10px; color:#fff;
        font-size:12px; font-weight:600; letter-spacing:.02em }
      .valid { background:var(--good) } .invalid { background:var(--bad) }
      .unknown { background:var(--doubt) }
      .tiles { display:flex; flex-wrap:wrap; gap:10px; margin-top:12px }
      .tile { border:1px solid var(--line); border-radius:6px; padding:6px 12px; min-width:96px }
      .tile b { display:block; font-size:18px; font-variant-numeric:tabular-nums }
      .tile.alarm b { color:var(--bad) }
      .legend span { display:inline-block; margin-right:14px; font-size:12px; color:var(--soft) }
      .legend i { display:inline-block; width:11px; height:11px; border-radius:2px;
        margin-right:5px; vertical-align:-1px }
      svg { display:block; width:100%; height:auto }
      svg text { font:11px system-ui,"DejaVu Sans",sans-serif; fill:#5b6776 }
      details > summary { cursor:pointer; color:var(--soft) }
      a { color:#1c5fb8 }
      """;

  private Html() {}

  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '"' -> out.append("&quot;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  static String badge(String verdict) {
    String name = verdict.toLowerCase(java.util.Locale.ROOT);
    return "<span class=\"badge " + escape(name) + "\">" + escape(name) + "</span>";
  }

  /** A whole page. */
  static String page(String title, String body) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        + "<meta name=\"viewport\" content=\"width=device-width\"><title>"
        + escape(title)
        + "</title><style>"
        + STYLE
        + "</style></head><body><main>\n"
        + body
        + "\n</main></body></html>\n";
  }
}
