"""Results of a query as bytes, stopped at a number of rows."""

from __future__ import annotations

from collections.abc import Iterator
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


def serialise(
    result: QuerySolutions | QueryBoolean | QueryTriples, solutions: str | None, graph: str | None, rows: int
) -> tuple[str, bytes]:
    """Media type and bytes of a result. ``solutions`` and ``graph``: media types for the two kinds of result.

    Raises TooManyRows, WrongKind, and what the evaluation raises.
    """
    if isinstance(result, QueryTriples):
        if graph is None:
            raise WrongKind("graph")
        rdf = cast(RdfFormat, RdfFormat.from_media_type(graph))
        return graph, serialize(_limited(result, rows), format=rdf, prefixes=PREFIXES) or b""
    if solutions is None:
        raise WrongKind("solutions")
    table = cast(QueryResultsFormat, QueryResultsFormat.from_media_type(solutions))
    if isinstance(result, QueryBoolean):
        return solutions, result.serialize(format=table) or b""
    output = _COUNTERS[table.file_extension](rows)
    result.serialize(cast(IO[bytes], output), table)
    return solutions, bytes(output.data)


def _limited(triples: QueryTriples, rows: int) -> Iterator[Triple]:
    for number, triple in enumerate(triples):
        if number >= rows:
            raise TooManyRows
        yield triple


class _Counter:
    """A stream that keeps what is written and counts the rows in it: the engine evaluates while it writes."""

    def __init__(self, rows: int) -> None:
        self.data = bytearray()
        self._left = rows

    def write(self, chunk: bytes) -> int:
        self.data += chunk
        self._left -= self.rows(bytes(chunk))
        if self._left < 0:
            raise TooManyRows
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""

    def rows(self, chunk: bytes) -> int:
        """How many rows begin (or end) in the chunk."""
        raise NotImplementedError


class _Tsv(_Counter):
    """Line ends are escaped in values; the head is a line too."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows + 1)

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

    def __init__(self, rows: int) -> None:
        super().__init__(rows - 1)

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
