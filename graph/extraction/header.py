"""The labelled cells above an indicator grid: 项目名称 | X | 主管部门 | Y, and the small tables among them.

A label is a heading that the vocabulary knows. Its value stands to its right; a row of labels alone heads the rows
below it; a row of values alone belongs to the labels above, or continues the last value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graph.extraction.stream import Account, Row
from graph.readers.document import Cell, Paragraph
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_INLINE = re.compile(r"^\s*([^：:]{2,20})[：:]\s*(.*)$", re.DOTALL)
_DIGITS = re.compile(r"^\s*\d+\s*$")
_GROUP_ROLES = {"fundsGroup", "spendingPlan", "taskGroup", "objectiveGroup", "budgetGroup"}
# What a form says under a label that the vocabulary does not know.
_OTHER = "otherField"
_LABEL_LENGTH = 16


@dataclass(eq=False, slots=True)
class Entry:
    """One labelled value: role, words, the cells it came from, and the label as printed."""

    role: str
    text: str
    cells: list[Cell | Paragraph]
    label: str


@dataclass(eq=False, slots=True)
class Header:
    """All labelled values of one form, and the state needed while its rows come in."""

    entries: list[Entry] = field(default_factory=list)
    tasks: list[dict[str, list[Cell]]] = field(default_factory=list)
    _below: list[tuple[Cell, str]] = field(default_factory=list)
    _below_line: int = 0
    _group: str | None = None

    def first(self, role: str) -> Entry | None:
        """The first non-empty entry of a role."""
        return next((entry for entry in self.entries if entry.role == role and entry.text), None)

    def all(self, role: str) -> list[Entry]:
        """Every entry of a role, in order."""
        return [entry for entry in self.entries if entry.role == role]

    def has(self, role: str) -> bool:
        """Whether a role has been met, with or without a value."""
        return any(entry.role == role for entry in self.entries)

    def add(self, role: str, text: str, item: Cell | Paragraph) -> None:
        """A value that stands under no label."""
        self.entries.append(Entry(role, text, [item], ""))

    def awaits(self, row: Row) -> bool:
        """Whether a row of numbers stands below labels that wait for values: then 100 is no page number."""
        return row.exact and all(
            _DIGITS.match(cell.text) and any(_within(cell, head) for head, _ in self._below) for cell in row.own
        )

    def end(self) -> None:
        """The indicator grid begins: labels above it head nothing more."""
        self._below = []

    def settle(self) -> None:
        """总体目标 and 项目总目标 mean the year where the form has no other objective, else the whole period."""
        named = self.first("objective")
        for entry in [e for role in ("objectiveWhole", "objectiveGroup") for e in self.all(role) if e.text]:
            if named is None:
                entry.role, named = "objective", entry
            elif entry.role == "objectiveWhole" and self.first("objectiveLongTerm") is None:
                entry.role = "objectiveLongTerm"

    # -- rows -------------------------------------------------------------------------------------------------------

    def take(self, row: Row, account: Account, words: Vocabulary) -> bool:
        """Read a row as labels and values; False, with nothing taken, when it holds no label and none waits for it."""
        cells = row.own
        if self._is_task(row):
            return self._task(row, account)
        labels = [_label(cell, words) for cell in cells]
        heads = _heads(cells, labels, words)
        if not any(labels):
            if not self._below and (self._inline(row, account, words) or self._covered(row, account, words)):
                return True
            return self._values_below(row, account, words)
        if len(heads) > 1:
            self._head(cells[: len(heads)], heads, account)
            for cell in cells[len(heads) :]:
                account.use(cell, _OTHER)
                self.entries.append(Entry(_OTHER, cell.text.strip(), [cell], ""))
            return True
        if self._is_matrix_row(row, labels):
            self._matrix_row(row, labels, account, words)
            return True
        self._pairs(row, labels, account, words)
        return True

    def _head(self, cells: list[Cell], labels: list[tuple[str, ...]], account: Account) -> None:
        """A row of labels only: they head the rows below. A second such row refines the first."""
        heads = [(cell, roles[0]) for cell, roles in zip(cells, labels, strict=True)]
        for cell, role in heads:
            account.furniture(cell)
            self.entries.append(Entry(role, "", [], cell.text))
        if self._below and self._below_line == 0 and len(heads) < len(self._below) and not _is_group_start(heads[0][1]):
            kept = [head for head in self._below if head[0].column < heads[0][0].column]
            after = [head for head in self._below if head[0].column > heads[-1][0].column]
            self._below = [*kept, *heads, *after]
        else:
            self._below = heads
        self._below_line = 0
        self._group = heads[0][1]

    def _is_task(self, row: Row) -> bool:
        """A row of words below 任务名称 and other headings, whatever the words are: 人员经费 is a task there."""
        head = next((head for head, role in self._below if role == "taskName"), None)
        return head is not None and len(row.own) > 1 and row.own[0].column == head.column

    def _is_matrix_row(self, row: Row, labels: list[tuple[str, ...]]) -> bool:
        """A label and a value under each heading above: 支出预算 | 4,782.32 | 4,782.32 | 0.00."""
        if not self._below or not labels[0] or any(labels[1:]):
            return False
        if row.exact:
            return len(labels) > 1 and all(any(_within(cell, head) for head, _ in self._below) for cell in row.own[1:])
        return 2 < len(labels) <= len(self._below)

    def _matrix_row(self, row: Row, labels: list[tuple[str, ...]], account: Account, words: Vocabulary) -> None:
        """The first value is what the label says; those under further headings are what these say."""
        self._below_line += 1
        label = row.own[0]
        account.furniture(label)
        heads = [head for head in self._below if head[0].column >= label.column + label.colspan]
        if row.exact or {cell.column for cell in row.own[1:]} <= {head.column for head, _ in heads}:
            under = self._matched(Row(row.own[1:], row.grid), heads)
        else:
            under = list(zip(row.own[1:], self._below[1:], strict=False))
        for index, (cell, (head, role)) in enumerate(under):
            if index == 0 and (not row.exact or head is heads[0][0]):
                self._add(labels[0][0], cell, label.text, account, words)
                continue
            self._add(role, cell, head.text, account, words)
            self.entries.append(Entry("", "", [], ""))

    def _pairs(self, row: Row, labels: list[tuple[str, ...]], account: Account, words: Vocabulary) -> None:
        self._below = []
        label: Cell | None = None
        valued: Cell | None = None
        role = ""
        for index, (cell, roles) in enumerate(zip(row.own, labels, strict=True)):
            inline = None if roles or (label is not valued and role not in _GROUP_ROLES) else _inline(cell, words)
            if inline:
                self._take_inline(cell, inline, account)
                label = valued = None
            elif roles or ((index == 0 or label is valued is not None) and _unknown_label(row, index, labels, words)):
                if label is not None and label is not valued:
                    self.entries.append(Entry(role, "", [], label.text))
                label, role = cell, roles[0] if roles else _OTHER
                account.furniture(cell)
                if self._group is None or cell is row.own[0]:
                    self._group = role
            elif label is None:
                self._continue(cell, account, words)
            else:
                # Further values behind one label are its own too.
                self._add(role, cell, label.text, account, words)
                valued = label
        if label is not None and label is not valued:
            self.entries.append(Entry(role, "", [], label.text))

    def _inline(self, row: Row, account: Account, words: Vocabulary) -> bool:
        """预算总额：3200.00 | 财政资金：3200.00 — a row of labels with their values in the same cells."""
        found = [_inline(cell, words) for cell in row.own]
        if not any(found):
            return False
        for cell, inline in zip(row.own, found, strict=True):
            if inline:
                self._take_inline(cell, inline, account)
            elif any(pattern.regex.search(fold(cell.text)) for pattern in words.patterns("MoneyCaption")):
                account.furniture(cell)
            else:
                account.doubt(cell, "栏目未识别 an unknown label, or its value")
        return True

    def _take_inline(self, cell: Cell, inline: tuple[str, str, str], account: Account) -> None:
        role, label, value = inline
        self.entries.append(Entry(role, value, [cell], label))
        account.use(cell, role)

    def _covered(self, row: Row, account: Account, words: Vocabulary) -> bool:
        """A row beside a label that a merged cell carries down: more words of the value that began above."""
        first = row.own[0]
        left = [row.slots[column] for column in sorted(row.slots) if column < first.column]
        label = next((cell for cell in reversed(left) if cell not in row.own and cell.text.strip()), None)
        roles = _label(label, words) if label is not None and len(row.own) == 1 else ()
        if label is None or not roles or roles[0] in _GROUP_ROLES or words.roles[roles[0]].content != "text":
            return False
        if words.is_filler(first.text):
            account.furniture(first)
        else:
            self._add(roles[0], first, label.text, account, words)
        return True

    def _add(self, role: str, cell: Cell | Paragraph, label: str, account: Account, words: Vocabulary) -> None:
        last = self.entries[-1] if self.entries else None
        if last and last.role == role and last.label == label and last.text and not _is_figure(cell, words):
            last.text += cell.text.strip()
            last.cells.append(cell)
        elif role == _OTHER:
            self.entries.append(Entry(role, f"{label.strip().rstrip('：:')}：{cell.text.strip()}", [cell], label))
        else:
            self.entries.append(Entry(role, cell.text.strip(), [cell], label))
        account.use(cell, role)

    def _values_below(self, row: Row, account: Account, words: Vocabulary) -> bool:
        if self._below:
            self._below_line += 1
            if any(role in ("taskName", "taskContent") for _, role in self._below):
                return self._task(row, account)
            heads = self._below
            if row.exact and len(row.own) == 1 and sum(_overlap(row.own[0], head) for head, _ in heads) > 1:
                # A text below a row of labels whose values are blank belongs to none of them.
                self._below = []
                self._continue(row.own[0], account, words)
                return True
            if len(heads) == len(row.own) + 1 or (
                len(heads) > len(row.own) and not row.exact and heads[0][1] in _GROUP_ROLES
            ):
                heads = heads[1:] if len(heads) > 1 else heads
            for cell, (head, role) in self._matched(row, heads):
                self._add(role, cell, head.text, account, words)
            if len(self._below) == 2 or not any(role == "budget" for _, role in self._below):
                self._below = [] if self._below_line > 0 else self._below
            return True
        if not self.entries or (row.first and len(row.own) > 1):
            return False
        for cell in row.own:
            # One cell of words may be the rest of a text that a page cut; several are a label that nobody knows.
            if len(row.own) == 1 and (row.first or not row.exact or self._group == "budgetGroup"):
                self._continue(cell, account, words)
            elif words.is_furniture(cell.text) or words.is_filler(cell.text):
                account.furniture(cell)
            else:
                account.doubt(cell, "栏目未识别 an unknown label, or its value")
        return True

    def _matched(self, row: Row, heads: list[tuple[Cell, str]]) -> list[tuple[Cell, tuple[Cell, str]]]:
        """Values under their labels: by grid column where columns can be relied on, else by order."""
        if row.exact:
            return [(cell, head) for cell in row.own for head in heads if _overlap(cell, head[0])][: len(row.own)]
        by_column = {head[0].column: head for head in heads}
        if all(cell.column in by_column for cell in row.own):
            return [(cell, by_column[cell.column]) for cell in row.own]
        return list(zip(row.own, heads, strict=False))

    def _task(self, row: Row, account: Account) -> bool:
        task: dict[str, list[Cell]] = {}
        heads = [head for head in self._below if head[1] not in _GROUP_ROLES]
        for cell, (_, role) in self._matched(row, heads):
            task.setdefault(role, []).append(cell)
            account.use(cell, role)
        self.tasks.append(task)
        return True

    def _continue(self, cell: Cell, account: Account, words: Vocabulary) -> None:
        """A value without a label: the purpose below 预算规模及资金用途, or the rest of a text that a page cut."""
        if words.is_furniture(cell.text) or words.is_filler(cell.text):
            account.furniture(cell)
        elif self._group == "budgetGroup" and not self.first("purpose"):
            self._add("purpose", cell, "", account, words)
        elif self.entries and self.entries[-1].text and len(cell.text.strip()) > 1:
            self.entries[-1].text += cell.text.strip()
            self.entries[-1].cells.append(cell)
            account.use(cell, self.entries[-1].role)
        else:
            account.doubt(cell, "标题未识别 a value without a known label")

    def take_line(self, line: Paragraph, account: Account, words: Vocabulary) -> bool:
        """``部门名称：X`` on a line of its own."""
        match = _INLINE.match(line.text)
        roles = words.heading(match.group(1), "header") if match else ()
        if not match or not roles:
            return False
        if match.group(2).strip():
            self.entries.append(Entry(roles[0], match.group(2).strip(), [line], match.group(1)))
            account.use(line, roles[0])
        else:
            account.furniture(line)
        return True


def _label(cell: Cell, words: Vocabulary) -> tuple[str, ...]:
    return words.heading(cell.text, "header")


def _heads(cells: list[Cell], labels: list[tuple[str, ...]], words: Vocabulary) -> list[tuple[str, ...]]:
    """The labels of a row that heads the rows below: all its cells, or labels of words with a score behind them."""
    if all(labels):
        return labels
    known = next(index for index, roles in enumerate(labels) if not roles)
    worded = known > 2 and all(words.roles[roles[0]].content == "text" for roles in labels[:known])
    return labels[:known] if worded and all(_is_figure(cell, words) for cell in cells[known:]) else []


def _inline(cell: Cell, words: Vocabulary) -> tuple[str, str, str] | None:
    """A label with its value in one cell as (role, label, value)."""
    match = _INLINE.match(cell.text)
    roles = words.heading(match.group(1), "header") if match else ()
    return (roles[0], match.group(1), match.group(2).strip()) if match and roles and match.group(2).strip() else None


def _unknown_label(row: Row, index: int, labels: list[tuple[str, ...]], words: Vocabulary) -> bool:
    """Whether a cell behind a value is a label that the vocabulary lacks: a value or an empty cell follows it."""
    cell = row.own[index]
    if _is_figure(cell, words) or len(fold(cell.text)) > _LABEL_LENGTH:
        return False
    until = next((n for n in range(index, len(labels)) if labels[n]), len(labels))
    if cell.text.rstrip().endswith(("：", ":")) or (until - index) % 2 == 0:
        return True
    beside = row.slots.get(cell.column + cell.colspan) if row.exact else None
    return until - index == 1 and beside is not None and not beside.text.strip()


def _is_group_start(role: str) -> bool:
    return role in _GROUP_ROLES


def _overlap(cell: Cell, head: Cell) -> bool:
    return cell.column < head.column + head.colspan and head.column < cell.column + cell.colspan


def _within(cell: Cell, head: Cell) -> bool:
    return head.column <= cell.column and cell.column + cell.colspan <= head.column + head.colspan


def is_inline_row(row: Row, words: Vocabulary) -> bool:
    """项目负责人：李某 | 财务负责人：张某 — labels with their values in the same cells, and nothing else."""
    return all(_inline(cell, words) for cell in row.own)


def header_roles(row: Row, words: Vocabulary) -> list[str]:
    """The roles that the labels of a row may announce, first meaning each."""
    return [roles[0] for cell in row.own if (roles := _label(cell, words))]


def _is_figure(item: Cell | Paragraph, words: Vocabulary) -> bool:
    return bool(words.wording("numberCell").match(item.text))


def is_year_line(text: str, words: Vocabulary) -> bool:
    """（2026年度） and the like."""
    return bool(words.wording("yearLine").match(fold(text)))
