"""What a long queue costs: memory, time to start with it, and whether it is emptied as fast as a short one."""
import time

from . import amqp
from .perftest import summarize
from .processes import peak_rss_bytes

SHORT = 300_000
MIB = 2**20


def fill(context, name, queue, count):
    """Publishes so many messages of 1 KiB and returns how many are in the queue once their count has come to rest: PerfTest
    ends without waiting for the last confirms."""
    options = ["-x", 1, "-y", 0, "-s", 1024, "-c", 2000, "-C", count]
    context.perf_test(f"{name}-fill", [*_shared(context, queue), *options], 60 + count / 1000)
    with amqp.Connection(context.broker.port(1)) as connection:
        before, filled = -1, connection.message_count(queue)
        while filled != before:
            time.sleep(1)
            before, filled = filled, connection.message_count(queue)
    return filled


def drain(context, name, queue, count):
    """One consumer takes so many messages; how fast."""
    options = ["-x", 0, "-y", 1, "-q", 200, "-D", count]
    intervals = context.perf_test(name, [*_shared(context, queue), *options], 60 + count / 2000)
    # The first seconds are the client's own warm-up, if there are more.
    return summarize(intervals, "received", 2)


def _shared(context, queue):
    return ["-H", context.uris(False), "-u", queue, "-qq", "-ad", "false", "-f", "persistent", "-i", 1]


def measure(context):
    """Fills a queue, stops and starts all nodes, and empties it; a short one first, since both are to meet the same runtimes."""
    broker, queue, name = context.broker, context.queue_prefix("backlog"), "backlog"
    short = f"{queue}-short"
    try:
        began = time.monotonic()
        count = fill(context, name, queue, context.backlog)
        filled_s = time.monotonic() - began
        peak = max(peak_rss_bytes(pid) for pid in broker.pids())
        heap = max(broker.heap_bytes(pid) for pid in broker.pids())
        start_s = broker.start_again()
        short_rate = drain(context, f"{name}-short", short, fill(context, f"{name}-short", short, SHORT))["rate"]
        drained = drain(context, name, queue, count)
        return {
            "backlog": count,
            "filled_per_s": count / filled_s,
            "peak_rss_mib": peak / MIB,
            "heap_mib": heap / MIB,
            "start_s": start_s,
            "drained_per_s": drained["rate"],
            "percent_of_short": drained["rate"] / short_rate * 100,
        }
    finally:
        context.delete([queue, short], [])
