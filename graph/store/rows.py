"""Solutions of a SELECT as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Triple

from graph.errors import QueryError
from graph.store.embedded import Term


def solutions(result: QuerySolutions | QueryBoolean | QueryTriples) -> Iterator[dict[str, Term]]:
    """Variable name → term for each solution; unbound variables are left out. Raises QueryError for other results."""
    if not isinstance(result, QuerySolutions):
        raise QueryError("SELECT")
    names = [variable.value for variable in result.variables]
    for row in result:
        yield {name: term for name in names if (term := row[name]) is not None}


def strings(result: QuerySolutions | QueryBoolean | QueryTriples) -> Iterator[dict[str, str]]:
    """As :func:`solutions`, each term as its IRI or its characters."""
    for row in solutions(result):
        yield {name: str(term) if isinstance(term, Triple) else term.value for name, term in row.items()}
