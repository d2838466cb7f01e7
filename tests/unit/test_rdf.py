from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from graph import iris
from graph.errors import StoreError, VocabularyError
from graph.model import (
    DEPARTMENT,
    PROJECT,
    Basis,
    Budget,
    BudgetUnit,
    Department,
    Disclosure,
    FunctionLine,
    Indicator,
    Money,
    ProjectLine,
    Quote,
    Source,
    Target,
    TargetTable,
    Unplaced,
)
from graph.rdf import from_quads, to_quads
from graph.readers.document import Place
from tests.strategies import CONCEPTS, JX, SmallVocabulary, any_text, disclosures

VOCABULARY = SmallVocabulary()
RDFS_LABEL = iris.RDFS_LABEL
many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def yuan(amount: str) -> Money:
    return Money(Decimal(amount), "万元", Decimal(amount) * 10000)


INDICATOR = Indicator(
    position=1,
    level1="产出指标",
    level2="质量指标",
    level3="资金拨付准确率",
    target=Target(
        text="≥95%",
        comparator=">=",
        value="95",
        unit="%",
        lower=Decimal("0.95"),
        lower_inclusive=True,
        quantity_kind="比率",
    ),
    weight=Decimal("20.00"),
    direction="正向指标",
    place=Place(page=3, line=120),
)
SMALL = Disclosure(
    source=Source("预算.pdf", "0123456789abcdef" * 4, "application/pdf", 9),
    department=Department("新华区医疗保障局", region="130105"),
    fiscal_year=2026,
    target_tables=(
        TargetTable(
            position=1,
            scope=PROJECT,
            name="城乡医疗救助",
            form="sc-project",
            budget=yuan("130"),
            budget_unit=BudgetUnit("新华区医疗保障局", "136001"),
            functions=("2101301",),
            indicators=(
                INDICATOR,
                replace(
                    INDICATOR,
                    position=2,
                    basis=(Basis("依据邯医保规【2022】1号", "规范性文件", ("邯医保规〔2022〕1号",)),),
                    quotes=(Quote("level2", "质量指示", Place(page=3, line=119)),),
                ),
            ),
        ),
        TargetTable(position=2, scope=DEPARTMENT, name="新华区医疗保障局", indicators=(INDICATOR,)),
    ),
    budget=Budget(functions=(FunctionLine("2101301", "城乡医疗救助", yuan("130")),)),
    unplaced=(Unplaced("？", Place(page=4), "表外文字"),),
)


def triples(disclosure: Disclosure) -> set[tuple[str, str, str]]:
    return {(q.subject.value, q.predicate.value, q.object.value) for q in to_quads(disclosure, VOCABULARY)}


@many
@given(disclosures())
def test_every_disclosure_comes_back_as_it_was(disclosure: Disclosure) -> None:
    assert from_quads(to_quads(disclosure, VOCABULARY), VOCABULARY) == disclosure


@many
@given(disclosures())
def test_a_store_and_a_file_keep_every_disclosure(disclosure: Disclosure) -> None:
    quads = to_quads(disclosure, VOCABULARY)
    store = Store()
    store.extend(quads)
    assert from_quads(store, VOCABULARY) == disclosure
    for syntax in (RdfFormat.N_QUADS, RdfFormat.TRIG):
        assert from_quads(parse(serialize(quads, format=syntax), syntax), VOCABULARY) == disclosure


@many
@given(disclosures())
def test_quads_are_the_same_each_time_distinct_and_without_blank_nodes(disclosure: Disclosure) -> None:
    quads = to_quads(disclosure, VOCABULARY)
    assert quads == to_quads(disclosure, VOCABULARY)
    assert len(quads) == len(set(quads))
    assert {quad.graph_name.value for quad in quads} == {iris.disclosure(disclosure.source.sha256)}
    assert not any(isinstance(term, BlankNode) for quad in quads for term in (quad.subject, quad.object))


