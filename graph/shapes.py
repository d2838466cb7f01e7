"""``shapes/*.ttl`` → rules, each compiled once to SPARQL SELECTs over one disclosure's graph.

A SHACL processor asks a shape about one focus node at a time. Here the target of the shape becomes the first pattern of
the query, so that one query finds what is wrong with all of them: about a thousand times faster. What a compiled rule
means is held against pySHACL by a test. Only what is compiled is accepted: see :data:`_COMPONENTS`.

    sh:targetClass, sh:targetSubjectsOf, sh:targetObjectsOf     the focus nodes
    sh:NodeShape with sh:sparql / sh:select                     SHACL, section 5
    sh:PropertyShape with one predicate as sh:path and          SHACL, section 4
        minCount maxCount in datatype class nodeKind pattern minLength maxLength minInclusive maxInclusive
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from graph import iris, resources
from graph.errors import VocabularyError
from graph.iris import RDF_TYPE

Term = NamedNode | BlankNode | Literal

JXS = f"{iris.BASE}shapes#"
SH = "http://www.w3.org/ns/shacl#"
_DCTERMS = "http://purl.org/dc/terms/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XSD = "http://www.w3.org/2001/XMLSchema#"

SEVERITIES = {f"{SH}Violation": "violation", f"{SH}Warning": "warning", f"{SH}Info": "info"}
_TARGETS = {
    f"{SH}targetClass": f"$this a/<{_RDFS}subClassOf>* {{0}} .",
    f"{SH}targetSubjectsOf": "{{ SELECT DISTINCT $this WHERE {{ $this {0} ?_object }} }}",
    f"{SH}targetObjectsOf": "{{ SELECT DISTINCT $this WHERE {{ ?_subject {0} $this }} }}",
}
DESCRIPTIONS = {
    RDF_TYPE, f"{SH}severity", f"{SH}message", f"{SH}group", f"{SH}path", f"{SH}flags",
    f"{_RDFS}label", f"{_RDFS}comment", f"{_SKOS}notation", f"{_DCTERMS}source", f"{iris.JX}sourceVerified",
}  # fmt: skip


class NotSupported(VocabularyError):
    """A shape uses what is not compiled, or lacks what every rule has."""

    code, zh, en = "shape-not-supported", "校验规则的写法不受支持。", "A shape is written in an unsupported way."
    remedy_zh, remedy_en = "请改用 sh:sparql，或见 graph/shapes.py。", "Use sh:sparql, or see graph/shapes.py."
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint of a rule: its SHACL component, the path of a property shape, and the query that finds failures.

    The query yields ``this``, ``value`` where there is one, and whatever the message names.
    """

    component: str
    path: str | None
    sparql: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape, ``jxs:<id>``. ``severity``: violation, warning or info. ``verified``: the source has been compared."""

    id: str
    group: str
    severity: str
    label_zh: str
    label_en: str
    message_zh: str
    message_en: str
    source_zh: str
    source_en: str
    verified: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """All rules in the order of their ids, and the properties of the vocabulary that they look up."""

    rules: tuple[Rule, ...]
    requires: frozenset[str]


def load(files: Iterable[Path]) -> Shapes:
    """Rules of Turtle files.

    Raises NotSupported where a shape uses more than is compiled, VocabularyError where a file is no Turtle.
    """
    graph = _Graph(files)
    nodes = [*graph.instances(f"{SH}NodeShape"), *graph.instances(f"{SH}PropertyShape")]
    rules = sorted((_rule(graph, node) for node in nodes), key=lambda rule: natural(rule.id))
    required = {term.value for header in graph.instances("http://www.w3.org/2002/07/owl#Ontology")
                for term in graph.values(header, f"{_DCTERMS}requires")}  # fmt: skip
    return Shapes(tuple(rules), frozenset(required))


@cache
def shapes() -> Shapes:
    """The project's rules, compiled once a process."""
    return load(sorted(resources.folder("shapes").glob("*.ttl")))


def named(rules: Iterable[Rule]) -> frozenset[str]:
    """Every IRI that the queries of rules name: of the properties of a graph, they can depend on these alone."""
    iris_named: set[str] = set()
    for check in (check for rule in rules for check in rule.checks):
        prefixes = dict(re.findall(r"PREFIX (\w+): <([^>]*)>", check.sparql))
        iris_named.update(re.findall(r"<([^<>\s]+)>", check.sparql))
        iris_named.update(
            prefixes[p] + local for p, local in re.findall(r"\b(\w+):(\w[\w-]*)", check.sparql) if p in prefixes
        )
    return frozenset(iris_named)


