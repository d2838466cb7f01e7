"""Judging a store: each disclosure as if alone, and all of them compared."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple

from graph import iris, mass_validation, resources
from graph.errors import StoreError
from graph.ingest import ingest, triples_of
from graph.mass_validation import judge_all, judge_store, refresh
from graph.model import Disclosure
from graph.reference import reference
from graph.store import Store, open_store
from graph.validation import COMPARISON, Finding, judge, recompared, report_triples
from tests.cases import ACROSS, ALIKE, PEERS, RIGHT, WRONG, all_of, at, elsewhere, table
from tests.unit.test_validation import SAMPLES, sample

# Some are of one department, so that they speak of the same tables.
WORSE = [elsewhere(number, change, name=f"第{number % 40}医疗保障局") for number, (_, change, _) in enumerate(WRONG, 1)]


def iri(disclosure: Disclosure) -> str:
    return iris.disclosure(disclosure.source.sha256)


def graph_name(name: str) -> str:
    return next(str(quad.graph_name)[1:-1] for quad in sample(name))


def judged(folder: Path, graphs: dict[str, Iterable[Triple]], jobs: int = 1) -> dict[str, list[Finding]]:
    """A store of graphs, judged."""
    with closing(open_store(folder / "store")) as store:
        store.replace({NamedNode(name): triples for name, triples in graphs.items()})
    return judge_store(str(folder / "store"), jobs)


def alone(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.group != COMPARISON]


def test_each_disclosure_is_judged_as_if_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mass_validation, "_SHARE", 7)
    graphs = {iri(one): triples_of(one) for one in (RIGHT, *WORSE)}
    graphs |= {graph_name(name): [quad.triple for quad in sample(name)] for name in SAMPLES}
    found = judged(tmp_path, dict(graphs))
    assert judge_store(str(tmp_path / "store"), jobs=2) == found
    assert set(found) == set(graphs)
    for name, triples in graphs.items():
        focus = {triple.subject.value for triple in triples if not isinstance(triple.subject, Triple)}
        assert alone(found[name]) == alone(judge(triples)), name
        assert {finding.focus for finding in found[name]} <= focus


@pytest.mark.parametrize(("rule", "first", "others", "values"), ACROSS, ids=[case[0] for case in ACROSS])
def test_a_rule_of_comparison_finds_what_is_wrong(
    rule: str, first: Disclosure, others: tuple[Disclosure, ...], values: set[str | None], tmp_path: Path
) -> None:
    graphs = {iri(one): triples_of(one) for one in (first, *others)}
    findings = [finding for finding in judged(tmp_path, dict(graphs))[iri(first)] if finding.rule == rule]
    assert {finding.value for finding in findings} == values
    assert not any("{" in finding.message_zh + finding.message_en for finding in findings)


@pytest.mark.parametrize(("silent", "first", "others"), ALIKE, ids=[case[0] for case in ALIKE])
def test_a_rule_of_comparison_keeps_silent_on_what_is_right(
    silent: str, first: Disclosure, others: tuple[Disclosure, ...], tmp_path: Path
) -> None:
    graphs = {iri(one): triples_of(one) for one in (first, *others)}
    found = judged(tmp_path, dict(graphs))
    assert not {finding.rule for finding in found[iri(first)]} & set(silent.split())


@pytest.mark.parametrize(("rule", "first", "others", "values"), ACROSS, ids=[case[0] for case in ACROSS])
def test_pyshacl_finds_the_same_in_several_disclosures(
    rule: str, first: Disclosure, others: tuple[Disclosure, ...], values: set[str | None]
) -> None:
    triples = list({triple for one in (first, *others) for triple in triples_of(one)})
    files = [resources.folder("shapes") / name for name in ("shapes.ttl", "comparison.ttl")]
    ours = {(f.rule, f.focus, f.value) for f in judge(triples) if f.group == COMPARISON}
    theirs = reference(triples, files)
    assert ours == theirs
    assert rule in {item[0] for item in theirs}


def test_findings_that_are_stored_are_not_judged_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "表.txt"
    file.write_text("项目名称\t车补\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t人数\t39\n", "utf-8")
    with closing(open_store(tmp_path / "store")) as store:
        list(ingest([file], store))
        state = store.state()
    found = judge_store(str(tmp_path / "store"))
    assert len(found) == 1
    assert "R13" in {finding.rule for finding in next(iter(found.values()))}
    with closing(open_store(tmp_path / "store")) as store:
        assert store.state() == state


def test_no_store_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        judge_store(str(tmp_path / "none"))


def test_peers_without_anything_wrong_have_no_findings_of_comparison(tmp_path: Path) -> None:
    change = all_of(at(5, text="=100%"), table(objective="惠民"))
    graphs = {iri(one): triples_of(change(one)) for one in (RIGHT, *PEERS)}
    found = judged(tmp_path, dict(graphs))
    assert not [f for findings in found.values() for f in findings if f.group == COMPARISON]


# -- what comparing finds is stored beside each disclosure ------------------------------------------------------------


def stored(store: Store, disclosure: Disclosure) -> list[Triple]:
    return list(store.graph(NamedNode(iris.findings(iri(disclosure)))))


def rules_in(report: list[Triple]) -> set[str]:
    return {t.object.value.rpartition("#")[2] for t in report if t.predicate.value.endswith("sourceShape")}


def put(store: Store, *disclosures: Disclosure) -> None:
    """As ingest does: the disclosure with its own findings, then all that are near it compared."""
    for one in disclosures:
        report = report_triples(iri(one), judge(triples_of(one)))
        graph = NamedNode(iris.findings(iri(one)))
        store.replace({NamedNode(iri(one)): triples_of(one), graph: recompared(iri(one), report, store.graph(graph))})
    refresh(store, map(iri, disclosures))


def test_comparisons_are_stored_and_renewed_when_a_peer_changes() -> None:
    loose = elsewhere(1, at(3, text="≥94%"), year=2025)
    strict = elsewhere(1, at(3, text="≥97%"), year=2025)
    elsewhere_entirely = elsewhere(9, region="510100", name="某市医疗保障局")
    with closing(open_store(None)) as store:
        put(store, RIGHT, elsewhere_entirely)
        assert not rules_in(stored(store, RIGHT))
        put(store, loose)
        assert rules_in(stored(store, RIGHT)) == {"R51"}
        untouched = stored(store, elsewhere_entirely)
        put(store, strict)
        report = stored(store, RIGHT)
        assert rules_in(report) == {"R49b", "R51"}
        assert [t.object.value for t in report if t.predicate.value.endswith("conforms")] == ["false"]
        assert stored(store, elsewhere_entirely) == untouched
        state = store.state()
        put(store, RIGHT, strict)
        assert store.state() == state
        store.remove([NamedNode(iri(strict))])
        refresh(store, [iri(RIGHT)])
        assert not rules_in(stored(store, RIGHT))


def test_an_image_in_memory_is_judged_as_a_folder_is(tmp_path: Path) -> None:
    graphs = {iri(one): triples_of(one) for one in (RIGHT, *WORSE[:9], *PEERS)}
    with closing(open_store(None)) as store:
        store.replace({NamedNode(name): triples for name, triples in graphs.items()})
        assert judge_all(store) == judged(tmp_path, dict(graphs))


def test_a_city_is_compared_as_a_whole_and_judged_in_shares() -> None:
    city = [elsewhere(n, region="130400", name=f"{n}县") for n in range(45)]
    alone = [elsewhere(n, region=f"{n}00", name=f"{n}县") for n in range(1500, 1512)]
    with closing(open_store(None)) as store:
        store.replace({NamedNode(iri(one)): triples_of(one) for one in (*city, *alone)})
        districts = mass_validation._districts(store)
    assert sorted(sorted(map(len, district)) for district in districts) == [[5, 20, 20], [12]]
    held = {name for district in districts for share in district for name, _ in share}
    assert held == {iri(one) for one in (*city, *alone)}
