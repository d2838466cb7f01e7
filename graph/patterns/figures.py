"""What prose says: figures in the objectives of a table, and document numbers in its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pyoxigraph import Literal, Triple

from graph import iris
from graph.extraction.citations import citations
from graph.extraction.prose import name_and_target
from graph.extraction.targets import parse_target
from graph.iris import JX, RDF_TYPE
from graph.patterns.concepts import concepts
from graph.patterns.facts import Facts, about, decimal
from graph.vocabulary import Vocabulary

_CLAUSE = re.compile(r"[，,；;、。：:（）()\n]+")
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3})")
_DECADE = re.compile(r"\d+年代")


def figures(facts: Facts, words: Vocabulary) -> Iterator[Triple]:
    """The figures of every table, each with its name, bounds and, where the name tells it, its concept."""
    for table in facts.instances("TargetTable"):
        texts = [*facts.values(table, "objective"), *facts.values(table, "objectiveLongTerm")]
        texts += [text for goal in facts.values(table, "subGoal") for text in facts.values(goal, "objective")]
        clauses = [clause for text in texts for clause in _CLAUSE.split(_THOUSANDS.sub("", _DECADE.sub("", text)))]
        found = (read for clause in dict.fromkeys(clauses) if (read := list(_figure(clause, words))))
        for number, triples in enumerate(found, 1):
            iri = iris.child(table, "figure", number)
            yield about(table, "goalFigure", iri)
            for name, value in triples:
                yield about(iri, name, value)
            cover = _cover(facts, table, dict(triples))
            if cover is not None:
                yield about(iri, "coveredBy", cover)


def _cover(facts: Facts, table: str, figure: dict[str, str | Literal]) -> str | None:
    """The indicator of the table that has the figure's value; for money also a table whose budget it is."""
    bound = figure.get("lower", figure.get("upper"))
    value = Decimal(bound.value) if isinstance(bound, Literal) else None
    for indicator in (*facts.values(table, "indicator"), *facts.values(table, "proseIndicator")):
        target = facts.value(indicator, "target")
        bounds = [*facts.values(target or "", "lower"), *facts.values(target or "", "upper")]
        if facts.value(target, "quantityKind") == figure["quantityKind"] and value in list(map(Decimal, bounds)):
            return indicator
    budgets = ((other, facts.value(other, "budgetYuan")) for other in facts.instances("TargetTable"))
    money = figure["quantityKind"] == JX + "Money"
    return next((other for other, yuan in budgets if money and yuan and Decimal(yuan) == value), None)


def name_kinds(facts: Facts, words: Vocabulary) -> Iterator[Triple]:
    """Indicators whose name ends like one quantity while the target is another: the kinds that the name tells."""
    endings = [(end, kind) for kind in words.instances("QuantityKind") for end in words.values(kind, "nameEnding")]
    for indicator in facts.instances("Indicator"):
        name = facts.value(indicator, "level3") or ""
        kinds = dict.fromkeys(kind for ending, kind in endings if name.endswith(ending))
        found = facts.value(facts.value(indicator, "target"), "quantityKind")
        if kinds and found and found not in kinds:
            for kind in kinds:
                yield about(indicator, "nameKind", kind)


def _figure(clause: str, words: Vocabulary) -> Iterator[tuple[str, str | Literal]]:
    name, text = name_and_target(clause.strip(), words)
    target = parse_target(text, words)
    kind = words.concept("quantityKind", target.quantity_kind) if target.quantity_kind else None
    if kind is None or (target.lower is None and target.upper is None):
        return
    yield RDF_TYPE, JX + "GoalFigure"
    yield "name", Literal(name)
    yield "text", Literal(text)
    yield "quantityKind", kind
    if target.lower is not None:
        yield "lower", decimal(target.lower)
    if target.upper is not None:
        yield "upper", decimal(target.upper)
    match = concepts(words).match(name, None, kind)
    if not match.own:
        yield "canonicalIndicator", match.concept


def numbers_in_names(facts: Facts, words: Vocabulary) -> Iterator[Triple]:
    """Documents that a table's name cites: 冀财社【2025】121号-…通知."""
    for table in facts.instances("TargetTable"):
        for name in (*facts.values(table, "name"), *facts.values(table, "otherName")):
            for number in citations(name, words):
                yield about(table, "cites", iris.basis(number))
