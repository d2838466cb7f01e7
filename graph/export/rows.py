"""Rows under columns: what every table that leaves is made of, and how answers of the store become it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from pyoxigraph import Literal, QuerySolutions, Triple

from graph.queries import Answer, text_of
from graph.store import Term
from graph.terms import column_term

Value = str | int | float | Decimal | bool | date | datetime | None
Row = Sequence[Value]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_WHOLE = ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt")
_PARSERS: dict[str, Callable[[str], Value]] = {
    **{_XSD + name: int for name in _WHOLE},
    _XSD + "decimal": Decimal,
    _XSD + "double": float,
    _XSD + "float": float,
    _XSD + "boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    _XSD + "date": date.fromisoformat,
    _XSD + "dateTime": datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its heading for people, in Excel its width in characters (None: by its content)."""

    name: str
    heading: str = ""
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. ``fills``: in Excel, the colour of cells of a row by the index of the column."""

    columns: Sequence[Column]
    rows: Iterable[Row]
    title: str = ""
    fills: Callable[[Row], Mapping[int, str]] | None = None


def of_answer(answer: Answer, title: str = "") -> Table:
    """The answer of a question: concepts by their Chinese label, literals by their value."""
    rows = ([_value(row.get(name)) for name in answer.columns] for row in answer.terms)
    return Table([Column(name, heading(name)) for name in answer.columns], rows, title)


def of_solutions(result: QuerySolutions) -> Table:
    """The solutions of a query, read as they are written."""
    names = [variable.value for variable in result.variables]
    rows = ([_literal(row[name]) for name in names] for row in result)
    return Table([Column(name) for name in names], rows)


def _value(term: Term | None) -> Value:
    return None if term is None else _literal(term) if isinstance(term, Literal) else text_of(term)


def _literal(term: Term | None) -> Value:
    """The value of a literal by its datatype, the characters where they are none; the IRI of anything else."""
    if term is None or isinstance(term, Triple):
        return None if term is None else str(term)
    if not isinstance(term, Literal):
        return term.value
    try:
        return _PARSERS.get(term.datatype.value, str)(term.value)
    except (ValueError, KeyError, ArithmeticError):  # "abc"^^xsd:integer is a literal too
        return term.value


@cache
def heading(name: str) -> str:
    """What a column is called for people: the Chinese name of the property that it is called after, and its own."""
    label = column_term(name).label_zh
    return f"{label} {name}" if label else name
