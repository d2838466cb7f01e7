"""First- and second-level classes of the rows of a table whose merged class cells were lost.

A class word that was printed once for several rows may stand on the first of them, or, centred, on any. The tiling
chosen is the one whose rows contradict their class least: a count under 时效 contradicts, a date under 数量 too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from graph.model import Target
from graph.spelling import fold
from graph.vocabulary import IndicatorClass, Vocabulary


@dataclass(slots=True)
class Evidence:
    """What a row says of its own class: printed words (None if blank), its name, its target, whether a page broke."""

    level1: str | None
    level2: str | None
    name: str
    target: Target
    broke: bool = False


@dataclass(frozen=True, slots=True)
class Classified:
    """Canonical classes of one row; ``derived`` names the levels that its own line does not print."""

    level1: str | None
    level2: str | None
    mark1: int | None
    mark2: int | None


def classify(rows: list[Evidence], words: Vocabulary, centred: bool) -> list[Classified]:
    """Classes for each row. ``centred``: labels may stand below the first row of their block (text dumps)."""
    marks2 = {i: c for i, row in enumerate(rows) if (c := _second(row, words))}
    marks1 = {i: c for i, row in enumerate(rows) if (c := _first(row, words))}
    if centred:
        _hand_back(rows, marks2, marks1, words)
    owner2 = _tile(rows, marks2, marks1, words, centred)
    result = []
    for index in range(len(rows)):
        mark = owner2[index]
        second = marks2[mark] if mark is not None else None
        mark1 = _owner_of_first(mark if mark is not None else index, marks1)
        first = marks1[mark1] if mark1 is not None else None
        level1, printed = _level1(first, second)
        result.append(Classified(level1, second.label if second else None, mark1 if printed else None, mark))
    return result


def _hand_back(
    rows: list[Evidence], marks: dict[int, IndicatorClass], marks1: dict[int, IndicatorClass], words: Vocabulary
) -> None:
    """The first line of a page may carry the labels of the rows below it; by content it ends the block above."""
    for index in [i for i in sorted(marks) if rows[i].broke and i and i + 1 < len(rows) and i + 1 not in marks]:
        above = max((i for i in marks if i < index), default=None)
        if above is None:
            continue
        here, there = (contradiction(rows[index], marks[i], words) for i in (index, above))
        if there + 0.5 <= here:
            marks[index + 1] = marks.pop(index)
            if index in marks1:
                marks1[index + 1] = marks1.pop(index)


def on_top(rows: list[Evidence], words: Vocabulary) -> bool:
    """Whether labels plainly stand on the first rows of their blocks: each first level beside the first of its seconds.

    A label in the middle of its block has second levels of its own above it.
    """
    marks2 = {i: c for i, row in enumerate(rows) if (c := _second(row, words))}
    marks1 = {i: c for i, row in enumerate(rows) if (c := _first(row, words))}
    if not marks1 or min(marks1) != 0 or not set(marks1) <= set(marks2):
        return False
    return all(
        (owner := _owner_of_first(index, marks1)) is not None and marks1[owner].label in second.broader
        for index, second in marks2.items()
    )


def one_level_up(rows: list[Evidence], words: Vocabulary) -> list[Evidence]:
    """Forms of two levels print second-level classes in the first column: then they are moved down."""
    firsts = [row.level1 for row in rows if row.level1]
    lower = any(words.indicator_class(text, 2) and not words.indicator_class(text, 1) for text in firsts)
    if any(row.level2 for row in rows) or not lower or not all(words.indicator_class(text, 2) for text in firsts):
        return rows
    return [replace(row, level1=None, level2=row.level1) for row in rows]


def _second(row: Evidence, words: Vocabulary) -> IndicatorClass | None:
    found = words.indicator_class(row.level2, 2) or words.class_like(row.level2, 2) if row.level2 else None
    if found or not row.level1:
        return found
    first = words.indicator_class(row.level1, 1)
    return (_only_second(first, words) if row.level2 else None) if first else words.indicator_class(row.level1, 2)


def _only_second(first: IndicatorClass, words: Vocabulary) -> IndicatorClass | None:
    """The second level that an unknown word must mean (患者满意度 below 满意度指标): the first has but one."""
    below = [item for item in words.classes.values() if item.broader[:1] == (first.label,)]
    return below[0] if len(below) == 1 else None


def _first(row: Evidence, words: Vocabulary) -> IndicatorClass | None:
    found = words.indicator_class(row.level1, 1) if row.level1 else None
    if found or not row.level2 or words.indicator_class(row.level2, 2):
        return found
    return words.indicator_class(row.level2, 1)


def _owner_of_first(index: int, marks: dict[int, IndicatorClass]) -> int | None:
    above = [i for i in marks if i <= index]
    return max(above) if above else min(marks, default=None)


def _level1(first: IndicatorClass | None, second: IndicatorClass | None) -> tuple[str | None, bool]:
    """The first level of a row, and whether it is the printed one: the second level decides unless both agree."""
    if second is None:
        return (first.label, True) if first else (None, False)
    if first and first.label in second.broader:
        return first.label, True
    if len(second.broader) >= 1:
        return second.broader[0], False
    return (first.label, True) if first else (None, False)


def _tile(
    rows: list[Evidence],
    marks: dict[int, IndicatorClass],
    marks1: dict[int, IndicatorClass],
    words: Vocabulary,
    centred: bool,
) -> list[int | None]:
    """For each row the index of the mark whose block it is in; blocks are contiguous and in order."""
    order = sorted(marks)
    owners: list[int | None] = [None] * len(rows)
    if not order:
        return owners
    owners[: order[0]] = [order[0]] * order[0]
    for left, right in pairwise(order):
        boundary = _boundary(rows, left, right, marks, words) if centred else right
        for index in range(left, right):
            owners[index] = left if index < boundary else right
        owners[right] = right
    for index in range(order[-1], len(rows)):
        owners[index] = order[-1]
    _stop_at_first_level(owners, marks, marks1)
    return owners


def _stop_at_first_level(
    owners: list[int | None], marks: dict[int, IndicatorClass], marks1: dict[int, IndicatorClass]
) -> None:
    """A new first level without a second ends the block above, unless the block below is its own."""
    for index in sorted(set(marks1) - set(marks)):
        owner = owners[index]
        first = marks1[index].label
        if owner is None or owner > index or first in marks[owner].broader:
            continue
        following = next((mark for mark in sorted(marks) if mark > index), None)
        end = min([mark for mark in (*marks, *marks1) if mark > index], default=len(owners))
        belongs = following is not None and following == end and first in marks[following].broader
        for row in range(index, end):
            owners[row] = following if belongs else None


def _boundary(
    rows: list[Evidence],
    left: int,
    right: int,
    marks: dict[int, IndicatorClass],
    words: Vocabulary,
) -> int:
    """First row of the right-hand block, between two marks; ties go to the label on its first row."""
    between = range(left + 1, right)
    upper = [0.0, *accumulate(contradiction(rows[i], marks[left], words) for i in between)]
    lower = [0.0, *accumulate(contradiction(rows[i], marks[right], words) for i in between)]

    def cost(boundary: int) -> float:
        above = boundary - left - 1
        return upper[above] + (lower[-1] - lower[above]) + 0.4 * (right - boundary)

    return min(range(right, left, -1), key=cost)


def contradiction(row: Evidence, owner: IndicatorClass, words: Vocabulary) -> float:
    """0 when a row may well be of a class, 1 when its target or its name speaks against it."""
    kind = target_kind(row.target, words)
    wrong = 0.0
    if owner.kinds and kind and kind not in owner.kinds:
        wrong += 1.0
    name = fold(row.name)
    if any(fold(hint) in name for hint in owner.hints):
        wrong -= 0.5
    elif any(
        fold(hint) in name
        for other in words.classes.values()
        if other.level == 2 and other is not owner
        for hint in other.hints
    ):
        wrong += 0.25
    return wrong


def target_kind(target: Target, words: Vocabulary) -> str | None:
    """What sort of value a target is: count, money, ratio, time, deadline, frequency, grade; None without one."""
    if target.deadline or target.comparator == "by":
        return "deadline"
    if target.frequency:
        return "frequency"
    if target.comparator == "qualitative":
        return "grade"
    unit = words.unit(target.unit) if target.unit else None
    if unit:
        return unit.target_kind
    return "count" if target.unit else None
