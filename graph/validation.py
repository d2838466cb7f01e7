"""What the rules of ``shapes/`` say about one disclosure: findings, as SHACL report and as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from graph import iris, output
from graph.iris import JX, RDF_TYPE
from graph.readers.document import Place
from graph.shapes import JXS, SEVERITIES, SH, Check, Rule, Shapes, background, natural, shapes
from graph.vocabulary import vocabulary

Row = dict[str, NamedNode | Literal]

COMPARISON = "comparison"
"""The group of the rules that need several disclosures."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {f"{_XSD}decimal", f"{_XSD}integer"}
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_SEVERITY_IRIS = {name: iri for iri, name in SEVERITIES.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    ``focus``: IRI of the indicator, table or disclosure that it is about. ``value``: what was found, where the rule
    names it; numbers in plain notation. ``table``: name of the table; ``position`` and ``indicator``: row number and
    name. ``source_*``: where the rule comes from; ``verified``: whether that text has been compared. ``component``,
    ``path``: the SHACL constraint component, and the property that it constrains if it is about one.
    """

    rule: str
    group: str
    severity: str
    focus: str
    message_zh: str
    message_en: str
    value: str | None = None
    table: str | None = None
    position: int | None = None
    indicator: str | None = None
    source_zh: str = ""
    source_en: str = ""
    verified: bool = True
    place: Place = field(default_factory=Place)
    component: str = ""
    path: str | None = None


def judge(triples: Iterable[Triple | Quad], rules: Shapes | None = None) -> list[Finding]:
    """Everything that the rules find in the graph of one disclosure, in the order of its tables, rows and rules."""
    rules = rules or shapes()
    store = Store()
    known = (*triples, *background(rules.requires))
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in known)
    return [item.finding for item in found(store, rules.rules)]


Look = Callable[[str, str, str], str | None]
"""IRIs of a thing, of a property, and of the disclosure that says so → the value, or one of the values."""


class Found(NamedTuple):
    """A finding with the IRI of its disclosure and its place in the order of a report."""

    disclosure: str
    order: tuple[int, int, str, str]
    finding: Finding


def found(store: Store, rules: Iterable[Rule], places: Look | None = None) -> list[Found]:
    """What rules find in a store that holds disclosures and vocabulary, in whatever graphs, in order.

    ``places`` tells page, line, sheet, row, column and box where the store does not.
    """
    known = _Places(store, places)
    everything = []
    for rule in rules:
        for check in rule.checks:
            for (focus, value), row in _rows(store, check).items():
                where = known.of(focus)
                order = (*where.order, f"{natural(rule.id)[0]:04}{rule.id} {value}")
                everything.append(Found(where.disclosure, order, _finding(rule, check, where, value, row)))
    return sorted(everything, key=lambda item: item.order)


def _rows(store: Store, check: Check) -> dict[tuple[str, str], Row]:
    """Focus and value → what the query bound. Of rows that differ in nothing else, the first by its text."""
    solutions = cast(QuerySolutions, store.query(check.sparql, use_default_graph_as_union=True))
    names = [variable.value for variable in solutions.variables]
    rows: dict[tuple[str, str], Row] = {}
    for solution in solutions:
        row = {name: cast(NamedNode | Literal, solution[name]) for name in names if solution[name] is not None}
        key = row["this"].value, text_of(row["value"]) if "value" in row else ""
        rows[key] = min(rows.get(key, row), row, key=lambda r: sorted((name, term.value) for name, term in r.items()))
    return rows


def _finding(rule: Rule, check: Check, where: _Where, value: str, row: Row) -> Finding:
    return Finding(
        rule=rule.id,
        group=rule.group,
        severity=rule.severity,
        focus=where.iri,
        message_zh=_message(rule.message_zh, row, "zh"),
        message_en=_message(rule.message_en, row, "en"),
        value=value if "value" in row else None,
        table=where.table,
        position=where.position,
        indicator=where.indicator,
        source_zh=rule.source_zh,
        source_en=rule.source_en,
        verified=rule.verified,
        place=where.place,
        component=check.component,
        path=check.path,
    )


def _message(template: str, row: Mapping[str, NamedNode | Literal], language: str) -> str:
    """The message with the row's values; a concept by its label; nothing for what the query left open."""

    def text(match: re.Match[str]) -> str:
        term = row.get(match[1])
        if isinstance(term, NamedNode):
            return vocabulary().name_of(term.value, language)
        return text_of(term) if term else ""

    return _PLACEHOLDER.sub(text, template)


def text_of(term: NamedNode | Literal) -> str:
    """A value as findings carry it: numbers in plain notation without trailing zeros, all else as it stands."""
    if isinstance(term, Literal) and term.datatype.value in NUMBERS:
        return plain_number(term.value)
    return term.value


def plain_number(text: str) -> str:
    """85.0 → 85; what is no number stays."""
    try:
        return format(Decimal(text).normalize() + 0, "f")
    except InvalidOperation:
        return text


@dataclass(frozen=True, slots=True)
class _Where:
    """The disclosure, table, row and place of a focus node."""

    iri: str
    disclosure: str
    table: str | None
    position: int | None
    indicator: str | None
    order: tuple[int, int, str]
    place: Place


class _Places:
    """Looks up focus nodes; many findings are about one."""

    def __init__(self, store: Store, places: Look | None) -> None:
        self._store = store
        self._places = places or (lambda iri, name, disclosure: self._value(iri, name))
        self.of = cache(self._of)

    def _of(self, iri: str) -> _Where:
        holder = self._value(iri, f"{JX}inTable")
        table = holder or iri
        position = int(self._value(iri, f"{JX}position") or 0) if holder else None
        owners = self._store.quads_for_pattern(None, NamedNode(f"{JX}targetTable"), NamedNode(table), None)
        disclosure = next((cast(NamedNode, quad.subject).value for quad in owners), iri)
        return _Where(
            iri=iri,
            disclosure=disclosure,
            table=self._value(table, f"{JX}name"),
            position=position,
            indicator=self._value(iri, f"{JX}level3"),
            order=(int(self._value(table, f"{JX}position") or 0), position or 0, iri),
            place=self._place(iri, disclosure),
        )

    def _place(self, iri: str, disclosure: str) -> Place:
        def look(name: str) -> str | None:
            return self._places(iri, JX + name, disclosure)

        printed = {name: look(name) for name in ("page", "line", "row", "column")}
        numbers = {name: int(value) for name, value in printed.items() if value is not None}
        box = look("box")
        corners = cast(Any, tuple(map(float, box.split()))) if box else None
        return Place(sheet=look("sheet"), box=corners, **numbers)

    def _value(self, iri: str, name: str) -> str | None:
        quads = self._store.quads_for_pattern(NamedNode(iri), NamedNode(name), None, None)
        return next((cast(Literal, quad.object).value for quad in quads), None)


# -- the findings as triples and as JSON ------------------------------------------------------------------------------


def report_triples(disclosure: str, findings: Sequence[Finding]) -> list[Triple]:
    """The ``sh:ValidationReport`` of a disclosure, for its findings graph; the same findings give the same triples."""
    alone = [finding for finding in findings if finding.group != COMPARISON]
    others = [finding for finding in findings if finding.group == COMPARISON]
    report = iris.findings(disclosure)
    numbered = [*((str(n), f) for n, f in enumerate(alone, 1)), *((f"c{n}", f) for n, f in enumerate(others, 1))]
    triples = _head(report, bool(findings))
    for number, finding in numbered:
        result = iris.child(report, number)
        triples += _triples(report, (f"{SH}result", NamedNode(result)))
        triples += _triples(
            result,
            (RDF_TYPE, NamedNode(f"{SH}ValidationResult")),
            (f"{SH}sourceShape", NamedNode(f"{JXS}{finding.rule}")),
            (f"{SH}sourceConstraintComponent", NamedNode(finding.component)),
            (f"{SH}resultSeverity", NamedNode(_SEVERITY_IRIS[finding.severity])),
            (f"{SH}focusNode", NamedNode(finding.focus)),
            (f"{SH}resultPath", NamedNode(finding.path) if finding.path else None),
            (f"{SH}value", Literal(finding.value) if finding.value is not None else None),
            (f"{SH}resultMessage", Literal(finding.message_zh, language="zh")),
            (f"{SH}resultMessage", Literal(finding.message_en, language="en")),
        )
    return triples


def recompared(disclosure: str, report: Iterable[Triple], comparisons: Iterable[Triple]) -> list[Triple]:
    """A report with other results of comparison: those of another report of the same disclosure."""
    name = iris.findings(disclosure)
    kept = [t for t in report if not _is_head(t) and not _is_compared(t, name)]
    new = [t for t in comparisons if _is_compared(t, name)]
    return [*_head(name, bool(kept or new)), *kept, *new]


def _head(report: str, findings: bool) -> list[Triple]:
    conforms = Literal("false" if findings else "true", datatype=NamedNode(f"{_XSD}boolean"))
    return _triples(report, (RDF_TYPE, NamedNode(f"{SH}ValidationReport")), (f"{SH}conforms", conforms))


def _is_head(triple: Triple) -> bool:
    return triple.predicate.value == f"{SH}conforms" or triple.object == NamedNode(f"{SH}ValidationReport")


def _is_compared(triple: Triple, report: str) -> bool:
    """Whether it is of a result of comparison, or points to one: these have numbers of their own, c1, c2 …"""
    return any(isinstance(t, NamedNode) and t.value.startswith(f"{report}/c") for t in (triple.subject, triple.object))


def _triples(subject: str, *values: tuple[str, NamedNode | Literal | None]) -> list[Triple]:
    return [Triple(NamedNode(subject), NamedNode(predicate), value) for predicate, value in values if value is not None]


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain values; its place as in the JSON of the tables."""
    return {
        "rule": finding.rule,
        "group": finding.group,
        "severity": finding.severity,
        "table": finding.table,
        "position": finding.position,
        "indicator": finding.indicator,
        "value": finding.value,
        "message": {"zh": finding.message_zh, "en": finding.message_en},
        "source": {"zh": finding.source_zh, "en": finding.source_en, "verified": finding.verified},
        "focus": finding.focus,
        "place": output.place(finding.place),
    }
