"""Made-up forms of other provinces, as web pages and as the text that converters make of them, give what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.extraction import extract
from graph.model import Disclosure, Indicator, TargetTable
from graph.readers import read, read_bytes
from graph.readers.document import Block, Cell, Document, Grid, Paragraph
from tests import render

FOLDER = Path(__file__).with_name("layouts")

# Tables as ``name | yuan | objective``, below each its indicators as ``classes and name | target | what else is said``.
EXPECTED: dict[str, str] = {
    "self_evaluation": """
校车运营补贴 | 1200000 | 保障校车安全运行，惠及学生2000人。
  产出指标 数量指标 校车数量 | >= 20 辆 | weight 20, actual 20辆, score 20
  产出指标 质量指标 车辆合格率 | 100 % | weight 20, actual 100%, score 20
  产出指标 时效指标 资金拨付及时率 | >= 95 % | weight 10, actual 90%, score 9
  效益指标 社会效益指标 受益学生数 | 2000 人 | weight 15, actual 2100人, score 15
  效益指标 可持续影响指标 安全运行机制 | qualitative 健全 | weight 15, actual 基本健全, score 12
  满意度指标 服务对象满意度指标 家长满意度 | >= 90 % | weight 10, actual 93%, score 10
""",
    "bracket_notation": """
信息化设备购置 | 355000 | 提升办公效率
  产出指标 数量指标 购置电脑数量 | >= 77 台
  产出指标 质量指标 设备验收合格率 | = 100 %
  满意度指标 服务对象满意度指标 使用人员满意度 | >= 90 %
培训费 | 100000 | 提高业务能力
  产出指标 数量指标 培训班次 | >= 4 次
  效益指标 社会效益指标 业务能力提升情况 | qualitative 显著提升
""",
    "halves": """
农村公路养护 | 3000000 | 完成300公里养护
  产出指标 数量指标 养护里程 | 900 公里 | long-term
  产出指标 数量指标 养护里程 | 300 公里
  产出指标 质量指标 养护合格率 | >= 95 % | long-term
  产出指标 质量指标 养护合格率 | >= 95 %
  产出指标 时效指标 完成时间 | by 2024年底 | long-term
  产出指标 时效指标 完成时间 | by 2022年12月底前
  效益指标 社会效益指标 改善出行条件 | qualitative 明显改善 | long-term
  效益指标 社会效益指标 改善出行条件 | qualitative 改善
  满意度指标 服务对象满意度指标 群众满意度 | >= 90 % | long-term
  满意度指标 服务对象满意度指标 群众满意度 | >= 90 %
""",
    "towns": """
农村危房改造补助资金
  产出指标 数量指标 改造户数 | >= 12 户 | for 东山镇
  产出指标 数量指标 改造户数 | >= 8 户 | for 西河镇
  产出指标 数量指标 改造户数 | >= 5 户 | for 南湖乡
  产出指标 质量指标 验收合格率 | 100 % | for 东山镇
  产出指标 质量指标 验收合格率 | 100 % | for 西河镇
  产出指标 质量指标 验收合格率 | 100 % | for 南湖乡
  满意度指标 服务对象满意度指标 农户满意度 | >= 90 % | for 东山镇
  满意度指标 服务对象满意度指标 农户满意度 | >= 92 % | for 西河镇
  满意度指标 服务对象满意度指标 农户满意度 | >= 95 % | for 南湖乡
""",
    "two_grids": """
垃圾分类 | 500000 | 覆盖30个小区
  产出指标 分类覆盖小区 | 100 个 | long-term
  效益指标 居民知晓率 | >= 95 % | long-term
  产出指标 分类覆盖小区 | 30 个
  效益指标 居民知晓率 | >= 80 %
""",
    "earlier_values": """
供暖补贴 | 666000 | 保障供暖
  产出指标 数量指标 供暖面积 | 2 万平方米 | description 实际供暖面积, 上年度实际水平 1.9万平方米
  产出指标 成本指标 供暖成本 | <= 66.6 万元 | description 合同金额, 上年度实际水平 ≤70万元
  效益指标 社会效益指标 室温达标率 | 98 % | description 达标户/总户, 上年度实际水平 95%
