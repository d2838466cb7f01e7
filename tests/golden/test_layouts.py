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
    "school_self_evaluation": """
义务教育营养改善计划专项资金 | 387664.62 | 确保每一个学生都能享受到国家政策福利，改善学生体质
  产出指标 数量指标 学生受资助人数 | >= 735 人次 | weight 10, actual 735, score 10
  产出指标 质量指标 营养改善计划覆盖率 | >= 100 % | weight 10, actual 100%, score 10
  产出指标 时效指标 资金到位及时率 | >= 100 % | weight 10, actual 100%, score 7
  产出指标 成本指标 生均补助标准达标率 | = 100 % | weight 10, actual 100%, score 10
  效益指标 经济效益指标 减轻贫困学生家庭经济负担 | qualitative 有效 | weight 10, actual 有效, score 10
  效益指标 社会效益指标 政策知晓率 | = 100 % | weight 10, actual 98%, score 9
  效益指标 可持续影响指标 促进学校教育事业健康发展 | >= 100 % | weight 10, actual 100%, score 10
  满意度指标 服务对象满意度指标 学生满意度 | >= 95 % | weight 10, actual 100%, score 10
  满意度指标 服务对象满意度指标 家长满意度 | >= 95 % | weight 10, actual 100%, score 10
""",
    "villages": """
省级第七批水利专项资金 | 550000 | 开展3个小型水利工程建设
  产出指标 数量指标 开展小型水利工程建设（个） | 1 | description 反映小型水利工程建设项目开展情况, for 西河镇东山村
  产出指标 数量指标 开展小型水利工程建设（个） | 1 | description 反映小型水利工程建设项目开展情况, for 南湖乡上林村
  产出指标 数量指标 开展小型水利工程建设（个） | 1 | description 反映小型水利工程建设项目开展情况, for 北坡镇下洋村
  产出指标 质量指标 工程验收合格率 | 100 % | description 反映工程质量, for 西河镇东山村
  产出指标 质量指标 工程验收合格率 | 100 % | description 反映工程质量, for 南湖乡上林村
  产出指标 质量指标 工程验收合格率 | 100 % | description 反映工程质量, for 北坡镇下洋村
  产出指标 时效指标 截至2023年底投资完成比例 | >= 80 % | description 反映投资完成情况, for 西河镇东山村
  产出指标 时效指标 截至2023年底投资完成比例 | >= 80 % | description 反映投资完成情况, for 南湖乡上林村
  产出指标 时效指标 截至2023年底投资完成比例 | >= 80 % | description 反映投资完成情况, for 北坡镇下洋村
  产出指标 成本指标 项目补助金额 | 20 万元 | description 反映项目补助情况, for 西河镇东山村
  产出指标 成本指标 项目补助金额 | 15 万元 | description 反映项目补助情况, for 南湖乡上林村
  产出指标 成本指标 项目补助金额 | 20 万元 | description 反映项目补助情况, for 北坡镇下洋村
  效益指标 社会效益指标 受益人口数 | >= 300 人 | description 反映受益情况, for 西河镇东山村
  效益指标 社会效益指标 受益人口数 | >= 250 人 | description 反映受益情况, for 南湖乡上林村
  效益指标 社会效益指标 受益人口数 | >= 420 人 | description 反映受益情况, for 北坡镇下洋村
  满意度指标 服务对象满意度指标 受益群众满意度 | >= 90 % | description 反映群众满意情况, for 西河镇东山村
  满意度指标 服务对象满意度指标 受益群众满意度 | >= 90 % | description 反映群众满意情况, for 南湖乡上林村
  满意度指标 服务对象满意度指标 受益群众满意度 | >= 90 % | description 反映群众满意情况, for 北坡镇下洋村
""",
    "flat_two_heads": """
海防巡查经费 | 660000 | 保障海防巡查工作常态化开展
  产出指标 数量指标 巡查次数 | >= 120 次 | weight 30
  产出指标 时效指标 巡查及时率 | >= 98 % | weight 20
  效益指标 社会效益指标 海岸安全事件 | <= 2 起 | weight 30
  满意度指标 服务对象满意度指标 渔民满意度 | >= 90 % | weight 10
海岸设施维护 | 355000 | 维护海防设施完好
  产出指标 数量指标 维护监控点位 | = 52 个 | weight 50
  效益指标 可持续影响指标 设施正常运行 | qualitative 优 | weight 30
  满意度指标 服务对象满意度指标 使用单位满意度 | >= 95 % | weight 10
""",
    "brackets_of_projects": """
青石市雪亮工程机房租赁项目 | 1681680 | 保障雪亮工程机房租赁延续
  产出指标 数量指标 机柜数量 | >= 77 台
  产出指标 质量指标 视频监控在线率 | >= 0.97 比例
  产出指标 时效指标 维护及时性 | < 24 小时
  产出指标 成本指标 维护成本 | < 1681680 元
  效益指标 经济效益指标 为全市经济发展保驾护航 | qualitative 正面支撑
  效益指标 社会效益指标 服务保障民生 | qualitative 有力保障
  满意度指标 服务对象满意度指标 提升群众安全感 | >= 90 %
执法办案费 | 100000 | 打击违法犯罪，维护社会稳定
  产出指标 数量指标 办理案件数 | >= 100 起
  产出指标 数量指标 培训民警人次 | >= 200 人次
  产出指标 时效指标 案件办结及时率 | >= 95 %
  满意度指标 服务对象满意度指标 群众满意度 | >= 92 %
""",
    "platform_application": """
智慧城管平台运维 | 1800000
  产出指标 数量指标 平台运维数量 | 1 个 | long-term
  满意度指标 服务对象满意度指标 市民满意度 | >= 95 % | long-term
  产出指标 数量指标 平台运维数量 | 1 个 | 前年 1个, 上年 1个
  产出指标 质量指标 案件结案率 | >= 97 % | 前年 96%, 上年 97%
  产出指标 时效指标 故障响应时间 | <= 20 分钟 | 前年 ≤30分钟, 上年 ≤30分钟
  满意度指标 服务对象满意度指标 市民满意度 | >= 95 % | 前年 93%, 上年 94%
""",
    "execution_monitor": """
养老服务设施建设 | 9600000 | 新增养老床位120张，提升养老服务能力。
  产出指标 数量指标 新增养老床位 | 120 张 | actual 65张
  产出指标 质量指标 床位建设合格率 | 100 % | actual 100%
  产出指标 时效指标 建设完成时间 | by 12月底 | actual 在建
  效益指标 社会效益指标 养老服务能力 | qualitative 提升 | actual 提升
  满意度指标 服务对象满意度指标 老人满意度 | >= 90 % | actual 92%
""",
    "school_application": """
小学教育公用经费 | 4387680
  产出指标 数量指标 小学就读人数 | <= 6962 人
  产出指标 质量指标 教学条件改善、办学水平提高 | = 100 %
  产出指标 时效指标 教育均衡化发展 | qualitative 有效
  产出指标 成本指标 义务教育小学生均公用经费 | 780 元/生/年
  效益指标 经济效益指标 经费有效使用情况 | = 100 %
  效益指标 社会效益指标 教学质量提高、办学条件改善 | = 100 %
  效益指标 生态效益指标 安全情况 | qualitative 有效
  效益指标 可持续影响指标 学生受益情况 | = 100 %
""",
    "objective_numbered": """
安全生产执法经费 | 586000 | 1.开展安全生产执法检查200次；2.案件按期办结率达到100%，企业满意度90%以上。
  产出指标 数量指标 执法检查次数 | >= 200 次 | description 全年对辖区企业开展执法检查次数
  产出指标 质量指标 案件审核通过率 | >= 95 % | description 案件经法制审核通过的比例
  产出指标 时效指标 案件按期办结率 | = 100 % | description 在法定期限内办结案件的比例
  产出指标 成本指标 执法装备购置成本 | <= 30 万元 | description 购置执法装备支出
  效益指标 社会效益指标 违法案件发生率 | qualitative 下降 | description 辖区违法案件发生情况
  满意度指标 服务对象满意度指标 企业满意度 | >= 90 % | description 企业对执法工作的满意程度
""",
    "fraction_weights": """
中医药服务能力提升 | 2600000
  产出指标 数量指标 购置诊疗设备 | 25 台/套 | weight 0.2
  产出指标 质量指标 设备验收合格率 | 100 % | weight 0.2
  产出指标 时效指标 资金支付进度 | qualitative 6月底前≥50%，12月底前100% | weight 0.1
  效益指标 社会效益指标 中医诊疗量占比 | qualitative 提高5个百分点 | weight 0.2
  效益指标 可持续影响指标 中医药服务能力 | qualitative 持续提升 | weight 0.15
  满意度指标 服务对象满意度指标 患者满意度 | >= 90 % | weight 0.15
疫苗冷链运转 | 480000
  产出指标 数量指标 冷链配送次数 | 1 次/月 | weight 0.3
  产出指标 质量指标 疫苗冷链合格率 | 100 % | weight 0.3
  效益指标 社会效益指标 重大疫情发生数 | 0 起 | weight 0.2
  满意度指标 服务对象满意度指标 群众满意度 | >= 90 % | weight 0.2
""",
    "report_self_evaluation": """
工资性支出 | 2389300 | 严格执行相关政策，保障工资及时、足额发放。
  产出指标 数量指标 发放（缴纳）覆盖率 | = 100 % | weight 60, actual 100, score 60
  效益指标 社会效益指标 足额保障率（参保率） | = 100 % | weight 30, actual 100, score 30
""",
}

# What these forms print that no field takes: it must be shown, not lost.
UNPLACED = {
    "platform_application": [
        "起始年度", "终止年度", "1.一般公共预算财政拨款收入", "180.00", "名称", "目标说明",
        "长期绩效目标1", "保障智慧城管平台长期稳定运行", "年度绩效目标1", "保障平台全年稳定运行，案件处置高效",
        "长期绩效目标1", "年度绩效目标1",
    ],
    "report_self_evaluation": ["2.项目实施内容及过程概述", "按月发放工资"],
}  # fmt: skip


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
    assert [item.text for item in found.unplaced] == UNPLACED.get(layout, [])


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
