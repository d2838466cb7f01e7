"""The command ``jixiao export template``: official forms, blank, with proposals, or filled from a stored table."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Table

from api.options import OutputOption, StoreOption, known, location, opened
from api.terminal import err, out, show
from graph.errors import BadParameter
from graph.export.official import FORMATS, convert, template
from graph.forms import form as form_of
from graph.forms import forms
from graph.vocabulary import vocabulary

Form = Annotated[str | None, typer.Option("--form", help="表样名，见 --list。Name of a form; see --list.")]
Listed = Annotated[bool, typer.Option("--list", help="列出全部表样。List the forms.")]
Format = Annotated[
    str | None, typer.Option("--format", "-f", help="xlsx 或 docx；缺省看文件名。Else by the name of the file.")
]
Like = Annotated[
    str | None,
    typer.Option(
        help="某类项目：名称中的文字、功能科目编码或标准指标名；据库中同类项目提出建议。"
        "A kind of project: words of its name, a function code or an indicator; its peers are the proposals."
    ),
]
Project = Annotated[
    str | None, typer.Option(help="用库中一个项目的表填写：名称、编码或标识。Fill in from one stored table.")
]
Year = Annotated[int | None, typer.Option(min=1990, max=2100, help="预算年度。Fiscal year.")]
_EPILOG = (
    "例 e.g. `jixiao export template --list` · `jixiao export template --form sn-project --year 2026 -o 目标表.xlsx` · "
    "`jixiao export template --form sc-project --like 医疗救助 -o 医疗救助.xlsx` · "
    "`jixiao export template --form he-project --project 车补 -o 车补.docx`"
)


def register(export: typer.Typer) -> None:
    """Add the command to ``jixiao export``."""
    export.command(name="template", epilog=_EPILOG)(export_template)


def export_template(
    form: Form = None,
    listed: Listed = False,
    format: Format = None,
    like: Like = None,
    project: Project = None,
    year: Year = None,
    target: OutputOption = None,
    store: StoreOption = None,
) -> None:
    """官方表样：空表、按同类项目建议，或用一张表填写；表样放不下的逐项说明。填好后用 ingest 读回。

    An official form: blank, with proposals, or filled from a table; what it cannot hold is told. `ingest` reads it.
    """
    if listed or form is None:
        out.print(_listing())
        return
    if like and project:
        raise BadParameter(zh="--like 与 --project 只能用一个。", en="Give --like or --project, not both.")
    suffix = target.suffix.removeprefix(".") if target else ""
    chosen, made = known(format or (suffix if suffix in FORMATS else "xlsx"), FORMATS), form_of(form)
    if target is None and sys.stdout.isatty():
        raise BadParameter("--output", zh="请用 --output 指定文件名。", en="Give --output, a file.")
    if project:
        show(_filled(made.name, project, chosen, year, store), target)
        return
    rows = []
    if like:
        from graph.export.prefill import proposals

        with opened(location(store), read_only=True) as source:
            rows = proposals(source, like, made)
    show(template(made, chosen, year=year, rows=rows), target)


def _filled(form: str, project: str, format: str, year: int | None, store: str | None) -> bytes:
    """The file; what the form cannot hold is told on standard error."""
    from graph.export.lookup import find_table

    with opened(location(store), read_only=True) as source:
        found = find_table(source, project)
    done = convert(found.table, form_of(form), format, year=year or found.disclosure.fiscal_year)
    if done.losses:
        err.print(
            f"{len(done.losses)} 项内容在“{form_of(form).label_zh}”中放不下。 "
            f"{len(done.losses)} values have no place in this form:",
            style="yellow",
        )
    for loss in done.losses:
        err.print(f"  {loss.line()}", soft_wrap=True)
    return done.data


def _listing() -> Table:
    table = Table(title="官方表样 Official forms")
    for heading in ("表样\nform", "名称\nname", "年度\nsince", "核实\nverified", "指标表各栏\ncolumns"):
        table.add_column(heading, overflow="fold")
    words = vocabulary()
    for made in forms().values():
        columns = "、".join(words.roles[role].label for role in made.roles)
        verified = "是 yes" if made.verified else "否 no"
        table.add_row(made.name, f"{made.label_zh}\n{made.label_en}", made.since, verified, columns)
    return table
