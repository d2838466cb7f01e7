"""Objectives and indicators of the department as a whole that stand in running text (总体绩效目标, 分项绩效目标)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graph.extraction.targets import parse_target
from graph.extraction.words import tidy
from graph.model import DEPARTMENT, Indicator, Quote, SubGoal, Target, TargetTable
from graph.readers.document import Document, Paragraph, Place
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_CLAUSE = re.compile(r"[，,；;、。]+")
_QUANTITY = re.compile(r"\d[\d,]*(?:\.\d+)?\s*[^\d，,。；;、]*")
_NUMBERED = re.compile(r"^\s*\d{1,2}[、.．]\s*(.+?)[。.]?\s*$")


@dataclass(slots=True)
class _Reading:
    place: Place
    objective: list[str] = field(default_factory=list)
    items: list[SubGoal] = field(default_factory=list)
    title: str = ""
    indicators: list[Indicator] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


def read_prose(document: Document, name: str, words: Vocabulary, year: int | None) -> TargetTable | None:
    """The department's table as far as prose holds it; None where the document has no such section."""
    reading: _Reading | None = None
    state = ""
    for block in document.blocks:
        if not isinstance(block, Paragraph):
            continue
        heading = _heading(block.text, words)
        if heading in ("objective", "items"):
            reading = reading or _Reading(block.place)
            state = heading
        elif state and heading in ("end", "section"):
            state = ""
        elif state and reading is not None:
            _take(block, state, reading, words, year)
    if reading is None or not (reading.objective or reading.items or reading.indicators):
        return None
    return TargetTable(
        position=0,
        scope=DEPARTMENT,
        name=name,
        kind="prose",
        objective="".join(reading.objective) or None,
        sub_goals=tuple(reading.items),
        prose_indicators=tuple(reading.indicators),
        place=reading.place,
        quotes=tuple(reading.quotes),
    )


def _heading(text: str, words: Vocabulary) -> str | None:
    folded = fold(text)
    for pattern in words.patterns("ProseHeading"):
        if pattern.regex.fullmatch(folded):
            return pattern.properties["proseRole"]
    return None


def _take(line: Paragraph, state: str, reading: _Reading, words: Vocabulary, year: int | None) -> None:
    if state == "objective":
        if not reading.objective:
            reading.quotes.append(Quote("objective", tidy(line.text)[:60], line.place))
        reading.objective.append(tidy(line.text))
        return
    role, text = _labelled(line.text, words)
    if role == "itemObjective":
        reading.items.append(SubGoal(reading.title, text))
    elif role == "itemIndicators":
        for clause in _clauses(text):
            reading.indicators.append(
                _indicator(len(reading.indicators) + 1, clause, reading.title, line.place, words, year)
            )
    elif match := _NUMBERED.match(line.text):
        reading.title = tidy(match.group(1))


def _labelled(text: str, words: Vocabulary) -> tuple[str | None, str]:
    stripped = tidy(text)
    for pattern in words.patterns("ProseLabel"):
        match = pattern.regex.fullmatch(stripped)
        if match:
            return pattern.properties["proseRole"], match.group("text").strip()
    return None, stripped


def _clauses(text: str) -> list[str]:
    """Promises in a sentence: clauses, without an introduction that ends in a colon; figures keep their commas."""
    body = re.split(r"[：:]", text)[-1]
    body = re.sub(r"(?<=\d),(?=\d{3})", "", body)
    return [part.strip() for part in _CLAUSE.split(body) if len(part.strip()) > 1]


def _indicator(position: int, clause: str, item: str, place: Place, words: Vocabulary, year: int | None) -> Indicator:
    name, target = _name_and_target(clause, words, year)
    return Indicator(
        position=position,
        level3=name,
        target=target,
        parent=item or None,
        inferred=("level3",) if name != clause else (),
        place=place,
    )


def name_and_target(clause: str, words: Vocabulary) -> tuple[str, str]:
    """A promise in words as its name and its printed target, which is empty where it has no figure."""
    name, target = _name_and_target(clause, words, None)
    return name, "" if target.text == clause else target.text


def _name_and_target(clause: str, words: Vocabulary, year: int | None) -> tuple[str, Target]:
    match = _QUANTITY.search(clause)
    before = clause[: match.start()] if match else clause
    if match is None or not before:
        return clause, Target(clause, "qualitative")
    verb = next((found.group() for p in words.patterns("ProseVerb") if (found := p.regex.search(before))), "")
    verb = verb or next((prefix for prefix, _ in words.prefixes if before.endswith(prefix)), "")
    bare = before.removesuffix(verb)
    # A verb may be the comparator (达到90%) or say nothing of the figure (给予90%).
    verbs = dict.fromkeys((verb, ""))
    for end in range(match.end(), match.start(), -1):
        for word in verbs:
            target = parse_target(word + clause[match.start() : end], words, year)
            known = end == match.end() or words.unit(target.unit or "")
            if target.comparator != "qualitative" and target.value and known:
                return bare + clause[end:], target
    return clause, Target(clause, "qualitative")
