"""The workloads by name: what each does, what of it is compared, and what Quorate has to reach."""
from dataclasses import dataclass

from . import amqp, backlog, failover, footprint
from .perftest import summarize
from .processes import Failure


@dataclass(frozen=True)
class Metric:
    """A figure that is compared. `target` is how many times better than RabbitMQ Quorate must be; `limit` an absolute bound."""

    key: str
    label: str
    unit: str
    more_is_better: bool = False
    target: float = None
    limit: float = None


def rate(target=None):
    return Metric("rate", "rate", "msg/s", more_is_better=True, target=target)


def cpu(target=None, limit=None):
    return Metric("cpu_us_per_message", "broker CPU", "µs/msg", target=target, limit=limit)


RSS = Metric("rss_mib", "resident, all nodes", "MiB")
CONFIRM_P50 = Metric("confirm_p50_us", "confirm p50", "µs")
CONFIRM_P99 = Metric("confirm_p99_us", "confirm p99", "µs")
CONSUMER_P50 = Metric("consumer_p50_us", "end to end p50", "µs")
CONSUMER_P99 = Metric("consumer_p99_us", "end to end p99", "µs")
LATENCIES = (CONFIRM_P50, CONFIRM_P99, CONSUMER_P50, CONSUMER_P99)


@dataclass(frozen=True)
class PerfTestWork:
    """One PerfTest run on queues of its own, which are deleted afterwards.

    `arguments` may hold {queue}, the prefix of the queues' names. `counted` says which of PerfTest's rates stands for messages.
    """

    name: str
    title: str
    arguments: str
    metrics: tuple
    counted: str = "received"
    nodes: int = 3
    queues: int = 1
    spread: bool = False
    exchange: str = None
    bindings: int = 0
    brokers: tuple = ("rabbitmq", "quorate")

    def run(self, context):
        broker, prefix = context.broker, context.queue_prefix(self.name)
        if broker.name == "nats":
            intervals = context.nats_load(self.name, self.arguments, prefix, context.warm_up_s + context.window_s)
            return {**summarize(intervals, self.counted, context.warm_up_s), **memory(broker)}
        with amqp.Connection(broker.port(1)) as connection:
            if self.bindings:
                self._bind(connection, prefix, broker.queue_arguments())
        arguments = self._arguments(context, prefix)
        arguments += ["-z", context.warm_up_s + context.window_s]
        try:
            limit_s = context.warm_up_s + context.window_s + 60
            intervals = context.perf_test(self.name, arguments, limit_s)
            return {**summarize(intervals, self.counted, context.warm_up_s), **memory(broker)}
        finally:
            self._delete(context, prefix)

    def _arguments(self, context, prefix):
        uris = context.uris(self.spread)
        queue = ["--queue-pattern", f"{prefix}-%d", "--queue-pattern-from", 1, "--queue-pattern-to", self.queues]
        if self.queues == 1:
            queue = ["-u", prefix]
        kind = ["-qq"] if self.nodes > 1 else []
        words = self.arguments.replace("{queue}", prefix).split()
        return ["-H", uris, *queue, *kind, "-ad", "false", "-f", "persistent", "-i", 1, *words]

    def _bind(self, connection, prefix, arguments):
        connection.declare_exchange(f"{prefix}-exchange", "topic")
        connection.declare_queue(prefix, arguments)
        for number in range(self.bindings):
            connection.bind(prefix, f"{prefix}-exchange", f"region.{number}.*.temperature.#")

    def _delete(self, context, prefix):
        names = [prefix] if self.queues == 1 else [f"{prefix}-{number}" for number in range(1, self.queues + 1)]
        context.delete(names, [f"{prefix}-exchange"] if self.exchange else [])


@dataclass(frozen=True)
class DrainWork:
    """Fills a queue with wide windows, then measures how fast one consumer empties it."""

    name: str
    title: str
    metrics: tuple
    nodes: int = 3
    brokers: tuple = ("rabbitmq", "quorate")

    def run(self, context):
        queue = context.queue_prefix(self.name)
        try:
            count = backlog.fill(context, self.name, queue, context.backlog)
            filled = memory(context.broker)
            return {**backlog.drain(context, self.name, queue, count), **filled, "backlog": count}
        finally:
            context.delete([queue], [])


@dataclass(frozen=True)
class MeasuredWork:
    """Work that PerfTest cannot do, measured by a function of this program."""

    name: str
    title: str
    measure: object
    metrics: tuple
    nodes: int = 3
    brokers: tuple = ("rabbitmq", "quorate")

    def run(self, context):
        return self.measure(context)


def memory(broker):
    """Resident memory, of all nodes and of the largest."""
    by_node = broker.rss_by_node()
    if not by_node:
        raise Failure(f"{broker.title}: no node runs any more")
    return {"rss_mib": sum(by_node) / 2**20, "largest_rss_mib": max(by_node) / 2**20}


# PerfTest declares all queues through one connection: without this one node would lead them all.
BALANCED = "-qa x-queue-leader-locator=balanced"
ONE_BY_ONE = "-x 1 -y 1 -s 1024 -c 200 -q 200"

