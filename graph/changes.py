"""Changes that people make to a store: accept, replace, withdraw a disclosure; each one transaction, each logged.

The log is PROV-O: an activity in a graph of its own, ``id/activity/<when>-<number>``, with who
(``prov:wasAssociatedWith``), when (``prov:endedAtTime``) and what (``jx:changeKind``, ``prov:generated``,
``prov:invalidated``). It is written in the same transaction as the change.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from graph import iris
from graph.errors import NotFound
from graph.ingest import Holdings, Reading, prepare, put_away
from graph.iris import JX, RDF_TYPE, RDFS_LABEL
from graph.mass_validation import peers, refresh
from graph.patterns import link
from graph.store import Store
from graph.summaries import renew

PROV = "http://www.w3.org/ns/prov#"
_DATE_TIME = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")

ACCEPTED, REPLACED, WITHDRAWN = "accepted", "replaced", "withdrawn"


@dataclass(frozen=True, slots=True)
class Made:
    """A change that was made: the IRI of its activity, of what it stored and of what it put away.

    ``activity`` is None where nothing changed.
    """

    activity: str | None
    stored: tuple[str, ...]
    put_away: tuple[str, ...]


def accept(store: Store, readings: Sequence[Reading], who: str, history: Path | None) -> Made:
    """Store what was read, all of it in one transaction. Raises what the store raises."""
    return _store(store, readings, who, history, ACCEPTED, ())


def replace(store: Store, iri: str, readings: Sequence[Reading], who: str, history: Path | None) -> Made:
    """Store what was read in the place of a disclosure. Raises NotFound where there is none."""
    _check(store, iri)
    return _store(store, readings, who, history, REPLACED, (iri,))


def withdraw(store: Store, iri: str, who: str, history: Path | None) -> Made:
    """Take a disclosure out of the graph, into the history folder. Raises NotFound where there is none."""
    _check(store, iri)
    activity, log = _log(who, WITHDRAWN, (), (iri,), _paths(store, iri))
    compared = peers(store, iri)
    store.replace({**put_away((iri,), store, history), NamedNode(activity): log})
    link(store)
    renew(store)
    refresh(store, compared)
    return Made(activity, (), (iri,))


def _paths(store: Store, iri: str) -> list[str]:
    """The name of the file of a disclosure."""
    about = (triple for triple in store.graph(NamedNode(iri)) if triple.subject == NamedNode(iri))
    return [
        fact.object.value for fact in about if fact.predicate.value == f"{JX}path" and isinstance(fact.object, Literal)
    ]


def _check(store: Store, iri: str) -> None:
    if next(store.graph(NamedNode(iri)), None) is None:
        raise NotFound(iri, zh="没有这份公开文件。", en="No such disclosure.")


def _store(
    store: Store, readings: Sequence[Reading], who: str, history: Path | None, kind: str, replaces: Iterable[str]
) -> Made:
    prepare(store)
    holdings = Holdings(store)
    found = [holdings.change(reading, store, history, replaces) for reading in readings]
    changes = [change for change in found if change is not None]
    graphs = {name: list(triples) for change in changes for name, triples in change.graphs.items()}
    stored = tuple(change.name.value for change in changes)
    older = tuple(dict.fromkeys(old for change in changes for old in change.older))
    if not changes or all(set(store.graph(name)) == set(triples) for name, triples in graphs.items()):
        return Made(None, stored, older)
    names = [reading.path for reading in readings if reading.disclosure]
    activity, log = _log(who, kind, stored, older, names)
    store.replace({**graphs, NamedNode(activity): log})
    link(store, [change.name for change in changes])
    renew(store)
    refresh(store, stored)
    return Made(activity, stored, older)


def _log(
    who: str, kind: str, stored: Iterable[str], invalidated: Iterable[str], names: Iterable[str]
) -> tuple[str, list[Triple]]:
    """The IRI of an activity, which is its graph too, and its triples."""
    now = datetime.now(UTC).replace(microsecond=0)
    activity = iris.thing("activity", f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")
    agent = iris.thing("agent", who)
    facts: list[tuple[str, str, NamedNode | Literal]] = [
        (activity, RDF_TYPE, NamedNode(f"{PROV}Activity")),
        (activity, RDF_TYPE, NamedNode(f"{JX}Change")),
        (activity, f"{JX}changeKind", Literal(kind)),
        (activity, f"{PROV}endedAtTime", Literal(now.isoformat().replace("+00:00", "Z"), datatype=_DATE_TIME)),
        (activity, f"{PROV}wasAssociatedWith", NamedNode(agent)),
        (agent, RDF_TYPE, NamedNode(f"{PROV}Agent")),
        (agent, RDFS_LABEL, Literal(who)),
        *((activity, f"{PROV}generated", NamedNode(iri)) for iri in stored),
        *((activity, f"{PROV}invalidated", NamedNode(iri)) for iri in invalidated),
        *((activity, f"{JX}path", Literal(Path(name).name)) for name in names),
    ]
    return activity, [Triple(NamedNode(subject), NamedNode(name), value) for subject, name, value in facts]
