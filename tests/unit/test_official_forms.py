"""Official forms: out as Excel and Word, filled in, and back without a difference."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from graph import resources
from graph.errors import BadParameter, NoPerformanceTable, NotFound, VocabularyError
from graph.export.losses import NO_PLACE, facts, losses, row_facts
from graph.export.official import FORMATS, convert, read_back, template
from graph.extraction import extract
from graph.extraction.citations import bases
from graph.extraction.targets import join_target, parse_target
from graph.extraction.words import organisation
from graph.forms import Form, form, forms
from graph.model import DEPARTMENT, PROJECT, Disclosure, Fund, Indicator, Money, PlanStep, Target, TargetTable, Task
from graph.readers import read, read_bytes
from graph.spelling import fold
from graph.vocabulary import Vocabulary, vocabulary
from tests.strategies import instances

WORDS = vocabulary()
YEAR = 2026
NAMES = list(forms())


@cache
def samples() -> list[Disclosure]:
    return [extract(read(path)) for path in sorted(resources.folder("data/samples").glob("*.txt"))]


# -- generated tables -------------------------------------------------------------------------------------------------

_UNITS = ("%", "人", "万元", "次", "天", "万人", "个")
_PRINTED = ("12月底前", "2026年10月", "90%以上", "不超过5天", "29人", "优", "及时足额拨付", "90-95%", "半年/次", "长期")


def phrase(least: int = 3, most: int = 14) -> st.SearchStrategy[str]:
    """Words as they stand in forms; now and then such as a spreadsheet would calculate."""
    plain = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=least, max_size=most)
    odd = st.sampled_from(["=SUM(A1:A9)", "+8613", "@甲方", "-1+1", "DRG/DIP", "“公用经费”", "_x0041_", "20次"])
    return st.one_of(plain, st.builds("{}{}".format, odd, plain)).filter(says_nothing_else)


def says_nothing_else(text: str) -> bool:
    """Not a heading, a class, a filler or the like: those are what they are wherever they stand."""
    known = WORDS.heading(text, "header") or WORDS.heading(text, "column") or WORDS.is_filler(text)
    classes = WORDS.indicator_class(text, 1) or WORDS.indicator_class(text, 2)
    known = known or any(pattern.regex.fullmatch(fold(text)) for pattern in WORDS.patterns("Caption"))
    return not (known or classes or WORDS.is_furniture(text) or text.startswith(("其中", "指标")))


def amounts() -> st.SearchStrategy[Money]:
    money = st.decimals(0, 99_999_999, places=2, allow_nan=False)
    in_ten_thousands = money.map(lambda amount: Money(amount, "万元", (amount * 10_000).normalize() + 0))
    return st.one_of(in_ten_thousands, money.map(lambda amount: Money(amount, "元", amount.normalize() + 0)))


def targets() -> st.SearchStrategy[Target]:
    number = st.one_of(st.integers(0, 10**7).map(str), st.decimals(0, 1000, places=2).map(str))
    sign = st.sampled_from(["≥", "≤", "=", ">", "<", ""])
    apart = st.builds(lambda s, n, u: join_target(s, n, u, WORDS, YEAR), sign, number, st.sampled_from(_UNITS))
    whole = st.sampled_from(_PRINTED).map(lambda text: parse_target(text, WORDS, YEAR))
    return st.one_of(apart, whole, st.just(Target()))


def of_role(roles: frozenset[str], role: str, strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), strategy) if role in roles else st.none()


def indicators(made: Form) -> st.SearchStrategy[Indicator]:
    classes = [
        (first, item.label) for item in WORDS.classes.values() if item.level == 2 for first in item.broader
    ]  # fmt: skip
    points = st.sampled_from([Decimal(5), Decimal(10), Decimal("22.5"), Decimal("7.25")])
    directions = [WORDS.name_of(iri) for iri in WORDS.instances("Direction")]
    roles = made.fields

    def build(pair: tuple[str, str], **values: object) -> Indicator:
        return Indicator(position=1, level1=pair[0], level2=pair[1], **values)  # type: ignore[arg-type]

    return st.builds(
        build,
        st.sampled_from(classes),
        level3=phrase(),
        target=targets(),
        weight=points if "weight" in roles else st.none(),
        direction=of_role(roles, "direction", st.sampled_from(directions)),
        description=of_role(roles, "description", phrase()),
        basis=st.lists(phrase(), max_size=3).map(lambda texts: bases("、".join(texts), WORDS))
        if "basis" in roles
        else st.just(()),
        actual=of_role(roles, "actual", st.sampled_from(["95%", "达成预期指标", "12次"])),
        score=of_role(roles, "score", points),
        deviation_reason=of_role(roles, "deviationReason", phrase()),
    )


def tables(made: Form) -> st.SearchStrategy[TargetTable]:
    """Any plausible table that fills only fields of the form."""
    roles = made.fields
    funds = [role for role in ("fiscalFunds", "otherFunds", "carriedOver") if role in roles]
    units = st.builds("{}-{}局".format, st.integers(100, 999_999), phrase()).map(lambda text: organisation(text, WORDS))
    holds_budget = bool(roles & {"budget", "budgetTotalPeriod", "total"})

    def build(
        amount: Money | None, given: list[Money], tasks: list[Task], steps: list[str], **values: object
    ) -> TargetTable:
        plan = [
            PlanStep(by, printed) for by, printed in zip(("3月底", "6月底", "9月底", "12月底"), steps, strict=False)
        ]
        table = TargetTable(
            position=1,
            scope=made.scope,
            kind=made.kind,
            budget=amount,
            # Without a total, the reader adds the parts up.
            funds=tuple(map(Fund, funds, given)) if amount else (),
            tasks=tuple(tasks) if "taskName" in roles else (),
            spending_plan=tuple(plan) if "planStep" in roles else (),
            **values,  # type: ignore[arg-type]
        )
        return table if table.scope == PROJECT else replace(table, budget_unit=organisation(table.name, WORDS))

    in_tasks = any(cell.field == "budget" for row in made.head for cell in row) and "total" in roles
    task = st.builds(
        Task, phrase(), st.one_of(st.none(), phrase()), st.one_of(st.none(), amounts()) if in_tasks else st.none()
    ).filter(lambda one: one.content is not None or one.budget is not None)
    return st.builds(
        build,
        st.one_of(st.none(), amounts()) if holds_budget else st.none(),
        st.lists(amounts(), max_size=3),
        st.lists(task, max_size=4),
        st.lists(st.sampled_from(["25%", "10.00", "100"]), min_size=0, max_size=4),
        name=phrase(4),
        code=of_role(roles, "code", st.just("13043326P00007010001U")),
        # A form that does not ask for the unit gets it in a line above the table.
        budget_unit=st.one_of(st.none(), units),
        supervising_department=of_role(roles, "supervisingDepartment", phrase()),
        implementing_unit=of_role(roles, "implementingUnit", phrase()),
        objective=phrase(4, 60),
        objective_long_term=of_role(roles, "objectiveLongTerm", phrase()),
        purpose=of_role(roles, "purpose", phrase()),
        indicators=st.lists(indicators(made), min_size=1, max_size=9).map(tuple),
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_fits_a_form_comes_back_from_it(name: str, format: str) -> None:
    made = form(name)

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tables(made))
    def check(table: TargetTable) -> None:
        done = convert(table, made, format, year=YEAR)
        assert [loss.line() for loss in done.losses] == []
        back = read_back(done.data, format, WORDS)
        assert back is not None
        assert list(map(row_facts, back.indicators)) == list(map(row_facts, table.indicators))
        assert {name for name in facts(back) if name not in facts(table)} <= {"unitName"}

    check()


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=instances(TargetTable), name=st.sampled_from(NAMES))
def test_any_table_can_be_written_whatever_stands_in_it(format: str, table: TargetTable, name: str) -> None:
    made = form(name)
    done = convert(replace(table, scope=made.scope), made, format, year=YEAR)
    read_bytes(done.data, "f")
    if format == "xlsx":
        sheet = load_workbook(io.BytesIO(done.data))["绩效目标表"]
        formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert all(formula.startswith('="注：') for formula in formulas) and len(formulas) <= 1


def test_rows_that_come_back_in_another_order_are_told_as_lost(words: Vocabulary) -> None:
    written, back = (
        TargetTable(1, PROJECT, "培训", indicators=tuple(Indicator(n, name) for n, name in enumerate(names, start=1)))
        for names in (("甲", "乙"), ("丙", "甲"))
    )
    assert [(loss.field, loss.value) for loss in losses(written, back, form("sc-project"), words)] == [("level3", "乙")]


# -- tables that were really published ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_published_table_comes_back_but_for_what_the_form_has_no_place_for(name: str) -> None:
    made, count = form(name), 0
    for disclosure in samples():
        for table in disclosure.target_tables:
            if table.scope == made.scope and table.kind != "prose":
                count += 1
                done = convert(table, made, FORMATS[count % 2], year=disclosure.fiscal_year)
                lost = {(loss.field, loss.value) for loss in done.losses if loss.why != NO_PLACE}
                assert lost <= KNOWN, table.name
    assert count >= 3


# 优良差 with the unit 其他: in one cell they cannot be told apart. Amounts in several rows of an overall table,
# and tasks with amounts, stand in no one's form but that of the department that printed them.
KNOWN = {
    ("value", "优良差其他"),
    ("tasks", "人员经费；公用经费；项目经费（不含大宗专项）"),
    ("fiscalFunds", "4,782.32"),
    ("otherFunds", "0.00"),
}


def test_a_table_of_one_form_in_another_tells_every_value_that_is_left_behind() -> None:
    table = next(t for d in samples() for t in d.target_tables if t.scope == PROJECT and t.indicators[0].direction)
    done = convert(table, form("he-project"), "xlsx", year=YEAR)
    told = {(loss.field, loss.row, loss.value) for loss in done.losses}
    assert {("direction", item.level3, item.direction) for item in table.indicators if item.direction} <= told
    assert all("没有位置" in loss.line() and "no place" in loss.line() for loss in done.losses)


def test_a_form_of_projects_does_not_hold_a_department() -> None:
    table = TargetTable(position=1, scope=DEPARTMENT, name="某某局")
    with pytest.raises(BadParameter, match="某某局"):
        convert(table, form("sn-project"), "xlsx")
    with pytest.raises(NotFound, match="sn-project"):
        form("zz-project")
    with pytest.raises(BadParameter, match="docx"):
        template(form("sn-project"), "pdf")


# -- blank forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_a_blank_form_holds_no_table(name: str, format: str) -> None:
    with pytest.raises(NoPerformanceTable):
        extract(read_bytes(template(form(name), format, year=YEAR), "form"))
    assert read_back(template(form(name), format), format, WORDS) is None


def test_what_is_typed_into_an_excel_template_is_read_and_nothing_else_of_it() -> None:
    book = load_workbook(io.BytesIO(template(form("sn-project"), "xlsx", year=YEAR)))
    sheet = book["绩效目标表"]
    by_words = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    sheet.cell(by_words["项目名称"].row, 3).value = "医疗救助"
    row = by_words["三级指标"].row + 1
    sheet.cell(row, 4).value, sheet.cell(row, 5).value, sheet.cell(row, 6).value = "救助人次", "≥100人次", 20
    stream = io.BytesIO()
    book.save(stream)
    disclosure = extract(read_bytes(stream.getvalue(), "typed.xlsx"))
    (table,) = disclosure.target_tables
    assert (table.name, disclosure.fiscal_year, disclosure.unplaced) == ("医疗救助", YEAR, ())
    (item,) = table.indicators
    assert (item.level1, item.level2, item.level3) == ("成本指标", "经济成本指标", "救助人次")
    assert (item.target.comparator, item.target.value, item.target.unit, item.weight) == (">=", "100", "人次", 20)


def test_an_excel_template_offers_lists_explains_its_fields_and_adds_up_the_weights() -> None:
    book = load_workbook(io.BytesIO(template(form("sc-project"), "xlsx")))
    sheet, hidden = book["绩效目标表"], book["清单"]
    assert hidden.sheet_state == "hidden"
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert {"一级指标", "指标性质", "度量单位", "指标方向", "INDIRECT($E$4)"} <= offered
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in hidden.iter_cols()}
    assert "≥" in lists["指标性质"] and "%" in lists["度量单位"] and "数量指标" in lists["产出指标"]
    heading = next(cell for cell in sheet[3] if cell.value == "三级指标")
    assert "Name of the indicator" in heading.comment.text
    total = next(cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
    assert "应为 90" in total.value and "SUMIF" in total.value
    assert sheet.protection.sheet and heading.protection.locked and not sheet.cell(4, 7).protection.locked
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.print_title_rows) == (
        9,
        "landscape",
        "$3:$3",
    )


def test_words_that_look_like_a_formula_stay_words() -> None:
    item = Indicator(1, "=1+1", "产出指标", "数量指标", description="+8613", basis=bases("@甲", WORDS))
    table = TargetTable(position=1, scope=PROJECT, name="-2+3项目", objective='=HYPERLINK("x")', indicators=(item,))
    done = convert(table, form("he-project"), "xlsx", year=YEAR)
    assert done.losses == ()
    sheet = load_workbook(io.BytesIO(done.data))["绩效目标表"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if str(cell.value)[:1] in set("=+-@")}
    assert set(cells) == {"=1+1", "+8613", "@甲", "-2+3项目", '=HYPERLINK("x")'} | {"-2+3项目绩效目标表"}
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells.values())


def test_a_word_form_is_one_table_with_merged_cells_on_a4() -> None:
    document = Document(io.BytesIO(template(form("sc-project"), "docx", year=YEAR)))
    assert [p.text for p in document.paragraphs if p.text][:2] == [
        "部门预算项目绩效目标表（2026年度）",
        "金额单位：万元",
    ]
    (table,), section = document.tables, document.sections[0]
    assert table.cell(1, 0)._tc is table.cell(5, 0)._tc
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)


# -- forms are data -------------------------------------------------------------------------------------------------

NEW = """
@prefix jx: <https://w3id.org/jixiao/ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
jx:form-zz a jx:Form ; skos:notation "zz-project" ; skos:prefLabel "某省 项目绩效目标表"@zh , "Some province"@en ;
  jx:scope "project" ; jx:kind "target" ; jx:profile jx:profile100 ; jx:verified false ;
  jx:title "某省项目支出绩效目标表" ; jx:subtitle "（{year}年度）" ;
  jx:headRows (
    ( [ jx:text "项目名称" ] [ jx:role jx:role-name ; jx:columnSpan 4 ] )
    ( [ jx:text "预算金额（万元）" ] [ jx:role jx:role-budget ]
      [ jx:text "总体目标" ] [ jx:role jx:role-objective ; jx:columnSpan 2 ] ) ) ;
  jx:mergedClasses true ;
  jx:columns (
    [ jx:role jx:role-level1 ; jx:heading "一级指标" ; jx:groupHeading "指标分类" ]
    [ jx:role jx:role-level2 ; jx:heading "二级指标" ; jx:groupHeading "指标分类" ]
    [ jx:role jx:role-level3 ; jx:heading "三级指标" ; jx:widths ( 30 ) ]
    [ jx:role jx:role-value ; jx:heading "目标值" ]
    [ jx:role jx:role-weight ; jx:heading "权重" ] ) ;
  jx:classes ( [ jx:indicatorClass jx:quantity ; jx:blankRows 2 ] [ jx:indicatorClass jx:served-satisfaction ] ) .
