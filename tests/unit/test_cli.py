import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer.main

from api.cli import app, location
from api.terminal import with_prefixes
from graph import __version__, queries, resources
from graph.ingest import ingest
from graph.store import open_store
from tests import render
from tests.conftest import Printed
from tests.golden import refresh

SAMPLE = resources.folder("data/samples") / "tongchuan-2024.txt"
Jixiao = Callable[..., Printed]
MARKUP = "项目名称\t车补[/b]\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t[HPV]接种人数\t39人\n"


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """A command and all below it, each with its words."""
    inner = getattr(command, "commands", {}).items()
    return [(path, command), *(item for name, part in inner for item in commands(part, (*path, name)))]


COMMANDS = commands(typer.main.get_command(app))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own, without a store named in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JIXIAO_STORE", raising=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with one sample; commands only read it."""
    where = tmp_path_factory.mktemp("filled") / "store"
    with closing(open_store(where)) as store:
        list(ingest([SAMPLE], store))
    return str(where)


@pytest.mark.parametrize("command", ["extract", "ingest", "validate"])
def test_what_was_not_read_of_a_file_with_a_table_is_told_with_its_place(command: str, jixiao: Jixiao) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render.xlsx(render.form(refresh.disclosure("tongchuan-2024")))))
    book.create_sheet("去年").sheet_state = "hidden"
    book.save("绩效.xlsx")
    done = jixiao(command, "绩效.xlsx")
    assert done.code in (0, 1)
    (line,) = done.err.splitlines()
    assert line.startswith("绩效.xlsx：隐藏的工作表“去年”未读取。")


# -- help -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) or "jixiao" for path, _ in COMMANDS])
def test_every_command_explains_itself_and_its_options_in_both_languages(
    path: tuple[str, ...], command: Any, jixiao: Jixiao
) -> None:
    assert both_languages(command.help or "")
    own = [p for p in command.params if p.name not in ("help", "install_completion", "show_completion")]
    for parameter in own:
        text = getattr(parameter, "help", None) or ""
        # A list of format names needs no translation.
        assert both_languages(text) or re.fullmatch(r"[a-z ]+|[a-z、。]+", text), parameter.name
    assert jixiao(*path, "--help").code == 0


def both_languages(text: str) -> bool:
    return bool(re.search(r"[一-鿿]", text) and re.search(r"[A-Za-z]{2}", text))


def test_the_version_is_printed(jixiao: Jixiao) -> None:
    assert jixiao("--version").out == f"jixiao {__version__}\n"


def test_the_folder_of_the_samples_is_printed(jixiao: Jixiao) -> None:
    assert Path(jixiao("samples").out.strip()) == SAMPLE.parent


# -- formats --------------------------------------------------------------------------------------------------------


def test_extract_prints_the_records_as_json(jixiao: Jixiao) -> None:
    done = jixiao("extract", SAMPLE, "--format", "json")
    (disclosure,) = json.loads(done.out)["disclosures"]
    assert done.code == 0
    assert disclosure["source"]["path"] == SAMPLE.name
    assert len(disclosure["target_tables"]) == 5


def test_extract_prints_a_table_by_default(jixiao: Jixiao) -> None:
    out = jixiao("extract", SAMPLE).out
    assert "党建经费" in out
    assert "≥" in out


def test_words_of_a_document_are_never_taken_for_markup(jixiao: Jixiao) -> None:
    Path("markup.txt").write_text(MARKUP, encoding="utf-8")
    for command in ("extract", "validate"):
        assert "车补[/b]" in jixiao(command, "markup.txt").out
    assert "[HPV]接种人数" in jixiao("extract", "markup.txt").out


def test_validate_ends_with_1_when_a_rule_is_broken_and_0_when_none_is(jixiao: Jixiao) -> None:
    Path("bad.txt").write_text(MARKUP, encoding="utf-8")
    done = jixiao("validate", "bad.txt", "--format", "json")
    ((reading),) = json.loads(done.out)
    severities = {finding["severity"] for finding in reading["findings"]}
    assert (done.code, "violation" in severities) == (1, True)


def test_validate_compares_with_pyshacl_where_asked(jixiao: Jixiao) -> None:
    assert "pySHACL finds the same" in jixiao("validate", SAMPLE, "--check").err


def test_validate_prints_a_report_as_turtle(jixiao: Jixiao) -> None:
    assert "ValidationReport" in jixiao("validate", SAMPLE, "--format", "ttl").out