""",
    "two_levels": """
扶贫培训 | 80000 | 培训贫困户
  产出指标 数量指标 培训人数 | >= 200 人
  产出指标 质量指标 培训合格率 | >= 90 %
  产出指标 成本指标 人均成本 | <= 400 元
  效益指标 社会效益指标 就业率提高 | 10 %
  满意度指标 服务对象满意度指标 学员满意度 | >= 95 %
""",
    "two_periods": """
智慧水务 | 1200000 | 完成一期
  产出指标 数量指标 建设站点 | 60 个 | long-term
  产出指标 数量指标 建设站点 | 20 个
  产出指标 时效指标 完成时间 | by 2026年底 | long-term
  产出指标 时效指标 完成时间 | by 12月底前
  效益指标 社会效益指标 漏损率 | <= 10 % | long-term
  效益指标 社会效益指标 漏损率 | <= 12 %
""",
    "whole_department": """
某市民政局 | 51000000 | 保障困难群众基本生活，完善养老服务体系。
  产出指标 数量指标 新建养老院数量 | 3 所
  产出指标 数量指标 低保对象人数 | >= 8000 人
  产出指标 质量指标 低保资金发放准确率 | 100 %
  产出指标 时效指标 低保金发放时间 | qualitative 每月10日前
  效益指标 社会效益指标 困难群众生活改善 | qualitative 有效改善
  满意度指标 服务对象满意度指标 老人满意度 | >= 90 %
""",
    "flat_list": """
路灯维护 | 200000
  产出指标 数量指标 维护路灯 | >= 500 盏 | weight 40
  产出指标 时效指标 故障响应时间 | <= 24 小时 | weight 20
  满意度指标 服务对象满意度指标 市民满意度 | >= 90 % | weight 30
绿化养护 | 350000
  产出指标 数量指标 养护面积 | >= 3 万平方米 | weight 50
  效益指标 生态效益指标 绿化覆盖率 | >= 38 % | weight 40
""",
    "unit_rows": """
退耕还林补助 |  | 完成退耕还林2万亩
  产出指标 数量指标 退耕还林面积 | >= 2 万亩 | description 反映面积
  产出指标 质量指标 验收合格率 | >= 95 % | description 反映质量
  满意度指标 服务对象满意度指标 农户满意度 | >= 90 % | description 反映满意
""",
    "names_only": """
敬老院运转 | 300000 | 保障运转
  产出指标 数量指标 供养老人120人
  产出指标 质量指标 服务合格率≥95%
  效益指标 社会效益指标 老人生活质量提高
  满意度指标 老人满意度≥90%
