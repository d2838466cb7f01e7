"""PDF files with text: ruled tables as exact grids, the text around them line by line, in reading order.

A page without text is a scan; it is read by :mod:`graph.readers.ocr` where that is installed, and named in a warning
where it is not. Boxes in places are points of the page as displayed, origin bottom left.
"""

from __future__ import annotations

import pypdfium2 as pdfium

from graph.errors import DamagedFile
from graph.readers.cells import CellCounter, finish, tidy
from graph.readers.document import Block, Cell, Grid, Paragraph, Place
from graph.readers.drawing import Drawing, draw
from graph.readers.glyphs import Glyph, lines, text_of
from graph.readers.lattice import Lattice, lattices
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    limits.check_file(data, path)
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise DamagedFile(str(error), place=path) from error
    counter = CellCounter(limits, path)
    blocks = []
    for number, page in enumerate(pdf, 1):
        blocks += page_blocks(draw(page, limits, path), number, counter)
    return ReadResult(blocks, len(pdf))


def page_blocks(drawing: Drawing, page: int, counter: CellCounter) -> list[Block]:
    tables = lattices(drawing.horizontal, drawing.vertical, 100000)
    inside: list[dict[int, list[Glyph]]] = [{} for _ in tables]
    outside: list[Glyph] = []
    for glyph in drawing.glyphs:
        x, y = glyph.center
        for table, held in zip(tables, inside):
            slot = table.find(x, y)
            if slot is not None:
                held.setdefault(slot, []).append(glyph)
                break
        else:
            outside.append(glyph)
    placed: list[tuple[float, Block]] = []
    for table, held in zip(tables, inside):
        cells = []
        for index, slot in enumerate(table.slots):
            text = tidy(text_of(held.get(index, [])))
            cells.append(Cell(text, slot.row, slot.column, Place(page=page, row=slot.row + 1, column=slot.column + 1, box=slot.box), slot.rowspan, slot.colspan))
        placed.append((table.ys[0], finish(cells, len(table.ys) - 1, Place(page=page, box=table.box))))
    for line in lines(outside):
        placed.append((line.y, Paragraph(tidy(line.text), Place(page=page, box=line.box()))))
    placed.sort(key=lambda p: -p[0])
    return [b for _, b in placed]
