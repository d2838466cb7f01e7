"""Clients of a server over HTTP, in a process of their own: how many answers a second, and how long each took.

python -m tests.bench.load [--new] HOST:PORT CLIENTS SECONDS < TARGETS

Each line of the input is the target of a GET (path and query), taken in turn. ``--new`` ends every target with a
comment that no other has, so that no server has been asked it before. Prints JSON. Clients keep their connection, wait
for an answer before they ask again, and read no more of it than where it ends: what a measurement tells should be the
server's work, not theirs. Where the program ``wrk`` is on the PATH, :func:`load` takes that instead.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE = 60  # seconds that a client waits
HEADERS = "Host: localhost\r\nAccept: application/sparql-results+json\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_WRK = """
local targets, at = {}, 0
for line in io.lines("%s") do targets[#targets + 1] = line end
request = function()
  at = at + 1
  local target = targets[(at - 1) %% #targets + 1]
  if %s then target = target .. "%%20%%23%s." .. at end
  return wrk.format("GET", target, {["Host"] = "localhost", ["Accept"] = "application/sparql-results+json"})
end
done = function(summary, latency)
  local e = summary.errors
  local function ms(n) return latency:percentile(n) / 1000 end
  local counts = string.format('"200": %%d, "other": %%d, "broken": %%d',
    summary.requests - e.status, e.status, e.connect + e.read + e.write + e.timeout)
  io.write(string.format('\\nfound {"statuses": {%%s}, "seconds": %%f, "ms": [%%f, %%f, %%f]}\\n',
    counts, summary.duration / 1000000, ms(50), ms(95), ms(99)))
end
"""


@dataclass
class Measured:
    """What the clients of one measurement saw: answers by status, and milliseconds of 50, 95 and 99 in a hundred."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    ms: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.statuses["200"] / self.seconds

    @property
    def failed(self) -> dict[str, int]:
        """How many answers were not 200, by status or kind of error."""
        return {status: count for status, count in self.statuses.items() if status != "200" and count}


def generator() -> str:
    """The program that asks."""
    return "wrk" if shutil.which("wrk") else "tests.bench.load"


def load(url: str, targets: list[str], clients: int, seconds: float, *, new: bool, own: bool = False) -> Measured:
    """Ask a server from a process of its own; ``own``: by this module though wrk is there, for its statuses."""
    place = urlsplit(url).netloc
    if own or generator() != "wrk":
        command = [sys.executable, "-m", __name__, *(["--new"] if new else []), place, str(clients), str(seconds)]
        told = subprocess.run(command, input="\n".join(targets), capture_output=True, text=True, check=True).stdout
    else:
        told = _by_wrk(place, targets, clients, seconds, new)
    found = json.loads(told)
    return Measured(Counter(found["statuses"]), found["seconds"], tuple(found["ms"]))


def _by_wrk(place: str, targets: list[str], clients: int, seconds: float, new: bool) -> str:
    with tempfile.NamedTemporaryFile("w") as file, tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        file.write("\n".join(targets))
        file.flush()
        script.write(_WRK % (file.name, str(new).lower(), time.time_ns()))
        script.flush()
        command = [
            "wrk",
            "-t1",
            f"-c{clients}",
            f"-d{max(round(seconds), 1)}s",
            f"--timeout={PATIENCE}s",
            "-s",
            script.name,
        ]
        told = subprocess.run([*command, f"http://{place}/"], capture_output=True, text=True, check=True).stdout
    return told.rpartition("\nfound ")[2]


class _Client:
    """One connection, and what has come of the answer that it waits for."""

    def __init__(self, place: tuple[str, int]) -> None:
        self.place = place
        self.socket: socket.socket | None = None

    def ask(self, target: str) -> None:
        """Send a request. Raises OSError."""
        self.tail, self.came, self.ends, self.status = b"", 0, -1, ""
        self.asked = time.perf_counter()
        if self.socket is None:
            self.socket = socket.create_connection(self.place, PATIENCE)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(f"GET {target} HTTP/1.1\r\n{HEADERS}\r\n".encode())

    def read(self) -> bool:
        """Take what has come; whether that is the end. Raises OSError."""
        assert self.socket is not None
        piece = self.socket.recv(2**18)
        if not piece:
            raise ConnectionError
        self.came += len(piece)
        self.tail = piece if self.status and len(piece) > 5 else self.tail + piece
        if not self.status:
            head = self.tail.find(b"\r\n\r\n")
            if head < 0:
                return False
            self.status = self.tail[9:12].decode()
            length = _LENGTH.search(self.tail, 0, head)
            self.ends = head + 4 + int(length[1]) if length else -1
        return self.came >= self.ends if self.ends >= 0 else self.tail.endswith(b"0\r\n\r\n")

    def close(self) -> None:
        """Begin anew with the next request."""
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def ask_for(place: tuple[str, int], targets: Iterator[str], clients: int, seconds: float) -> Measured:
    """Ask from so many connections for so long, and wait for the last answers."""
    found, times = Measured(), []
    selector = selectors.DefaultSelector()
    begin = time.perf_counter()

    def begun(client: _Client) -> None:
        try:
            client.ask(next(targets))
        except OSError as error:
            found.statuses[type(error).__name__] += 1
            client.close()
            time.sleep(0.01)
            return begun(client) if time.perf_counter() < begin + seconds else None
        selector.register(client.socket, selectors.EVENT_READ, client)

    for _ in range(clients):
        begun(_Client(place))
    while selector.get_map():
        ready = selector.select(PATIENCE)
        if not ready:
            found.statuses["no answer"] += len(selector.get_map())
            break
        for key, _ in ready:
            client = key.data
            try:
                if not client.read():
                    continue
                found.statuses[client.status] += 1
                times.append(time.perf_counter() - client.asked)
                selector.unregister(client.socket)
            except OSError as error:  # counted: the measurement is of these too
                found.statuses[type(error).__name__] += 1
                selector.unregister(client.socket)
                client.close()
            if time.perf_counter() < begin + seconds:
                begun(client)
    found.seconds = time.perf_counter() - begin
    times.sort()
    if times:
        fifty, most, nearly_all = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.95, 0.99))
        found.ms = fifty, most, nearly_all
    return found


def main() -> None:
    """Ask as the command line says and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--new", action="store_true")
    parser.add_argument("place")
    parser.add_argument("clients", type=int)
    parser.add_argument("seconds", type=float)
    asked = parser.parse_args()
    host, _, port = asked.place.partition(":")
    targets = itertools.cycle(sys.stdin.read().split())
    if asked.new:
        run = time.time_ns()
        targets = (f"{target}%20%23{run}.{number}" for number, target in enumerate(targets))
    found = ask_for((host, int(port)), targets, asked.clients, asked.seconds)
    print(json.dumps({"statuses": found.statuses, "seconds": found.seconds, "ms": found.ms}))


if __name__ == "__main__":
    main()
