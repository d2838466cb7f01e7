"""A row's cells given to the columns of its grid.

In exact grids a cell belongs to the heading above it. In text dumps cells are lost and rows shift, so the non-empty
cells are aligned to the roles in order, by what they look like (class word, sign, unit, number) with a bonus for the
column; the best monotone alignment wins.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from graph.extraction.columns import Aligned, Column, Layout
from graph.extraction.stream import Row
from graph.extraction.targets import decimal, parse_target, points
from graph.readers.document import Cell
from graph.spelling import fold
from graph.vocabulary import Vocabulary, vocabulary


def align(layout: Layout, row: Row, words: Vocabulary) -> list[Aligned]:
    """The row's cells by role: one result, or two where a grid has long-term and annual halves side by side."""
    reliable = row.exact and _fits_exactly(layout, row, words)
    return _halves(layout, row, _by_position(layout, row) if reliable else _by_content(layout, row))


def _halves(layout: Layout, row: Row, pairs: list[tuple[Cell, Column]]) -> list[Aligned]:
    places = [c.target_for for c in layout.columns if c.target_for]
    if places:
        return [
            replace_place(_collect(row, [p for p in pairs if p[1].target_for in (None, place)], None), place)
            for place in places
        ]
    periods = list(dict.fromkeys(c.period for c in layout.columns if c.period and c.role in ("level3", "value")))
    repeated = layout.roles.count("level3") > 1 or (layout.roles.count("value") > 1)
    if len(periods) < 2 or not repeated:
        return [_collect(row, pairs, periods[0] if len(periods) == 1 else None)]
    return [_collect(row, [p for p in pairs if p[1].period in (None, period)], period) for period in periods]


def replace_place(aligned: Aligned, place: str) -> Aligned:
    """The same row with the place that its target is for."""
    aligned.target_for = place
    return aligned


def _collect(row: Row, pairs: list[tuple[Cell, Column]], period: str | None) -> Aligned:
    aligned = Aligned(row, period=period)
    for cell, column in pairs:
        aligned.cells.setdefault(column.role, []).append(cell)
        aligned.labels[id(cell)] = column.label
    return aligned


def _fits_exactly(layout: Layout, row: Row, words: Vocabulary) -> bool:
    """False when a class word stands under a heading that is not a class, or words of a row that has lost its covered
    cells, and so ends before the last column, under a heading of classes.
    """
    shifted = not row.slots or max(row.slots) + 1 < max(column.end for column in layout.columns)
    for cell, column in _by_position(layout, row):
        is_class = bool(words.indicator_class(cell.text, 1) or words.indicator_class(cell.text, 2))
        if shifted and column.role in ("level1", "level2") and not is_class:
            return False
        if is_class and column.role in ("value", "comparator", "unit", "weight"):
            return False
    return True


def _by_position(layout: Layout, row: Row) -> list[tuple[Cell, Column]]:
    pairs: list[tuple[Cell, Column]] = []
    for column in layout.columns:
        seen: list[Cell] = []
        for slot in range(column.start, column.end):
            cell = row.slots.get(slot)
            if cell is None or not cell.text.strip() or any(cell is other for other in seen):
                continue
            if any(cell is used for used, _ in pairs):
                continue
            # Points printed once for several rows are given once, or they would be counted for each.
            if column.role in _GIVEN_ONCE and not any(cell is own for own in row.own):
                continue
            seen.append(cell)
            pairs.append((cell, column))
    return pairs


def _by_content(layout: Layout, row: Row) -> list[tuple[Cell, Column]]:
    cells = row.own
    best: tuple[float, list[int]] = (float("-inf"), [])
    # Where covered cells were dropped, the row's end still stands under the header's end.
    ends = cells[-1].column - layout.columns[-1].start
    for shift in dict.fromkeys((0, -1, 1, -2, 2, ends)):
        score, choice = _best_alignment(cells, layout.columns, shift)
        score -= 0.3 * min(abs(shift), 3)
        if score > best[0]:
            best = (score, choice)
    return [(cell, layout.columns[i]) for cell, i in zip(cells, best[1], strict=True) if i >= 0]


