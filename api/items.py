"""Things as the JSON of lists: what a query of :mod:`graph.queries.lists` tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode

from api.links import id_of, path_of
from api.schemas import Link
from graph import iris
from graph.errors import NotFound
from graph.extraction.identity import regions
from graph.queries import Column, Question, text_of
from graph.queries.lists import columns, keys, lists
from graph.store import Store, Term

Json = dict[str, Any]


def thing(store: Store, name: str, iri: str) -> Json:
    """One thing of a list. Raises NotFound."""
    question = lists()[name]
    row = columns(store, question, iri)
    if not row:
        raise NotFound(iri, zh=f"{question.title_zh}中没有这一项。", en=f"{question.title_en}: there is no such one.")
    return item(question, iri, row)


def rows(store: Store, name: str, most: int = 1000, **filters: str) -> list[Json]:
    """The things of a list that pass filters, in its own order."""
    question = lists()[name]
    found = keys(store, question, filters, None, most)
    return [item(question, iri, columns(store, question, iri)) for iri in found]


def item(question: Question, iri: str, row: Mapping[str, Term], wanted: list[str] | None = None) -> Json:
    """A thing of a list as JSON: what the columns say, each in the form of its type."""
    found: Json = link_fields(iri, None)
    for column in question.columns:
        value = _value(column, row)
        if column.type == "name":
            found["name"] = value
        if column.type == "region":
            found["region_name"] = region_name(value)
        head, _, inside = column.name.partition("__")
        if inside:
            found.setdefault(head, {})[inside] = value
        else:
            found[head] = value
    return found if wanted is None else {"iri": iri, **{name: found[name] for name in wanted}}


def _value(column: Column, row: Mapping[str, Term]) -> Any:
    if column.type == "place":
        parts = {name: row.get(f"{column.name}__{name}") for name in ("page", "line", "sheet", "row")}
        return {name: None if term is None else _part(name, text(term)) for name, term in parts.items()}
    term = row.get(column.name)
    if term is None:
        return None
    match column.type:
        case "link" if isinstance(term, NamedNode):
            name = row.get(f"{column.name}__name")
            return link(term.value, text_of(name) if name is not None else None).model_dump()
        case "integer" if isinstance(term, Literal):
            return int(term.value)
        case "region":
            return iris.text_of(text(term))
        case "concept":
            return text_of(term)
    return text(term)


def _part(name: str, value: str) -> int | str:
    return value if name == "sheet" else int(value)


def text(term: Term) -> str:
    """The characters of a term."""
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def link_fields(iri: str, name: str | None) -> Json:
    """What every thing has: id, IRI, name and path."""
    return {"id": id_of(iri), "iri": iri, "name": name, "url": path_of(iri)}


def link(iri: str, name: str | None) -> Link:
    """A thing by its IRI and name."""
    return Link(**link_fields(iri, name))


def region_name(code: str | None) -> str | None:
    """省市县 of a code, as far as it is known."""
    if code is None:
        return None
    codes = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    return "".join(regions()[part].name for part in codes if part in regions()) or None
