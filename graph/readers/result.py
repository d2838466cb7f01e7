"""What one reader hands to the dispatch: the blocks of a file, its number of pages, and what it has to say."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.readers.document import Block


@dataclass(slots=True)
class ReadResult:
    """``pages`` is None where the format has none; ``warnings`` name, in zh and en, what was left out and why."""

    blocks: list[Block]
    pages: int | None = None
    warnings: list[str] = field(default_factory=list)
