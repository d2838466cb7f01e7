"""PDF files, drawn with reportlab."""

import io
from collections.abc import Callable

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from graph.errors import DamagedFile, EmptyFile, TooLarge
from graph.readers import ocr, pdf
from graph.readers.document import Grid, Paragraph
from graph.readers.limits import Limits
from graph.readers.result import ReadResult

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
SIZE = 10
Cells = list[tuple[int, int, int, int, str]]


def drawn(*pages: Callable[[Canvas], object], size: tuple[float, float] = (595, 842), **options: object) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=size, **options)
    for page in pages:
        canvas.setFont("STSong-Light", SIZE)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def read(*pages: Callable[[Canvas], object], **options: object) -> ReadResult:
    return pdf.read(drawn(*pages, **options), "t.pdf")


def shown(result: ReadResult) -> list[str | Cells]:
    return [
        block.text
        if isinstance(block, Paragraph)
        else [(cell.row, cell.column, cell.rowspan, cell.colspan, cell.text) for cell in block.cells]
        for block in result.blocks
    ]


def table(canvas: Canvas, rows: list[list[str]], x: float = 50, top: float = 700, *, ruled: bool = True) -> None:
    """Columns 80 wide and rows 30 high; text lines of a cell are cut at ``|`` and centred in height."""
    width, height = 80, 30
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            lines = text.split("|")
            for k, line in enumerate(lines):
                canvas.drawString(x + width * j + 3, top - height * i - 18 + 6 * (len(lines) - 1) - 12 * k, line)
    if ruled:
        for i in range(len(rows) + 1):
            canvas.line(x, top - height * i, x + width * len(rows[0]), top - height * i)
        for j in range(len(rows[0]) + 1):
            canvas.line(x + width * j, top, x + width * j, top - height * len(rows))


def test_a_ruled_table_between_lines_of_text() -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 760, "项目支出绩效目标表（2026年度）")
        table(canvas, [["一级指标", "指标值"], ["产出|指标", "≥14.00%"]])
        canvas.drawString(50, 600, "Note: total of 100 points")

    result = read(page)
    cells = [(0, 0, 1, 1, "一级指标"), (0, 1, 1, 1, "指标值"), (1, 0, 1, 1, "产出\n指标"), (1, 1, 1, 1, "≥14.00%")]
    assert shown(result) == ["项目支出绩效目标表（2026年度）", cells, "Note: total of 100 points"]
    assert (result.pages, result.warnings) == (1, [])
    grid = result.blocks[1]
    assert isinstance(grid, Grid)
    assert grid.exact
    assert grid.cells[3].place.box == (130.0, 640.0, 210.0, 670.0)
    assert (grid.cells[3].place.page, grid.cells[3].place.row, grid.cells[3].place.column) == (1, 2, 2)


