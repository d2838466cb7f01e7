"""Who published the document, for which year and where: department, fiscal year, region (GB/T 2260)."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache

from graph import resources
from graph.extraction.drafts import Draft
from graph.extraction.words import organisation, plain_department, tidy
from graph.model import Department, TargetTable
from graph.readers.document import Document, Paragraph
from graph.spelling import fold
from graph.vocabulary import Vocabulary

_HEAD = 60
_SHORT = 40
# Rows of a table that may hold its title.
_TOP = 4


def fiscal_year(document: Document, drafts: list[Draft], words: Vocabulary) -> int | None:
    """The budget year: by captions and year lines of the tables, then titles, then the year printed most often."""
    votes: Counter[int] = Counter()
    of_table, of_budget, any_year = (words.wording(name) for name in ("tableYear", "budgetYear", "year"))
    for draft in drafts:
        for item in draft.members[:6]:
            if len(fold(item.text)) < 60:
                votes.update({int(m["year"]): 3 for m in of_table.finditer(fold(item.text))})
    for block in document.blocks:
        if isinstance(block, Paragraph) and len(block.text) < 80:
            for match in of_budget.finditer(fold(block.text)):
                votes[int(match["year"] or match["year2"])] += 2
    if not votes:  # sentences speak of other years too
        texts = [b.text for b in document.blocks if isinstance(b, Paragraph)]
        texts += [cell.text for grid in document.grids() for cell in grid.cells]
        votes.update(int(m["year"]) for text in texts if len(text) < _SHORT for m in any_year.finditer(fold(text)))
    return votes.most_common(1)[0][0] if votes else None


_Named = tuple[str, str | None]


def department(document: Document, drafts: list[Draft], tables: list[TargetTable], words: Vocabulary) -> Department:
    """The publishing department: by the title, a coded line below it, the overall form, the captions, or the forms'
    own cells. An office inside a department publishes nothing, and a department above only hands money down.
    """
    coded = _coded(document, words)
    overall = _from_roles(drafts, "departmentName", words)
    supervising = _from_roles(drafts, "supervisingDepartment", words)
    units = [t.budget_unit for t in tables if t.budget_unit]
    unit = units[0] if units else None
    candidates = [
        _titled(document, words),
        coded,
        overall,
        _captioned(drafts, words),
        supervising,
        (unit.name, unit.code) if unit else None,
        _published(document, drafts, words),
        _from_roles(drafts, "upperDepartment", words),
    ]
    named = [c for c in candidates if c and c[0]]
    offices = words.wording("internalOffice")
    chosen = next((c for c in named if not offices.search(c[0])), named[0] if named else None)
    name = plain_department(chosen[0], words) if chosen else ""
    code = next((c[1] for c in (coded, overall, supervising) if c and c[1]), None)
    code = code or (unit.code[:3] if unit and unit.code else next((c[1] for c in named if c[1]), None))
    return Department(name, code, _region(name, document, tables))


def _titled(document: Document, words: Vocabulary) -> _Named | None:
    """``X 2026年部门预算…`` on one line, or X on the line before it."""
    lines = _lines(document)
    previous = ""
    cover = words.wording("disclosureTitle")
    for line in [*lines[:_HEAD], *(line for line in lines if cover.search(line) and len(line) < 60)]:
        name, _ = titled_name(line, previous, words)
        if name:
            return name, None
        previous = words.wording("sectionMark").sub("", line)
    return None


def titled_name(line: str, previous: str, words: Vocabulary) -> tuple[str, bool]:
    """The organisation in the title of a budget, and whether it stands on the line itself, not on the one before."""
    match = words.wording("budgetTitle").match(words.wording("sectionMark").sub("", line))
    for name, own_line in ((match["name"], True), (previous, False)) if match else ():
        if _is_organisation(name, words):
            return name, own_line
    return "", True


def _lines(document: Document) -> list[str]:
    """Lines of text, and what stands alone in a row at the top of a sheet, where titles are cells too."""
    lines = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            lines.append(fold(block.text))
            continue
        for row in range(_TOP if block.exact else 0):
            texts = [cell.text for cell in block.cells if cell.row == row and cell.text]
            lines += [fold(text) for text in texts if len(texts) == 1]
    return lines


def _coded(document: Document, words: Vocabulary) -> _Named | None:
    for block in document.blocks:
        texts = [block.text] if isinstance(block, Paragraph) else [c.text for c in block.cells if c.row < 2]
        for text in texts:
            unit = organisation(text, words) if len(text) < 50 else None
            if unit and unit.code and len(unit.code) == 3 and _is_organisation(unit.name, words):
                return unit.name, unit.code
    return None


def _captioned(drafts: list[Draft], words: Vocabulary) -> _Named | None:
    """``X局2025年项目支出绩效目标表``: the name before the year of a caption."""
    for draft in drafts:
        match = words.wording("tableYear").search(fold(draft.caption.text)) if draft.caption is not None else None
        name = fold(draft.caption.text)[: match.start()].rstrip("(") if match and draft.caption is not None else ""
        if _is_organisation(name, words):
            return name, None
    return None


def _published(document: Document, drafts: list[Draft], words: Vocabulary) -> _Named | None:
    """Last resort: 发布机构 and the like, the caption's own words, or a line that is nothing but a name."""
    lines = [fold(draft.caption.text) for draft in drafts if draft.caption is not None] + _lines(document)[:_HEAD]
    for line in lines:
        labelled = [match for p in words.patterns("PublisherLabel") if (match := p.regex.search(line))]
        titled = words.wording("titledName").match(line)
        for name in [match["name"] for match in labelled] or [titled["name"] if titled else ""]:
            if _is_organisation(name, words):
                return name, None
    return None


