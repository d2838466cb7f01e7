"""Printed target → :class:`graph.model.Target`: comparator, number, unit, and the set of values that they mean.

以上, 以下 and 以内 include the number itself, 超过 and 不满 do not (Civil Code, art. 1259).
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Context, Decimal, InvalidOperation

from graph.model import Target
from graph.spelling import squeeze
from graph.statements import Pattern
from graph.vocabulary import Vocabulary

QUALITATIVE, BY = "qualitative", "by"
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_SPACED_NUMBER = re.compile(r"(?<=\d)\s*([.,])\s*(?=\d)")
# Longer rows of digits are codes. With the largest factor and 18 decimal places a number below this has 45 digits.
_LARGEST = Decimal(10) ** 18
_EXACT = Context(prec=60)


def decimal(text: str) -> Decimal | None:
    """A number without thousands separators, or None; a row of 19 digits and more is no number but a code."""
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None


def points(text: str, vocabulary: Vocabulary) -> Decimal | None:
    """A weight or a score: 10, 10分, 10%; None for other words."""
    found = parse_target(text, vocabulary)
    unit = vocabulary.unit(found.unit) if found.unit else None
    bare = found.comparator in (None, "=") and (not found.unit or (unit and unit.target_kind in ("ratio", "score")))
    return decimal(found.value or "") if bare else None


def parse_target(text: str, vocabulary: Vocabulary, year: int | None = None) -> Target:
    """A whole target in one cell: ``≥95%``, ``90%以上``, ``12月底前``, ``半年/次``, ``优``.

    ``year``: the budget year, to date deadlines that name none.
    """
    printed = text.strip()
    plain = squeeze(_SPACED_NUMBER.sub(r"\1", unicodedata.normalize("NFKC", printed)))
    if not plain:
        return Target()
    found = (
        _deadline(plain, printed, vocabulary, year)
        or _numeric(plain, printed, vocabulary)
        or _range(plain, printed, vocabulary)
    )
    return found or _worded(plain, printed, vocabulary)


def join_target(comparator: str, value: str, unit: str, vocabulary: Vocabulary, year: int | None = None) -> Target:
    """A target whose comparator, value and unit stand in cells of their own; any of them may be empty."""
    sign = vocabulary.comparator(comparator) if comparator else None
    printed = " ".join(part for part in (comparator.strip(), value.strip(), unit.strip()) if part)
    inner = parse_target(value, vocabulary, year)
    if sign is None and comparator:
        inner = parse_target(comparator + value, vocabulary, year)
        sign = inner.comparator
    known_unit = unit.strip() or None
    number = decimal(unicodedata.normalize("NFKC", squeeze(value))) if value.strip() else None
    if number is not None and sign != QUALITATIVE:
        return _bounded(Target(printed, sign, _digits(value), known_unit), vocabulary)
    if sign == QUALITATIVE or inner.comparator == QUALITATIVE:
        words = Target(printed, QUALITATIVE, value.strip() or None, known_unit)
        return replace(words, grade=inner.grade, frequency=inner.frequency, deadline=inner.deadline)
    target = replace(inner, text=printed, comparator=inner.comparator or sign, unit=inner.unit or known_unit)
    return _bounded(target, vocabulary)


def _digits(value: str) -> str:
    return unicodedata.normalize("NFKC", squeeze(value)).replace(",", "")


def _numeric(plain: str, printed: str, vocabulary: Vocabulary) -> Target | None:
    sign, rest = _strip_prefix(plain, vocabulary)
    match = _NUMBER.match(rest)
    if not match:
        return None
    unit, suffix_sign = _strip_suffix(rest[match.end() :], vocabulary)
    if unit and not _is_unit(unit, sign or suffix_sign, vocabulary):
        return None
    value = match.group().replace(",", "").removeprefix("+")
    return _bounded(Target(printed, sign or suffix_sign, value, unit or None), vocabulary)


def _strip_prefix(plain: str, vocabulary: Vocabulary) -> tuple[str | None, str]:
    for prefix, sign in vocabulary.prefixes:
        if plain.startswith(prefix) and len(plain) > len(prefix) and sign not in (QUALITATIVE, BY):
            return sign, plain[len(prefix) :]
    return None, plain


def _strip_suffix(rest: str, vocabulary: Vocabulary) -> tuple[str, str | None]:
    for suffix, sign in vocabulary.suffixes:
        if rest.endswith(suffix) and sign != BY:
            return rest[: -len(suffix)], sign
    for suffix, sign in vocabulary.suffixes:
        # 以上 may stand between the number and its unit: 2次以上, but also 30以上人.
        if rest.startswith(suffix) and sign != BY:
            return rest[len(suffix) :], sign
    return rest, None


def _is_unit(unit: str, sign: str | None, vocabulary: Vocabulary) -> bool:
    if vocabulary.unit(unit):
        return True
    # An unknown measure word is believed after a comparator, or when it is short and says nothing else.
    return len(unit) <= (6 if sign else 3) and not re.search(r"[\d,，。;；:：、(（%‰]", unit)


def _range(plain: str, printed: str, vocabulary: Vocabulary) -> Target | None:
    match = vocabulary.wording("range").match(plain)
    if not match:
        return None
    low, high = match["low"], match["high"]
    unit = match["unit"] or match["inner"]
    if unit and not vocabulary.unit(unit):
        return None
    first, second = decimal(low), decimal(high)
    if first is None or second is None or first > second:
        return None
    factor, kind = _factor(unit, vocabulary)
    return Target(
        printed, None, f"{low}-{high}", unit or None, _times(first, factor), _times(second, factor), True, True, kind
    )


def _factor(unit: str | None, vocabulary: Vocabulary) -> tuple[Decimal, str | None]:
    known = vocabulary.unit(unit) if unit else None
    if known is None:
        return Decimal(1), None
    return known.multiplier if known.multiplier is not None else Decimal(1), known.quantity_kind or None


def _times(number: Decimal, factor: Decimal) -> Decimal:
    """Exact product within the 18 decimal places that the store keeps."""
    product = _EXACT.multiply(number, factor)
    return _EXACT.quantize(product, Decimal("1E-18")).normalize(_EXACT) + 0


def _bounded(target: Target, vocabulary: Vocabulary) -> Target:
    number = decimal(target.value or "")
    if number is None:
        return target
    factor, kind = _factor(target.unit, vocabulary)
    base = _times(number, factor)
    target = Target(target.text, target.comparator, target.value, target.unit, quantity_kind=kind)
    match target.comparator:
        case ">=":
            return replace(target, lower=base, lower_inclusive=True)
        case ">":
            return replace(target, lower=base, lower_inclusive=False)
        case "<=":
            return replace(target, upper=base, upper_inclusive=True)
        case "<":
            return replace(target, upper=base, upper_inclusive=False)
        case "=" | None:
            return replace(target, lower=base, upper=base, lower_inclusive=True, upper_inclusive=True)
    return target


def _worded(plain: str, printed: str, vocabulary: Vocabulary) -> Target:
    return Target(
        printed,
        QUALITATIVE,
        printed,
        grade=vocabulary.grade(plain),
        frequency=_frequency(plain, vocabulary),
    )


def _frequency(plain: str, vocabulary: Vocabulary) -> Decimal | None:
    for pattern in vocabulary.patterns("FrequencyPattern"):
        match = pattern.regex.fullmatch(plain)
        per_year = decimal(pattern.properties.get("perYear", ""))
        if match and per_year is not None:
            times = decimal(match.groupdict().get("n") or "1")
            return per_year * times if times is not None else None
    return None


def _deadline(plain: str, printed: str, vocabulary: Vocabulary, year: int | None) -> Target | None:
    for pattern in vocabulary.patterns("DeadlinePattern"):
        match = pattern.regex.fullmatch(plain)
        if match:
            return Target(printed, BY, printed, deadline=_resolve(match, pattern, year))
    return None


def _resolve(match: re.Match[str], pattern: Pattern, year: int | None) -> date | None:
    """The last day that a matched deadline allows; None where neither it nor the table names a year."""
    groups = match.groupdict()
    the_year = int(groups["y"]) if groups.get("y") else year
    if the_year is None:
        return None
    the_year += 2000 if the_year < 100 else 0
    resolves = pattern.properties.get("resolves", "month-end")
    month = _month(resolves, groups, pattern)
    if not 1 <= month <= 12 or not 1 <= the_year <= 9999:
        return None
    last = calendar.monthrange(the_year, month)[1]
    named = groups.get("d2") or groups.get("d") or pattern.properties.get("day")
    day = int(named) if named else last
    return date(the_year, month, min(day, last)) if day >= 1 else None


def _month(resolves: str, groups: dict[str, str | None], pattern: Pattern) -> int:
    if resolves == "quarter-end":
        return 3 * _ordinal(groups.get("q"))
    if resolves == "half-end":
        return 6 * _ordinal(groups.get("h") or pattern.properties.get("half"))
    return 12 if resolves == "year-end" else int(groups.get("m2") or groups.get("m") or 12)


def _ordinal(word: str | None) -> int:
    """1 for 1 and for 一; the last of four where none is printed."""
    return int(unicodedata.numeric(word)) if word else 4
