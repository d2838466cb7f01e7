"""Results of a query as bytes, stopped at a number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def serialise(result: Rows, media_type: str, rows: int | None, out: IO[bytes]) -> None:
    """Write a result as it is evaluated, at most so many rows (or triples).

    Raises TooManyRows, and what the evaluation and the writing raise.
    """
    if isinstance(result, QuerySolutions | QueryBoolean):
        table = cast(QueryResultsFormat, QueryResultsFormat.from_media_type(media_type))
        if rows is not None and isinstance(result, QuerySolutions):
            out = cast(IO[bytes], _COUNTERS[table.file_extension](out, rows))
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


class _Counter:
    """A stream that counts the rows in what passes: the engine evaluates while it writes."""

    def __init__(self, out: IO[bytes], rows: int) -> None:
        self._out = out
        self._left = rows

    def write(self, chunk: bytes) -> int:
        self._left -= self.rows(bytes(chunk))
        if self._left < 0:
            raise TooManyRows
        return self._out.write(chunk)

    def flush(self) -> None:
        """Nothing is held back."""

    def rows(self, chunk: bytes) -> int:
        """How many rows begin (or end) in the chunk."""
        raise NotImplementedError


class _Tsv(_Counter):
    """Line ends are escaped in values; the head is a line too."""

    def __init__(self, out: IO[bytes], rows: int) -> None:
        super().__init__(out, rows + 1)

    def rows(self, chunk: bytes) -> int:
        return chunk.count(b"\n")


class _Csv(_Tsv):
    """Line ends inside quotes are text; a doubled quote leaves and enters again."""

    _quoted = False

    def rows(self, chunk: bytes) -> int:
        parts = chunk.split(b'"')
        outside = parts[1::2] if self._quoted else parts[::2]
        self._quoted ^= len(parts) % 2 == 0
        return sum(part.count(b"\n") for part in outside)


class _Xml(_Counter):
    """A value cannot hold ``<``."""

    _tail = b""

    def rows(self, chunk: bytes) -> int:
        text = self._tail + chunk
        self._tail = text[-(len(b"<result>") - 1) :]
        return text.count(b"<result>")


class _Json(_Counter):
    """Rows part at ``},{`` outside strings: within a row the next thing after a comma is a name."""

    _escape = False
    _quoted = False
    _tail = b""

    def __init__(self, out: IO[bytes], rows: int) -> None:
        super().__init__(out, rows - 1)

    def rows(self, chunk: bytes) -> int:
        if self._escape:
            chunk = chunk[1:]
        plain = chunk.replace(rb"\\", b"").replace(rb"\"", b"")
        self._escape = plain.endswith(b"\\")
        parts = plain.split(b'"')
        first = 1 if self._quoted else 0
        count = 0
        for index, part in enumerate(parts):
            if index % 2 == first:
                text = self._tail + part
                count += text.count(b"},{")
                self._tail = text[-2:]
            if index < len(parts) - 1:
                self._tail = b""
        self._quoted ^= len(parts) % 2 == 0
        return count


_COUNTERS: dict[str, type[_Counter]] = {"srj": _Json, "srx": _Xml, "csv": _Csv, "tsv": _Tsv}
