"""Pages of the documentation that are made from what they describe: ``python -m docs.generate``, or ``make docs``.

cli.md from the command line, settings.md from the settings, rules.md from the shapes, questions.md from the query
library, the examples of the OpenAPI document from what the service answers, and so on. A test holds the pages in the
repository against what this makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NOTE = "<!-- Made by python -m docs.generate; do not edit. -->\n"


def cell(text: object) -> str:
    """Text as the cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(heads: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    """A Markdown table, or nothing without rows."""
    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    rule = "|" + " --- |" * len(heads)
    return "\n".join(["| " + " | ".join(heads) + " |", rule, *lines, ""]) if lines else ""


def page(parts: list[str]) -> str:
    """Parts, each ending in a line break, with a blank line between them."""
    return "\n".join(filter(None, parts))


def cli() -> str:
    """Every command with its arguments, options and example."""
    import typer.main

    from api.cli import app

    parts = ["# 命令行 Command line\n", NOTE]
    root = typer.main.get_command(app)
    context = root.make_context("jixiao", [], resilient_parsing=True)
    parts += _command(root, context)
    return page(parts)


def _command(command, context) -> Iterator[str]:  # type: ignore[no-untyped-def]  # typer keeps its click private
    yield f"## `{context.command_path}`\n"
    yield f"{command.help}\n"
    yield f"    {context.get_usage().removeprefix('Usage: ')}\n"
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    rows = ((f"`{name}`", text) for name, text in filter(None, records))
    yield table(("参数 parameter", "说明 what it does"), rows)
    if command.epilog:
        yield f"{command.epilog}\n"
    for name, child in getattr(command, "commands", {}).items():
        yield from _command(child, child.make_context(name, [], parent=context, resilient_parsing=True))


def settings() -> str:
    """Every setting of the service."""
    from api.settings import table as settings_table

    how = (
        "`jixiao serve` 的选项给出 `store`、`host`、`port`、`update`，其余用 `--set 名=值`；"
        "嵌入自己的程序时用 `api.app.create_app(Settings(…))`。"
        "`jixiao serve` has options for `store`, `host`, `port` and `update`, and `--set name=value` for the others; "
        "a program of your own gives all of them to "
        "`api.app.create_app(Settings(…))`.\n"
    )
    return page(["# 设置 Settings\n", NOTE, how, settings_table()])


def rules() -> str:
    """Every rule of ``shapes/``, group by group."""
    from graph.shapes import JXS, shapes

    parts = ["# 校验规则 Rules\n", NOTE]
    parts.append(
        "每条规则是 `shapes/` 中的一个 SHACL shape；来源未与原文核对的标 †。"
        "Each rule is one SHACL shape in `shapes/`; † marks a source whose text has not been compared yet.\n"
    )
    for group, label in _groups():
        parts.append(f"## {label}\n")
        rows = (
            (rule.id, _two(rule.label_zh, rule.label_en), rule.severity, _two(rule.message_zh, rule.message_en),
             _two(rule.source_zh, rule.source_en) + ("" if rule.verified else " †"))
            for rule in shapes().rules if JXS + rule.group == group
        )  # fmt: skip
        parts.append(table(("编号 id", "规则 rule", "程度 severity", "提示 message", "来源 source"), rows))
    return page(parts)


def _two(zh: str, en: str) -> str:
    return zh if zh == en else f"{zh}<br>{en}"


def _groups() -> list[tuple[str, str]]:
    """The groups of rules in their order: IRI and label."""
    from rdflib import RDF, RDFS, SH, Graph

    from graph import resources

    shapes = Graph().parse(resources.folder("shapes") / "shapes.ttl")
    found = sorted(shapes.subjects(RDF.type, SH.PropertyGroup), key=lambda g: int(str(shapes.value(g, SH.order))))
    return [(str(g), " ".join(sorted(map(str, shapes.objects(g, RDFS.label)), key=str.isascii))) for g in found]


def questions() -> str:
    """Every question of the library with its parameters."""
    from graph.queries import library

    parts = ["# 问题库 Questions\n", NOTE]
    for question in library().values():
        parts.append(f"## `{question.name}`\n")
        parts.append(f"{question.title_zh} {question.title_en}\n")
        parts.append(f"{question.description_zh} {question.description_en}\n")
        rows = (
            (f"`{p.name}`", p.type, f"`{p.example}`", "" if p.required else p.default or "–", f"{p.zh} {p.en}")
            for p in question.params
        )
        parts.append(table(("参数 parameter", "类型 type", "例 example", "缺省 default", "说明 meaning"), rows))
    return page(parts)


def problems() -> str:
    """Every error with its code, its HTTP status and what to do."""
    import api.app
    import api.cli
    import api.serve
    from graph.errors import JixiaoError

    def below(kind: type[JixiaoError]) -> Iterator[type[JixiaoError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    own = {kind.code: kind for kind in below(JixiaoError) if kind.__module__.startswith((api.__name__, "graph."))}
    how = (
        "服务以 `application/problem+json`（RFC 9457）报告错误，`code` 不变，`title` 与 `remedy` 随 `Accept-Language`；"
        "命令行以一行报告同样的内容。The service tells errors as `application/problem+json` (RFC 9457): `code` is "
        "stable, `title` and `remedy` follow `Accept-Language`; the command line tells the same in one line.\n"
    )
    rows = (
        (f"`{code}`", kind.status, _two(kind.zh, kind.en), _two(kind.remedy_zh, kind.remedy_en) or "–")
        for code, kind in sorted(own.items())
    )
    heads = ("代码 code", "HTTP", "意思 meaning", "怎么办 what to do")
    return page(["# 错误 Errors\n", NOTE, how, table(heads, rows)])


def data_dictionary() -> str:
    """Every class of the data with its properties."""
    from docs.dictionary import dictionary

    return dictionary()


def data_package() -> str:
    """Every table of the data package with its columns."""
    from docs.package import data_package as tables

    return tables()


def ontology() -> str:
    """The ontology as a page of HTML with a picture."""
    from docs.ontology_page import ontology_page

    return ontology_page()


def examples() -> str:
    """What the operations of the service answer over the samples, for the examples of its OpenAPI document."""
    from docs.answers import answers

    return answers()


def official_forms() -> str:
    """Every official form with its source, its columns and the other fields."""
    from graph.forms import forms
    from graph.vocabulary import vocabulary

    words = vocabulary()
    parts = ["# 官方表样 Official forms\n", NOTE]
    parts.append(
        "`jixiao export template` 与 `/templates` 给出的表样，版式见 `ontology/templates.ttl`；"
        "未与公开或印发的表核对的标 †。"
        "The forms that `jixiao export template` and `/templates` give, laid out in `ontology/templates.ttl`; "
        "† marks a form that was not compared with what was published or issued.\n"
    )
    for made in forms().values():
        total = f"{made.total:f}" if made.total is not None else "不设权重 none"
        parts.append(f"## `{made.name}` {made.label_zh} {made.label_en}{'' if made.verified else ' †'}\n")
        parts.append(
            f"{' '.join(made.region)}，{made.since}；权重合计 weights: {total}。来源 source：{made.source}。\n"
        )
        columns = (
            (column.heading, words.roles[column.role].name, _meaning(column.role))
            for column in made.columns
            if column.role
        )
        parts.append(table(("列 column", "栏目 role", "说明 meaning"), columns))
        others = "、".join(words.roles[name].label for name in sorted(made.fields - set(made.roles)))
        parts.append(f"其他栏目 other fields：{others}。\n" if others else "")
        offered = (f"{item.level1}／{item.heading}（{item.rows} 行）" for item in made.classes)
        parts.append(f"空表的类别与行数 classes and rows of a blank form：{'、'.join(offered)}。\n")
    return page(parts)


def _meaning(role: str) -> str:
    from graph.statements import SKOS
    from graph.vocabulary import vocabulary

    words = vocabulary()
    return "<br>".join(words.values(words.roles[role].iri, SKOS + "definition"))


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "rules.md": rules,
    "problems.md": problems,
    "questions.md": questions,
    "forms.md": official_forms,
    "data-dictionary.md": data_dictionary,
    "data-package.md": data_package,
    "ontology/index.html": ontology,
    "../api/examples.json": examples,
}


def main() -> None:
    """Write the pages."""
    for name, make in PAGES.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_text(make(), "utf-8")


if __name__ == "__main__":
    main()
