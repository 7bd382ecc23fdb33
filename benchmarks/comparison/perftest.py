"""RabbitMQ PerfTest as a process: fetched through Maven, read line by line while it runs, measured after its warm-up."""
import re
import statistics
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from .processes import CpuSample, Failure, cpu_sample, spawn, stop

BENCHMARKS = Path(__file__).resolve().parents[1]
LIBRARIES = BENCHMARKS / "target" / "lib"
MAIN_CLASS = "com.rabbitmq.perf.PerfTest"
FIND_JAVA = BENCHMARKS.parent / "node" / "src" / "main" / "dist" / "bin" / "find-java.sh"

_RATE = re.compile(r"(sent|confirmed|nacked|returned|received): ([0-9.]+) msg/s")
_LATENCIES = re.compile(r"(consumer|confirm) latency: ([0-9/]+) µs")
_TIME = re.compile(r"time: ([0-9.]+)")


def fetch():
    """Has Maven put PerfTest and what it needs into target/lib, unless it is there."""
    if any(LIBRARIES.glob("perf-test-*.jar")) and any(LIBRARIES.glob("jnats-*.jar")):
        return
    print("Fetching the load generators with Maven", flush=True)
    pom = BENCHMARKS / "tools" / "pom.xml"
    result = subprocess.run(
        ["mvn", "-q", "-B", "-f", str(pom), "process-resources"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )
    if result.returncode != 0:
        raise Failure(f"Maven could not fetch them:\n{result.stdout[-2000:]}")


def find_java():
    """The Java that the nodes are run with too: (home, version)."""
    script = f'. "{FIND_JAVA}"; find_java java && printf "%s\\n%s" "$JAVA_FOUND" "$JAVA_VERSION_FOUND"'
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failure("no Java 17 or newer was found; set JAVA_HOME")
    home, version = result.stdout.split("\n")
    return home, version


@dataclass(frozen=True)
class Interval:
    """One line of PerfTest: what happened since the line before, and the state of the machine when it came."""

    time_s: float
    rates: dict
    latencies: dict
    cpu: CpuSample


def parse_line(line, sample):
    """The interval that a line of PerfTest's output tells of, with the CPU sample taken for it; None if it tells of none."""
    found = _TIME.search(line)
    if not found:
        return None
    rates = {name: float(value) for name, value in _RATE.findall(line)}
    latencies = {name: [int(part) for part in values.split("/")] for name, values in _LATENCIES.findall(line)}
    return Interval(float(found[1]), rates, latencies, sample()) if rates else None


class PerfTest:
    """Runs PerfTest with the Java found; each run leaves its output in a file."""

    def __init__(self, java_home):
        self.java = f"{java_home}/bin/java"

    def command(self, arguments, program):
        return [self.java, "-Xms512m", "-Xmx1g", "-cp", f"{LIBRARIES}/*", program, *(str(word) for word in arguments)]

    def run(self, arguments, broker_pids, log, limit_s, program=MAIN_CLASS):
        """The intervals of one run, to its end. Fails if PerfTest does, or takes longer than limit_s. Another program may take its
        place that prints the same lines: a class or a source file."""
        intervals = []
        with open(log, "w", encoding="utf-8", buffering=1) as output:
            output.write(" ".join([str(program), *(str(word) for word in arguments)]) + "\n")
            process = spawn(
                self.command(arguments, program), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                encoding="utf-8", errors="replace",
            )
            overdue = threading.Event()
            timer = threading.Timer(limit_s, lambda: (overdue.set(), process.kill()))
            timer.start()
            try:
                for line in process.stdout:
                    output.write(line)
                    interval = parse_line(line, lambda: cpu_sample(broker_pids, process.pid))
                    if interval:
                        intervals.append(interval)
                status = process.wait()
            finally:
                timer.cancel()
                stop(process, 5)
        if overdue.is_set():
            raise Failure(f"PerfTest did not end within {limit_s} s; see {log}")
        if status != 0 or not intervals:
            raise Failure(f"PerfTest failed with status {status}; see {log}: {_last_words(log)}")
        return intervals


def _last_words(log):
    lines = [line.strip() for line in Path(log).read_text(encoding="utf-8").splitlines() if line.strip()]
    told = [line for line in lines if "xception" in line or "Error" in line or "error" in line]
    return (told or lines or ["no output"])[-1][:300]


def summarize(intervals, counted, warm_up_s):
    """Figures of the intervals after the warm-up. `counted` is the rate that stands for messages: sent or received.

    Rates are means over the window; latencies the median, over the intervals of about a second, of each interval's percentile.
    """
    first = next((i for i, interval in enumerate(intervals) if interval.time_s >= warm_up_s), None)
    if first is None or first + 1 >= len(intervals):
        # A run that ended within its warm-up is measured whole, but for the first line.
        first = 0
    if len(intervals) < 2:
        raise Failure("it was over before anything could be measured: it takes more messages (--backlog)")
    start, window = intervals[first], intervals[first + 1 :]
    # Rates are of the time since the line before.
    spans = [now.time_s - before.time_s for before, now in zip(intervals[first:], window)]
    total = {name: sum(i.rates.get(name, 0) * span for i, span in zip(window, spans)) for name in ("sent", "confirmed", "received")}
    messages = total[counted]
    cpu, seconds = window[-1].cpu, sum(spans)
    elapsed_s = cpu.at_s - start.cpu.at_s
    broker_s, client_s = cpu.broker_s - start.cpu.broker_s, cpu.client_s - start.cpu.client_s
    if messages <= 0:
        raise Failure("no messages went through in the window that is measured")
    figures = {
        "seconds": seconds,
        "rate": messages / seconds,
        "sent_rate": total["sent"] / seconds,
        "received_rate": total["received"] / seconds,
        "lowest_interval_rate": min(i.rates.get(counted, 0) for i in window),
        "cpu_us_per_message": broker_s / messages * 1e6,
        "broker_cores": broker_s / elapsed_s,
        "client_cores": client_s / elapsed_s,
        "other_cores": max(0.0, (cpu.machine_s - start.cpu.machine_s - broker_s - client_s) / elapsed_s),
    }
    for kind in ("confirm", "consumer"):
        told = [i.latencies[kind] for i in window if any(i.latencies.get(kind, ()))]
        if told:
            figures[f"{kind}_p50_us"] = statistics.median(values[1] for values in told)
            figures[f"{kind}_p99_us"] = statistics.median(values[4] for values in told)
            figures[f"{kind}_worst_p99_us"] = max(values[4] for values in told)
    return figures
