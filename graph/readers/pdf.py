"""PDF files: ruled tables as exact grids, tables without rules as well as they can be told, other text line by line.

A page without text is a scan; :mod:`graph.readers.ocr` reads it where that is installed, else a warning names the page.
Boxes of places are points of the page as displayed, origin bottom left.
"""

from __future__ import annotations

import pypdfium2 as pdfium

from graph.errors import DamagedFile, EmptyFile
from graph.readers import ocr
from graph.readers.cells import CellCounter, finish, tidy
from graph.readers.columns import Unruled
from graph.readers.continued import join_pages
from graph.readers.document import Block, Cell, Grid, Paragraph, Place
from graph.readers.drawing import Drawing, draw
from graph.readers.glyphs import Glyph, Line, lines, text_of
from graph.readers.lattice import Box, Lattice, lattices
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

# A complete file ends with this mark (ISO 32000-1, 7.5.5); servers append a little after it.
_END, _END_WITHIN = b"%%EOF", 8 * 1024
# More pictures than this share of the page make a scan of it where there are fewer characters than the first number,
# and may hide a table where there are fewer than the second.
_PICTURED, _FEW, _SOME = 0.4, 20, 200
# Characters without a Unicode value beyond this share make a page's text worthless.
_UNMAPPED = 0.3
_ELEMENTARY_CELLS = 100_000


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """Blocks in reading order, page by page; places have page, box, and row and column within the table.

    Raises EmptyFile, TooLarge or DamagedFile (encrypted, truncated, or no PDF).
    """
    limits.check_file(data, path)
    if _END not in data[-_END_WITHIN:]:
        raise DamagedFile("结尾缺失，文件不完整 the end is missing: truncated", place=path)
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise DamagedFile(str(error), place=path) from error
    try:
        limits.check("pages", len(pdf), path)
        return _Reader(pdf, path, limits).read()
    finally:
        pdf.close()


_NOTES = {
    "scan": "第 {pages} 页是扫描图像。" + ocr.MISSING,
    "recognised": "第 {pages} 页由文字识别读取，可能有误。 Page {pages} was read by character recognition; check it.",
    "pictured": "第 {pages} 页有大幅图片，图中文字未读取。 Page {pages} has a large picture; text in it is not read.",
    "unmapped": "第 {pages} 页的字体缺少字符对照，文字不可靠。 The fonts of page {pages} do not name their characters.",
    "leaning": "第 {pages} 页的斜排文字（水印）未读取。 Slanted text (a watermark) on page {pages} is not read.",
    "broken": "第 {pages} 页已损坏，未读取。 Page {pages} is damaged and not read.",
}


class _Reader:
    def __init__(self, pdf: pdfium.PdfDocument, path: str, limits: Limits) -> None:
        self._pdf, self._path, self._limits = pdf, path, limits
        self._counter = CellCounter(limits, path)
        self._unruled = Unruled()
        self._notes: dict[str, list[int]] = {note: [] for note in _NOTES}

    def read(self) -> ReadResult:
        blocks: list[Block] = []
        for index in range(len(self._pdf)):
            blocks += self._page(index)
        join_pages(blocks)
        said = [_NOTES[note].format(pages=_listed(pages)) for note, pages in self._notes.items() if pages]
        if not blocks and not said:
            raise EmptyFile(place=self._path)
        return ReadResult(blocks, len(self._pdf), said)

    def _page(self, index: int) -> list[Block]:
        number = index + 1
        try:
            page = self._pdf[index]
        except pdfium.PdfiumError:
            self._notes["broken"].append(number)
            return []
        try:
            return self._drawn(page, draw(page, self._limits, f"{self._path} 第{number}页"), number)
        finally:
            page.close()

    def _drawn(self, page: pdfium.PdfPage, drawing: Drawing, number: int) -> list[Block]:
        count = len(drawing.glyphs)
        scanned = drawing.pictured > _PICTURED and count < _FEW
        unmapped = count >= _FEW and drawing.unmapped > _UNMAPPED * count
        if drawing.leaning:
            self._notes["leaning"].append(number)
        if (scanned or unmapped) and ocr.available():
            self._notes["recognised"].append(number)
            return ocr.page(page, number, self._counter, self._limits)
        if scanned:
            self._notes["scan"].append(number)
        elif unmapped:
            self._notes["unmapped"].append(number)
        elif drawing.pictured > _PICTURED and count < _SOME:
            self._notes["pictured"].append(number)
        return page_blocks(drawing, number, self._unruled, self._counter)


