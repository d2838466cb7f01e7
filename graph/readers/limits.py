"""How much of a file is read before a reader gives up: files come from strangers.

Each limit is a field with its default and a help sentence in its metadata, so that the table in the documentation
and the options of the command line can be made from it.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from graph.errors import EmptyFile, TooLarge

_MIB = 1024 * 1024


def _limit(default: int, zh: str, en: str) -> Any:
    """A field with its help; Any because :func:`dataclasses.field` stands for its default's type."""
    return field(default=default, metadata={"zh": zh, "en": en})


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one file."""

    file_bytes: int = _limit(100 * _MIB, "文件最大字节数", "largest file, in bytes")
    expanded_bytes: int = _limit(512 * _MIB, "压缩包展开后最大字节数", "largest sum of unpacked parts, in bytes")
    expansion_ratio: int = _limit(200, "压缩包最大展开倍数", "most that a package may grow when unpacked, in times")
    members: int = _limit(10_000, "压缩包内最多文件数", "most parts in a package")
    pages: int = _limit(3_000, "最多页数", "most pages")
    page_objects: int = _limit(200_000, "每页最多图形与字符数", "most drawn objects or characters on a page")
    page_pixels: int = _limit(60_000_000, "每页扫描图像最多像素", "most pixels of a scanned page")
    cells: int = _limit(2_000_000, "最多单元格数", "most table cells")
    cell_chars: int = _limit(100_000, "单元格最多字符数", "longest text of a cell, in characters")

    def help(self) -> dict[str, tuple[int, str, str]]:
        """Name → (value, sentence in Chinese, sentence in English)."""
        entries: tuple[Field[Any], ...] = fields(self)
        return {f.name: (getattr(self, f.name), f.metadata["zh"], f.metadata["en"]) for f in entries}

    def check(self, name: str, found: int, place: str) -> None:
        """Raise TooLarge, naming the limit, if ``found`` is beyond the limit ``name``."""
        allowed, zh, en = self.help()[name]
        if found > allowed:
            raise TooLarge(f"{zh} {en}: {found} > {allowed} ({name})", place=place)

    def check_file(self, data: bytes, path: str) -> None:
        """Raise EmptyFile or TooLarge by the number of bytes."""
        if not data:
            raise EmptyFile(place=path)
        self.check("file_bytes", len(data), path)


LIMITS = Limits()
