"""The results as one HTML page: no scripts, nothing from the network, charts as inline SVG."""
from html import escape

from . import summary
from .summary import TITLES, number

COLORS = {"rabbitmq": "#e07b39", "quorate": "#2f6f9f", "nats": "#6b8e5a"}
BAR_WIDTH, BAR_HEIGHT, LABEL_WIDTH, VALUE_WIDTH = 420, 18, 130, 210

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2.2rem 0 .2rem; font-size: 1.15rem; } h2 + p { margin-top: 0; }
table { border-collapse: collapse; margin: .6rem 0; width: 100%; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
.spread { opacity: .65; font-size: .85em; } .missed { color: #c0392b; font-weight: 600; } .met { color: #2e8b57; }
svg { display: block; margin: .5rem 0; max-width: 100%; } svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
code { font-size: .82em; overflow-wrap: anywhere; } dt { font-weight: 600; } dd { margin: 0 0 .3rem 1.2rem; }
"""


def render(results, compared):
    names = summary.broker_names(compared)
    parts = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8"><title>Quorate compared</title>']
    parts += [f"<style>{STYLE}</style></head><body><h1>Quorate compared</h1>", f"<p>{escape(summary.HONESTY)}</p>", "<dl>"]
    parts += [f"<dt>{escape(name)}</dt><dd>{escape(str(text))}</dd>" for name, text in summary.conditions(results)]
    parts += ["</dl>", "<h2>Ratios</h2>", _overview(compared)]
    for item in compared:
        parts += _workload(item, names, results)
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"


def _overview(compared):
    """The first figure of each workload, and every other that has a target."""
    lines = ['<table><tr><th>workload</th><th class="text">figure</th><th>RabbitMQ</th><th>Quorate</th><th>ratio</th>'
             '<th class="text">target</th></tr>']
    for item in compared:
        for row in item.rows:
            if row is item.rows[0] or row.verdict:
                cells = "".join(f"<td>{_median(row.spreads.get(name))}</td>" for name in (summary.BASELINE, summary.SUBJECT))
                figure = escape(f"{row.metric.label}, {row.metric.unit}")
                lines.append(f'<tr><td><a href="#{item.work.name}">{item.work.name}</a></td><td class="text">{figure}</td>'
                             f'{cells}<td>{_ratio(row)}</td>{_verdict(row)}</tr>')
    ratio = summary.stretch(compared)
    if ratio is not None:
        lines.append('<tr><td>one-queue</td><td class="text">rate, against RabbitMQ\'s single-no-confirms</td><td></td><td></td>'
                     f'<td>{ratio:.2f} ×</td><td class="text">≥ 1 × wished for</td></tr>')
    return "\n".join(lines) + "</table>"


def _workload(item, names, results):
    parts = [f'<h2 id="{item.work.name}">{item.work.name}</h2><p>{escape(item.work.title)}</p>']
    parts += [_chart(row) for row in item.rows[:2]]
    head = "".join(f"<th>{TITLES[name]}</th>" for name in names)
    parts.append(f'<table><tr><th>figure</th>{head}<th>ratio</th><th class="text">target</th></tr>')
    for row in item.rows:
        cells = "".join(f"<td>{_spread(row.spreads.get(name))}</td>" for name in names)
        parts.append(f"<tr><td>{escape(row.metric.label)}, {escape(row.metric.unit)}</td>{cells}<td>{_ratio(row)}</td>"
                     f"{_verdict(row)}</tr>")
    parts.append("</table>")
    parts += [f'<p class="missed">failed: {escape(error)}</p>' for error in item.errors]
    for name in names:
        run = next((r for r in results["runs"] if r["workload"] == item.work.name and r["broker"] == name), {})
        parts += [f"<p>{TITLES[name]}: <code>{escape(command)}</code></p>" for command in run.get("commands", [])]
    return parts


def _chart(row):
    """A bar per broker, from zero, with a line from the lowest to the highest round."""
    top = max([spread.highest for spread in row.spreads.values()] + [0])
    if top <= 0:
        return ""
    names = [name for name in TITLES if name in row.spreads]
    height = 20 + len(names) * (BAR_HEIGHT + 6)
    label = escape(f"{row.metric.label}, {row.metric.unit} ({'more' if row.metric.more_is_better else 'less'} is better)")
    parts = [f'<svg width="{LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH}" height="{height}" role="img" aria-label="{label}">',
             f'<text x="0" y="12">{label}</text>']
    for index, name in enumerate(names):
        spread, y = row.spreads[name], 20 + index * (BAR_HEIGHT + 6)
        low, high = (LABEL_WIDTH + max(0, value) / top * BAR_WIDTH for value in (spread.lowest, spread.highest))
        length = max(0, spread.median) / top * BAR_WIDTH
        parts += [
            f'<text x="0" y="{y + 13}">{TITLES[name]}</text>',
            f'<rect x="{LABEL_WIDTH}" y="{y}" width="{length:.1f}" height="{BAR_HEIGHT}" fill="{COLORS[name]}"/>',
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 9}" y2="{y + 9}" stroke="currentColor" stroke-width="2"/>',
            f'<text x="{max(LABEL_WIDTH + length, high) + 8:.1f}" y="{y + 13}">{number(spread.median)}</text>',
        ]
    return "".join(parts) + "</svg>"


def _median(spread):
    return number(spread.median) if spread else "–"


def _spread(spread):
    if spread is None:
        return "–"
    if spread.rounds == 1:
        return number(spread.median)
    return f'{number(spread.median)} <span class="spread">[{number(spread.lowest)}–{number(spread.highest)}]</span>'


def _ratio(row):
    return f"{row.ratio:.2f} ×" if row.ratio is not None else "–"


def _verdict(row):
    kind = "missed" if "MISSED" in row.verdict else "met" if row.verdict else ""
    return f'<td class="text {kind}">{escape(row.verdict)}</td>'