def page_blocks(drawing: Drawing, page: int, unruled: Unruled, counter: CellCounter) -> list[Block]:
    """Tables and lines of a page from the top down."""
    tables = _tables(drawing)
    inside: list[dict[int, list[Glyph]]] = [{} for _ in tables]
    outside: list[Glyph] = []
    for glyph in drawing.glyphs:
        point = glyph.window or glyph.center
        for table, held in zip(tables, inside, strict=True):
            slot = table.find(*point)
            if slot is not None:
                # What is cut off at the edge of the table stands on the next page; what is cut off at the edge of a
                # cell that is too low for its text stands nowhere else.
                if glyph.window is None or table.find(*glyph.center) is not None:
                    held.setdefault(slot, []).append(glyph)
                break
        else:
            if glyph.window is None:
                outside.append(glyph)
    placed: list[tuple[float, Block]] = []
    for table, held in zip(tables, inside, strict=True):
        if held:
            placed.append((table.ys[0], _grid(table, held, page, counter)))
    for top, block in _outside(lines(outside), [table.box for table in tables], unruled, page, counter):
        placed.append((top, block))
    return [block for _, block in sorted(placed, key=lambda entry: -entry[0])]


def _tables(drawing: Drawing) -> list[Lattice]:
    """Lattices, smaller ones first, without the frames that only surround others."""
    found = lattices(drawing.horizontal, drawing.vertical, _ELEMENTARY_CELLS)
    found = [table for table in found if len(table.slots) > 1 or not any(_within(o.box, table.box) for o in found)]
    return sorted(found, key=lambda table: (table.box[2] - table.box[0]) * (table.box[3] - table.box[1]))


def _within(inner: Box, outer: Box) -> bool:
    inside = inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
    return inside and inner != outer


def _grid(table: Lattice, held: dict[int, list[Glyph]], page: int, counter: CellCounter) -> Grid:
    cells = []
    for index, slot in enumerate(table.slots):
        place = Place(page=page, row=slot.row + 1, column=slot.column + 1, box=_rounded(slot.box))
        text = counter.text(text_of(held[index]) if index in held else "", place)
        cells.append(Cell(text, slot.row, slot.column, place, slot.rowspan, slot.colspan))
    return finish(cells, len(table.ys) - 1, Place(page=page, box=_rounded(table.box)))


def _outside(
    found: list[Line], tables: list[Box], unruled: Unruled, page: int, counter: CellCounter
) -> list[tuple[float, Block]]:
    placed: list[tuple[float, Block]] = []
    for piece in unruled.page(found, tables):
        if isinstance(piece, Line):
            if text := tidy(piece.text):
                placed.append((piece.y, Paragraph(text, Place(page=page, box=_rounded(piece.box())))))
            continue
        cells = []
        for part in piece.cells:
            place = Place(page=page, row=part.row + 1, column=part.column + 1, box=_rounded(part.box))
            cells.append(Cell(counter.text(part.text, place), part.row, part.column, place, part.rowspan))
        placed.append((piece.box[3], Grid(cells, exact=False, place=Place(page=page, box=_rounded(piece.box)))))
    return placed


def _rounded(box: Box) -> Box:
    return round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)


def _listed(pages: list[int]) -> str:
    """1–3、7"""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
