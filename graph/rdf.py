"""Disclosure ⇄ quads, both ways and without loss.

One walk over the dataclasses of :mod:`graph.model` by their type hints serves every class: a dataclass is a node, a
field a property of ``ontology/jixiao.ttl``, a tuple several values. What follows from other triples but makes questions
cheap (labels, links upwards, the budget in yuan) is added by :meth:`_Writer._shortcuts` and ignored when reading back.

- A field that is empty and whose default is empty is not written.
- A :class:`Place` and the :class:`Source` have no node: their fields stand on what they belong to.
- RDF has no order. Nodes of a tuple are sorted by ``jx:position``, then by IRI; literals are sorted by text and lose
  their copies. Where a tuple says otherwise, one ``jx:order`` literal on its owner names the property and, for every
  item of the tuple, its index in that natural order: ``"citation 1 0 1"``.
"""

from __future__ import annotations

import dataclasses
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode, Quad, Triple

from graph import iris
from graph.errors import StoreError, VocabularyError
from graph.iris import JX, RDF_TYPE, RDFS_LABEL
from graph.mapping import Field, class_iri, fields_of
from graph.model import (
    DEPARTMENT,
    SELF_EVALUATION,
    Basis,
    Department,
    Disclosure,
    FunctionLine,
    Indicator,
    Quote,
    Target,
    TargetTable,
)

Term = NamedNode | Literal
T = typing.TypeVar("T")

XSD = "http://www.w3.org/2001/XMLSchema#"

_BOOLEAN, _INTEGER, _DECIMAL, _DATE = (NamedNode(XSD + name) for name in ("boolean", "integer", "decimal", "date"))


class Vocabulary(Protocol):
    """What the mapping needs of :class:`graph.vocabulary.Vocabulary`."""

    def concept(self, kind: str, label: str) -> str | None:
        """IRI of a concept by its canonical label or notation."""

    def label(self, iri: str) -> str | None:
        """Inverse of :meth:`concept`."""


def to_quads(disclosure: Disclosure, vocabulary: Vocabulary, *, base: str = iris.BASE) -> list[Quad]:
    """All quads of a disclosure, in its own named graph; no blank nodes; the same disclosure gives the same quads."""
    writer = _Writer(disclosure, vocabulary, base)
    writer.node(disclosure, iris.disclosure(disclosure.source.sha256, base), "")
    return writer.quads


def from_quads(triples: Iterable[Triple | Quad], vocabulary: Vocabulary) -> Disclosure:
    """The disclosure in the triples (or quads) of one graph.

    Raises StoreError where something required is missing or given twice, VocabularyError for an unknown concept.
    """
    reader = _Reader(triples, vocabulary)
    roots = reader.instances(class_iri(Disclosure))
    if len(roots) != 1:
        raise _damaged(f"{len(roots)} × jx:Disclosure")
    return typing.cast(Disclosure, reader.node(Disclosure, roots[0]))


def instances(kind: type[T], triples: Iterable[Triple | Quad], vocabulary: Vocabulary) -> Iterator[tuple[str, T]]:
    """Every indicator, table … of the model, with its IRI, from the triples about it and the nodes below it.

    Raises as :func:`from_quads`.
    """
    reader = _Reader(triples, vocabulary)
    return ((iri, reader.node(kind, iri)) for iri in reader.instances(class_iri(kind)))


def _damaged(detail: str) -> StoreError:
    return StoreError(
        detail, zh="图谱中的公开文件不完整或已损坏。", en="A disclosure in the store is incomplete or damaged."
    )


