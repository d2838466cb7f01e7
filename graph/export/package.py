"""The dataset as a Frictionless data package: tables with keys as CSV or Parquet, and ``datapackage.json`` about them.

The CSV files are for programs: their text stands as it is, a spreadsheet would take ``=100%`` for a formula. Tables for
people come from :mod:`graph.export.tabular`. Everything is written row by row, so memory does not grow with the data
but for the names of departments, projects and canonical indicators, which have one row each.
"""

from __future__ import annotations

import csv
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from graph import __version__
from graph.errors import BadParameter
from graph.export.parquet import ParquetTable
from graph.export.projection import Projection
from graph.export.relations import Column, Relation, relations
from graph.export.rows import Value
from graph.export.selection import Selection, disclosures
from graph.export.tabular import text
from graph.store import Store

FORMATS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_LICENCE = {
    "name": "Apache-2.0",
    "title": "Apache License 2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
}
_DIALECT = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True}


def write(store: Store, selection: Selection, format: str, stream: IO[bytes]) -> None:
    """The package as a ZIP file. Raises BadParameter and NotFound before anything is written."""
    with tempfile.TemporaryDirectory(prefix="jixiao-") as temporary:
        folder = Path(temporary)
        write_folder(store, selection, format, folder)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))


def write_folder(store: Store, selection: Selection, format: str, folder: Path) -> None:
    """The package as files of a folder, which is made where there is none. Raises as :func:`write`."""
    if format not in FORMATS:
        raise BadParameter(format, zh="格式应为 csv 或 parquet。", en="The format is csv or parquet.")
    if selection.project is not None:
        raise BadParameter("project", zh="数据包按文件划分，不能只取一个项目。", en="A package is of whole documents.")
    chosen = disclosures(store, selection)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    projection = Projection(store)
    with ExitStack() as files:
        tables = {
            relation.name: files.enter_context(_TABLES[format](data / f"{relation.name}.{format}", relation))
            for relation in relations().values()
        }
        for disclosure in chosen:
            for relation, row in projection.rows(disclosure):
                tables[relation.name].write(row)
                counts[relation.name] += 1
        for relation, row in projection.last():
            tables[relation.name].write(row)
            counts[relation.name] += 1
    described = descriptor(format, counts)
    (folder / "datapackage.json").write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", "utf-8")


class CsvTable:
    """A CSV file with a row of names, as RFC 4180 has it."""

    def __init__(self, path: Path, relation: Relation) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow([column.name for column in relation.columns])

    def __enter__(self) -> CsvTable:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, row: list[Value]) -> None:
        """One row."""
        self._writer.writerow(map(text, row))


_TABLES: dict[str, Callable[[Path, Relation], Any]] = {"csv": CsvTable, "parquet": ParquetTable}


# -- datapackage.json -------------------------------------------------------------------------------------------------


def descriptor(format: str = "csv", counts: Counter[str] | None = None) -> dict[str, Any]:
    """``datapackage.json`` (https://specs.frictionlessdata.io/data-package/); ``counts``: rows of each table."""
    return {
        "profile": "tabular-data-package" if format == "csv" else "data-package",
        "name": "jixiao",
        "title": "预算绩效目标表数据包",
        "title_en": "Data package of budget performance-target tables",
        "description": "从各部门公开文件读出的预算、项目、绩效指标、目标值、依据与校验结果，每个值附出处。"
        "CSV 供程序读取，文字原样保存。",
        "description_en": "Budgets, projects, indicators, targets, bases and findings read from published documents, "
        "each value with its place. The CSV files are for programs: text stands as it is.",
        "version": __version__,
        "licenses": [_LICENCE],
        "resources": [_resource(relation, format, counts) for relation in relations().values()],
    }  # fmt: skip


def _resource(relation: Relation, format: str, counts: Counter[str] | None) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": relation.name,
        "path": f"data/{relation.name}.{format}",
        "title": relation.term.label_zh or relation.name,
        "title_en": relation.term.label_en or relation.name,
        "description": relation.term.definition_zh,
        "description_en": relation.term.definition_en,
        "format": format,
        "mediatype": FORMATS[format],
        "schema": _schema(relation),
    }
    if format == "csv":
        known |= {"profile": "tabular-data-resource", "encoding": "utf-8", "dialect": _DIALECT}
    if counts is not None:
        known["rows"] = counts[relation.name]
    return known


def _schema(relation: Relation) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in relation.columns],
        "primaryKey": list(relation.key),
    }
    keys = [_foreign_key(column) for column in relation.columns if column.refers]
    return {**schema, "foreignKeys": keys} if keys else schema


def _field(column: Column) -> dict[str, Any]:
    said = column.term
    field: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "title": said.label_zh or column.name,
        "title_en": said.label_en or column.name,
        "description": said.definition_zh,
        "description_en": said.definition_en,
    }
    if column.path:
        field["rdfType"] = column.path[-1]
    if column.required:
        field["constraints"] = {"required": True}
    return {name: value for name, value in field.items() if value != ""}


def _foreign_key(column: Column) -> dict[str, Any]:
    referred = relations()[str(column.refers)]
    fields = [name if name == "disclosure" else column.name for name in referred.key]
    return {"fields": fields, "reference": {"resource": referred.name, "fields": list(referred.key)}}