"""


def with_form(tmp_path, turtle: str) -> Vocabulary:
    file = tmp_path / "zz.ttl"
    file.write_text(turtle, "utf-8")
    return Vocabulary([*sorted(resources.folder("ontology").glob("*.ttl")), file])


@pytest.mark.parametrize("format", FORMATS)
def test_a_new_province_is_turtle_alone(format: str, tmp_path) -> None:
    words = with_form(tmp_path, NEW)
    made = form("zz-project", words)
    item = Indicator(1, "救助人次", "产出指标", "数量指标", parse_target("≥100人次", words), weight=Decimal(60))
    last = Indicator(
        2, "群众满意度", "满意度指标", "服务对象满意度指标", parse_target("≥90%", words), weight=Decimal(40)
    )
    amount = Money(Decimal("12.50"), "万元", Decimal(125000))
    table = TargetTable(1, PROJECT, "医疗救助", budget=amount, objective="应救尽救", indicators=(item, last))
    done = convert(table, made, format, year=YEAR, words=words)
    back = read_back(done.data, format, words)
    assert done.losses == () and back is not None
    assert facts(back) == facts(table) and list(map(row_facts, back.indicators)) == list(map(row_facts, (item, last)))
    assert read_back(template(made, format, year=YEAR, words=words), format, words) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("jx:columnSpan 4", "jx:columnSpan 3"),
        ("jx:role jx:role-name", "jx:role jx:nothing"),
        ("jx:quantity", "jx:output"),
    ],
)
def test_a_form_that_is_written_wrongly_is_refused_by_name(right: str, wrong: str, tmp_path) -> None:
    with pytest.raises(VocabularyError):
        forms(with_form(tmp_path, NEW.replace(right, wrong, 1)))


def test_every_form_says_where_it_is_known_from_and_whether_that_was_verified() -> None:
    for made in forms().values():
        assert made.source and made.label_zh and made.label_en and made.region[0] and made.classes, made.name
    assert not form("cn-project").verified and form("sn-project").verified
    assert len({(made.scope, made.kind, made.roles, made.head) for made in forms().values()}) == len(forms())
