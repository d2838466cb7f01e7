"""What the commands have in common: options, where the store is, and what is allowed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from graph.errors import BadParameter
from graph.store import Store, open_store

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="DIR|URL",
        help="图谱库文件夹；缺省为环境变量 JIXIAO_STORE，再缺省为数据旁的 .jixiao。"
        "Folder of the store; else JIXIAO_STORE, else a folder .jixiao beside the data.",
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="文件；缺省为标准输出。File; else standard output.")
]
BomOption = Annotated[
    bool, typer.Option("--bom", help="CSV 带 BOM，Excel 可直接打开。CSV begins with a BOM, as Excel wants it.")
]
Paths = Annotated[list[Path], typer.Argument(help="文件或文件夹。Files or folders.", metavar="FILE...")]


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
