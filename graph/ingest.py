"""The batch: files and folders → read, judged, stored. One bad file is reported and the rest goes on.

A disclosure is replaced in one transaction together with its findings and its summary. Ingesting the same file twice
changes nothing, under whatever name. A file that holds a table which another stored disclosure holds too is its
correction: the older one leaves the graph for the history folder, and the newer says ``prov:wasRevisionOf``. What was
corrected once does not come back when a folder with both versions is read again.
"""

from __future__ import annotations

import gzip
import hashlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from pebble import ProcessExpired, ProcessPool
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from graph import iris, resources
from graph.errors import (
    DamagedFile,
    FileMissing,
    JixiaoError,
    NoPerformanceTable,
    ReadError,
    TooLarge,
    UnknownFormat,
)
from graph.extraction import extract_each
from graph.extraction.identity import regions
from graph.mass_validation import refresh
from graph.model import Disclosure
from graph.patterns import derive, link, rejected
from graph.rdf import to_quads
from graph.readers import read_each
from graph.readers.document import Document
from graph.shapes import DESCRIPTIONS
from graph.store import Store
from graph.store.rows import strings
from graph.summaries import renew, summarise
from graph.validation import Finding, judge, recompared, report_triples
from graph.vocabulary import vocabulary

WAS_REVISION_OF = NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")
VOCABULARY = NamedNode(iris.BASE + "ontology")
REFERENCE = NamedNode(iris.BASE + "id/reference")
RULES = NamedNode(iris.BASE + "shapes")
DIGEST = NamedNode("http://purl.org/dc/terms/identifier")
_HOLDERS = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
SELECT DISTINCT ?g ?table WHERE { GRAPH ?g { ?table a jx:TargetTable } }"""
_CORRECTED = "SELECT DISTINCT ?old WHERE { ?new <http://www.w3.org/ns/prov#wasRevisionOf> ?old }"


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read and judged, or the error that stopped it; ``warnings``: what of it was not read, and where."""

    path: str
    disclosure: Disclosure | None = None
    findings: tuple[Finding, ...] = ()
    error: JixiaoError | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    ``changed``: the store was written; ``superseded``: IRIs of older versions put away; ``named``: the file itself was
    asked for, not a folder that it is in.
    """

    reading: Reading
    changed: bool = False
    superseded: tuple[str, ...] = ()
    named: bool = True

    @property
    def failed(self) -> bool:
        """Whether asked-for work failed: a file that a folder merely contains may be no target table at all."""
        error = self.reading.error
        return error is not None and (self.named or not isinstance(error, NoPerformanceTable | UnknownFormat))


def files_in(paths: Sequence[str | Path]) -> list[Path]:
    """Files named, and those in folders named (all levels, in name order, hidden ones left out), each once."""
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            if file == path or not any(part.startswith(".") for part in file.relative_to(path).parts):
                found[file] = None
    return list(found)


def read_and_judge(path: str | Path) -> list[Reading]:
    """Read one file, or every document of an archive, and judge it; errors of a file are returned, not raised."""
    return [reading for name, document in read_each(path) for reading in _judged(name, document)]


def _judged(path: str, document: Document | ReadError) -> list[Reading]:
    if isinstance(document, ReadError):
        return [Reading(path, error=document)]
    try:
        found = extract_each(document)
    except JixiaoError as error:
        return [Reading(path, error=error)]
    readings: list[Reading] = []
    for disclosure in found:
        part = disclosure.source.path.removeprefix(document.path)  # "#2" of a file that binds several
        named = replace(disclosure, source=replace(disclosure.source, path=Path(path).name + part))
        findings = tuple(judge(triples_of(named)))
        warnings = () if readings else tuple(document.warnings)
        readings.append(Reading(path + part, named, findings, warnings=warnings))
    return readings


def triples_of(disclosure: Disclosure) -> list[Triple]:
    """The triples of a disclosure's named graph."""
    return [quad.triple for quad in to_quads(disclosure, vocabulary())]


