"""What the command line shows: tables, progress and answers, for people at a terminal and for pipes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from graph import ingest, iris, output, queries
from graph.errors import BadParameter, JixiaoError, QueryError
from graph.export import findings as written
from graph.export import tabular
from graph.export.rows import Table as Rows
from graph.export.rows import of_solutions
from graph.mass_validation import judge_store
from graph.model import PROJECT, Disclosure, TargetTable
from graph.reference import differences
from graph.store import open_store
from graph.store.rows import strings
from graph.validation import Finding, as_json, report_triples

# Words from documents and stores are printed as they are: [HPV] and :star: are no markup.
# A pipe or a file has no width of its own: lines are long enough there for the tables.
out = Console(width=None if sys.stdout.isatty() else 160, markup=False, emoji=False, highlight=False)
err = Console(stderr=True, markup=False, emoji=False, highlight=False)

_RESULTS = {
    "json": QueryResultsFormat.JSON,  # the W3C form, not a list of rows
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
ROWS = ("table", *tabular.FORMATS)
BINARY = ("xlsx", "zip")
REPORTS = ("table", "json", "ttl", "html", "xlsx", "csv", "md")
_NAMES = f"SELECT ?d ?path WHERE {{ ?d a <{iris.JX}Disclosure> ; <{iris.JX}path> ?path }}"
_TURTLE = {"jx": iris.JX, "jxs": f"{iris.BASE}shapes#", "sh": "http://www.w3.org/ns/shacl#"}
_GRAPHS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "table": RdfFormat.TURTLE}
_PREFIXES = {
    "jx": iris.JX,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "sh": "http://www.w3.org/ns/shacl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def complain(error: JixiaoError) -> None:
    """An error as one line on standard error."""
    err.print(error.line(), style="red", soft_wrap=True)


def tell(reading: ingest.Reading) -> None:
    """What went wrong with a file, and what of it was not read, on standard error."""
    if reading.error:
        complain(reading.error)
    for warning in reading.warnings:
        err.print(f"{reading.path}：{warning}", style="yellow", soft_wrap=True)


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


@contextmanager
def progress(label: str) -> Iterator[tuple[Progress, TaskID]]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield bar, bar.add_task(label, total=None)


def summary(outcome: ingest.Outcome) -> dict[str, object]:
    """One line of the overview as data."""
    reading = outcome.reading
    tables: tuple[TargetTable, ...] = ()
    line: dict[str, object] = {"path": reading.path, "error": reading.error.line() if reading.error else None}
    line["warnings"] = list(reading.warnings)
    if reading.disclosure is not None:
        tables = reading.disclosure.target_tables
        line |= {"department": reading.disclosure.department.name, "fiscal_year": reading.disclosure.fiscal_year}
    return line | {
        "projects": sum(table.scope == PROJECT for table in tables),
        "indicators": sum(len(table.indicators) + len(table.prose_indicators) for table in tables),
        "findings": len(reading.findings),
        "not_understood": len(reading.disclosure.unplaced) if reading.disclosure else 0,
        "changed": outcome.changed,
        "superseded": list(outcome.superseded),
    }


_OVERVIEW = (
    ("department", "部门"),
    ("fiscal_year", "年度"),
    ("projects", "项目"),
    ("indicators", "指标"),
    ("findings", "问题"),
    ("not_understood", "未识别"),
)


def overview(outcomes: list[ingest.Outcome]) -> Table:
    """The table that ``jixiao ingest`` prints: a line a document."""
    table = Table(title="读取结果 What was read")
    table.add_column("文件\ndocument", overflow="fold")
    for key, heading in _OVERVIEW:
        words = key.replace("fiscal_", "").replace("_", " ")
        table.add_column(f"{heading}\n{words}", overflow="fold", justify="left" if key == "department" else "right")
    table.add_column("入库\nstored", overflow="fold")
    for outcome in outcomes:
        line = summary(outcome)
        numbers = [str(line.get(key) if line.get(key) is not None else "") for key, _ in _OVERVIEW]
        table.add_row(Path(outcome.reading.path).name, *numbers, _state(outcome))
    return table


def _state(outcome: ingest.Outcome) -> str:
    if outcome.failed:
        return "失败 failed"
    if outcome.reading.error:
        return "跳过 skipped"
    return "已更新 updated" if outcome.changed else "无变化 unchanged"


class Judged(NamedTuple):
    """A document by name and IRI, and what was found in it."""

    path: str
    iri: str
    findings: Sequence[Finding]


def judged_files(files: Sequence[Path], jobs: int, check: bool = False) -> tuple[list[Judged], bool]:
    """What is found in files, and whether one could not be read; complains of it.

    ``check``: pySHACL judges them too, and what the two do not agree on is a failure, told like one.
    """
    paths = ingest.files_in(files)
    read = list(ingest.readings(paths, jobs, 120.0))
    for reading in read:
        tell(reading)
    good = [
        Judged(reading.path, iris.disclosure(reading.disclosure.source.sha256), reading.findings)
        for reading in read
        if reading.disclosure
    ]
    apart = [line for reading in read if check and reading.disclosure for line in _checked(reading)]
    return good, len(good) < len(read) or not read or bool(apart)


def _checked(reading: ingest.Reading) -> list[str]:
    assert reading.disclosure is not None  # noqa: S101 - the caller has looked
    lines = differences(ingest.triples_of(reading.disclosure), reading.findings)
    for line in lines or ["与 pySHACL 的结果一致。 pySHACL finds the same."]:
        err.print(f"{reading.path}: {line}", style="yellow" if lines else None, soft_wrap=True)
    return lines


def judged_store(location: str, jobs: int) -> tuple[list[Judged], bool]:
    """What is found in the disclosures of a store."""
    found = judge_store(location, jobs)
    with closing(open_store(location, read_only=True)) as store:
        names = {row["d"]: row["path"] for row in strings(store.query(_NAMES))}
    return [Judged(names.get(iri, iri), iri, findings) for iri, findings in found.items()], False


def print_report(judged: Sequence[Judged], format: str, target: Path | None) -> None:
    """Findings in one of :data:`REPORTS`."""
    pairs = [(one.path, one.findings) for one in judged]
    match format:
        case "json":
            entries = [{"path": path, "findings": [as_json(f) for f in findings]} for path, findings in pairs]
            show(as_text(entries), target)
        case "ttl":
            triples = (triple for one in judged for triple in report_triples(one.iri, one.findings))
            show(serialize(triples, format=RdfFormat.TURTLE, prefixes=_TURTLE) or b"", target)
        case "html":
            show(written.html(pairs).encode(), target)
        case "xlsx" | "csv" | "md":
            save(lambda stream: tabular.write(written.table(pairs), format, stream), target, format)
        case _:
            with printing(target) as console:
                for path, findings in pairs:
                    console.print(findings_table(path, findings))


@contextmanager
def printing(target: Path | None) -> Iterator[Console]:
    """The console, or one whose words go to a file."""
    if target is None:
        yield out
        return
    page = Console(file=io.StringIO(), width=160, markup=False, emoji=False, highlight=False)
    yield page
    show(cast(io.StringIO, page.file).getvalue().encode(), target)


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


def rdf_bytes(triples: Iterable[Triple], format: RdfFormat) -> bytes:
    """Triples in an RDF format, with our prefix."""
    return serialize(triples, format=format, prefixes={"jx": iris.JX}) or b""


def question_list() -> Table:
    """The library of questions with parameters and an example each."""
    table = Table(title="问题库 Questions")
    for heading in ("名称 name", "问题 question", "参数 parameters"):
        table.add_column(heading, overflow="fold")
    for question in queries.library().values():
        parameters = "\n".join(f"{p.name}={p.example}  {p.zh} {p.en}" for p in question.params)
        table.add_row(question.name, f"{question.title_zh}\n{question.title_en}", parameters)
    return table


def print_rows(rows: Rows, format: str, target: Path | None = None, *, bom: bool = False) -> None:
    """Rows in one of :data:`ROWS`."""
    if format != "table":
        save(lambda stream: tabular.write(rows, format, stream, bom=bom), target, format)
        return
    table = Table(title=rows.title or None)
    for column in rows.columns:
        table.add_column(column.name, overflow="fold")
    for row in rows.rows:
        table.add_row(*(tabular.text(value).removeprefix(iris.BASE) for value in row))
    with printing(target) as console:
        console.print(table)


def save(write: Callable[[IO[bytes]], object], target: Path | None, format: str) -> None:
    """What ``write`` gives, to a file or to standard output; a file that fails half-way is not left behind.

    Raises BadParameter where the file cannot be written, or where a terminal would be given a binary file.
    """
    if target is None:
        if format in BINARY and sys.stdout.isatty():
            raise BadParameter("--output", zh="请用 --output 指定文件名。", en="Give --output for such a file.")
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as stream:
            write(stream)
        part.replace(target)
    except OSError as error:
        raise BadParameter(str(error), zh="无法写入文件。", en="The file cannot be written.") from error
    finally:
        part.unlink(missing_ok=True)


def with_prefixes(body: str) -> str:
    """The query with the usual prefixes that it does not declare itself."""
    missing = {name: iri for name, iri in _PREFIXES.items() if f"prefix {name}:" not in body.lower()}
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in missing.items()) + body


def answer(
    result: QuerySolutions | QueryBoolean | QueryTriples, format: str, target: Path | None = None, *, bom: bool = False
) -> None:
    """Print what a query gave. Raises QueryError where the format cannot hold it."""
    if isinstance(result, QueryTriples) and format in _GRAPHS:
        show(rdf_bytes(result, _GRAPHS[format]), target)
    elif isinstance(result, QueryBoolean) and format == "table":
        out.print("是 yes" if result else "否 no")
    elif isinstance(result, QuerySolutions) and format in ROWS and format != "json":
        print_rows(of_solutions(result), format, target, bom=bom)
    elif not isinstance(result, QueryTriples) and format in _RESULTS:
        show(result.serialize(format=_RESULTS[format]) or b"", target)
    else:
        raise QueryError(format, zh="该格式不能表示这种结果。", en="This format cannot hold such a result.")
