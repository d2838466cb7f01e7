"""What people decided about links: a rejected link is not made again, whatever is read later.

The graph ``id/decisions`` belongs to people: no ingestion and no relinking writes to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from graph import iris
from graph.errors import NotFound
from graph.patterns.facts import about
from graph.store import Store
from graph.store.rows import strings

DECISIONS = NamedNode(iris.BASE + "id/decisions")
_LINK = "PREFIX jx: <https://w3id.org/jixiao/ontology#>\nSELECT ?link ?why WHERE { ?link a jx:Link ; jx:reason ?why }"


def rejected(store: Store) -> frozenset[str]:
    """IRIs of the links that were rejected."""
    return frozenset(t.subject.value for t in store.graph(DECISIONS) if isinstance(t.subject, NamedNode))


def mark(links: Iterable[str]) -> str:
    """A short text that differs for different sets of rejected links; empty for none."""
    found = sorted(links)
    return hashlib.sha256("\n".join(found).encode()).hexdigest() if found else ""


def record(store: Store, link: str, because: str | None) -> None:
    """Write down that a link is rejected, or with None that it may be made again.

    Raises NotFound for what is no link, or for a rejection that is not there.
    """
    kept = [t for t in store.graph(DECISIONS) if t.subject != NamedNode(link)]
    if because is None and link not in rejected(store):
        raise NotFound(link, zh="没有否决过这条关联。", en="No such rejection.")
    if because is None:
        store.replace({DECISIONS: kept})
        return
    found = {row["why"] for row in strings(store.query(_LINK, bindings={"link": NamedNode(link)}))}
    if found <= {"own"} and link not in rejected(store):
        raise NotFound(link, zh="没有这条关联；可用 jixiao query links 查看。", en="No such link.")
    store.replace({DECISIONS: [*kept, about(link, "rejectedBecause", Literal(because))]})


__all__ = ["DECISIONS", "mark", "record", "rejected"]
