"""A load generator: prebuilt requests over keep-alive connections, as fast as answers come, from one process.

    python -m benchmarks.load PORT CONNECTIONS SECONDS CORE < requests

Requests come as a JSON list of strings on standard input. Prints one JSON object: see :class:`Load`.
"""

import json
import os
import select
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle

END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What came back. ``rate`` in answers a second; ``median`` and ``p99`` in milliseconds."""

    answers: int
    redirects: int
    cookies: int
    rate: float
    median: float
    p99: float


def put_load(port: int, requests: Sequence[str], *, seconds: float, core: int, connections: int = 32) -> Load:
    """Run the load in a process of its own, pinned to ``core``."""
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(connections), str(seconds), str(core)]
    done = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout))


class Connection:
    """One keep-alive connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0
        self.received = b""


def _run(port: int, connections: int, seconds: float, requests: Sequence[bytes]) -> Load:
    poll = select.epoll()
    open_connections = {}
    for _ in range(connections):
        connection = Connection(port)
        open_connections[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    following = cycle(requests)
    latencies: list[int] = []
    redirects = cookies = 0
    now = time.perf_counter_ns
    began = now()
    for connection in open_connections.values():
        _send(connection, following)
    while now() - began < seconds * 1e9:
        ready = poll.poll(5.0)
        if not ready:
            raise ConnectionError("the server answers no more")
        for number, _event in ready:
            connection = open_connections[number]
            data = connection.socket.recv(65_536)
            if not data:
                raise ConnectionError("the server closed a connection")
            if connection.received:
                data = connection.received + data
            if not data.endswith(END):
                connection.received = data
                continue
            connection.received = b""
            latencies.append(now() - connection.sent_at)
            redirects += data.startswith(b"HTTP/1.1 302")
            cookies += b"Set-Cookie" in data
            _send(connection, following)
    passed = (now() - began) / 1e9
    cuts = statistics.quantiles(latencies, n=100)
    return Load(len(latencies), redirects, cookies, len(latencies) / passed, cuts[49] / 1e6, cuts[98] / 1e6)


def _send(connection: Connection, following: Iterator[bytes]) -> None:
    connection.sent_at = time.perf_counter_ns()
    connection.socket.send(next(following))


if __name__ == "__main__":
    _port, _connections, _seconds, _core = sys.argv[1:]
    os.sched_setaffinity(0, {int(_core)})
    _requests = [request.encode() for request in json.load(sys.stdin)]
    print(json.dumps(asdict(_run(int(_port), int(_connections), float(_seconds), _requests))))
