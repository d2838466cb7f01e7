import gzip
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from graph import iris, resources
from graph.errors import EmptyFile, FileMissing, NoPerformanceTable
from graph.ingest import WAS_REVISION_OF, Outcome, files_in, ingest
from graph.store import Store, open_store

SAMPLE = resources.folder("data/samples") / "tongchuan-2024.txt"


def run(store: Store, *paths: Path, history: Path | None = None, jobs: int = 1) -> list[Outcome]:
    return list(ingest(paths, store, history=history, jobs=jobs))


def graph_of(outcome: Outcome) -> NamedNode:
    assert outcome.reading.disclosure is not None
    return NamedNode(iris.disclosure(outcome.reading.disclosure.source.sha256))


def revisions(store: Store, name: NamedNode) -> set[str]:
    return {t.object.value for t in store.graph(name) if t.predicate == WAS_REVISION_OF}  # type: ignore[union-attr]


def triples(found: Iterable[Triple]) -> set[str]:
    return {str(triple) for triple in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def older(folder: Path) -> Path:
    return Path(shutil.copy(SAMPLE, folder / "1-first.txt"))


@pytest.fixture
def newer(folder: Path) -> Path:
    """The same tables with one figure corrected."""
    file = folder / "2-corrected.txt"
    text = SAMPLE.read_text("utf-8")
    assert "≥" in text
    file.write_text(text.replace("≥", "≤", 1), encoding="utf-8")
    return file


def test_ingesting_twice_changes_nothing(store: Store) -> None:
    (first,) = run(store, SAMPLE)
    state = store.state()
    (second,) = run(store, SAMPLE)
    assert (first.changed, second.changed) == (True, False)
    assert store.state() == state


def test_the_same_bytes_under_another_name_change_nothing(store: Store, older: Path) -> None:
    run(store, SAMPLE)
    state = store.state()
    assert [outcome.changed for outcome in run(store, older)] == [False]
    assert store.state() == state


def test_a_corrected_file_takes_the_place_of_the_older_one(store: Store, older: Path, newer: Path) -> None:
    (first,) = run(store, older)
    (second,) = run(store, newer)
    assert second.superseded == (graph_of(first).value,)
    assert revisions(store, graph_of(second)) == {graph_of(first).value}
    assert list(store.graph(graph_of(first))) == []
    assert list(store.graph(NamedNode(iris.findings(graph_of(first).value)))) == []


def test_the_older_version_is_kept_in_the_history_folder(
    store: Store, older: Path, newer: Path, tmp_path: Path
) -> None:
    (first,) = run(store, older)
    before = triples(store.graph(graph_of(first)))
    run(store, newer, history=tmp_path / "history")
    (file,) = (tmp_path / "history").iterdir()
    assert file.name == graph_of(first).value.rsplit("/", 1)[-1] + ".nt.gz"
    kept = gzip.decompress(file.read_bytes())
    assert triples(quad.triple for quad in parse(kept, format=RdfFormat.N_TRIPLES)) == before


def test_ingesting_the_correction_again_changes_nothing_and_keeps_its_history(
    store: Store, older: Path, newer: Path
) -> None:
    run(store, older, newer)
    state = store.state()
    (again,) = run(store, newer)
    assert not again.changed
    assert store.state() == state
    assert len(revisions(store, graph_of(again))) == 1


def test_a_folder_that_holds_both_versions_may_be_read_again(
    store: Store, folder: Path, older: Path, newer: Path
) -> None:
    run(store, folder)
    state = store.state()
    assert [outcome.changed for outcome in run(store, folder)] == [False, False]
    assert store.state() == state


def test_a_correction_of_a_correction_remembers_both(store: Store, older: Path, newer: Path, folder: Path) -> None:
    last = folder / "3-corrected-again.txt"
    last.write_text(newer.read_text("utf-8").replace("100", "99", 1), encoding="utf-8")
    first, second, third = run(store, older, newer, last)
    assert revisions(store, graph_of(third)) == {graph_of(first).value, graph_of(second).value}
    assert not any(outcome.changed for outcome in run(store, older, newer, last))


def test_tables_of_unknown_departments_do_not_take_each_others_place(store: Store, tmp_path: Path) -> None:
    table = "项目名称\t车补\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t人数\t{}人\n"
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for number, file in enumerate(files):
        file.write_text(table.format(number + 30), encoding="utf-8")
    found = run(store, *files)
    assert [outcome.superseded for outcome in found] == [(), ()]
    assert all(list(store.graph(graph_of(outcome))) for outcome in found)


def test_findings_stand_in_a_graph_beside_the_disclosure(store: Store) -> None:
    (outcome,) = run(store, SAMPLE)
    assert outcome.reading.findings
    assert list(store.graph(NamedNode(iris.findings(graph_of(outcome).value))))


def test_a_bad_file_is_reported_and_the_rest_goes_on(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    outcomes = run(store, tmp_path / "empty.txt", tmp_path / "missing.txt", SAMPLE)
    assert [type(outcome.reading.error) for outcome in outcomes] == [EmptyFile, FileMissing, type(None)]
    assert [outcome.failed for outcome in outcomes] == [True, True, False]
    assert outcomes[2].changed


def test_other_files_in_a_folder_are_passed_over_and_asked_for_by_name_are_failures(store: Store, folder: Path) -> None:
    letter = folder / "letter.txt"
    letter.write_text("没有表格的一封信\n", encoding="utf-8")
    (inside,), (named,) = run(store, folder), run(store, letter)
    assert isinstance(inside.reading.error, NoPerformanceTable)
    assert (inside.failed, named.failed) == (False, True)


def test_an_empty_folder_is_a_failure(store: Store, folder: Path) -> None:
    assert [outcome.failed for outcome in run(store, folder)] == [True]


def test_files_of_folders_come_in_order_without_hidden_ones_and_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", ".jixiao/x.txt", "c/d.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    found = files_in([tmp_path, tmp_path / "a.txt"])
    assert [file.relative_to(tmp_path).as_posix() for file in found] == ["a.txt", "b.txt", "c/d.txt"]


def test_several_processes_store_the_same_as_one(tmp_path: Path, store: Store) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"\x7fELF\0\0\0\0" * 9)
    run(store, SAMPLE, broken)
    other = open_store(tmp_path / "other")
    outcomes = run(other, SAMPLE, broken, jobs=2)
    assert outcomes[1].reading.error is not None
    assert outcomes[1].reading.error.code == "unknown-format"
    assert {g.value for g in other.graphs()} == {g.value for g in store.graphs()}
    assert triples(other.graph(graph_of(outcomes[0]))) == triples(store.graph(graph_of(outcomes[0])))
    other.close()


def test_progress_counts_the_files(store: Store) -> None:
    heard: list[tuple[int, int]] = []
    list(ingest([SAMPLE], store, progress=lambda done, total: heard.append((done, total))))
    assert heard == [(1, 1)]


def test_a_self_evaluation_stands_beside_the_targets_of_its_project(store: Store, tmp_path: Path) -> None:
    head = "临江县教育局2026年部门预算\n项目支出绩效{}表\n项目名称\t培训经费\n一级指标\t二级指标\t三级指标\t{}\n"
    row = "产出指标\t数量指标\t培训人数\t{}\n"
    targets, evaluation = tmp_path / "targets.txt", tmp_path / "evaluation.txt"
    targets.write_text(head.format("目标", "指标值") + row.format("≥20人"), encoding="utf-8")
    columns = "年度指标值\t实际完成值\t分值\t得分"
    evaluation.write_text(head.format("自评", columns) + row.format("≥20人\t21人\t90\t90"), encoding="utf-8")
    first, second = run(store, targets, evaluation)
    assert second.superseded == ()
    assert list(store.graph(graph_of(first)))
    kinds = store.query(f"PREFIX jx: <{iris.JX}> SELECT DISTINCT ?t ?k {{ ?t a jx:TargetTable ; jx:kind ?k }}")
    assert sorted(str(row["k"].value) for row in kinds) == ["self-evaluation", "target"]
