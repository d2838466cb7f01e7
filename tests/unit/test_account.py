"""Whatever a converter did to a document: extraction ends, and every cell of a performance grid is accounted for."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import resources
from graph.errors import JixiaoError
from graph.extraction import trace
from graph.extraction.columns import find_layout
from graph.extraction.stream import Row, stream
from graph.extraction.targets import decimal
from graph.output import as_json
from graph.readers import read
from graph.readers.document import Block, Cell, Document, Grid, Paragraph
from graph.spelling import fold
from graph.vocabulary import vocabulary

SAMPLES = sorted(path.name for path in resources.folder("data/samples").glob("*.txt"))
DAMAGES = ("lose", "double", "shift left", "shift right", "cut", "lose the row", "double the row")
Damage = tuple[str, int, int]


@cache
def sample(name: str) -> Document:
    """A sample without its budget tables, which take most of the time and none of the interest."""
    document = read(resources.folder("data/samples") / name)
    blocks = [block for block in document.blocks if isinstance(block, Paragraph) or is_performance(block)]
    return Document(name, document.sha256, document.media_type, blocks)


def is_performance(grid: Grid) -> bool:
    return any(find_layout(row, vocabulary()) for row in rows_of(grid))


def rows_of(*blocks: Block) -> list[Row]:
    return [row for row in stream(Document("", "", "", list(blocks))) if isinstance(row, Row)]


def damaged(document: Document, damages: list[Damage]) -> Document:
    """A copy in which cells of the performance grids were lost, moved, cut or doubled."""
    blocks = [copy(block) if isinstance(block, Grid) else block for block in document.blocks]
    grids = [block for block in blocks if isinstance(block, Grid)]
    for damage, grid, cell in damages:
        harm(grids[grid % len(grids)], damage, cell)
    return Document(document.path, document.sha256, document.media_type, blocks)


def copy(grid: Grid) -> Grid:
    cells = [Cell(c.text, c.row, c.column, c.place, c.rowspan, c.colspan) for c in grid.cells]
    return Grid(cells, grid.exact, grid.place)


def harm(grid: Grid, damage: str, number: int) -> None:
    if not grid.cells:
        return
    cell = grid.cells[number % len(grid.cells)]
    row = [other for other in grid.cells if other.row == cell.row]
    match damage:
        case "lose":
            grid.cells.remove(cell)
        case "cut":
            cell.text = cell.text[: len(cell.text) // 2]
        case "lose the row":
            grid.cells = [other for other in grid.cells if other.row != cell.row]
        case "shift left" | "shift right":
            by = 1 if damage == "shift right" else -1
            for other in row:
                other.column = max(0, other.column + by * (other.column >= cell.column))
        case "double":
            for other in row:
                other.column += other.column > cell.column
            again = Cell(cell.text, cell.row, cell.column + 1, cell.place)
            grid.cells.insert(grid.cells.index(cell) + 1, again)
        case "double the row":
            for other in grid.cells:
                other.row += other.row > cell.row
            end = grid.cells.index(row[-1]) + 1
            grid.cells[end:end] = [Cell(c.text, c.row + 1, c.column, c.place) for c in row]


def lost(document: Document) -> Iterator[str]:
    """Cells of performance grids that are neither in the model nor furniture nor listed as not understood."""
    disclosure, account = trace(document)
    listed = {(item.text, item.place) for item in disclosure.unplaced}
    for grid in document.grids():
        if is_performance(grid):
            for row in rows_of(grid):
                for cell in row.own:
                    if account.role(cell) is None and (cell.text.strip(), cell.place) not in listed:
                        yield f"{cell.place}: {cell.text}"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_cell_of_a_sample_is_accounted_for(name: str) -> None:
    assert list(lost(read(resources.folder("data/samples") / name))) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_words_of_every_used_cell_stand_in_the_record(name: str) -> None:
    document = read(resources.folder("data/samples") / name)
    disclosure, account = trace(document)
    texts = [fold(text) for text in strings(as_json(disclosure))]
    record, numbers = "\n".join(texts), {decimal(text) for text in texts} - {None}
    cells = [cell for grid in document.grids() if is_performance(grid) for row in rows_of(grid) for cell in row.own]
    for cell in cells:
        # The total that a unit's row prints is the sum of its projects.
        if account.role(cell) not in (None, "furniture", "unitTotal"):
            text = fold(cell.text)
            assert decimal(text) in numbers or all(part in record for part in re.split("[-:]", text)), cell.place


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for part in (*value, *(value.values() if isinstance(value, dict) else ())):
            yield from strings(part)
    elif value is not None:
        yield str(value)


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.sampled_from(DAMAGES), st.integers(0, 30), st.integers(0, 600)), min_size=1, max_size=8),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_breaks_extraction_or_loses_a_cell(name: str, damages: list[Damage]) -> None:
    try:
        assert list(lost(damaged(sample(name), damages))) == []
    except JixiaoError as error:
        assert error.code == "no-performance-table"
