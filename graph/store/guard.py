"""Refuse what a query from outside may not do, before it runs.

Updates and LOAD are no queries, so the engine refuses them; SERVICE is one, and the engine would follow it over the
network. It is a keyword wherever it stands outside strings, IRIs, comments, variables and prefixed names. What a lexer
could miss still reaches nothing: the process that evaluates cannot open a socket (:mod:`graph.store.host`).
"""

from __future__ import annotations

import re

from graph.errors import QueryError

# SPARQL 1.1, 19.8: the tokens in which a keyword is only text, then bare words.
_TOKENS = re.compile(
    r"""
    \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\\n\r])*" | '(?:\\.|[^'\\\n\r])*'
  | <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>
  | \#[^\n\r]*
  | [?$]\w+
  | @[A-Za-z]+(?:-[A-Za-z0-9]+)*
  | (?:\w[\w.-]*)?:(?:(?:[\w:%-]|\\.)(?:[\w:%.-]|\\.)*)?
  | (?P<word>\w+)
    """,
    re.VERBOSE | re.DOTALL,
)


def refuse_federation(sparql: str) -> None:
    """Raise QueryError where the query holds the keyword SERVICE, with its line and column."""
    for match in _TOKENS.finditer(sparql):
        # 1SERVICE and trueSERVICE are two tokens to the engine.
        if match["word"] and match["word"].lower().endswith("service"):
            before = sparql[: match.end("word") - len("service")]
            line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
            raise QueryError(
                f"SERVICE, {line}:{column}",
                zh="不允许 SERVICE：外来查询不得访问其他服务器。",
                en="SERVICE is refused: queries from outside may not reach other servers.",
            )
