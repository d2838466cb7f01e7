"""Refuse what a query or update from outside may not do, before it runs.

Updates and LOAD are no queries, so the engine refuses them; SERVICE is one, and the engine would follow it over the
network. It is a keyword wherever it stands outside strings, IRIs, comments, variables and prefixed names. What a lexer
could miss in a query still reaches nothing: who evaluates it cannot open a socket (:mod:`graph.store.worker`).
"""

from __future__ import annotations

from graph.errors import QueryError
from graph.store.tokens import Token, keyword, may_have, tokens


def refuse_federation(sparql: str) -> None:
    """Raise QueryError where the query holds the keyword SERVICE, with its line and column."""
    _refuse(sparql, "service")


def refuse_reach(update: str) -> None:
    """Raise QueryError where the update holds the keyword SERVICE or LOAD, with its line and column."""
    _refuse(update, "service", "load")


def _refuse(sparql: str, *names: str) -> None:
    for token in tokens(sparql) if may_have(sparql, *names) else ():
        if found := keyword(token, *names):
            raise _refused(sparql, token, found)


def _refused(sparql: str, token: Token, name: str) -> QueryError:
    before = sparql[: token.end() - len(name)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return QueryError(
        f"{name.upper()}, {line}:{column}",
        zh=f"不允许 {name.upper()}：外来查询不得访问其他服务器。",
        en=f"{name.upper()} is refused: requests from outside may not reach other servers.",
    )