@cache
def background(properties: frozenset[str]) -> tuple[Triple, ...]:
    """What the rules look up in the vocabulary, as triples: they need terms, not the lookups of Vocabulary."""
    files = sorted(resources.folder("ontology").glob("*.ttl"))
    quads = (quad for file in files for quad in parse(file.read_bytes(), RdfFormat.TURTLE))
    return tuple(quad.triple for quad in quads if quad.predicate.value in properties)


def natural(notation: str) -> tuple[int, str]:
    """What rules are sorted by: R9 before R10, R10 before R10b."""
    digits = re.search(r"\d+", notation)
    return int(digits[0]) if digits else 0, notation


class _Graph:
    """The triples of the shapes files by subject and predicate."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._values: dict[tuple[Term, str], list[Term]] = defaultdict(list)
        self._predicates: dict[Term, list[str]] = defaultdict(list)
        for file in files:
            try:
                for quad in parse(file.read_bytes(), RdfFormat.TURTLE, rename_blank_nodes=True):
                    self._add(quad.triple)
            except SyntaxError as error:
                raise VocabularyError(str(error), place=file.name) from error

    def _add(self, triple: Triple) -> None:
        if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
            self._values[triple.subject, triple.predicate.value].append(triple.object)
            self._predicates[triple.subject].append(triple.predicate.value)

    def instances(self, kind: str) -> list[Term]:
        return [s for (s, p), terms in self._values.items() if p == RDF_TYPE and NamedNode(kind) in terms]

    def predicates(self, subject: Term) -> list[str]:
        return list(dict.fromkeys(self._predicates[subject]))

    def values(self, subject: Term, predicate: str) -> list[Term]:
        return self._values.get((subject, predicate), [])

    def one(self, subject: Term, predicate: str, language: str | None = None) -> Term:
        """The only value (in a language)."""
        terms = [
            term for term in self.values(subject, predicate)
            if language is None or (isinstance(term, Literal) and term.language == language)
        ]  # fmt: skip
        if len(terms) != 1:
            at = f"@{language}" if language else ""
            raise NotSupported(f"<{predicate}>{at} × {len(terms)}", place=subject.value)
        return terms[0]

    def members(self, head: Term) -> list[Term]:
        """The members of an RDF list."""
        found = []
        while head.value != f"{_RDF}nil":
            found.append(self.one(head, f"{_RDF}first"))
            head = self.one(head, f"{_RDF}rest")
        return found


def _rule(graph: _Graph, node: Term) -> Rule:
    def text(predicate: str, language: str | None = None) -> str:
        return graph.one(node, predicate, language).value

    severity = text(f"{SH}severity")
    if severity not in SEVERITIES:
        raise NotSupported(severity, place=node.value)
    if node.value != JXS + text(f"{_SKOS}notation"):
        raise NotSupported(f"skos:notation {text(f'{_SKOS}notation')}", place=node.value)
    return Rule(
        id=text(f"{_SKOS}notation"),
        group=text(f"{SH}group").removeprefix(JXS),
        severity=SEVERITIES[severity],
        label_zh=text(f"{_RDFS}label", "zh"),
        label_en=text(f"{_RDFS}label", "en"),
        message_zh=text(f"{SH}message", "zh"),
        message_en=text(f"{SH}message", "en"),
        source_zh=text(f"{_DCTERMS}source", "zh"),
        source_en=text(f"{_DCTERMS}source", "en"),
        verified=text(f"{iris.JX}sourceVerified") == "true",
        checks=_checks(graph, node),
    )


def _checks(graph: _Graph, node: Term) -> tuple[Check, ...]:
    target = _target(graph, node)
    path = graph.one(node, f"{SH}path") if graph.values(node, f"{SH}path") else None
    if isinstance(path, BlankNode):
        raise NotSupported("sh:path", place=node.value)
    checks = []
    for predicate in graph.predicates(node):
        if predicate in DESCRIPTIONS or predicate in _TARGETS:
            continue
        if predicate == f"{SH}sparql" and path is None:
            checks += [_select(graph, constraint, target) for constraint in graph.values(node, predicate)]
        elif predicate in _COMPONENTS and path is not None:
            checks.append(_core(graph, node, predicate, path, target))
        else:
            raise NotSupported(f"<{predicate}>", place=node.value)
    if not checks:
        raise NotSupported("× 0", place=node.value)
    return tuple(checks)


def _target(graph: _Graph, node: Term) -> str:
    patterns = [
        pattern.format(term) for predicate, pattern in _TARGETS.items() for term in graph.values(node, predicate)
    ]
    if len(patterns) != 1:
        raise NotSupported(f"sh:target… × {len(patterns)}", place=node.value)
    return patterns[0]


# -- sh:sparql --------------------------------------------------------------------------------------------------------


def _select(graph: _Graph, constraint: Term, target: str) -> Check:
    prefixes = "".join(
        f"PREFIX {graph.one(entry, f'{SH}prefix').value}: <{graph.one(entry, f'{SH}namespace').value}>\n"
        for header in graph.values(constraint, f"{SH}prefixes")
        for entry in graph.values(header, f"{SH}declare")
    )
    query = graph.one(constraint, f"{SH}select").value
    head = re.match(r"\s*SELECT\b[^{]*\bWHERE\s*\{", query)
    if not head or "$this" not in head[0]:
        raise NotSupported("sh:select: SELECT $this … WHERE { … }", place=constraint.value)
    sparql = f"{prefixes}{head[0]} {target}{query[head.end() :]}"
    return Check(f"{SH}SPARQLConstraintComponent", None, sparql)


# -- Core components of property shapes; str(term) is the term as SPARQL writes it ------------------------------------


def _core(graph: _Graph, node: Term, predicate: str, path: Term, target: str) -> Check:
    parameter = graph.one(node, predicate)
    items = graph.members(parameter) if predicate == f"{SH}in" else [parameter]
    flags = [term.value for term in graph.values(node, f"{SH}flags")] or [""]
    body = _COMPONENTS[predicate](*map(str, items), flags=str(Literal(flags[0])))
    name = predicate.removeprefix(SH)
    value = "" if name in ("minCount", "maxCount") else f"$this {path} ?value . "
    sparql = f"SELECT DISTINCT $this ?value WHERE {{ {target} {value}{body.replace('PATH', str(path))} }}"
    return Check(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent", path.value, sparql)


def _count(comparison: str) -> Callable[..., str]:
    return lambda number, flags: (
        "OPTIONAL { SELECT $this (COUNT(DISTINCT ?_value) AS ?_count) WHERE { $this PATH ?_value } GROUP BY $this } "
        f"FILTER(COALESCE(?_count, 0) {comparison} {number})"
    )


def _none_of(*terms: str, flags: str) -> str:
    return "".join(f"FILTER(!sameTerm(?value, {term})) " for term in terms)


def _datatype(datatype: str, flags: str) -> str:
    ill_typed = "" if datatype in _UNCHECKED else f" || !COALESCE(isLiteral({datatype}(STR(?value))), false)"
    return f"FILTER(!isLiteral(?value) || DATATYPE(?value) != {datatype}{ill_typed})"


def _length(comparison: str) -> Callable[..., str]:
    return lambda number, flags: f"FILTER(isBlank(?value) || STRLEN(STR(?value)) {comparison} {number})"


def _bound(comparison: str) -> Callable[..., str]:
    return lambda number, flags: f"FILTER(!COALESCE(?value {comparison} {number}, false))"


def _node_kind(kind: str, flags: str) -> str:
    tests = {"IRI": "isIRI", "Literal": "isLiteral", "BlankNode": "isBlank"}
    names = [name for name in tests if name in kind.removeprefix(f"<{SH}")]
    return "FILTER(!(" + " || ".join(f"{tests[name]}(?value)" for name in names) + "))"


_UNCHECKED = {f"<{_RDF}langString>", f"<{_XSD}string>"}
_COMPONENTS: dict[str, Callable[..., str]] = {
    f"{SH}minCount": _count("<"),
    f"{SH}maxCount": _count(">"),
    f"{SH}in": _none_of,
    f"{SH}datatype": _datatype,
    f"{SH}class": lambda kind, flags: f"FILTER NOT EXISTS {{ ?value a/<{_RDFS}subClassOf>* {kind} }}",
    f"{SH}nodeKind": _node_kind,
    f"{SH}pattern": lambda pattern, flags: f"FILTER(isBlank(?value) || !REGEX(STR(?value), {pattern}, {flags}))",
    f"{SH}minLength": _length("<"),
    f"{SH}maxLength": _length(">"),
    f"{SH}minInclusive": _bound(">="),
    f"{SH}maxInclusive": _bound("<="),
}
