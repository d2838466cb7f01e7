"""One target table as a file: Excel, CSV, JSON or Turtle. Excel and CSV can be read in again.

Headings are the preferred labels of the roles in ``ontology/forms.ttl``. Text never becomes a formula: Excel cells are
typed as text, CSV cells are guarded.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from pyoxigraph import RdfFormat, serialize

from graph.errors import BadParameter
from graph.export.lookup import Found, triples_about
from graph.export.printed import sign_of
from graph.formulas import guarded
from graph.model import PROJECT, Indicator, TargetTable
from graph.output import number, table_as_json
from graph.store import Store
from graph.vocabulary import Vocabulary, vocabulary

FORMATS = ("xlsx", "csv", "json", "ttl")
_COLUMNS = ("level1", "level2", "level3", "comparator", "value", "unit", "weight", "direction", "description", "basis")
_WIDTHS = {"level3": 36, "description": 36, "basis": 28, "level1": 12, "level2": 16}


def export_table(found: Found, store: Store, format: str) -> bytes:
    """The table in one of :data:`FORMATS`.

    Raises BadParameter for another format.
    """
    match format:
        case "xlsx":
            return _xlsx(found)
        case "csv":
            return _csv(found)
        case "json":
            return json.dumps(table_as_json(found.table), ensure_ascii=False, indent=2).encode()
        case "ttl":
            triples = triples_about(store, found.graph, found.iri)
            prefixes = {"jx": "https://w3id.org/jixiao/ontology#"}
            return serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    raise BadParameter(
        format, zh=f"格式应为 {'、'.join(FORMATS)} 之一。", en=f"The format is one of {', '.join(FORMATS)}."
    )


def heading(role: str, words: Vocabulary) -> str:
    """The usual heading of a role."""
    return words.roles[role].label


def head(found: Found, words: Vocabulary) -> list[tuple[str, str]]:
    """Labelled values above the grid."""
    table = found.table
    first = "name" if table.scope == PROJECT else "departmentName"
    unit = table.budget_unit
    pairs = [
        (heading(first, words), table.name),
        (heading("code", words), table.code or ""),
        (heading("unitName", words), f"{unit.code}-{unit.name}" if unit and unit.code else unit.name if unit else ""),
        (
            f"{heading('budget', words)}（{table.budget.unit if table.budget else words.usual_money_unit}）",
            number(table.budget.amount) or "" if table.budget else "",
        ),
        (heading("objective", words), table.objective or ""),
    ]
    return [(label, value) for label, value in pairs if value]


def columns(table: TargetTable) -> list[str]:
    """The roles that a table fills, in the usual order."""
    always = ("level1", "level2", "level3", "comparator", "value", "unit")
    return [role for role in _COLUMNS if role in always or any(cell(item, role) for item in table.indicators)]


def cell(item: Indicator, role: str) -> str:
    """What an indicator prints under a role."""
    target = item.target
    match role:
        case "comparator":
            return sign_of(target.comparator, vocabulary())
        case "value":
            return target.value or ""
        case "unit":
            return target.unit or ""
        case "weight":
            return number(item.weight) or ""
        case "basis":
            return "、".join(basis.text for basis in item.basis)
        case "level1" | "level2" | "level3" | "direction" | "description":
            return getattr(item, role) or ""
    raise BadParameter(role)


def caption(found: Found) -> str:
    """The title of the sheet."""
    what = "项目支出绩效目标表" if found.table.scope == PROJECT else "部门整体支出绩效目标表"
    return f"{what}（{found.disclosure.fiscal_year}年度）" if found.disclosure.fiscal_year else what


def _csv(found: Found) -> bytes:
    words, table = vocabulary(), found.table
    roles = columns(table)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    width = len(roles)
    writer.writerow([caption(found), *[""] * (width - 1)])
    for label, value in head(found, words):
        writer.writerow([label, guarded(value), *[""] * (width - 2)])
    writer.writerow([heading(role, words) for role in roles])
    for item in table.indicators:
        writer.writerow([guarded(cell(item, role)) for role in roles])
    # Excel takes a CSV for UTF-8 only with this mark.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _xlsx(found: Found) -> bytes:
    words, table = vocabulary(), found.table
    roles = columns(table)
    book = Workbook()
    sheet = book.active
    sheet.title = "绩效目标表"
    line = Side(style="thin", color="999999")
    frame = Border(left=line, right=line, top=line, bottom=line)
    shade = PatternFill("solid", fgColor="EEF3F8")

    def put(row: int, column: int, value: str | Decimal, *, bold: bool = False) -> None:
        target = sheet.cell(row, column)
        target.value = value
        if isinstance(value, str):
            target.data_type = "s"
        target.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if bold else None)
        target.border = frame
        if bold:
            target.font, target.fill = Font(bold=True), shade

    sheet.cell(1, 1, caption(found)).font = Font(bold=True, size=14)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(roles))
    row = 2
    for label, value in head(found, words):
        put(row, 1, label, bold=True)
        put(row, 2, value)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=len(roles))
        row += 1
    for column, role in enumerate(roles, start=1):
        put(row, column, heading(role, words), bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(role, 12)
    for item in table.indicators:
        row += 1
        for column, role in enumerate(roles, start=1):
            put(row, column, item.weight if role == "weight" and item.weight is not None else cell(item, role))
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
