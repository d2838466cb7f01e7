"""Rows that print several indicators in one cell, and class words that stand before a name in its own cell.

``【产出指标-数量指标】指标1：购置电脑（≥77台）；…`` in a column 绩效指标; ``指标1：… 指标2：…`` beside as many targets;
``数量指标：供养老人120人``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from graph.extraction.columns import Aligned
from graph.extraction.stream import Account
from graph.readers.document import Cell
from graph.vocabulary import Vocabulary

_ENDS = " \t\r\n；;。，,、"
_PREFIX = re.compile(r"^\s*([^：:]{2,14})[：:]\s*(\S.*)$", re.DOTALL)


def expand(rows: list[Aligned], words: Vocabulary, account: Account) -> list[Aligned]:
    """The rows with one indicator each; cells that were taken apart are accounted for."""
    found: list[Aligned] = []
    for row in rows:
        found += _bracketed(row, words, account) or _numbered(row, words, account) or [_prefixed(row, words, account)]
    return found


def _piece(cell: Cell, text: str) -> Cell:
    return Cell(text.strip(_ENDS), cell.row, cell.column, cell.place, cell.rowspan, cell.colspan, cell.confidence)


def _with(row: Aligned, **cells: Cell) -> Aligned:
    return replace(row, cells={**row.cells, **{role: [cell] for role, cell in cells.items() if cell.text}})


def _bracketed(row: Aligned, words: Vocabulary, account: Account) -> list[Aligned]:
    cell = next((c for role in ("indicatorList", "level3") for c in row.cells.get(role, ())), None)
    notation = words.patterns("BracketNotation")
    if cell is None or not notation:
        return []
    marks = [m for m in notation[0].regex.finditer(cell.text) if words.indicator_class(m["level1"], 1)]
    if not marks:
        return []
    account.use(cell, "indicatorList")
    said = {role: [_piece(cell, text)] for role, text in _fields(cell, words) if not row.has(role)}
    rest = replace(row, cells={role: cells for role, cells in row.cells.items() if role != "indicatorList"} | said)
    found = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = cell.text[mark.end() : following.start() if following else None]
        classes = {"level1": _piece(cell, mark["level1"]), "level2": _piece(cell, mark["level2"] or "")}
        for part in _items(body, words):
            name, target = _name_and_target(part, words)
            found.append(_with(rest, **classes, level3=_piece(cell, name), value=_piece(cell, target)))
    return found


def _fields(cell: Cell, words: Vocabulary) -> list[tuple[str, str]]:
    """【总体目标】… and the like among the indicators, as (role, words)."""
    marks = list(words.patterns("BracketNotation")[0].regex.finditer(cell.text))
    found = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        roles = words.heading(mark["level1"], "header")
        text = cell.text[mark.end() : following.start() if following else None].strip(_ENDS + "：:")
        if roles and text and not words.indicator_class(mark["level1"], 1):
            found.append(("objective" if roles[0].startswith("objective") else roles[0], text))
    return found


def _items(text: str, words: Vocabulary) -> list[str]:
    """The parts of a text that 指标1：, 指标2： … begin; the whole text where there is no such mark."""
    marker = words.patterns("ItemMarker")[0].regex
    parts = [part.strip(_ENDS) for part in marker.split(text)]
    return [part for part in parts if part]


def _name_and_target(text: str, words: Vocabulary) -> tuple[str, str]:
    match = words.patterns("TrailingTarget")[0].regex.search(text.strip(_ENDS))
    return (text.strip(_ENDS)[: match.start()], match["target"]) if match else (text, "")


def _numbered(row: Aligned, words: Vocabulary, account: Account) -> list[Aligned]:
    """指标1：A 指标2：B in one cell, with as many targets in the other; else nothing is taken apart."""
    names, values = row.cells.get("level3", []), row.cells.get("value", [])
    marker = words.patterns("ItemMarker")[0].regex
    if len(names) != 1 or len(values) != 1 or len(marker.findall(names[0].text)) < 2:
        return []
    parts = _items(names[0].text, words)
    targets = _items(values[0].text, words)
    if len(targets) != len(parts):
        targets = [line for line in re.split(r"[\n；;]+", values[0].text) if line.strip()]
    if len(targets) != len(parts):
        return []
    account.use(names[0], "level3")
    account.use(values[0], "value")
    return [
        _with(row, level3=_piece(names[0], part), value=_piece(values[0], target))
        for part, target in zip(parts, targets, strict=True)
    ]


def _prefixed(row: Aligned, words: Vocabulary, account: Account) -> Aligned:
    """数量指标：供养老人120人 — the class before the colon is the second level where none is printed."""
    cell = next(iter(row.cells.get("level3", ())), None)
    match = _PREFIX.match(cell.text) if cell else None
    if cell is None or match is None or row.has("level2") or not words.indicator_class(match.group(1), 2):
        return row
    account.use(cell, "level3")
    return _with(row, level2=_piece(cell, match.group(1)), level3=_piece(cell, match.group(2)))
