"""NATS JetStream from Debian's nats-server package, as a measure of what is possible. It confirms before its disk has the message."""
import json
import re
import shutil
import socket
import subprocess

from .brokers import Broker, await_condition, is_taken, require_free
from .perftest import BENCHMARKS
from .processes import Failure, is_alive, spawn, stop

LOAD = BENCHMARKS / "nats" / "NatsLoad.java"


class Nats(Broker):
    name = "nats"
    title = "NATS JetStream"

    def __init__(self, directory, nodes, port_offset):
        super().__init__(directory, nodes, port_offset)
        self.processes = {}

    @staticmethod
    def missing():
        return None if shutil.which("nats-server") else "nats-server (apt-get install --no-install-recommends nats-server)"

    def port(self, node):
        return 4221 + node + self.port_offset

    def uri(self, node):
        return f"nats://127.0.0.1:{self.port(node)}"

    def _cluster_port(self, node):
        return 4321 + node + self.port_offset

    def start(self):
        require_free([port(node) for node in self.numbers() for port in (self.port, self._cluster_port)], self.title)
        for node in self.numbers():
            self.restart(node)
        for node in self.numbers():
            await_condition(f"{self.title} node {node}", lambda number=node: self._answers(number), 30)
        await_condition(f"{self.title}: a leader of the cluster", self._has_leader, 60)

    def restart(self, node):
        routes = ", ".join(f'"nats://127.0.0.1:{self._cluster_port(other)}"' for other in self.numbers())
        configuration = self.directory / f"node-{node}.conf"
        configuration.write_text(
            f'server_name: n{node}\nhost: 127.0.0.1\nport: {self.port(node)}\n'
            f'jetstream {{ store_dir: "{self.directory}/node-{node}" }}\n'
            f'cluster {{ name: compare, host: 127.0.0.1, port: {self._cluster_port(node)}, routes: [{routes}] }}\n'
        )
        with open(self.directory / f"node-{node}.log", "ab") as log:
            self.processes[node] = spawn(
                ["nats-server", "-c", configuration], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory
            )

    def _answers(self, node):
        if self.pid(node) is None:
            raise Failure(f"{self.title}: node {node} ended while it started; see {self.directory}/node-{node}.log")
        return is_taken(self.port(node))

    def _has_leader(self):
        """Asks node 1 for its JetStream account, which it answers only when the cluster has a leader."""
        with socket.create_connection(("127.0.0.1", self.port(1)), timeout=2) as connection:
            stream = connection.makefile("rwb")
            stream.readline()
            stream.write(b'CONNECT {"verbose":false,"pedantic":false}\r\nSUB answer 1\r\nPUB $JS.API.INFO answer 0\r\n\r\nPING\r\n')
            stream.flush()
            try:
                while line := stream.readline():
                    if line.startswith(b"MSG"):
                        return "error" not in json.loads(stream.read(int(line.split()[-1])))
            except TimeoutError:
                return False
        return False

    def stop(self):
        for process in self.processes.values():
            stop(process)

    def pid(self, node):
        process = self.processes.get(node)
        if process is None or process.poll() is not None or not is_alive(process.pid):
            return None
        return process.pid

    def leader_of(self, queue):
        raise Failure(f"{self.title}: the leader of {queue} is known to the load generator only")

    def version(self):
        told = subprocess.run(["nats-server", "--version"], capture_output=True, text=True, check=False)
        return re.sub(r"^nats-server: v", "", (told.stdout + told.stderr).strip()) + " (R3, file storage; no fsync before the confirm)"


def load_arguments(arguments, uris, stream, seconds):
    """NatsLoad's arguments for the work that PerfTest's say."""
    words = arguments.split()

    def value(option, default):
        return words[words.index(option) + 1] if option in words else default

    prefetch = value("-q", "0") if value("-y", "0") != "0" else "0"
    return [uris, stream, value("-s", "1024"), value("-c", "1000"), prefetch, value("-r", "0"), seconds]
