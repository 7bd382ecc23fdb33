"""Tasks, and how Celery is set up: the broker is named by the environment variable BROKERS, addresses separated by ";"."""

import os

from celery import Celery

app = Celery("tasks", broker=os.environ["BROKERS"], backend="rpc://")
app.conf.update(
    task_default_queue=os.environ["QUEUE"],
    # Tasks and results are published again if a connection ends before their confirm.
    broker_transport_options={"confirm_publish": True},
    # A task whose worker or connection is lost is run again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_connection_max_retries=100,
    broker_connection_retry_on_startup=True,
    # Queues without a limit on time: the broker refuses x-expires and x-message-ttl. These queues go with their connection anyway.
    result_expires=None,
    control_queue_ttl=None,
    control_queue_expires=None,
    event_queue_ttl=None,
    event_queue_expires=None,
)


@app.task
def square(number):
    return number * number


@app.task(bind=True, max_retries=3)
def succeeds_when_tried_again(self):
    if self.request.retries == 0:
        raise self.retry(countdown=0)
    return self.request.retries


@app.task
def add_all(numbers):
    return sum(numbers)


@app.task
def fail():
    raise ValueError("as it should")
