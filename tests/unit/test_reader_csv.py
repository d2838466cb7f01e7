"""Delimited text."""

import pytest

from graph.errors import EmptyFile, TooLarge
from graph.readers import csv
from graph.readers.document import Grid, Place
from graph.readers.limits import Limits


def grid(text: str, encoding: str = "utf-8") -> Grid:
    (block,) = csv.read(text.encode(encoding), "t.csv").blocks
    assert isinstance(block, Grid)
    return block


def texts(block: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in block.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert texts(grid("指标,值\n完成率,≥95%\n", encoding)) == [["指标", "值"], ["完成率", "≥95%"]]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_the_delimiter_is_told_from_the_records(delimiter: str) -> None:
    rows = [["一级指标", "三级指标", "值"], ["产出指标", "次数", "1.5"], ["效益指标", "人数", "20"]]
    assert texts(grid("\n".join(delimiter.join(row) for row in rows))) == rows


def test_a_quoted_field_keeps_its_line_break_and_the_next_record_its_line_number() -> None:
    block = grid('"投入目标\n(万元)",资金来源\r\n其他资金,"1,030"\r\n')
    assert texts(block) == [["投入目标\n(万元)", "资金来源"], ["其他资金", "1,030"]]
    assert block.cells[2].place == Place(line=3, row=2, column=1)


def test_empty_fields_have_no_cell_and_empty_records_keep_their_row() -> None:
    block = grid("表11,,\n\n,甲,乙\n")
    assert [(cell.row, cell.column) for cell in block.cells] == [(0, 0), (2, 1), (2, 2)]
    assert block.exact


def test_a_quote_that_never_closes_is_named_in_a_warning() -> None:
    result = csv.read('甲,乙\n丙,"丁\n戊,己\n'.encode(), "t.csv")
    assert "第2行" in result.warnings[0]


def test_nothing_but_delimiters_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        csv.read(b",,,\n,,\n", "t.csv")


@pytest.mark.parametrize(("name", "value"), [("file_bytes", 5), ("cells", 3), ("cell_chars", 4)])
def test_limits_are_named_in_the_error(name: str, value: int) -> None:
    with pytest.raises(TooLarge, match=name) as caught:
        csv.read("甲,乙\n丙丙丙丙丙,丁\n".encode(), "t.csv", Limits(**{name: value}))
    assert caught.value.place.startswith("t.csv")
