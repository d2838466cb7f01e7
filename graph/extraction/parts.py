"""Several departments' disclosures bound into one file: where one ends and the next begins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from graph.extraction.identity import titled_name
from graph.readers.document import Document, Paragraph
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_TITLE = 60  # characters; longer lines are sentences


def parts(document: Document, words: Vocabulary) -> list[Document]:
    """The document cut before each title that names another department (`X县教育局2026年部门预算`), or itself alone.

    A part has a digest of its own, made of the file's and its number, so that it is a disclosure of its own.
    """
    starts: dict[str, int] = {}
    for index, name in _titles(document, words):
        # A department is also called by a part of its name.
        if not any(name in known or known in name for known in starts):
            starts[name] = index
    if len(starts) < 2:
        return [document]
    cuts = [0, *list(starts.values())[1:], len(document.blocks)]
    return [
        replace(
            document,
            path=f"{document.path}#{number}",
            sha256=hashlib.sha256(f"{document.sha256}#{number}".encode()).hexdigest(),
            blocks=document.blocks[begin:end],
        )
        for number, (begin, end) in enumerate(pairwise(cuts), start=1)
    ]


def _titles(document: Document, words: Vocabulary) -> Iterator[tuple[int, str]]:
    """Block and name of every title of a department's budget; the name may stand on the line before."""
    above = (0, "")
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph):
            continue
        line = fold(block.text)
        name, own_line = titled_name(line, above[1], words) if len(line) < _TITLE else ("", True)
        if name:
            yield (index if own_line else above[0]), name
        above = (index, line)
