"""The reading report: what was read of each file with what certainty, what was inferred, what was not understood.

With a picture: the pages of a PDF with the cells drawn on them, the tables of other formats coloured by role.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import jinja2
import pypdfium2

from graph.errors import JixiaoError
from graph.extraction import trace
from graph.extraction.stream import Account
from graph.model import Indicator, TargetTable
from graph.output import number
from graph.readers import content, read_each
from graph.readers.document import Cell, Document, Grid

_SCALE = 1.3
_MOST_PAGES = 60


@dataclass(frozen=True, slots=True)
class Group:
    """Roles that share a colour."""

    name: str
    zh: str
    en: str
    colour: str
    roles: frozenset[str]


GROUPS = (
    Group("class", "指标级别", "classes", "#dbe9ff", frozenset({"level1", "level2"})),
    Group("name", "指标与项目名称", "names", "#d7f3dc", frozenset({"level3", "name", "indicatorList", "description"})),
    Group("target", "指标值", "targets", "#ffe9b8", frozenset({"comparator", "value", "unit", "direction", "nature"})),
    Group("weight", "权重与得分", "weights and scores", "#f6d5ef", frozenset({"weight", "score", "actual"})),
    Group("basis", "依据", "basis", "#e6dcf7", frozenset({"basis", "dataSource", "remark", "deviationReason"})),
    Group("furniture", "表头与固定文字", "headings and labels", "#eeeeee", frozenset({"furniture"})),
    Group("header", "项目信息", "header fields", "#d9f1f1", frozenset()),
    Group("unknown", "未识别", "not understood", "#ff9c9c", frozenset({"?"})),
    Group("outside", "不属于绩效目标表", "outside the tables", "#ffffff", frozenset({""})),
)


def report(paths: Iterable[str | Path]) -> str:
    """One HTML page on all documents of the files; errors stand beside the files they belong to."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("graph.export"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    documents = [_document(name, found, path) for path in paths for name, found in read_each(path)]
    return environment.get_template("reading.html").render(groups=GROUPS, documents=documents)


def _document(name: str, document: Document | JixiaoError, path: str | Path) -> dict[str, Any]:
    if isinstance(document, JixiaoError):
        return {"path": name, "error": document.line()}
    try:
        disclosure, account = trace(document)
    except JixiaoError as error:
        return {"path": name, "error": error.line()}
    unknown = {(cell.text, cell.place) for cell in disclosure.unplaced}
    painted = _Painted(account, unknown)
    is_pdf = document.media_type == "application/pdf" and name == str(path)
    return {
        "path": name,
        "error": None,
        "disclosure": disclosure,
        "media_type": document.media_type,
        "pages": document.pages,
        "warnings": document.warnings,
        "tables": [_summary(table, document) for table in disclosure.target_tables],
        "pictures": _pictures(content(path), document, painted) if is_pdf else [],
        "grids": [] if is_pdf else [_rows(grid, painted) for grid in document.grids() if painted.matters(grid)],
    }


def _summary(table: TargetTable, document: Document) -> dict[str, Any]:
    items = (*table.indicators, *table.prose_indicators)
    printed = sum(_printed_fields(item) for item in items)
    inferred = [f"{field}（{table.name}）" for field in table.inferred]
    inferred += [f"{field}（{item.level3}）" for item in items for field in item.inferred]
    weights = [item.weight for item in items if item.weight is not None]
    places = {(item.place.page, item.place.row, item.place.line) for item in items}
    confidence = [
        cell.confidence
        for grid in document.grids()
        for cell in grid.cells
        if cell.confidence is not None and (cell.place.page, cell.place.row, cell.place.line) in places
    ]
    return {
        "name": table.name,
        "indicators": len(items),
        "printed": printed,
        "inferred": inferred,
        "confidence": f"{min(confidence):.2f}" if confidence else None,
        "weights": number(sum(weights, Decimal(0))) if weights else None,
    }


def _printed_fields(item: Indicator) -> int:
    values = (item.level1, item.level2, item.level3, item.target.text, item.weight, item.direction, item.description)
    return sum(1 for value in values if value) + len(item.basis) - len(item.inferred)


class _Painted:
    """The colour group of each cell."""

    def __init__(self, account: Account, unknown: set[tuple[str, Any]]) -> None:
        self._account, self._unknown = account, unknown

    def role(self, cell: Cell) -> str:
        """The role that a cell was used for, ``?`` if it was not understood, empty if it is outside the tables."""
        role = self._account.role(cell)
        return role or ("?" if (cell.text.strip(), cell.place) in self._unknown else "")

    def group(self, cell: Cell) -> str:
        """Name of the colour group."""
        role = self.role(cell)
        return next((group.name for group in GROUPS if role in group.roles), "header")

    def matters(self, grid: Grid) -> bool:
        """Whether any cell of a grid belongs to a performance table."""
        return any(self.role(cell) for cell in grid.cells)


def _rows(grid: Grid, painted: _Painted) -> list[list[dict[str, Any]]]:
    return [
        [
            {
                "text": cell.text,
                "group": painted.group(cell),
                "title": f"{painted.role(cell)} {cell.place}",
                "rowspan": cell.rowspan,
                "colspan": cell.colspan,
            }
            for cell in cells
        ]
        for cells in grid.rows()
    ]


def _pictures(data: bytes, document: Document, painted: _Painted) -> list[dict[str, Any]]:
    cells: dict[int, list[Cell]] = {}
    for grid in document.grids():
        if painted.matters(grid):
            for cell in grid.cells:
                if cell.place.page and cell.place.box:
                    cells.setdefault(cell.place.page, []).append(cell)
    pdf = pypdfium2.PdfDocument(data)
    try:
        return [_picture(pdf, page, cells[page], painted) for page in sorted(cells)[:_MOST_PAGES]]
    finally:
        pdf.close()


def _picture(pdf: Any, number_: int, cells: list[Cell], painted: _Painted) -> dict[str, Any]:
    page = pdf[number_ - 1]
    width, height = page.get_size()
    buffer = io.BytesIO()
    page.render(scale=_SCALE).to_pil().save(buffer, "PNG", optimize=True)
    boxes = []
    for cell in cells:
        left, bottom, right, top = cell.place.box or (0.0, 0.0, 0.0, 0.0)
        boxes.append(
            {
                "x": round(left, 1),
                "y": round(height - top, 1),
                "width": round(right - left, 1),
                "height": round(top - bottom, 1),
                "group": painted.group(cell),
                "title": f"{painted.role(cell)}: {cell.text[:80]}",
            }
        )
    png = base64.b64encode(buffer.getvalue()).decode()
    return {"number": number_, "width": width, "height": height, "png": png, "boxes": boxes}
