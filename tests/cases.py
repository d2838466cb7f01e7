"""A right disclosure, what can be wrong with it, and what only looks wrong: the cases of every rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from graph.extraction.targets import parse_target
from graph.iris import JX
from graph.model import (
    DEPARTMENT,
    PROJECT,
    Basis,
    Budget,
    BudgetUnit,
    Department,
    Disclosure,
    FunctionLine,
    Fund,
    HeaderField,
    Indicator,
    Money,
    PlanStep,
    ProjectLine,
    Quote,
    Reference,
    Source,
    SubGoal,
    Target,
    TargetTable,
)
from graph.readers.document import Place
from graph.vocabulary import vocabulary

Change = Callable[[Disclosure], Disclosure]

COST, OUTPUT, EFFECT, SATISFACTION = "成本指标", "产出指标", "效益指标", "满意度指标"
SERVED = "服务对象满意度指标"
UP, DOWN = "正向指标", "反向指标"


def target(text: str) -> Target:
    return parse_target(text, vocabulary(), 2026)


def money(amount: str) -> Money:
    return Money(Decimal(amount), "万元", Decimal(amount) * 10000)


def row(position: int, level1: str, level2: str, level3: str, text: str, weight: str, direction: str) -> Indicator:
    number = f"川医保规〔2024〕{position}号"
    basis = (Basis("问卷调查", "调查"),) if level1 == SATISFACTION else (Basis(number, "行政规范性文件", (number,)),)
    place = Place(page=3, line=100 + position)
    points = Decimal(weight)
    return Indicator(
        position, level3, level1, level2, target(text), weight=points, direction=direction, basis=basis, place=place
    )


ROWS = (
    row(1, COST, "经济成本指标", "项目成本控制数", "≤200200元", "20", DOWN),
    row(2, OUTPUT, "数量指标", "参保人数", "≥58万人", "15", UP),
    row(3, OUTPUT, "质量指标", "医保专线正常运转率", "≥95%", "15", UP),
    row(4, OUTPUT, "时效指标", "任务完成时间", "2026年6月底前", "10", UP),
    row(5, EFFECT, "社会效益指标", "惠民政策落实率", "=100%", "10", UP),
    row(6, EFFECT, "经济效益指标", "管理制度健全性", "健全", "10", UP),
    row(7, SATISFACTION, SERVED, "参保群众满意度", "≥90%", "10", UP),
)
PLAN = tuple(
    PlanStep(by, f"{share}%", Decimal(share))
    for by, share in (("3月底", "25"), ("6月底", "50"), ("10月底", "75"), ("12月底", "100"))
)
PROJECT_TABLE = TargetTable(
    1, PROJECT, "经办服务经费", code="13043326P00007110001H", budget=money("20.02"), plan_heading="资金支出计划（%）",
    funds=(Fund("fiscalFunds", money("15.02")), Fund("otherFunds", money("5"))), spending_plan=PLAN, indicators=ROWS,
    place=Place(page=3, line=90),
)  # fmt: skip
SECOND_TABLE = replace(
    PROJECT_TABLE, position=2, name="参保扩面经费", code="13043326P00007010001U", place=Place(page=4, line=200)
)
OVERALL = TargetTable(3, DEPARTMENT, "馆陶县医疗保障局", budget=money("788.54"), indicators=ROWS, place=Place(page=5))
PROSE = TargetTable(4, DEPARTMENT, "馆陶县医疗保障局", kind="prose", prose_indicators=(Indicator(1, "参保居民全覆盖"),))
RIGHT = Disclosure(
    Source("预算.txt", "0123456789abcdef" * 4, "text/plain"),
    Department("馆陶县医疗保障局", region="130433"),
    2026,
    (PROJECT_TABLE, SECOND_TABLE, OVERALL, PROSE),
    Budget(expenditure=money("788.54"), basic=money("748.50"), project=money("40.04")),
)


def table(number: int = 1, **changes: Any) -> Change:
    """Change fields of a table."""

    def change(disclosure: Disclosure) -> Disclosure:
        tables = list(disclosure.target_tables)
        tables[number - 1] = replace(tables[number - 1], **changes)
        return replace(disclosure, target_tables=tuple(tables))

    return change


def rows(keep: Callable[[Indicator], Indicator | None], number: int = 1) -> Change:
    """Change every row of a table, or leave it out."""

    def change(disclosure: Disclosure) -> Disclosure:
        changed = tuple(new for old in disclosure.target_tables[number - 1].indicators if (new := keep(old)))
        return table(number, indicators=changed)(disclosure)

    return change


def at(position: int, number: int = 1, text: str | None = None, **changes: Any) -> Change:
    """Change fields of one row; ``text``: its target."""
    if text is not None:
        changes["target"] = target(text)
    return rows(lambda old: replace(old, **changes) if old.position == position else old, number)


def without(**fields: str) -> Change:
    """Leave out the rows with such a field."""
    return rows(lambda old: None if any(getattr(old, name) == value for name, value in fields.items()) else old)


def all_of(*changes: Change) -> Change:
    def change(disclosure: Disclosure) -> Disclosure:
        for one in changes:
            disclosure = one(disclosure)
        return disclosure

    return change


def weights(*values: str | None) -> Change:
    """Give the rows of the first table these weights."""
    given = dict(enumerate(values, 1))
    return rows(lambda old: replace(old, weight=None if (w := given.get(old.position)) is None else Decimal(w)))


def steps(*printed: str, heading: str | None = "资金支出计划（%）", by: str = "3月底 6月底 10月底 12月底") -> Change:
    def step(when: str, text: str) -> PlanStep:
        number = text.removesuffix("%")
        return PlanStep(when, text, Decimal(number) if number else None)

    plan = tuple(step(when, text) for when, text in zip(by.split(), printed, strict=False))
    return table(spending_plan=plan, plan_heading=heading)


def funds(**amounts: str) -> Change:
    return table(funds=tuple(Fund(source, money(amount)) for source, amount in amounts.items()))


def added(*new: Indicator) -> Change:
    return lambda disclosure: table(indicators=disclosure.target_tables[0].indicators + new)(disclosure)


def basis(text: str, kind: str, *citations: str) -> tuple[Basis, ...]:
    return (Basis(text, kind, citations),)


def years(mean: str, *values: str) -> tuple[Reference, ...]:
    """Earlier values printed beside a target."""
    return (Reference("三年均值", mean), *(Reference(str(2023 + n), value) for n, value in enumerate(values)))


def listed(*projects: tuple[str, str]) -> Change:
    """A table of projects in the budget."""
    lines = tuple(ProjectLine(name, money(amount)) for name, amount in projects)
    return lambda disclosure: replace(disclosure, budget=replace(disclosure.budget, projects=lines))


def functions(*codes: str) -> Change:
    lines = tuple(FunctionLine(code, "科目", money("1")) for code in codes)
    return lambda disclosure: replace(disclosure, budget=replace(disclosure.budget, functions=lines))


def unit_code(code: str) -> Change:
    """The code of a budget unit, in a department with the code 414."""

    def change(disclosure: Disclosure) -> Disclosure:
        department = replace(disclosure.department, code="414")
        return table(budget_unit=BudgetUnit("本级", code))(replace(disclosure, department=department))

    return change


def result(position: int, actual: str, score: str, **changes: Any) -> Change:
    """The result of a row in a self-evaluation."""
    filled = at(position, actual=actual, score=Decimal(score), **changes)
    return all_of(table(kind="self-evaluation"), filled)


def cells(*fields: tuple[str, str], **changes: Any) -> Change:
    """Labelled cells of the first table."""
    return table(header_fields=tuple(HeaderField(role, text) for role, text in fields), **changes)


def evaluated(executed: str = "95", score: str = "9.5", total: str = "99.5", grade: str = "优") -> Change:
    """The first table as a self-evaluation with full points in every row."""
    money_line = (("budget", "100"), ("executed", executed), ("executionScore", "10"))
    bottom = (("executionScore", f"{executed}%"), ("executionScore", score), ("review", "100"), ("review", total))
    filled = cells(*money_line, *bottom, ("review", grade), kind="self-evaluation")
    return all_of(filled, rows(lambda old: replace(old, score=old.weight)))


def quoted(field: str, text: str) -> tuple[Quote, ...]:
    return (Quote(field, text, Place()),)


def unit_total(text: str) -> Change:
    """Both projects under a line that totals their unit."""
    unit = BudgetUnit("本级", "414001")
    return all_of(table(2, budget_unit=unit), cells(("unitTotal", text), budget_unit=unit))


def goal_of_department(text: str) -> Change:
    return all_of(at(5, level3="政策落实率"), table(3, sub_goals=(SubGoal("扩面", text),)))


def changed_since_approval(disclosure: Disclosure) -> Disclosure:
    """A self-evaluation of the first project with a lower target."""
    rows = tuple(replace(old, target=target("≥85%")) if old.position == 3 else old for old in PROJECT_TABLE.indicators)
    evaluation = replace(PROJECT_TABLE, position=5, kind="self-evaluation", indicators=rows)
    return replace(disclosure, target_tables=(*disclosure.target_tables, evaluation))


AGAIN = row(8, OUTPUT, "数量指标", " 参保人数", "≥59万人", "15", UP)
OLD_COST = replace(ROWS[0], level1=OUTPUT, level2="成本指标")
MORE_COST = replace(ROWS[0], position=8, level3="宣传费用", target=target("≤5万元"))

# rule, what is wrong, and the values that the rule then names (None: it names none)
WRONG: list[tuple[str, Change, set[str | None]]] = [
    ("R01", at(5, level1="影响力"), {"影响力"}),
    ("R02", at(5, level1=OUTPUT), {JX + "social-effect"}),
    ("R03", added(replace(OLD_COST, position=8)), {None}),
    ("R04", at(6, level2="可持续影响指标"), {None}),
    ("R05", without(level1=OUTPUT), {None}),
    ("R05", table(indicators=()), {None}),
    ("R06", without(level1=EFFECT), {None}),
    ("R07", without(level2="数量指标"), {None}),
    ("R08", without(level2="质量指标"), {None}),
    ("R10", all_of(table(name="网络运行维护"), without(level1=COST)), {None}),
    ("R10b", without(level1=COST), {None}),
    ("R12", at(5, level1=None), {"一级指标"}),
    ("R12", at(5, level2=None, target=Target()), {"二级指标", "指标值"}),
    ("R12", at(5, level3=" "), {"三级指标"}),
    ("R12", at(5, target=Target("≥ %", ">=", unit="%")), {"指标值"}),
    ("R13", at(2, text="≥58"), {"≥58"}),
    ("R13", at(1, text="2.4万"), {"2.4万"}),
    ("R14", at(5, text="**%"), {"**%"}),
    ("R14", at(5, text="——"), {"——"}),
    ("R15", at(5, level3="落实率" * 34), {"落实率" * 34}),
    ("R19", added(AGAIN), {" 参保人数"}),
    ("R20", added(replace(AGAIN, level2="质量指标")), {" 参保人数"}),
    ("R23", at(3, weight=None), {"1"}),
    ("R23", all_of(at(3, inferred=("weight",)), at(4, weight=None)), {"2"}),
    ("R24", without(level2="社会效益指标"), {"80"}),
    ("R24", at(1, weight=Decimal("15")), {"85"}),
    ("R24", at(1, weight=Decimal("20.5")), {"90.5"}),
    ("R24", cells(("executionScore", "20")), {"90"}),
    ("R25", weights("20", "20", "20", "10", "5", "5", "10"), {None}),
    ("R26", at(1, quotes=quoted("level1", "成本指标（0-15分）")), {"20"}),
    ("R26", at(7, quotes=quoted("level1", "满意度指标（15分）")), {"10"}),
    ("R25", all_of(without(level1=COST), at(2, weight=Decimal(35))), {None}),
    ("R27", at(2, weight=Decimal("0")), {"0"}),
    ("R27", at(2, weight=Decimal("7.25")), {"7.25"}),
    ("R28", weights(*["10"] * 7), {"10"}),
    ("R29", weights("20", "20", "15", "10", "10", "10", "5"), {"5"}),
    ("R33", at(2, text="较多"), {"较多"}),
    ("R35", at(6, text="优良差"), {"优良差"}),
    ("R36", at(2, text="29人"), {"29人"}),
    ("R37", at(3, text="≤95%"), {"≤95%"}),
    ("R37", at(1, text="≥10万元"), {"≥10万元"}),
    ("R41", at(3, text="≥120%"), {"≥120%"}),
    ("R42", at(3, text="≥100百分比"), {"≥100百分比"}),
    ("R43", at(3, text="=0%"), {"=0%"}),
    ("R43", at(3, text="≥0%", direction=None), {"≥0%"}),
    ("R47", at(7, level3="职工工作效率"), {"职工工作效率"}),
    ("R53", at(2, 2, "≥41万人"), {"≥58万人"}),
    ("R54", at(3, 3, "≥90%"), {"≥95%"}),
    ("R54", at(6, 3, "基本健全"), {"健全"}),
    ("R54", all_of(at(2, 3, "≥24个"), at(2, 1, "≥24家"), at(2, 2, "≥24家")), {"≥24家"}),
    ("R56", at(1, text="28.5万元"), {"28.5万元"}),
    ("R56", at(1, text="≤200300元", level1=OUTPUT, level2="成本指标"), {"≤200300元"}),
    ("R57", all_of(at(1, text="≤19万元"), added(MORE_COST)), {"240000"}),
    ("R58", at(1, text=">10万元", direction=None), {">10万元"}),
    ("R62", funds(fiscalFunds="15.02", otherFunds="6"), {"210200"}),
    ("R62", funds(fiscalFunds="30"), {"300000"}),
    ("R64", lambda d: replace(d, budget=replace(d.budget, basic=money("700"))), {"7400400"}),
    ("R71", at(4, text="2029年9月"), {"2029年9月"}),
    ("R72", at(4, text="及时性"), {"及时性"}),
    ("R75", steps("25%", "20%", "75%", "100%"), {"20"}),
    ("R76", steps("25%", "50%", "75%"), {"75"}),
    ("R76", all_of(table(budget=money("130")), steps("32.00", "65.00", "97.00", "100.00")), {"100"}),
    ("R77", steps("5.00", "10.01", "15", "20.02"), {"20.02"}),
    ("R77", all_of(table(budget=money("2847")), steps("711.75", "1423.50", "2135.25")), {"2135.25"}),
    ("R78", at(5, basis=()), {None}),
    ("R80", at(5, basis=basis("依据川医保规〔2027〕7号", "公文", "川医保规〔2027〕7号")), {"川医保规〔2027〕7号"}),
    ("R81", at(5, basis=basis("上级文件", "笼统依据")), {"上级文件"}),
    ("R86", table(code="13043326P0000711"), {"13043326P0000711"}),
    ("R86", table(code="13010526P00007110001H"), {"13010526P00007110001H"}),
    ("R09", without(level2="时效指标"), {None}),
    ("R11", all_of(table(objective="为困难群众提供救助"), without(level1=SATISFACTION)), {None}),
    ("R16", at(2, target=Target("定量（其他） 若干", "other", value="若干")), {None}),
    ("R17", at(2, level3="2026年参保人数"), {"2026年参保人数"}),
    ("R17", at(5, level3="完成参保缴费工作"), {"完成参保缴费工作"}),
    ("R17", at(3, level3="运转率≥95%"), {"运转率≥95%"}),
    ("R18", all_of(at(2, description="参保人数"), at(3, description="“医保专线”正常运转率。")), {"2"}),
    ("R21", rows(lambda old: old if old.position < 4 else None), {"3"}),
    ("R22", at(5, level3="医保网络正常运转率", text="≥95%"), {"医保网络正常运转率"}),
    ("R30", at(5, level3="预算执行率"), {"预算执行率"}),
    ("R32", all_of(at(2, text="较多"), at(3, text="优"), at(5, text="良好")), {"4"}),
    ("R34", at(7, text="较高"), {"较高"}),
    ("R34", at(7, text="≥90人"), {"≥90人"}),
    ("R38", rows(lambda old: replace(old, direction=None)), {"7"}),
    ("R38", all_of(at(3, direction=None), at(4, direction=None)), {"2"}),
    ("R39", at(3, level3="网络故障率"), {"≥95%"}),
    ("R40", at(2, text="≤6人", level3="享受人数", direction=None), {"≤6人"}),
    ("R40b", at(3, text="≤5%", level3="预算编制准确率", direction=DOWN), {"≤5%"}),
    ("R40b", at(2, text="<47人", level3="发放人数", direction=None), {"<47人"}),
    ("R44", at(2, text="100%", level3="资助人次"), {"100%"}),
    ("R44", at(5, text="≥8家"), {"≥8家"}),
    ("R44b", at(2, text="≥95%", level3="网络维护覆盖率"), {"≥95%"}),
    ("R44c", at(5, text="≥80%", level3="健全社会救助体系"), {"≥80%"}),
    ("R45", at(7, text="≥80%"), {"≥80%"}),
    ("R46", at(7, text="≥99%"), {"≥99%"}),
    ("R48", at(7, level3="医保工作人员满意度"), {"医保工作人员满意度"}),
    ("R49", at(3, references=(Reference("三年均值", "97%"),)), {"≥95%"}),
    ("R50", at(3, references=years("0.56%", "0%", "0.52%", "0.61%")), {"0.56%"}),
    ("R55", table(objective="确保惠民政策落实率达到90%以上"), {"90"}),
    ("R59", at(1, text="2.4万"), {"2.4万"}),
    ("R59", at(1, text="≤20个"), {"≤20个"}),
    ("R60", at(1, text="≤20.02元"), {"≤20.02元"}),
    ("R60", at(1, text="≤200200万元"), {"≤200200万元"}),
    ("R61", at(1, level3="聘用人员月工资", text="≤20万元"), {"≤20万元"}),
    ("R63", listed(("经办服务经费", "20.02"), ("参保扩面经费", "21.02")), {"410400"}),
    ("R66", listed(("经办服务经费", "20.02"), ("参保扩面经费", "20.02"), ("网络经费", "1")), {"网络经费"}),
    ("R68", table(objective="用30万元开展经办服务"), {"30"}),
    ("R70", functions("2101502", "2361502", "21015021"), {"2361502", "21015021"}),
    ("R73", at(4, text="≤1年"), {"≤1年"}),
    ("R74", at(4, text="≤12月"), {"≤12月"}),
    ("R79", at(2, basis=basis("川医保规【2024】7号", "公文", "川医保规〔2024〕7号")), {"川医保规【2024】7号"}),
    ("R79", at(2, basis=basis("川医保规〔2024〕第7号", "公文", "川医保规〔2024〕7号")), {"川医保规〔2024〕第7号"}),
    ("R82", at(7, basis=basis("上级文件", "笼统依据")), {"上级文件"}),
    ("R82b", at(2, basis=basis("银行回单", "支付凭证")), {"银行回单"}),
    ("R83", rows(lambda old: replace(old, basis=basis("工作方案", "计划方案"))), {"工作方案"}),
    ("R84", table(name="石财社【2025】119号补助资金"), {"〔2025〕119号"}),
    ("R85", at(2, basis=basis("馆办字〔2003〕76号", "公文", "馆办字〔2003〕76号")), {"馆办字〔2003〕76号"}),
    ("R87", table(code="13043327P00007110001H"), {"13043327P00007110001H"}),
    ("R88", unit_code("506001"), {"506001"}),
    ("R89", table(inferred=("name",), other_names=("经办服费经费",)), {"经办服费经费"}),
    ("R91", result(3, "97%", "12"), {"12"}),
    ("R91", result(3, "90%", "15", deviation_reason="线路故障"), {"15"}),
    ("R91", result(1, "210000元", "20", deviation_reason="涨价"), {"20"}),
    ("R92", result(6, "部分达成预期指标", "9"), {"9"}),
    ("R93", result(3, "90%", "14"), {"90%"}),
    ("R93", result(1, "210000元", "19", deviation_reason="无"), {"210000元"}),
    ("R94", result(2, "80万人", "15"), {"80万人"}),
    ("R95", result(3, "97%", "16"), {"16"}),
    ("R99", changed_since_approval, {"≥85%"}),
    ("R31", all_of(evaluated(), weights("40", "10", "10", "5", "5", "10", "10")), {"40"}),
    ("R55b", goal_of_department("确保政策率90%以上"), {"90"}),
    ("R65", unit_total("414-本级45.04"), {"414-本级45.04"}),
    ("R69", table(quotes=quoted("budgetTotalPeriod", "15")), {"15"}),
    ("R69", table(quotes=quoted("budgetTotalPeriod", "150000元")), {"150000元"}),
    ("R90", evaluated(score="9", total="99"), {"9"}),
    ("R95b", evaluated(total="98.5"), {"98.5"}),
    ("R96", evaluated(grade="良好"), {"良好"}),
    ("R98", evaluated(executed="75", score="7.5", total="97.5"), {"75"}),
    ("R98", evaluated(executed="130", score="10", total="100"), {"130"}),
]  # fmt: skip

# what looks like the fault of these rules and is none
FINE: list[tuple[str, Change]] = [
    ("R10 R10b", all_of(table(name="设备购置"), without(level1=COST), added(replace(OLD_COST, position=8)))),
    ("R12", at(5, inferred=("level1", "level2"))),
    ("R13", at(2, level3="参保人数（万人）", text="≥58")),
    ("R14", at(5, text="7×24小时")),
    ("R19 R20", added(replace(AGAIN, level3="参保人次"))),
    ("R23 R24 R25 R28 R29", weights(*[None] * 7)),
    ("R24 R25", at(3, weight=None)),
    ("R24 R25", at(3, weight=Decimal(90), inferred=("weight",))),
    ("R24 R25", weights("20", "20", "20", "10", "10", "10", "10")),
    ("R24 R25", all_of(without(level1=COST), weights(None, "20", "20", "10", "15", "15", "10"))),
    ("R24", all_of(added(replace(ROWS[1], position=8, period="long-term")))),
    ("R24 R25", all_of(cells(("executionScore", "20")), weights("20", "10", "10", "10", "10", "10", "10"))),
    ("R24 R25", cells(("executionScore", "10"), ("executionScore", "—"))),
    ("R26", at(1, quotes=quoted("level1", "成本指标（0-20分）"))),
    ("R26", at(1, quotes=quoted("level1", "成本指标（20分）"))),
    ("R27", at(2, weight=Decimal("7.5"))),
    ("R33 R13", at(2, text="每季度一次")),
    ("R36", at(2, text="20~30人")),
    ("R36", at(2, text="29人", level3="参保人数（≥**人）")),
    ("R37", at(1, text="=200200元")),
    ("R37", at(3, text="优", direction=UP)),
    ("R41 R42", at(3, level3="医保基金收入增长率", text="≥120%")),
    ("R43", at(3, level3="网络故障率", text="≤0%", direction=DOWN)),
    ("R43", at(3, text="0%", direction=None)),
    ("R47", at(7, level3="群众投诉")),
    ("R53", at(2, 2, "≥41万人", level3="培训人数")),
    ("R53", all_of(at(2, 2, "≥580000人"), at(2, 3, "≥580000人"))),
    ("R54", at(1, 3, "≤20.02万元")),
    ("R54", at(3, 1, "≥90%")),
    ("R56", at(1, text="≤20.02万元")),
    ("R56 R57", all_of(at(1, text="30元/人"), at(2, text="30万元"))),
    ("R57", added(MORE_COST)),
    ("R62", funds(fiscalFunds="20.02", carriedOver="3")),
    ("R62", funds(fiscalFunds="15.02")),
    ("R71", all_of(at(4, text="2029年9月"), table(header_fields=(HeaderField("period", "2026年至2029年"),)))),
    ("R71", at(4, text="2029年9月", period="long-term")),
    ("R72", at(4, text="按月发放")),
    ("R72", at(4, text="半年/次")),
    ("R75", steps("30%", "20%", "30%", "20%", by="一季度 二季度 三季度 四季度", heading="分季度支出计划（%）")),
    ("R76 R77", steps("100%", "", "", "")),
    ("R76 R77", steps("5.00", "10.01", "15", "20.02", heading="资金支出计划（万元）")),
    ("R78", lambda d: all_of(*(rows(lambda old: replace(old, basis=()), n) for n in (1, 2, 3)))(d)),
    ("R81", at(5, basis=(*basis("上级文件", "笼统依据"), *ROWS[4].basis))),
    ("R86", table(code=None)),
    ("R09 R11", all_of(without(level1=SATISFACTION), at(4, level2=None))),
    ("R11", all_of(table(name="办公经费"), without(level1=SATISFACTION))),
    ("R16", at(2, target=Target("定量（其他） 若干", "other", value="若干"), description="以文件为准")),
    ("R17", at(2, level3="完成率")),
    ("R17", at(5, level3="三公经费控制率（计算方法：实际支出/预算×100%）")),
    ("R18", at(2, description="年末参保登记人数")),
    ("R22", at(5, level3="医保网络正常运转率", text="≥90%")),
    ("R30", all_of(at(5, level3="预算执行率"), table(kind="self-evaluation"))),
    ("R32", all_of(at(2, text="按月发放"), at(3, text="优"))),
    ("R34", at(7, level3="群众投诉", text="≤3次")),
    ("R38", lambda d: all_of(*(rows(lambda old: replace(old, direction=None), n) for n in (1, 2, 3)))(d)),
    ("R38", at(6, direction=None, nature="定性")),
    ("R39", at(3, level3="违规线索处置率")),
    ("R40 R40b", at(2, text="≤5次", level3="科目调整次数", direction=DOWN)),
    ("R44", at(2, text="≥30人", level3="培训人次")),
    ("R44", at(3, text="优")),
    ("R44c", at(5, text="≥80%", level3="健全率")),
    ("R48", all_of(at(7, level3="单位职工满意度"), table(name="工会经费"))),
    ("R48", at(7, level3="精减职工满意度")),
    ("R49 R50", at(3, references=years("93%", "92%", "93%", "94%"))),
    ("R50", at(3, references=years("93%", "92%", "93%"))),
    ("R55", table(objective="确保惠民政策落实率达到100%")),
    ("R55", table(objective="提高惠民政策落实率，满意度达到90%")),
    ("R59", at(1, level3="成本节约率", text="≥5%")),
    ("R61", at(1, level3="宣传月活动成本", text="≤20万元")),
    ("R63 R66", listed(("经办服务经费", "20.02"), ("参保 扩面经费", "20.02"))),
    ("R66", listed(("经办经费", "20.02"), ("参保扩面经费", "20.02"))),
    ("R68", table(objective="用20.02万元开展经办服务")),
    ("R68", table(objective="用于2万元以下的救助")),
    ("R70", functions("2101502", "208")),
    ("R73", at(4, text="≤30天")),
    ("R74", at(4, text="≤3个月")),
    ("R79", at(2, basis=basis("川医保规〔2024〕70号", "公文", "川医保规〔2024〕70号"))),
    ("R82b", at(2, basis=(*basis("银行回单", "支付凭证"), *ROWS[1].basis))),
    ("R84", all_of(table(name="川医保规【2024】2号补助资金"))),
    ("R85", at(2, basis=basis("馆办字〔2016〕76号", "公文", "馆办字〔2016〕76号"))),
    ("R88", unit_code("414001")),
    ("R89", table(other_names=("经办经费",))),
    ("R91 R93 R94 R95", result(3, "97%", "15")),
    ("R91 R93 R94", result(3, "约九成", "12")),
    ("R91 R93", result(3, "90%", "14", deviation_reason="线路故障")),
    ("R92", result(6, "达成预期指标", "9")),
    ("R94", result(2, "80万人", "15", deviation_reason="政策扩面")),
    ("R24 R25 R26 R31 R90 R91 R92 R93 R94 R95 R95b R96 R98", evaluated()),
    ("R90 R95b R96", evaluated(executed="105", score="10", total="100")),
    ("R31 R90 R98", table(kind="self-evaluation")),
    ("R55 R55b", goal_of_department("确保政策率100%，医保专线正常运转率稳定在95%以上")),
    ("R65", unit_total("414-本级40.05")),
    ("R65", all_of(unit_total("414-本级45.04"), lambda d: replace(d, budget=Budget()))),
    ("R69", table(quotes=quoted("budgetTotalPeriod", "60"))),
    ("R69", table(quotes=quoted("budgetTotalPeriod", "200,200元"))),
]  # fmt: skip


def elsewhere(number: int, *changes: Change, year: int = 2026, region: str = "130433", name: str = "") -> Disclosure:
    """The right disclosure of another year, or of another department."""
    department = replace(RIGHT.department, name=name or RIGHT.department.name, region=region)
    other = replace(RIGHT, department=department, fiscal_year=year)
    return all_of(*changes)(replace(other, source=replace(RIGHT.source, sha256=f"{number:016x}" + "0" * 48)))


PEERS = tuple(elsewhere(n, region=f"1304{n}", name=f"{n}县医疗保障局") for n in range(40, 45))
SPREAD = tuple(elsewhere(n, at(3, text=f"≥{n}%"), region=f"1304{n}", name=f"{n}县") for n in range(40, 95, 10))
LAST_YEAR = (table(name="2025年经办服务经费"), at(3, text="≥97%"))

EVALUATED = all_of(table(kind="self-evaluation", code=None), at(3, text="≥85%"))(RIGHT)

# rule, the disclosure that it is about, others beside it, and the values that the rule names in the first
ACROSS: list[tuple[str, Disclosure, tuple[Disclosure, ...], set[str | None]]] = [
    ("R49b", table(name="2026年经办服务经费")(RIGHT), (elsewhere(1, *LAST_YEAR, year=2025),), {"≥95%"}),
    ("R51", RIGHT, (elsewhere(1, at(3, text="≥94%"), year=2025),), {"7"}),
    ("R52", at(3, text="≥50%")(RIGHT), PEERS, {"≥50%"}),
    ("R99", EVALUATED, (elsewhere(1),), {"≥85%"}),
]  # fmt: skip

ALIKE: list[tuple[str, Disclosure, tuple[Disclosure, ...]]] = [
    ("R49b R51", RIGHT, (elsewhere(1, at(3, text="≥94%"), at(3, 2, "≥94%"), at(3, 3, "≥94%"), year=2025),)),
    ("R49b R51", RIGHT, (elsewhere(1, year=2024),)),
    ("R52", at(3, text="≥75%")(RIGHT), PEERS[:4]),
    ("R52", at(3, text="≥50%")(RIGHT), SPREAD),
    ("R99", RIGHT, (elsewhere(1, table(kind="self-evaluation", code=None)),)),
]  # fmt: skip
