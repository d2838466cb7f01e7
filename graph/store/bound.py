"""Values bound into a query for servers that know no such thing: a variable becomes its term wherever it is a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import Literal

from graph.store.terms import Term
from graph.store.tokens import Token, keyword, tokens

_DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


def bound(sparql: str, bindings: Mapping[str, Term]) -> str:
    """The query with these variables bound. What a SELECT projects stays a column; nothing but whole tokens changes."""
    if not bindings:
        return sparql
    found = [token for token in tokens(sparql) if token.lastgroup != "comment"]
    parts, end = [], 0
    for start, stop, text in _changes(found, bindings):
        parts += [sparql[end:start], text]
        end = stop
    return "".join([*parts, sparql[end:]])


def _changes(found: list[Token], terms: Mapping[str, Term]) -> Iterator[tuple[int, int, str]]:
    clause, depth, braces = "", 0, 0  # "select" or "by" while in one, how deep in its parentheses and in groups
    for number, token in enumerate(found):
        clause, depth = _clause(token, clause, depth)
        braces += {"{": 1, "}": -1}.get(token[0], 0)
        name = token["variable"][1:] if token["variable"] else ""
        before = found[number - 1] if number else None
        if name not in terms or (before is not None and keyword(before, "as")):
            continue
        if number > 1 and before is not None and before[0] == "(" and keyword(found[number - 2], "bound"):
            yield found[number - 2].start(), token.end(), "(true"
        elif clause == "select" and depth == 0:
            # Within, under another name: what a group has bound no SELECT may name again.
            yield token.start(), token.end(), f"({_column(terms[name])} AS ?{name}{f'_{number}' if braces else ''})"
        elif clause and depth == 0:
            yield token.start(), token.end(), f"({terms[name]})"
        else:
            yield token.start(), token.end(), str(terms[name])


def _column(term: Term) -> str:
    """A term as a column of its own: Virtuoso cannot sort rows with a constant decimal in them (SR128)."""
    if isinstance(term, Literal) and term.datatype.value == _DECIMAL:
        return f"STRDT({Literal(term.value)}, {term.datatype})"
    return str(term)


def _clause(token: Token, clause: str, depth: int) -> tuple[str, int]:
    if found := keyword(token, "select", "by"):
        return found, 0
    if token[0] in ("{", "}") or keyword(token, "where", "from", "limit", "offset", "having"):
        return "", 0
    return clause, depth + {"(": 1, ")": -1}.get(token[0], 0)
