"""What an ordinary program does with pika: python3 client.py URL OTHER_URL PREFIX. Prints "ok" at the end."""

import sys
import threading
import time

import pika
from pika.exceptions import ChannelClosedByBroker, UnroutableError

url, other_url, prefix = sys.argv[1:4]
PERSISTENT = pika.BasicProperties(delivery_mode=2, content_type="text/plain", headers={"n": 1, "t": "ä"})


def connect(to):
    return pika.BlockingConnection(pika.URLParameters(to))


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def publish_get_and_settle(channel, queue):
    channel.queue_declare(queue, durable=True)
    channel.confirm_delivery()
    for body in ("a", "b", "c"):
        channel.basic_publish("", queue, body.encode(), PERSISTENT, mandatory=True)
    method, properties, body = channel.basic_get(queue)
    check(body == b"a" and not method.redelivered, "the first message")
    check(properties.headers == {"n": 1, "t": "ä"}, f"headers {properties.headers}")
    channel.basic_nack(method.delivery_tag, requeue=True)
    method, _, body = channel.basic_get(queue)
    check(body == b"a" and method.redelivered, "the same message again, flagged")
    channel.basic_ack(method.delivery_tag)
    method, _, body = channel.basic_get(queue)
    check(body == b"b", "the second message")
    channel.basic_reject(method.delivery_tag, requeue=False)
    method, _, body = channel.basic_get(queue, auto_ack=True)
    check(body == b"c", "the third message")
    check(channel.basic_get(queue)[0] is None, "an empty queue")


def consume_on_another_node(channel, queue):
    for i in range(200):
        channel.basic_publish("", queue, str(i).encode(), PERSISTENT)
    other = connect(other_url)
    consuming = other.channel()
    consuming.basic_qos(prefetch_count=10)
    received = []
    for method, _, body in consuming.consume(queue, inactivity_timeout=10):
        check(method is not None, f"200 messages, not {len(received)}")
        received.append(int(body))
        consuming.basic_ack(method.delivery_tag)
        if len(received) == 200:
            break
    consuming.cancel()
    check(received == list(range(200)), "200 messages in order")
    other.close()


def exchanges(channel):
    for kind in ("direct", "fanout", "topic", "headers"):
        name = f"{prefix}-{kind}"
        channel.exchange_declare(name, exchange_type=kind)
        queue = channel.queue_declare("", exclusive=True).method.queue
        arguments = {"x-match": "any", "k": "v"} if kind == "headers" else None
        channel.queue_bind(queue, name, "a.*" if kind == "topic" else "a.b", arguments)
        channel.basic_publish(name, "a.b", kind.encode(), pika.BasicProperties(headers={"k": "v"}), mandatory=True)
        check(channel.basic_get(queue, auto_ack=True)[2] == kind.encode(), f"a message through {kind}")
        channel.exchange_delete(name)


def errors(connection, queue):
    channel = connection.channel()
    channel.confirm_delivery()
    try:
        channel.basic_publish("amq.direct", "nobody", b"x", mandatory=True)
        sys.exit("failed: a mandatory message without a queue was taken")
    except UnroutableError:
        pass
    try:
        channel.queue_declare(f"{prefix}-missing", passive=True)
        sys.exit("failed: a queue that is not there was found")
    except ChannelClosedByBroker as e:
        check(e.reply_code == 404, f"404, not {e}")
    channel = connection.channel()
    try:
        channel.queue_declare(queue, durable=True, auto_delete=True)
        sys.exit("failed: a queue was declared differently")
    except ChannelClosedByBroker as e:
        check(e.reply_code == 406, f"406, not {e}")


def call_and_reply(queue):
    def serve():
        server = connect(other_url)
        channel = server.channel()
        method, properties, body = next(channel.consume(queue, inactivity_timeout=10))
        channel.basic_publish(
            "", properties.reply_to, b"re: " + body, pika.BasicProperties(correlation_id=properties.correlation_id))
        channel.basic_ack(method.delivery_tag)
        server.close()

    thread = threading.Thread(target=serve)
    thread.start()
    client = connect(url)
    channel = client.channel()
    replies = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_publish("", queue, b"hello", pika.BasicProperties(reply_to=replies, correlation_id="7"))
    method, properties, body = next(channel.consume(replies, auto_ack=True, inactivity_timeout=10))
    check(method is not None and body == b"re: hello" and properties.correlation_id == "7", "a reply")
    thread.join()
    client.close()


def main():
    started = time.monotonic()
    queue = f"{prefix}-q"
    connection = connect(url)
    channel = connection.channel()
    publish_get_and_settle(channel, queue)
    consume_on_another_node(channel, queue)
    exchanges(channel)
    errors(connection, queue)
    call_and_reply(queue)
    channel.queue_purge(queue)
    channel.queue_delete(queue)
    connection.close()
    print(f"pika {pika.__version__}: {time.monotonic() - started:.1f} s, ok")


main()
