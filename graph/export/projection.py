"""Rows of :mod:`graph.export.relations` out of a store, one disclosure after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from graph import iris
from graph.errors import BadParameter, NotFound, StoreError
from graph.export.relations import Column, Relation, relations
from graph.export.rows import Column as Heading
from graph.export.rows import Row, Table, Value
from graph.export.selection import Selection, disclosures, parts
from graph.iris import JX, RDF_TYPE
from graph.mapping import classes, fields_of
from graph.store import Store
from graph.vocabulary import vocabulary

_PARSERS: dict[str, Callable[[str], Value]] = {
    "string": str,
    "integer": int,
    "number": Decimal,
    "boolean": lambda text: text in ("true", "1"),
    "date": date.fromisoformat,
}
_BETWEEN = "；"


class Projection:
    """What was already told stays known, so that a department or a canonical indicator has one row."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: dict[str, set[str]] = defaultdict(set)
        self._concepts: set[str] = set()

    def rows(self, disclosure: NamedNode, only: str | None = None) -> Iterator[tuple[Relation, list[Value]]]:
        """Every row of a disclosure, or those of one relation, each with its relation.

        Raises StoreError for damaged values.
        """
        facts = _Facts(disclosure.value, (t for part in parts(disclosure) for t in self._store.graph(part)))
        for relation in [relations()[only]] if only else relations().values():
            for iri in facts.instances.get(relation.of, ()):
                if relation.shared and iri in self._told[relation.name]:
                    continue
                self._told[relation.name].add(iri) if relation.shared else None
                yield from ((relation, row) for row in _rows(relation, iri, facts))
        self._concepts.update(facts.objects(JX + "canonicalIndicator"))

    def last(self) -> Iterator[tuple[Relation, list[Value]]]:
        """The canonical indicators that the disclosures told so far have."""
        words, relation = vocabulary(), relations()["concepts"]
        listed = set(words.instances("CanonicalIndicator"))
        for iri in sorted(self._concepts):
            level2, unit = words.value(iri, "usualClass"), words.value(iri, "usualUnit")
            known = {
                "id": iri,
                "name": words.name_of(iri) if iri in listed else iris.text_of(iri),
                "level2": words.name_of(level2) if level2 else None,
                "unit": words.name_of(unit) if unit else None,
                "listed": iri in listed,
            }
            yield relation, [known[column.name] for column in relation.columns]


def listing(store: Store, selection: Selection, name: str) -> Table:
    """One relation as a table for people. Raises BadParameter and NotFound before the first row."""
    if name not in relations():
        raise NotFound(name, zh=f"没有这个列表；有 {'、'.join(relations())}。", en="No such list.")
    if selection.project is not None:
        raise BadParameter("project", zh="列表按文件划分，不能只取一个项目。", en="A list is of whole documents.")
    relation, chosen = relations()[name], disclosures(store, selection)

    def rows() -> Iterator[Row]:
        projection = Projection(store)
        for disclosure in chosen:
            yield from (row for _, row in projection.rows(disclosure, name))
        if name == "concepts":
            yield from (row for _, row in projection.last())

    columns = [Heading(column.name, f"{column.term.label_zh} {column.name}") for column in relation.columns]
    return Table(columns, rows(), relation.term.label_zh)


class _Facts:
    """The triples of a disclosure by subject and property, and what owns what."""

    def __init__(self, disclosure: str, triples: Iterable[Triple]) -> None:
        self.disclosure = disclosure
        self.instances: dict[str, list[str]] = defaultdict(list)
        self.owners: dict[str, str] = {}
        self._values: dict[tuple[str, str], list[NamedNode | Literal]] = defaultdict(list)
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
                continue
            self._values[subject.value, predicate].append(value)
            if predicate == RDF_TYPE:
                self.instances[value.value].append(subject.value)
            elif predicate in _OWNING and isinstance(value, NamedNode):
                self.owners[value.value] = subject.value
        for found in self.instances.values():
            found.sort()

    def values(self, iri: str, path: tuple[str, ...]) -> list[NamedNode | Literal]:
        """The values at the end of a path, in the order of their words."""
        *before, last = path
        for step in before:
            node = next(iter(self._values.get((iri, step), ())), None)
            if node is None:
                return []
            iri = node.value
        return sorted(self._values.get((iri, last), ()), key=lambda term: term.value)

    def objects(self, predicate: str) -> Iterator[str]:
        """Every value of a property."""
        return (term.value for (_, name), terms in self._values.items() if name == predicate for term in terms)


_OWNING = {field.iri for kind in classes() for field in fields_of(kind) if field.is_node}


def _rows(relation: Relation, iri: str, facts: _Facts) -> Iterator[list[Value]]:
    each = next((column for column in relation.columns if column.form == "each"), None)
    if each is None:
        yield [_value(column, iri, facts) for column in relation.columns]
        return
    for term in facts.values(iri, each.path):
        yield [term.value if column is each else _value(column, iri, facts) for column in relation.columns]


def _value(column: Column, iri: str, facts: _Facts) -> Value:
    match column.form:
        case "disclosure":
            return facts.disclosure
        case "owner":
            return facts.owners.get(iri)
    if not column.path:
        return iri
    terms = facts.values(iri, column.path)
    if column.form in ("zh", "en"):
        terms = [term for term in terms if isinstance(term, Literal) and term.language == column.form]
    if not terms:
        return None
    if column.form == "list":
        return _BETWEEN.join(term.value for term in terms)
    if column.form == "codes":
        return _BETWEEN.join(_code(term.value) for term in terms)
    try:
        return _PARSERS[column.type](_text(column.form, terms[0]))
    except (ValueError, ArithmeticError) as error:
        raise StoreError(
            f"<{iri}> {column.path[-1]} {terms[0]}", zh="图谱中的值已损坏。", en="A value in the store is damaged."
        ) from error


def _text(form: str, term: NamedNode | Literal) -> str:
    if form == "code":
        return _code(term.value)
    if form == "label" and isinstance(term, NamedNode):
        return vocabulary().label(term.value) or vocabulary().name_of(term.value)
    return term.value


def _code(iri: str) -> str:
    """The last part: of 2101301 in …/function/2101301, of R24 in …shapes#R24, of totals in …#budget-totals."""
    return iris.text_of(iri).rpartition("#")[2].removeprefix("budget-")
