"""How long a publisher gets no confirms when the leader of its queue is lost. The publisher is connected to another node."""
import signal
import time
from collections import deque

from . import amqp
from .processes import Failure

PERIOD_S = 0.002
UNCONFIRMED_LIMIT = 200
BODY = bytes(1024)
SETTLED_S = 3.0


def after_kill(context):
    return _measure(context, signal.SIGKILL)


def after_stop(context):
    return _measure(context, signal.SIGSTOP)


def _measure(context, number):
    broker, queue = context.broker, context.queue_prefix(f"failover-{int(number)}")
    with amqp.Connection(broker.port(1)) as connection:
        connection.declare_queue(queue, broker.queue_arguments())
    leader = broker.leader_of(queue)
    other = next(node for node in broker.numbers() if node != leader)
    try:
        with amqp.Connection(broker.port(other)) as connection:
            connection.confirm_select()
            return _Publisher(connection, queue, context.window_s).run(lambda: broker.signal(leader, number))
    finally:
        if number == signal.SIGSTOP:
            broker.signal(leader, signal.SIGCONT)
        else:
            broker.restart(leader)
        broker.await_serving(120)
        context.delete([queue], [])


class _Publisher:
    """500 messages a second, paced, while fewer than 200 are unconfirmed; notes when confirms come."""

    def __init__(self, connection, queue, steady_s):
        self.connection = connection
        self.queue = queue
        self.steady_s = max(steady_s / 3, 2)
        self.published = 0
        self.confirmed = 0
        self.last_confirm = time.monotonic()
        self.waiting = deque()
        self.longest_wait_s = 0.0

    def run(self, fault):
        steady_gap_s = self._go_on(lambda now, began, _gap: now - began > self.steady_s, limit_s=60)
        confirmed_before = self.confirmed
        self.longest_wait_s = 0.0
        fault()
        gap_s = self._go_on(self._is_over, limit_s=90)
        return {
            "gap_ms": gap_s * 1000,
            "longest_confirm_ms": self.longest_wait_s * 1000,
            "steady_gap_ms": steady_gap_s * 1000,
            "confirmed_before": confirmed_before,
            "confirmed_after": self.confirmed - confirmed_before,
        }

    @staticmethod
    def _is_over(now, began, quiet_since):
        """Detection may take ten seconds and more: only a gap that is over, or none for long, ends the watch."""
        return now - began > 15 and now - quiet_since > SETTLED_S

    def _go_on(self, is_over, limit_s):
        """Publishes until is_over(now, began, quiet_since); the longest gap between two confirms meanwhile, in seconds. quiet_since
        is when the last gap of more than a quarter of a second ended."""
        began = now = quiet_since = time.monotonic()
        self.last_confirm = began
        next_publish = began
        longest = 0.0
        while not is_over(now, began, quiet_since):
            if now - began > limit_s:
                raise Failure(f"confirms did not come back within {limit_s} s: {self.published - self.confirmed} are missing")
            if now >= next_publish and self.published - self.confirmed < UNCONFIRMED_LIMIT:
                self.connection.publish(self.queue, BODY)
                self.published += 1
                self.waiting.append((self.published, now))
                next_publish = max(next_publish + PERIOD_S, now - 10 * PERIOD_S)
            tag = self.connection.settled_tag(min(max(next_publish - now, 0), PERIOD_S) or PERIOD_S / 10)
            now = time.monotonic()
            if tag is not None:
                gap = now - self.last_confirm
                longest = max(longest, gap)
                if gap > 0.25:
                    quiet_since = now
                self._note(tag, now)
            elif now - self.last_confirm > 0.25:
                quiet_since = now
        return longest

    def _note(self, tag, now):
        self.last_confirm = now
        # The highest tag stands for those before it: the gap does not depend on the order inside a batch.
        while self.waiting and self.waiting[0][0] <= tag:
            _, sent_at = self.waiting.popleft()
            self.longest_wait_s = max(self.longest_wait_s, now - sent_at)
        self.confirmed = max(self.confirmed, tag)