def readings(paths: Sequence[Path], jobs: int, seconds: float) -> Iterator[Reading]:
    """Read many files, in order, over ``jobs`` processes; a file that takes longer or kills its process is reported."""
    if jobs <= 1:
        yield from chain.from_iterable(map(read_and_judge, paths))
        return
    with ProcessPool(max_workers=jobs, max_tasks=200, context=multiprocessing.get_context("spawn")) as pool:
        futures = [pool.schedule(read_and_judge, args=[str(path)], timeout=seconds) for path in paths]
        for path, future in zip(paths, futures, strict=True):
            try:
                yield from future.result()
            except FutureTimeout:
                yield Reading(str(path), error=TooLarge(f"> {seconds:g} s", place=str(path)))
            except ProcessExpired as error:
                yield Reading(str(path), error=DamagedFile(str(error), place=str(path)))


def ingest(
    paths: Sequence[str | Path],
    store: Store,
    *,
    history: Path | None = None,
    jobs: int = 1,
    seconds: float = 120.0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Outcome]:
    """Read, judge and store files and folders; one outcome a file, in order. ``progress`` hears (done, total)."""
    files = files_in(paths)
    if not files:
        missing = ", ".join(map(str, paths))
        yield Outcome(
            Reading(missing, error=FileMissing(place=missing, zh="文件夹是空的。", en="The folder is empty."))
        )
    prepare(store)
    asked = set(map(Path, paths))
    holdings = Holdings(store)
    changed: list[NamedNode] = []
    for done, reading in enumerate(readings(files, jobs, seconds), start=1):
        named = Path(reading.path) in asked
        change = holdings.change(reading, store, history)
        outcome = Outcome(reading, store.replace(change.graphs), change.older) if change else Outcome(reading)
        if outcome.changed and outcome.reading.disclosure is not None:
            changed.append(NamedNode(iris.disclosure(outcome.reading.disclosure.source.sha256)))
        yield replace(outcome, named=named)
        progress(done, len(files))
    link(store, changed)
    renew(store)
    refresh(store, [name.value for name in changed])


def prepare(store: Store) -> None:
    """Put beside the data what questions look up in it: vocabulary, regions, rules."""
    store_vocabulary(store)
    store_reference(store)
    store_rules(store)


def store_vocabulary(store: Store) -> None:
    """Put the ontology beside the data, so that questions find labels and classes; once for each version of it."""
    files = sorted(resources.folder("ontology").rglob("*.ttl"))
    content = [file.read_bytes() for file in files]
    _store_once(
        store, VOCABULARY, b"".join(content),
        lambda: [quad.triple for data in content for quad in parse(data, format=RdfFormat.TURTLE)],
    )  # fmt: skip


def store_reference(store: Store) -> None:
    """Put the regions with their names beside the data; once for each version of the list."""
    content = (resources.folder("data/reference") / "regions.csv").read_bytes()
    _store_once(store, REFERENCE, content, lambda: list(_regions()))


def store_rules(store: Store) -> None:
    """Put the rules with severity, message and source beside the data; how they are computed stays in ``shapes/``."""
    content = b"\n".join(file.read_bytes() for file in sorted(resources.folder("shapes").glob("*.ttl")))
    _store_once(store, RULES, content, lambda: list(_rules(content)))


def _rules(shapes: bytes) -> Iterator[Triple]:
    # The queries of the rules are texts of many lines, the parts of their paths nodes without names.
    for triple in (quad.triple for quad in parse(shapes, format=RdfFormat.TURTLE)):
        named = isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal)
        if named and triple.predicate.value in DESCRIPTIONS:
            yield triple


def _store_once(store: Store, name: NamedNode, content: bytes, triples: Callable[[], list[Triple]]) -> None:
    digest = Triple(name, DIGEST, Literal(hashlib.sha256(content).hexdigest()))
    if next(store.quads(name, DIGEST, digest.object, name), None) is None:  # type: ignore[arg-type]
        store.replace({name: [*triples(), digest]})


def _regions() -> Iterator[Triple]:
    for region in regions().values():
        node = NamedNode(iris.region(region.code))
        above = region.code[:4] + "00" if region.code[4:] != "00" else region.code[:2] + "0000"
        yield Triple(node, NamedNode(iris.RDF_TYPE), NamedNode(iris.JX + "Region"))
        yield Triple(node, NamedNode(iris.RDF_TYPE), NamedNode("https://schema.org/AdministrativeArea"))
        yield Triple(node, NamedNode(iris.RDFS_LABEL), Literal(region.name))
        yield Triple(node, DIGEST, Literal(region.code))
        if above != region.code and above in regions():
            contained = NamedNode("https://schema.org/containedInPlace")
            yield Triple(node, contained, NamedNode(iris.region(above)))


