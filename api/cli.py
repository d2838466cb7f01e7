"""The command ``jixiao``. Exit codes: 0 done (or conforms), 1 does not conform, 2 failed, 3 not supported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from api import export_commands, export_template, terminal
from api.options import BomOption, OutputOption, Paths, StoreOption, known, location, opened
from api.terminal import as_text, complain, out, show
from graph import __version__, ingest, output, patterns, queries, resources, summaries
from graph.errors import BadParameter, JixiaoError
from graph.export.lookup import find_table
from graph.export.rows import of_answer
from graph.export.tables import FORMATS, export_table
from graph.store import is_remote
from graph.store.http import without_password
from graph.store.restore import restore

app = typer.Typer(
    help="绩效目标表：读取、校验、查询、导出。Read, judge, query and export Chinese budget performance-target tables.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point: errors of ours become one line each and their exit code."""
    try:
        app()
    except JixiaoError as error:
        fail(error)


def fail(error: JixiaoError) -> NoReturn:
    """Print one line and stop."""
    complain(error)
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
        terminal.tell(reading)
    disclosures = [reading.disclosure for reading in read if reading.disclosure]
    if format == "json":
        show(as_text({"disclosures": [output.as_json(disclosure) for disclosure in disclosures]}))
    else:
        for disclosure in disclosures:
            out.print(terminal.contents(disclosure))
    raise typer.Exit(2 if len(disclosures) < len(read) or not read else 0)


@app.command(epilog="例 e.g. `jixiao report 预算公开.pdf --output 读取报告.html`")
def report(
    files: Paths,
    target: Annotated[Path, typer.Option("--output", "-o", help="网页文件。HTML file.")] = Path("reading-report.html"),
) -> None:
    """读取报告：读到什么、推断了什么、没看懂什么，附彩色图。What was read, inferred, not understood; pictures."""
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
    history = None if is_remote(where) else Path(f"{Path(where).resolve()}-history")
    with opened(where, read_only=False) as target, terminal.progress("读取 reading") as (bar, task):
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
        show(as_text([terminal.summary(outcome) for outcome in outcomes]))
    else:
        out.print(terminal.overview(outcomes))
        out.print(f"图谱库 store: {without_password(where)[0] if is_remote(where) else where}")
    for outcome in outcomes:
        terminal.tell(outcome.reading)
    raise typer.Exit(2 if any(outcome.failed for outcome in outcomes) else 0)


# -- validate -------------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao validate 绩效目标表.txt --format xlsx --output 校验结果.xlsx`")
def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="文件或文件夹。Files or folders.", metavar="FILE...")
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table json ttl html xlsx csv md")] = "table",
    target: OutputOption = None,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL", help="不给文件，检查图谱库中全部文件并互相比较。Judge all that a store holds instead."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="并行进程数。Processes.")] = 1,
    check: Annotated[
        bool, typer.Option("--check", help="文件再由 pySHACL 复核，不一致时退出码为 2。pySHACL judges the files too.")
    ] = False,
) -> None:
    """按规则检查，不存库；不合规时退出码为 1。Judge files, storing nothing; exit code 1 if one does not conform."""
    known(format, terminal.REPORTS)
    if bool(files) == bool(store):
        raise BadParameter(zh="请给出文件，或用 --store 指定图谱库。", en="Give files, or a store with --store.")
    judged, failed = terminal.judged_store(store, jobs) if store else terminal.judged_files(files or [], jobs, check)
    terminal.print_report(judged, format, target)
    if failed:
        raise typer.Exit(2)
    raise typer.Exit(1 if any(f.severity == "violation" for one in judged for f in one.findings) else 0)


# -- query, sparql --------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao query --list` · `jixiao query cost-above-budget --store .jixiao`")
def query(
    name: Annotated[str | None, typer.Argument(help="问题名。Name of a question.", metavar="NAME")] = None,
    arguments: Annotated[list[str] | None, typer.Argument(help="参数。Parameters.", metavar="key=value...")] = None,
    store: StoreOption = None,
    listed: Annotated[bool, typer.Option("--list", help="列出全部问题。List the questions.")] = False,
    format: Annotated[str, typer.Option("--format", "-f", help="table csv xlsx json md")] = "table",
    target: OutputOption = None,
    bom: BomOption = False,
) -> None:
    """回答问题库中的问题。Answer a question of the library."""
    known(format, terminal.ROWS)
    if listed or name is None:
        out.print(terminal.question_list())
        return
    values: dict[str, Any] = dict(pair(argument) for argument in arguments or [])
    with opened(location(store), read_only=True) as source:
        answered = queries.run(source, name, **values)
        terminal.print_rows(of_answer(answered, queries.find(name).title_zh), format, target, bom=bom)


