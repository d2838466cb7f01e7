"""Files that bind the disclosures of several departments."""

from __future__ import annotations

from pathlib import Path

from graph.extraction import extract_each
from graph.ingest import read_and_judge
from graph.readers import read_bytes

TABLE = """项目支出绩效目标表
项目名称\t{project}
年度资金总额\t20万元
一级指标\t二级指标\t三级指标\t指标值\t权重
产出指标\t数量指标\t培训人数\t≥200人\t50
满意度指标\t服务对象满意度指标\t群众满意度\t≥95%\t40

"""


def disclosures(*lines: str) -> list[tuple[str, list[str]]]:
    found = extract_each(read_bytes("\n".join(lines).encode(), "bound.txt"))
    return [(item.department.name, [table.name for table in item.target_tables]) for item in found]


def test_each_department_of_a_file_is_a_disclosure_of_its_own() -> None:
    assert disclosures(
        "临江县教育局2026年部门预算", TABLE.format(project="培训经费"),
        "临江县水利局", "2026年部门预算", TABLE.format(project="巡查经费"),
    ) == [("临江县教育局", ["培训经费"]), ("临江县水利局", ["巡查经费"])]  # fmt: skip


def test_another_department_without_tables_of_its_own_cuts_nothing() -> None:
    assert disclosures(
        "临江县教育局2026年部门预算", TABLE.format(project="培训经费"), "临江县财政局2026年预算批复"
    ) == [("临江县教育局", ["培训经费"])]


def test_titles_that_repeat_a_part_of_the_name_cut_nothing() -> None:
    assert disclosures(
        "临江县教育局2026年部门预算", TABLE.format(project="培训经费"),
        "教育局2026年部门预算", TABLE.format(project="设备购置"),
    ) == [("临江县教育局", ["培训经费", "设备购置"])]  # fmt: skip


def test_parts_of_a_file_are_named_and_stored_apart(tmp_path: Path) -> None:
    file = tmp_path / "bound.txt"
    titles = ("临江县教育局2026年部门预算", "临江县水利局2026年部门预算")
    file.write_text("\n".join(f"{title}\n{TABLE.format(project='经费')}" for title in titles), encoding="utf-8")
    readings = read_and_judge(file)
    assert [Path(reading.path).name for reading in readings] == ["bound.txt#1", "bound.txt#2"]
    assert len({reading.disclosure.source.sha256 for reading in readings if reading.disclosure}) == 2
