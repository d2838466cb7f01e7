"""Plain-text dumps of documents: tab-separated rows, one cell a line, pipe tables (Markdown), and lines of prose.

Converters write tables in these three ways and damage them: cells are dropped, rows are cut by page breaks. The reader
keeps what is there; a form feed starts a new page. Grids are never ``exact``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph.readers.document import Block, Cell, Grid, Paragraph, Place
from graph.readers.encoding import decode
from graph.readers.result import ReadResult

# Word's field codes as some converters print them into the text.
_ARTEFACT = re.compile(r"\[bookmark: [^\]\n]{0,200}\]")
_PIPE_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?")
_MARKUP = re.compile(r"^\s{0,3}(#{1,6}\s+|[-*]\s+(?=\S))|</?(?:br|p|div|span)\s*/?>", re.IGNORECASE)
# Emphasis comes in pairs, or breaks off at a line's end; a lone ** inside a line stands for a figure to be filled in.
_EMPHASIS = re.compile(r"\*\*(?=\S)([^*]+?)\*\*|^\*\*|\*\*$")
_ONE_CELL = re.compile(r"\t[^\t]*\t*")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int
    page: int | None

    def place(self, column: int | None = None) -> Place:
        return Place(page=self.page, line=self.number, column=column)


def read(data: bytes, path: str) -> ReadResult:
    """Decoded text as blocks; ``pages`` counts form feeds if there are any."""
    text, warnings = decode(data)
    paged = "\f" in text
    lines, page = [], 1
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        page += raw.count("\f")
        lines.append(_Line(_ARTEFACT.sub("", raw.replace("\f", "")), number, page if paged else None))
    blocks = _one_cell_a_line(lines) if _is_one_cell_style(lines) else _rows_by_line(lines)
    return ReadResult(blocks, page if paged else None, warnings)


def _is_one_cell_style(lines: list[_Line]) -> bool:
    single = sum(1 for line in lines if _ONE_CELL.fullmatch(line.text) and line.text.strip())
    several = sum(1 for line in lines if _is_several(line.text))
    return single > 10 and single > 3 * several


def _is_several(text: str) -> bool:
    """Whether a line holds two or more cells."""
    return "\t" in text.strip() and sum(1 for cell in text.split("\t") if cell.strip()) > 1


def _one_cell_a_line(lines: list[_Line]) -> list[Block]:
    """Each cell is a line that begins with a tab; blank lines end a row; a line without tab ends the table."""
    blocks: list[Block] = []
    cells: list[Cell] = []
    row, column, open_row = 0, 0, False

    def close_grid() -> None:
        nonlocal cells, row, column, open_row
        if cells:
            blocks.append(Grid(cells, place=cells[0].place))
        cells, row, column, open_row = [], 0, 0, False

    for line in lines:
        if line.text.startswith("\t"):
            text = line.text.strip()
            if text:
                cells.append(Cell(text, row, column, line.place(column + 1)))
            column += 1
            open_row = True
        elif not line.text.strip():
            if open_row:
                row, column, open_row = row + 1, 0, False
        elif open_row and cells:
            cells[-1].text += "\n" + line.text.strip()
        else:
            close_grid()
            blocks.append(Paragraph(_unmarked(line.text), line.place()))
    close_grid()
    return blocks


def _rows_by_line(lines: list[_Line]) -> list[Block]:
    blocks: list[Block] = []
    run: list[_Line] = []
    for index, line in enumerate(lines):
        if _is_row(line.text) or (run and _is_inside(lines, index)):
            run.append(line)
            continue
        if run:
            blocks.append(_grid(run))
            run = []
        if line.text.strip():
            blocks.append(Paragraph(_unmarked(line.text), line.place()))
    if run:
        blocks.append(_grid(run))
    return [block for block in blocks if not isinstance(block, Grid) or block.cells]


def _is_row(text: str) -> bool:
    return "\t" in text or _is_pipe(text)


def _is_pipe(text: str) -> bool:
    stripped = text.strip()
    return len(stripped) > 1 and stripped.startswith("|") and stripped.endswith("|")


def _is_inside(lines: list[_Line], index: int) -> bool:
    """A line of text directly between two tab-separated rows is a row of one cell."""
    return (
        bool(lines[index].text.strip())
        and index + 1 < len(lines)
        and "\t" in lines[index + 1].text
        and "\t" in lines[index - 1].text
    )


def _grid(run: list[_Line]) -> Grid:
    cells: list[Cell] = []
    row = 0
    for line in run:
        if _is_pipe(line.text):
            if _PIPE_RULE.fullmatch(line.text.strip()):
                continue
            texts = re.split(r"(?<!\\)\|", line.text.strip()[1:-1])
        else:
            texts = line.text.split("\t")
        for column, text in enumerate(texts):
            clean = _unmarked(text.replace("\\|", "|"))
            if clean:
                cells.append(Cell(clean, row, column, line.place(column + 1)))
        row += 1
    return Grid(cells, place=run[0].place())


def _unmarked(text: str) -> str:
    return _EMPHASIS.sub(r"\1", _MARKUP.sub("", text).strip()).strip()
