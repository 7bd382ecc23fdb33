"""RabbitMQ from Debian's rabbitmq-server package, run apart from the package's service: own names, ports, folders and epmd."""
import os
import re
import subprocess
from pathlib import Path

from .brokers import Broker, await_condition, is_taken, require_free
from .processes import Failure, is_alive, spawn, stop

SCRIPTS = Path("/usr/lib/rabbitmq/bin")


class RabbitMq(Broker):
    name = "rabbitmq"
    title = "RabbitMQ"

    def __init__(self, directory, nodes, port_offset):
        super().__init__(directory, nodes, port_offset)
        self.processes = {}
        self.epmd = None

    @staticmethod
    def missing():
        if not (SCRIPTS / "rabbitmq-server").exists():
            return "rabbitmq-server (apt-get install --no-install-recommends rabbitmq-server)"
        return None

    def port(self, node):
        return 5771 + node + self.port_offset

    def _distribution_port(self, node):
        return 5871 + node + self.port_offset

    def _epmd_port(self):
        return 4369 + self.port_offset

    def _environment(self, node):
        home = self.directory
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            # Without the package's settings: those of /etc/rabbitmq must not matter here.
            "RABBITMQ_CONF_ENV_FILE": str(home / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_NODENAME": f"compare{node}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port(node)),
            "RABBITMQ_DIST_PORT": str(self._distribution_port(node)),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / f"node-{node}.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
            # Nor may a late rabbitmqctl leave a daemon behind.
            "RABBITMQ_CTL_ERL_ARGS": "-start_epmd false",
            # The script replaces itself by the Erlang VM instead of waiting for it.
            "RABBITMQ_ALLOW_INPUT": "1",
            "ERL_EPMD_PORT": str(self._epmd_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def start(self):
        ports = [self._epmd_port()]
        for node in self.numbers():
            ports += [self.port(node), self._distribution_port(node)]
        require_free(ports, self.title)
        self._write_configuration()
        with open(self.directory / "epmd.log", "ab") as log:
            self.epmd = spawn(
                ["epmd", "-address", "127.0.0.1", "-port", self._epmd_port()], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )
        await_condition("epmd", lambda: is_taken(self._epmd_port()), 10)
        # One after the other: a node joins those of its list that run already.
        for node in self.numbers():
            self._launch(node)
            await_condition(f"{self.title} node {node}", lambda number=node: self._answers(number), 90)
        self.await_serving()
        members = self._ctl("eval", "length(rabbit_mnesia:cluster_nodes(running)).").strip()
        if members != str(self.nodes):
            raise Failure(f"{self.title}: {members} of {self.nodes} nodes form the cluster")

    def _write_configuration(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        cookie = self.directory / ".erlang.cookie"
        cookie.write_text("quorate-compare")
        cookie.chmod(0o400)
        lines = ["cluster_formation.peer_discovery_backend = classic_config"]
        lines += [f"cluster_formation.classic_config.nodes.{n} = compare{n}@localhost" for n in self.numbers()]
        lines += ["cluster_formation.randomized_startup_delay_range.min = 0"]
        lines += ["cluster_formation.randomized_startup_delay_range.max = 1", "log.file.level = warning"]
        (self.directory / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.directory / "rabbitmq-env.conf").write_text("")
        (self.directory / "advanced.config").write_text("[].\n")
        (self.directory / "enabled_plugins").write_text("[].\n")

    def _launch(self, node):
        with open(self.directory / f"node-{node}.log", "ab") as log:
            self.processes[node] = spawn(
                [SCRIPTS / "rabbitmq-server", "-noinput"], env=self._environment(node), cwd=self.directory, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def _answers(self, node):
        if self.pid(node) is None:
            raise Failure(f"{self.title}: node {node} ended while it started; see {self.directory}/node-{node}.log")
        return is_taken(self.port(node))

    def restart(self, node):
        self._launch(node)

    def stop(self):
        for process in self.processes.values():
            stop(process)
        stop(self.epmd)

    def pid(self, node):
        process = self.processes.get(node)
        if process is None or process.poll() is not None or not is_alive(process.pid):
            return None
        return process.pid

    def leader_of(self, queue):
        for line in self._ctl("list_queues", "--silent", "--no-table-headers", "name", "leader").splitlines():
            columns = line.split("\t")
            if columns[0] == queue and (found := re.fullmatch(r"compare(\d+)@.*", columns[-1])):
                return int(found[1])
        raise Failure(f"{self.title}: no leader of {queue} was named")

    def version(self):
        text = "io:format(\"~s on Erlang/OTP ~s\", [rabbit_misc:version(), rabbit_misc:otp_release()])."
        return self._ctl("eval", text).strip().removesuffix("ok").strip()

    def _ctl(self, *arguments):
        result = subprocess.run(
            [str(SCRIPTS / "rabbitmqctl"), "-n", "compare1@localhost", *arguments], env=self._environment(1),
            cwd=self.directory, capture_output=True, text=True, timeout=60, check=False,
        )
        if result.returncode != 0:
            raise Failure(f"rabbitmqctl {' '.join(arguments)}: {result.stderr.strip()[:400]}")
        return result.stdout
