"""Parameters of questions: their types, their ranges, and how a value becomes an RDF term."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from graph import iris
from graph.errors import BadParameter
from graph.extraction.citations import citations
from graph.patterns.concepts import concepts
from graph.spelling import fold
from graph.vocabulary import vocabulary

XSD = "http://www.w3.org/2001/XMLSchema#"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question.

    ``type``: one of :data:`TYPES`. ``minimum``/``maximum``: range of a number. ``choices``: the only values there are.
    ``default``: the value where none is given; without one a parameter is required unless ``optional``. ``example``
    gives an answer on the samples.
    """

    name: str
    type: str
    zh: str
    en: str
    example: str
    default: str | None = None
    optional: bool = False
    minimum: int | None = None
    maximum: int | None = None
    choices: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise TypeError(f"{self.name}: unknown type {self.type}")

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is None and not self.optional

    def term(self, value: object) -> NamedNode | Literal | None:
        """The term to bind; None where nothing was given and nothing is needed. Raises BadParameter."""
        text = "" if value is None else str(value).strip()
        if not text and self.required:
            raise self._error("", "不能为空", "is required")
        text = text or self.default or ""
        if not text:
            return None
        if len(str(value)) > _LONGEST or "\0" in text:
            raise self._error(text[:40] + "…", f"至多 {_LONGEST} 个字符", f"holds at most {_LONGEST} characters")
        if self.choices and text not in self.choices:
            raise self._error(text[:40], f"应为 {'、'.join(self.choices)} 之一", f"is one of {', '.join(self.choices)}")
        try:
            term = _TERMS[self.type](text)
        except (ValueError, InvalidOperation) as error:
            zh, en = TYPES[self.type]
            raise self._error(text, f"应为{zh}", f"is {en}") from error
        self._check_range(text)
        return term

    def _check_range(self, text: str) -> None:
        low, high = self.minimum, self.maximum
        if (low is not None and Decimal(text) < low) or (high is not None and Decimal(text) > high):
            span = f"{'' if low is None else low}–{'' if high is None else high}"
            raise self._error(text, f"应在 {span} 之间", f"lies within {span}")

    def _error(self, text: str, zh: str, en: str) -> BadParameter:
        detail = f"{self.name}={text}, e.g. {self.example}"
        return BadParameter(detail, zh=f"参数 {self.name} {zh}。", en=f"The parameter {self.name} {en}.")


def thing_iri(kind: str, text: str) -> str:
    """The IRI of a thing by its IRI or by what stands behind ``id/<kind>/`` in it. Raises ValueError."""
    path = text.removeprefix(f"{iris.BASE}id/{kind}/").strip("/")
    if not path or "://" in path:
        raise ValueError(text)
    return iris.thing(kind, *map(unquote, path.split("/")))


def _thing(kind: str) -> Callable[[str], NamedNode]:
    return lambda text: NamedNode(thing_iri(kind, text))


@cache
def _class_names(level: int) -> dict[str, str]:
    """IRIs of the classes of a level by their names in both languages, and by their IRIs."""
    words = vocabulary()
    names: dict[str, str] = {}
    for iri in (item.iri for item in words.classes.values() if item.level == level):
        chinese = words.name_of(iri)
        for name in (iri, chinese, chinese.removesuffix("指标"), words.name_of(iri, "en")):
            names.setdefault(fold(name), iri)
    return names


def _indicator_class(*levels: int) -> Callable[[str], NamedNode]:
    def term(text: str) -> NamedNode:
        for level in levels:
            iri = _class_names(level).get(fold(text))
            if iri is not None:
                return NamedNode(iri)
        raise ValueError(text)

    return term


def _concept(kind: str) -> Callable[[str], NamedNode]:
    """A concept of the vocabulary by its IRI or by any of its names."""

    def term(text: str) -> NamedNode:
        iri = text if text.startswith(iris.BASE) else vocabulary().concept(kind, text)
        if iri is None or _unsafe(iri):
            raise ValueError(text)
        return NamedNode(iri)

    return term


def _canonical(text: str) -> NamedNode:
    """A canonical indicator by its IRI or its name: those that the library lacks are named by it."""
    return _iri(text) if text.startswith(iris.BASE) else NamedNode(concepts(vocabulary()).match(text).concept)


def _iri(text: str) -> NamedNode:
    """An IRI of this graph."""
    if not text.startswith(iris.BASE) or _unsafe(text):
        raise ValueError(text)
    return NamedNode(text)


def _unsafe(iri: str) -> bool:
    return re.search(r"[\x00-\x20<>\"{}|^`\\]", iri) is not None


def _basis(text: str) -> NamedNode:
    """A document number in whatever brackets it was typed."""
    return _thing("basis")(next(iter(citations(text, vocabulary())), text))


def _region(text: str) -> Literal:
    """What the IRIs of a region and of everything in it begin with: 510000 holds 511700, which holds 511703."""
    if not (text.isascii() and text.isdigit() and len(text) in (2, 4, 6)):
        raise ValueError(text)
    while len(text) > 2 and text.endswith("00"):
        text = text[:-2]
    return Literal(iris.region(text))


def _number(kind: str, parse: Callable[[str], object]) -> Callable[[str], Literal]:
    def term(text: str) -> Literal:
        if not text.isascii() or "_" in text or not Decimal(text).is_finite():
            raise ValueError(text)
        parse(text)
        return Literal(text, datatype=NamedNode(XSD + kind))

    return term


TYPES: dict[str, tuple[str, str]] = {
    "text": ("文字", "text"),
    "integer": ("整数", "an integer"),
    "decimal": ("数", "a number"),
    "region": ("行政区划代码（2、4 或 6 位数字）", "a region code of 2, 4 or 6 digits"),
    "function": ("功能科目编码", "a code of the function classification"),
    "basis": ("规范文号，如 邯医保规〔2022〕1号", "a document number such as 邯医保规〔2022〕1号"),
    "level1": ("一级指标名称", "a first-level class"),
    "level2": ("二级指标名称", "a second-level class"),
    "class": ("一级或二级指标名称", "a first- or second-level class"),
    "department": ("部门标识", "the id of a department"),
    "project": ("项目标识", "the id of a project"),
    "table": ("绩效目标表标识", "the id of a target table"),
    "indicator": ("指标标识", "the id of an indicator"),
    "disclosure": ("公开文件标识", "the id of a disclosure"),
    "report": ("公开文件标识", "the id of a disclosure"),
    "concept": ("标准指标名称", "the name of a canonical indicator"),
    "unit": ("计量单位，如 % 或 万元", "a unit such as % or 万元"),
    "comparator": ("比较符，如 >= 或 定性", "a comparator such as >= or qualitative"),
    "iri": ("本图谱中的 IRI", "an IRI of this graph"),
}
"""Each type with its name in Chinese and English."""

_TERMS: dict[str, Callable[[str], NamedNode | Literal]] = {
    "text": Literal,
    "integer": _number("integer", int),
    "decimal": _number("decimal", Decimal),
    "region": _region,
    "level1": _indicator_class(1),
    "level2": _indicator_class(2),
    "class": _indicator_class(1, 2),
    "basis": _basis,
    "concept": _canonical,
    "unit": _concept("unit"),
    "comparator": _concept("comparator"),
    "iri": _iri,
    "report": lambda text: NamedNode(iris.findings(thing_iri("disclosure", text))),
    **{kind: _thing(kind) for kind in ("function", "department", "project", "table", "indicator", "disclosure")},
}
