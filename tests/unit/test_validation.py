"""Each rule fires on a table with one thing wrong and keeps silent on the right one; pySHACL says the same."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from graph import iris, readers, resources
from graph.extraction import extract
from graph.iris import RDF_TYPE
from graph.model import Disclosure
from graph.rdf import to_quads
from graph.readers.document import Place
from graph.reference import reference
from graph.shapes import SH, shapes
from graph.validation import Finding, as_json, judge, report_triples
from graph.vocabulary import vocabulary
from tests import generated
from tests.cases import ACROSS, FINE, RIGHT, WRONG, Change, all_of, at
from tests.strategies import disclosures

SAMPLES = ["dachuan-2026.txt", "guantao-2026.txt", "hanzhong-2026.txt", "tongchuan-2024.txt", "xinhua-2026.txt"]


def graph_of(disclosure: Disclosure) -> list[Quad]:
    return to_quads(disclosure, vocabulary())


def found(disclosure: Disclosure) -> list[Finding]:
    return judge(graph_of(disclosure))


@cache
def sample(name: str) -> tuple[Quad, ...]:
    return tuple(graph_of(extract(readers.read(resources.folder("data/samples") / name))))


# -- every rule -------------------------------------------------------------------------------------------------------


def test_right_tables_have_no_findings() -> None:
    assert found(RIGHT) == []


@pytest.mark.parametrize(("rule", "change", "values"), WRONG, ids=[f"{n} {case[0]}" for n, case in enumerate(WRONG)])
def test_a_rule_finds_what_is_wrong(rule: str, change: Change, values: set[str | None]) -> None:
    findings = [finding for finding in found(change(RIGHT)) if finding.rule == rule]
    assert {finding.value for finding in findings} == values
    assert len(findings) == len(values)
    for finding in findings:
        assert not set("{}") & set(finding.message_zh + finding.message_en)
        assert "None" not in finding.message_zh + finding.message_en


def test_every_rule_is_tried() -> None:
    assert {rule for rule, *_ in (*WRONG, *ACROSS)} == {rule.id for rule in shapes().rules}


@pytest.mark.parametrize(("silent", "change"), FINE, ids=[f"{n} {case[0]}" for n, case in enumerate(FINE)])
def test_a_rule_keeps_silent_on_what_is_right(silent: str, change: Change) -> None:
    assert not {finding.rule for finding in found(change(RIGHT))} & set(silent.split())


# -- the samples: what is known to be wrong in them -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rule", "values"),
    [
        ("dachuan-2026.txt", "R24", ["80"]),
        ("dachuan-2026.txt", "R43", ["= 0 %"]),
        ("dachuan-2026.txt", "R54", ["= 0 %", "≥ 24 家"]),
        ("guantao-2026.txt", "R08", [None]),
        ("guantao-2026.txt", "R53", ["≥285000人"]),
        ("guantao-2026.txt", "R56", ["16.27万元", "28.5万元", "≤10万元"]),
        ("hanzhong-2026.txt", "R13", ["2.4万"]),
        ("hanzhong-2026.txt", "R23", ["1", "1", "1", "2"]),
        ("hanzhong-2026.txt", "R24", ["85"]),
        ("hanzhong-2026.txt", "R71", ["2029年9月"]),
        ("tongchuan-2024.txt", "R08", [None]),
        ("tongchuan-2024.txt", "R10", [None]),
        ("tongchuan-2024.txt", "R35", ["定性 优良差 其他"]),
        ("xinhua-2026.txt", "R20", ["资助人次"]),
        ("xinhua-2026.txt", "R42", ["≥100百分比", "≥100百分比"]),
        ("xinhua-2026.txt", "R72", ["及时性", "及时资助"]),
        ("xinhua-2026.txt", "R76", ["100", "2135.25"]),
        ("xinhua-2026.txt", "R77", ["100", "2", "2135.25", "33", "6"]),
    ],
)
def test_the_samples_show_what_is_wrong_in_them(name: str, rule: str, values: list[str | None]) -> None:
    assert sorted((f.value for f in judge(sample(name)) if f.rule == rule), key=str) == values


def test_violations_of_the_samples_are_these_alone() -> None:
    violations = Counter(f.rule for name in SAMPLES for f in judge(sample(name)) if f.severity == "violation")
    assert violations == {"R13": 1, "R24": 2, "R43": 1, "R56": 3, "R71": 1, "R76": 2}


# -- pySHACL ----------------------------------------------------------------------------------------------------------


def judged(triples: Iterable[Quad | Triple]) -> set[tuple[str, str, str | None]]:
    return {(finding.rule, finding.focus, finding.value) for finding in judge(triples)}


# It is slow: python -m tests.bench.differential compares thousands of tables and all samples.
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def test_pyshacl_finds_the_same_in_a_sample() -> None:
    triples = sample("tongchuan-2024.txt")
    assert reference(triples) == judged(triples)


def test_pyshacl_finds_the_same_in_generated_tables_right_and_wrong() -> None:
    triples = generated.graph_of(list(islice(generated.disclosures(7), 25)))
    theirs = reference(triples)
    assert theirs == judged(triples)
    assert len({rule for rule, *_ in theirs}) > 30


@few
@given(disclosures())
def test_pyshacl_finds_the_same_in_any_disclosure(disclosure: Disclosure) -> None:
    triples = graph_of(moderate(disclosure))
    assert reference(triples) == judged(triples)


def moderate(item: Any) -> Any:
    """The same with numbers of ordinary size: engines differ beyond 18 decimals and 64 bits."""
    if dataclasses.is_dataclass(item) and not isinstance(item, type | Place):
        return dataclasses.replace(
            item, **{field.name: moderate(getattr(item, field.name)) for field in dataclasses.fields(item)}
        )
    if isinstance(item, tuple):
        return tuple(map(moderate, item))
    if isinstance(item, Decimal):
        return Decimal(int(item) % 1000) / 10
    return item % 3000 if isinstance(item, int) and not isinstance(item, bool) else item


# -- findings ---------------------------------------------------------------------------------------------------------

FAULTY = all_of(at(1, text="28.5万元"), at(2, level1="影响力"), at(5, level1="产出指标"))(RIGHT)


def test_a_finding_tells_table_row_place_and_source() -> None:
    finding = next(f for f in found(FAULTY) if f.rule == "R56")
    department = "130433/馆陶县医疗保障局/2026"
    assert finding.focus == f"{iris.BASE}id/indicator/{department}/13043326P00007110001H/1"
    assert (finding.table, finding.position, finding.indicator) == ("经办服务经费", 1, "项目成本控制数")
    assert finding.place == Place(page=3, line=101)
    assert (finding.group, finding.severity, finding.value, finding.verified) == (
        "cost",
        "violation",
        "28.5万元",
        False,
    )
    assert "28.5万元" in finding.message_zh and "20.02万元" in finding.message_zh
    assert "28.5万元" in finding.message_en and "财预〔2021〕101号" in finding.source_zh


def test_a_message_names_concepts_in_its_language() -> None:
    finding = next(f for f in found(FAULTY) if f.rule == "R02")
    assert "“社会效益指标”不属于“产出指标”" in finding.message_zh
    assert "“Social effect” is not a class of “Output”" in finding.message_en


def test_findings_follow_the_tables_and_rows() -> None:
    findings = found(all_of(at(5, 2, "0"), at(3, 2, "≥120%"), at(2, text="≥58"), at(1, text="28.5万元"))(RIGHT))
    rows = [(f.table, f.position) for f in findings if f.table != RIGHT.target_tables[2].name]
    first, second = (table.name for table in RIGHT.target_tables[:2])
    assert list(dict.fromkeys(rows)) == [(first, 1), (first, 2), (second, 3), (second, 5)]


def test_findings_are_plain_json_and_go_between_processes() -> None:
    for finding in found(FAULTY):
        assert json.loads(json.dumps(as_json(finding))) == as_json(finding)
        assert pickle.loads(pickle.dumps(finding)) == finding


DISCLOSURE = iris.disclosure(RIGHT.source.sha256)


def objects(triples: list[Triple], subject: str, name: str) -> list[Any]:
    return [t.object for t in triples if t.subject == NamedNode(subject) and t.predicate == NamedNode(SH + name)]


def test_the_report_is_a_shacl_report_and_the_same_each_time() -> None:
    findings = found(FAULTY)
    report = report_triples(DISCLOSURE, findings)
    assert report == report_triples(DISCLOSURE, found(FAULTY))
    assert len(report) == len(set(report))
    assert not any(isinstance(term, BlankNode) for t in report for term in (t.subject, t.object))
    assert [term.value for term in objects(report, f"{DISCLOSURE}/findings", "conforms")] == ["false"]
    results = objects(report, f"{DISCLOSURE}/findings", "result")
    assert len(results) == len(findings)
    for result, finding in zip(results, findings, strict=True):
        assert Triple(result, NamedNode(RDF_TYPE), NamedNode(f"{SH}ValidationResult")) in report
        assert [t.value for t in objects(report, result.value, "focusNode")] == [finding.focus]
        assert [t.value for t in objects(report, result.value, "sourceShape")] == [f"{iris.BASE}shapes#{finding.rule}"]
        assert {t.language for t in objects(report, result.value, "resultMessage")} == {"zh", "en"}
        assert [t.value for t in objects(report, result.value, "value")] == [finding.value] * (
            finding.value is not None
        )


def test_a_property_shape_reports_its_path() -> None:
    report = report_triples(DISCLOSURE, [f for f in found(FAULTY) if f.rule == "R01"])
    result = f"{DISCLOSURE}/findings/1"
    assert objects(report, result, "resultPath") == [NamedNode(f"{iris.JX}level1")]
    assert objects(report, result, "sourceConstraintComponent") == [NamedNode(f"{SH}NodeKindConstraintComponent")]
    assert objects(report, result, "resultSeverity") == [NamedNode(f"{SH}Violation")]


def test_a_report_without_findings_conforms() -> None:
    report = report_triples(DISCLOSURE, [])
    assert [term.value for term in objects(report, f"{DISCLOSURE}/findings", "conforms")] == ["true"]
    assert len(report) == 2
