"""How fast the whole store leaves, beside the store's own dump, and how much memory that takes.

python -m tests.bench.dump [QUADS]        # default: 10,000,000; needs about 1 GB of disk a million quads; Linux

The store is on disk. Its quads are those of the samples, again and again under another region, so that terms repeat as
they do in practice. Each way of writing runs in a process of its own, over the same store, into a file; seconds are of
its CPU. Ends with an error where a dump takes more than twice the store's own time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import IO

import pyoxigraph
from pyoxigraph import RdfFormat

from graph import resources
from graph.export.graphs import write
from graph.export.selection import Selection
from graph.ingest import ingest
from graph.store import open_store
from graph.store.restore import restore

QUADS = 10_000_000
LIMIT = 2.0
_OURS = "export dump, N-Quads"
_OWN = "the store's own dump, N-Quads"


def filled(folder: Path, quads: int) -> int:
    """A store of about so many quads in a folder; returns how many."""
    with closing(open_store(folder.with_name("samples"))) as samples:
        list(ingest(sorted(resources.folder("data/samples").glob("*.txt")), samples))
        data = b"".join(_lines(samples))
    store, region = pyoxigraph.Store(folder), 100_000
    while len(store) < quads:
        store.bulk_load(BytesIO(b"".join(_moved(data, region + n) for n in range(50))), RdfFormat.N_QUADS)
        region += 50
    store.optimize()
    store.flush()
    return len(store)


def _lines(store: pyoxigraph.Store) -> list[bytes]:
    out = BytesIO()
    store.dump(out, RdfFormat.N_QUADS)
    return [line for line in out.getvalue().splitlines(keepends=True) if b"/id/disclosure/" in line.rsplit(b" ", 2)[1]]


def _moved(data: bytes, region: int) -> bytes:
    """The same records of departments elsewhere, in documents of their own."""
    for kind in (b"department", b"project", b"table", b"indicator", b"disclosure"):
        data = data.replace(b"/id/%s/" % kind, b"/id/%s/%d-" % (kind, region))
    return data


def _own(folder: Path, stream: IO[bytes]) -> None:
    pyoxigraph.Store.read_only(str(folder)).dump(stream, RdfFormat.N_QUADS)


def _ours(form: str, selection: Selection) -> Callable[[Path, IO[bytes]], None]:
    def run(folder: Path, stream: IO[bytes]) -> None:
        with closing(open_store(folder, read_only=True)) as store:
            write(store, selection, form, stream)

    return run


WAYS: dict[str, Callable[[Path, IO[bytes]], None]] = {
    _OWN: _own,
    _OURS: _ours("nq", Selection()),
    "export dump, TriG": _ours("trig", Selection()),
    "export graph, N-Triples": _ours("nt", Selection()),
    "export graph of a year, N-Quads": _ours("nq", Selection(year=2026)),
}


def child(way: str, folder: Path) -> None:
    """Run one way of writing and print what it took."""
    before, begin = peak(), time.process_time()
    with (folder.parent / "out").open("wb") as stream:
        WAYS[way](folder, stream)
        size = stream.tell()
    print(json.dumps([time.process_time() - begin, size, peak(), before]))


def peak() -> float:
    """MB of memory that this program has had at most; what getrusage tells counts its parent's too."""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    """Print a line for each way; exit with an error where one is slower than allowed."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else QUADS
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "store"
        begin = time.perf_counter()
        quads = filled(folder, wanted)
        print(f"{quads:,} quads stored in {time.perf_counter() - begin:.0f} s", flush=True)
        own, slow = 0.0, []
        for way in WAYS:
            command = [sys.executable, "-c", f"from tests.bench.dump import *; child({way!r}, Path({str(folder)!r}))"]
            seconds, size, most, before = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            own = own or seconds
            print(
                f"{way:34} {seconds:6.1f} s CPU {quads / seconds / 1000:6.0f} k quads/s {seconds / own:5.2f} × own"
                f" {size >> 20:6} MB written, {most:4.0f} MB RSS ({before:.0f} before)",
                flush=True,
            )
            if way == _OURS:
                (folder.parent / "out").rename(folder.parent / "out.nq")
            slow += [way] if "dump" in way and seconds > LIMIT * own else []
        begin = time.process_time()
        count = restore(folder.parent / "out.nq", folder.parent / "again")
        print(f"restore: {count:,} quads in {time.process_time() - begin:.1f} s CPU")
    if slow:
        sys.exit(f"more than {LIMIT:g} times the store's own dump: {', '.join(slow)}")


if __name__ == "__main__":
    main()
