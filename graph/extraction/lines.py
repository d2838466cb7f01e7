"""Targets written as lines of text, without any table: 项目名称：…, 绩效目标：…, 数量指标：培训人数≥200人；…

Only read where a document has no indicator grid, because prose beside a grid repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph.extraction.columns import Aligned, Column, Layout
from graph.extraction.drafts import Draft
from graph.extraction.prose import name_and_target
from graph.extraction.stream import Account, Row
from graph.readers.document import Cell, Document, Grid, Paragraph
from graph.spelling import fold
from graph.vocabulary import IndicatorClass, Vocabulary

_LAYOUT = Layout(
    tuple(Column(role, n, n + 1, "") for n, role in enumerate(("level1", "level2", "level3", "value"))), ()
)


def read_lines(document: Document, words: Vocabulary, account: Account) -> list[Draft]:
    """Drafts of the forms that the document's lines spell out; those that name no indicator are left out."""
    drafts: list[Draft] = []
    draft = Draft(exact=True)
    level1: IndicatorClass | None = None
    title: Paragraph | None = None
    for line in _lines(document):
        found = list(_labelled(line, words))
        if found:
            for first, second, text in found:
                under = words.indicator_class(first.label, 2) if first and level1 else None
                if under and level1 and under.broader[:1] == (level1.label,):
                    first, second = None, under  # 成本指标 below 产出指标 is its second level
                level1 = first or (level1 if second is None or _fits(level1, second) else None)
                draft.rows += _rows(line, level1, second, text, words)
            account.use(line, "indicatorList")
            draft.members.append(line)
            continue
        begins = _begins(line, words)
        if begins and (draft.rows or draft.header.first("name")):
            drafts.append(draft)
            draft, level1 = Draft(exact=True), None
        if draft.header.take_line(line, account, words):
            draft.members.append(line)
        elif words.wording("formTitle").match(fold(line.text)):
            title = line
            draft.caption = draft.caption or line
    drafts.append(draft)
    for item in drafts:
        item.layouts = [_LAYOUT]
        item.layout = _LAYOUT
        _name_by_title(item, title, account, words)
    return [item for item in drafts if item.rows]


def _lines(document: Document) -> Iterator[Paragraph]:
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for cell in block.cells:
                if cell.text.strip():
                    yield Paragraph(cell.text, cell.place)


def _begins(line: Paragraph, words: Vocabulary) -> bool:
    label, colon, value = fold(line.text).partition(":")
    return bool(colon and value) and "name" in words.heading(label, "header")


def _labelled(line: Paragraph, words: Vocabulary) -> Iterator[tuple[IndicatorClass | None, IndicatorClass | None, str]]:
    """(first level, second level, words) for each class label with a colon, and for a line that is only a label."""
    marks = [(m, _classes(m["label"], words)) for m in words.wording("lineLabel").finditer(line.text)]
    marks = [(m, classes) for m, classes in marks if any(classes)]
    if not marks:
        bare = _classes(words.wording("lineNumbering").sub("", line.text), words)
        if any(bare):
            yield *bare, ""
        return
    for (mark, classes), following in zip(marks, [*marks[1:], None], strict=True):
        yield *classes, line.text[mark.end() : following[0].start() if following else None]


def _classes(text: str, words: Vocabulary) -> tuple[IndicatorClass | None, IndicatorClass | None]:
    """A label as first or as second level; 满意度指标 and 成本指标, which are both, count as first."""
    first = words.indicator_class(text, 1)
    return first, None if first else words.indicator_class(text, 2)


def _fits(level1: IndicatorClass | None, second: IndicatorClass) -> bool:
    return level1 is not None and level1.label in second.broader


def _rows(
    line: Paragraph, level1: IndicatorClass | None, level2: IndicatorClass | None, text: str, words: Vocabulary
) -> list[Aligned]:
    rows = []
    for item in _items(text, words):
        name, target = name_and_target(item, words)
        name = name or item
        cells = {"level3": [_cell(line, name)]}
        if level1:
            cells["level1"] = [_cell(line, level1.label)]
        if level2:
            cells["level2"] = [_cell(line, level2.label)]
        if target:
            cells["value"] = [_cell(line, target)]
        row = [cell for found in cells.values() for cell in found]
        rows.append(Aligned(Row(row, Grid(row, exact=True, place=line.place)), cells))
    return rows


def _items(text: str, words: Vocabulary) -> Iterable[str]:
    for part in words.wording("lineItems").split(text):
        item = words.wording("lineNumbering").sub("", part).strip(" \t，,、；;。")
        if len(item) > 1:
            yield item


def _cell(line: Paragraph, text: str) -> Cell:
    return Cell(text, 0, 0, line.place)


def _name_by_title(draft: Draft, title: Paragraph | None, account: Account, words: Vocabulary) -> None:
    """A form without 项目名称 takes its name from the words before 绩效目标 in its title."""
    source = draft.caption or title
    match = words.wording("formTitle").match(source.text.strip()) if source is not None else None
    if match and not draft.header.first("name") and source is not None:
        draft.header.add("name", match["name"].strip(), source)
        account.furniture(source)
