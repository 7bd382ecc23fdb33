"""Runs the rounds: each broker is started on a machine that it has for itself, warmed up, measured and stopped, in turn."""
import datetime
import json
import resource
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from . import machine, page, perftest, summary, table
from .amqp import AmqpError
from .context import Context
from .nats import Nats
from .options import parse
from .perftest import BENCHMARKS, PerfTest
from .processes import Failure
from .quorate import Quorate
from .rabbitmq import RabbitMq
from .workloads import ONE_BY_ONE, WORKLOADS

KINDS = {"rabbitmq": RabbitMq, "quorate": Quorate, "nats": Nats}


def main(arguments):
    try:
        options = parse(arguments)
        if options.list:
            for work in WORKLOADS:
                print(f"{work.name:20} {work.title}")
            return 0
        if options.report:
            report(json.loads(options.report.read_text(encoding="utf-8")), options.report.parent)
            return 0
        return compare(options)
    except Failure as failure:
        print(f"compare: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare: stopped", file=sys.stderr)
        return 130


def compare(options):
    # A plain kill has to stop the brokers as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    _raise_file_limit()
    brokers = _installed(options)
    java_home, java_version = perftest.find_java()
    perftest.fetch()
    state = machine.check_quiet(options.busy_ok)
    began = datetime.datetime.now().astimezone()
    output = options.output or BENCHMARKS / "target" / f"results-{began:%Y%m%d-%H%M%S}"
    logs = output / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    data_parent = options.data or BENCHMARKS / "target"
    data_parent.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="data-", dir=data_parent))
    machine.warn_of_memory_disk(data)
    results = {
        "date": began.isoformat(timespec="seconds"),
        "machine": machine.describe(data),
        "fsync_us": machine.fsync_us(data),
        "state": state,
        "client": f"RabbitMQ PerfTest 2.16.0 on Java {java_version}",
        "options": {name: getattr(options, name) for name in ("rounds", "window", "warm_up", "broker_warm_up", "backlog",
                                                              "queues", "connections", "quick")},
        "versions": {},
        "runs": [],
    }
    try:
        for number in range(1, options.rounds + 1):
            for name in brokers:
                for nodes in (3, 1):
                    _suite(name, nodes, number, options, PerfTest(java_home), data, logs, results)
                    _save(results, output)
    finally:
        if results["runs"]:
            _save(results, output)
            report(results, output)
        if options.keep:
            print(f"The brokers' data and logs: {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)
    return 1 if any("error" in run for run in results["runs"]) else 0


def _interrupt(_signal, _frame):
    raise KeyboardInterrupt


def _installed(options):
    """The brokers to measure. One that was asked for must be there; else it is left out, with a word."""
    chosen = []
    for name in options.brokers:
        missing = KINDS[name].missing()
        if missing is None:
            chosen.append(name)
        elif options.brokers_given:
            raise Failure(f"{KINDS[name].title} was asked for, but this machine lacks {missing}")
        else:
            print(f"Without {KINDS[name].title}: this machine lacks {missing}", flush=True)
    return chosen


def _raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _suite(name, nodes, number, options, perf_test, data, logs, results):
    """All workloads for so many nodes, on one cluster from its start to its stop."""
    works = [w for w in WORKLOADS if w.name in options.only and w.nodes == nodes and name in w.brokers]
    if not works:
        return
    directory = data / f"{name}-{nodes}-{number}"
    directory.mkdir()
    kind = KINDS[name]
    broker = kind(directory, nodes, options.port_offset, *([options.dist] if name == "quorate" else []))
    print(f"Round {number} of {options.rounds}: {broker.title}, {nodes} {'nodes' if nodes > 1 else 'node'}", flush=True)
    try:
        broker.start()
        results["versions"].setdefault(name, broker.version())
        context = Context(broker, perf_test, options, logs, number)
        _warm_up(context, options)
        for work in works:
            results["runs"].append(_run(work, context))
            broker.check_alive()
    except (Failure, AmqpError, OSError) as failure:
        told = {run["workload"] for run in results["runs"] if run["round"] == number and run["broker"] == name}
        for work in works:
            if work.name not in told:
                results["runs"].append({"workload": work.name, "broker": name, "round": number, "error": str(failure)})
        print(f"  {broker.title}: {failure}", flush=True)
    finally:
        broker.stop()
    if any("error" in run for run in results["runs"] if run["broker"] == name and run["round"] == number):
        _keep_logs(directory, logs / f"{name}-{nodes}-{number}")
    if not options.keep:
        shutil.rmtree(directory, ignore_errors=True)


def _warm_up(context, options):
    """Runtimes that compile while they run are not what users meet after the first minute; every broker gets the same."""
    queue = "warm-up"
    if context.broker.name == "nats":
        context.nats_load("warm-up", ONE_BY_ONE, queue, options.broker_warm_up)
        return
    kind = ["-qq"] if context.broker.nodes > 1 else []
    arguments = ["-H", context.uris(True), "-u", queue, *kind, "-ad", "false", "-f", "persistent", "-i", 1, *ONE_BY_ONE.split()]
    try:
        context.perf_test("warm-up", [*arguments, "-z", options.broker_warm_up], options.broker_warm_up + 60)
    finally:
        context.delete([queue], [])


def _run(work, context):
    run = {"workload": work.name, "broker": context.broker.name, "round": context.round_number}
    context.commands.clear()
    try:
        run["figures"] = work.run(context)
        first = work.metrics[0]
        print(f"  {work.name:20} {summary.number(run['figures'].get(first.key))} {first.unit}", flush=True)
        other = run["figures"].get("other_cores", 0)
        if other > machine.QUIET_CORES:
            print(f"    other programs used {other:.2f} cores meanwhile", flush=True)
    except (Failure, AmqpError, OSError) as failure:
        run["error"] = str(failure)
        print(f"  {work.name:20} failed: {failure}", flush=True)
    run["commands"] = list(context.commands)
    return run


def _keep_logs(directory, kept):
    for log in directory.rglob("*.log"):
        target = kept / log.relative_to(directory)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, target)


def _save(results, output):
    (output / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def report(results, output):
    """Prints the table and writes it beside the JSON, as text and as a page."""
    compared = summary.summarize(results, WORKLOADS)
    text = table.render(results, compared)
    (output / "report.txt").write_text(text, encoding="utf-8")
    (output / "report.html").write_text(page.render(results, compared), encoding="utf-8")
    print(text)
    print(f"{output}/report.html, report.txt, results.json")
