"""Delimited text: one grid of the fields as written, with the line that each record begins on."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from graph.errors import DamagedFile, EmptyFile
from graph.formulas import unguarded
from graph.readers.cells import CellCounter
from graph.readers.document import Cell, Grid, Place
from graph.readers.encoding import decode
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

# In order of preference where they fit equally well.
_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_RECORDS = 100
_MOST = 0.6
_PIPE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t\r]*$", re.MULTILINE)


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """The non-empty fields as one exact grid; ``place`` has line, row and column.

    Raises EmptyFile, TooLarge or DamagedFile (a field longer than the csv module takes).
    """
    limits.check_file(data, path)
    text, warnings = decode(data)
    counter = CellCounter(limits, path)
    cells: list[Cell] = []
    row, line = 0, 1
    for row, (line, record) in enumerate(_records(text, _delimiter(text), path)):
        counter.count(1 + len(record))
        for column, field in enumerate(record):
            if not field:
                continue
            if clean := counter.tidied(unguarded(field) if field[0] == "'" else field, line):
                cells.append(Cell(clean, row, column, Place(None, line, None, row + 1, column + 1)))
    if not cells:
        raise EmptyFile(place=path)
    if text.count('"') % 2 and text.count("\n") > line:
        warnings.append(f"第{line}行起的引号没有闭合。 A quoted field that begins on line {line} never ends.")
    return ReadResult([Grid(cells, exact=True, place=cells[0].place)], warnings=warnings)


def looks_delimited(text: str) -> bool:
    """Comma-separated: most records have one and the same number of fields, at least three."""
    if "\t" in text or _PIPE_ROW.search(text):
        return False
    widths = _widths(text, ",")
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width >= 3 and count >= _MOST * widths.total()


def _records(text: str, delimiter: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the number of the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begin = 1
    try:
        for record in reader:
            yield begin, record
            begin = reader.line_num + 1
    except csv.Error as error:
        raise DamagedFile(f"第{begin}行 line {begin}: {error}", place=path) from error


def _delimiter(text: str) -> str:
    """The delimiter that cuts most records into one and the same number of fields, two or more."""

    def fit(delimiter: str) -> int:
        return max((count for width, count in _widths(text, delimiter).items() if width > 1), default=0)

    return max((delimiter for delimiter in _DELIMITERS if delimiter in text), key=fit, default=_DELIMITERS[0])


def _widths(text: str, delimiter: str) -> Counter[int]:
    """How many of the first records have how many fields; none where a field is longer than the csv module takes."""
    try:
        records = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE_RECORDS)
        return Counter(len(record) for record in records if record)
    except csv.Error:
        return Counter()
