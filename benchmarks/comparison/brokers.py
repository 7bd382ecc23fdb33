"""What the comparison needs of a broker cluster on this machine; each node is a process that can be killed, frozen and started."""
import os
import signal
import socket
import time
from abc import ABC, abstractmethod

from . import amqp
from .processes import Failure, is_alive, rss_bytes


def is_taken(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def require_free(ports, who):
    taken = [str(port) for port in ports if is_taken(port)]
    if taken:
        raise Failure(f"{who} needs ports that are in use: {', '.join(taken)}; choose another --port-offset")


def await_condition(what, met, timeout_s):
    deadline = time.monotonic() + timeout_s
    while not met():
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {timeout_s:.0f} s")
        time.sleep(0.1)


class Broker(ABC):
    """A cluster of `nodes` nodes, numbered from 1, that lives in `directory`."""

    name: str
    title: str

    def __init__(self, directory, nodes, port_offset):
        self.directory = directory
        self.nodes = nodes
        self.port_offset = port_offset

    @staticmethod
    @abstractmethod
    def missing():
        """What has to be installed first, in one line; None if nothing."""

    @abstractmethod
    def start(self):
        """Starts all nodes and waits until they form a cluster that serves clients."""

    @abstractmethod
    def stop(self):
        """Ends what start() and restart() have started; may be called at any time, and again."""

    @abstractmethod
    def version(self):
        """Of the broker and of what it runs on."""

    @abstractmethod
    def pid(self, node):
        """The process that is the node; None if it does not run."""

    @abstractmethod
    def port(self, node):
        """Where clients connect."""

    @abstractmethod
    def leader_of(self, queue):
        """The number of the node that leads the queue."""

    @abstractmethod
    def restart(self, node):
        """Starts a node that was killed; may return before it has joined."""

    def pids(self):
        return [pid for node in self.numbers() if (pid := self.pid(node)) is not None]

    def numbers(self):
        return range(1, self.nodes + 1)

    def uri(self, node):
        return f"amqp://guest:guest@127.0.0.1:{self.port(node)}/%2f"

    def rss_by_node(self):
        """Resident bytes of each node that runs."""
        return [rss_bytes(pid) for pid in self.pids()]

    def used_bytes(self):
        """Memory in use by all nodes together. Resident memory, unless the broker's runtime keeps what it has freed."""
        return sum(self.rss_by_node())

    def signal(self, node, number):
        pid = self.pid(node)
        if pid is None:
            raise Failure(f"{self.title}: node {node} does not run")
        os.kill(pid, number)
        if number == signal.SIGKILL:
            await_condition(f"{self.title}: the end of node {node}", lambda: not is_alive(pid), 10)

    def check_alive(self):
        dead = [str(node) for node in self.numbers() if self.pid(node) is None]
        if dead:
            raise Failure(f"{self.title}: node {', '.join(dead)} does not run any more")

    def await_serving(self, timeout_s=60):
        """Waits until every node can declare a queue: it has joined, and there is a leader to ask."""
        deadline = time.monotonic() + timeout_s
        for node in self.numbers():
            while True:
                try:
                    with amqp.Connection(self.port(node), timeout_s=10) as connection:
                        connection.declare_queue("compare-ready", self.queue_arguments())
                        connection.delete_queue("compare-ready")
                    break
                except (OSError, amqp.AmqpError) as failure:
                    if time.monotonic() > deadline:
                        raise Failure(f"{self.title}: node {node} serves nobody: {failure}") from failure
                    time.sleep(0.3)

    def queue_arguments(self):
        """Of a queue that is replicated if there is more than one node."""
        return {"x-queue-type": "quorum"} if self.nodes > 1 else {}
