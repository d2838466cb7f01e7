"""The store in a local folder: Oxigraph, in this process.

pyoxigraph offers no transaction over several calls, but one SPARQL update is one transaction, however many operations
it holds; so each change is one update. Its last operation renames an empty named graph, ``id/state/<token>``: so
:meth:`EmbeddedStore.state` changes in the same transaction, without a triple that questions could find.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
)

from graph import iris
from graph.errors import QueryError, StoreError
from graph.store.changes import Changes
from graph.store.guard import refuse_reach
from graph.store.terms import Term
from graph.store.tokens import has_keyword
from graph.store.updates import followed_by, insertions

__all__ = ["EmbeddedStore", "Term"]

_STATE = f"{iris.BASE}id/state/"
_OWN_FILE = re.compile(
    r"CURRENT|LOCK|LOG|LOG\.old.*|IDENTITY|(MANIFEST|OPTIONS)-\d+|.*\.(log|sst|blob|dbtmp)|lost\+found|\..*"
)
_ATTEMPTS = 5


class EmbeddedStore:
    """:class:`graph.store.Store` on disk, or in memory if ``location`` is None."""

    def __init__(self, location: str | os.PathLike[str] | None, *, read_only: bool = False) -> None:
        self._place = "" if location is None else os.fspath(location)
        self._store: Store | None = Store() if location is None else _open(Path(location), read_only)
        self._read_only = read_only
        self._writing = threading.Lock()
        self._token = self._stored_token()
        self._done = Changes(self._token, self._token)

    def query(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """See :meth:`graph.store.Store.query`."""
        values = {Variable(name): value for name, value in (bindings or {}).items()}
        try:
            union = not has_keyword(sparql, "from")  # the union would override FROM
            return self._opened.query(sparql, use_default_graph_as_union=union, substitutions=values)
        except (SyntaxError, RuntimeError) as error:  # RuntimeError: a bound variable is not projected
            raise QueryError(str(error)) from error
        except OSError as error:
            raise _failure(error, self._place) from error

    def replace(self, graphs: Mapping[NamedNode, Iterable[Triple]]) -> bool:
        """See :meth:`graph.store.Store.replace`."""
        with self._writing:
            operations = [
                operation
                for name, triples in graphs.items()
                for operation in _difference(name, list(self.graph(name)), list(triples))
            ]
            self._change(operations)
            return bool(operations)

    def remove(self, graphs: Iterable[NamedNode]) -> None:
        """See :meth:`graph.store.Store.remove`."""
        with self._writing:
            self._change([f"DROP GRAPH {name}" for name in set(graphs) if self._opened.contains_named_graph(name)])

    def graph(self, name: NamedNode) -> Iterator[Triple]:
        """See :meth:`graph.store.Store.graph`."""
        return (quad.triple for quad in self._opened.quads_for_pattern(None, None, None, name))

    def quads(
        self, subject: NamedNode | None, predicate: NamedNode | None, object: NamedNode | None, name: NamedNode | None
    ) -> Iterator[Quad]:
        """See :meth:`graph.store.Store.quads`."""
        return self._opened.quads_for_pattern(subject, predicate, object, name)

    def graphs(self) -> Iterator[NamedNode]:
        """See :meth:`graph.store.Store.graphs`."""
        return (name for name in self._named_graphs() if not name.value.startswith(_STATE))

    def state(self) -> str:
        """See :meth:`graph.store.Store.state`."""
        return self._token

    def dump(self, stream: IO[bytes], format: RdfFormat) -> None:
        """See :meth:`graph.store.Store.dump`."""
        if format.supports_datasets:
            self._opened.dump(stream, format)
        else:
            query = "CONSTRUCT { ?s ?p ?o } WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
            cast(QueryTriples, self.query(query)).serialize(stream, format)

    def close(self) -> None:
        """See :meth:`graph.store.Store.close`."""
        if self._store is not None and not self._read_only:
            self._store.flush()
        self._store = None

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise StoreError(place=self._place, zh="图谱库已关闭。", en="The store is closed.")
        return self._store

    def change(self, operations: list[str]) -> None:
        """Run update operations and renew the state, all or nothing; without operations the state stays."""
        if operations:
            with self._writing:
                self._change(operations)

    def update(self, sparql: str, base: str | None = None, also: Sequence[str] = ()) -> None:
        """Run a SPARQL 1.1 update, and operations of ours after it that come out alike on every copy, at once.

        Raises QueryError for an update that is wrong or refused.
        """
        refuse_reach(sparql)
        with self._writing:
            try:
                # What depends on the order of rows, the clock or chance stands in a WHERE clause.
                self._run(followed_by(sparql, also) if also else sparql, base, not has_keyword(sparql, "where"))
            except SyntaxError as error:
                raise QueryError(str(error)) from error
            except RuntimeError as error:  # such as CREATE of a graph that is there
                if self._read_only:
                    raise _failure(error, self._place) from error
                raise QueryError(str(error)) from error
            except OSError as error:
                raise _failure(error, self._place) from error

    @property
    def changes(self) -> Changes:
        """What has been changed since this was made."""
        return self._done

    def has_graph(self, name: NamedNode) -> bool:
        """Whether a graph is there, be it empty."""
        return self._opened.contains_named_graph(name)

    def empty_graphs(self) -> list[str]:
        """The names of graphs without triples, which a dump leaves out."""
        return [name.value for name in self.graphs() if next(self.graph(name), None) is None]

    def _change(self, operations: list[str]) -> None:
        if not operations:
            return
        try:
            self._run(" ;\n".join(operations), None, True)
        except (OSError, RuntimeError) as error:
            raise _failure(error, self._place) from error

    def _run(self, update: str, base: str | None, repeatable: bool) -> None:
        """An update and, in the same transaction, a new state."""
        token = secrets.token_hex(8)
        renewal = [f"DROP SILENT GRAPH <{_STATE}{old}>" for old in self._token.split("-")]
        text = followed_by(update, [*renewal, f"CREATE GRAPH <{_STATE}{token}>"])
        self._opened.update(text, base_iri=base)
        self._token = token
        self._done = self._done.with_one(text, base, token, repeatable)

    def _stored_token(self) -> str:
        # Whoever writes with another program may leave several.
        tokens = (name.value.removeprefix(_STATE) for name in self._named_graphs() if name.value.startswith(_STATE))
        return "-".join(sorted(tokens)) or "0"

    def _named_graphs(self) -> Iterator[NamedNode]:
        return (name for name in self._opened.named_graphs() if isinstance(name, NamedNode))


def canonical(triples: Iterable[Triple]) -> Dataset:
    """Comparable triples: literals as a store keeps them (20.00 is 20), blank nodes under canonical names."""
    dataset = Dataset(_stored(triples))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _stored(triples: Iterable[Triple]) -> Store:
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return store


def _difference(name: NamedNode, old: list[Triple], new: list[Triple]) -> Iterator[str]:
    """Operations that lead from a graph's triples to others: what differs, if that is less than the graph itself."""
    if any(isinstance(term, BlankNode) for triples in (old, new) for triple in triples for term in triple):
        if canonical(new) != canonical(old):
            yield from _replacement(name, new)
        return
    before, after = set(old), {quad.triple for quad in _stored(new)}
    removed, added = before - after, after - before
    if len(removed) + len(added) > len(after):
        yield from _replacement(name, new)
        return
    if removed:
        yield f"DELETE DATA {{ GRAPH {name} {{\n" + " .\n".join(map(str, removed)) + "\n} }"
    yield from insertions(name, added)


