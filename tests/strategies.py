"""Hypothesis strategies for the domain model, and a vocabulary small enough to see through."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from graph.model import Disclosure

JX = "https://w3id.org/jixiao/ontology#"

CONCEPTS = {
    ("level1", "产出指标"): JX + "outputIndicator",
    ("level1", "效益指标"): JX + "benefitIndicator",
    ("level2", "数量指标"): JX + "quantityIndicator",
    ("level2", "质量指标"): JX + "qualityIndicator",
    ("comparator", ">="): JX + "atLeast",
    ("comparator", "="): JX + "equalTo",
    ("comparator", "by"): JX + "by",
    ("direction", "正向指标"): JX + "higherIsBetter",
    ("grade", "优"): JX + "gradeExcellent",
    ("basisKind", "规范性文件"): JX + "normativeDocument",
    ("form", "sc-project"): JX + "formSichuanProject",
    ("quantityKind", "比率"): JX + "Ratio",
    ("unit", "%"): JX + "percent",
}


class SmallVocabulary:
    """Canonical labels ↔ IRIs, and one synonym (≥) that names a concept without being its label."""

    def concept(self, kind: str, label: str) -> str | None:
        return CONCEPTS.get((kind, ">=" if label == "≥" else label))

    def label(self, iri: str) -> str | None:
        return {value: label for (_, label), value in CONCEPTS.items()}.get(iri)


# Everything that an RDF literal may hold: all of Unicode but surrogates.
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
awkward_text = st.sampled_from(
    ["", " ", "_", ".", "..", "/", "a/b", "%2F", "~2", "x~2", "部门整体", "\r\n\t", "\x00", '"', "\\u0041"]
)
labels = st.sampled_from([label for _, label in CONCEPTS] + ["≥", "群众满意度", "118万人"])
texts = st.one_of(labels, awkward_text, any_text)

_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.one_of(st.integers(0, 4), st.integers(-(10**30), 10**30)),
    bool: st.booleans(),
    date: st.dates(),
    Decimal: st.one_of(
        st.sampled_from([Decimal("20.00"), Decimal("1E+3"), Decimal("-0"), Decimal("0.10"), Decimal("1E-20")]),
        st.decimals(allow_nan=False, allow_infinity=False),
    ),
    float: st.floats(allow_nan=False),
}
_SHA256 = st.text("0123456789abcdef", min_size=64, max_size=64)


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type hint of the model."""
    if isinstance(hint, types.UnionType):
        return st.one_of(*(st.none() if part is types.NoneType else of(part) for part in typing.get_args(hint)))
    if typing.get_origin(hint) is tuple:
        first, *rest = typing.get_args(hint)
        return (
            st.lists(of(first), max_size=3).map(tuple) if rest == [Ellipsis] else st.tuples(of(first), *map(of, rest))
        )
    if dataclasses.is_dataclass(hint):
        return st.deferred(lambda: instances(typing.cast(type, hint)))
    return _SCALARS[hint]


def instances(kind: type) -> st.SearchStrategy[Any]:
    """Any instance of a dataclass; a field with a default keeps it now and then."""
    hints = typing.get_type_hints(kind)
    arguments = {}
    for field in dataclasses.fields(kind):
        strategy = _SHA256 if field.name == "sha256" else of(hints[field.name])
        if field.default is not dataclasses.MISSING:
            strategy = st.one_of(st.just(field.default), strategy)
        elif field.default_factory is not dataclasses.MISSING:
            strategy = st.one_of(st.builds(field.default_factory), strategy)
        arguments[field.name] = strategy
    return st.builds(kind, **arguments)


def disclosures() -> st.SearchStrategy[Disclosure]:
    """Any valid disclosure: missing parts, repeated names and positions, repeated and unordered items, any text."""
    return instances(Disclosure)