def pair(argument: str) -> tuple[str, str]:
    """``key=value``. Raises BadParameter."""
    key, equals, value = argument.partition("=")
    if not equals or not key:
        raise BadParameter(argument, zh="参数应写作 key=value。", en="Parameters are written key=value.")
    return key, value


@app.command(epilog="例 e.g. `jixiao sparql 'SELECT (COUNT(*) AS ?n) { ?s a jx:Indicator }'`")
def sparql(
    text: Annotated[
        str, typer.Argument(help="SPARQL，或文件名，或 - 读标准输入。SPARQL, a file, or - .", metavar="QUERY")
    ],
    store: StoreOption = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table csv xlsx json md tsv xml ttl nt")] = "table",
    target: OutputOption = None,
    bom: BomOption = False,
) -> None:
    """执行 SPARQL 查询（前缀 jx: 等已声明）。Run a SPARQL query; common prefixes are declared."""
    known(format, (*terminal.ROWS, "tsv", "xml", "ttl", "nt"))
    with opened(location(store), read_only=True) as source:
        terminal.answer(source.query(terminal.with_prefixes(query_text(text))), format, target, bom=bom)


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


# -- export ---------------------------------------------------------------------------------------------------------

export = typer.Typer(help="导出。Exports.", no_args_is_help=True)
app.add_typer(export, name="export")
export_commands.register(export)
export_template.register(export)


@export.command(name="table", epilog="例 e.g. `jixiao export table --project 车补 --format xlsx --output 车补.xlsx`")
def export_table_command(
    project: Annotated[str, typer.Option(help="项目名称（或其一部分）、编码或标识。Name, code or id of a project.")],
    format: Annotated[str, typer.Option("--format", "-f", help="xlsx、csv、json 或 ttl。")] = "xlsx",
    target: OutputOption = None,
    store: StoreOption = None,
) -> None:
    """导出一个项目的绩效目标表。Export the target table of one project."""
    known(format, FORMATS)
    with opened(location(store), read_only=True) as source:
        data = export_table(find_table(source, project), source, format)
    terminal.save(lambda stream: stream.write(data), target, format)


# -- links ----------------------------------------------------------------------------------------------------------


@app.command(name="link", epilog="例 e.g. `jixiao link --reject https://w3id.org/jixiao/id/link/… --because 两回事`")
def link_command(
    reject: Annotated[str | None, typer.Option(help="要否决的关联。Link to reject.", metavar="IRI")] = None,
    because: Annotated[str, typer.Option(help="理由。Why.")] = "",
    allow: Annotated[str | None, typer.Option(help="撤回否决的关联。Rejection to take back.", metavar="IRI")] = None,
    store: StoreOption = None,
) -> None:
    """重新关联，或否决一条关联（见问题 links），此后不再作出。Link anew, or reject a link (question `links`)."""
    with opened(location(store), read_only=False) as target:
        if reject is not None:
            patterns.reject(target, reject, because)
        if allow is not None:
            patterns.allow(target, allow)
        patterns.link(target)
        summaries.renew(target)


# -- serve ----------------------------------------------------------------------------------------------------------


@app.command(epilog="例 e.g. `jixiao serve --store .jixiao --port 8000`")
def serve(
    store: StoreOption = None,
    host: Annotated[str, typer.Option(help="地址。Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口。Port.")] = 8000,
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="接受写入，令牌为环境变量 JIXIAO_TOKEN。Take writing, with the token JIXIAO_TOKEN."
        ),
    ] = False,
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="其他设置，见 docs/settings.md；可多次。Another setting, see docs/settings.md; may be repeated.",
        ),
    ] = None,
) -> None:
    """启动服务：网页、REST 与 SPARQL。Serve pages, REST and SPARQL."""
    from api.serve import serve as run
    from api.settings import read

    run(location(store), host, port, **{**read(map(pair, others or [])), "update": update})


@app.command(name="restore", epilog="例 e.g. `jixiao restore 备份.nq.gz --store 新库`")
def restore_command(
    file: Annotated[Path, typer.Argument(help="`.nq`、`.trig` 或 `.jsonld`，可加 `.gz`。A dump.", metavar="FILE")],
    store: StoreOption = None,
) -> None:
    """由 export dump 的文件建立新的图谱库。Make a new store of what `export dump` wrote."""
    where = location(store, [file])
    out.print(f"{restore(file, where)} 条三元组 triples → {where}")


@app.command()
def samples() -> None:
    """打印随软件附带的样例文件夹。Print the folder of the samples that come with the software."""
    typer.echo(resources.folder("data/samples"))
