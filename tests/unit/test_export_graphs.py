"""The graph as files, and a dump made a store again."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse

from graph import iris, resources
from graph.errors import BadParameter, DamagedFile, FileMissing, JixiaoError, NotFound, StoreError
from graph.export.graphs import FORMATS, write
from graph.export.lookup import find_project, triples_about
from graph.export.selection import Selection
from graph.ingest import ingest
from graph.iris import JX, RDF_TYPE
from graph.patterns.facts import about
from graph.rdf import from_quads
from graph.store import Store, open_store
from graph.store.restore import restore
from graph.vocabulary import Vocabulary
from tests.conftest import Printed

Jixiao = Callable[..., Printed]
HANZHONG, GUANTAO = "汉中市医疗保障局", "馆陶县医疗保障局"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    store = open_store(folder)
    names = ("guantao-2026.txt", "hanzhong-2026.txt", "tongchuan-2024.txt")
    list(ingest([resources.folder("data/samples") / name for name in names], store))
    store.close()
    return folder


@pytest.fixture(scope="module")
def filled(folder: Path) -> Iterator[Store]:
    store = open_store(folder, read_only=True)
    yield store
    store.close()


def written(store: Store, selection: Selection, form: str) -> list[Quad]:
    out = io.BytesIO()
    write(store, selection, form, out)
    return list(parse(out.getvalue(), FORMATS[form]))


def canonical(quads: list[Quad], *, graphs: bool = True) -> Dataset:
    dataset = Dataset(quads if graphs else [Quad(q.subject, q.predicate, q.object) for q in quads])
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def named(quads: list[Quad]) -> set[Quad]:
    """Those without blank nodes, which have other names in every file."""
    return {quad for quad in quads if not any(isinstance(term, BlankNode) for term in (quad.subject, quad.object))}


def instances(quads: list[Quad], name: str) -> set[str]:
    return {q.subject.value for q in quads if q.predicate.value == RDF_TYPE and q.object.value == JX + name}


# -- selections -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_the_same(form: str, filled: Store) -> None:
    expected = written(filled, Selection(year=2024), "nq")
    named = FORMATS[form].supports_datasets
    assert canonical(written(filled, Selection(year=2024), form), graphs=named) == canonical(expected, graphs=named)


@pytest.mark.parametrize(
    ("selection", "departments", "tables"),
    [
        (Selection(), 3, 23),
        (Selection(region="61"), 1, 10),
        (Selection(region="130433"), 1, 8),
        (Selection(year=2024), 1, 5),
        (Selection(department=HANZHONG), 1, 10),
        (Selection(department="610700/汉中市医疗保障局", year=2026), 1, 10),
        (Selection(department="馆陶"), 1, 8),
        (Selection(project="车补"), 1, 1),
        (Selection(project="610700/汉中市医疗保障局/2026/车补"), 1, 1),
    ],
)
def test_a_selection_holds_what_it_names(selection: Selection, departments: int, tables: int, filled: Store) -> None:
    quads = written(filled, selection, "nq")
    found = {kind: instances(quads, kind) for kind in ("Department", "TargetTable", "Indicator", "Disclosure")}
    assert (len(found["Department"]), len(found["TargetTable"])) == (departments, tables)
    assert found["Disclosure"] and found["Indicator"]


@pytest.mark.parametrize(
    ("selection", "error"),
    [
        (Selection(year=1999), NotFound), (Selection(department="无"), NotFound), (Selection(project="无"), NotFound),
        (Selection(department="医疗保障"), BadParameter), (Selection(project="经费"), BadParameter),
        (Selection(region="x"), BadParameter), (Selection(project="车补", year=2024), NotFound),
    ],
)  # fmt: skip
def test_a_selection_of_nothing_or_of_several_is_told_before_anything_is_written(
    selection: Selection, error: type[JixiaoError], filled: Store
) -> None:
    out = io.BytesIO()
    with pytest.raises(error):
        write(filled, selection, "ttl", out)
    assert not out.getvalue()


def test_a_document_leaves_whole(filled: Store, words: Vocabulary) -> None:
    quads = written(filled, Selection(department=GUANTAO), "nq")
    (name,) = instances(quads, "Disclosure")
    assert from_quads([q for q in quads if q.graph_name.value == name], words) == from_quads(
        filled.graph(NamedNode(name)), words
    )
    assert {q.graph_name.value for q in quads} == {name, iris.derived(name), iris.findings(name)}


def test_a_project_leaves_with_its_rows_findings_amounts_and_source_and_no_others(
    filled: Store, words: Vocabulary
) -> None:
    quads = written(filled, Selection(project="医疗保险业务经办专项经费"), "nq")
    name = next(iter(instances(quads, "Disclosure")))
    document = from_quads([q for q in quads if q.graph_name.value == name], words)
    whole = from_quads(filled.graph(NamedNode(name)), words)
    (table,) = document.target_tables
    assert table in whole.target_tables
    assert (document.source, document.department) == (whole.source, whole.department)
    assert any(q.predicate.value.endswith("measure/amount") for q in quads)
    focused = {q.object.value for q in quads if q.predicate.value.endswith("#focusNode")}
    assert focused and all("/医疗保险业务经办专项经费" in iri for iri in focused)


def test_a_name_that_begins_another_takes_nothing_of_the_other(store: Store) -> None:
    graph = NamedNode(f"{iris.BASE}id/disclosure/x")
    tables = {name: iris.thing("table", 1, "d", 2026, name) for name in ("车补", "车补2")}
    rows = {name: iris.thing("indicator", 1, "d", 2026, name, 1) for name in tables}
    links = [about(tables[name], "indicator", rows[name]) for name in tables]
    store.replace({graph: [*links, *(about(rows[name], "inTable", tables[name]) for name in tables)]})
    assert len(triples_about(store, graph.value, tables["车补"])) == 2


def test_a_project_may_have_several_tables(filled: Store) -> None:
    assert len(find_project(filled, "车补").tables) == 1


# -- dump and restore -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dump.nq", "dump.trig", "dump.jsonld", "dump.nq.gz"])
def test_a_dump_becomes_the_same_store(name: str, folder: Path, filled: Store, tmp_path: Path, jixiao: Jixiao) -> None:
    assert jixiao("export", "dump", "--store", folder, "--output", tmp_path / name).code == 0
    done = jixiao("restore", tmp_path / name, "--store", tmp_path / "new")
    assert done.code == 0
    again = open_store(tmp_path / "new", read_only=True)
    there, before = (written(each, Selection(), "nq") for each in (again, filled))
    assert len(there) == len(before)
    assert named(there) == named(before)
    assert again.state() not in ("0", filled.state())
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_restored_store_takes_documents_again(folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    jixiao("export", "dump", "--store", folder, "--output", tmp_path / "d.nq")
    jixiao("restore", tmp_path / "d.nq", "--store", tmp_path / "new")
    sample = resources.folder("data/samples") / "tongchuan-2024.txt"
    store = open_store(tmp_path / "new")
    assert [outcome.changed for outcome in ingest([sample], store)] == [False]
    store.close()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.nq", b"<x:a> <x:b> <x:c> <x:g> .\nnonsense\n", DamagedFile),
        ("a.nq.gz", b"no gzip", DamagedFile),
        ("b.nq.gz", gzip.compress(b"<x:a> <x:b> <x:c> <x:g> .\n" * 9999)[:-9], DamagedFile),
        ("a.ttl", b"", BadParameter),
        ("none.nq", None, FileMissing),
    ],
)
def test_a_bad_dump_leaves_nothing(name: str, content: bytes | None, error: type[JixiaoError], tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error):
        restore(tmp_path / name, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ([name] if content is not None else [])


def test_a_store_is_not_restored_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_bytes(b"")
    with pytest.raises(StoreError):
        restore(tmp_path / "a.nq", folder)


@pytest.mark.parametrize("name", ["x.ttl", "x.jsonld", "x.rdf.gz", "x"])
def test_the_name_of_the_file_tells_the_format(name: str, folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    target = tmp_path / name
    assert jixiao("export", "graph", "--project", "车补", "--store", folder, "-o", target).code == 0
    data = gzip.decompress(target.read_bytes()) if name.endswith(".gz") else target.read_bytes()
    form = FORMATS.get(name.split(".")[1] if "." in name else "ttl", RdfFormat.TURTLE)
    assert len(instances(list(parse(data, form)), "Indicator")) == 6
