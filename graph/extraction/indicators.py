"""Rows of an indicator grid → indicators: classes, targets, weights, bases, and where each was printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from graph.extraction.citations import bases
from graph.extraction.columns import Aligned
from graph.extraction.levels import Classified, Evidence, classify, on_top, one_level_up
from graph.extraction.stream import Account
from graph.extraction.targets import join_target, parse_target, points
from graph.extraction.words import tidy
from graph.model import Indicator, Quote, Reference, Target
from graph.readers.document import Place
from graph.spelling import fold
from graph.vocabulary import Vocabulary

# So many labels do not stand on first rows by chance.
_ENOUGH = 3


@dataclass(slots=True)
class Context:
    """What every table of a document is read with. ``on_top``: its labels stand on the first rows of their blocks."""

    words: Vocabulary
    account: Account
    year: int | None
    on_top: bool = False


def indicators(rows: list[Aligned], exact: bool, context: Context) -> tuple[Indicator, ...]:
    """One indicator for each row that names one; the rest of a row that a page cut goes to the row before."""
    kept = [row for row in _joined(rows, context) if _names_something(row, context)]
    targets = [_target(row, context) for row in kept]
    evidence = one_level_up([_evidence(*pair) for pair in zip(kept, targets, strict=True)], context.words)
    classes = classify(evidence, context.words, centred=not (exact or context.on_top))
    found = [
        _indicator(position, row, target, kept, placed, context)
        for position, (row, target, placed) in enumerate(zip(kept, targets, classes, strict=True), start=1)
    ]
    return tuple(_with_missing_weight(_with_parents(found, context.words), context))


def _evidence(row: Aligned, target: Target) -> Evidence:
    return Evidence(row.text("level1") or None, row.text("level2") or None, row.text("level3"), target, row.row.first)


def labels_on_top(parts: list[list[Aligned]], words: Vocabulary) -> bool:
    """Whether the labels of a document's text dumps stand on the first rows of their blocks: one table shows it not to
    be so for all, because one converter made them all.
    """
    labelled = [
        [_evidence(row, Target()) for row in rows if row.has("level3")]
        for rows in parts
        if any(row.has("level1") for row in rows)
    ]
    printed = sum(1 for rows in labelled for row in rows if row.level1)
    return printed >= _ENOUGH and all(on_top(one_level_up(rows, words), words) for rows in labelled)


def _with_parents(found: list[Indicator], words: Vocabulary) -> list[Indicator]:
    """其中：… is a part of the indicator above it."""
    part_of = words.wording("part")
    whole: Indicator | None = None
    placed = []
    for item in found:
        part = bool(part_of.match(fold(item.level3)))
        if part and whole is not None and whole.level2 == item.level2:
            item = replace(item, parent=whole.level3)
        elif not part:
            whole = item
        placed.append(item)
    return placed


def _joined(rows: list[Aligned], context: Context) -> list[Aligned]:
    joined: list[Aligned] = []
    for row in rows:
        if joined and _is_remainder(row, context):
            for role, cells in row.cells.items():
                joined[-1].cells.setdefault(role, []).extend(cells)
        else:
            joined.append(row)
    return joined


def _is_remainder(row: Aligned, context: Context) -> bool:
    """Only words, in columns of words, at the top of a page: the rest of the row above."""
    if row.row.exact or not row.row.first:
        return False
    return (
        not (set(row.cells) - {"level3", "description", "basis", "remark", "objective", "name"}) and len(row.cells) == 1
    )


def _names_something(row: Aligned, context: Context) -> bool:
    """False for rows that only fill the form (……, 指标2：, a class word alone); their cells are furniture."""
    named = row.has("level3") and not context.words.is_filler(row.text("level3"))
    if not named:
        for role, cells in row.cells.items():
            for cell in cells:
                if role in ("level1", "level2", "sequence") or context.words.is_filler(cell.text):
                    context.account.furniture(cell)
                else:
                    context.account.doubt(cell, "所在行没有三级指标 its row names no indicator")
    return named


def _target(row: Aligned, context: Context) -> Target:
    comparator, value, unit = row.text("comparator"), tidy(row.text("value")), tidy(row.text("unit"))
    if context.words.is_filler(value):
        value = ""
    if not comparator and context.words.nature(row.text("direction")) == context.words.qualitative_nature:
        comparator = ""
    if comparator or unit:
        return join_target(comparator, value, unit, context.words, context.year)
    return parse_target(value, context.words, context.year)


def _indicator(
    position: int, row: Aligned, target: Target, rows: list[Aligned], placed: Classified, context: Context
) -> Indicator:
    words, account = context.words, context.account
    for role, cells in row.cells.items():
        for cell in cells:
            account.use(cell, role)
    weight_cell = row.text("weight")
    weight = points(weight_cell, words) if weight_cell else None
    if weight_cell and weight is None:
        account.doubt(row.cells["weight"][0], "权重不是数字 the weight is no number")
    direction = words.direction(row.text("direction")) if row.has("direction") else None
    nature = words.nature(row.text("nature") or row.text("direction"))
    inferred = ["level1"] if placed.level1 and placed.mark1 is None else []
    if placed.mark2 is not None and not (rows[placed.mark2].has("level2") or rows[placed.mark2].has("level1")):
        inferred.append("level2")
    return Indicator(
        position=position,
        level1=placed.level1,
        level2=placed.level2,
        level3=tidy(row.text("level3")),
        target=target,
        description=tidy(row.text("description")) or None,
        weight=weight,
        direction=direction,
        basis=bases(tidy(row.text("basis")), words),
        period=(row.period or "annual").strip(),
        target_for=row.target_for,
        actual=tidy(row.text("actual")) or None,
        score=points(row.text("score"), words) if row.has("score") else None,
        deviation_reason=tidy(row.text("deviationReason")) or None,
        remark=_remark(row),
        data_source=tidy(row.text("dataSource")) or None,
        nature=nature,
        references=_references(row),
        inferred=tuple(inferred),
        place=row.cells["level3"][0].place,
        quotes=_quotes(row, rows, placed),
    )


def _remark(row: Aligned) -> str | None:
    """The remark, and what stands in columns whose headings nobody knows, each with its heading."""
    others = [f"{row.labels[id(cell)]}：{tidy(cell.text)}" for cell in row.cells.get("otherColumn", ())]
    return "；".join(text for text in (tidy(row.text("remark")), *others) if text) or None


def _references(row: Aligned) -> tuple[Reference, ...]:
    return tuple(Reference(row.labels[id(cell)], tidy(cell.text)) for cell in row.cells.get("reference", ()))


def _quotes(row: Aligned, rows: list[Aligned], placed: Classified) -> tuple[Quote, ...]:
    """The printed words of each field that stand on another line than the name, or differ from the value."""
    quotes = []
    home = row.cells["level3"][0].place
    for level, mark, label in (("level1", placed.mark1, placed.level1), ("level2", placed.mark2, placed.level2)):
        cells = rows[mark].cells.get(level) or rows[mark].cells.get("level1") if mark is not None else None
        if cells and (tidy(cells[0].text) != label or _line(cells[0].place) != _line(home)):
            quotes.append(Quote(level, tidy(cells[0].text), cells[0].place))
    for role in ("comparator", "value", "unit", "weight", "direction", "description", "basis", "actual", "score"):
        cells = row.cells.get(role)
        if cells and _line(cells[0].place) != _line(home):
            quotes.append(Quote(role, tidy(row.text(role)), cells[0].place))
    return tuple(quotes)


def _line(place: Place) -> tuple[object, ...]:
    return place.page, place.line, place.sheet, place.row


def _with_missing_weight(found: list[Indicator], context: Context) -> list[Indicator]:
    """Where one weight of a table is blank and the rest leave exactly one figure to the usual total, that figure."""
    blank = [item for item in found if item.weight is None]
    given = [item.weight for item in found if item.weight is not None]
    if len(blank) != 1 or len(given) < 2:
        return found
    usual = Decimal(context.words.usual_weight_total)
    rest = usual - sum(given, Decimal(0))
    if not 0 < rest <= max(given):
        return found
    return [_weighed(item, rest) if item is blank[0] else item for item in found]


def _weighed(item: Indicator, weight: Decimal) -> Indicator:
    return replace(item, weight=weight, inferred=(*item.inferred, "weight"))
