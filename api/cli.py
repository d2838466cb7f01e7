"""The command ``jixiao``. Exit codes: 0 done (or conforms), 1 does not conform, 2 failed, 3 not supported."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from graph import __version__, ingest, iris, output, resources
from graph.errors import BadParameter, JixiaoError, QueryError
from graph.model import Disclosure
from graph.store import Store, open_store
from graph.validation import Finding

app = typer.Typer(
    help="绩效目标表：读取、校验、查询、导出。Read, judge, query and export Chinese budget performance-target tables.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Words from documents and stores are printed as they are: [HPV] and :star: are no markup.
# A pipe or a file has no width of its own: lines are long enough there for the tables.
out = Console(width=None if sys.stdout.isatty() else 160, markup=False, emoji=False, highlight=False)
err = Console(stderr=True, markup=False, emoji=False, highlight=False)

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="DIR|URL",
        help="图谱库文件夹；缺省为环境变量 JIXIAO_STORE，再缺省为数据旁的 .jixiao。"
        "Folder of the store; else JIXIAO_STORE, else a folder .jixiao beside the data.",
    ),
]
Paths = Annotated[list[Path], typer.Argument(help="文件或文件夹。Files or folders.", metavar="FILE...")]


def main() -> None:
    """Entry point: errors of ours become one line each and their exit code."""
    try:
        app()
    except JixiaoError as error:
        fail(error)


def fail(error: JixiaoError) -> NoReturn:
    """Print one line and stop."""
    err.print(error.line(), style="red", soft_wrap=True)
    raise SystemExit(error.exit_code)


def version(shown: bool) -> None:
    """Print the version and stop."""
    if shown:
        typer.echo(f"jixiao {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=version, is_eager=True, help="版本。Version.")] = False,
) -> None:
    """绩效目标表：读取、校验、查询、导出。Read, judge, query and export Chinese budget performance-target tables."""


def location(store: str | None, data: Iterable[Path] = ()) -> str:
    """Where the store is: as asked for, else by the environment, else beside the data, else in this folder."""
    if store or os.environ.get("JIXIAO_STORE"):
        return store or os.environ["JIXIAO_STORE"]
    first = next(iter(data), None)
    beside = Path.cwd() if first is None else first if first.is_dir() else first.parent
    return str(beside / ".jixiao")


@contextmanager
def opened(where: str, *, read_only: bool) -> Iterator[Store]:
    """The store, closed afterwards."""
    with closing(open_store(where, read_only=read_only)) as store:
        yield store


def known(value: str, allowed: Iterable[str]) -> str:
    """The value if it is allowed. Raises BadParameter that lists what is."""
    names = list(allowed)
    if value not in names:
        raise BadParameter(
            value, zh=f"格式应为 {'、'.join(names)} 之一。", en=f"The format is one of {', '.join(names)}."
        )
    return value


def show(data: bytes, target: Path | None = None) -> None:
    """Bytes to a file, or to standard output. Raises BadParameter where the file cannot be written."""
    if target is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise BadParameter(str(error), zh="无法写入文件。", en="The file cannot be written.") from error


def as_text(value: object) -> bytes:
    """JSON for people: Chinese readable, two blanks deep."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


# -- extract --------------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao extract 预算公开.txt --format json`")
def extract(
    files: Paths,
    format: Annotated[str, typer.Option("--format", "-f", help="table 或 json。table or json.")] = "table",
) -> None:
    """读出文件中的绩效目标表，不存库。Print what the files say, storing nothing."""
    known(format, ("table", "json"))
    read = [reading for path in ingest.files_in(files) for reading in ingest.read_and_judge(path)]
    for reading in read:
        if reading.error:
            err.print(reading.error.line(), style="red", soft_wrap=True)
    disclosures = [reading.disclosure for reading in read if reading.disclosure]
    if format == "json":
        show(as_text({"disclosures": [output.as_json(disclosure) for disclosure in disclosures]}))
    else:
        for disclosure in disclosures:
            out.print(contents(disclosure))
    raise typer.Exit(2 if len(disclosures) < len(read) or not read else 0)


def contents(disclosure: Disclosure) -> Table:
    """Every indicator of a disclosure as a terminal table."""
    table = Table(
        title=f"{disclosure.department.name} {disclosure.fiscal_year or ''}（{disclosure.source.path}）",
        show_lines=False,
    )
    for heading in ("项目 project", "一级", "二级", "三级指标 indicator", "指标值 target", "权重", "位置 place"):
        table.add_column(heading, overflow="fold")
    for project in disclosure.target_tables:
        for item in (*project.indicators, *project.prose_indicators):
            weight = output.number(item.weight) or ""
            table.add_row(
                project.name, item.level1, item.level2, item.level3, item.target.text, weight, str(item.place)
            )
    return table