def _from_roles(drafts: list[Draft], role: str, words: Vocabulary) -> _Named | None:
    """The last of a role's organisations in the first form that names one: levels are printed from the top down."""
    for draft in drafts:
        entries = [entry for entry in draft.header.all(role) if entry.text]
        unit = organisation(entries[-1].text, words) if entries else None
        if unit:
            code = draft.header.first("departmentCode")
            return unit.name, unit.code or (tidy(code.text) if code else None)
    return None


def _is_organisation(name: str, words: Vocabulary) -> bool:
    return 2 < len(name) < 40 and any(p.regex.search(name) for p in words.patterns("OrganisationName"))


# -- regions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Region:
    """A division with the names of those above it."""

    code: str
    name: str


@cache
def regions() -> dict[str, Region]:
    """Divisions by six-digit code (``data/reference/regions.csv``)."""
    with (resources.folder("data/reference") / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Region(row["code"], row["name"]) for row in csv.DictReader(file)}


@cache
def _by_name() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for region in regions().values():
        found.setdefault(region.name, []).append(region.code)
    return found


def _region(name: str, document: Document, tables: list[TargetTable]) -> str | None:
    """By the project codes, which begin with the division of their finance office; else by the names in the name."""
    codes = Counter(table.code[:6] for table in tables if table.code and table.code[:6] in regions())
    if codes:
        return codes.most_common(1)[0][0]
    return region_of(name) or region_of(name, context="".join(_context(document)))


def _context(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Paragraph)][:400]


def region_of(name: str, context: str = "") -> str | None:
    """The most specific division named at the front of a department's name; None where several share the name.

    ``context``: further words of the document; a division above the candidates that is named there decides.
    """
    best: str | None = None
    rest = name
    for _ in range(3):
        step = _longest_region(rest, best, context)
        if step is None:
            break
        best, rest = step[0], rest[len(step[1]) :]
    return best


def _longest_region(rest: str, above: str | None, context: str) -> tuple[str, str] | None:
    for length in range(min(len(rest), 15), 1, -1):
        codes = [c for c in _by_name().get(rest[:length], []) if above is None or _within(c, above)]
        if len(codes) > 1 and context:
            codes = [c for c in codes if any(regions()[u].name in context for u in _above(c) if u in regions())]
        if len(codes) == 1:
            return codes[0], rest[:length]
    return None


def _within(code: str, above: str) -> bool:
    return code.startswith(above.rstrip("0") if not above.endswith("0000") else above[:2])


def _above(code: str) -> list[str]:
    return [code[:4] + "00"] if code[4:] != "00" else [code[:2] + "0000"]
