"""A form as a Word file: one table with merged cells on A4, its grid headings repeated on every page.

The table is written as WordprocessingML (ECMA-376 part 1, 17.4): ``gridSpan`` across, ``vMerge`` down.
"""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from graph.export.layout import Box, Layout, writable

_CENTRED = frozenset({"label", "head", "side", "class"})
_LEFT = frozenset({"objective", "objectiveLongTerm", "objectiveActual", "purpose", "level3", "description", "basis"})
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_TWIPS_A_MM = 56.7
_PAGE = (210.0, 297.0)
_MARGIN = 18.0


def docx(layout: Layout) -> bytes:
    """The file."""
    document = Document()
    _page(document, layout)
    above = [box for box in layout.boxes if box.row < layout.top]
    for row in range(layout.top):
        _lines(document, [box for box in above if box.row == row])
    bottom = max(layout.body.stop, layout.head.stop)
    table = _table(layout, bottom)
    document.element.body.insert(len(document.element.body) - 1, table)
    for box in (box for box in layout.boxes if box.row >= bottom):
        _paragraph(document, box.text, size=10)
    _comments(document, layout, table)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _page(document: Any, layout: Layout) -> None:
    section = document.sections[0]
    width, height = reversed(_PAGE) if layout.form.landscape else _PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if layout.form.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "宋体", Pt(10)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    normal.paragraph_format.space_after = Pt(0)


def _lines(document: Any, boxes: list[Box]) -> None:
    """What stands above the table in one row: the title, the year, the money unit, or a label with its words."""
    for box in boxes:
        if box.kind == "title":
            _paragraph(document, box.text, size=16, bold=True, across=WD_ALIGN_PARAGRAPH.CENTER)
        elif box.role == "unitNote":
            _paragraph(document, box.text, size=10, across=WD_ALIGN_PARAGRAPH.RIGHT)
        elif not box.role:
            _paragraph(document, box.text, size=10, across=WD_ALIGN_PARAGRAPH.CENTER)
    labelled = [box for box in boxes if box.role in ("label", "unitName")]
    if labelled:
        _paragraph(document, f"{labelled[0].text}：{labelled[1].text}", size=10)


def _paragraph(document: Any, text: str, *, size: int, bold: bool = False, across: Any = None) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = across
    run = paragraph.add_run(writable(text))
    run.font.size, run.font.bold = Pt(size), bold
    if bold:
        run.font.name = "黑体"
        run._element.rPr.rFonts.set(qn("w:eastAsia"), "黑体")


# -- the table ------------------------------------------------------------------------------------------------------


def _element(parent: Any, tag: str, **attributes: object) -> Any:
    child = OxmlElement(tag)
    for name, value in attributes.items():
        child.set(qn(f"w:{name}"), str(value))
    parent.append(child)
    return child


def _table(layout: Layout, bottom: int) -> Any:
    widths = _twips(layout)
    table = OxmlElement("w:tbl")
    properties = _element(table, "w:tblPr")
    _element(properties, "w:tblW", w=sum(widths), type="dxa")
    borders = _element(properties, "w:tblBorders")
    for side in _SIDES:
        _element(borders, f"w:{side}", val="single", sz=4, space=0, color="000000")
    _element(properties, "w:tblLayout", type="fixed")
    inner = _element(properties, "w:tblCellMar")
    for side in ("left", "right"):
        _element(inner, f"w:{side}", w=50, type="dxa")
    grid = _element(table, "w:tblGrid")
    for width in widths:
        _element(grid, "w:gridCol", w=width)
    slots = {
        (row, column): box
        for box in layout.boxes
        for row in range(box.row, box.row + box.rowspan)
        for column in range(box.column, box.column + box.colspan)
    }
    for row in range(layout.top, bottom):
        _row(table, row, layout, slots, widths)
    return table


def _twips(layout: Layout) -> list[int]:
    room = (_PAGE[1] if layout.form.landscape else _PAGE[0]) - 2 * _MARGIN
    shares = layout.form.widths
    return [int(room * _TWIPS_A_MM * share / sum(shares)) for share in shares]


def _row(table: Any, row: int, layout: Layout, slots: dict[tuple[int, int], Box], widths: list[int]) -> None:
    element = _element(table, "w:tr")
    properties = _element(element, "w:trPr")
    _element(properties, "w:cantSplit")
    _element(properties, "w:trHeight", val=400, hRule="atLeast")
    # A row can head the next pages only together with all rows above it.
    if layout.head.start == layout.top and row in layout.head:
        _element(properties, "w:tblHeader")
    column = 0
    while column < len(widths):
        box = slots.get((row, column))
        if box is None:
            box = Box("", row, column, "input")
        _cell(element, box, row, sum(widths[column : column + box.colspan]))
        column += box.colspan


def _cell(parent: Any, box: Box, row: int, width: int) -> None:
    cell = _element(parent, "w:tc")
    properties = _element(cell, "w:tcPr")
    _element(properties, "w:tcW", w=width, type="dxa")
    if box.colspan > 1:
        _element(properties, "w:gridSpan", val=box.colspan)
    if box.rowspan > 1:
        _element(properties, "w:vMerge", **({"val": "restart"} if row == box.row else {}))
    if box.kind in ("label", "head", "side"):
        _element(properties, "w:shd", val="clear", color="auto", fill="F2F2F2")
    _element(properties, "w:vAlign", val="center")
    lines = writable(box.text).split("\n") if row == box.row else [""]
    for line in lines:
        paragraph = _element(cell, "w:p")
        if box.kind in _CENTRED or box.role not in _LEFT:
            _element(_element(paragraph, "w:pPr"), "w:jc", val="center")
        if line:
            text = _element(_element(paragraph, "w:r"), "w:t")
            text.text = line
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _comments(document: Any, layout: Layout, table: Any) -> None:
    """The notes that rows bring, as comments on the words that they are about."""
    for box in layout.boxes:
        if box.note and box.text:
            first = _cell_at(table, box, layout.top).find(qn("w:p"))
            document.add_comment(Paragraph(first, document).runs, text=box.note, author="Jixiao", initials="JX")


def _cell_at(table: Any, box: Box, top: int) -> Any:
    """The cell element of a box."""
    column, cells = 0, iter(table.findall(qn("w:tr"))[box.row - top].findall(qn("w:tc")))
    cell = next(cells)
    while column < box.column:
        span = cell.find(qn("w:tcPr")).find(qn("w:gridSpan"))
        column += int(span.get(qn("w:val"))) if span is not None else 1
        cell = next(cells)
    return cell