@app.command(epilog="例 e.g. `jixiao report 预算公开.pdf --output 读取报告.html`")
def report(
    files: Paths,
    target: Annotated[Path, typer.Option("--output", "-o", help="网页文件。HTML file.")] = Path("reading-report.html"),
) -> None:
    """读取报告：读到什么、推断了什么、没看懂什么，附彩色图。What was read, inferred and not understood, with pictures."""
    from graph.export.reading import report as written

    show(written(ingest.files_in(files)).encode(), target)
    out.print(f"已写入 written: {target}")


# -- ingest ---------------------------------------------------------------------------------------------------------


@app.command(name="ingest", epilog="例 e.g. `jixiao ingest 下载/ --store ~/绩效库 --jobs 4`")
def ingest_command(
    paths: Paths,
    store: StoreOption = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="并行进程数。Processes.")] = 1,
    seconds: Annotated[float, typer.Option(min=1, help="每个文件的时限（秒，并行时）。Time limit a file.")] = 120.0,
    format: Annotated[str, typer.Option("--format", "-f", help="table 或 json。table or json.")] = "table",
) -> None:
    """读取、校验并存库；坏文件报告后继续。Read, judge and store files; bad ones are reported and the rest goes on."""
    known(format, ("table", "json"))
    where = location(store, paths)
    history = Path(f"{Path(where).resolve()}-history")
    with opened(where, read_only=False) as target, progress("读取 reading") as (bar, task):
        outcomes = list(
            ingest.ingest(
                paths,
                target,
                history=history,
                jobs=jobs,
                seconds=seconds,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        )
    if format == "json":
        show(as_text([summary(outcome) for outcome in outcomes]))
    else:
        out.print(overview(outcomes))
        out.print(f"图谱库 store: {where}")
    for outcome in outcomes:
        if outcome.reading.error:
            err.print(outcome.reading.error.line(), style="red", soft_wrap=True)
    raise typer.Exit(2 if any(outcome.failed for outcome in outcomes) else 0)


@contextmanager
def progress(label: str) -> Iterator[tuple[Progress, int]]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield bar, bar.add_task(label, total=None)


def summary(outcome: ingest.Outcome) -> dict[str, object]:
    """One line of the overview as data."""
    reading = outcome.reading
    disclosure = reading.disclosure
    return {
        "path": reading.path,
        "error": reading.error.line() if reading.error else None,
        "department": disclosure.department.name if disclosure else None,
        "fiscal_year": disclosure.fiscal_year if disclosure else None,
        "projects": sum(table.scope == "project" for table in disclosure.target_tables) if disclosure else 0,
        "indicators": sum(len(t.indicators) + len(t.prose_indicators) for t in disclosure.target_tables)
        if disclosure
        else 0,
        "findings": len(reading.findings),
        "not_understood": len(disclosure.unplaced) if disclosure else 0,
        "changed": outcome.changed,
        "superseded": list(outcome.superseded),
    }


def overview(outcomes: list[ingest.Outcome]) -> Table:
    """The table that ``jixiao ingest`` prints: a line a document."""
    table = Table(title="读取结果 What was read")
    for heading, justify in (
        ("文件\ndocument", "left"), ("部门\ndepartment", "left"), ("年度\nyear", "right"), ("项目\nprojects", "right"),
        ("指标\nindicators", "right"), ("问题\nfindings", "right"), ("未识别\nnot understood", "right"), ("入库\nstored", "left"),
    ):  # fmt: skip
        table.add_column(heading, justify="right" if justify == "right" else "left", overflow="fold")
    for outcome in outcomes:
        line = summary(outcome)
        state = (
            "失败 failed"
            if outcome.failed
            else "跳过 skipped"
            if line["error"]
            else "已更新 updated"
            if line["changed"]
            else "无变化 unchanged"
        )
        keys = ("department", "fiscal_year", "projects", "indicators", "findings", "not_understood")
        table.add_row(Path(outcome.reading.path).name, *(str(line[key] or 0 if key not in keys[:2] else line[key] or "") for key in keys), state)  # fmt: skip
    return table


# -- validate -------------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao validate 绩效目标表.txt --format json`")
def validate(
    files: Paths,
    format: Annotated[str, typer.Option("--format", "-f", help="table、json 或 ttl。table, json or ttl.")] = "table",
) -> None:
    """按规则检查文件，不存库；不合规时退出码为 1。Judge files, storing nothing; exit code 1 if one does not conform."""
    from graph import validation

    known(format, ("table", "json", "ttl"))
    read = [reading for path in ingest.files_in(files) for reading in ingest.read_and_judge(path)]
    good = [(reading, reading.disclosure) for reading in read if reading.disclosure]
    if format == "json":
        show(as_text([{"path": r.path, "findings": [validation.as_json(f) for f in r.findings]} for r, _ in good]))
    elif format == "ttl":
        for reading, disclosure in good:
            triples = validation.report_triples(iris.disclosure(disclosure.source.sha256), reading.findings)
            show(rdf_bytes(triples, RdfFormat.TURTLE))
    else:
        for reading, _ in good:
            out.print(findings_table(reading.path, reading.findings))
    for reading in read:
        if reading.error:
            err.print(reading.error.line(), style="red", soft_wrap=True)
    if len(good) < len(read) or not read:
        raise typer.Exit(2)
    raise typer.Exit(1 if any(f.severity == "violation" for reading, _ in good for f in reading.findings) else 0)


def findings_table(title: str, findings: Iterable[Finding]) -> Table:
    """Findings of one file for the terminal."""
    table = Table(title=title)
    for heading in ("程度", "规则 rule", "表 table", "位置 place", "说明 message"):
        table.add_column(heading, overflow="fold")
    colours = {"violation": "red", "warning": "yellow", "info": "cyan"}
    for finding in findings:
        table.add_row(
            Text(finding.severity, style=colours[finding.severity]),
            finding.rule,
            finding.table or "",
            str(finding.place),
            f"{finding.message_zh}\n{finding.message_en}",
        )
    return table


def rdf_bytes(triples: Iterable[object], format: RdfFormat) -> bytes:
    """Triples in an RDF format, with our prefix."""
    from pyoxigraph import serialize

    return serialize(triples, format=format, prefixes={"jx": "https://w3id.org/jixiao/ontology#"}) or b""  # type: ignore[arg-type]


# -- query, sparql --------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao query --list` · `jixiao query cost-above-budget --store .jixiao`")
def query(
    name: Annotated[str | None, typer.Argument(help="问题名。Name of a question.", metavar="NAME")] = None,
    arguments: Annotated[list[str] | None, typer.Argument(help="参数。Parameters.", metavar="key=value...")] = None,
    store: StoreOption = None,
    listed: Annotated[bool, typer.Option("--list", help="列出全部问题。List the questions.")] = False,
    format: Annotated[str, typer.Option("--format", "-f", help="table、json 或 csv。table, json or csv.")] = "table",
) -> None:
    """回答问题库中的问题。Answer a question of the library."""
    from graph import queries

    known(format, ("table", "json", "csv"))
    if listed or name is None:
        out.print(question_list())
        return
    values = dict(pair(argument) for argument in arguments or [])
    with opened(location(store), read_only=True) as source:
        rows = queries.run(source, name, **values)
        print_rows(rows.columns, rows.rows, format, title=queries.library()[name].title_zh)


def pair(argument: str) -> tuple[str, str]:
    """``key=value``. Raises BadParameter."""
    key, equals, value = argument.partition("=")
    if not equals or not key:
        raise BadParameter(argument, zh="参数应写作 key=value。", en="Parameters are written key=value.")
    return key, value


def question_list() -> Table:
    """The library of questions with parameters and an example each."""
    from graph import queries

    table = Table(title="问题库 Questions")
    for heading in ("名称 name", "问题 question", "参数 parameters"):
        table.add_column(heading, overflow="fold")
    for question in queries.library().values():
        parameters = "\n".join(f"{p.name}={p.example}  {p.zh} {p.en}" for p in question.params)
        table.add_row(question.name, f"{question.title_zh}\n{question.title_en}", parameters)
    return table


def print_rows(columns: list[str], rows: Iterable[dict[str, str]], format: str, title: str = "") -> None:
    """Rows of an answer as table, JSON or CSV."""
    found = list(rows)
    if format == "json":
        show(as_text(found))
    elif format == "csv":
        import csv

        from graph.export.tables import safe

        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([safe(row.get(column, "")) for column in columns] for row in found)
    else:
        table = Table(title=title or None)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in found:
            table.add_row(*(row.get(column, "").removeprefix(iris.BASE) for column in columns))
        out.print(table)


@app.command(epilog="例 e.g. `jixiao sparql 'SELECT (COUNT(*) AS ?n) { ?s a jx:Indicator }'`")
def sparql(
    text: Annotated[
        str, typer.Argument(help="SPARQL，或文件名，或 - 读标准输入。SPARQL, a file, or - .", metavar="QUERY")
    ],
    store: StoreOption = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table json csv tsv xml ttl nt")] = "table",
) -> None:
    """执行 SPARQL 查询（前缀 jx: 等已声明）。Run a SPARQL query; common prefixes are declared."""
    known(format, ("table", "json", "csv", "tsv", "xml", "ttl", "nt"))
    with opened(location(store), read_only=True) as source:
        answer(source.query(with_prefixes(query_text(text))), format)


def query_text(given: str) -> str:
    """The query: from standard input, from a file, or as given. Raises BadParameter for a file that is no text."""
    if given == "-":
        return sys.stdin.read()
    # What has a brace is a query: as the name of a file it may be longer than the system lets one ask for.
    if "{" in given or not Path(given).is_file():
        return given
    try:
        return Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadParameter(str(error), zh="无法读取查询文件。", en="The query file cannot be read.") from error


def with_prefixes(body: str) -> str:
    """The query with the usual prefixes that it does not declare itself."""
    usual = {
        "jx": "https://w3id.org/jixiao/ontology#", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "skos": "http://www.w3.org/2004/02/skos/core#",
        "prov": "http://www.w3.org/ns/prov#", "sh": "http://www.w3.org/ns/shacl#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    }  # fmt: skip
    missing = {name: iri for name, iri in usual.items() if f"prefix {name}:" not in body.lower()}
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in missing.items()) + body


def answer(result: QuerySolutions | QueryBoolean | QueryTriples, format: str) -> None:
    """Print what a query gave."""
    results = {"json": QueryResultsFormat.JSON, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV, "xml": QueryResultsFormat.XML}  # fmt: skip
    if isinstance(result, QueryTriples):
        graphs = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "table": RdfFormat.TURTLE}
        show(rdf_bytes(result, graphs[known(format, graphs)]))
    elif isinstance(result, QueryBoolean) and format == "table":
        out.print("是 yes" if result else "否 no")
    elif isinstance(result, QuerySolutions) and format == "table":
        from graph.store.rows import strings

        columns = [variable.value for variable in result.variables]
        print_rows(columns, strings(result), "table")
    elif format in results:
        show(result.serialize(format=results[format]) or b"")
    else:
        raise QueryError(format, zh="该格式不能表示这种结果。", en="This format cannot hold such a result.")