def _replacement(name: NamedNode, triples: list[Triple]) -> Iterator[str]:
    yield f"DROP SILENT GRAPH {name}"
    if triples:
        yield f"INSERT DATA {{ GRAPH {name} {{\n" + " .\n".join(map(str, triples)) + "\n} }"


def _open(path: Path, read_only: bool) -> Store:
    try:
        _check(path, read_only)
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        return _open_read_only(path) if read_only else Store(path)
    except (OSError, RuntimeError) as error:
        raise _failure(error, str(path)) from error


def _open_read_only(path: Path) -> Store:
    # While a writer compacts, a file may go between two readings of the list of files: another try finds it settled.
    for attempt in range(1, _ATTEMPTS):
        try:
            return Store.read_only(str(path))
        except (OSError, RuntimeError) as error:
            if "Corruption" not in str(error) and "No such file" not in str(error):
                raise
            time.sleep(0.02 * attempt)
    return Store.read_only(str(path))


def _check(path: Path, read_only: bool) -> None:
    """Refuse what Oxigraph would fill with its own files."""
    if path.exists() and not path.is_dir():
        raise StoreError(place=str(path), zh="这是文件，不是图谱库文件夹。", en="This is a file, not a store's folder.")
    names = [entry.name for entry in path.iterdir()] if path.is_dir() else []
    if not all(map(_OWN_FILE.fullmatch, names)):
        raise StoreError(
            place=str(path), zh="文件夹里是别的内容，不是图谱库。", en="The folder holds something else than a store."
        )
    if read_only and "CURRENT" not in names:
        raise StoreError(place=str(path), zh="这里没有图谱库。", en="There is no store here.")


def _failure(error: Exception, place: str) -> StoreError:
    """Oxigraph tells its failures apart only by their words."""
    text = str(error)
    for words, zh, en in (
        ("Permission denied", "没有读写图谱库的权限。", "No permission to read or write the store."),
        (
            "lock",
            "图谱库正被使用；请先停止使用它的程序，或以只读方式打开。",
            "The store is in use: stop the program that has it, or open it read-only.",
        ),
        ("read-write instances", "图谱库以只读方式打开，不能写入。", "The store was opened read-only."),
        ("Corruption", "图谱库已损坏，或不是图谱库。", "The store is damaged, or is none."),
        ("No space left", "磁盘已满。", "The disk is full."),
    ):
        if words in text:
            return StoreError(text, place=place, zh=zh, en=en)
    return StoreError(text, place=place)
