"""How long a reader takes beside what its library alone needs to yield the same cells, in one run.

python -m tests.bench.readers        # ends with 1 when a format takes more than LIMIT times as long

Below each format the library does only what cannot be left out: open the file and hand over the text of every cell
with its place, or, for PDF, every character and rule of every page. No merged cells, limits, formats or checks.
"""

from __future__ import annotations

import csv as csv_module
import ctypes
import io
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import docx as python_docx
import openpyxl
import pypdfium2
import pypdfium2.raw as raw
import xlrd
from docx.oxml.ns import qn
from lxml import html as lxml_html

from graph.readers import read_bytes
from tests import render
from tests.faults.corruption import as_csv, as_xls
from tests.golden import refresh

LIMIT = 1.5
RUNS = 7


def docx(data: bytes) -> int:
    """python-docx: the text of each ``w:tc``."""
    body = python_docx.Document(io.BytesIO(data)).element.body
    return sum(len("".join(t.text or "" for t in cell.iter(qn("w:t")))) for cell in body.iter(qn("w:tc")))


def xlsx(data: bytes) -> int:
    """openpyxl, with merged cells and number formats, which its read-only mode has not."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    found = 0
    for sheet in book:
        found += len(sheet.merged_cells.ranges)
        for row in sheet.iter_rows():
            found += sum(len(f"{cell.value}{cell.number_format}") for cell in row if cell.value is not None)
    return found


def xls(data: bytes) -> int:
    """xlrd with formatting."""
    book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    return sum(len(str(cell.value)) for sheet in book for row in sheet.get_rows() for cell in row)


def html(data: bytes) -> int:
    """lxml: the text of each cell."""
    tree = lxml_html.fromstring(data.decode())
    return sum(len("".join(cell.itertext())) for cell in tree.iter("td", "th"))


def csv(data: bytes) -> int:
    """The csv module."""
    return sum(len(text) for row in csv_module.reader(io.StringIO(data.decode())) for text in row)


def pdf(data: bytes) -> int:
    """PDFium: each character with origin, box, angle and font size, each path with its points and its matrix."""
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


Alone = Callable[[bytes], int]
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


def median(run: Callable[[], object]) -> float:
    """Seconds; the first run is not counted."""
    times = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


def main() -> None:
    """Print a line a format."""
    printed, over = parts(), []
    print(f"{'format':8} {'kB':>7} {'library s':>10} {'jixiao s':>9} {'ratio':>6}   limit {LIMIT}")
    for name, (write, alone) in FORMATS.items():
        data = write(printed)
        assert alone(data) > 0
        library, ours = median(partial(alone, data)), median(partial(read_bytes, data, name))
        over += [name] if ours > LIMIT * library else []
        print(f"{name:8} {len(data) / 1000:7.0f} {library:10.3f} {ours:9.3f} {ours / library:6.2f}")
    sys.exit(f"beyond the limit: {', '.join(over)}" if over else 0)


if __name__ == "__main__":
    main()
