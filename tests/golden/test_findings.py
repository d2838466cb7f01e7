"""What the rules find in the samples: as written down, and each known fault of theirs by name (domain knowledge)."""

import json
from collections import Counter

import pytest

from graph.rdf import to_quads
from graph.validation import Finding, judge
from graph.vocabulary import vocabulary
from tests.golden import refresh
from tests.golden.test_samples import read

DACHUAN, GUANTAO, HANZHONG = "dachuan-2026", "guantao-2026", "hanzhong-2026"
TONGCHUAN, XINHUA = "tongchuan-2024", "xinhua-2026"
OFFICE = 5  # tables of office costs in the first sample, alike but for their names

# sample, rule, and the values that it names (None: it names none)
ANCHORS: list[tuple[str, str, list[str | None]]] = [
    (DACHUAN, "R04", [None] * 7), (DACHUAN, "R09", [None] * OFFICE), (DACHUAN, "R10b", [None] * (OFFICE + 1)),
    (DACHUAN, "R17", ["2026年单位在职人员数量", "2026年居民参保人数", "2026年居民参保人数"]),
    (DACHUAN, "R22", ["医疗保险网络正常运转率"]), (DACHUAN, "R24", ["80"]), (DACHUAN, "R25", [None]),
    (DACHUAN, "R40b", [*["≤ 5 %"] * OFFICE, "≤5%"]), (DACHUAN, "R43", ["= 0 %"]), (DACHUAN, "R45", ["≥ 80 %"]),
    (DACHUAN, "R44b", ["100%", "≥ 95 %", "≥95%"]), (DACHUAN, "R50", ["0.56%"]), (DACHUAN, "R54", ["= 0 %", "≥ 24 家"]),
    (DACHUAN, "R74", ["≤12月"]),
    (DACHUAN, "R89", ["2026年度医保智能监管平台建设服务费用项目",
                      "2026年度城镇职工、城乡居民医保报销档案资料妥善保管、有打保险档案资料管理项目"]),
    (GUANTAO, "R08", [None]), (GUANTAO, "R36", ["16.27万元", "1年", "20万元", "28.5万元", "45天"]),
    (GUANTAO, "R40", ["≤6人", "≤6人"]), (GUANTAO, "R44c", ["≥80%", "≥95%", "≥95%"]),
    (GUANTAO, "R48", ["办公人员满意度"]),
    (GUANTAO, "R55b", ["90"]), (GUANTAO, "R53", ["≥285000人"]), (GUANTAO, "R56", ["16.27万元", "28.5万元", "≤10万元"]),
    (GUANTAO, "R73", ["1年", "≤1年", "≤1年"]), (GUANTAO, "R83", ["邯医保发【2025】19号"]), (GUANTAO, "R84", []),
    (GUANTAO, "R82b", ["拨款凭证", "拨款凭证", "银行回单", "银行回单", "拨款凭证"]),
    (GUANTAO, "R85", ["馆办字〔2003〕76号"]),
    (HANZHONG, "R13", ["2.4万"]), (HANZHONG, "R23", ["1", "1", "1", "2"]), (HANZHONG, "R24", ["85"]),
    (HANZHONG, "R25", [None] * 5), (HANZHONG, "R28", ["9"]), (HANZHONG, "R29", ["5", "5", "9"]),
    (HANZHONG, "R32", ["5", "5"]), (HANZHONG, "R40b", ["<47人"]), (HANZHONG, "R47", ["职工工作效率"]),
    (HANZHONG, "R48", ["医保工作人员满意度"] * 4), (HANZHONG, "R57", []), (HANZHONG, "R59", ["2.4万"]),
    (HANZHONG, "R66", []), (HANZHONG, "R71", ["2029年9月"]),
    (TONGCHUAN, "R08", [None]), (TONGCHUAN, "R10", [None]), (TONGCHUAN, "R25", [None, None]), (TONGCHUAN, "R38", ["4"]),
    (TONGCHUAN, "R17", ["完成城乡居民医保的参保缴费工作"]), (TONGCHUAN, "R35", ["定性 优良差 其他"]),
    (TONGCHUAN, "R73", ["= 1 年"]),
    (XINHUA, "R18", ["4", "5", "5", "6", "6"]), (XINHUA, "R20", ["资助人次"]), (XINHUA, "R44", ["100百分比"]),
    (XINHUA, "R42", ["≥100百分比", "≥100百分比"]), (XINHUA, "R46", ["≥99百分比", "≥99百分比"]),
    (XINHUA, "R61", ["≤130万元"]),
    (XINHUA, "R72", ["及时性", "及时资助"]), (XINHUA, "R76", ["100", "2135.25"]), (XINHUA, "R84", ["〔2025〕119号"]),
    (XINHUA, "R77", ["100", "2", "2135.25", "33", "6"]),
]  # fmt: skip


def judged(sample: str) -> list[Finding]:
    return judge(to_quads(read(sample), vocabulary()))


@pytest.mark.parametrize("sample", refresh.SAMPLES)
def test_the_findings_of_a_sample_are_as_written_down(sample: str) -> None:
    assert refresh.findings(read(sample)) == json.loads(refresh.FINDINGS.read_text("utf-8"))[sample]


@pytest.mark.parametrize(("sample", "rule", "values"), ANCHORS, ids=[f"{s} {r}" for s, r, _ in ANCHORS])
def test_what_is_known_to_be_wrong_in_a_sample_is_found(sample: str, rule: str, values: list[str | None]) -> None:
    assert Counter(finding.value for finding in judged(sample) if finding.rule == rule) == Counter(values)


RIGHT = (
    "R01 R02 R03 R05 R06 R11 R12 R14 R26 R27 R30 R31 R33 R34 R37 R39 R41 R57 R58 R60 R62 R63 R64 R65 R66 R68 R69 R70 "
    "R75 R78 R80 R90 R95b R96 R98"
)


@pytest.mark.parametrize("sample", refresh.SAMPLES)
def test_what_is_right_in_every_sample_is_not_found_fault_with(sample: str) -> None:
    assert {finding.rule for finding in judged(sample)} & set(f"{RIGHT} R86 R87 R88".split()) == set()