class _Writer:
    """Collects the quads of one disclosure."""

    def __init__(self, disclosure: Disclosure, vocabulary: Vocabulary, base: str) -> None:
        self.quads: list[Quad] = []
        self._vocabulary, self._base = vocabulary, base
        self._graph = NamedNode(iris.disclosure(disclosure.source.sha256, base))
        self._used: set[str] = set()
        region, name = disclosure.department.region, disclosure.department.name
        self._department = iris.department(region, name, base)
        self._year = disclosure.fiscal_year
        self._path = (region, name, disclosure.fiscal_year)

    def node(self, item: Any, iri: str, owner: str) -> None:
        """The type, the fields and the shortcuts of one dataclass instance."""
        self._used.add(iri)
        self._add(iri, RDF_TYPE, NamedNode(class_iri(type(item))))
        self._fields(item, iri)
        self._shortcuts(item, iri, owner)

    def _add(self, subject: str, predicate: str, value: Term) -> None:
        self.quads.append(Quad(NamedNode(subject), _node(predicate), value, self._graph))

    def _fields(self, item: Any, iri: str) -> None:
        for field in fields_of(item.__class__):
            value = getattr(item, field.name)
            if field.flattened:
                self._fields(value, iri)
            elif not field.required and value == field.default and _is_empty(field.default):
                continue
            elif field.is_node:
                self._nodes(field, value if field.many else (value,), iri)
            elif field.many:
                self._literals(field, value, iri)
            else:
                self._add(iri, field.iri, self._term(field, value))

    def _nodes(self, field: Field, items: Sequence[Any], owner: str) -> None:
        keys = []
        for index, item in enumerate(items, 1):
            iri = self._free(self._iri(field, item, owner, index))
            self._add(owner, field.iri, NamedNode(iri))
            self.node(item, iri, owner)
            position = getattr(item, "position", None)
            if position is None and field.many and not isinstance(item, Quote):
                position = index
                self._add(iri, JX + "position", _integer(index))
            keys.append((position or 0, iri))
        self._order(field, keys, owner)

    def _literals(self, field: Field, values: tuple[str, ...], owner: str) -> None:
        for value in sorted(set(values)):
            self._add(owner, field.iri, self._term(field, value))
        self._order(field, values, owner)

    def _order(self, field: Field, keys: Sequence[Any], owner: str) -> None:
        natural = sorted(set(keys))
        if natural != list(keys):
            rank = {key: index for index, key in enumerate(natural)}
            order = " ".join(str(rank[key]) for key in keys)
            self._add(owner, JX + "order", Literal(f"{field.iri.removeprefix(JX)} {order}"))

    def _free(self, iri: str) -> str:
        """The IRI, or the first of ``~2``, ``~3`` … that this disclosure has not used."""
        candidate, number = iri, 1
        while candidate in self._used:
            number += 1
            candidate = f"{iri}~{number}"
        return candidate

    def _iri(self, field: Field, item: Any, owner: str, index: int) -> str:
        match item:
            case Department():
                return self._department
            case TargetTable():
                # The self-evaluation of a project stands beside the targets that it is about.
                mark = iris.SELF_EVALUATION if item.kind == SELF_EVALUATION else ""
                return iris.thing("table", *self._path, _key(item) + mark, base=self._base)
            case Indicator():
                prefix = "p" if field.name == "prose_indicators" else ""
                path = owner.removeprefix(f"{self._base}id/table/")
                return f"{self._base}id/indicator/{path}/{prefix}{item.position}"
            case Quote():
                return iris.child(owner, "quote", item.field)
        local = field.iri.removeprefix(JX)
        return iris.child(owner, local, index) if field.many else iris.child(owner, local)

    def _term(self, field: Field, value: Any) -> Term:
        if field.thing:
            return NamedNode(iris.thing(field.thing, value, base=self._base))
        if field.concept:
            iri = self._vocabulary.concept(field.concept, value)
            # Only a label that comes back as it was: a synonym stays the literal that it is.
            if iri and self._vocabulary.label(iri) == value:
                return NamedNode(iri)
        return _literal(value)

    def _shortcuts(self, item: Any, iri: str, owner: str) -> None:
        match item:
            case Department():
                self._add(iri, RDFS_LABEL, Literal(item.name))
            case TargetTable():
                self._table_shortcuts(item, iri)
            case Indicator():
                self._add(iri, RDFS_LABEL, Literal(item.level3))
                self._add(iri, JX + "inTable", NamedNode(owner))
            case Target(unit=str(unit)):
                concept = self._vocabulary.concept("unit", unit)
                if concept:
                    self._add(iri, JX + "hasUnit", NamedNode(concept))
            case Basis():
                for number in dict.fromkeys(item.citations):
                    self._add(iri, JX + "cites", NamedNode(iris.basis(number, self._base)))
            case FunctionLine():
                self._add(iri, JX + "function", NamedNode(iris.function(item.code, self._base)))

    def _table_shortcuts(self, table: TargetTable, iri: str) -> None:
        self._add(iri, RDFS_LABEL, Literal(table.name))
        self._of_department(iri)
        if table.budget is not None:
            self._add(iri, JX + "budgetYuan", _literal(table.budget.yuan))
        if table.scope == DEPARTMENT:
            return
        project = iris.thing("project", *self._path, _key(table), base=self._base)
        self._add(iri, JX + "ofProject", NamedNode(project))
        if project not in self._used:
            self._used.add(project)
            self._add(project, RDF_TYPE, NamedNode(JX + "Project"))
            self._add(project, RDFS_LABEL, Literal(table.name))
            self._of_department(project)

    def _of_department(self, iri: str) -> None:
        self._add(iri, JX + "ofDepartment", NamedNode(self._department))
        if self._year is not None:
            self._add(iri, JX + "fiscalYear", _integer(self._year))


