"""What was changed in a store, so that a copy of it can be changed in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LONGEST = 16 * 2**20  # characters; beyond them a copy is made anew


@dataclass(frozen=True, slots=True)
class Changes:
    """Updates, each text with its base IRI, that lead from state to state; None where they cannot be repeated."""

    before: str
    after: str
    updates: tuple[tuple[str, str | None], ...] | None = ()

    @property
    def length(self) -> int:
        """Characters of all updates."""
        return sum(len(text) for text, _ in self.updates or ())

    def with_one(self, text: str, base: str | None, after: str, repeatable: bool) -> Changes:
        """These and one more, which is ``repeatable`` if it comes out alike on every copy."""
        if self.updates is None or self.length + len(text) > LONGEST or not repeatable:
            return Changes(self.before, after, None)
        return Changes(self.before, after, (*self.updates, (text, base)))

    def as_json(self) -> dict[str, Any]:
        """For a message to another process; see :meth:`from_json`."""
        return {"before": self.before, "after": self.after, "updates": self.updates}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Changes:
        """The inverse of :meth:`as_json`."""
        updates = None if told["updates"] is None else tuple((text, base) for text, base in told["updates"])
        return cls(told["before"], told["after"], updates)
