"""How the dataclasses of :mod:`graph.model` stand in RDF: a class for each, a property for each field.

Names follow from the Python names (``target_tables`` → ``jx:targetTable``: a tuple is several values, so the singular);
the exceptions stand below. The ontology that describes them is ``ontology/jixiao.ttl``; a test holds both together.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any

from graph.iris import JX
from graph.model import Disclosure, Source
from graph.readers.document import Place

FLATTENED = (Place, Source)

# jx:Money and jx:by are concepts of the vocabulary (a quantity kind, a comparator); jx:content belongs to its roles.
_CLASS_NAMES = {"Money": "MonetaryAmount"}
_PROPERTY_NAMES = {
    ("Money", "unit"): "moneyUnit",
    ("PlanStep", "by"): "byTime",
    ("Task", "content"): "taskContent",
    ("ProjectLine", "unit"): "budgetUnit",
    ("Budget", "functions"): "functionLine",
    ("Budget", "projects"): "projectLine",
    ("Indicator", "basis"): "basis",
    ("TargetTable", "spending_plan"): "planStep",
}
_CONCEPTS = {
    ("Indicator", "level1"): "level1",
    ("Indicator", "level2"): "level2",
    ("Indicator", "direction"): "direction",
    ("Target", "comparator"): "comparator",
    ("Target", "grade"): "grade",
    ("Target", "quantity_kind"): "quantityKind",
    ("Basis", "kind"): "basisKind",
    ("TargetTable", "form"): "form",
}
# Codes that name a thing of the world: the value is its IRI, so that reference data can hang there.
_THINGS = {
    ("Department", "region"): "region",
    ("TargetTable", "functions"): "function",
    ("ProjectLine", "function"): "function",
}


@dataclass(frozen=True, slots=True)
class Field:
    """How one field of a dataclass stands in RDF.

    ``kind``: the dataclass or scalar type of one value. ``concept``: kind of concept whose IRI stands for a label that
    the vocabulary knows. ``thing``: kind of thing whose IRI stands for its code.
    """

    name: str
    iri: str
    kind: Any
    many: bool
    required: bool
    default: Any
    concept: str | None
    thing: str | None

    @property
    def flattened(self) -> bool:
        """Whether the fields of the value stand on its owner."""
        return self.kind in FLATTENED

    @property
    def is_node(self) -> bool:
        """Whether the value is a node of its own."""
        return dataclasses.is_dataclass(self.kind) and not self.flattened


def class_iri(kind: type) -> str:
    """The class of the ontology for a dataclass."""
    return JX + _CLASS_NAMES.get(kind.__name__, kind.__name__)


@cache
def fields_of(kind: type) -> tuple[Field, ...]:
    """The mapping of a dataclass, in the order of its fields."""
    hints = typing.get_type_hints(kind)
    return tuple(_field(kind, field, hints[field.name]) for field in dataclasses.fields(kind))


def _field(kind: type, field: dataclasses.Field[Any], hint: Any) -> Field:
    optional = isinstance(hint, types.UnionType)
    if optional:
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    many = typing.get_origin(hint) is tuple and typing.get_args(hint)[-1] is Ellipsis
    default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    key = (kind.__name__, field.name)
    return Field(
        name=field.name,
        iri=JX + (_PROPERTY_NAMES.get(key) or _camel_case(field.name.removesuffix("s") if many else field.name)),
        kind=typing.get_args(hint)[0] if many else hint,
        many=many,
        required=default is dataclasses.MISSING and not optional,
        default=None if default is dataclasses.MISSING else default,
        concept=_CONCEPTS.get(key),
        thing=_THINGS.get(key),
    )


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


@cache
def classes() -> tuple[type, ...]:
    """Every dataclass that a disclosure is made of, itself first."""
    found: dict[type, None] = {}

    def visit(kind: type) -> None:
        if kind not in found:
            found[kind] = None
            for field in fields_of(kind):
                if field.is_node or field.flattened:
                    visit(field.kind)

    visit(Disclosure)
    return tuple(found)