@given(any_text)
def test_a_segment_gives_its_text_back_and_stays_one_segment(text: str) -> None:
    iri = iris.basis(text)
    assert NamedNode(iri).value == iri
    assert iris.text_of(iri) == text
    assert iri.removeprefix(f"{iris.BASE}id/basis/") not in (".", "..")


def test_iris_are_readable() -> None:
    found = {subject for subject, _, _ in triples(SMALL)}
    table = "https://w3id.org/jixiao/id/table/130105/新华区医疗保障局/2026/城乡医疗救助"
    indicator = "https://w3id.org/jixiao/id/indicator/130105/新华区医疗保障局/2026/城乡医疗救助/2"
    assert {
        "https://w3id.org/jixiao/id/disclosure/0123456789abcdef",
        "https://w3id.org/jixiao/id/department/130105/新华区医疗保障局",
        "https://w3id.org/jixiao/id/project/130105/新华区医疗保障局/2026/城乡医疗救助",
        table,
        f"{table}/budget",
        "https://w3id.org/jixiao/id/table/130105/新华区医疗保障局/2026/部门整体",
        indicator,
        f"{indicator}/target",
        f"{indicator}/basis/1",
        f"{indicator}/quote/level2",
    } <= found
    assert iris.basis("邯医保规〔2022〕1号") == "https://w3id.org/jixiao/id/basis/邯医保规〔2022〕1号"
    assert iris.department(None, "甲/乙") == "https://w3id.org/jixiao/id/department/_/甲%2F乙"


def test_a_second_table_of_the_same_name_has_its_own_iri_and_the_same_project() -> None:
    first = SMALL.target_tables[0]
    found = triples(replace(SMALL, target_tables=(first, replace(first, position=2))))
    table = iris.thing("table", "130105", "新华区医疗保障局", 2026, "城乡医疗救助")
    project = table.replace("/table/", "/project/")
    assert {s for s, p, o in found if p == JX + "ofProject" and o == project} == {table, f"{table}~2"}
    assert (f"{table}~2", JX + "indicator", f"{table}~2/1".replace("/table/", "/indicator/")) in found


def test_known_labels_become_concepts_and_unknown_ones_stay_text() -> None:
    table = replace(
        SMALL.target_tables[0],
        indicators=(INDICATOR, replace(INDICATOR, position=2, level1="其他指标", target=Target(comparator="≥"))),
    )
    found = triples(replace(SMALL, target_tables=(table,)))
    assert {o for _, p, o in found if p == JX + "level1"} == {CONCEPTS["level1", "产出指标"], "其他指标"}
    assert {o for _, p, o in found if p == JX + "comparator"} == {CONCEPTS["comparator", ">="], "≥"}
    assert {o for _, p, o in found if p == JX + "hasUnit"} == {CONCEPTS["unit", "%"]}


def test_shortcuts_are_written() -> None:
    found = triples(SMALL)
    table = iris.thing("table", "130105", "新华区医疗保障局", 2026, "城乡医疗救助")
    department = iris.department("130105", "新华区医疗保障局")
    indicator = table.replace("/table/", "/indicator/") + "/2"
    assert {
        (table, RDFS_LABEL, "城乡医疗救助"),
        (table, JX + "ofDepartment", department),
        (table, JX + "fiscalYear", "2026"),
        (table, JX + "budgetYuan", "1300000"),
        (table, JX + "function", iris.function("2101301")),
        (department, JX + "region", iris.region("130105")),
        (indicator, RDFS_LABEL, "资金拨付准确率"),
        (indicator, JX + "inTable", table),
        (f"{indicator}/basis/1", JX + "cites", iris.basis("邯医保规〔2022〕1号")),
    } <= found
    whole = iris.thing("table", "130105", "新华区医疗保障局", 2026, "部门整体")
    assert not [triple for triple in found if triple[:2] == (whole, JX + "ofProject")]


