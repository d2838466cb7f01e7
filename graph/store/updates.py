"""Updates as text: what must be known of one to run it with something behind it, or over other graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, NamedNode, Triple

from graph.errors import QueryError
from graph.store.batches import batches
from graph.store.tokens import Token, keyword, tokens

BATCH = 500  # triples an operation: servers bound the length of one (Virtuoso: 10,000 lines)
_PROLOGUE = ("prefix", "base")


def followed_by(update: str, operations: Iterable[str]) -> str:
    """The update and, in the same request and so in the same transaction, operations of ours."""
    found = [token for token in tokens(update) if token.lastgroup != "comment"]
    words = [token for token in found if token["word"] and not keyword(token, *_PROLOGUE)]
    separator = "" if not words or found[-1][0] == ";" else ";"
    return f"{update}\n{separator}\n" + " ;\n".join(operations)


def over(update: str, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> str:
    """The update with its patterns over other graphs (SPARQL 1.1 protocol, 2.2.3): a USING before each WHERE.

    Raises QueryError where the update chooses graphs itself.
    """
    clauses = [f"USING {NamedNode(name)}" for name in default_graphs]
    clauses += [f"USING NAMED {NamedNode(name)}" for name in named_graphs]
    if not clauses:
        return update
    parts, end = [], 0
    for start, stop, replacement in _insertions(update, " ".join(clauses)):
        parts += [update[end:start], replacement]
        end = stop
    return "".join([*parts, update[end:]])


def _insertions(update: str, using: str) -> Iterator[tuple[int, int, str]]:
    """Where something of the text is to be replaced: start, end and by what."""
    found = [token for token in tokens(update) if token.lastgroup != "comment"]
    depth = 0
    for number, token in enumerate(found):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0 and keyword(token, "using", "with"):
            raise QueryError(
                token[0], zh="更新语句与参数都选择了图。", en="Graphs are chosen by the update and by parameters too."
            )
        if depth == 0 and keyword(token, "where"):
            before = found[number - 1] if number else token
            if keyword(before, "delete"):  # DELETE WHERE: its pattern is its template
                yield token.start(), token.end(), f"{_group(update, found[number:])} {using} WHERE"
            else:
                yield token.start(), token.start(), f"{using} "


def _group(update: str, found: list[Token]) -> str:
    """The group in braces that comes next."""
    depth, start = 0, None
    for token in found:
        if token[0] == "{":
            depth, start = depth + 1, token.start() if start is None else start
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                return update[start : token.end()]
    raise QueryError("DELETE WHERE")


def insertions(name: NamedNode | None, triples: Iterable[Triple]) -> Iterator[str]:
    """Operations that add triples to a graph, the default graph without a name."""
    for batch in batches(triples, BATCH):
        data = " .\n".join(map(str, batch))
        group = f"{{ GRAPH {name} {{\n{data}\n}} }}" if name else f"{{\n{data}\n}}"
        # Virtuoso takes no blank nodes in INSERT DATA.
        blank = any(isinstance(term, BlankNode) for triple in batch for term in triple)
        yield f"INSERT {group} WHERE {{}}" if blank else f"INSERT DATA {group}"


def clearing(name: NamedNode | None) -> list[str]:
    """Operations that leave a graph empty, though there."""
    return ["CLEAR DEFAULT"] if name is None else [f"DROP SILENT GRAPH {name}", f"CREATE SILENT GRAPH {name}"]
