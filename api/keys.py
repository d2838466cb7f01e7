"""What lists hold, remembered for as long as the store stays as it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class Keys:
    """The IRIs of lists as they were last asked for: paging and counting cost nothing more. Safe for threads."""

    MOST = 500_000  # IRIs in all

    def __init__(self) -> None:
        self._known: OrderedDict[object, list[str]] = OrderedDict()
        self._lock = Lock()

    def of(self, key: object, make: Callable[[], list[str]]) -> list[str]:
        """The list that is known by a key, else a new one."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
            while sum(map(len, self._known.values())) > self.MOST and len(self._known) > 1:
                self._known.popitem(last=False)
        return made
