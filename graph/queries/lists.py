"""Lists of things: the queries of ``service/`` whose headers name columns.

Such a query is asked in two ways. Without ``item`` it gives the IRIs that pass the filters, in the order of a sort: the
lines ``#? item`` do not take part, those ``#? by_NAME`` of the sort do. With ``item`` bound to one of these IRIs it
gives the columns of that thing. So a page costs as much as its items, however long the list is.

Types of columns: ``name`` (text that the thing is called by), ``text``, ``integer``,
 ``decimal``, ``yuan``, ``concept`` (its Chinese label), ``link`` (a thing, with its name in ``?x__name``),
``region`` (its code), ``rule``, ``severity``, ``place`` (``?place__page``, ``__line``, ``__sheet``, ``__row``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pyoxigraph import NamedNode

from graph.errors import BadParameter
from graph.queries import Question, Sort, service_library
from graph.store import Store, Term
from graph.store.rows import solutions


@cache
def lists() -> dict[str, Question]:
    """Every list by its name, which is the plural of what it lists."""
    return {name: question for name, question in service_library().items() if question.columns}


def sort_of(question: Question, name: str | None) -> tuple[Sort, bool]:
    """The sort that a name asks for, and whether backwards (``-name``); the first without one. Raises BadParameter."""
    if not name:
        return question.sorts[0], False
    found = next((sort for sort in question.sorts if sort.name == name.removeprefix("-")), None)
    if found is None:
        known = "、".join(sort.name for sort in question.sorts)
        raise BadParameter(
            f"sort={name[:40]}",
            zh=f"sort 应为 {known} 之一，可加 -。",
            en=f"sort is one of {known}, or with - before it.",
        )
    return found, name.startswith("-")


def keys(store: Store, question: Question, values: Mapping[str, object], order: str | None, most: int) -> list[str]:
    """The IRIs of a list in their order, ``most`` of them at most. Raises BadParameter and what the store raises."""
    sort, backwards = sort_of(question, order)
    bindings = {name: term for name, term in question.bindings(values).items() if name != "item"}
    text = question.text({*bindings, f"by_{sort.name}"})
    by = sort.by.removeprefix("-")  # an order may be backwards by itself: the newest first
    then = "" if by == "?item" else " ?item"  # twice the same is once too many for Virtuoso
    text += f"ORDER BY {f'DESC({by})' if backwards != sort.by.startswith('-') else by}{then} LIMIT {most}\n"
    found = (row["item"] for row in solutions(store.query(text, bindings=bindings)))
    return list(dict.fromkeys(term.value for term in found if isinstance(term, NamedNode)))


def columns(store: Store, question: Question, iri: str) -> dict[str, Term]:
    """What a list tells of one thing; nothing where there is no such thing."""
    rows = solutions(store.query(question.text({"item"}), bindings={"item": NamedNode(iri)}))
    return next(rows, {})
