import pytest

from graph.errors import EmptyFile, UnknownFormat
from graph.readers import read_bytes
from graph.readers.document import Block, Document, Grid, Paragraph

TABS = "项目名称\t车补\n一级指标\t二级指标\t\t三级指标\n产出指标\t数量指标\t\t补贴人数\n"
ONE_CELL = "".join(
    f"\t第{row}行{column}列\n" + ("\n" if column == 3 else "") for row in range(5) for column in range(1, 4)
)
PIPES = "| 一级指标 | 二级指标 | 三级指标 |\n|---|:---:|---|\n| 产出指标 | | 人数\\|户数 |\n"


def read(text: str | bytes) -> Document:
    return read_bytes(text if isinstance(text, bytes) else text.encode(), "x.txt")


def table(block: Block) -> list[list[tuple[int, str]]]:
    """Column and words of every cell, by row."""
    assert isinstance(block, Grid)
    return [[(cell.column, cell.text) for cell in row] for row in block.rows()]


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def test_tabs_separate_the_cells_of_a_row() -> None:
    assert table(read(TABS).blocks[0]) == [
        [(0, "项目名称"), (1, "车补")],
        [(0, "一级指标"), (1, "二级指标"), (3, "三级指标")],
        [(0, "产出指标"), (1, "数量指标"), (3, "补贴人数")],
    ]


def test_a_table_may_be_written_one_cell_a_line() -> None:
    rows = table(read("绩效目标表\n" + ONE_CELL + "说明\n").blocks[1])
    assert rows == [[(column - 1, f"第{row}行{column}列") for column in range(1, 4)] for row in range(5)]


def test_a_line_that_breaks_off_a_cell_belongs_to_the_cell_above() -> None:
    broken = ONE_CELL.replace("\t第0行2列\n", "\t第0行\n2列\n")
    assert table(read(broken).blocks[0])[0] == [(0, "第0行1列"), (1, "第0行\n2列"), (2, "第0行3列")]


def test_pipes_and_their_rule_make_a_table() -> None:
    document = read(PIPES)
    assert document.media_type == "text/markdown"
    assert table(document.blocks[0]) == [
        [(0, "一级指标"), (1, "二级指标"), (2, "三级指标")],
        [(0, "产出指标"), (2, "人数|户数")],
    ]


def test_a_line_of_text_between_two_rows_is_a_row_of_one_cell() -> None:
    grid = table(read("a\tb\n断开的文字\nc\td\n").blocks[0])
    assert grid == [[(0, "a"), (1, "b")], [(0, "断开的文字")], [(0, "c"), (1, "d")]]


def test_text_around_a_table_is_kept_in_order() -> None:
    document = read("前言\n\na\tb\n\n后记\n")
    assert [type(block) for block in document.blocks] == [Paragraph, Grid, Paragraph]
    assert lines(document) == ["前言", "后记"]


def test_a_form_feed_begins_a_page_and_places_name_page_line_and_column() -> None:
    document = read("第一页\n\fa\tb\n\f第三页\n")
    assert document.pages == 3
    assert [block.place.page for block in document.blocks] == [1, 2, 3]
    cell = next(document.grids()).cells[1]
    assert (cell.place.page, cell.place.line, cell.place.column) == (2, 2, 2)


def test_without_form_feeds_there_are_no_pages() -> None:
    document = read(TABS)
    assert document.pages is None
    assert document.blocks[0].place.page is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_encoding_gives_the_same_text(encoding: str) -> None:
    assert table(read(TABS.encode(encoding)).blocks[0]) == table(read(TABS).blocks[0])


@pytest.mark.parametrize("cut", [1, 2])
def test_a_file_cut_in_the_middle_of_a_character_is_still_utf8(cut: int) -> None:
    assert lines(read("绩效目标表的末尾".encode()[:-cut])) == ["绩效目标表的末"]


def test_a_file_in_gb18030_may_be_cut_in_the_middle_of_a_character_too() -> None:
    assert lines(read("绩效目标表的末尾".encode("gb18030")[:-1])) == ["绩效目标表的末"]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends_count_as_lines(newline: str) -> None:
    document = read(newline.join(["甲", "乙", "丙"]))
    assert [(block.place.line, text) for block, text in zip(document.blocks, lines(document), strict=True)] == [
        (1, "甲"), (2, "乙"), (3, "丙"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("**绩效目标表**", "绩效目标表"),
        ("**断开的强调", "断开的强调"),
        ("## 绩效目标表", "绩效目标表"),
        ("成活率（≥**%）", "成活率（≥**%）"),
        ("5*3", "5*3"),
        ("甲<br/>乙", "甲乙"),
    ],
)
def test_emphasis_goes_and_a_figure_left_open_stays(printed: str, text: str) -> None:
    assert lines(read(printed + "\n")) == [text]


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_nothing_but_white_space_is_an_empty_file(data: bytes) -> None:
    with pytest.raises(EmptyFile):
        read(data)


@pytest.mark.parametrize("data", [b"\x7fELF\x02\x01\x01\0\0\0" * 50, "绩效".encode() + b"\xff" * 40 + b"abc"])
def test_bytes_that_are_no_text_are_an_unknown_format(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read(data)