def test_ingest_prints_what_it_did_as_json(jixiao: Jixiao) -> None:
    lines = [json.loads(jixiao("ingest", SAMPLE, "--store", "s", "--format", "json").out)[0] for _ in range(2)]
    assert [line["changed"] for line in lines] == [True, False]
    assert (lines[0]["department"], lines[0]["projects"]) == ("达州市通川区医疗保障事务中心", 4)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("json", '"21"'), ("csv", "21"), ("tsv", "21"), ("xml", "<literal"), ("table", "21")],
)
def test_sparql_prints_solutions_in_every_format(form: str, expected: str, jixiao: Jixiao, filled: str) -> None:
    done = jixiao("sparql", "SELECT (COUNT(*) AS ?n) { ?s a jx:Indicator }", "--store", filled, "--format", form)
    assert (done.code, expected in done.out) == (0, True)


def test_sparql_prints_graphs_and_answers_yes_or_no(jixiao: Jixiao, filled: str) -> None:
    construct = "CONSTRUCT { ?s a jx:Indicator } WHERE { ?s a jx:Indicator }"
    assert jixiao("sparql", construct, "--store", filled, "--format", "nt").out.count("\n") == 21
    assert jixiao("sparql", "ASK { ?s a jx:Indicator }", "--store", filled).out.startswith("是")


def test_a_query_may_stand_in_a_file_or_be_longer_than_any_file_name(jixiao: Jixiao, filled: str) -> None:
    query = "ASK { ?s a jx:Indicator }"
    Path("a query.rq").write_text(query, encoding="utf-8")
    long = query + " # " + "x" * 5000
    for given in ("a query.rq", long):
        assert jixiao("sparql", given, "--store", filled).out.startswith("是")


def test_prefixes_are_declared_once() -> None:
    assert with_prefixes("PREFIX jx: <x:> ASK {}").count("PREFIX jx:") == 1
    assert "PREFIX jx:" in with_prefixes("ASK {}")


def test_a_question_is_answered_as_csv_and_json(jixiao: Jixiao, filled: str) -> None:
    name = "qualitative-share"
    rows = list(csv.reader(io.StringIO(jixiao("query", name, "--store", filled, "--format", "csv").out)))
    found = json.loads(jixiao("query", name, "--store", filled, "--format", "json").out)
    assert len(rows) == len(found) + 1 > 1


def test_the_questions_are_listed(jixiao: Jixiao) -> None:
    out = jixiao("query", "--list").out
    assert [name for name in queries.library() if name not in out] == []


def test_a_table_is_exported_to_a_file_or_to_standard_output(jixiao: Jixiao, filled: str) -> None:
    assert jixiao("export", "table", "--project", "党建经费", "--store", filled, "--output", "a.xlsx").code == 0
    assert Path("a.xlsx").read_bytes().startswith(b"PK")
    printed = jixiao("export", "table", "--project", "党建经费", "--store", filled, "--format", "csv").out
    assert "党建经费" in printed


# -- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("extract", SAMPLE, "--format", "yaml"), "bad-parameter"),
        (("query", "no-such-question", "--store", "{filled}"), "not-found"),
        (("query", "indicators-of-project", "nonsense", "--store", "{filled}"), "bad-parameter"),
        (("sparql", "SELECT", "--store", "{filled}"), "query-error"),
        (("sparql", "ASK {}", "--store", "nowhere"), "store-error"),
        (("sparql", "DESCRIBE <x:>", "--store", "{filled}", "--format", "csv"), "query-error"),
        (("export", "table", "--project", "没有的项目", "--store", "{filled}"), "not-found"),
        (("export", "table", "--project", "经费", "--store", "{filled}"), "bad-parameter"),
        (("export", "table", "--project", "党建经费", "--store", "{filled}", "--output", "no/x.xlsx"), "bad-parameter"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_code_and_ends_with_2(
    arguments: tuple[object, ...], code: str, jixiao: Jixiao, filled: str
) -> None:
    done = jixiao(*(str(argument).replace("{filled}", filled) for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.endswith(f"[{code}]\n")


# -- where the store is ---------------------------------------------------------------------------------------------


def test_the_store_is_where_the_option_says_else_the_environment_else_beside_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    assert location(None, [data]) == str(data / ".jixiao")
    assert location(None, [data / "a.txt", tmp_path / "b.txt"]) == str(data / ".jixiao")
    assert location(None) == str(tmp_path / ".jixiao")
    monkeypatch.setenv("JIXIAO_STORE", "from-environment")
    assert location(None, [data]) == "from-environment"
    assert location("from-option", [data]) == "from-option"


def test_what_was_ingested_is_found_again_without_naming_the_store(jixiao: Jixiao) -> None:
    shutil.copy(SAMPLE, "sample.txt")
    assert jixiao("ingest", "sample.txt").code == 0
    assert Path(".jixiao").is_dir()
    assert jixiao("sparql", "ASK { ?s a jx:Indicator }").out.startswith("是")


def test_the_store_may_be_the_folder_one_stands_in(
    jixiao: Jixiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert jixiao("ingest", SAMPLE, "--store", ".").code == 0
