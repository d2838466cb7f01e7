"""A comparison as an Excel workbook: indicators down, departments across, differences marked, a sheet of sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from graph.export.comparison import DIFFERENT, LOOSER, OTHER_KIND, STRICTER, Comparison, Line, Promise
from graph.export.rows import Column, Value
from graph.export.workbook import for_paper, height, put

# Marks are signs as well as colours: a print may be grey. The one that matters most stands first.
MARKS = {
    LOOSER: ("▼", "FBE3CF", "宽于中位数 looser than the median"),
    STRICTER: ("▲", "DDF0DD", "严于中位数 stricter than the median"),
    DIFFERENT: ("◆", "E3E9F5", "与中位数不同，不分宽严（规模不同或方向不明）differs, neither stricter nor looser"),
    OTHER_KIND: ("◇", "EEEEEE", "量的种类不同，不可比 another kind of quantity"),
}
_SUMMARY = ("部门数\ncount", "最小\nmin", "中位\nmedian", "最大\nmax", "单位\nunit")
_SOURCES = (
    Column("indicator", "标准指标 indicator", 24), Column("level1", "一级指标", 12), Column("level2", "二级指标", 16),
    Column("department", "部门 department", 24), Column("fiscal_year", "年度 year", 8),
    Column("project", "项目 project", 30), Column("level3", "印出的名称 name as printed", 28),
    Column("target", "印出的指标值 target as printed", 20), Column("difference", "差异 difference", 14),
    Column("weight", "权重 weight", 8), Column("page", "页 page", 6), Column("line", "行 line", 7),
    Column("sheet", "工作表 sheet", 10), Column("file", "文件 file", 26), Column("id", "标识 id", 90),
)  # fmt: skip
_FIRST = 2  # the first column of a department
_MOST_ON_A_PAGE = 8
_LINE = Side(style="thin", color="BBBBBB")
_FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD, _BAND = PatternFill("solid", fgColor="DCE6F1"), PatternFill("solid", fgColor="F3F6FA")


def write(comparison: Comparison, stream: IO[bytes]) -> None:
    """The workbook."""
    book = Workbook()
    _compared(book.active, comparison)
    _sources(book.create_sheet("来源 sources"), comparison)
    book.save(stream)


# -- the first sheet --------------------------------------------------------------------------------------------------


def _compared(sheet: Any, comparison: Comparison) -> None:
    sheet.title = "对照 comparison"
    last = _FIRST + len(comparison.departments) + len(_SUMMARY) - 1
    heading = _title(sheet, comparison, last)
    _headings(sheet, comparison, heading)
    row = heading
    for names, lines in groupby(comparison.lines, key=lambda line: (line.level1, line.level2)):
        row += 1
        _band(sheet, row, last, " · ".join(filter(None, names)) or "未分类 no class")
        for line in lines:
            row += 1
            _line(sheet, row, line, list(comparison.departments))
    sheet.freeze_panes = sheet.cell(heading + 1, _FIRST)
    _paper(sheet, comparison, heading)


def _title(sheet: Any, comparison: Comparison, last: int) -> int:
    """Title and legend; returns the row for the headings."""
    count = len({promise.project_name for _, promise in comparison.promises})
    put(sheet.cell(1, 1), f"“{comparison.title}”绩效指标对照表").font = Font(bold=True, size=14)
    sheet.cell(1, 1).alignment = Alignment(vertical="center")
    sheet.row_dimensions[1].height = 24
    said = (
        f"{len(comparison.departments)} 个部门（年度）、{count} 个项目、{len(comparison.lines)} 个指标；"
        "指标值按同一指标的中位数比较，批注与“来源”表有项目与出处。"
        "Targets are compared with the median of the indicator; notes and the second sheet tell projects and places."
    )
    rows = [said, *(f"{sign} {meaning}" for sign, _, meaning in MARKS.values())]
    for row, text in enumerate(rows, start=2):
        put(sheet.cell(row, 1), text).alignment = Alignment(vertical="center", wrap_text=row == 2)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
    sheet.row_dimensions[2].height = 30
    for row, (_, colour, _) in enumerate(MARKS.values(), start=3):
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=colour)
    return len(rows) + 2


def _headings(sheet: Any, comparison: Comparison, row: int) -> None:
    texts = ["指标\nindicator", *comparison.departments.values(), *_SUMMARY]
    widths = [30, *(_department_width(comparison) for _ in comparison.departments), 8, 10, 10, 10, 9]
    for column, (text, width) in enumerate(zip(texts, widths, strict=True), start=1):
        cell = put(sheet.cell(row, column), text)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _FRAME
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[row].height = 46


def _department_width(comparison: Comparison) -> int:
    return 18 if len(comparison.departments) <= _MOST_ON_A_PAGE else 15


def _band(sheet: Any, row: int, last: int, text: str) -> None:
    for column in range(1, last + 1):
        sheet.cell(row, column).fill, sheet.cell(row, column).border = _BAND, _FRAME
    put(sheet.cell(row, 1), text).font = Font(bold=True)
    sheet.cell(row, 1).alignment = Alignment(vertical="center")
    sheet.row_dimensions[row].height = 18


def _line(sheet: Any, row: int, line: Line, departments: Sequence[str]) -> None:
    put(sheet.cell(row, 1), line.name)
    for column, key in enumerate(departments, start=_FIRST):
        if key in line.promises:
            _promised(sheet.cell(row, column), line.promises[key])
    summary: list[Value] = [len(line.promises), line.least, line.middle, line.most, line.unit or None]
    for column, value in enumerate(summary, start=_FIRST + len(departments)):
        cell = put(sheet.cell(row, column), value)
        cell.number_format = "General" if not isinstance(value, Decimal) else "#,##0.####" if value % 1 else "#,##0"
    for column in range(1, _FIRST + len(departments) + len(summary)):
        cell = sheet.cell(row, column)
        cell.border = _FRAME
        cell.alignment = Alignment(vertical="center", wrap_text=True, horizontal="left" if column == 1 else "center")
    texts = [line.name, *("\n".join(_shown(promises)) for promises in line.promises.values())]
    widths = [sheet.column_dimensions["A"].width, *(sheet.column_dimensions["B"].width for _ in texts[1:])]
    sheet.row_dimensions[row].height = 6 + height(texts, widths)


def _shown(promises: Sequence[Promise]) -> dict[str, list[Promise]]:
    """What a cell shows: each target once, with its mark."""
    shown: dict[str, list[Promise]] = {}
    for promise in promises:
        sign = MARKS[promise.mark][0] if promise.mark else ""
        shown.setdefault(f"{promise.short or '（空 empty）'} {sign}".strip(), []).append(promise)
    return shown


def _promised(cell: Any, promises: Sequence[Promise]) -> None:
    shown = _shown(promises)
    many = len(shown) < len(promises)
    texts = [f"{text} ×{len(same)}" if many and len(same) > 1 else text for text, same in shown.items()]
    put(cell, "\n".join(texts))
    mark = next((mark for mark in MARKS if any(promise.mark == mark for promise in promises)), None)
    if mark:
        cell.fill = PatternFill("solid", fgColor=MARKS[mark][1])
    comment = Comment("\n".join(_notes(promises)), "jixiao")
    comment.width, comment.height = 360, min(400, 40 + 34 * len(promises))
    cell.comment = comment


def _notes(promises: Sequence[Promise]) -> Iterator[str]:
    for promise in promises:
        weight = f"，权重 {promise.weight}" if promise.weight else ""
        yield f"{promise.project_name}：{promise.level3} {promise.target or ''}{weight}（{place(promise)}）"


def place(promise: Promise) -> str:
    """Where a promise is printed: file, page, sheet, line."""
    parts = [str(promise.path or "")]
    parts += [f"第{promise.page}页"] if promise.page else []
    parts += [str(promise.sheet)] if promise.sheet else []
    row = promise.line or promise.place_row
    return " ".join([*parts, *([f"第{row}行"] if row else [])])


def _paper(sheet: Any, comparison: Comparison, heading: int) -> None:
    for_paper(sheet)
    sheet.print_title_rows = f"{heading}:{heading}"
    sheet.print_title_cols = "A:A"
    if len(comparison.departments) > _MOST_ON_A_PAGE:
        sheet.page_setup.fitToWidth = 0  # several pages across, each with the names of the indicators
        sheet.page_setup.scale = 70
        sheet.sheet_properties.pageSetUpPr.fitToPage = False
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.6, 0.25


# -- the second sheet -------------------------------------------------------------------------------------------------


def _sources(sheet: Any, comparison: Comparison) -> None:
    for column, item in enumerate(_SOURCES, start=1):
        cell = put(sheet.cell(1, column), item.heading)
        cell.font, cell.fill = Font(bold=True), _HEAD
        sheet.column_dimensions[get_column_letter(column)].width = item.width or 12
    row = 1
    for row, (line, promise) in enumerate(comparison.promises, start=2):
        values = _source(line, promise)
        for column, value in enumerate(values, start=1):
            put(sheet.cell(row, column), value)
        sheet.row_dimensions[row].height = height(values, [column.width or 12 for column in _SOURCES])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_SOURCES))}{row}"
    for_paper(sheet)
    sheet.print_area = f"A1:{get_column_letter(len(_SOURCES) - 1)}{row}"  # the ids are for programs


def _source(line: Line, promise: Promise) -> tuple[Value, ...]:
    def whole(text: str | None) -> int | None:
        return int(text) if text else None

    difference = MARKS[promise.mark][2].split(" ")[0].split("，")[0] if promise.mark else ""
    return (
        line.name, line.level1, line.level2, promise.department_name, whole(promise.fiscal_year), promise.project_name,
        promise.level3, promise.target, difference, Decimal(promise.weight) if promise.weight else None,
        whole(promise.page), whole(promise.line or promise.place_row), promise.sheet, promise.path, promise.row,
    )  # fmt: skip
