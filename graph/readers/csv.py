"""Delimited text: one grid of the fields as written, with the line that each record begins on."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from graph.errors import DamagedFile, EmptyFile
from graph.formulas import unguarded
from graph.readers.cells import CellCounter, finish
from graph.readers.document import Cell, Place
from graph.readers.encoding import decode
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

# In order of preference where they fit equally well.
_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_RECORDS = 500


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """The non-empty fields as one exact grid; ``place`` has line, row and column.

    Raises EmptyFile, TooLarge or DamagedFile (a field longer than the csv module takes).
    """
    limits.check_file(data, path)
    text, warnings = decode(data)
    counter = CellCounter(limits, path)
    cells: list[Cell] = []
    height, line = 0, 1
    for line, record in _records(text, _delimiter(text, path), path):
        counter.count(1 + len(record))
        for column, field in enumerate(record):
            if not field:
                continue
            place = Place(line=line, row=height + 1, column=column + 1)
            if clean := counter.tidied(unguarded(field), place):
                cells.append(Cell(clean, height, column, place))
        height += 1
    if not cells:
        raise EmptyFile(place=path)
    if text.count('"') % 2 and text.count("\n") > line:
        warnings.append(f"第{line}行起的引号没有闭合。 A quoted field that begins on line {line} never ends.")
    return ReadResult([finish(cells, height, cells[0].place)], warnings=warnings)


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


def _delimiter(text: str, path: str) -> str:
    """The delimiter that cuts most records into one and the same number of fields, two or more."""

    def fit(delimiter: str) -> int:
        records = islice(_records(text, delimiter, path), _SAMPLE_RECORDS)
        try:
            widths = Counter(len(record) for _, record in records if len(record) > 1)
        except DamagedFile:
            return 0
        return max(widths.values(), default=0)

    return max(_DELIMITERS, key=fit)
