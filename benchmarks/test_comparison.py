"""Tests of what needs no broker: python3 -m unittest discover -s benchmarks."""
import sys
import unittest
from html.parser import HTMLParser
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from comparison import page, summary, table  # noqa: E402
from comparison.amqp import frame, table as field_table  # noqa: E402
from comparison.nats import load_arguments  # noqa: E402
from comparison.perftest import Interval, parse_line, summarize  # noqa: E402
from comparison.processes import CpuSample, Failure  # noqa: E402
from comparison.workloads import ONE_BY_ONE, WORKLOADS, Metric  # noqa: E402

LINE = (
    "id: test-1, time: 3.580s, sent: 1000 msg/s, confirmed: 1194 msg/s, nacked: 0 msg/s, received: 84 msg/s, "
    "min/median/75th/95th/99th consumer latency: 1/2/3/4/5 µs, confirm latency: 6/7/8/9/10 µs"
)


def interval(time_s, received, broker_s):
    return Interval(time_s, {"sent": received, "received": received}, {"confirm": [1, 2, 3, 4, 5]},
                    CpuSample(time_s, broker_s, 0.0, broker_s))


class PerfTestOutput(unittest.TestCase):
    def test_a_line_is_read(self):
        read = parse_line(LINE, lambda: None)
        self.assertEqual(read.time_s, 3.58)
        self.assertEqual(read.rates["received"], 84)
        self.assertEqual(read.latencies, {"consumer": [1, 2, 3, 4, 5], "confirm": [6, 7, 8, 9, 10]})

    def test_other_lines_are_not(self):
        self.assertIsNone(parse_line("id: test-1, sending rate avg: 4191 msg/s", lambda: None))

    def test_the_warm_up_does_not_count(self):
        figures = summarize([interval(1, 9, 50), interval(2, 10, 60), interval(4, 1000, 60.2)], "received", 2)
        self.assertEqual(figures["rate"], 1000)
        self.assertAlmostEqual(figures["cpu_us_per_message"], 100)

    def test_an_empty_window_fails(self):
        with self.assertRaises(Failure):
            summarize([interval(1, 5, 1), interval(2, 0, 2), interval(3, 0, 3)], "received", 2)


class Ratios(unittest.TestCase):
    def results(self, ours, theirs):
        runs = [{"workload": "one-queue", "broker": name, "round": 1, "figures": figures}
                for name, figures in (("quorate", ours), ("rabbitmq", theirs))]
        machine = {"cores": 2, "cpu": "x", "memory_gib": 1, "system": "s", "file_system": "ext4"}
        options = {"rounds": 1, "window": 1, "warm_up": 1, "broker_warm_up": 1, "quick": False}
        state = {"busy_cores_before": 0, "load_average_before": 0}
        return {"date": "d", "machine": machine, "options": options, "state": state, "fsync_us": 1, "client": "c", "versions": {},
                "runs": runs}

    def rows(self, ours, theirs):
        compared = summary.summarize(self.results(ours, theirs), WORKLOADS)
        return {row.metric.key: row for row in compared[0].rows}

    def test_above_one_is_better_whatever_is_wanted(self):
        rows = self.rows({"rate": 500, "cpu_us_per_message": 20}, {"rate": 100, "cpu_us_per_message": 200})
        self.assertEqual(rows["rate"].ratio, 5)
        self.assertEqual(rows["cpu_us_per_message"].ratio, 10)
        self.assertNotIn("MISSED", rows["rate"].verdict + rows["cpu_us_per_message"].verdict)

    def test_a_missed_target_is_told(self):
        rows = self.rows({"rate": 499, "cpu_us_per_message": 41}, {"rate": 100, "cpu_us_per_message": 205})
        self.assertIn("MISSED", rows["rate"].verdict)
        self.assertEqual(rows["cpu_us_per_message"].verdict, "met (≥ 5 ×), MISSED (≤ 40 µs/msg)")

    def test_nothing_is_met_by_a_negative_difference(self):
        metric = Metric("kib_per_queue", "memory", "KiB", limit=5)
        self.assertEqual(summary._verdict(metric, {"quorate": summary.Spread(-1, -1, -1, 1)}, None), "not measurable")

    def test_the_reports_hold_the_figures(self):
        results = self.results({"rate": 123456}, {"rate": 100})
        compared = summary.summarize(results, WORKLOADS)
        self.assertIn("123,456", table.render(results, compared))
        text = page.render(results, compared)
        HTMLParser().feed(text)
        self.assertIn("123,456", text)
        self.assertIn("<svg", text)
        self.assertNotIn("http", text)


class Formats(unittest.TestCase):
    def test_amqp_frame(self):
        self.assertEqual(frame(1, 2, b"ab"), b"\x01\x00\x02\x00\x00\x00\x02ab\xce")
        self.assertEqual(field_table({"a": "b"}), b"\x00\x00\x00\x08\x01aS\x00\x00\x00\x01b")

    def test_nats_does_the_same_work(self):
        self.assertEqual(load_arguments(ONE_BY_ONE, "u", "s", 3), ["u", "s", "1024", "200", "200", "0", 3])
        self.assertEqual(load_arguments("-x 1 -y 0 -s 12 -c 7", "u", "s", 3), ["u", "s", "12", "7", "0", "0", 3])


if __name__ == "__main__":
    unittest.main()
