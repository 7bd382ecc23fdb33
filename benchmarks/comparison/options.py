"""The command line of benchmarks/compare."""
import argparse
from pathlib import Path

from .processes import Failure
from .workloads import WORKLOADS

BROKERS = ("rabbitmq", "quorate", "nats")


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="benchmarks/compare",
        description="Compares Quorate with RabbitMQ (quorum queues) and NATS JetStream on this machine, with the same load.",
        epilog="docs/benchmarks.md tells what the workloads do and how to read the results.",
    )
    add = parser.add_argument
    add("--list", action="store_true", help="name the workloads and leave")
    add("--only", metavar="NAME,...", help="run these workloads only")
    add("--brokers", metavar="NAME,...", help=f"of {', '.join(BROKERS)}; default: those that are installed")
    add("--quick", action="store_true", help="one round with short windows and small counts: shows that it works, measures little")
    add("--rounds", type=_positive, metavar="N", help="times that each broker is started and measured, in turn; default 3")
    add("--window", type=_positive, metavar="SECONDS", help="time measured per workload; default 15")
    add("--warm-up", type=_positive, metavar="SECONDS", help="before each window; default 5")
    add("--broker-warm-up", type=_positive, metavar="SECONDS", help="load after each start of a broker; default 30")
    add("--backlog", type=_positive, metavar="N", help="messages that drain drains; default 400000")
    add("--queues", type=_positive, metavar="N", help="queues of many-queues; default 1000")
    add("--connections", type=_positive, metavar="N", help="connections of many-connections; default 2000")
    add("--port-offset", type=_port_offset, metavar="N", default=12000, help="added to all ports, 0 to 49000; default 12000")
    add("--dist", type=Path, metavar="FILE", help="run this quorate-VERSION.tar.gz instead of building one")
    add("--data", type=Path, metavar="DIR", help="the brokers store under a new folder of this one; default benchmarks/target")
    add("--output", type=Path, metavar="DIR", help="for the results; default benchmarks/target/results-TIME")
    add("--keep", action="store_true", help="leave the brokers' data and logs where they are")
    add("--busy-ok", action="store_true", help="measure although the machine is busy with something else")
    add("--report", type=Path, metavar="FILE", help="measure nothing: print results.json and write its page anew")
    options = parser.parse_args(arguments)
    _fill_in(options)
    return options


def _fill_in(options):
    thorough = {
        "rounds": 3, "window": 15, "warm_up": 5, "broker_warm_up": 30, "backlog": 400_000, "queues": 1000, "connections": 2000
    }
    quick = {"rounds": 1, "window": 4, "warm_up": 2, "broker_warm_up": 5, "backlog": 60_000, "queues": 100, "connections": 300}
    for name, value in (quick if options.quick else thorough).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    options.only = _names("workload", options.only, [work.name for work in WORKLOADS])
    options.brokers_given = options.brokers is not None
    options.brokers = _names("broker", options.brokers, BROKERS)
    if options.dist:
        options.dist = options.dist.resolve()
        if not options.dist.is_file():
            raise Failure(f"{options.dist} is no file")


def _names(what, given, known):
    """Those given, in the order in which they are known."""
    if given is None:
        return list(known)
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise Failure(f"there is no {what} '{name}'; there are {', '.join(known)}")
    return [name for name in known if name in names]


def _positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not above 0")
    return value


def _port_offset(text):
    value = int(text)
    if not 0 <= value <= 49000:
        raise argparse.ArgumentTypeError(f"{value} is not from 0 to 49000")
    return value
