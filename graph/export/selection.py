"""What is taken out of a store: everything, or the disclosures of a department, region or year, or one project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import cast

from pyoxigraph import NamedNode, Triple

from graph import iris
from graph.errors import NotFound
from graph.export.lookup import find_department, find_project
from graph.iris import JX
from graph.queries import run
from graph.store import Store

_FOCUS = "http://www.w3.org/ns/shacl#focusNode"
Graphs = Iterator[tuple[NamedNode, Iterator[Triple]]]


@dataclass(frozen=True, slots=True)
class Selection:
    """A project or department by id, code, name or a part of it; a region by its code; a year; a disclosure by id."""

    project: str | None = None
    department: str | None = None
    region: str | None = None
    year: int | None = None
    disclosure: str | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in asdict(self).values())

    def name(self) -> str:
        """What the choice is called in the name of a file; Chinese stays."""
        parts = (self.project, self.department, self.region, self.year, self.disclosure)
        return "-".join(str(part).rstrip("/").rpartition("/")[2] for part in parts if part is not None) or "全部"


def disclosures(store: Store, selection: Selection) -> list[NamedNode]:
    """The disclosures of a selection; of a project, those that have it. Raises NotFound where there is none."""
    values = {name: value for name, value in asdict(selection).items() if name != "project"}
    if selection.department is not None:
        values["department"] = find_department(store, selection.department)
    found = [cast(NamedNode, row["document"]) for row in run(store, "selection", **values).terms]
    if selection.project is not None:
        having = set(find_project(store, selection.project).graphs)
        found = [name for name in found if name.value in having]
    if not found and selection:
        raise NotFound(selection.name(), zh="没有符合条件的公开文件。", en="No disclosure is of that choice.")
    return found


def graphs(store: Store, selection: Selection) -> Graphs:
    """Named graphs with their triples, read as they are taken. Raises NotFound before the first."""
    if not selection:
        return ((name, store.graph(name)) for name in sorted(store.graphs(), key=str))
    names = disclosures(store, selection)
    if selection.project is None:
        return ((part, store.graph(part)) for name in names for part in parts(name))
    project = find_project(store, selection.project)
    return (part for name in names for part in _of_project(store, name, {project.iri, *project.tables}))


def parts(name: NamedNode) -> list[NamedNode]:
    """The graph of a disclosure, what follows from it, and what the rules say about it."""
    return [name, NamedNode(iris.derived(name.value)), NamedNode(iris.findings(name.value))]


def _of_project(store: Store, name: NamedNode, roots: set[str]) -> Graphs:
    """Of each graph what is about the project and its tables, and whose they are."""
    for part in parts(name):
        triples = list(store.graph(part))
        about = _Within(roots | _pointing(triples, roots, name.value))
        yield part, (triple for triple in triples if about(triple) or _owner(triple, name.value, about))


class _Within:
    """Whether a triple is about one of some things or about what exists only within them."""

    def __init__(self, roots: Iterable[str]) -> None:
        tables = [iri.removeprefix(f"{iris.BASE}id/table/") for iri in roots if iri.startswith(f"{iris.BASE}id/table/")]
        self._exact = set(roots)
        below = (*self._exact, *(f"{iris.BASE}id/indicator/{path}" for path in tables))
        self._prefixes = tuple(f"{iri}/" for iri in below)

    def __call__(self, triple: Triple) -> bool:
        return isinstance(triple.subject, NamedNode) and self.holds(triple.subject.value)

    def holds(self, iri: str) -> bool:
        """Whether a thing is one of them, or within one."""
        return iri in self._exact or iri.startswith(self._prefixes)


def _pointing(triples: list[Triple], roots: set[str], disclosure: str) -> set[str]:
    """Findings about the roots, and nodes such as budget lines and amounts that point at them."""
    within = _Within(roots)
    lists = {disclosure, iris.findings(disclosure)}
    return {
        triple.subject.value
        for triple in triples
        if isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
        and (triple.object.value in roots or (triple.predicate.value == _FOCUS and within.holds(triple.object.value)))
        and triple.subject.value not in lists
    }


def _owner(triple: Triple, disclosure: str, about: _Within) -> bool:
    """The document and its department; of the lists that they have, only what is about the project."""
    if not isinstance(triple.subject, NamedNode):
        return False
    subject, value = triple.subject.value, triple.object
    if subject.startswith(f"{iris.BASE}id/department/"):
        return True
    # An order counts the tables of the whole document.
    if subject not in (disclosure, iris.findings(disclosure)) or triple.predicate.value == JX + "order":
        return False
    link = isinstance(value, NamedNode) and value.value.startswith(f"{iris.BASE}id/")
    return not link or triple.predicate.value == JX + "department" or about.holds(cast(NamedNode, value).value)
