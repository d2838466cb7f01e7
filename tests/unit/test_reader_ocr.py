"""Pictures of pages. The reading itself needs the optional component; what happens without it does not."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from graph.errors import DamagedFile, TooLarge, UnknownFormat
from graph.readers import ocr
from graph.readers.document import Grid
from graph.readers.limits import Limits

installed = pytest.mark.ocr


def picture(angle: float = 0, quarters: int = 0) -> bytes:
    """A page of A4 at 150 dpi: a line of text, and a table of two rows and two columns, the first column merged."""
    image = Image.new("L", (1240, 1754), 245)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(30)
    draw.text((100, 80), "Performance targets 2026", 20, font)
    for x, top in ((100, 200), (500, 200), (900, 200)):
        draw.line((x, top, x, 400), 30, 2)
    for y, left in ((200, 100), (300, 500), (400, 100)):
        draw.line((left, y, 900, y), 30, 2)
    for x, y, text in ((120, 280, "Output"), (520, 230, "39"), (520, 330, "95.5%")):
        draw.text((x, y), text, 20, font)
    stream = io.BytesIO()
    image = image.rotate(angle, fillcolor=245, resample=Image.Resampling.BICUBIC)
    image.rotate(90 * quarters, expand=True).save(stream, "PNG")
    return stream.getvalue()


@installed
@pytest.mark.parametrize(("angle", "quarters"), [(1.5, 0), (0, 1), (0, 3)])
def test_a_scanned_table_is_read_cell_by_cell(angle: float, quarters: int) -> None:
    result = ocr.read(picture(angle, quarters), "t.png")
    (grid,) = [block for block in result.blocks if isinstance(block, Grid)]
    assert [(cell.text, cell.rowspan) for cell in grid.cells] == [("Output", 2), ("39", 1), ("95.5%", 1)]
    assert all(cell.confidence is not None and cell.confidence > 0.8 for cell in grid.cells)
    assert len(result.blocks) == 2


@installed
def test_two_strokes_of_one_length_alone_in_a_cell_are_a_sign_of_equality() -> None:
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    for line in ((100, 200, 500, 200), (100, 260, 500, 260), *((x, 200, x, 260) for x in (100, 300, 500))):
        draw.line(line, 0, 2)
    draw.text((120, 215), "39", 0, ImageFont.load_default(30))
    for y in (227, 235):
        draw.rectangle((390, y, 412, y + 2), 0)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    (grid,) = [block for block in ocr.read(stream.getvalue(), "t.png").blocks if isinstance(block, Grid)]
    assert [cell.text for cell in grid.cells] == ["39", "="]


@installed
def test_what_is_no_picture_or_too_large_a_one_is_refused() -> None:
    with pytest.raises(DamagedFile):
        ocr.read(picture()[:200], "t.png")
    with pytest.raises(TooLarge, match="page_pixels"):
        ocr.read(picture(), "t.png", Limits(page_pixels=1000))


def test_without_the_component_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(UnknownFormat, match="jixiao"):
        ocr.read(b"picture", "t.png")
