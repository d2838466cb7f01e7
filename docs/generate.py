"""Pages of the documentation that are made from what they describe: ``python -m docs.generate [--check]``.

cli.md from the command line, settings.md from the settings, rules.md from the shapes, questions.md from the query
library. With ``--check`` nothing is written, and the exit code says whether the pages are current.
"""

from __future__ import annotations

import argparse
import sys
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


def cli() -> str:
    """Every command with its arguments, options and example."""
    import typer.main

    from api.cli import app

    parts = ["# 命令行 Command line\n", NOTE]
    root = typer.main.get_command(app)
    context = root.make_context("jixiao", [], resilient_parsing=True)
    parts += _command(root, context)
    return "\n".join(parts)


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


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli}


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is out of date")
    check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        text, path = make(), FOLDER / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, "utf-8")
    for name in stale:
        print(f"docs/{name}: " + ("out of date; run: make docs" if check else "written"), file=sys.stderr)
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
