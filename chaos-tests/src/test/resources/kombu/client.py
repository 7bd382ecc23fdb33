"""What an ordinary program does with kombu: python3 client.py URL OTHER_URL PREFIX. Prints "ok" at the end."""

import socket
import sys
import time

import kombu
from amqp.exceptions import NotFound, PreconditionFailed
from kombu import Connection, Consumer, Exchange, Producer, Queue

url, other_url, prefix = sys.argv[1:4]


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def connect(to):
    return Connection(to, transport_options={"confirm_publish": True})


def drain(connection, until):
    deadline = time.monotonic() + 10
    while not until() and time.monotonic() < deadline:
        try:
            connection.drain_events(timeout=1)
        except socket.timeout:
            pass


def simple_queue(connection, queue):
    with connection.SimpleQueue(queue) as simple:
        simple.put({"n": 1, "t": "ä"}, headers={"h": "ä"})
        message = simple.get(timeout=10)
        check(message.payload == {"n": 1, "t": "ä"} and message.headers["h"] == "ä", "the first message")
        message.requeue()
        message = simple.get(timeout=10)
        check(message.delivery_info["redelivered"], "the same message again, flagged")
        message.ack()
        simple.put("second", compression="zlib")
        message = simple.get(timeout=10)
        check(message.payload == "second", f"the second message, not {message.payload}")
        message.reject()
        check(simple.qsize() == 0, "an empty queue")


def topology_and_consumer(connection, other):
    exchange = Exchange(f"{prefix}-topic", "topic", durable=True)
    queue = Queue(f"{prefix}-topic-q", exchange, routing_key="a.*", queue_arguments={"x-queue-type": "quorum"})
    fanout = Queue("", Exchange(f"{prefix}-fanout", "fanout", auto_delete=True), exclusive=True)
    producer = Producer(connection)
    for i in range(200):
        producer.publish(
            {"i": i}, exchange=exchange, routing_key="a.b", declare=[exchange, queue], delivery_mode="persistent", retry=True)
    received = []

    def on_message(body, message):
        received.append(body["i"])
        message.ack()

    with Consumer(other, [queue, fanout], callbacks=[on_message], prefetch_count=10):
        drain(other, lambda: len(received) == 200)
    check(received == list(range(200)), f"200 messages in order, not {len(received)}")
    channel = connection.channel()
    queue(channel).unbind_from(exchange, "a.*")
    queue(channel).delete()
    exchange(channel).delete()
    channel.close()


def returns(connection):
    returned = []
    producer = Producer(connection, on_return=lambda error, *rest: returned.append(error))
    producer.publish("x", exchange="amq.direct", routing_key="nobody", mandatory=True)
    drain(connection, lambda: returned)
    check(returned and returned[0].reply_code == 312, f"a returned message, not {returned}")


def errors(connection, queue):
    try:
        Queue(f"{prefix}-missing")(connection.channel()).queue_declare(passive=True)
        sys.exit("failed: a queue that is not there was found")
    except NotFound as e:
        check(e.reply_code == 404, f"404, not {e}")
    try:
        Queue(queue, auto_delete=True)(connection.channel()).queue_declare()
        sys.exit("failed: a queue was declared differently")
    except PreconditionFailed as e:
        check(e.reply_code == 406 and "auto_delete" in str(e), f"406, not {e}")


def call_and_reply(connection, other, queue):
    replies = []
    pseudo = Queue("amq.rabbitmq.reply-to", no_declare=True)

    def serve(body, message):
        Producer(other).publish(
            f"re: {body}", exchange="", routing_key=message.properties["reply_to"],
            correlation_id=message.properties["correlation_id"])
        message.ack()

    channel = connection.channel()
    with Consumer(channel, [pseudo], callbacks=[lambda body, message: replies.append((body, message.properties["correlation_id"]))],
                  no_ack=True):
        Producer(channel).publish(
            "hello", exchange="", routing_key=queue, reply_to="amq.rabbitmq.reply-to", correlation_id="7")
        served = []
        with Consumer(other, [Queue(queue)], callbacks=[serve, lambda *ignored: served.append(1)]):
            drain(other, lambda: served)
        drain(connection, lambda: replies)
    check(replies == [("re: hello", "7")], f"a reply, not {replies}")


def main():
    started = time.monotonic()
    queue = f"{prefix}-q"
    # The first address leads nowhere: the connection goes on with the next.
    connection = connect(f"amqp://guest:guest@127.0.0.1:1//;{url}").ensure_connection(max_retries=3, interval_start=0)
    other = connect(other_url)
    simple_queue(connection, queue)
    topology_and_consumer(connection, other)
    returns(connection)
    errors(connection, queue)
    call_and_reply(connection, other, queue)
    Queue(queue)(connection.channel()).delete()
    other.release()
    connection.release()
    print(f"kombu {kombu.__version__}: {time.monotonic() - started:.1f} s, ok")


main()
