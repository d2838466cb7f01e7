"""Target tables of a disclosure printed in the layouts of three provinces, as HTML, Word, Excel and PDF files.

A layout gives parts: lines of text and tables; a format gives the bytes of a file. Nothing here uses the readers.
"""

from __future__ import annotations

import html as html_module
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from reportlab.lib import colors
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as Drawn

from graph.model import DEPARTMENT, PROJECT, Disclosure, Indicator, TargetTable

LEFT, UP = "\0left", "\0up"
SIGNS = {"=": "＝", ">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "qualitative": "定性"}


@dataclass(frozen=True)
class Box:
    """A printed cell and the slots that it covers."""

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True)
class Table:
    """Boxes of a table, the widths of its columns in characters, and how many rows each of its pages repeats."""

    boxes: tuple[Box, ...]
    widths: tuple[int, ...]
    head: int = 0

    @property
    def height(self) -> int:
        return max(box.row + box.rowspan for box in self.boxes)


Part = str | Table
Layout = Callable[[Disclosure], list[Part]]


def merged(rows: Sequence[Sequence[str]], widths: Sequence[int], head: int = 0) -> Table:
    """Rows of words as a table; ``LEFT`` and ``UP`` mark slots that the cell to the left or above covers."""
    boxes = []
    for r, row in enumerate(rows):
        assert len(row) == len(widths), row
        for c, text in enumerate(row):
            if text in (LEFT, UP):
                continue
            right, below = c + 1, r + 1
            while right < len(row) and row[right] == LEFT:
                right += 1
            while below < len(rows) and rows[below][c] == UP:
                below += 1
            boxes.append(Box(text, r, c, below - r, right - c))
    return Table(tuple(boxes), tuple(widths), head)


# -- layouts ----------------------------------------------------------------------------------------------------------


def flat(disclosure: Disclosure) -> list[Part]:
    """Sichuan: all projects in one grid, the cells of a project merged over its rows, sign and unit apart."""
    head = ["单位名称", "项目名称", "预算数", "年度目标", "一级指标", "二级指标", "三级指标"]
    rows = [[*head, "指标性质", "指标值", "度量单位", "权重", "指标方向性"]]
    for unit, tables in groupby(_of(disclosure, PROJECT), key=_unit):
        for n, table in enumerate(tables):
            for m, item in enumerate(table.indicators):
                own = [UP if n or m else unit]
                own += [UP, UP, UP] if m else [table.name, _amount(table), table.objective or ""]
                sign, value, unit_of_measure = _printed(item)
                weight = "" if item.weight is None else str(item.weight)
                classes = [item.level1 or "", item.level2 or "", item.level3]
                rows.append([*own, *classes, sign, value, unit_of_measure, weight, item.direction or ""])
    title = f"部门预算项目支出绩效目标表（{disclosure.fiscal_year}年度）"
    return [title, "金额单位：万元", merged(rows, (8, 11, 7, 28, 7, 9, 20, 6, 9, 6, 5, 7), 1)]


def form(disclosure: Disclosure) -> list[Part]:
    """Hebei: a form a project with a spending plan; sign, number and unit in one cell; description and basis."""
    parts: list[Part] = [disclosure.department.name]
    for n, table in enumerate(_of(disclosure, PROJECT), 1):
        steps = [(step.by, step.printed) for step in table.spending_plan] or [("3月底", "25%"), ("12月底", "100%")]
        steps = (steps + [("", "")] * 4)[:4]
        rows = [
            ["项目编码", table.code or "", LEFT, "项目名称", table.name, LEFT, LEFT],
            ["预算规模及资金用途", "预算数", _amount(table), "其中：财政资金", _amount(table), "其他资金", ""],
            [UP, table.purpose or "用于本项目支出。", *[LEFT] * 5],
            ["资金支出计划（%）", steps[0][0], LEFT, *(by for by, _ in steps[1:]), LEFT],
            [UP, steps[0][1], LEFT, *(printed for _, printed in steps[1:]), LEFT],
            ["绩效目标", table.objective or "", *[LEFT] * 5],
            ["一级指标", "二级指标", "三级指标", "绩效指标描述", LEFT, "指标值", "指标值确定依据"],
        ]
        above = None
        for item in table.indicators:
            basis = "、".join(basis.text for basis in item.basis)
            first = UP if item.level1 == above else item.level1 or ""
            above = item.level1
            rows.append([first, item.level2 or "", item.level3, item.description or "", LEFT, _joined(item), basis])
        parts += [f"{n}、{table.name}绩效目标表", "单位：万元", merged(rows, (9, 10, 14, 10, 14, 10, 16))]
    return parts


