from collections.abc import Iterator
from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from graph import iris, resources
from graph.errors import BadParameter, NotFound, QueryError
from graph.ingest import ingest
from graph.queries import Answer, Question, library, parse, run, service_library
from graph.queries.parameters import TYPES, Parameter
from graph.store import Store, open_store

DACHUAN = "511703/达州市达川区医疗保障局/2026/2026年城乡医疗救助项目"
ALL = [*library().values(), *service_library().values()]


@pytest.fixture(scope="module")
def samples() -> Iterator[Store]:
    store = open_store(None)
    assert all(outcome.changed for outcome in ingest(sorted(resources.folder("data/samples").glob("*.txt")), store))
    yield store
    store.close()


def column(answer: Answer, name: str) -> list[str]:
    return [row.get(name, "") for row in answer.rows]


# -- the questions answer what is known of the samples ----------------------------------------------------------------


def test_indicators_of_a_project_in_their_order(samples: Store) -> None:
    answer = run(samples, "indicators-of-project", project=DACHUAN)
    assert column(answer, "position") == ["1", "2", "3", "4", "5", "6"]
    assert column(answer, "target") == ["= 100 %", "≥ 80 %", "定性 优", "≥ 5 万人", "定性 优", "≥ 90 %"]
    assert column(answer, "level2")[0] == "质量指标"
    assert run(samples, "indicators-of-project", project=f"{iris.BASE}id/project/{DACHUAN}").rows == answer.rows


def test_indicators_of_similar_projects_across_departments(samples: Store) -> None:
    answer = run(samples, "indicators-across-departments", project="城乡医疗救助")
    assert set(column(answer, "department_name")) == {"达州市达川区医疗保障局", "馆陶县医疗保障局"}
    timely = run(samples, "indicators-across-departments", indicator="及时", region="510000")
    assert all("及时" in name for name in column(timely, "level3"))
    assert all("id/indicator/51" in row for row in column(timely, "row"))


@pytest.mark.parametrize("number", ["邯医保发〔2025〕19号", "邯医保发[2025]19号", "邯医保发【2025】19号"])
def test_indicators_that_cite_a_document_in_whatever_brackets(samples: Store, number: str) -> None:
    answer = run(samples, "indicators-citing-basis", basis=number)
    assert column(answer, "department_name") == ["馆陶县医疗保障局"] * 8


def test_indicators_that_cite_a_document_of_many_years_ago(samples: Store) -> None:
    assert len(run(samples, "indicators-citing-basis", basis="馆办字〔2003〕76号").rows) == 4


def test_satisfaction_weighs_ten_with_exceptions(samples: Store) -> None:
    totals = dict(
        zip(*(column(run(samples, "satisfaction-weights"), n) for n in ("project_name", "total")), strict=True)
    )
    assert {name: total for name, total in totals.items() if Decimal(total) < 9} == {
        "60年代精减职工生活补助发放工作经费": "5", "长期护理保险试点业务经办费": "5",
    }  # fmt: skip
    assert list(totals.values()).count("10") >= 15


def test_costs_above_budget(samples: Store) -> None:
    answer = run(samples, "cost-above-budget")
    assert sorted(zip(column(answer, "cost_yuan"), column(answer, "budget_yuan"), strict=True)) == [
        ("100000", "50000"), ("162700", "160900"), ("285000", "140000"),
    ]  # fmt: skip
    assert set(column(answer, "department_name")) == {"馆陶县医疗保障局"}


def test_weights_that_do_not_total_90(samples: Store) -> None:
    rows = run(samples, "weight-totals").rows
    whole = {row["project_name"]: row["total"] for row in rows if row["weighted"] == row["indicators"]}
    assert whole["2026年城乡医疗救助项目"] == "80"
    assert whole["医疗保险业务经办专项经费"] == "85"
    blanks = [row for row in rows if row["weighted"] != row["indicators"]]
    assert len(blanks) == 4


def test_deadlines_outside_the_year(samples: Store) -> None:
    (row,) = run(samples, "deadlines-outside-year").rows
    assert (row["target"], row["deadline"], row["fiscal_year"]) == ("2029年9月", "2029-09-30", "2026")


def test_projects_that_lack_a_class(samples: Store) -> None:
    names = column(run(samples, "projects-missing-class"), "project_name")
    assert len(names) == 2
    assert "其他类项目-金保网络运行维护" in names
    assert (
        run(samples, "projects-missing-class", **{"class": "质量"}).rows == run(samples, "projects-missing-class").rows
    )
    cost = column(run(samples, "projects-missing-class", **{"class": "成本指标"}), "project_name")
    assert "2026年城乡医疗救助项目" in cost
    assert "劳务派遣人员工资" not in cost  # its cost stands under output, as in the older classes


