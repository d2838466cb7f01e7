"""Results of a query as bytes, stopped at a number of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, cast

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Triple, serialize

PREFIXES = {
    "jx": "https://w3id.org/jixiao/ontology#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sh": "http://www.w3.org/ns/shacl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class TooManyRows(Exception):
    """The result has more rows (or triples) than allowed."""


class WrongKind(Exception):
    """No format was asked for that can hold this kind of result: ``solutions`` or ``graph``."""


Rows = QuerySolutions | QueryBoolean | QueryTriples | Iterable[Triple]


def media_type(result: Rows, solutions: str | None, graph: str | None) -> str:
    """The one of the two media types that fits the kind of result. Raises WrongKind where that is None."""
    kind = "solutions" if isinstance(result, QuerySolutions | QueryBoolean) else "graph"
    chosen = solutions if kind == "solutions" else graph
    if chosen is None:
        raise WrongKind(kind)
    return chosen


def serialise(result: Rows, media_type: str, rows: int | None, out: IO[bytes], again: Callable[[], Rows]) -> None:
    """Write a result as it is evaluated, at most so many rows (or triples); ``again`` evaluates once more.

    Raises TooManyRows, and what the evaluation and the writing raise.
    """
    if isinstance(result, QuerySolutions | QueryBoolean):
        table = cast(QueryResultsFormat, QueryResultsFormat.from_media_type(media_type))
        if rows is not None and isinstance(result, QuerySolutions):
            out = cast(IO[bytes], _Counter(out, table, rows, again))
        result.serialize(out, table)
        return
    rdf = cast(RdfFormat, RdfFormat.from_media_type(media_type))
    triples = result if rows is None else _limited(result, rows)
    serialize(triples, out, rdf, prefixes=PREFIXES)


def _limited(triples: Iterable[Triple], rows: int) -> Iterator[Triple]:
    for number, triple in enumerate(triples):
        if number >= rows:
            raise TooManyRows
        yield triple


# What parts the rows of each format, and how often it stands there beside the rows: there are at most so many more.
_BETWEEN = {"srj": (b"},{", -1), "srx": (b"<result>", 0), "csv": (b"\n", 1), "tsv": (b"\n", 1)}


class _Counter:
    """A stream that counts what parts the rows of what passes: the engine evaluates while it writes.

    A value can hold the same bytes, so this is the most rows there can be; where it is too many, they are counted.
    """

    def __init__(self, out: IO[bytes], table: QueryResultsFormat, rows: int, again: Callable[[], Rows]) -> None:
        self._mark, beside = _BETWEEN[table.file_extension]
        self._out, self._rows, self._again = out, rows, again
        self._left: float = rows + beside
        self._tail = b""

    def write(self, chunk: bytes) -> int:
        text = self._tail + chunk
        self._tail = text[1 - len(self._mark) :] if len(self._mark) > 1 else b""
        self._left -= text.count(self._mark)
        if self._left < 0:
            if next(islice(cast(QuerySolutions, self._again()), self._rows, None), None) is not None:
                raise TooManyRows
            self._left = math.inf
        return self._out.write(chunk)

    def flush(self) -> None:
        """Nothing is held back."""