# -- export ---------------------------------------------------------------------------------------------------------

export = typer.Typer(help="导出。Exports.", no_args_is_help=True)
app.add_typer(export, name="export")


@export.command(name="table", epilog="例 e.g. `jixiao export table --project 车补 --format xlsx --output 车补.xlsx`")
def export_table_command(
    project: Annotated[str, typer.Option(help="项目名称（或其一部分）、编码或标识。Name, code or id of a project.")],
    format: Annotated[str, typer.Option("--format", "-f", help="xlsx、csv、json 或 ttl。")] = "xlsx",
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="文件；缺省为标准输出。File; else standard output.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """导出一个项目的绩效目标表。Export the target table of one project."""
    from graph.export.lookup import find_table
    from graph.export.tables import FORMATS, export_table

    known(format, FORMATS)
    with opened(location(store), read_only=True) as source:
        data = export_table(find_table(source, project), source, format)
    if target is None and sys.stdout.isatty() and format == "xlsx":
        raise BadParameter("--output", zh="Excel 文件请用 --output 指定文件名。", en="Give --output for an Excel file.")
    show(data, target)


# -- serve ----------------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao serve --store .jixiao --port 8000`")
def serve(
    store: StoreOption = None,
    host: Annotated[str, typer.Option(help="地址。Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口。Port.")] = 8000,
) -> None:
    """启动服务：网页、REST 与 SPARQL。Serve pages, REST and SPARQL."""
    import uvicorn

    from api.app import create_app
    from api.settings import Settings

    where = location(store)
    service = create_app(Settings(store=where, host=host, port=port))
    err.print(
        f"图谱库 store: {where}\n服务 service: http://{host}:{port}  (Ctrl+C 停止 stops)", markup=False, highlight=False
    )
    uvicorn.run(service, host=host, port=port, log_level="warning")


@app.command()
def samples() -> None:
    """打印随软件附带的样例文件夹。Print the folder of the samples that come with the software."""
    typer.echo(resources.folder("data/samples"))
