"""What the rules of ``shapes/`` say about one disclosure: findings, as SHACL report and as JSON."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, serialize

from graph import iris, output, resources
from graph.iris import JX, RDF_TYPE
from graph.readers.document import Place
from graph.shapes import JXS, SEVERITIES, SH, Check, Rule, Shapes, background, load, natural, shapes
from graph.vocabulary import vocabulary

Row = dict[str, NamedNode | Literal]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {f"{_XSD}decimal", f"{_XSD}integer"}
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


class Found(NamedTuple):
    """A finding with the IRI of its disclosure and its place in the order of a report."""

    disclosure: str
    order: tuple[int, int, str, str]
    finding: Finding


def found(store: Store, rules: Iterable[Rule]) -> list[Found]:
    """What rules find in a store whose default graph holds disclosures and vocabulary, in order."""
    places = _Places(store)
    everything = []
    for rule in rules:
        for check in rule.checks:
            for (focus, value), row in _rows(store, check).items():
                where = places.of(focus)
                order = (*where.order, f"{natural(rule.id)[0]:04}{rule.id} {value}")
                everything.append(Found(where.disclosure, order, _finding(rule, check, where, value, row)))
    return sorted(everything, key=lambda item: item.order)


def _rows(store: Store, check: Check) -> dict[tuple[str, str], Row]:
    """Focus and value → what the query bound. Of rows that differ in nothing else, the first by its text."""
    solutions = cast(QuerySolutions, store.query(check.sparql))
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
    if isinstance(term, Literal) and term.datatype.value in _NUMBERS:
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

    def __init__(self, store: Store) -> None:
        self._store = store
        self.of = cache(self._of)
        self._facts = cache(self._read)

    def _of(self, iri: str) -> _Where:
        facts = self._facts(iri)
        row = "inTable" in facts
        holder = facts["inTable"] if row else iri
        table = self._facts(holder) if row or "scope" in facts else {}
        position = int(facts["position"]) if row else None
        numbers = {name: int(facts[name]) for name in ("page", "line", "row", "column") if name in facts}
        box = tuple(map(float, facts["box"].split())) if "box" in facts else None
        owners = self._store.quads_for_pattern(None, NamedNode(f"{JX}targetTable"), NamedNode(holder), None)
        return _Where(
            iri=iri,
            disclosure=next((cast(NamedNode, quad.subject).value for quad in owners), iri),
            table=table.get("name"),
            position=position,
            indicator=facts.get("level3"),
            order=(int(table.get("position", 0)), position or 0, iri),
            place=Place(sheet=facts.get("sheet"), box=cast(Any, box), **numbers),
        )

    def _read(self, iri: str) -> dict[str, str]:
        """The properties of a node by local name; one value of each."""
        quads = self._store.quads_for_pattern(NamedNode(iri), None, None, None)
        return {quad.predicate.value.removeprefix(JX): cast(Literal, quad.object).value for quad in quads}


# -- the findings as triples and as JSON ------------------------------------------------------------------------------


def report_triples(disclosure: str, findings: Sequence[Finding]) -> list[Triple]:
    """The ``sh:ValidationReport`` of a disclosure, for its findings graph; the same findings give the same triples."""
    report = iris.findings(disclosure)
    conforms = Literal("false" if findings else "true", datatype=NamedNode(f"{_XSD}boolean"))
    triples = _triples(report, (RDF_TYPE, NamedNode(f"{SH}ValidationReport")), (f"{SH}conforms", conforms))
    for number, finding in enumerate(findings, 1):
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


# -- pySHACL, which says what the shapes mean -------------------------------------------------------------------------


def reference(triples: Iterable[Triple | Quad], files: Sequence[Path] = ()) -> set[tuple[str, str, str | None]]:
    """(rule, focus, value) of everything that pySHACL finds by the project's shapes, or by those of some files.

    It runs in a process of its own, because it patches rdflib while it loads, and gets its shapes fresh, because it
    changes them. A hundred times slower than :func:`judge`.
    """
    files = files or sorted(resources.folder("shapes").glob("*.ttl"))
    data = [Triple(t.subject, t.predicate, t.object) for t in (*triples, *background(load(files).requires))]
    text = serialize(data, format=RdfFormat.N_TRIPLES) or b""
    results = _worker().submit(_pyshacl, text, b"\n".join(file.read_bytes() for file in files)).result()
    return {(shape.removeprefix(JXS), focus, value) for shape, focus, value in results}


@cache
def _worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _pyshacl(data: bytes, rules: bytes) -> list[tuple[str, str, str | None]]:
    """Shape, focus and value of every result; runs in the worker."""
    import pyshacl
    from rdflib import Graph, Literal, Namespace

    _parse_queries_once()
    sh = Namespace(SH)
    shapes_graph = Graph().parse(data=rules, format="turtle")
    # Messages are no part of what is compared, and pySHACL takes the values in them for regular expressions.
    shapes_graph.remove((None, sh.message, None))
    _, report, _ = pyshacl.validate(Graph().parse(data=data, format="nt"), shacl_graph=shapes_graph)
    found = []
    for result in report.subjects(sh.sourceShape):
        focus, value = report.value(result, sh.focusNode), report.value(result, sh.value)
        # A node shape reports its focus as value where the query names none.
        named = value is not None and (value != focus or report.value(result, sh.resultPath) is not None)
        number = isinstance(value, Literal) and str(value.datatype) in _NUMBERS
        text = (plain_number(str(value)) if number else str(value)) if named else None
        found.append((str(report.value(result, sh.sourceShape)), str(focus), text))
    return found


@cache
def _parse_queries_once() -> None:
    """Let rdflib keep its parsed queries: pySHACL asks the same one for every focus node."""
    from rdflib.plugins.sparql import prepareQuery, processor

    prepare, query = cache(prepareQuery), processor.SPARQLProcessor.query

    def quick(self: Any, text: Any, *args: Any, **options: Any) -> Any:
        return query(self, prepare(text) if isinstance(text, str) else text, *args, **options)

    processor.SPARQLProcessor.query = quick  # type: ignore[method-assign, assignment]
