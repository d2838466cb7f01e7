"""Who published the document, for which year and where: department, fiscal year, region (GB/T 2260)."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from graph import resources
from graph.extraction.drafts import Draft
from graph.extraction.words import organisation, plain_department, tidy
from graph.model import Department, TargetTable
from graph.readers.document import Document, Paragraph
from graph.vocabulary import Vocabulary, fold

_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)\s*年?\s*(年度|度|部门预算|年部门预算|年)?")
_BUDGET_YEAR = re.compile(r"预算年度[:：]?(20\d\d)|(20\d\d)年?(?:年度|度)?(?:部门|单位|本级|综合)?(?:整体|综合)?预算")
_SECTION = re.compile(r"^第[一二三四五六七八九十]部分[:：]?")
_HEAD = 60
# Rows of a table that may hold its title.
_TOP = 4


def fiscal_year(document: Document, drafts: list[Draft]) -> int | None:
    """The budget year: by captions and year lines of the tables, then titles, then the year printed most often."""
    votes: Counter[int] = Counter()
    for draft in drafts:
        for item in draft.members[:6]:
            if len(fold(item.text)) < 60:
                votes.update({int(m.group(1)): 3 for m in _YEAR.finditer(fold(item.text)) if m.group(2)})
    for block in document.blocks:
        if isinstance(block, Paragraph) and len(block.text) < 80:
            for match in _BUDGET_YEAR.finditer(fold(block.text)):
                votes[int(match.group(1) or match.group(2))] += 2
    if not votes:
        texts = [b.text for b in document.blocks if isinstance(b, Paragraph)]
        texts += [cell.text for grid in document.grids() for cell in grid.cells]
        votes.update(int(m.group(1)) for text in texts for m in _YEAR.finditer(fold(text)))
    return votes.most_common(1)[0][0] if votes else None


def department(document: Document, drafts: list[Draft], tables: list[TargetTable], words: Vocabulary) -> Department:
    """The publishing department: by the title, a coded line below it, the overall form, or the forms' own cells."""
    titled = _titled(document, words)
    coded = _coded(document, words)
    overall = _from_roles(drafts, ("departmentName",))
    supervising = _from_roles(drafts, ("supervisingDepartment",))
    units = [t.budget_unit for t in tables if t.budget_unit]
    unit = units[0] if units else None
    name, code = None, None
    by_unit = (unit.name, unit.code) if unit else None
    for candidate in (titled, coded, overall, supervising, by_unit, _published(document, drafts, words)):
        if candidate and candidate[0]:
            name = name or plain_department(candidate[0])
            code = code or candidate[1]
    department_code = next((c for c in (coded, overall, supervising) if c and c[1]), None)
    code = department_code[1] if department_code else (unit.code[:3] if unit and unit.code else code)
    return Department(name or "", code, _region(name or "", document, tables))


def _titled(document: Document, words: Vocabulary) -> tuple[str, str | None] | None:
    """``X 2026年部门预算…`` on one line, or X on the line before it."""
    lines = _lines(document)
    previous = ""
    for line in [*lines[:_HEAD], *(line for line in lines if "信息公开" in line and len(line) < 60)]:
        folded = _SECTION.sub("", line)
        match = re.match(r"^(.*?)20\d\d年?(?:年度)?(?:部门|单位)?(?:综合)?预算", folded)
        if match:
            for name in (match.group(1), previous):
                if _is_organisation(name, words):
                    return name, None
        previous = folded
    return None


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


def _coded(document: Document, words: Vocabulary) -> tuple[str, str | None] | None:
    for block in document.blocks:
        texts = [block.text] if isinstance(block, Paragraph) else [c.text for c in block.cells if c.row < 2]
        for text in texts:
            unit = organisation(text) if len(text) < 50 else None
            if unit and unit.code and len(unit.code) == 3 and _is_organisation(unit.name, words):
                return unit.name, unit.code
    return None


def _published(document: Document, drafts: list[Draft], words: Vocabulary) -> tuple[str, str | None] | None:
    """Last resort: the caption's own words, a line that is nothing but a name, or 发布机构 and the like."""
    lines = [fold(draft.caption.text) for draft in drafts if draft.caption is not None] + _lines(document)[:_HEAD]
    for line in lines:
        match = re.match(r"^(.*?)(?:20\d\d年?(?:年度|度)?|$)", line)
        name = match.group(1) if match else ""
        if _is_organisation(name, words):
            return name, None
    for line in lines:
        for pattern in words.patterns("PublisherLabel"):
            match = pattern.regex.search(line)
            if match and _is_organisation(match["name"], words):
                return match["name"], None
    return None


def _from_roles(drafts: list[Draft], roles: tuple[str, ...]) -> tuple[str, str | None] | None:
    for draft in drafts:
        for role in roles:
            entry = draft.header.first(role)
            unit = organisation(entry.text) if entry else None
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
