"""What queues and connections cost that nobody uses: time to make them, memory, CPU."""
import time
from contextlib import ExitStack

from . import amqp
from .processes import cpu_sample

FIRST_CONNECTIONS = 100


def many_queues(context):
    broker, prefix, count = context.broker, context.queue_prefix("many-queues"), context.queues
    before = broker.used_bytes()
    names = [f"{prefix}-{number}" for number in range(count)]
    with amqp.Connection(broker.port(1)) as connection:
        began = time.monotonic()
        for name in names:
            connection.declare_queue(name, broker.queue_arguments())
        declare_s = time.monotonic() - began
    # What the declarations have left to do is not idling.
    time.sleep(context.warm_up_s)
    start = cpu_sample(broker.pids())
    time.sleep(context.window_s)
    end = cpu_sample(broker.pids())
    after = broker.used_bytes()
    restarted = {"start_s": broker.start_again()} if hasattr(broker, "start_again") else {}
    context.delete(names, [])
    cores = (end.broker_s - start.broker_s) / (end.at_s - start.at_s)
    return {
        "queues": count,
        "declare_s": declare_s,
        "declared_per_s": count / declare_s,
        "kib_per_queue": (after - before) / count / broker.nodes / 1024,
        "idle_percent_per_node": cores / broker.nodes * 100,
        **restarted,
    }


def many_connections(context):
    """The first hundred are not counted: they pay for what is made once."""
    broker, count = context.broker, max(context.connections, FIRST_CONNECTIONS * 2)
    with ExitStack() as open_connections:

        def open_to(total, opened):
            while opened < total:
                port = broker.port(opened % broker.nodes + 1)
                open_connections.enter_context(amqp.Connection(port))
                opened += 1

        open_to(FIRST_CONNECTIONS, 0)
        time.sleep(min(context.warm_up_s, 2))
        before = broker.used_bytes()
        began = time.monotonic()
        open_to(count, FIRST_CONNECTIONS)
        open_s = time.monotonic() - began
        time.sleep(min(context.warm_up_s, 2))
        after = broker.used_bytes()
    counted = count - FIRST_CONNECTIONS
    return {
        "connections": count,
        "opened_per_s": counted / open_s,
        "kib_per_connection": (after - before) / counted / 1024,
    }