def sided(disclosure: Disclosure) -> list[Part]:
    """Shaanxi: a form a project or department with a side label and merged class cells, weights last."""
    parts: list[Part] = []
    for table in (*_of(disclosure, PROJECT), *_of(disclosure, DEPARTMENT)):
        project = table.scope == PROJECT
        kind = "部门专项业务经费绩效目标表" if project else "部门整体支出绩效目标表"
        rows = [
            ["项目名称" if project else "部门（单位）名称", LEFT, table.name, *[LEFT] * 3],
            ["主管部门", LEFT, _unit(table), *[LEFT] * 3],
            ["资金金额（万元）", LEFT, "年度资金总额：", LEFT, _amount(table), LEFT],
            [UP, UP, "其中：财政拨款", LEFT, _amount(table), LEFT],
            [UP, UP, "其他资金", LEFT, "", LEFT],
            ["年度目标", LEFT, table.objective or "", *[LEFT] * 3],
            ["年度绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "分值权重"],
        ]
        above: tuple[str | None, str | None] = (None, None)
        for item in table.indicators:
            first = UP if item.level1 == above[0] else item.level1 or ""
            second = UP if (item.level1, item.level2) == above else item.level2 or ""
            above = item.level1, item.level2
            weight = "" if item.weight is None else str(item.weight)
            rows.append([UP, first, second, item.level3, _joined(item), weight])
        parts += [kind, f"（{disclosure.fiscal_year}年度）", merged(rows, (5, 9, 12, 30, 14, 8))]
    return parts


LAYOUTS: dict[str, Layout] = {"flat": flat, "form": form, "sided": sided}


def _of(disclosure: Disclosure, scope: str) -> list[TargetTable]:
    return [table for table in disclosure.target_tables if table.scope == scope and table.indicators]


def _unit(table: TargetTable) -> str:
    unit = table.budget_unit
    return table.supervising_department or (f"{unit.code or ''}{unit.name}" if unit else "")


def _amount(table: TargetTable) -> str:
    return str(table.budget.amount) if table.budget else ""


def _printed(item: Indicator) -> tuple[str, str, str]:
    """Sign, number and unit."""
    return SIGNS.get(item.target.comparator or "", ""), item.target.value or "", item.target.unit or ""


def _joined(item: Indicator) -> str:
    sign, value, unit = _printed(item)
    return value if sign == "定性" else sign + value + unit


# -- formats ----------------------------------------------------------------------------------------------------------


def html(parts: Iterable[Part]) -> bytes:
    """A web page with ``rowspan`` and ``colspan``."""
    out = ['<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>']
    for part in parts:
        if isinstance(part, str):
            out.append(f"<p>{html_module.escape(part)}</p>")
            continue
        out.append("<table border=1>")
        for row in _rows(part):
            cells = [
                f"<td rowspan={box.rowspan} colspan={box.colspan}>{html_module.escape(box.text)}</td>" for box in row
            ]
            out.append(f"<tr>{''.join(cells)}</tr>")
        out.append("</table>")
    return "\n".join([*out, "</body></html>"]).encode()


def docx(parts: Iterable[Part]) -> bytes:
    """A Word document with merged cells."""
    document = Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(part.height, len(part.widths), style="Table Grid")
        slots = [list(row.cells) for row in table.rows]
        for box in part.boxes:
            first = slots[box.row][box.column]
            last = slots[box.row + box.rowspan - 1][box.column + box.colspan - 1]
            (first.merge(last) if first is not last else first).text = box.text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def xlsx(parts: Iterable[Part], *, numbers: bool = False) -> bytes:
    """A workbook with merged cells. ``numbers``: numbers and percentages are such, with a number format."""
    book = Workbook()
    sheet = book.active
    thin = Side(style="thin")
    top = 1
    for part in parts:
        if isinstance(part, str):
            sheet.cell(top, 1, part).data_type = "s"
            top += 1
            continue
        for box in part.boxes:
            cell = sheet.cell(top + box.row, 1 + box.column)
            cell.border = Border(thin, thin, thin, thin)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            number = re.fullmatch(r"(\d{1,9})(\.\d+)?(%?)", box.text) if numbers else None
            if number:
                cell.value = float(number[1] + (number[2] or "")) / (100 if number[3] else 1)
                cell.number_format = "0" + re.sub(r"\d", "0", number[2] or "") + number[3]
            else:
                cell.value, cell.data_type = box.text, "s"
            if box.rowspan * box.colspan > 1:
                last = {"end_row": cell.row + box.rowspan - 1, "end_column": cell.column + box.colspan - 1}
                sheet.merge_cells(start_row=cell.row, start_column=cell.column, **last)
        top += part.height + 1
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
_WORDS = ParagraphStyle("words", fontName="STSong-Light", fontSize=8, leading=10, wordWrap="CJK")
_CENTRED = ParagraphStyle("centred", parent=_WORDS, alignment=1)
_MARGIN = 30.0
_HIGHEST = 20


def pdf(
    parts: Sequence[Part],
    *,
    ruled: bool = True,
    centred: bool = False,
    repeated: bool = True,
    cut: int = 0,
    size: tuple[float, float] = A4,
    compressed: bool = True,
) -> bytes:
    """A PDF of tables with or without rules, which break over pages where they must.

    ``centred``: words stand in the middle of their cells, not at the left. ``repeated``: each page repeats the
    headings. ``cut``: pages end after so many rows, through merged cells too.
    """
    if any(isinstance(part, Table) and len(part.widths) > 8 for part in parts):
        size = landscape(A3) if size == A4 else landscape(size)
    story: list[Flowable] = []
    words = _CENTRED if centred else _WORDS
    for part in parts:
        if isinstance(part, str):
            story.append(Paragraph(html_module.escape(part), words))
            continue
        for n, piece in enumerate(_cut(part, cut) if cut else [part]):
            story += [PageBreak()] if n else []
            story.append(_drawn(piece, size[0] - 2 * _MARGIN - 12, words, ruled, repeated))
    stream = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    SimpleDocTemplate(stream, pagesize=size, pageCompression=int(compressed), **margins).build(story)
    return stream.getvalue()


def _drawn(table: Table, width: float, words: ParagraphStyle, ruled: bool, repeated: bool) -> Drawn:
    rows: list[list[Paragraph | str]] = [[""] * len(table.widths) for _ in range(table.height)]
    style: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    for box in table.boxes:
        rows[box.row][box.column] = Paragraph(html_module.escape(box.text), words)
        sides = (box.column, box.row), (box.column + box.colspan - 1, box.row + box.rowspan - 1)
        style += [("BOX", *sides, 0.5, colors.black)] if ruled else []
        # Rows that a merged cell joins stay on one page: a very high one is only framed, and may be cut.
        if box.rowspan * box.colspan > 1 and box.rowspan <= _HIGHEST:
            style.append(("SPAN", *sides))
    widths = [width * share / sum(table.widths) for share in table.widths]
    return Drawn(rows, widths, style=style, repeatRows=table.head if repeated else 0)


def _cut(table: Table, rows: int) -> Iterator[Table]:
    """Pieces of so many rows; what a merged cell covers on the next page stays empty there."""
    for top in range(0, table.height, rows):
        end = min(top + rows, table.height)
        boxes = []
        for box in table.boxes:
            first, last = max(box.row, top), min(box.row + box.rowspan, end)
            if first < last:
                text = box.text if first == box.row else ""
                boxes.append(Box(text, first - top, box.column, last - first, box.colspan))
        yield Table(tuple(boxes), table.widths, table.head)


def scanned(pdf_file: bytes, *, dpi: int = 200, bilevel: bool = False) -> bytes:
    """The same pages as pictures, nothing else; needs a Chinese font on the machine."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf_file)
    pages = [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("1" if bilevel else "L") for page in document]
    document.close()
    stream = io.BytesIO()
    quality = {} if bilevel else {"quality": 60}
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:], resolution=dpi, **quality)
    return stream.getvalue()


def _rows(table: Table) -> list[list[Box]]:
    rows: list[list[Box]] = [[] for _ in range(table.height)]
    for box in table.boxes:
        rows[box.row].append(box)
    return rows
