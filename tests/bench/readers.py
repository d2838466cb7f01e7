"""How long a reader takes beside what its library alone needs to yield the same cells, in one run.

python -m tests.bench.readers

Alone, the library hands over every filled cell with its place and spans, or, of a PDF, every character and rule, from
the bytes of the file. What this project adds is the rest: telling the format, encodings, tidy text, printed numbers,
tables out of rules, limits and warnings. The csv module makes lists of strings in less time than Python takes to make
one object a cell, so there the cells are made too, as the objects that readers give. Where the library prints cells
as they are, the texts of both are compared first. Times are processor time.
"""

from __future__ import annotations

import csv as csv_module
import ctypes
import io
import statistics
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import docx as python_docx
import openpyxl
import pypdfium2
import pypdfium2.raw as raw
import xlrd
from lxml import html as lxml_html

from graph.readers import read_bytes
from graph.readers.document import Cell, Document, Place
from tests import render
from tests.faults.corruption import as_csv, as_xls
from tests.golden import refresh

LIMIT = 1.5
RUNS = 7


def docx(data: bytes) -> object:
    """python-docx: the cells of each row with their spans."""
    tables = python_docx.Document(io.BytesIO(data)).tables
    return [[(cell.text, cell.grid_span) for cell in row.cells] for table in tables for row in table.rows]


def xlsx(data: bytes) -> object:
    """openpyxl, with merged cells and number formats, which its read-only mode has not."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    merged = [area.bounds for sheet in book for area in sheet.merged_cells.ranges]
    return [(cell.row, cell.column, cell.value, cell.number_format) for cell in cells], merged


def xls(data: bytes) -> object:
    """xlrd with formats and merged cells."""
    book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    sheets = book.sheets()
    cells = [(r, c, cell) for s in sheets for r, row in enumerate(s.get_rows()) for c, cell in enumerate(row)]
    formats = [book.format_map[book.xf_list[cell.xf_index].format_key] for _, _, cell in cells]
    return cells, formats, [sheet.merged_cells for sheet in sheets]


def html(data: bytes) -> object:
    """lxml, and the slots that spanning cells take."""
    found = []
    for table in lxml_html.fromstring(data.decode()).iter("table"):
        taken: set[tuple[int, int]] = set()
        for r, row in enumerate(table.iter("tr")):
            c = 0
            for cell in row.iterchildren("td", "th"):
                while (r, c) in taken:
                    c += 1
                down, right = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
                taken.update((y, x) for y in range(r, r + down) for x in range(c, c + right))
                found.append((r, c, down, right, cell.sourceline, cell.text_content().strip()))
    return found


def csv(data: bytes) -> list[Cell]:
    """The csv module."""
    rows = csv_module.reader(io.StringIO(data.decode(), newline=""))
    return [
        Cell(text, r, c, Place(line=rows.line_num, row=r + 1, column=c + 1))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    ]


def pdf(data: bytes) -> object:
    """PDFium knows no tables: each character with origin, box and angle, each path with its points and matrix."""
    document = pypdfium2.PdfDocument(data)
    found = sum(_characters(page) + _points(page) for page in document)
    document.close()
    return found


def _characters(page: pypdfium2.PdfPage) -> int:
    text = page.get_textpage()
    count, handle = text.count_chars(), text.raw
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    for index in range(count):
        raw.FPDFText_GetUnicode(handle, index)
        raw.FPDFText_HasUnicodeMapError(handle, index)
        raw.FPDFText_GetCharAngle(handle, index)
        raw.FPDFText_GetCharOrigin(handle, index, x, y)
        raw.FPDFText_GetLooseCharBox(handle, index, box)
    text.close()
    return int(count)


def _points(page: pypdfium2.PdfPage) -> int:
    x, y, matrix, found = ctypes.c_float(), ctypes.c_float(), raw.FS_MATRIX(), 0
    for number in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_PATH:
            raw.FPDFPageObj_GetMatrix(item, matrix)
            for index in range(raw.FPDFPath_CountSegments(item)):
                raw.FPDFPathSegment_GetPoint(raw.FPDFPath_GetPathSegment(item, index), x, y)
                found += 1
    return found


Alone = Callable[[bytes], object]
FORMATS: dict[str, tuple[Callable[[list[render.Part]], bytes], Alone]] = {
    "docx": (render.docx, docx),
    "xlsx": (partial(render.xlsx, numbers=True), xlsx),
    "xls": (as_xls, xls),
    "html": (render.html, html),
    "csv": (as_csv, csv),
    "pdf": (render.pdf, pdf),
}


def parts() -> list[render.Part]:
    """The target tables of all samples, three layouts each."""
    return [p for name in refresh.SAMPLES for lay in render.LAYOUTS.values() for p in lay(refresh.disclosure(name))]


# How to get the texts out of what a library gives, where they are what is printed.
TEXTS: dict[str, Callable[[Any], list[str]]] = {
    "xls": lambda given: [str(cell.value) for _, _, cell in given[0] if cell.value],
    "html": lambda given: [text for *_, text in given if text],
    "csv": lambda given: [cell.text for cell in given],
}


def compare(name: str, given: object, read: Document) -> None:
    """Raises ValueError where the two do not yield the same texts."""
    found = Counter(cell.text for grid in read.grids() for cell in grid.cells if cell.text)
    if name in TEXTS and found != Counter(TEXTS[name](given)):
        raise ValueError(f"{name}: not the same cells")


def median(run: Callable[[], object]) -> float:
    """Seconds; the first run is not counted."""
    times = []
    for _ in range(RUNS + 1):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return statistics.median(times[1:])


def main() -> None:
    """Print a line a format."""
    printed = parts()
    print(f"{'format':8} {'kB':>7} {'library s':>10} {'jixiao s':>9} {'ratio':>6}")
    for name, (write, alone) in FORMATS.items():
        data = write(printed)
        compare(name, alone(data), read_bytes(data, name))
        library, ours = median(partial(alone, data)), median(partial(read_bytes, data, name))
        mark = f"  above {LIMIT}" if ours > LIMIT * library else ""
        print(f"{name:8} {len(data) / 1000:7.0f} {library:10.3f} {ours:9.3f} {ours / library:6.2f}{mark}")


if __name__ == "__main__":
    main()
