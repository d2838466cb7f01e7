"""One kind of project across departments: its indicators, what each department promises, and how that differs.

A target is compared with the median of those of the same indicator and quantity kind. Which side is stricter follows
from the direction of the indicator: as printed, as the library has it, or as the comparators tell. Values that grow
with a department (persons, money) differ without one being stricter; ``jx:scaleFree`` says which kinds do not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any, cast

from graph import iris
from graph.errors import BadParameter, NotFound
from graph.export.printed import sign_of
from graph.export.rows import Value
from graph.iris import JX
from graph.queries import run
from graph.store import Store, Term
from graph.vocabulary import Vocabulary, vocabulary

MOST_DEPARTMENTS = 200
STRICTER, LOOSER, DIFFERENT, OTHER_KIND, SAME = "stricter", "looser", "different", "other-kind", ""
_HIGHER, _LOWER = f"{JX}higherIsBetter", f"{JX}lowerIsBetter"


@dataclass(frozen=True, slots=True)
class Promise:
    """One indicator of one project: what is printed, what it means, where it stands."""

    facts: dict[str, Any]
    kind: str | None
    value: Decimal | None
    mark: str = SAME

    def __getattr__(self, name: str) -> Any:
        return self.facts.get(name)

    @property
    def short(self) -> str:
        """The target as comparator, number and unit (≥95%), whatever signs it is printed with; else the words."""
        if self.value is None or not self.number:
            return str(self.target or "").strip()
        words = vocabulary()
        return f"{sign_of(words.label(self.comparator or ''), words)}{self.number}{self.unit or ''}"


@dataclass(frozen=True, slots=True)
class Line:
    """One canonical indicator: the promises of each department, and the range of the comparable ones in ``unit``."""

    name: str
    level1: str
    level2: str
    promises: dict[str, list[Promise]]
    unit: str
    least: Value
    middle: Value
    most: Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """The departments (of a year) by key and heading, and the indicators in the order of their classes."""

    title: str
    departments: dict[str, str]
    lines: list[Line]

    @property
    def promises(self) -> Iterator[tuple[Line, Promise]]:
        """Every promise with its line, department by department."""
        for line in self.lines:
            for key in self.departments:
                yield from ((line, promise) for promise in line.promises.get(key, ()))


def compare(
    store: Store,
    *,
    project: str | None = None,
    indicator: str | None = None,
    function: str | None = None,
    region: str | None = None,
    year: int | None = None,
) -> Comparison:
    """Compare the indicators of projects with a word in their name, of a function code, or one canonical indicator.

    Raises BadParameter where none of these is given or too many departments have them, NotFound where none has.
    """
    if not (project or indicator or function):
        raise BadParameter(
            zh="请给出项目名称中的词、指标名称或功能科目。",
            en="Give words of a project's name, an indicator or a function.",
        )
    found = run(store, "comparison", project=project, indicator=indicator, function=function, region=region, year=year)
    if not found.terms:
        asked = "、".join(filter(None, (project, indicator, function)))
        raise NotFound(asked, zh="没有符合条件的指标。", en="No indicator is of that kind.")
    promises = [_promise(row) for row in found.terms]
    departments = {key: f"{p.department_name}\n{p.fiscal_year or ''}".strip() for p in promises for key in [_key(p)]}
    if len(departments) > MOST_DEPARTMENTS:
        raise BadParameter(
            str(len(departments)),
            zh=f"部门超过 {MOST_DEPARTMENTS} 个，请限定区划或年度。",
            en=f"More than {MOST_DEPARTMENTS} departments; narrow the region or year.",
        )
    by_concept: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises:
        by_concept[promise.concept].append(promise)
    lines = [_line(concept, same) for concept, same in by_concept.items()]
    title = "、".join(filter(None, (project, indicator, f"功能科目{function}" if function else None)))
    return Comparison(title, departments, sorted(lines, key=_order()))


def _promise(row: dict[str, Term]) -> Promise:
    facts: dict[str, Any] = {name: cast(Any, term).value for name, term in row.items()}
    bound = facts.get("lower", facts.get("upper"))
    return Promise(facts, facts.get("kind"), Decimal(bound) if bound is not None else None)


def _key(promise: Promise) -> str:
    return f"{promise.department} {promise.fiscal_year or ''}"


def _order() -> Any:
    """By class as the vocabulary lists them, then by how many departments have it."""
    classes = enumerate(vocabulary().classes.values())
    ranks = {(item.level, item.label): rank for rank, item in classes}

    def key(line: Line) -> tuple[int, int, int, str]:
        last = len(ranks)
        first, second = ranks.get((1, line.level1), last), ranks.get((2, line.level2), last)
        return first, second, -len(line.promises), line.name

    return key


def _line(concept: str, promises: list[Promise]) -> Line:
    words = vocabulary()
    kinds = Counter(p.kind for p in promises if p.kind and p.value is not None)
    kind = kinds.most_common(1)[0][0] if kinds else None
    same = [p for p in promises if kind and p.kind == kind and p.value is not None]
    middle = median(cast(Decimal, p.value) for p in same) if same else None
    better = _direction(concept, promises, words)
    free = kind is not None and words.value(kind, "scaleFree") == "true"
    marked: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises:
        mark = _mark(promise, kind, middle, better if free else None) if len(promises) > 1 else SAME
        marked[_key(promise)].append(Promise(promise.facts, promise.kind, promise.value, mark))
    unit, factor = _unit(same, words)
    values = [cast(Decimal, p.value) / factor for p in same]
    least, centre, most = (min(values), median(values), max(values)) if values else (None, None, None)
    listed = concept in set(words.instances("CanonicalIndicator"))
    return Line(
        words.name_of(concept) if listed else iris.text_of(concept),
        _usual(promises, "level1", words), _usual(promises, "level2", words), dict(marked), unit,
        _short(least), _short(centre), _short(most),
    )  # fmt: skip


def _usual(promises: Iterable[Promise], name: str, words: Vocabulary) -> str:
    """The class that most of the rows have."""
    classes = Counter(p.facts[name] for p in promises if name in p.facts)
    if not classes:
        return ""
    iri = classes.most_common(1)[0][0]
    return words.label(iri) or str(iri)


def _direction(concept: str, promises: Sequence[Promise], words: Vocabulary) -> str | None:
    """What most of the rows print, else the library's, else what their comparators agree with."""
    printed: Counter[str] = Counter(p.direction for p in promises if p.direction in (_HIGHER, _LOWER))
    if printed:
        return printed.most_common(1)[0][0]
    listed = words.value(concept, "direction")
    if listed:
        return listed
    agreed = {way: set(words.values(way, "agreesWith")) - {f"{JX}equalTo"} for way in (_HIGHER, _LOWER)}
    votes = Counter(way for p in promises for way, signs in agreed.items() if p.comparator in signs)
    return votes.most_common(1)[0][0] if votes else None


def _mark(promise: Promise, kind: str | None, middle: Decimal | None, better: str | None) -> str:
    if promise.value is None or promise.kind != kind or middle is None:
        return OTHER_KIND if kind else SAME
    if promise.value == middle:
        return SAME
    if better not in (_HIGHER, _LOWER):
        return DIFFERENT
    return STRICTER if (promise.value > middle) == (better == _HIGHER) else LOOSER


def _unit(promises: Sequence[Promise], words: Vocabulary) -> tuple[str, Decimal]:
    """The unit that most print and its factor to the base unit; without one, the base unit's name is not known."""
    printed = Counter(p.unit for p in promises if p.unit)
    for text, _ in printed.most_common():
        unit = words.unit(text)
        if unit is not None and unit.multiplier:
            return text, unit.multiplier
    kind = promises[0].kind if promises else None
    base = words.value(kind, "baseUnit") if kind else None
    return words.name_of(base) if base else "", Decimal(1)


def _short(value: Decimal | None) -> Value:
    """Without the tail of a division: 33.333333 → 33.3333."""
    return None if value is None else Decimal(format(value.quantize(Decimal("0.0001")).normalize(), "f"))
