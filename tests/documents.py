"""Small documents for tests: grids written as rows of words, and what extraction makes of them."""

from collections.abc import Sequence

from graph.extraction import extract
from graph.extraction.stream import Row, stream
from graph.model import Disclosure, TargetTable
from graph.readers import read_bytes
from graph.readers.document import Block, Cell, Document, Grid, Paragraph, Place

HEADINGS = ("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重")


def grid(*rows: Sequence[str], exact: bool = False) -> Grid:
    """Rows of words; an empty string is a slot without a cell."""
    cells = [
        Cell(text, row, column, Place(line=row + 1, column=column + 1))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    return Grid(cells, exact, Place(line=1))


def document(*blocks: Block | str) -> Document:
    """Grids and lines of text."""
    made = [Paragraph(block, Place(line=n)) if isinstance(block, str) else block for n, block in enumerate(blocks, 1)]
    return Document("made-up.txt", "0" * 64, "text/plain", made)


def rows(*texts: Sequence[str], exact: bool = False) -> list[Row]:
    """The rows of one grid as extraction sees them."""
    return [item for item in stream(document(grid(*texts, exact=exact))) if isinstance(item, Row)]


def tables(*blocks: Block | str) -> tuple[TargetTable, ...]:
    """The target tables of a made-up document."""
    return extract(document(*blocks)).target_tables


def from_text(text: str) -> Disclosure:
    """The disclosure in a text file."""
    return extract(read_bytes(text.encode(), "made-up.txt"))
