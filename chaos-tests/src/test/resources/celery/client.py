"""Starts a worker, has 1,000 tasks done and looks at each result: python3 client.py FILE WORKERS_URLS CLIENTS_URLS QUEUE.

It makes the file when a quarter of them is under way, since something is to happen to the worker's node then. Prints "ok" at the end.
"""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

at_work, workers_urls, clients_urls, queue = sys.argv[1:5]
here = os.path.dirname(os.path.abspath(__file__))
os.environ.update(BROKERS=clients_urls, QUEUE=queue)
sys.path.insert(0, here)

import celery  # noqa: E402
from celery import chain, group  # noqa: E402

import tasks  # noqa: E402

TASKS = 1000
CALLERS = 4
LIMIT_S = 60

# what a worker says at level WARNING when its node is gone
LOST = "Connection to broker lost"


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def start_worker(log):
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--loglevel=INFO", "--concurrency=2", f"--hostname={queue}@localhost"],
        cwd=here, env={**os.environ, "BROKERS": workers_urls}, stdout=log, stderr=log)


def stop(worker):
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(10)
    except subprocess.TimeoutExpired:
        worker.kill()


def ordinary_things():
    check(tasks.square.delay(7).get(timeout=20) == 49, "a result")
    check(group(tasks.square.s(i) for i in range(10)).apply_async().get(timeout=20) == [i * i for i in range(10)], "a group")
    check(chain(tasks.square.s(3), tasks.square.s()).apply_async().get(timeout=20) == 81, "a chain")
    check(tasks.succeeds_when_tried_again.delay().get(timeout=20) == 1, "a retry")
    try:
        tasks.fail.delay().get(timeout=20)
        sys.exit("failed: a failure had a result")
    except ValueError as e:
        check(str(e) == "as it should", f"the task's own exception, not {e}")
    check(tasks.app.control.ping(timeout=5, limit=1), "an answer to the remote control")


def share_of(caller):
    """One caller's tasks, and what came back for each."""
    results = []
    for i in range(caller, TASKS, CALLERS):
        if i == TASKS // 4:
            open(at_work, "w").close()
        results.append((i, tasks.square.apply_async((i,), retry=True)))
    return [(i, result.get(timeout=LIMIT_S)) for i, result in results]


def a_thousand_tasks():
    with ThreadPoolExecutor(CALLERS) as callers:
        values = sorted(pair for share in callers.map(share_of, range(CALLERS)) for pair in share)
    check(values == [(i, i * i) for i in range(TASKS)], "each task's result, once")


def said_in(log):
    # opened anew: the worker writes where its own file's position is
    with open(log.name) as said:
        return said.read()


def main():
    started = time.monotonic()
    with open(f"{at_work}.log", "w+") as log:
        worker = start_worker(log)
        try:
            ordinary_things()
            a_thousand_tasks()
            check(LOST in said_in(log), "the worker's connection was lost meanwhile")
            print(f"celery {celery.__version__}: {time.monotonic() - started:.1f} s, ok")
        except BaseException:
            print("worker:", said_in(log), file=sys.stderr)
            raise
        finally:
            stop(worker)
            os.remove(log.name)


main()