def test_rules_drawn_as_filled_boxes_and_as_borders_of_each_cell() -> None:
    def filled(canvas: Canvas) -> None:
        canvas.drawString(55, 680, "甲")
        canvas.drawString(135, 680, "乙")
        for x in (50, 130, 210):
            canvas.rect(x, 670, 0.5, 30, stroke=0, fill=1)
        for y in (670, 700):
            canvas.rect(50, y, 160, 0.5, stroke=0, fill=1)

    def bordered(canvas: Canvas) -> None:
        canvas.drawString(55, 680, "甲")
        canvas.drawString(135, 680, "乙")
        canvas.rect(50, 670, 80, 30)
        canvas.rect(130, 670, 80, 30)

    expected = [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙")]
    assert shown(read(filled, bordered)) == [expected, expected]


def test_spans_follow_from_missing_rules() -> None:
    def page(canvas: Canvas) -> None:
        for y, x0 in ((700, 50), (670, 130), (640, 50)):
            canvas.line(x0, y, 210, y)
        for x, y1 in ((50, 700), (130, 700), (210, 700)):
            canvas.line(x, 640, x, y1)
        canvas.drawString(55, 665, "产出指标")
        canvas.drawString(135, 682, "甲")
        canvas.drawString(135, 650, "乙")

    assert shown(read(page)) == [[(0, 0, 2, 1, "产出指标"), (0, 1, 1, 1, "甲"), (1, 1, 1, 1, "乙")]]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_read_as_it_is_displayed(turn: int) -> None:
    def page(canvas: Canvas) -> None:
        width, height = 400, 300  # as displayed
        canvas.setPageRotation(turn)
        if turn == 90:
            canvas.transform(0, 1, -1, 0, height, 0)
        elif turn == 180:
            canvas.transform(-1, 0, 0, -1, width, height)
        elif turn == 270:
            canvas.transform(0, -1, 1, 0, 0, width)
        canvas.drawString(50, 250, "题目")
        table(canvas, [["甲", "乙"], ["丙", "12.5"]], 50, 200)

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(300, 400) if turn % 180 else (400, 300))
    canvas.setFont("STSong-Light", SIZE)
    page(canvas)
    # setPageRotation exchanges the sides of the page that it writes; the page here is given as it lies in the file.
    if turn % 180:
        canvas._pagesize = (400, 300)
    canvas.save()
    result = pdf.read(stream.getvalue(), "t.pdf")
    grid = result.blocks[1]
    assert shown(result) == ["题目", [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙"), (1, 0, 1, 1, "丙"), (1, 1, 1, 1, "12.5")]]
    assert isinstance(grid, Grid)
    assert grid.cells[0].place.box == (50.0, 170.0, 130.0, 200.0)


def test_text_turned_within_a_cell_is_read_along_its_direction() -> None:
    def page(canvas: Canvas) -> None:
        table(canvas, [["", "right"]])
        for x, angle, origin in ((70, 90, 672), (110, -90, 698)):
            canvas.saveState()
            canvas.translate(x, origin)
            canvas.rotate(angle)
            canvas.drawString(0, 0, "up" if angle > 0 else "down")
            canvas.restoreState()

    (cells,) = shown(read(page))
    assert cells[1] == (0, 1, 1, 1, "right")
    assert sorted(cells[0][4].split("\n")) == ["down", "up"]


def test_a_row_cut_by_the_page_keeps_what_is_shown_on_each_page() -> None:
    """A program prints the whole text of a cell on both pages and clips it at the edge."""

    def page(visible: float) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            clip = canvas.beginPath()
            clip.rect(50, 650, 160, 50)
            for x in (50, 130, 210):
                canvas.line(x, 650, x, 700)
            canvas.line(50, 700, 210, 700)
            canvas.drawString(135, 680, "旁")
            canvas.saveState()
            canvas.clipPath(clip, stroke=0, fill=0)
            for index, text in enumerate(("第一行", "第二行", "第三行", "第四行")):
                canvas.drawString(55, visible - 20 * index, text)
            canvas.restoreState()

        return draw

    first, second = shown(read(page(680), page(720)))
    assert [text for *_, text in first] == ["第一行\n第二行", "旁"]
    assert [text for *_, text in second] == ["第三行\n第四行", "旁"]


def test_text_cut_off_within_the_table_stays_with_its_cell() -> None:
    def page(canvas: Canvas) -> None:
        table(canvas, [["甲", ""], ["乙", "丙"]])
        clip = canvas.beginPath()
        clip.rect(130, 670, 80, 30)
        canvas.clipPath(clip, stroke=0, fill=0)
        canvas.drawString(133, 680, "看得见")
        canvas.drawString(133, 660, "看不见")

    (cells,) = shown(read(page))
    assert [text for *_, text in cells] == ["甲", "看得见\n看不见", "乙", "丙"]


def test_a_hyphen_at_the_end_of_a_line_is_not_lost() -> None:
    result = read(lambda canvas: table(canvas, [["执行数-|预算数", "A-|B"], ["x", "y"]]))
    assert [text for *_, text in shown(result)[0]][:2] == ["执行数-\n预算数", "A-\nB"]


def test_raised_figures_and_bold_by_double_print() -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "面积10m")
        canvas.setFont("STSong-Light", 6)
        canvas.drawString(50 + pdfmetrics.stringWidth("面积10m", "STSong-Light", SIZE), 704, "2")
        canvas.setFont("STSong-Light", SIZE)
        for shift in (0, 0.3):
            canvas.drawString(50 + shift, 650, "合计11")

    assert shown(read(page)) == ["面积10m2", "合计11"]


def test_a_frame_around_the_page_is_no_table() -> None:
    def page(canvas: Canvas) -> None:
        canvas.rect(20, 20, 555, 800)
        canvas.drawString(50, 760, "题目")
        table(canvas, [["甲", "乙"]])

    assert shown(read(page)) == ["题目", [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙")]]


def test_drawings_within_drawings() -> None:
    def page(canvas: Canvas) -> None:
        canvas.beginForm("form")
        canvas.setFont("STSong-Light", SIZE)
        table(canvas, [["甲", "乙"]], 0, 30)
        canvas.endForm()
        canvas.translate(100, 500)
        canvas.doForm("form")

    (cells,) = shown(read(page))
    assert [text for *_, text in cells] == ["甲", "乙"]


def test_a_watermark_is_left_out_with_a_warning() -> None:
    def page(canvas: Canvas) -> None:
        table(canvas, [["甲", "乙"]])
        canvas.translate(60, 600)
        canvas.rotate(45)
        canvas.drawString(0, 0, "内部资料")

    result = read(page)
    assert shown(result) == [[(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙")]]
    assert "第 1 页" in result.warnings[0]


ROWS = [
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "培训基层医保|经办人员人数", "≥39人"],
    ["", "质量指标", "合格率", "95%"],
    ["效益指标", "社会效益", "覆盖率", "98%"],
]


def test_a_table_without_rules_is_put_together_from_its_columns() -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 760, "项目支出绩效目标表")
        table(canvas, ROWS, ruled=False)
        canvas.drawString(50, 500, "说明：以上指标由本单位自行填报，并对其真实性负责，如有不实愿意承担责任。")

    title, cells, note = shown(read(page))
    assert (title, note[:3]) == ("项目支出绩效目标表", "说明：")
    rows = [[text for row, *_, text in cells if row == index] for index in range(4)]
    assert rows == [[text.replace("|", "\n") for text in row if text] for row in ROWS]
    assert [column for row, column, *_ in cells if row == 2] == [1, 2, 3]


def test_a_table_without_rules_goes_on_on_the_next_page_and_is_not_exact() -> None:
    def second(canvas: Canvas) -> None:
        table(canvas, [["", "经济效益", "节约", "5万元"], ["满意度", "群众", "满意", "90%"]], ruled=False)

    first, rest = read(lambda canvas: table(canvas, ROWS, ruled=False), second).blocks
    assert isinstance(first, Grid)
    assert isinstance(rest, Grid)
    assert not first.exact
    assert [(cell.column, cell.text) for cell in rest.cells[:3]] == [(1, "经济效益"), (2, "节约"), (3, "5万元")]


def test_running_text_is_no_table() -> None:
    def page(canvas: Canvas) -> None:
        for index in range(8):
            canvas.drawString(50, 700 - 20 * index, "本单位主要职责是贯彻执行国家和省市有关方针政策，拟订规划并实施。")

    assert len(shown(read(page))) == 8


def scan(canvas: Canvas) -> None:
    from PIL import Image

    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 595, 842)


def test_a_scan_is_named_in_a_warning_where_recognition_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    result = read(scan, lambda canvas: table(canvas, [["甲", "乙"]]), scan, scan)
    assert len(result.blocks) == 1
    assert "第 1、3–4 页" in result.warnings[0]
    assert "jixiao[ocr]" in result.warnings[0]


def test_a_large_picture_beside_text_is_named_too() -> None:
    def page(canvas: Canvas) -> None:
        scan(canvas)
        canvas.drawString(50, 700, "下面是一张图片，其中可能有表格，也可能没有表格，读者需要自己看一看。")

    result = read(page)
    assert len(result.blocks) == 1
    assert len(result.warnings) == 1


def test_damage_and_encryption() -> None:
    data = drawn(*[lambda canvas: table(canvas, [["甲", "乙"]])] * 3)
    for broken in (data[:-200], data[: len(data) // 2], b"%PDF-1.4\n" + b"x" * 2000 + b"%%EOF"):
        with pytest.raises(DamagedFile) as caught:
            pdf.read(broken, "t.pdf")
        assert caught.value.place == "t.pdf"
    with pytest.raises(DamagedFile, match="password"):
        read(scan, encrypt=StandardEncryption("secret"))
    assert len(read(lambda canvas: canvas.drawString(50, 50, "甲"), encrypt=StandardEncryption("")).blocks) == 1


def test_limits_and_empty_pages() -> None:
    data = drawn(*[lambda canvas: table(canvas, [["甲", "乙"]])] * 3)
    for name, value in {"pages": 2, "cells": 5, "page_objects": 3, "cell_chars": 0, "file_bytes": 10}.items():
        with pytest.raises(TooLarge, match=name):
            pdf.read(data, "t.pdf", Limits(**{name: value}))
    with pytest.raises(EmptyFile):
        read(lambda canvas: None)
