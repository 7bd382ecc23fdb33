"""Quorate as a user runs it: through deploy/local/cluster, with its defaults."""
import hashlib
import os
import re
import subprocess
import time
from pathlib import Path

from .brokers import Broker, require_free
from .processes import Failure, is_alive, rss_within

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "deploy" / "local" / "cluster"


class Quorate(Broker):
    name = "quorate"
    title = "Quorate"

    def __init__(self, directory, nodes, port_offset, distribution=None):
        super().__init__(directory, nodes, port_offset)
        self.distribution = distribution
        self.started = False

    @staticmethod
    def missing():
        return None

    def port(self, node):
        return 5671 + node + self.port_offset

    def start(self):
        ports = [base + node + self.port_offset for node in self.numbers() for base in (5671, 6670, 7670, 15691)]
        require_free(ports, self.title)
        self._up()
        self._await_leaders()

    def _up(self):
        options = ["--port-offset", str(self.port_offset), "--nodes", str(self.nodes)]
        if self.distribution:
            options += ["--dist", str(self.distribution)]
        self.started = True
        # Time for a build, if there is none yet.
        self._launcher("up", *options, timeout_s=1200)
        self.await_serving()

    def start_again(self):
        """Stops all nodes, in good order, and starts them: seconds until all are ready and serve."""
        self.stop()
        began = time.monotonic()
        self._up()
        return time.monotonic() - began

    def _await_leaders(self):
        """Waits until every node leads a shard, as it is a few seconds after the start; goes on without if it takes longer."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            listed = self._cli("shard", "list")
            if {int(leader) for leader in re.findall(r"^\s*\d+\s+(\d+)", listed, re.MULTILINE)} >= set(self.numbers()):
                return
            time.sleep(1)

    def _cli(self, *arguments):
        endpoints = ",".join(f"127.0.0.1:{7670 + node + self.port_offset}" for node in self.numbers())
        result = subprocess.run(
            [str(self.directory / "dist" / "bin" / "quorate"), "--endpoint", endpoints, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
        )
        return result.stdout

    def restart(self, node):
        self._launcher("start", str(node))

    def stop(self):
        if self.started:
            self._launcher("down")
            self.started = False

    def pid(self, node):
        try:
            pid = int((self.directory / f"node-{node}" / "pid").read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if is_alive(pid) else None

    def leader_of(self, queue):
        told = self._cli("queue", "show", queue)
        found = re.search(r"^Leader:\s+node (\d+)$", told, re.MULTILINE)
        if not found:
            raise Failure(f"{self.title}: no leader of {queue} was named: {told.strip()[:400]}")
        return int(found[1])

    def version(self):
        if self.distribution:
            digest = hashlib.sha256(Path(self.distribution).read_bytes()).hexdigest()[:12]
            return f"{self.distribution.name} (SHA-256 {digest}) on Java {self._java_version()}"
        number = re.search(r"<version>([^<]+)</version>", (ROOT / "pom.xml").read_text(encoding="utf-8"))[1]
        commit = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
        ).stdout.strip()
        return f"{number}{f' ({commit})' if commit else ''} on Java {self._java_version()}"

    def used_bytes(self):
        """The live objects of the heap, plus what is resident outside it: the heap's own resident size says only how much of
        it was touched once."""
        return sum(self._used_by(pid) for pid in self.pids())

    def _used_by(self, pid):
        used, start, end = self._heap(pid)
        rss = self._resident(pid)
        return used + rss - rss_within(pid, start, end)

    def heap_bytes(self, pid):
        """The live objects of the heap, after a full collection."""
        return self._heap(pid)[0]

    def _heap(self, pid):
        self._jcmd(pid, "GC.run")
        info = self._jcmd(pid, "GC.heap_info")
        found = re.search(r"used (\d+)K.*?\[0x([0-9a-f]+), ?0x([0-9a-f]+)\)", info, re.DOTALL)
        if not found:
            raise Failure(f"jcmd {pid} GC.heap_info gave no heap: {info[:200]}")
        return int(found[1]) * 1024, int(found[2], 16), int(found[3], 16)

    @staticmethod
    def _resident(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))

    @staticmethod
    def _jcmd(pid, command):
        # The jcmd beside the node's own java.
        tool = Path(os.readlink(f"/proc/{pid}/exe")).parent / "jcmd"
        if not tool.exists():
            raise Failure(f"{tool} is missing: measuring memory needs a JDK, not only a JRE")
        return subprocess.run([str(tool), str(pid), command], capture_output=True, text=True, timeout=60, check=True).stdout

    def _java_version(self):
        for pid in self.pids():
            release = Path(os.readlink(f"/proc/{pid}/exe")).parents[1] / "release"
            if release.exists():
                found = re.search(r'^JAVA_VERSION="([^"]+)"', release.read_text(encoding="utf-8"), re.MULTILINE)
                return found[1] if found else "unknown"
        return "unknown"

    def _launcher(self, command, *options, timeout_s=120):
        result = subprocess.run(
            [str(LAUNCHER), command, "--data", str(self.directory), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=timeout_s, check=False,
        )
        if result.returncode != 0:
            raise Failure(f"deploy/local/cluster {command} failed:\n{result.stdout[-3000:]}")
