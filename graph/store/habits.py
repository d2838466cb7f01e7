"""What a SPARQL server does its own way, and how its answers become the standard's: Virtuoso's habits, so far.

Virtuoso answers ASK with a row, names blank nodes ``nodeID://…``, stops at its own time limit and at
``ResultSetMaxRows`` and sends what it has by then, takes no update of more than some thousand lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, parse_query_results

from graph.errors import LimitExceeded, ResultTooLarge
from graph.store.http import Fields, Reply
from graph.store.tokens import Token, keyword, tokens

ROW_OF_ASK = "__ASK_RETVAL"
MOST_ROWS = "X-SPARQL-MaxRows"
# What Virtuoso has of its own beside the data, in what it takes for the default graph too.
SYSTEM = frozenset(
    (
        "http://localuriqaserver/sparql",
        "http://www.openlinksw.com/schemas/virtrdf#",
        "http://www.w3.org/2002/07/owl#",
        "http://www.w3.org/ns/ldp#",
    )
)
# 100,000 rows from nothing: what a server leaves off of them tells how many it returns at most.
MANY_ROWS = "SELECT (1 AS ?x) {{ {} }}".format(
    " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(10)))} }}" for name in "abcde")
)
_BLANK, _PLAIN = b"<bnode>nodeID://", b"<bnode>"


@dataclass(frozen=True, slots=True)
class Habits:
    """``own``: Virtuoso's habits, else the standard's."""

    own: bool = False

    def fields(self, seconds: float) -> Fields:
        """What tells the server how long a query may run: it would go on after the connection is closed."""
        return (("timeout", str(int(seconds * 1000))),) if self.own else ()

    def partial(self, reply: Reply, sparql: str) -> bool:
        """Whether rows may have been left off at the server's bound. Raises LimitExceeded for its time limit."""
        if "S1TAT" in reply.headers.get("X-SQL-State", ""):
            raise LimitExceeded("time", zh="远程图谱库到了时限，结果不全。", en="The remote store met its time limit.")
        if MOST_ROWS not in reply.headers:
            return False
        asked = outer(sparql).limit
        return asked is None or asked > int(reply.headers[MOST_ROWS])


def too_many(rows: int) -> ResultTooLarge:
    """What to tell where a server leaves off what is beyond so many rows."""
    return ResultTooLarge(
        "rows",
        zh=f"远程图谱库至多返回 {rows} 行（ResultSetMaxRows），结果不全。",
        en=f"The remote store returns {rows} rows at most (ResultSetMaxRows): the result is not whole.",
    )


class Standard:
    """The XML of an answer with blank nodes named as the standard has it: a value cannot hold ``<``."""

    def __init__(self, reply: Reply) -> None:
        self._reply, self._held = reply, b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at least one until the end."""
        while True:
            chunk = self._reply.read(size)
            text = (self._held + chunk).replace(_BLANK, _PLAIN)
            cut = 0 if not chunk else next((n for n in range(len(_BLANK) - 1, 0, -1) if text.endswith(_BLANK[:n])), 0)
            text, self._held = text[: len(text) - cut], text[len(text) - cut :]
            if text or not chunk:
                return text


def boolean(found: QuerySolutions | QueryBoolean) -> QuerySolutions | QueryBoolean:
    """The boolean that a row of ASK stands for; anything else as it is."""
    if isinstance(found, QueryBoolean) or [variable.value for variable in found.variables] != [ROW_OF_ASK]:
        return found
    value = "true" if any(row[0] is not None and row[0].value == "1" for row in found) else "false"
    return parse_query_results(f'{{"head":{{}},"boolean":{value}}}'.encode(), QueryResultsFormat.JSON)


# -- queries asked in parts -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outer:
    """The outermost part of a query: where its form begins, where ORDER BY, LIMIT, OFFSET and VALUES stand."""

    form: int
    modifiers: int
    values: int
    limit: int | None
    offset: int
    ordered: bool


def outer(sparql: str) -> Outer:
    """How a query is made, as far as its length is concerned."""
    form, modifiers, values, ordered = 0, len(sparql), len(sparql), False
    found: dict[str, int] = {}
    for before, token in _outermost(sparql):
        if not form and keyword(token, "select", "construct", "describe", "ask"):
            form = token.start()
        if keyword(token, "order", "limit", "offset"):
            modifiers = min(modifiers, token.start())
            ordered = ordered or keyword(token, "order") is not None
        if keyword(token, "values"):
            values = token.start()
        if (name := keyword(before, "limit", "offset") if before else None) and token[0].isdigit():
            found[name] = int(token[0])
    return Outer(form, min(modifiers, values), values, found.get("limit"), found.get("offset", 0), ordered)


def _outermost(sparql: str) -> Iterator[tuple[Token | None, Token]]:
    """The tokens outside braces, each with the one before it."""
    depth, before = 0, None
    for token in tokens(sparql):
        if token.lastgroup == "comment":
            continue
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            yield before, token
        before = token


def part(sparql: str, columns: Iterable[str], start: int, rows: int) -> str:
    """A SELECT for some rows of another: Virtuoso sorts no further than 10,000, but for a query around it.

    Without an order of its own it is ordered by its columns: each part is evaluated anew, as it comes.
    """
    made = outer(sparql)
    order = "" if made.ordered else f"\nORDER BY {' '.join(f'?{name}' for name in columns)}"
    inner = f"{sparql[made.form : made.modifiers]}{order} {sparql[made.modifiers :]}"
    return f"{sparql[: made.form]}SELECT * {{ {{ {inner}\n}} }} OFFSET {start} LIMIT {rows}"


def joined(parts: list[bytes]) -> bytes:
    """Results in XML that came in parts as one."""
    inner = [re.split(rb"<results[^>]*>|</results>|<results[^>]*/>", one) for one in parts]
    head, tail = parts[0][: parts[0].index(b"<results")], b"</results></sparql>"
    return b"".join([head, b"<results>", *(pieces[1] for pieces in inner if len(pieces) > 2), tail])


def beyond(construct: str, rows: int) -> str | None:
    """A SELECT that has a row where a CONSTRUCT is made of more solutions than ``rows``; None where it cannot be."""
    made = outer(construct)
    if not re.match(r"(?i)construct", construct[made.form :]) or (made.limit is not None and made.limit <= rows):
        return None
    rest = construct[made.form + len("construct") : made.modifiers]
    if rest.lstrip().startswith("{"):
        rest = rest[_end_of_group(rest) :]
    return f"{construct[: made.form]}SELECT * {rest}\nOFFSET {made.offset + rows} LIMIT 1 {construct[made.values :]}"


def _end_of_group(text: str) -> int:
    depth = 0
    for token in tokens(text):
        if token.lastgroup == "comment":
            continue
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return len(text)