@cache
def _node(iri: str) -> NamedNode:
    return NamedNode(iri)


def _key(table: TargetTable) -> str:
    return iris.WHOLE_DEPARTMENT if table.scope == DEPARTMENT else table.code or table.name


def _is_empty(default: Any) -> bool:
    return default is None or default in ("", ()) or dataclasses.is_dataclass(default)


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=_INTEGER)


def _literal(value: Any) -> Literal:
    match value:
        case str():
            return Literal(value)
        case bool():
            return Literal("true" if value else "false", datatype=_BOOLEAN)
        case int():
            return _integer(value)
        case Decimal():
            return Literal(_decimal_text(value), datatype=_DECIMAL)
        case date():
            return Literal(value.isoformat(), datatype=_DATE)
        case tuple():
            return Literal(" ".join(map(repr, value)))
    raise TypeError(f"no RDF form for {value!r}")


def _decimal_text(value: Decimal) -> str:
    """The canonical form of xsd:decimal, which a store makes of it anyhow: 20.00 → 20, 1E+3 → 1000."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Reader:
    """Rebuilds dataclasses from the triples of one graph."""

    def __init__(self, triples: Iterable[Triple | Quad], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._values: dict[tuple[str, str], list[Term]] = defaultdict(list)
        self._instances: dict[str, list[str]] = defaultdict(list)
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
                continue
            self._values[subject.value, predicate].append(value)
            if predicate == RDF_TYPE:
                self._instances[value.value].append(subject.value)

    def instances(self, kind: str) -> list[str]:
        """IRIs of the nodes of a class."""
        return self._instances[kind]

    def node(self, kind: Any, iri: str) -> Any:
        """The instance of a dataclass that stands at a node."""
        return kind(**dict(self._arguments(kind, iri)))

    def _arguments(self, kind: type, iri: str) -> Iterator[tuple[str, Any]]:
        for field in fields_of(kind):
            terms = self._values.get((iri, field.iri), [])
            if field.flattened:
                yield field.name, self.node(field.kind, iri)
            elif field.many:
                yield field.name, self._many(field, terms, iri)
            elif len(terms) > 1:
                raise _damaged(f"<{iri}> {field.iri} × {len(terms)}")
            elif terms:
                yield field.name, self._value(field, terms[0])
            elif field.required:
                raise _damaged(f"<{iri}> {field.iri} × 0")
            else:
                yield field.name, field.default

    def _many(self, field: Field, terms: list[Term], owner: str) -> tuple[Any, ...]:
        if field.is_node:
            terms = sorted(terms, key=lambda term: (self._position(term.value), term.value))
            values = [self._value(field, term) for term in terms]
        else:
            values = sorted(self._value(field, term) for term in terms)
        for order in self._values.get((owner, JX + "order"), []):
            name, *ranks = order.value.split(" ")
            if JX + name == field.iri:
                return tuple(values[int(rank)] for rank in ranks)
        return tuple(values)

    def _position(self, iri: str) -> int:
        terms = self._values.get((iri, JX + "position"), [])
        return int(terms[0].value) if terms else 0

    def _value(self, field: Field, term: Term) -> Any:
        if field.is_node:
            return self.node(field.kind, term.value)
        if isinstance(term, NamedNode):
            return self._text(field, term.value)
        return _parse(field.kind, term.value)

    def _text(self, field: Field, iri: str) -> str:
        if field.thing:
            return iris.text_of(iri)
        label = self._vocabulary.label(iri)
        if label is None:
            raise VocabularyError(f"<{iri}> {field.iri}", zh="图谱中的概念不在词表里。", en="Unknown concept.")
        return label


def _parse(kind: Any, text: str) -> Any:
    if kind is bool:
        return text in ("true", "1")
    if kind is date:
        return date.fromisoformat(text)
    if kind in (str, int, Decimal):
        return kind(text)
    return tuple(map(float, text.split(" ")))