WORKLOADS = [
    PerfTestWork(
        "one-queue", "1 queue, 1 + 1 clients, 1 KiB, 200 unconfirmed, prefetch 200", ONE_BY_ONE,
        (rate(5), cpu(5, 40), *LATENCIES, RSS), brokers=("rabbitmq", "quorate", "nats"),
    ),
    PerfTestWork(
        "one-queue-wide", "1 queue, 1 + 1 clients, 1 KiB, 2,000 unconfirmed, prefetch 2,000",
        "-x 1 -y 1 -s 1024 -c 2000 -q 2000", (rate(), cpu(), *LATENCIES, RSS), brokers=("rabbitmq", "quorate", "nats"),
    ),
    PerfTestWork(
        "two-by-two", "1 queue, 2 + 2 clients, 12 B, 1,000 unconfirmed, prefetch 1,000", "-x 2 -y 2 -s 12 -c 1000 -q 1000",
        (rate(5), cpu(), *LATENCIES, RSS),
    ),
    PerfTestWork(
        "eight-queues", "8 queues, 8 + 8 clients spread over the nodes, 1 KiB, 200 unconfirmed, prefetch 200",
        f"-x 8 -y 8 -s 1024 -c 200 -q 200 {BALANCED}", (rate(5), cpu(), *LATENCIES, RSS), queues=8, spread=True,
    ),
    PerfTestWork(
        "publish-only", "1 queue, 1 publisher, no consumer, 1 KiB, 200 unconfirmed", "-x 1 -y 0 -s 1024 -c 200",
        (rate(4), cpu(), CONFIRM_P50, CONFIRM_P99, RSS), counted="sent", brokers=("rabbitmq", "quorate", "nats"),
    ),
    DrainWork("drain", "1 queue with a backlog of 1 KiB messages, 1 consumer, prefetch 200", (rate(4), cpu(), RSS)),
    PerfTestWork(
        "paced", "1 queue, 1 + 1 clients, 1 KiB, 1,000 msg/s", "-x 1 -y 1 -s 1024 -c 200 -q 200 -r 1000",
        (
            cpu(), Metric("confirm_p50_us", "confirm p50", "µs", target=2), Metric("confirm_p99_us", "confirm p99", "µs", target=2),
            CONSUMER_P50, CONSUMER_P99,
        ),
        brokers=("rabbitmq", "quorate", "nats"),
    ),
    PerfTestWork(
        "large", "1 queue, 1 + 1 clients, 64 KiB, 200 unconfirmed, prefetch 200", "-x 1 -y 1 -s 65536 -c 200 -q 200",
        (rate(), cpu(), *LATENCIES, RSS),
    ),
    PerfTestWork(
        "fanout", "fanout exchange with 50 queues, 1 publisher, 50 consumers, 1 KiB; deliveries are counted",
        f"-t fanout -e {{queue}}-exchange -x 1 -y 50 -s 1024 -c 50 -q 200 {BALANCED}", (rate(), cpu(), *LATENCIES, RSS), queues=50,
        exchange="fanout",
    ),
    PerfTestWork(
        "topic", "topic exchange with 1,000 bindings of one queue, 1 + 1 clients, 1 KiB",
        f"-p -t topic -e {{queue}}-exchange -k region.500.hall.temperature.outside {ONE_BY_ONE}", (rate(), cpu(), *LATENCIES, RSS),
        exchange="topic", bindings=1000,
    ),
    MeasuredWork(
        "failover-kill", "the queue's leader killed (SIGKILL): longest gap between confirms at another node",
        failover.after_kill, (Metric("gap_ms", "gap", "ms", target=1),),
    ),
    MeasuredWork(
        "failover-stop", "the queue's leader frozen (SIGSTOP): longest gap between confirms at another node",
        failover.after_stop, (Metric("gap_ms", "gap", "ms", limit=1000),),
    ),
    MeasuredWork(
        "many-queues", "many durable queues declared one after the other; then no traffic", footprint.many_queues,
        (
            Metric("declared_per_s", "declared", "queues/s", more_is_better=True, limit=167),
            Metric("kib_per_queue", "memory per queue and node", "KiB", limit=5),
            Metric("idle_percent_per_node", "idle CPU per node", "% of a core", limit=3),
            Metric("start_s", "all nodes started again, ready after", "s", limit=10),
        ),
    ),
    MeasuredWork(
        "many-connections", "many idle connections with a channel each, spread over the nodes", footprint.many_connections,
        (
            Metric("opened_per_s", "opened", "connections/s", more_is_better=True),
            Metric("kib_per_connection", "memory per connection", "KiB", limit=40),
        ),
    ),
    MeasuredWork(
        "backlog", "a long queue of 1 KiB messages: filled, all nodes stopped and started, emptied; Quorate only", backlog.measure,
        (
            Metric("filled_per_s", "filled", "msg/s", more_is_better=True),
            Metric("heap_mib", "heap in use, largest node", "MiB", limit=1024),
            Metric("peak_rss_mib", "most resident, largest node", "MiB", limit=1536),
            Metric("start_s", "all nodes ready after", "s", limit=10),
            Metric("drained_per_s", "emptied", "msg/s", more_is_better=True),
            Metric("percent_of_short", "that, of a short queue's", "%", more_is_better=True, limit=80),
        ),
        brokers=("quorate",),
    ),
    PerfTestWork(
        "single", "one node, 1 queue (RabbitMQ: classic), 1 + 1 clients, 1 KiB, 200 unconfirmed, prefetch 200", ONE_BY_ONE,
        (rate(), cpu(), *LATENCIES, RSS), nodes=1,
    ),
    PerfTestWork(
        "single-no-confirms", "one node, 1 queue (RabbitMQ: classic), 1 + 1 clients, 1 KiB, no confirms, prefetch 200",
        "-x 1 -y 1 -s 1024 -q 200", (rate(), cpu(), CONSUMER_P50, CONSUMER_P99, RSS), nodes=1,
    ),
]
