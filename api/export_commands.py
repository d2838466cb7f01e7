"""The commands ``jixiao export …`` for more than one table: graphs, dumps, data packages, lists, comparisons."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, Annotated, cast

import typer

from api.options import BomOption, OutputOption, StoreOption, known, location, opened
from api.terminal import ROWS, print_rows, save
from graph.export import comparison_book, graphs
from graph.export import package as packages
from graph.export.comparison import compare
from graph.export.projection import listing
from graph.export.selection import Selection

Project = Annotated[str | None, typer.Option(help="项目名称（或其一部分）、编码或标识。Name, code or id of a project.")]
Department = Annotated[str | None, typer.Option(help="部门名称（或其一部分）或标识。Name or id of a department.")]
Region = Annotated[str | None, typer.Option(help="区划代码，含下级。Region code, with what lies in it.")]
Year = Annotated[int | None, typer.Option(help="预算年度。Fiscal year.")]
Document = Annotated[str | None, typer.Option(help="公开文件标识。Id of a disclosure.")]
Format = Annotated[
    str | None,
    typer.Option("--format", "-f", help="ttl trig nq nt jsonld rdf；缺省看文件名。Else by the name of the file."),
]


def register(export: typer.Typer) -> None:
    """Add the commands to ``jixiao export``."""
    export.command(name="graph", epilog="例 e.g. `jixiao export graph --department 馆陶县 -o 馆陶.ttl`")(graph)
    export.command(name="dump", epilog="例 e.g. `jixiao export dump -o 备份.nq.gz`")(dump)
    export.command(name="package", epilog="例 e.g. `jixiao export package --year 2026 -o 数据包.zip`")(package)
    export.command(name="list", epilog="例 e.g. `jixiao export list indicators -f xlsx -o 指标.xlsx`")(listed)
    example = "例 e.g. `jixiao export comparison --project 医疗救助 -o 对照.xlsx`"
    export.command(name="comparison", epilog=example)(comparison)


def graph(
    project: Project = None,
    department: Department = None,
    region: Region = None,
    year: Year = None,
    disclosure: Document = None,
    format: Format = None,
    target: OutputOption = None,
    store: StoreOption = None,
) -> None:
    """导出图：一个项目、部门、区划、年度，或全部。The graph of a project, department, region, year, or all of it."""
    _write(Selection(project, department, region, year, disclosure), format, "ttl", target, store)


def dump(format: Format = None, target: OutputOption = None, store: StoreOption = None) -> None:
    """导出整个图谱库，可由 restore 恢复；文件名以 .gz 结尾则压缩。The whole store, for restore; .gz is compressed."""
    _write(Selection(), format, "nq", target, store)


def package(
    department: Department = None,
    region: Region = None,
    year: Year = None,
    disclosure: Document = None,
    format: Annotated[str, typer.Option("--format", "-f", help="csv 或 parquet。csv or parquet.")] = "csv",
    target: Annotated[
        Path, typer.Option("--output", "-o", help="`.zip` 文件，否则为文件夹。A `.zip` file, else a folder.")
    ] = Path("jixiao.zip"),
    store: StoreOption = None,
) -> None:
    """导出 Frictionless 数据包：带主键外键的 CSV 或 Parquet 表。A Frictionless data package of tables with keys."""
    known(format, packages.FORMATS)
    selection = Selection(None, department, region, year, disclosure)
    with opened(location(store), read_only=True) as source:
        if target.suffix.lower() == ".zip":
            save(lambda stream: packages.write(source, selection, format, stream), target, "zip")
        else:
            packages.write_folder(source, selection, format, target)


def listed(
    name: Annotated[str, typer.Argument(help="表名，如 projects；见 docs/data-package.md。Name of a table.")],
    department: Department = None,
    region: Region = None,
    year: Year = None,
    disclosure: Document = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table csv xlsx json md")] = "table",
    target: OutputOption = None,
    bom: BomOption = False,
    store: StoreOption = None,
) -> None:
    """导出一张列表：部门、项目、指标、目标值、校验结果等。A list: departments, projects, indicators, findings, …"""
    known(format, ROWS)
    with opened(location(store), read_only=True) as source:
        selection = Selection(None, department, region, year, disclosure)
        print_rows(listing(source, selection, name), format, target, bom=bom)


def comparison(
    project: Annotated[
        str | None, typer.Option(help="项目名称中的词，多个以 | 分隔。Words in names, | between.")
    ] = None,
    indicator: Annotated[str | None, typer.Option(help="标准指标名称或写法。A canonical indicator.")] = None,
    function: Annotated[str | None, typer.Option(help="支出功能科目编码。Code of the function classification.")] = None,
    region: Region = None,
    year: Year = None,
    target: Annotated[Path, typer.Option("--output", "-o", help="Excel 文件。Excel file.")] = Path("comparison.xlsx"),
    store: StoreOption = None,
) -> None:
    """各部门同类项目的指标对照表，标出差异。Indicators of one kind of project across departments, compared."""
    with opened(location(store), read_only=True) as source:
        found = compare(source, project=project, indicator=indicator, function=function, region=region, year=year)
    save(lambda stream: comparison_book.write(found, stream), target, "xlsx")


def _write(selection: Selection, format: str | None, default: str, target: Path | None, store: str | None) -> None:
    packed = target is not None and target.suffix == ".gz"
    named = Path(target.name.removesuffix(".gz")).suffix.removeprefix(".") if target else ""
    form = known(format or (named if named in graphs.FORMATS else default), graphs.FORMATS)
    with opened(location(store), read_only=True) as source:

        def write(stream: IO[bytes]) -> None:
            if not packed:
                graphs.write(source, selection, form, stream)
                return
            with gzip.open(stream, "wb") as narrow:
                graphs.write(source, selection, form, cast(IO[bytes], narrow))

        save(write, target, form)
