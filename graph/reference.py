"""pySHACL says what the shapes mean: everything that it finds in a graph, to be compared with our findings."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from graph import resources
from graph.shapes import JXS, SH, background, load
from graph.validation import NUMBERS, Finding, plain_number


def reference(triples: Iterable[Triple | Quad], files: Sequence[Path] = ()) -> set[tuple[str, str, str | None]]:
    """(rule, focus, value) of everything that pySHACL finds by the project's shapes, or by those of some files.

    It runs in a process of its own, because it patches rdflib while it loads, and gets its shapes fresh, because it
    changes them. A hundred times slower than :func:`judge`.
    """
    files = files or sorted(resources.folder("shapes").glob("*.ttl"))
    data = [Triple(t.subject, t.predicate, t.object) for t in (*triples, *background(load(files).requires))]
    text = serialize(data, format=RdfFormat.N_TRIPLES) or b""
    results = _worker().submit(_pyshacl, text, b"\n".join(file.read_bytes() for file in files)).result()
    return {(shape.removeprefix(JXS), focus, value) for shape, focus, value in results}


def differences(triples: Sequence[Triple | Quad], findings: Iterable[Finding]) -> list[str]:
    """A line for everything that only one of the two finds in a graph, its Chinese and its English half in turn."""
    ours, theirs = {(f.rule, f.focus, f.value) for f in findings}, reference(triples)
    lines = []
    for zh, en, only in (("仅本软件", "only here", ours - theirs), ("仅 pySHACL", "only pySHACL", theirs - ours)):
        lines += [f"{zh} {en}: {rule} {focus} {value or ''}".rstrip() for rule, focus, value in sorted(only, key=str)]
    return lines


def processor_time() -> float:
    """Seconds of processor time that pySHACL has used so far."""
    return _worker().submit(time.process_time).result()


@cache
def _worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _pyshacl(data: bytes, rules: bytes) -> list[tuple[str, str, str | None]]:
    """Shape, focus and value of every result; runs in the worker."""
    import pyshacl
    from rdflib import Graph, Literal, Namespace

    _parse_queries_once()
    sh = Namespace(SH)
    shapes_graph = Graph().parse(data=rules, format="turtle")
    # Messages are no part of what is compared, and pySHACL takes the values in them for regular expressions.
    shapes_graph.remove((None, sh.message, None))
    _, report, _ = pyshacl.validate(Graph().parse(data=data, format="nt"), shacl_graph=shapes_graph)
    found = []
    for result in report.subjects(sh.sourceShape):
        focus, value = report.value(result, sh.focusNode), report.value(result, sh.value)
        # A node shape reports its focus as value where the query names none.
        named = value is not None and (value != focus or report.value(result, sh.resultPath) is not None)
        number = isinstance(value, Literal) and str(value.datatype) in NUMBERS
        text = (plain_number(str(value)) if number else str(value)) if named else None
        found.append((str(report.value(result, sh.sourceShape)), str(focus), text))
    return found


@cache
def _parse_queries_once() -> None:
    """Let rdflib keep its parsed queries, and pySHACL what it has checked: they get the same for every focus node."""
    from pyshacl.helper.sparql_query_helper import SPARQLQueryHelper
    from rdflib.plugins.sparql import prepareQuery, processor

    prepare, query = cache(prepareQuery), processor.SPARQLProcessor.query
    check, known = SPARQLQueryHelper.check_invalid_sparql, set()

    def quick(self: Any, text: Any, *args: Any, **options: Any) -> Any:
        return query(self, prepare(text) if isinstance(text, str) else text, *args, **options)

    def check_once(self: Any, text: str, *args: Any, **options: Any) -> bool:
        if text not in known:
            check(self, text, *args, **options)  # type: ignore[no-untyped-call]
            known.add(text)
        return True

    processor.SPARQLProcessor.query = quick  # type: ignore[method-assign, assignment]
    SPARQLQueryHelper.check_invalid_sparql = check_once  # type: ignore[method-assign, assignment]
