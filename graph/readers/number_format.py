"""Numbers of a workbook as they are printed, by their number format (ECMA-376 part 1, 18.8.31).

0.95 under ``0%`` is 95%, 14 under ``0.00`` is 14.00, 44561 under a date format is 2021-12-31. Dates come out in
ISO 8601 whatever their format, but never with a part that the format does not print: 2021-12 under ``yyyy"年"m"月"``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

GENERAL = "General"

# Formats that a file names by number only; 27–36 and 50–58 are those of Chinese Excel (18.8.30, zh-cn).
BUILTIN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"¥"#,##0', 6: '"¥"#,##0', 7: '"¥"#,##0.00',
    8: '"¥"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: GENERAL, 13: GENERAL, 14: "yyyy-m-d", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-m-d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"', 34: 'h"时"mm"分"', 35: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)", 41: "#,##0", 42: '"¥"#,##0',
    43: "#,##0.00", 44: '"¥"#,##0.00', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: 'h"时"mm"分"',
    56: 'h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|[\\!](?P<escaped>.)"  # Chinese and Japanese Excel write !x for \x
    r"|_.|\*."  # room as wide as a character, filling with a character: nothing printed
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<end>;)"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<ampm>AM/PM|A/P|上午/下午)"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|[aA]{3,4})"
    r"|(?P<exponent>[eE][+-])"
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<text>@)"
    r"|(?P<literal>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-\]]*)")
_ELAPSED = re.compile(r"[hHmMsS]+")
# Serial numbers of 1900-01-01 and 9999-12-31; 60 is 1900-02-29, a day that only Excel knows.
_FIRST_DAY, _LAST_DAY, _NO_SUCH_DAY = 0, 2_958_465, 60
_DAYS_TO_1904 = 1462
# Enough for the largest double with 30 decimals, the most a format can ask for.
_WIDE = Context(prec=400)
# Excel computes with this many significant digits and prints no more.
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the up to four parts of a format; tokens are (kind, text)."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, Decimal] | None = None

    def has(self, kind: str) -> bool:
        return any(found == kind for found, _ in self.tokens)


def format_number(number: float | int, pattern: str, *, since_1904: bool = False) -> str:
    """``number`` as a cell with the number format ``pattern`` shows it; dates in ISO 8601."""
    try:
        value = Decimal(f"{number:.{_DIGITS}g}")
    except (InvalidOperation, OverflowError):
        return str(number)
    if not value.is_finite():
        return str(number)
    section, unsigned = _choose(_sections(pattern), value)
    if section.has("date"):
        printed = _date(number + _DAYS_TO_1904 if since_1904 else number, section)
        if printed is not None:
            return printed
        return _general(value)
    shown = _number(abs(value), section)
    return f"-{shown}" if value < 0 and not unsigned and shown.strip("0.,%") else shown


def format_text(text: str, pattern: str) -> str:
    """``text`` under ``pattern``: a format may print words around it (``@"元"``)."""
    if "@" not in pattern or pattern == "@":
        return text
    section = next((section for section in reversed(_sections(pattern)) if section.has("text")), None)
    if section is None:
        return text
    return "".join(text if kind == "text" else shown for kind, shown in section.tokens if kind in ("text", "literal"))


@lru_cache(maxsize=1024)
def _sections(pattern: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[tuple[str, str]] = []
    condition: tuple[str, Decimal] | None = None
    for found in _TOKEN.finditer(pattern):
        kind, text = found.lastgroup, found[0]
        if kind == "end":
            sections.append(_Section(tuple(tokens), condition))
            tokens, condition = [], None
        elif kind in ("quoted", "escaped"):
            tokens.append(("literal", found[kind]))
        elif kind == "bracket":
            if stated := _CONDITION.fullmatch(found[kind].strip()):
                condition = stated[1], Decimal(stated[2])
            elif currency := _CURRENCY.match(found[kind]):
                tokens.append(("literal", currency[1]))
            elif _ELAPSED.fullmatch(found[kind]):
                tokens.append(("date", f"[{found[kind]}]"))
        elif kind is not None:
            tokens.append((kind, text))
    if tokens or sections:
        sections.append(_Section(tuple(tokens), condition))
    return tuple(sections) or _sections(GENERAL)


def _choose(sections: tuple[_Section, ...], value: Decimal) -> tuple[_Section, bool]:
    """The section for ``value``, and whether it prints the sign itself (the second of two does)."""
    numeric = [section for section in sections if not section.has("text")] or [_sections(GENERAL)[0]]
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(value, *section.condition):
                return section, False
        return _sections(GENERAL)[0], False
    if value < 0 and len(numeric) > 1:
        return numeric[1], True
    if value == 0 and len(numeric) > 2:
        return numeric[2], True
    return numeric[0], False


def _holds(value: Decimal, sign: str, bound: Decimal) -> bool:
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound,
        ">=": value >= bound, "=": value == bound, "<>": value != bound,
    }[sign]  # fmt: skip


def _general(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


def _number(value: Decimal, section: _Section) -> str:
    """A number that is not negative."""
    kinds = [kind for kind, _ in section.tokens]
    if "exponent" in kinds:
        mantissa = kinds[: kinds.index("exponent")]
        places = mantissa[mantissa.index("point") :].count("digit") if "point" in mantissa else 0
        return f"{float(value):.{places}E}"
    if "general" in kinds:
        return "".join(_general(value) if kind == "general" else shown for kind, shown in section.tokens)
    digits = [index for index, kind in enumerate(kinds) if kind == "digit"]
    if not digits:
        return "".join(shown for kind, shown in section.tokens if kind in ("literal", "percent"))
    if any(text == "/" for _, text in section.tokens[digits[0] : digits[-1]]):
        return _general(value)  # fractions: # ?/?
    return _placed(value, section, digits)


def _placed(value: Decimal, section: _Section, digits: list[int]) -> str:
    """Digits of ``value`` in the places of the section; literals between and around them stay where they are."""
    tokens = section.tokens
    point = next((index for index in range(len(tokens)) if tokens[index][0] == "point"), len(tokens))
    whole = [index for index in digits if index < point]
    decimals = [index for index in digits if index > point]
    last = whole[-1] if whole else -1
    thousandths = 0
    while last + 1 + thousandths < len(tokens) and tokens[last + 1 + thousandths][0] == "comma" and whole:
        thousandths += 1
    grouped = any(tokens[index][0] == "comma" for index in range(whole[0], last)) if whole else False
    scaled = value.scaleb(2 * sum(kind == "percent" for kind, _ in tokens) - 3 * thousandths)
    rounded = scaled.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, _WIDE)
    before, _, after = f"{rounded:f}".partition(".")
    shown = dict(zip(whole, _whole_digits(before, [tokens[index][1] for index in whole], grouped), strict=True))
    optional = len(after.rstrip("0"))
    for place, index in enumerate(decimals):
        needed = place < optional or tokens[index][1] == "0"
        shown[index] = after[place] if needed else ""
    if point < len(tokens):
        shown[point] = "." if any(shown[index] for index in decimals) or not decimals else ""
    return "".join(
        shown.get(index, text if kind in ("literal", "percent") else "") for index, (kind, text) in enumerate(tokens)
    ).strip()


def _whole_digits(text: str, places: list[str], grouped: bool) -> list[str]:
    """The digits before the point for each place; the first place takes all that are left."""
    text = text.lstrip("0")
    if not places:
        return []
    shown: list[str] = []
    for position, place in enumerate(reversed(places)):
        digit, text = (text[-1], text[:-1]) if text else ("0" if place == "0" else "", "")
        comma = "," if grouped and digit and position and position % 3 == 0 else ""
        shown.append(digit + comma)
    position = len(places)
    while text:
        comma = "," if grouped and position % 3 == 0 else ""
        shown[-1] = text[-1] + comma + shown[-1]
        text, position = text[:-1], position + 1
    return shown[::-1]


def _date(serial: float, section: _Section) -> str | None:
    """ISO 8601 for a day number counted as Excel counts; None outside the calendar."""
    units = [text.lower() for kind, text in section.tokens if kind == "date"]
    if not _FIRST_DAY <= serial <= _LAST_DAY + 1:
        return None
    if units[0].startswith("["):
        return _elapsed(serial)
    # Before the day that never was, day 1 is 1900-01-01.
    origin = datetime(1899, 12, 30) if serial >= _NO_SUCH_DAY else datetime(1899, 12, 31)
    moment = origin + timedelta(seconds=round(serial * 86400))
    minutes = {index for index, unit in enumerate(units) if unit[0] == "m" and _near_time(units, index)}
    letters = {unit[0] for index, unit in enumerate(units) if index not in minutes}
    if not letters & set("hs") and not minutes:
        return _day(moment, letters)
    clock = moment.strftime("%H:%M:%S" if "s" in letters else "%H:%M")
    day = _day(moment, letters) if letters & set("ymda") else ""
    return f"{day}T{clock}" if day and serial % 1 else day or clock


def _near_time(units: list[str], index: int) -> bool:
    """``m`` means minutes next to hours or seconds."""
    before, after = units[index - 1][0] if index else "", units[index + 1][0] if index + 1 < len(units) else ""
    return before == "h" or after == "s"


def _day(moment: datetime, letters: set[str]) -> str:
    if "d" in letters or "a" in letters or "m" not in letters:
        return f"{moment:%Y}" if letters == {"y"} else moment.date().isoformat()
    return f"{moment:%Y-%m}"


def _elapsed(serial: float) -> str:
    minutes, seconds = divmod(round(serial * 86400), 60)
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
