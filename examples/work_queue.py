"""Tasks that each get done: one publisher with confirms, two workers on different nodes.

usage: work_queue.py [URL of a node] [URL of another]
"""
import sys
import threading

import pika

TASKS = 100
urls = sys.argv[1:] or ["amqp://guest:guest@127.0.0.1:5672/%2f", "amqp://guest:guest@127.0.0.1:5673/%2f"]
done = {}
done_lock = threading.Lock()
all_done = threading.Event()


def worker(name, url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.queue_declare("tasks", durable=True)
    channel.basic_qos(prefetch_count=10)  # so that no worker sits on what another could do
    # The loop ends when nothing has come for a moment and everything is done.
    for method, properties, body in channel.consume("tasks", inactivity_timeout=0.2):
        if method is None:
            if all_done.is_set():
                break
            continue
        with done_lock:
            done[int(body)] = name
            if len(done) == TASKS:
                all_done.set()
        channel.basic_ack(method.delivery_tag)  # only now may the broker forget it
    connection.close()


def publish(url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.queue_declare("tasks", durable=True)
    channel.queue_purge("tasks")
    channel.confirm_delivery()  # basic_publish returns when a majority has the task on disk
    for task in range(TASKS):
        channel.basic_publish("", "tasks", str(task).encode(), pika.BasicProperties(delivery_mode=2))
    connection.close()


publish(urls[0])
workers = [threading.Thread(target=worker, args=(f"worker {i}", urls[i % len(urls)])) for i in range(2)]
for thread in workers:
    thread.start()
for thread in workers:
    thread.join()
for name in sorted(set(done.values())):
    print(f"{name} did {list(done.values()).count(name)} tasks")
print(f"{len(done)} tasks done")
