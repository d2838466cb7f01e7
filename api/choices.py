"""What the fields of forms on pages can be chosen from: departments, documents and regions by their names."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from api.items import region_name, text
from api.links import id_of
from api.records import row_iri
from api.resources import service
from graph.queries import run
from graph.store import Store

MOST = 500  # more than that nobody looks through: the field is typed then
_KINDS = {"department": "department", "disclosure": "disclosure", "report": "disclosure", "region": "region"}
_LEVELS = (2, 4, 6)  # digits of the code of a province, a city, a county
Choices = dict[str, list[tuple[str, str]]]


def choices(request: Request, store: Store, types: Mapping[str, str]) -> Choices:
    """Values with names for the fields of a form, by their types; none for a field with too many of them."""
    wanted = {name: _KINDS[kind] for name, kind in types.items() if kind in _KINDS}
    if not wanted:
        return {}
    found = _all(request, store)
    return {name: found[kind] for name, kind in wanted.items() if len(found[kind]) <= MOST}


def _all(request: Request, store: Store) -> Choices:
    def ask() -> list[str]:
        rows = run(store, "choices").terms
        return ["\t".join((text(row["kind"]), id_of(row_iri(row, "item")), text(row["name"]))) for row in rows]

    found: Choices = {kind: [] for kind in _KINDS.values()}
    for line in service(request).keys.of((store.state(), "choices"), ask):
        kind, number, name = line.split("\t", 2)
        found[kind].append((number, name))
    codes = {number.partition("/")[0] for number, _ in found["department"]}
    parts = sorted({code[:digits] for code in codes if code.isdigit() for digits in _LEVELS} - {""})
    parts = [code for code in parts if not code.endswith("00")]  # 6107 and 610700 are the same city
    named = ((code, region_name(code.ljust(6, "0"))) for code in parts)
    found["region"] = [(code, name) for code, name in named if name]
    return found