def test_the_share_of_qualitative_targets(samples: Store) -> None:
    shares = {row["department_name"]: row for row in run(samples, "qualitative-share").rows}
    assert len(shares) == 5
    assert shares["馆陶县医疗保障局"]["percent"] == "0"
    assert shares["汉中市医疗保障局"]["qualitative"] == "29"


def test_frequent_indicators_with_and_without_a_function(samples: Store) -> None:
    first = run(samples, "frequent-indicators").rows[0]
    assert (first["standard_name"], first["departments"]) == ("群众满意度", "5")
    assert "资助参保人数" in column(run(samples, "frequent-indicators", function="2101301"), "standard_name")
    assert run(samples, "frequent-indicators", function="0000000").rows == []


def test_spending_plans_step_by_step(samples: Store) -> None:
    plans: dict[str, list[str]] = {}
    for row in run(samples, "spending-plans").rows:
        plans.setdefault(row["project_name"], []).append(row["by"])
    incomplete = [name for name, steps in plans.items() if "12月底" not in steps]
    assert len(plans) == 12
    assert incomplete == ["2026年城乡居民基本医疗保险区级财政补助资金"]


def test_provenance_down_to_line_and_words(samples: Store) -> None:
    rows = run(samples, "provenance-of", indicator=f"{DACHUAN}/1").rows
    assert {row["field"]: (row["words"], row["path"]) for row in rows} == {
        "level3": ("医疗救助资助参保覆盖率", "dachuan-2026.txt"), "target": ("= 100 %", "dachuan-2026.txt"),
    }  # fmt: skip
    assert all(int(row["line"]) > 0 for row in rows)
    guantao = "130433/馆陶县医疗保障局/2026/13043326P00003710001N/2"
    fields = column(run(samples, "provenance-of", indicator=guantao), "field")
    assert {"level1", "level2", "level3", "target", "basis"} <= set(fields)


def test_vague_bases(samples: Store) -> None:
    answer = run(samples, "vague-bases")
    assert len(answer.rows) >= 12
    assert "上级文件" in column(answer, "words")


# -- every question ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_every_question_answers_with_its_examples_and_with_what_it_needs(samples: Store, question: Question) -> None:
    run(samples, question.name, **{p.name: p.example for p in question.params if p.required})
    for parameter in (p for p in question.params if not question.columns):
        needed = {p.name: p.example for p in question.params if p.required}
        assert parameter.type in TYPES
        assert parameter.zh
        assert parameter.en
        answer = run(samples, question.name, **{**needed, parameter.name: parameter.example})
        if question in library().values():
            assert answer.rows, f"{parameter.name}={parameter.example} finds nothing in the samples"


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_an_optional_has_one_pattern(question: Question) -> None:
    """Oxigraph evaluates an OPTIONAL of two patterns over the whole store."""

    def optionals(node: object) -> Iterator[CompValue]:
        if isinstance(node, CompValue):
            if node.name == "LeftJoin":
                yield node.p2
            for value in node.values():
                yield from optionals(value)
        elif isinstance(node, list):
            for value in node:
                yield from optionals(value)

    def patterns(node: object) -> int:
        if isinstance(node, CompValue):
            own = len(node.triples) if node.name == "BGP" else 0
            return own + sum(patterns(value) for key, value in node.items() if key != "expr")
        return 0

    def steps(node: object) -> int:
        """Sequences of properties are patterns too."""
        if isinstance(node, CompValue):
            own = sum("SequencePath" in type(t[1]).__name__ for t in node.triples) if node.name == "BGP" else 0
            return own + sum(steps(value) for key, value in node.items() if key != "expr")
        return 0

    given = [{p.name for p in question.params}] if not question.columns else ways_of_asking(question)
    for names in given:
        for optional in optionals(prepareQuery(question.text(names)).algebra):
            assert patterns(optional) == 1
            assert steps(optional) == 0


def ways_of_asking(question: Question) -> list[set[str]]:
    """For one item, and for the list with all filters, in each of its orders."""
    filters = {p.name for p in question.params} - {"item"}
    return [{"item"}, *({*filters, f"by_{sort.name}"} for sort in question.sorts)]


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_every_question_has_words_in_both_languages(question: Question) -> None:
    assert not question.title_zh.isascii()
    assert question.title_en.isascii()
    assert question.description_zh
    assert question.description_en


# -- parameters -------------------------------------------------------------------------------------------------------