def test_shortcuts_do_not_change_what_is_read_back() -> None:
    shortcuts = {JX + name for name in ("ofProject", "ofDepartment", "budgetYuan", "inTable", "hasUnit", "cites")}
    quads = [q for q in to_quads(SMALL, VOCABULARY) if q.predicate.value not in shortcuts | {RDFS_LABEL}]
    assert from_quads(quads, VOCABULARY) == SMALL


def test_order_costs_a_triple_only_where_it_is_not_the_natural_one() -> None:
    assert not [triple for triple in triples(SMALL) if triple[1] == JX + "order"]
    first = SMALL.target_tables[0]
    table = replace(first, functions=("2", "1", "2"), indicators=first.indicators[::-1])
    orders = {o for _, p, o in triples(replace(SMALL, target_tables=(table,))) if p == JX + "order"}
    assert orders == {"function 1 0 1", "indicator 1 0"}


def test_an_indicator_of_a_common_form_costs_little() -> None:
    fuller = replace(INDICATOR, position=2)
    first = SMALL.target_tables[0]
    one = len(to_quads(replace(SMALL, target_tables=(replace(first, indicators=(INDICATOR,)),)), VOCABULARY))
    two = len(to_quads(replace(SMALL, target_tables=(replace(first, indicators=(INDICATOR, fuller)),)), VOCABULARY))
    assert two - one <= 24


def test_another_base_is_used_throughout() -> None:
    quads = to_quads(SMALL, VOCABULARY, base="https://example.org/")
    assert not [q for q in quads if q.subject.value.startswith(iris.BASE)]
    assert from_quads(quads, VOCABULARY) == SMALL


def test_triples_serve_as_well_as_quads() -> None:
    assert from_quads([quad.triple for quad in to_quads(SMALL, VOCABULARY)], VOCABULARY) == SMALL


def test_dates_and_years_out_of_the_ordinary_are_kept() -> None:
    target = Target(deadline=date(1, 2, 3), frequency=Decimal("0.5"))
    line = ProjectLine("甲", yuan("1E+3"), function="2101301")
    table = TargetTable(1, PROJECT, "甲", indicators=(replace(INDICATOR, target=target),))
    disclosure = replace(SMALL, fiscal_year=None, target_tables=(table,), budget=Budget(projects=(line,)))
    assert from_quads(to_quads(disclosure, VOCABULARY), VOCABULARY) == disclosure


def without(predicate: str) -> list[Quad]:
    return [quad for quad in to_quads(SMALL, VOCABULARY) if quad.predicate.value != predicate]


OTHER = replace(SMALL, source=replace(SMALL.source, sha256="f" * 64))
SECOND_PATH = Triple(NamedNode(iris.disclosure("0123456789abcdef")), NamedNode(JX + "path"), Literal("b"))


@pytest.mark.parametrize(
    ("quads", "named"),
    [
        ([], "0 × jx:Disclosure"),
        (to_quads(SMALL, VOCABULARY) + to_quads(OTHER, VOCABULARY), "2 × jx:Disclosure"),
        (without(JX + "sha256"), "id/disclosure/0123456789abcdef> .*#sha256 × 0"),
        ([*to_quads(SMALL, VOCABULARY), SECOND_PATH], "id/disclosure/0123456789abcdef> .*#path × 2"),
    ],
    ids=["nothing", "two disclosures", "required missing", "two values"],
)
def test_damaged_graphs_are_refused(quads: list[Quad | Triple], named: str) -> None:
    with pytest.raises(StoreError, match=named):
        from_quads(quads, VOCABULARY)


def test_a_concept_that_the_vocabulary_lost_is_named() -> None:
    class Empty:
        def concept(self, kind: str, label: str) -> str | None:
            return None

        def label(self, iri: str) -> str | None:
            return None

    with pytest.raises(VocabularyError, match="ontology#form"):
        from_quads(to_quads(SMALL, VOCABULARY), Empty())
