"""Word 97 files, written by LibreOffice (``python -m tests.golden.word97``) and read without it."""

import struct
from functools import cache

import pytest

from graph.errors import DamagedFile, EmptyFile, JixiaoError, TooLarge, UnknownFormat
from graph.readers import doc, read_bytes
from graph.readers.document import Document, Grid, Paragraph
from graph.readers.limits import Limits
from tests.golden import word97


@pytest.fixture(autouse=True)
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doc.shutil, "which", lambda _: None)


def data(name: str = "odd") -> bytes:
    return (word97.FOLDER / f"{name}.doc").read_bytes()


@cache
def odd() -> Document:
    return read_bytes(data(), "odd.doc")


def lines() -> list[str]:
    return [block.text for block in odd().blocks if isinstance(block, Paragraph)]


def grids() -> list[Grid]:
    return list(odd().grids())


def test_text_is_what_is_printed() -> None:
    assert odd().media_type == "application/msword"
    assert lines() == ["开头𠮷野家结尾", "满意度≥90%", "见链接", "修订", "之间", "编号", "尾页"]


def test_tables_stand_where_they_stand_in_the_text() -> None:
    kinds = [type(block).__name__ for block in odd().blocks]
    assert kinds == [*["Paragraph"] * 4, "Grid", "Paragraph", "Grid", "Grid", "Paragraph", "Paragraph"]


def test_a_table_of_thirty_columns_has_its_merged_cells() -> None:
    wide, *_ = grids()
    first, second, *_ = wide.cells
    assert (first.text, first.rowspan, first.colspan) == ("并", 2, 2)
    assert (second.text, second.column) == ("0.2", 2)
    assert (wide.width, len(wide.rows()), len(wide.cells)) == (30, 3, 87)
    assert wide.exact


def test_a_table_in_a_cell_follows_its_table() -> None:
    _, outer, inner = grids()
    assert [cell.text for cell in outer.cells] == ["甲", "", "", "乙\n丙"]
    assert [cell.text for cell in inner.cells] == ["内一", "内二"]


def test_automatic_numbers_that_are_not_read_are_named() -> None:
    assert [warning for warning in odd().warnings if "自动编号" in warning]


def with_header(offset: int, value: int) -> bytes:
    """The file with one word of its information block changed ([MS-DOC] 2.5.2)."""
    changed = bytearray(data())
    at = changed.index(b"\xec\xa5\xc1\x00") if b"\xec\xa5\xc1\x00" in changed else changed.index(b"\xec\xa5")
    changed[at + offset : at + offset + 2] = struct.pack("<H", value)
    return bytes(changed)


@pytest.mark.parametrize(
    ("made", "kind", "said"),
    [
        (lambda: with_header(2, 0x0068), UnknownFormat, "LibreOffice"),
        (lambda: b"{\\rtf1\\ansi text}", UnknownFormat, "LibreOffice"),
        (lambda: with_header(10, 0x0100), DamagedFile, "加密"),
        (lambda: data()[: len(data()) // 2], DamagedFile, "不完整"),
        (lambda: with_header(10, 0x0000), DamagedFile, "Word"),
        (lambda: with_header(0, 0), UnknownFormat, "LibreOffice"),
    ],
    ids=["Word 95", "RTF", "encrypted", "cut off", "no table stream", "another program's"],
)
def test_what_cannot_be_read_says_why(made, kind: type[JixiaoError], said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(kind, match=said) as caught:
        read_bytes(made(), "a.doc")
    assert caught.value.line().startswith("a.doc")


def test_limits_hold() -> None:
    with pytest.raises(TooLarge, match="cells"):
        doc.read(data(), "a.doc", Limits(cells=50))
    with pytest.raises(TooLarge, match="cell_chars"):
        doc.read(data("form"), "a.doc", Limits(cell_chars=5))
    with pytest.raises(EmptyFile):
        doc.read(b"", "a.doc")