def parameter(type: str, **more: object) -> Parameter:
    return Parameter(name="x", type=type, zh="参数", en="parameter", example="1", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [
        ("text", "满意", '"满意"'),
        ("text", '" } DROP ALL #', '"\\" } DROP ALL #"'),
        ("integer", 2026, '"2026"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("decimal", "-1.50", '"-1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("region", "510000", f'"{iris.BASE}id/region/51"'),
        ("region", "511700", f'"{iris.BASE}id/region/5117"'),
        ("region", "511703", f'"{iris.BASE}id/region/511703"'),
        ("level1", "成本", f"<{iris.JX}cost>"),
        ("level1", "Cost", f"<{iris.JX}cost>"),
        ("level2", f"{iris.JX}quality", f"<{iris.JX}quality>"),
        ("class", "质量指标", f"<{iris.JX}quality>"),
        ("project", "a/b/2026/c d", f"<{iris.BASE}id/project/a/b/2026/c%20d>"),
        ("project", f"{iris.BASE}id/project/a/b/2026/c%20d", f"<{iris.BASE}id/project/a/b/2026/c%20d>"),
        ("project", "a/b/2026/x>y<{}", f"<{iris.BASE}id/project/a/b/2026/x%3Ey%3C%7B%7D>"),
        ("report", "ab12", f"<{iris.BASE}id/disclosure/ab12/findings>"),
    ],
)
def test_values_become_terms(type: str, value: object, expected: str) -> None:
    assert str(parameter(type).term(value)) == expected


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("text", ""), ("text", None), ("text", "x" * 501), ("text", "a\0b"), ("integer", "1.5"), ("integer", "x"),
        ("integer", "1_000"), ("integer", "٣"), ("decimal", "NaN"), ("decimal", "1e9999999999999999999"),
        ("decimal", "Infinity"), ("region", "5"), ("region", "abcdef"), ("level1", "没有"), ("level2", "满意度指标"),
        ("project", "http://example.org/"), ("project", "/"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(type: str, value: object) -> None:
    with pytest.raises(BadParameter, match="x"):
        parameter(type).term(value)


def test_ranges_and_defaults() -> None:
    year = parameter("integer", minimum=1990, maximum=2100, default="2026")
    assert year.term("") == year.term("2026")
    for wrong in ("1989", "2101"):
        with pytest.raises(BadParameter, match="1990–2100"):
            year.term(wrong)
    assert parameter("text", optional=True).term("  ") is None


def test_unknown_questions_and_parameters_are_told(samples: Store) -> None:
    with pytest.raises(NotFound, match="nothing"):
        run(samples, "nothing")
    with pytest.raises(BadParameter, match="there are: project"):
        run(samples, "indicators-of-project", projekt="x")
    with pytest.raises(BadParameter, match="project"):
        run(samples, "indicators-of-project")


def test_a_limit_says_whether_there_is_more(samples: Store) -> None:
    some = run(samples, "weight-totals", 5)
    assert (len(some.terms), some.more) == (5, True)
    many = len(run(samples, "weight-totals").terms)
    everything = run(samples, "weight-totals", many)
    assert (len(everything.terms), everything.more) == (many, False)


# -- the header -------------------------------------------------------------------------------------------------------

HEADER = '#+ title_zh = "题"\n#+ title_en = "t"\n#+ description_zh = "述"\n#+ description_en = "d"\n'


def test_conditional_lines_take_part_only_with_their_parameter() -> None:
    question = parse("q", HEADER + "SELECT ?a WHERE {\n  ?s ?p ?a . #? a\n  ?s ?p ?b .\n}\n")
    assert question.text({"a"}) == "SELECT ?a WHERE {\n  ?s ?p ?a . #? a\n  ?s ?p ?b .\n}\n"
    assert question.text(()) == "SELECT ?a WHERE {\n  ?s ?p ?b .\n}\n"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {}", "#+ title_zh = \n" + HEADER, HEADER + '#+ unknown = "x"\n',
        HEADER + '#+ [params.a]\n#+ type = "nothing"\n#+ zh = "a"\n#+ en = "a"\n#+ example = "1"\n',
        HEADER + '#+ [params.a]\n#+ type = "text"\n',
    ],
)  # fmt: skip
def test_a_wrong_header_is_told_with_its_file(text: str) -> None:
    with pytest.raises(QueryError, match=r"q\.rq"):
        parse("q", text)


def test_concepts_are_shown_by_their_label_and_other_terms_as_they_are() -> None:
    answer = Answer(
        ["a"], [{"a": NamedNode(f"{iris.JX}cost")}, {"a": NamedNode("http://e.org/x")}, {"a": Literal("文")}]
    )
    assert [row["a"] for row in answer.rows] == ["成本指标", "http://e.org/x", "文"]
