"""From runs to medians, ratios and verdicts."""
import statistics
from dataclasses import dataclass

BASELINE, SUBJECT = "rabbitmq", "quorate"


@dataclass(frozen=True)
class Spread:
    """A figure over the rounds."""

    median: float
    lowest: float
    highest: float
    rounds: int


@dataclass(frozen=True)
class Row:
    """A figure of a workload: of each broker, and how many times better than RabbitMQ Quorate is (above 1 is better)."""

    metric: object
    spreads: dict
    ratio: float
    verdict: str


@dataclass(frozen=True)
class Compared:
    work: object
    rows: list
    errors: list


def summarize(results, works):
    """Of each workload that was run, in order."""
    compared = []
    for work in works:
        runs = [run for run in results["runs"] if run["workload"] == work.name]
        if runs:
            rows = [row for metric in work.metrics if (row := _row(metric, runs)) is not None]
            errors = [f"{run['broker']}, round {run['round']}: {run['error']}" for run in runs if "error" in run]
            compared.append(Compared(work, rows, errors))
    return compared


def stretch(compared):
    """Quorate, replicated and confirmed, against RabbitMQ's unreplicated classic queue without confirms; None if not measured."""
    found = {}
    for item in compared:
        for row in item.rows:
            if row.metric.key == "rate":
                found[item.work.name] = row.spreads
    ours = found.get("one-queue", {}).get(SUBJECT)
    theirs = found.get("single-no-confirms", {}).get(BASELINE)
    return ours.median / theirs.median if ours and theirs else None


def _row(metric, runs):
    values = {}
    for run in runs:
        value = run.get("figures", {}).get(metric.key)
        if value is not None:
            values.setdefault(run["broker"], []).append(value)
    if not values:
        return None
    spreads = {name: Spread(statistics.median(v), min(v), max(v), len(v)) for name, v in values.items()}
    ratio = _ratio(metric, spreads)
    return Row(metric, spreads, ratio, _verdict(metric, spreads, ratio))


def _ratio(metric, spreads):
    if BASELINE not in spreads or SUBJECT not in spreads:
        return None
    theirs, ours = spreads[BASELINE].median, spreads[SUBJECT].median
    over, under = (ours, theirs) if metric.more_is_better else (theirs, ours)
    # Below zero is possible for differences of memory; a ratio of those says nothing.
    return over / under if under > 0 and over >= 0 else None


def _verdict(metric, spreads, ratio):
    """Empty without a target, or without what it needs."""
    told = []
    if metric.target is not None and ratio is not None:
        told.append(_met(ratio >= metric.target) + f" (≥ {metric.target:g} ×)")
    if metric.limit is not None and SUBJECT in spreads:
        ours = spreads[SUBJECT].median
        if ours <= 0:
            # A difference that drowned in what the broker gave back meanwhile.
            return "not measurable"
        sign = "≥" if metric.more_is_better else "≤"
        met = ours >= metric.limit if metric.more_is_better else ours <= metric.limit
        told.append(_met(met) + f" ({sign} {metric.limit:g} {metric.unit})")
    return ", ".join(told)


def _met(met):
    return "met" if met else "MISSED"


def number(value):
    """Three digits that count, thousands apart."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def broker_names(compared):
    seen = {name for item in compared for row in item.rows for name in row.spreads}
    return [name for name in (BASELINE, SUBJECT, "nats") if name in seen]


HONESTY = (
    "All nodes of a broker and the load generator share this one machine: rates are those of the sum of both, and what one takes the "
    "other lacks. CPU per message (user + system time of all the broker's processes, divided by messages) suffers less from that; but "
    "who works in batches pays less per message the more there is to do. One broker runs at a time. Figures are medians over "
    "the rounds, with the lowest and the highest in brackets; "
    "latencies are the median of the percentiles of one-second intervals. Ratios say how many times better than RabbitMQ Quorate "
    "is: above 1 is better, whether more or less is wanted."
)
TITLES = {"rabbitmq": "RabbitMQ", "quorate": "Quorate", "nats": "NATS JetStream"}


def conditions(results):
    """What the figures depend on, as pairs of name and text."""
    m, options, state = results["machine"], results["options"], results["state"]
    pairs = [
        ("date", results["date"]),
        ("machine", f"{m['cores']} cores of {m['cpu']}, {m['memory_gib']} GiB, {m['system']}"),
        ("disk", f"{m['file_system']}; a 4 KiB append with fsync takes {results['fsync_us']} µs (median)"),
        ("before the start", f"{state['busy_cores_before']} cores in use, load average {state['load_average_before']}"),
        ("client", results["client"]),
        ("rounds", f"{options['rounds']}, each broker in turn; {options['broker_warm_up']} s of load after each start, "
                   f"{options['warm_up']} s before each window of {options['window']} s"),
    ]
    pairs += [(TITLES[name], version) for name, version in results["versions"].items()]
    disturbed = [run for run in results["runs"] if run.get("figures", {}).get("other_cores", 0) > 0.15]
    if disturbed:
        named = ", ".join(f"{run['workload']} of {run['broker']} (round {run['round']})" for run in disturbed)
        pairs.append(("disturbed", f"other programs took more than 0.15 cores during: {named}"))
    if options["quick"]:
        pairs.append(("quick", "short windows and small counts: this shows that the comparison works and little else"))
    return pairs
