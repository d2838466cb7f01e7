"""Where the table of a department as a whole and its projects' tables give one indicator different values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from graph.iris import JX
from graph.model import DEPARTMENT
from graph.patterns.facts import Facts, about

# Events and money are spread over projects: a part may be smaller than the whole, never greater.
_ADDITIVE = {JX + "Event", JX + "Money"}
Value = tuple[str, Decimal]


def disagreements(facts: Facts, concept_of: Mapping[str, str], figures: Iterable[Triple]) -> Iterator[Triple]:
    """``indicator jx:disagreesWith`` an indicator or figure of the whole with its concept and another value.

    Satisfaction is left out: each project serves others.
    """
    whole: dict[str, list[tuple[str, Value]]] = defaultdict(list)
    own: list[tuple[str, str, Value]] = []
    scopes = {table: facts.value(table, "scope") for table in facts.instances("TargetTable")}
    for indicator, concept in concept_of.items():
        value = _value(facts, facts.value(indicator, "target"))
        if value is None or facts.value(indicator, "level1") == JX + "satisfaction":
            continue
        if scopes.get(facts.value(indicator, "inTable") or "") == DEPARTMENT:
            whole[concept].append((indicator, value))
        else:
            own.append((indicator, concept, value))
    for figure, concept, value in _figures(figures, scopes):
        whole[concept].append((figure, value))
    for indicator, concept, (kind, number) in own:
        for other, (kind_of_whole, total) in whole[concept]:
            if kind == kind_of_whole and (number > total or (number < total and kind not in _ADDITIVE)):
                yield about(indicator, "disagreesWith", other)


def _value(facts: Facts, target: str | None) -> Value | None:
    kind = facts.value(target, "quantityKind")
    bound = facts.value(target, "lower") or facts.value(target, "upper")
    return (kind, Decimal(bound)) if kind and bound else None


def _figures(triples: Iterable[Triple], scopes: Mapping[str, str | None]) -> Iterator[tuple[str, str, Value]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            found[triple.subject.value][triple.predicate.value.removeprefix(JX)] = triple.object.value
    for table, links in list(found.items()):
        if "goalFigure" in links and scopes.get(table) != DEPARTMENT:
            for figure in [f for f in found if f.startswith(f"{table}/figure/")]:
                del found[figure]
    for figure, values in found.items():
        bound = values.get("lower", values.get("upper"))
        if bound is not None and "canonicalIndicator" in values:
            yield figure, values["canonicalIndicator"], (values["quantityKind"], Decimal(bound))