@dataclass(frozen=True, slots=True)
class Change:
    """What storing a reading writes: the name of its graph, the graphs to replace, IRIs of older versions put away."""

    name: NamedNode
    graphs: dict[NamedNode, Iterable[Triple]]
    older: tuple[str, ...]


class Holdings:
    """Which disclosures hold which tables, and which were corrected: what decides how the next one is stored."""

    def __init__(self, store: Store) -> None:
        self.holders = {row["table"]: row["g"] for row in strings(store.query(_HOLDERS))}
        self.corrected = {row["old"] for row in strings(store.query(_CORRECTED))}

    def change(
        self, reading: Reading, store: Store, history: Path | None, replaces: Iterable[str] = ()
    ) -> Change | None:
        """The change that stores a reading; None where there is nothing to store, or it was corrected before.

        ``replaces``: disclosures that it takes the place of besides those that hold its tables. What is put away is
        written to ``history`` first.
        """
        if reading.disclosure is None:
            return None
        name = NamedNode(iris.disclosure(reading.disclosure.source.sha256))
        if name.value in self.corrected:
            return None
        triples = triples_of(_under_its_first_name(reading.disclosure, name, store))
        tables = {t.subject.value for t in triples if t.object == NamedNode(iris.JX + "TargetTable")}  # type: ignore[union-attr]
        # Without a department, tables of the same name need not be the same table.
        known = tables if reading.disclosure.department.name else ()
        older = sorted({*replaces, *(self.holders[table] for table in known if table in self.holders)} - {name.value})
        revised = {*older, *(old for graph in (name.value, *older) for old in _objects(store, graph, WAS_REVISION_OF))}
        triples += [Triple(name, WAS_REVISION_OF, NamedNode(old)) for old in revised]
        follows = derive(triples, rejected(store))
        graphs = {
            name: triples,
            NamedNode(iris.derived(name.value)): follows,
            NamedNode(iris.summary(name.value)): summarise(name.value, [*triples, *follows]),
            **_findings(name, reading, store),
        }
        for table in [table for table, graph in self.holders.items() if graph == name.value or graph in older]:
            del self.holders[table]
        self.holders.update(dict.fromkeys(tables, name.value))
        self.corrected.update(older)
        return Change(name, graphs | put_away(older, store, history), tuple(older))


def _under_its_first_name(disclosure: Disclosure, name: NamedNode, store: Store) -> Disclosure:
    """The same bytes under another name are the same disclosure: it keeps the name that it was stored with."""
    path = next(iter(_objects(store, name.value, NamedNode(iris.JX + "path"))), disclosure.source.path)
    return replace(disclosure, source=replace(disclosure.source, path=path))


def _objects(store: Store, graph: str, predicate: NamedNode) -> list[str]:
    """What a disclosure's own node says under a predicate."""
    query = "SELECT ?disclosure ?predicate ?value { GRAPH ?disclosure { ?disclosure ?predicate ?value } }"
    rows = store.query(query, bindings={"disclosure": NamedNode(graph), "predicate": predicate})
    return [row["value"] for row in strings(rows)]


def _findings(name: NamedNode, reading: Reading, store: Store) -> dict[NamedNode, Iterable[Triple]]:
    """The report of a disclosure; what comparing it found stays until it is compared anew."""
    graph = NamedNode(iris.findings(name.value))
    return {graph: recompared(name.value, report_triples(name.value, reading.findings), store.graph(graph))}


def put_away(older: Iterable[str], store: Store, history: Path | None) -> dict[NamedNode, Iterable[Triple]]:
    """Write older versions to the history folder before they leave the store: a crash in between loses nothing."""
    emptied: dict[NamedNode, Iterable[Triple]] = {}
    for graph in map(NamedNode, older):
        if history is not None:
            history.mkdir(parents=True, exist_ok=True)
            data = serialize(store.graph(graph), format=RdfFormat.N_TRIPLES)
            (history / f"{graph.value.rsplit('/', 1)[-1]}.nt.gz").write_bytes(gzip.compress(data or b"", mtime=0))
        emptied |= {graph: ()}
        emptied |= {NamedNode(beside(graph.value)): () for beside in (iris.findings, iris.derived, iris.summary)}
    return emptied
