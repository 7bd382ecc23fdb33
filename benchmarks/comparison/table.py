"""The results as text."""
import textwrap

from . import summary
from .summary import TITLES, number

WIDTH = 118


def render(results, compared):
    lines = ["Quorate compared", ""]
    for name, text in summary.conditions(results):
        lines += textwrap.wrap(f"{name}: {text}", WIDTH, subsequent_indent="    ")
    lines += ["", *textwrap.wrap(summary.HONESTY, WIDTH), ""]
    names = summary.broker_names(compared)
    for item in compared:
        lines += [f"{item.work.name}: {item.work.title}"]
        lines.append("  " + f"{'':31}" + "".join(f"{TITLES[name]:>27}" for name in names) + f"{'ratio':>9}  target")
        for row in item.rows:
            cells = "".join(f"{_cell(row.spreads.get(name)):>27}" for name in names)
            ratio = f"{row.ratio:.2f} ×" if row.ratio is not None else "–"
            label = f"{row.metric.label}, {row.metric.unit}"
            lines.append(f"  {label:31}{cells}{ratio:>9}  {row.verdict}".rstrip())
        lines += [f"  failed: {error}" for error in item.errors]
        lines.append("")
    ratio = summary.stretch(compared)
    if ratio is not None:
        lines += [f"Quorate's one-queue against RabbitMQ's single-no-confirms (unreplicated, unconfirmed): {ratio:.2f} ×", ""]
    return "\n".join(lines)


def _cell(spread):
    if spread is None:
        return "–"
    if spread.rounds == 1:
        return number(spread.median)
    return f"{number(spread.median)} [{number(spread.lowest)}–{number(spread.highest)}]"