""",
}


def told(disclosure: Disclosure) -> str:
    """The tables in the words of ``EXPECTED``."""
    lines = [""]
    for table in disclosure.target_tables:
        yuan = table.budget.yuan if table.budget else ""
        lines += [_line(table.name, yuan, table.objective or ""), *(f"  {_row(item)}" for item in table.indicators)]
    return "\n".join([*lines, ""])


def _row(item: Indicator) -> str:
    target = item.target
    printed = {"weight": item.weight, "actual": item.actual, "score": item.score, "description": item.description}
    more = [f"{name} {value}" for name, value in printed.items() if value is not None]
    more += [f"{earlier.label} {earlier.value}" for earlier in item.references]
    more += [f"for {item.target_for}"] if item.target_for else []
    more += [item.period] if item.period != "annual" else []
    classes = (item.level1, item.level2, item.level3)
    return _line(_spaced(classes), _spaced((target.comparator, target.value, target.unit)), ", ".join(more))


def _line(*parts: object) -> str:
    return " | ".join(map(str, parts)).rstrip("| ")


def _spaced(parts: tuple[str | None, ...]) -> str:
    return " ".join(part for part in parts if part)


# -- what converters make of a table ----------------------------------------------------------------------------------


def as_text(document: Document, write: Callable[[list[Cell], int], list[str]]) -> bytes:
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            lines += [block.text.replace("\n", " "), ""]
        else:
            lines += [*_written(block, write), ""]
    return "\n".join(lines).encode()


def _written(grid: Grid, write: Callable[[list[Cell], int], list[str]]) -> list[str]:
    rows = [write(row, grid.width) for row in grid.rows()]
    if write is with_pipes:
        rows.insert(1, ["|" + "---|" * grid.width])
    return [line for row in rows for line in row]


def with_blanks(row: list[Cell], width: int) -> list[str]:
    """Tab-separated; what a merged cell covers is blank."""
    words = {cell.column: _word(cell) for cell in row}
    return ["\t".join(words.get(column, "") for column in range(width))]


def without_covered(row: list[Cell], width: int) -> list[str]:
    """Tab-separated; what a merged cell covers is missing, so that the rest moves left."""
    return ["\t".join(map(_word, row))]


def with_pipes(row: list[Cell], width: int) -> list[str]:
    return ["| " + with_blanks(row, width)[0].replace("\t", " | ") + " |"]


def one_cell_a_line(row: list[Cell], width: int) -> list[str]:
    return [*("\t" + _word(cell) for cell in row), ""]


def _word(cell: Cell) -> str:
    return cell.text.replace("\n", " ").strip()


WRITTEN = (with_blanks, without_covered, with_pipes, one_cell_a_line)
PAGES = sorted(file.stem for file in FOLDER.glob("*.html"))


def document(layout: str) -> Document:
    (file,) = FOLDER.glob(f"{layout}.*")
    return read(file)


@pytest.mark.parametrize("layout", EXPECTED)
def test_a_form_of_another_province_is_read(layout: str) -> None:
    found = extract(document(layout))
    assert told(found) == EXPECTED[layout]
    assert found.unplaced == ()


@pytest.mark.parametrize("write", WRITTEN, ids=lambda write: write.__name__)
@pytest.mark.parametrize("layout", PAGES)
def test_the_same_form_as_text_is_read(layout: str, write: Callable[[list[Cell], int], list[str]]) -> None:
    text = as_text(document(layout), write)
    assert told(extract(read_bytes(text, f"{layout}.txt"))) == EXPECTED[layout]


@pytest.mark.parametrize("write", [render.docx, render.xlsx, render.pdf], ids=lambda write: write.__name__)
@pytest.mark.parametrize("layout", PAGES)
def test_the_same_form_in_another_format_is_read(layout: str, write: Callable[[list[render.Part]], bytes]) -> None:
    found = extract(read_bytes(write([_part(block) for block in document(layout).blocks]), layout))
    assert told(found) == EXPECTED[layout]


def _part(block: Block) -> render.Part:
    if isinstance(block, Paragraph):
        return block.text
    boxes = tuple(render.Box(cell.text, cell.row, cell.column, cell.rowspan, cell.colspan) for cell in block.cells)
    return render.Table(boxes, (1,) * block.width)


def test_long_term_objectives_tasks_and_units_are_read() -> None:
    (halves,) = tables("halves")
    assert (halves.objective_long_term, halves.supervising_department) == ("三年完成900公里养护", "某县交通运输局[201]")
    (whole,) = tables("whole_department")
    assert [(task.name, str(task.budget and task.budget.yuan)) for task in whole.tasks] == [
        ("养老服务", "15000000"),
        ("社会救助", "16000000"),
    ]
    (forest,) = tables("unit_rows")
    assert forest.budget_unit is not None
    assert forest.budget_unit.name == "某县林业局"
    (buses,) = tables("self_evaluation")
    assert buses.kind == "self-evaluation"


def tables(layout: str) -> tuple[TargetTable, ...]:
    return extract(document(layout)).target_tables


def test_every_layout_has_its_expected_records() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(EXPECTED)
