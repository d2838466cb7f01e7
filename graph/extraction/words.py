"""Small readings of printed words: tidy names, amounts of money, organisations with their codes."""

from __future__ import annotations

import re
import unicodedata

from graph.extraction.targets import decimal
from graph.model import BudgetUnit, Money
from graph.spelling import fold, squeeze
from graph.vocabulary import Vocabulary

_BREAK = re.compile(r"\s*[\r\n]+\s*")
_INNER_SPACE = re.compile(r"(?<=[^\x00-\x7f])[ \t\u3000]+|[ \t\u3000]+(?=[^\x00-\x7f])")
_CODE_BEHIND = re.compile(r"^(.*\D)[\[(【（](\d{3,9})[\])】）]$", re.DOTALL)
_PROJECT_CODE = re.compile(r"^(\d{6}\d{2}[A-Z][0-9A-Z]{12})\s*[-–—]?\s*(.*)$", re.DOTALL)


def tidy(text: str) -> str:
    """Printed words with line breaks and the blanks that converters put beside Chinese characters taken out."""
    return _INNER_SPACE.sub("", _BREAK.sub("", text)).strip()


def money(text: str, label: str, default_unit: str | None, words: Vocabulary) -> Money | None:
    """An amount: its unit stands behind it, else in the brackets of its label, else in the table's caption.

    The last resort is the unit in which nearly all of these forms are filled.
    """
    match = words.wording("amount").match(
        words.wording("amountRemark").sub("", squeeze(unicodedata.normalize("NFKC", text)))
    )
    amount = decimal(match.group(1)) if match else None
    if match is None or amount is None:
        return None
    unit = _money_unit(match["unit"], label, words) or default_unit or words.usual_money_unit
    return Money(amount, unit, (amount * words.money_factors[fold(unit)]).normalize() + 0)


def _money_unit(printed: str | None, label: str, words: Vocabulary) -> str | None:
    if printed:
        return words.full_money_unit(printed)
    inside = re.findall(r"[(]([^()]*)[)]", fold(label))
    return next((unit for unit in inside if unit in words.money_factors), None)


def organisation(text: str, words: Vocabulary) -> BudgetUnit | None:
    """``136001-达州市…`` / ``(433)乌海市…(部门)`` / ``[015001]…`` as code and name; None for an empty text."""
    name = tidy(text)
    match = _CODE_BEHIND.match(name)
    if match:
        return BudgetUnit(match.group(1), match.group(2))
    match = words.wording("organisationCode").match(name)
    code = match["code"] if match else None
    name = match["name"].strip() if match else name
    return BudgetUnit(name, code) if name else None


def plain_department(name: str, words: Vocabulary) -> str:
    """A department's name without the marks of consolidation: (部门), （汇总）, 本级."""
    folded = unicodedata.normalize("NFKC", name)
    bare = words.wording("consolidated").sub("", folded)
    return name if bare == folded else name[: len(bare)]


def split_code(text: str) -> tuple[str | None, str]:
    """A project's 21-character code printed before its name, and the name."""
    match = _PROJECT_CODE.match(tidy(text))
    return (match.group(1), match.group(2)) if match and match.group(2) else (None, tidy(text))
