"""A form as an Excel file: merged cells, drop-downs, notes, live totals of the weights, ready to print on A4.

Text never becomes a formula: it is typed as text and marked as quoted, its characters unchanged. Lists and sums stand
on a hidden sheet, which readers leave out; what is shown of them is a note below the form.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal
from functools import cache

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from graph.export.layout import Box, Layout, writable
from graph.export.lists import Lists, explanation, lists, weight_note
from graph.vocabulary import Vocabulary

FORM_SHEET, LIST_SHEET = "绩效目标表", "清单"
_MONEY = frozenset({"budget", "budgetTotalPeriod", "total", "fiscalFunds", "otherFunds", "carriedOver", "executed"})
_NUMERIC = _MONEY | {"weight", "score", "value"}
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,11})(?:\.(\d{1,6}))?")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CENTRED = frozenset({"title", "label", "head", "side", "class"})
_SHORT = _MONEY | {
    "comparator",
    "value",
    "unit",
    "weight",
    "direction",
    "nature",
    "score",
    "sequence",
    "actual",
    "planStep",
}
_PROSE = frozenset({"objective", "objectiveLongTerm", "objectiveActual"})
_POINTS = 15.0  # height of a line of 10-point text
_HIGHEST = 409.0  # what Excel allows


def xlsx(layout: Layout, words: Vocabulary) -> bytes:
    """The file."""
    book = Workbook()
    sheet = book.active
    sheet.title = FORM_SHEET
    _styles(book)
    for box in layout.boxes:
        _put(sheet, box)
    known = lists(words, layout.form)
    _hidden(book, known)
    _validate(sheet, layout, known)
    _explain(sheet, layout, words)
    _total(book, sheet, layout, words)
    _print(sheet, layout)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def safe_text(text: str) -> str:
    """Text as the file can hold it: no unwritable characters; what looks like an escape is escaped."""
    return _ESCAPE.sub(r"_x005F_x\1_", writable(text))


def set_text(cell: Cell, text: str) -> None:
    """A text that no spreadsheet evaluates."""
    cell.value = safe_text(text)
    if text:
        cell.data_type = "s"
    if _FORMULA.match(text):
        cell.quotePrefix = True


@cache
def _sides() -> tuple[Border, PatternFill]:
    line = Side(style="thin", color="000000")
    return Border(left=line, right=line, top=line, bottom=line), PatternFill("solid", fgColor="F2F2F2")


def _styles(book: Workbook) -> None:
    """One named style a kind of cell: made once, so that many cells cost little."""
    frame, shade = _sides()
    for kind in ("title", "line", "note", "label", "head", "side", "class", "input", "short"):
        style = NamedStyle(f"jx {kind}")
        big = kind == "title"
        style.font = Font(name="黑体" if big or kind in ("head", "side") else "宋体", size=16 if big else 10, bold=big)
        across = "center" if kind in _CENTRED or kind == "short" else "left"
        style.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)
        if kind not in ("title", "line", "note"):
            style.border = frame
        if kind in ("label", "head", "side"):
            style.fill = shade
        style.protection = Protection(locked=kind not in ("input", "short", "class"))
        book.add_named_style(style)


def _style(box: Box) -> str:
    if box.kind == "input" and box.role in _SHORT:
        return "jx short"
    return f"jx {box.kind}"


def _put(sheet: Worksheet, box: Box) -> None:
    cell = sheet.cell(box.row + 1, box.column + 1)
    number = _NUMBER.fullmatch(box.text) if box.kind == "input" and box.role in _NUMERIC else None
    if number:
        cell.value = Decimal(box.text)
    else:
        set_text(cell, box.text)
    style = _style(box)
    for row in range(box.row + 1, box.row + 1 + box.rowspan):
        for column in range(box.column + 1, box.column + 1 + box.colspan):
            sheet.cell(row, column).style = style
    if number:
        # Shown with the decimals that were printed, so that it reads back as the same words.
        cell.number_format = "0." + "0" * len(number[1]) if number[1] else "0"
    if _FORMULA.match(box.text) and not number:
        cell.quotePrefix = True
    if box.role == "unitNote":
        cell.alignment = Alignment(horizontal="right", vertical="center")
    if box.kind == "line" and not box.role:
        cell.alignment = Alignment(horizontal="center", vertical="center")
    if box.role == "unitName" and box.kind == "line":
        cell.protection = Protection(locked=False)
    if box.rowspan * box.colspan > 1:
        end = {"end_row": box.row + box.rowspan, "end_column": box.column + box.colspan}
        sheet.merge_cells(start_row=box.row + 1, start_column=box.column + 1, **end)


# -- drop-downs -----------------------------------------------------------------------------------------------------


def _hidden(book: Workbook, known: Lists) -> None:
    """A column a list on a hidden sheet; each second-level list bears the name of its first-level class."""
    sheet = book.create_sheet(LIST_SHEET)
    sheet.sheet_state = "hidden"
    for column, (name, items) in enumerate(known.items(), start=1):
        for row, item in enumerate((name, *items), start=1):
            set_text(sheet.cell(row, column), item)
        area = f"'{LIST_SHEET}'!${letter(column)}$2:${letter(column)}${len(items) + 1}"
        book.defined_names[name] = DefinedName(name, attr_text=area)


def _validate(sheet: Worksheet, layout: Layout, known: Lists) -> None:
    """Drop-downs for the closed columns. They advise: other words may be typed after a warning."""
    for role, name in known.by_role.items():
        cells = [box for box in layout.boxes if box.role == role and box.kind in ("input", "class")]
        if cells:
            _add_list(sheet, name, cells)
    firsts = {box.row: box for box in layout.boxes if box.role == "level1" and box.kind == "class"}
    for box in layout.boxes:
        if box.role == "level2" and box.kind == "class":
            first = firsts[max(row for row in firsts if row <= box.row)]
            _add_list(sheet, f"INDIRECT(${letter(first.column + 1)}${first.row + 1})", [box])


def _add_list(sheet: Worksheet, formula: str, boxes: list[Box]) -> None:
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True, errorStyle="warning")
    rule.errorTitle, rule.error = "不在清单中", "此处通常从清单中选择，仍要填写吗？ Not on the list; keep it?"
    for box in boxes:
        rule.add(f"{letter(box.column + 1)}{box.row + 1}")
    sheet.add_data_validation(rule)


# -- notes and totals -----------------------------------------------------------------------------------------------


def _explain(sheet: Worksheet, layout: Layout, words: Vocabulary) -> None:
    """A note on each heading and label that says what belongs there, and the notes that rows bring."""
    noted: set[tuple[int, int]] = set()
    for box in layout.boxes:
        text = box.note if box.kind == "input" and box.note else ""
        if box.kind == "head" or (box.kind in ("label", "line") and box.text):
            text = explanation(box.text, box.role, "column" if box.kind == "head" else "header", words)
        if text and (box.row, box.column) not in noted:
            noted.add((box.row, box.column))
            comment = Comment(text, "Jixiao", height=40 + 18 * (len(text) // 22 + text.count("\n")), width=300)
            sheet.cell(box.row + 1, box.column + 1).comment = comment


def _total(book: Workbook, sheet: Worksheet, layout: Layout, words: Vocabulary) -> None:
    """A line below the form: the weights by class and in all, each beside the figure expected, always current."""
    weight, first = layout.column("weight"), layout.column("level1")
    if weight is None or first is None or layout.form.total is None:
        return
    hidden = book[LIST_SHEET]
    begin = hidden.max_column + 2
    blocks = [box for box in layout.boxes if box.role == "level1" and box.kind == "class"]
    column = letter(weight + 1)
    for row, box in enumerate(blocks, start=1):
        hidden.cell(row, begin).value = f"='{FORM_SHEET}'!${letter(first + 1)}${box.row + 1}"
        area = f"'{FORM_SHEET}'!${column}${box.row + 1}:${column}${box.row + box.rowspan}"
        hidden.cell(row, begin + 1).value = f"=SUM({area})"
    keys, sums = (f"'{LIST_SHEET}'!${letter(begin + n)}$1:${letter(begin + n)}${len(blocks)}" for n in (0, 1))
    note = weight_note(layout.form, words, lambda label: f'SUMIF({keys},"{label}",{sums})', f"SUM({sums})")
    at = layout.height + 1
    cell = sheet.cell(at, 1)
    cell.value, cell.style = f"={note}", "jx note"
    width = len(layout.form.widths)
    sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=width)
    wrong = FormulaRule(formula=[f"SUM({sums})<>{layout.form.total}"], font=Font(color="C00000"))
    sheet.conditional_formatting.add(f"A{at}", wrong)
    sheet.row_dimensions[at].height = 2 * _POINTS


# -- the page -------------------------------------------------------------------------------------------------------


def _print(sheet: Worksheet, layout: Layout) -> None:
    """A4, as wide as the page, headings of the grid on every page; headings locked, fields open."""
    for index, width in enumerate(layout.form.widths, start=1):
        sheet.column_dimensions[letter(index)].width = width
    for row, height in _heights(layout).items():
        sheet.row_dimensions[row + 1].height = height
    setup = sheet.page_setup
    setup.paperSize, setup.orientation = sheet.PAPERSIZE_A4, "landscape" if layout.form.landscape else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 0.5
    sheet.print_title_rows = f"{layout.head.start + 1}:{layout.head.stop}"
    sheet.print_area = f"A1:{letter(len(layout.form.widths))}{layout.height}"
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    protection = sheet.protection
    protection.sheet = True
    protection.formatRows = protection.formatColumns = protection.formatCells = False
    protection.insertRows = protection.deleteRows = False


def _heights(layout: Layout) -> dict[int, float]:
    """Heights that show all words, and leave room to write in fields of prose; cells of several rows share theirs."""
    widths = layout.form.widths
    heights = dict.fromkeys(range(layout.height), _POINTS * 1.4)
    heights[0] = 30.0
    for box in sorted(layout.boxes, key=lambda box: box.rowspan):
        if box.kind == "title":
            continue
        room = max(sum(widths[box.column : box.column + box.colspan]) - 1, 2)
        lines = sum(-(-max(_width(line), 1) // room) for line in box.text.split("\n"))
        if box.kind == "input" and box.role in _PROSE:
            lines = max(lines, 4)
        rows = range(box.row, box.row + box.rowspan)
        missing = lines * _POINTS + 4 - sum(heights[row] for row in rows)
        for row in rows:
            heights[row] = min(heights[row] + max(missing, 0) / box.rowspan, _HIGHEST)
    return heights


def _width(text: str) -> int:
    """Width in characters; Chinese ones are twice as wide."""
    return sum(1 if ord(char) < 0x2E80 else 2 for char in text)
