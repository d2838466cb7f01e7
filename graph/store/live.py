"""The store in a folder, followed while another process writes it: an image in memory, renewed after every change."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from graph.errors import StoreError
from graph.store.changes import Changes
from graph.store.embedded import EmbeddedStore
from graph.store.lookups import Lookups
from graph.store.sandbox import Limits, Sandbox

log = logging.getLogger(__name__)

_DATA = re.compile(r"CURRENT|MANIFEST-\d+|\d+\.(log|sst)")
_PATIENCE = 1.0  # seconds that whoever meets a change waits for the new image
_REST = 0.01  # seconds from one look at the folder to the next

Signature = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The store at one moment: for questions of our own, and for queries from outside."""

    store: Lookups
    sandbox: Sandbox


class Live:
    """Follows the store in a folder. Raises StoreError when there is none."""

    def __init__(self, location: str | os.PathLike[str], limits: Limits) -> None:
        self._location, self._limits = Path(location), limits
        self._worker = ThreadPoolExecutor(1, "renew")
        self._renewing: Future[None] | None = None
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._signature = self._look()
        self._snapshot = self._copy()

    def current(self) -> Snapshot:
        """The store as it is; while a large one is copied, as it was before."""
        renewing = self._renewal()
        if renewing is not None:
            wait_for([renewing], _PATIENCE)
        return self._snapshot

    @property
    def state(self) -> str:
        """The state that is being served."""
        return self._snapshot.store.state()

    def outdated(self) -> bool:
        """Whether :meth:`current` has something to do; what others write is seen within :data:`_REST`."""
        now = time.monotonic()
        if now < self._not_before:
            return False
        found = self._look() != self._signature
        if not found:
            self._not_before = now + _REST
        return found

    def renew(self, changes: Changes | None = None) -> None:
        """Take in what has just been written, before anything else is answered to whoever wrote it.

        ``changes`` from the state that is served spare the copying of a whole store.
        """
        self._worker.submit(self._renew, changes).result()

    def close(self) -> None:
        """End the process for queries."""
        self._worker.shutdown()
        self._snapshot.sandbox.close()

    def _renewal(self) -> Future[None] | None:
        with self._lock:
            if self._renewing is not None and not self._renewing.done():
                return None  # who found the change waits; the others go on with the old image
            if not self.outdated():
                return None
            self._renewing = self._worker.submit(self._renew)
            return self._renewing

    def _renew(self, changes: Changes | None = None) -> None:
        started, signature = time.monotonic(), self._look()
        sandbox = self._snapshot.sandbox
        if changes is not None and sandbox.repeat(changes) and sandbox.worn:
            self._worker.submit(self._recopy, sandbox)
        try:
            with self._source() as store:
                changed = store.state() != self.state
            if changed:
                self._snapshot = self._copy()
            self._signature = signature
        except StoreError as error:  # a writer may be in the middle of something: the old image serves on
            log.warning("%s", error.line())
        # A writer that never rests must not keep this process busy with copying.
        self._not_before = time.monotonic() + 2 * (time.monotonic() - started)

    def _recopy(self, worn: Sandbox) -> None:
        if self._snapshot.sandbox is worn:
            try:
                self._snapshot = self._copy()
            except StoreError as error:
                log.warning("%s", error.line())

    def _source(self) -> AbstractContextManager[EmbeddedStore]:
        return closing(EmbeddedStore(self._location, read_only=True))

    def _copy(self) -> Snapshot:
        sandbox = Sandbox(self._source, self._limits)
        return Snapshot(Lookups(sandbox), sandbox)

    def _look(self) -> Signature:
        """What changes with every write: names, times and sizes of the data files."""
        try:
            with os.scandir(self._location) as entries:
                found = [(entry.name, entry.stat()) for entry in entries if _DATA.fullmatch(entry.name)]
        except OSError:  # no folder, or a file that has just gone
            return frozenset()
        return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)
