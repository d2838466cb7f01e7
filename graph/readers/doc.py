"""Word 97–2003 (.doc), read from the binary format itself; older files and RTF through LibreOffice, where there is one.

LibreOffice is not asked first: it may not be there, takes seconds, and loses tables in some files that it wrote itself.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from graph.errors import DamagedFile, EmptyFile, TooLarge, UnknownFormat
from graph.readers import docx, word97
from graph.readers.cells import HIDDEN_BY_MERGE, CellCounter, finish, tidy
from graph.readers.document import Block, Cell, Paragraph, Place
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

SECONDS = 60
_DEEPEST = 20  # tables within tables
# In twips: edges of cells nearer than this are one border.
_NEAR = 40
_NUMBERED = "自动编号（一、（一）等）未读取。 Automatic numbers of paragraphs are not read."
_NEEDED = (
    "读取 Word 95 及更早的 .doc 和 RTF 需要 LibreOffice；请安装，或另存为 .docx。"
    " Word 95 and older and RTF need LibreOffice; install it, or save the file as .docx."
)


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """Paragraphs and tables; a table in a cell follows the table that it stands in.

    Raises EmptyFile, TooLarge, DamagedFile, or UnknownFormat for an older file where LibreOffice is not installed.
    """
    limits.check_file(data, path)
    try:
        marks = word97.paragraphs(data)
    except UnknownFormat:
        return converted(data, path, limits)
    reader = _Body(CellCounter(limits, path))
    reader.read(marks)
    if not reader.blocks:
        raise EmptyFile(place=path)
    return ReadResult(reader.blocks, warnings=sorted(reader.warnings))


@dataclass(slots=True)
class _Table:
    """An open table: finished rows, the cells of the row at hand, the lines of the cell at hand."""

    rows: list[tuple[word97.Row | None, list[str]]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    nested: list[Block] = field(default_factory=list)

    def end_row(self, shape: word97.Row | None) -> None:
        if self.cells:
            self.rows.append((shape, self.cells))
        self.cells, self.lines = [], []


class _Body:
    def __init__(self, counter: CellCounter) -> None:
        self.blocks: list[Block] = []
        self.warnings: set[str] = set()
        self._counter = counter
        self._open: list[_Table] = []

    def read(self, marks: list[word97.Mark]) -> None:
        """Put the paragraphs into blocks."""
        for mark in marks:
            if mark.depth > _DEEPEST:
                raise TooLarge("表格嵌套过深 tables nested too deep")
            while len(self._open) > max(mark.depth, 0):
                self._close()
            while len(self._open) < mark.depth:
                self._open.append(_Table())
            text = tidy(mark.text)
            if mark.numbered and text:
                self.warnings.add(_NUMBERED)
            if self._open:
                self._in_table(self._open[-1], mark, text)
            elif text:
                self.blocks.append(Paragraph(text, Place()))
        while self._open:
            self._close()

    def _in_table(self, table: _Table, mark: word97.Mark, text: str) -> None:
        if mark.ends_row:
            table.end_row(mark.row)
            return
        table.lines.append(text)
        if mark.ends_cell:
            table.cells.append(self._counter.text("\n".join(table.lines), len(table.rows) + 1))
            table.lines = []

    def _close(self) -> None:
        table = self._open.pop()
        table.end_row(None)
        blocks = [*self._grid(table), *table.nested]
        if self._open:
            self._open[-1].nested += blocks
        else:
            self.blocks += blocks

    def _grid(self, table: _Table) -> Iterator[Block]:
        borders = _borders([edge for shape, _ in table.rows if shape for edge in shape.edges])
        cells: list[Cell] = []
        above: dict[int, Cell] = {}
        for index, (shape, texts) in enumerate(table.rows):
            cells += self._row(index, texts, shape, borders, above)
        if any(cell.text for cell in cells):
            yield finish(cells, len(table.rows), Place())

    def _row(
        self, index: int, texts: list[str], shape: word97.Row | None, borders: list[int], above: dict[int, Cell]
    ) -> list[Cell]:
        """New cells of a row. ``above``: by column the last cell seen, which one that goes on makes a row taller."""
        cells: list[Cell] = []
        for number, (text, (column, end)) in enumerate(zip(texts, _columns(len(texts), shape, borders), strict=True)):
            over = above.get(column)
            if shape and number < len(shape.right) and shape.right[number] and cells:
                cells[-1].colspan = max(end - cells[-1].column, 1)
            elif shape and number < len(shape.down) and shape.down[number] and over and _reaches(over, index):
                over.rowspan += 1
            else:
                place = Place(row=index + 1, column=column + 1)
                above[column] = Cell(text, index, column, place, colspan=max(end - column, 1))
                cells.append(above[column])
                continue
            if text:
                self.warnings.add(HIDDEN_BY_MERGE)
        return cells


def _reaches(over: Cell, row: int) -> bool:
    return over.row + over.rowspan == row


def _borders(edges: list[int]) -> list[int]:
    borders: list[int] = []
    for edge in sorted(edges):
        if not borders or edge - borders[-1] > _NEAR:
            borders.append(edge)
    return borders


def _columns(count: int, shape: word97.Row | None, borders: list[int]) -> list[tuple[int, int]]:
    """First column of each cell and the one after its last; one after the other where the row's shape is not theirs."""
    if shape is None or len(shape.edges) != count + 1:
        return [(n, n + 1) for n in range(count)]
    at = [max(sum(border <= edge for border in borders) - 1, 0) for edge in shape.edges]
    if any(a >= b for a, b in pairwise(at)):
        return [(n, n + 1) for n in range(count)]
    return list(pairwise(at))


def converted(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """The document as LibreOffice converts it.

    Raises UnknownFormat where LibreOffice is not installed, DamagedFile where it cannot read the file, TooLarge where
    it takes too long.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise UnknownFormat(_NEEDED, place=path)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.doc"
        source.write_bytes(data)
        command = [office, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "docx"]
        try:
            subprocess.run(  # noqa: S603 - a fixed program on a file of our own naming
                [*command, "--outdir", folder, str(source)], capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise TooLarge(f"LibreOffice > {SECONDS} s", place=path) from error
        made = Path(folder) / "document.docx"
        if not made.is_file():
            raise DamagedFile("LibreOffice", place=path)
        return docx.read(made.read_bytes(), path, limits)
