"""One broker in one round, as a workload sees it."""
from . import amqp
from .nats import LOAD, load_arguments


class Context:
    """Also counts the runs, so that every run has queues and a log of its own."""

    def __init__(self, broker, perf_test, options, logs, round_number):
        self.broker = broker
        self.logs = logs
        self.round_number = round_number
        self.warm_up_s = options.warm_up
        self.window_s = options.window
        self.backlog = options.backlog
        self.queues = options.queues
        self.connections = options.connections
        self._perf_test = perf_test
        self.commands = []

    def queue_prefix(self, name):
        return f"{name}-{self.round_number}"

    def uris(self, spread):
        """Clients are on node 1, where the queue is declared, or spread over all nodes."""
        return ",".join(self.broker.uri(node) for node in (self.broker.numbers() if spread else [1]))

    def perf_test(self, name, arguments, limit_s):
        log = self.logs / f"{name}-{self.broker.name}-{self.round_number}.log"
        self.commands.append(" ".join(["PerfTest", *(str(word) for word in arguments)]))
        return self._perf_test.run(arguments, self.broker.pids(), log, limit_s)

    def nats_load(self, name, arguments, stream, seconds):
        """The work that PerfTest's arguments say, done by NatsLoad."""
        log = self.logs / f"{name}-{self.broker.name}-{self.round_number}.log"
        words = load_arguments(arguments, self.uris(True), stream, seconds)
        self.commands.append(" ".join(["java", LOAD.name, *(str(word) for word in words)]))
        return self._perf_test.run(words, self.broker.pids(), log, seconds + 60, LOAD)

    def delete(self, queues, exchanges):
        """What is not there any more, because its run failed, is no error."""
        try:
            with amqp.Connection(self.broker.port(1)) as connection:
                for name in queues:
                    connection.delete_queue(name)
                for name in exchanges:
                    connection.delete_exchange(name)
        except (OSError, amqp.AmqpError) as failure:
            print(f"    could not delete {', '.join((queues + exchanges)[:3])}: {failure}", flush=True)
