"""Automatic numbers of Word paragraphs, 一、 （二） 3.1 ①: printed but not stored as text (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from graph.readers.cells import whole
from graph.readers.package import Element, Package, attribute, first, local, value

_LEVELS = 9
_PLACEHOLDER = re.compile(r"%([1-9])")
# How many styles may be based on each other before they are taken for a circle.
_STYLE_DEPTH = 20
_CHINESE_DIGITS, _CHINESE_UNITS = "零一二三四五六七八九", ("", "十", "百", "千")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    style: str = ""
    legal: bool = False


@dataclass(slots=True)
class _List:
    """A numbering instance: the counter it shares with others of one definition, its levels, and where it restarts."""

    counter: str
    levels: dict[int, _Level]
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Labels of the paragraphs of one document, asked for in their order."""

    def __init__(self, lists: dict[str, _List], styles: dict[str, Element]) -> None:
        self._lists, self._styles = lists, styles
        self._counts: dict[str, list[int | None]] = {}

    @classmethod
    def of(cls, package: Package, main: str) -> Numbering:
        """The numbering of a package; one without definitions labels nothing."""
        parts = {kind: part for kind, part in package.relationships(main).values() if part in package.names}
        if "numbering" not in parts:
            return cls({}, {})
        styles = {}
        if "styles" in parts:
            styles = {attribute(s, "styleId") or "": s for s in package.xml(parts["styles"]) if local(s) == "style"}
        return cls(_lists(package.xml(parts["numbering"])), styles)

    def label(self, paragraph: Element) -> str:
        """What Word prints before ``paragraph``; empty for no number and for bullets. Counts the paragraph."""
        if not self._lists:
            return ""
        number, level = self._reference(paragraph)
        found = self._lists.get(number)
        if found is None or level not in found.levels:
            return ""
        counts = self._counts.setdefault(found.counter, [None] * _LEVELS)
        restart, before = found.restarts.pop(level, None), counts[level]
        counts[level] = restart if restart is not None else found.levels[level].start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        return _label(found.levels, level, counts)

    def _reference(self, paragraph: Element) -> tuple[str, int]:
        """List and level of a paragraph: its own, else those of its style or of the style that one is based on."""
        properties = first(paragraph, "pPr")
        number, level = _number(properties)
        style = value(properties, "pStyle")
        for _ in range(_STYLE_DEPTH):
            if number is not None or style not in self._styles:
                break
            element = self._styles[style]
            number, style_level = _number(first(element, "pPr"))
            if number is not None and level is None:
                level = style_level if style_level is not None else self._level_of(number, style)
            style = value(element, "basedOn")
        return number or "", min(level or 0, _LEVELS - 1)

    def _level_of(self, number: str, style: str) -> int:
        levels = self._lists[number].levels if number in self._lists else {}
        return next((index for index, level in levels.items() if level.style == style), 0)


def _number(properties: Element) -> tuple[str | None, int | None]:
    """List and level stated there; None for what is not stated."""
    reference = first(properties, "numPr")
    level = value(reference, "ilvl")
    return value(reference, "numId") or None, whole(level, 0, _LEVELS - 1) if level else None


def _lists(root: Element) -> dict[str, _List]:
    definitions: dict[str, dict[int, _Level]] = {}
    lists: dict[str, _List] = {}
    for element in root:
        if local(element) == "abstractNum":
            definitions[attribute(element, "abstractNumId") or ""] = dict(_levels(element))
        elif local(element) == "num":
            counter = value(element, "abstractNumId")
            found = _List(counter, dict(definitions.get(counter, {})))
            for override in (child for child in element if local(child) == "lvlOverride"):
                level = whole(attribute(override, "ilvl"), 0, _LEVELS - 1)
                found.levels.update(_levels(override))
                if start := value(override, "startOverride"):
                    found.restarts[level] = whole(start, 1, 10_000)
            lists[attribute(element, "numId") or ""] = found
    return lists


def _levels(element: Element) -> list[tuple[int, _Level]]:
    return [
        (
            whole(attribute(level, "ilvl"), 0, _LEVELS - 1),
            _Level(
                whole(value(level, "start"), 1, 10_000),
                value(level, "numFmt") or "decimal",
                value(level, "lvlText"),
                value(level, "pStyle"),
                first(level, "isLgl") is not None,
            ),
        )
        for level in element
        if local(level) == "lvl"
    ]


def _label(levels: dict[int, _Level], level: int, counts: list[int | None]) -> str:
    if levels[level].form in ("bullet", "none"):
        return ""

    def printed(placeholder: re.Match[str]) -> str:
        index = int(placeholder[1]) - 1
        shown = levels.get(index, _Level())
        count = counts[index]
        form = "decimal" if levels[level].legal else shown.form
        return _FORMS.get(form, str)(shown.start if count is None else count)

    return _PLACEHOLDER.sub(printed, levels[level].text)


def _chinese(number: int) -> str:
    """1 一, 10 十, 21 二十一, 105 一百零五; digits from 10000 on."""
    if not 0 < number < 10_000:
        return str(number)
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        text = (_CHINESE_DIGITS[int(digit)] + (_CHINESE_UNITS[place] if digit != "0" else "")) + text
    text = re.sub("零+", "零", text).rstrip("零")
    return text[1:] if text.startswith("一十") else text


def _roman(number: int) -> str:
    text = ""
    for worth, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        text += sign * (number // worth)
        number %= worth
    return text


def _from(characters: str) -> Callable[[int], str]:
    """A series that ends: ①–⑳, 甲–癸; digits beyond it."""
    return lambda number: characters[number - 1] if 0 < number <= len(characters) else str(number)


def _letters(first: str) -> Callable[[int], str]:
    """a … z, aa … zz: Word repeats the letter."""
    return lambda number: chr(ord(first) + (number - 1) % 26) * ((number - 1) // 26 + 1)


_FORMS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
    "decimalEnclosedCircle": _from("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalEnclosedCircleChinese": _from("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalEnclosedParen": _from("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"),
    "decimalEnclosedFullstop": _from("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"),
    "ideographEnclosedCircle": _from("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"),
    "ideographTraditional": _from("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _from("子丑寅卯辰巳午未申酉戌亥"),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "ideographDigital": _chinese,
}
