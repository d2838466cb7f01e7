"""Excel 97–2003 workbooks, built with xlwt."""

import io
from collections.abc import Callable
from datetime import date

import pytest
import xlwt

from graph.errors import DamagedFile, EmptyFile, TooLarge
from graph.readers import xls
from graph.readers.document import Grid
from graph.readers.limits import Limits
from graph.readers.result import ReadResult


def saved(fill: Callable[[xlwt.Workbook], object]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def one(value: object, pattern: str = "General") -> bytes:
    return saved(lambda book: book.add_sheet("表").write(0, 0, value, xlwt.easyxf(num_format_str=pattern)))


def grid(result: ReadResult) -> Grid:
    (block,) = result.blocks
    assert isinstance(block, Grid)
    return block


@pytest.mark.parametrize(
    ("value", "pattern", "printed"),
    [
        (0.95, "0%", "95%"),
        (14, "0.00", "14.00"),
        (5, "00", "05"),
        (1030700, "#,##0.00", "1,030,700.00"),
        (date(2021, 12, 31), "yyyy-mm-dd", "2021-12-31"),
        (date(2021, 12, 31), 'yyyy"年"m"月"', "2021-12"),
        (True, "General", "TRUE"),
        ("≥95%", "General", "≥95%"),
        (47, "General", "47"),
    ],
)
def test_values_are_read_as_they_are_printed(value: object, pattern: str, printed: str) -> None:
    assert grid(xls.read(one(value, pattern), "t.xls")).cells[0].text == printed


def test_merged_cells_used_range_and_places() -> None:
    def fill(book: xlwt.Workbook) -> None:
        sheet = book.add_sheet("表11")
        sheet.write_merge(2, 3, 1, 1, "甲")
        sheet.write_merge(2, 2, 2, 3, "乙")
        sheet.write(3, 2, "丙")
        sheet.write(3, 3, "丁")
        sheet.write(60000, 200, "", xlwt.easyxf("borders: left thin"))

    block = grid(xls.read(saved(fill), "t.xls"))
    assert [(cell.text, cell.row, cell.column, cell.rowspan, cell.colspan) for cell in block.cells] == [
        ("甲", 0, 0, 2, 1), ("乙", 0, 1, 1, 2), ("丙", 1, 1, 1, 1), ("丁", 1, 2, 1, 1),
    ]  # fmt: skip
    assert (block.cells[2].place.sheet, block.cells[2].place.row, block.cells[2].place.column) == ("表11", 4, 3)


def test_hidden_sheets_are_named_and_not_read() -> None:
    def fill(book: xlwt.Workbook) -> None:
        book.add_sheet("显").write(0, 0, "甲")
        hidden = book.add_sheet("藏")
        hidden.write(0, 0, "乙")
        hidden.visibility = 1

    result = xls.read(saved(fill), "t.xls")
    assert grid(result).cells[0].text == "甲"
    assert "藏" in result.warnings[0]


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
def test_a_truncated_workbook_is_damaged(keep: float) -> None:
    def fill(book: xlwt.Workbook) -> None:
        sheet = book.add_sheet("表")
        for row in range(500):
            sheet.write(row, 0, f"指标{row}")

    data = saved(fill)
    with pytest.raises(DamagedFile):
        xls.read(data[: int(len(data) * keep)], "t.xls")


def test_an_encrypted_workbook_is_named_so() -> None:
    # A FILEPASS record in place of the first record after the beginning of the stream.
    data = one("甲").replace(b"\xe1\x00\x02\x00\xb0\x04", b"\x2f\x00\x02\x00\x00\x00", 1)
    with pytest.raises(DamagedFile, match="encrypted"):
        xls.read(data, "t.xls")


def test_limits_and_nothing() -> None:
    with pytest.raises(TooLarge, match="cell_chars"):
        xls.read(one("甲乙丙"), "t.xls", Limits(cell_chars=2))
    with pytest.raises(EmptyFile):
        xls.read(saved(lambda book: book.add_sheet("表")), "t.xls")
    with pytest.raises(DamagedFile):
        xls.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "t.xls")
