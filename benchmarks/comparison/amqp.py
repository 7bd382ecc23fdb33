"""The little of AMQP 0-9-1 that is needed to lay out queues, hold connections open and watch confirms. Blocking, one thread."""
import select
import socket
import struct
import time

CONNECTION_START, CONNECTION_TUNE, CONNECTION_OPEN_OK, CONNECTION_CLOSE_OK = (10, 10), (10, 30), (10, 41), (10, 51)
CHANNEL_OPEN_OK, EXCHANGE_DECLARE_OK = (20, 11), (40, 11)
QUEUE_DECLARE_OK, QUEUE_BIND_OK, QUEUE_DELETE_OK, EXCHANGE_DELETE_OK = (50, 11), (50, 21), (50, 41), (40, 21)
CONFIRM_SELECT_OK, BASIC_ACK, BASIC_NACK = (85, 11), (60, 80), (60, 120)
CLOSES = {(10, 50), (20, 40)}
FRAME_METHOD, FRAME_HEADER, FRAME_BODY, FRAME_END = 1, 2, 3, 0xCE
PERSISTENT_HEADER = struct.pack(">HB", 0x1000, 2)


class AmqpError(Exception):
    """The broker closed the channel or the connection, or did not answer."""


def short(text):
    data = text.encode()
    return bytes([len(data)]) + data


def long(data):
    return struct.pack(">I", len(data)) + data


def table(entries):
    """A field table of strings."""
    return long(b"".join(short(key) + b"S" + long(value.encode()) for key, value in entries.items()))


class Connection:
    """A connection with one channel, number 1."""

    def __init__(self, port, host="127.0.0.1", timeout_s=60.0):
        self.timeout_s = timeout_s
        self.buffer = bytearray()
        self.socket = socket.create_connection((host, port), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(b"AMQP\x00\x00\x09\x01")
        self._await(CONNECTION_START)
        self._send(0, (10, 11), table({}) + short("PLAIN") + long(b"\x00guest\x00guest") + short("en_US"))
        tune = self._await(CONNECTION_TUNE)
        channel_max, frame_max, _heartbeat = struct.unpack(">HIH", tune[:8])
        self._send(0, (10, 31), struct.pack(">HIH", channel_max, frame_max, 0))
        self.call((10, 40), short("/") + short("") + b"\x00", CONNECTION_OPEN_OK, channel=0)
        self.call((20, 10), short(""), CHANNEL_OPEN_OK)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """In order, if the broker still answers."""
        try:
            self.timeout_s = min(self.timeout_s, 2.0)
            self.call((10, 50), struct.pack(">H", 200) + short("done") + struct.pack(">HH", 0, 0), CONNECTION_CLOSE_OK, channel=0)
        except (OSError, AmqpError):
            pass
        finally:
            self.socket.close()

    def declare_queue(self, name, arguments):
        """Durable, not exclusive."""
        self.call((50, 10), struct.pack(">H", 0) + short(name) + b"\x02" + table(arguments), QUEUE_DECLARE_OK)

    def message_count(self, name):
        """Of a queue that exists: the messages that are ready."""
        told = self.call((50, 10), struct.pack(">H", 0) + short(name) + b"\x03" + table({}), QUEUE_DECLARE_OK)
        return struct.unpack(">I", told[1 + told[0] : 5 + told[0]])[0]

    def declare_exchange(self, name, kind):
        self.call((40, 10), struct.pack(">H", 0) + short(name) + short(kind) + b"\x02" + table({}), EXCHANGE_DECLARE_OK)

    def bind(self, queue, exchange, key):
        names = short(queue) + short(exchange) + short(key)
        self.call((50, 20), struct.pack(">H", 0) + names + b"\x00" + table({}), QUEUE_BIND_OK)

    def delete_queue(self, name):
        self.call((50, 40), struct.pack(">H", 0) + short(name) + b"\x00", QUEUE_DELETE_OK)

    def delete_exchange(self, name):
        self.call((40, 20), struct.pack(">H", 0) + short(name) + b"\x00", EXCHANGE_DELETE_OK)

    def confirm_select(self):
        self.call((85, 10), b"\x00", CONFIRM_SELECT_OK)

    def publish(self, queue, body):
        """A persistent message through the default exchange."""
        method = struct.pack(">HHH", 60, 40, 0) + short("") + short(queue) + b"\x00"
        header = struct.pack(">HHQ", 60, 0, len(body)) + PERSISTENT_HEADER
        frames = frame(FRAME_METHOD, 1, method) + frame(FRAME_HEADER, 1, header) + frame(FRAME_BODY, 1, body)
        self.socket.sendall(frames)

    def settled_tag(self, wait_s):
        """Waits at most that long for a confirm: the highest tag that any of those that have arrived names; None if none has."""
        ready, _, _ = select.select([self.socket], [], [], max(wait_s, 0))
        if ready:
            data = self.socket.recv(65536)
            if not data:
                raise AmqpError("the broker closed the connection")
            self.buffer += data
        highest = None
        while (item := self._next_frame()) is not None:
            kind, _, payload = item
            if kind != FRAME_METHOD:
                continue
            method = struct.unpack(">HH", payload[:4])
            self._check_open(method, payload[4:])
            if method == BASIC_NACK:
                raise AmqpError("the broker refused a message")
            if method == BASIC_ACK:
                highest = max(highest or 0, struct.unpack(">Q", payload[4:12])[0])
        return highest

    def call(self, method, arguments, answer, channel=1):
        self._send(channel, method, arguments)
        return self._await(answer)

    def _send(self, channel, method, arguments):
        self.socket.sendall(frame(FRAME_METHOD, channel, struct.pack(">HH", *method) + arguments))

    def _await(self, wanted):
        deadline = time.monotonic() + self.timeout_s
        while True:
            while (item := self._next_frame()) is not None:
                if item[0] != FRAME_METHOD:
                    continue
                method = struct.unpack(">HH", item[2][:4])
                if method == wanted:
                    return item[2][4:]
                self._check_open(method, item[2][4:])
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                raise AmqpError(f"no answer within {self.timeout_s:.0f} s") from None
            if not data:
                raise AmqpError("the broker closed the connection")
            self.buffer += data

    @staticmethod
    def _check_open(method, arguments):
        if method in CLOSES:
            code, length = struct.unpack(">HB", arguments[:3])
            raise AmqpError(f"{code} {arguments[3:3 + length].decode(errors='replace')}")

    def _next_frame(self):
        if len(self.buffer) < 7:
            return None
        kind, channel, size = struct.unpack(">BHI", self.buffer[:7])
        if len(self.buffer) < size + 8:
            return None
        payload = bytes(self.buffer[7 : 7 + size])
        if self.buffer[7 + size] != FRAME_END:
            raise AmqpError("a frame without its end")
        del self.buffer[: size + 8]
        return kind, channel, payload


def frame(kind, channel, payload):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + bytes([FRAME_END])
