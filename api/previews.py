"""Uploaded documents that were read and judged and wait to be accepted: for a time, and only so many."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from graph.errors import NotFound
from graph.ingest import Reading


@dataclass(frozen=True, slots=True)
class Preview:
    """What was read from an upload. ``id`` cannot be guessed: whoever has it may look."""

    id: str
    name: str
    who: str
    size: int
    expires: datetime
    readings: tuple[Reading, ...]
    deadline: float


class Previews:
    """Previews by id; beyond the bounds the oldest goes. Safe for threads."""

    def __init__(self, seconds: float, most: int, megabytes: float) -> None:
        self._seconds, self._most, self._bytes = seconds, most, megabytes * 2**20
        self._kept: OrderedDict[str, Preview] = OrderedDict()
        self._lock = Lock()

    def add(self, name: str, who: str, size: int, readings: list[Reading]) -> Preview:
        """Keep a preview."""
        expires = datetime.fromtimestamp(time.time() + self._seconds, UTC).replace(microsecond=0)
        number = secrets.token_urlsafe(18)
        made = Preview(number, name, who, size, expires, tuple(readings), time.monotonic() + self._seconds)
        with self._lock:
            self._forget_old()
            self._kept[made.id] = made
            while len(self._kept) > 1 and (len(self._kept) > self._most or self._size() > self._bytes):
                self._kept.popitem(last=False)
        return made

    def get(self, number: str) -> Preview:
        """A preview that is still kept. Raises NotFound."""
        with self._lock:
            self._forget_old()
            if number not in self._kept:
                raise NotFound(
                    zh="没有这份预览，或已过期；请重新上传。", en="No such preview, or it has expired: upload again."
                )
            return self._kept[number]

    def drop(self, number: str) -> None:
        """Forget a preview."""
        with self._lock:
            self._kept.pop(number, None)

    def _size(self) -> int:
        return sum(preview.size for preview in self._kept.values())

    def _forget_old(self) -> None:
        now = time.monotonic()
        for number in [number for number, preview in self._kept.items() if preview.deadline < now]:
            del self._kept[number]
