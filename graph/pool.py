"""Reading what strangers send: in processes of their own, limited in time and memory and kept warm."""

from __future__ import annotations

import multiprocessing
import resource
from concurrent.futures import TimeoutError as FutureTimeout

from pebble import ProcessExpired, ProcessPool

from graph.errors import DamagedFile, TooLarge
from graph.ingest import Reading, read_and_judge
from graph.shapes import shapes
from graph.vocabulary import vocabulary


class Pool:
    """Processes that read and judge files. Safe for threads; a process that dies or is late is replaced."""

    def __init__(self, workers: int, seconds: float, memory_mb: int) -> None:
        self._seconds, self._memory_mb = seconds, memory_mb
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=200,
            initializer=_begin,
            initargs=[memory_mb],
            context=multiprocessing.get_context("spawn"),
        )
        for _ in range(workers):
            self._pool.schedule(_warm)

    def read(self, path: str) -> list[Reading]:
        """As :func:`graph.ingest.read_and_judge`; what takes too long or too much is a reading with its error."""
        try:
            readings: list[Reading] = self._pool.schedule(read_and_judge, args=[path], timeout=self._seconds).result()
        except FutureTimeout:
            return [Reading(path, error=TooLarge(f"> {self._seconds:g} s", place=path))]
        except MemoryError:
            return [Reading(path, error=TooLarge(f"> {self._memory_mb} MB", place=path))]
        except ProcessExpired as error:
            return [Reading(path, error=DamagedFile(str(error), place=path))]
        return readings

    def close(self) -> None:
        """End the processes."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _begin(memory_mb: int) -> None:
    most = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _warm() -> None:
    vocabulary()
    shapes()