def _best_alignment(cells: list[Cell], columns: tuple[Column, ...], shift: int) -> tuple[float, list[int]]:
    """Dynamic programme over cells × columns; -1 marks a cell that no column takes."""
    width = len(columns)
    table = [[0.0] * (width + 1) for _ in range(len(cells) + 1)]
    step: list[list[str]] = [["skip"] * (width + 1) for _ in range(len(cells) + 1)]
    for i in range(1, len(cells) + 1):
        table[i][0], step[i][0] = table[i - 1][0] - 3.0, "drop"
        for j in range(1, width + 1):
            options = (
                (table[i - 1][j - 1] + _score(cells[i - 1], columns[j - 1], shift), "take"),
                (table[i][j - 1], "skip"),
                (table[i - 1][j] - 3.0, "drop"),
            )
            table[i][j], step[i][j] = max(options)
    choice, i, j = [-1] * len(cells), len(cells), width
    while i > 0:
        match step[i][j]:
            case "take":
                i, j = i - 1, j - 1
                choice[i] = j
            case "skip" if j > 0:
                j -= 1
            case _:
                i -= 1
    return table[-1][-1], choice


def _score(cell: Cell, column: Column, shift: int) -> float:
    distance = abs(cell.column - shift - column.start)
    return _likeness(cell.text, column.role) + (1.5 if distance == 0 else 0.5 if distance == 1 else 0.0)


_GIVEN_ONCE = ("weight", "score")


@lru_cache(maxsize=65536)
def _likeness(text: str, role_name: str) -> float:
    """How much a cell looks like what a role holds; about -6 (impossible) to 6 (certain)."""
    words = vocabulary()
    folded = fold(text)
    is_class = bool(words.indicator_class(text, 1) or words.indicator_class(text, 2))
    number = decimal(folded)
    match words.roles[role_name].content:
        case "class1":
            # Forms of two levels print second-level classes in the first column.
            return 6.0 if words.indicator_class(text, 1) else 2.0 if words.indicator_class(text, 2) else -6.0
        case "class2":
            return 6.0 if words.indicator_class(text, 2) else 1.0 if words.class_like(text, 2) else -6.0
        case "comparator":
            return 5.0 if words.comparator(text) else -6.0
        case "direction":
            return 5.0 if words.direction(text) or words.nature(text) else -6.0
        case "unit":
            if words.unit(text):
                return 4.0
            return -6.0 if number is not None and "," not in folded else (-0.5 if len(folded) <= 6 else -5.0)
        case "weight":
            return _weight_likeness(text, number, words)
        case "target":
            return _target_likeness(folded, is_class, words)
        case "money":
            return _money_likeness(text, folded, number, words)
        case "number":
            return 2.0 if number is not None else -4.0
        case "organisation":
            return _organisation_likeness(folded, is_class or number is not None, words)
        case "code":
            return 3.0 if re.fullmatch(r"[0-9a-z]{8,}", folded) else -4.0
    return _text_likeness(role_name, folded, is_class, number is not None)


def _weight_likeness(text: str, number: Decimal | None, words: Vocabulary) -> float:
    if number is None:
        # 10分 and 10% are targets too.
        return 1.5 if points(text, words) is not None and words.comparator(text[:1]) is None else -6.0
    return 3.0 if 0 < number <= 100 else 1.0 if number == 0 else -6.0


def _target_likeness(folded: str, is_class: bool, words: Vocabulary) -> float:
    target = parse_target(folded, words)
    if target.comparator != "qualitative":
        return 3.0
    if target.grade:
        return 2.5
    return -3.0 if is_class else (1.0 if len(folded) <= 16 else 0.0)


def _organisation_likeness(folded: str, impossible: bool, words: Vocabulary) -> float:
    if impossible:
        return -5.0
    if words.wording("codedOrganisation").match(folded):
        return 3.0
    return 1.2 if any(p.regex.search(folded) for p in words.patterns("OrganisationName")) else -0.5


def _money_likeness(text: str, folded: str, number: object, words: Vocabulary) -> float:
    if number is None:
        return 2.0 if words.wording("moneyCell").match(folded) else -5.0
    return 4.0 if re.search(r"\d[,.]\d", text) else 1.0


def _text_likeness(role_name: str, folded: str, is_class: bool, is_number: bool) -> float:
    if is_class:
        return -1.0 if role_name == "level3" else -4.0
    if is_number:
        return -4.0
    if role_name == "level3":
        return 2.0
    if role_name == "otherColumn":
        return 0.5
    if role_name in ("objective", "purpose"):
        return 1.5 if len(folded) > 15 else 0.6
    return 1.0
