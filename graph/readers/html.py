"""HTML pages: tables with their row and column spans expanded, and the text around them.

Only the bytes given are read: no images, frames, style sheets, scripts or entities from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from graph.errors import DamagedFile, EmptyFile, TooLarge
from graph.readers.cells import CellCounter, SpanningRows, finish, tidy, whole
from graph.readers.document import Block, Cell, Paragraph, Place
from graph.readers.encoding import decode
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
# Where a browser looks for the declaration is 1024 bytes; pages of Word put it later.
_DECLARATION_WITHIN = 4096
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
})  # fmt: skip
_UNSEEN = frozenset({
    "head", "script", "style", "template", "noscript", "object", "svg", "math", "iframe", "audio", "video",
})  # fmt: skip
_CELLS = frozenset(("td", "th"))
_SECTIONS = frozenset(("thead", "tbody", "tfoot"))
_BEGIN, _END = re.compile("<html[ >]", re.IGNORECASE), re.compile("</html", re.IGNORECASE)
# Bounds of the HTML standard, 4.9.11.
_MOST_COLUMNS, _MOST_ROWS = 1000, 65534
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]\s*(?=[{_WIDE}])")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BEFORE_PARSING = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")

Element = Any  # lxml has no types of its own


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """Text and tables of a page in reading order; a table in a cell follows the table that it stands in.

    Raises EmptyFile, TooLarge or DamagedFile.
    """
    limits.check_file(data, path)
    declared = _DECLARED.search(data[:_DECLARATION_WITHIN])
    text, warnings = decode(data, declared[1].decode("ascii") if declared else None)
    page = _Page(CellCounter(limits, path))
    page.flow(_parse(text, path))
    if _BEGIN.search(text) and not _END.search(text):
        warnings.append("页面没有结尾，可能不完整。 The page has no end: it may be truncated.")
    return ReadResult(page.blocks, warnings=warnings)


def _parse(text: str, path: str) -> Element:
    text = _BEFORE_PARSING.sub("", text)
    if not text.strip():
        raise EmptyFile(place=path)
    # The plain parser: the elements of lxml.html have classes of their own, which take as long again to make.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise DamagedFile(str(error), place=path) from error
    if root is None:
        raise EmptyFile(place=path)
    # The parser stops in silence where elements are nested too deep.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise TooLarge("nested too deep", place=path)
    return root


class _Words:
    """Text as a browser would lay it out: lines that end at block elements, each with its line in the source."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._lines: list[tuple[str, int | None]] = []
        self._source_line: int | None = None

    def add(self, text: str | None, *, preformatted: bool) -> None:
        if text and preformatted:
            *full, text = text.split("\n")
            for line in full:
                self._pieces.append(line)
                self.end_line()
        if text:
            self._pieces.append(text)

    def end_line(self, next_line: int | None = None) -> None:
        """End the line; what follows begins at ``next_line`` of the source."""
        line = _one_line("".join(self._pieces)) if self._pieces else ""
        if line:
            self._lines.append((line, self._source_line))
        self._pieces = []
        self._source_line = next_line or self._source_line

    def take(self) -> list[tuple[str, int | None]]:
        """The lines so far; they are not given out twice."""
        self.end_line()
        lines, self._lines = self._lines, []
        return lines


def _one_line(text: str) -> str:
    """White space as a browser prints it; a line break between two Chinese characters is none."""
    return _SPACE.sub(" ", _WRAPPED.sub("", text)).strip()


def _lay_out(root: Element, words: _Words, take_table: Callable[[Element], bool]) -> None:
    """Give the text of ``root`` to ``words``, and each table to ``take_table``, which says whether it read it."""
    preformatted = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _UNSEEN or (tag == "option" and element.get("selected") is None):
                walk.skip_subtree()
                continue
            if tag == "table" and element is not root and take_table(element):
                walk.skip_subtree()
                continue
            if tag in _BLOCKS:
                words.end_line(element.sourceline)
            preformatted += tag == "pre"
            words.add(element.text, preformatted=preformatted > 0)
            if tag == "input" and element.get("type", "text").lower() == "text":
                words.add(element.get("value"), preformatted=False)
        else:
            preformatted -= tag == "pre"
            if tag in _BLOCKS:
                words.end_line()
            if element is not root:
                words.add(element.tail, preformatted=preformatted > 0)


class _Page:
    def __init__(self, counter: CellCounter) -> None:
        self.blocks: list[Block] = []
        self._counter = counter

    def flow(self, root: Element) -> None:
        """Append what stands in ``root``: a paragraph a line, and tables where they stand."""
        words = _Words()

        def take_table(table: Element) -> bool:
            if _is_layout(table):
                return False
            self._paragraphs(words)
            self._tables(table)
            return True

        _lay_out(root, words, take_table)
        self._paragraphs(words)

    def _paragraphs(self, words: _Words) -> None:
        self.blocks += [Paragraph(text, Place(line=line)) for raw, line in words.take() if (text := tidy(raw))]

    def _tables(self, table: Element) -> None:
        """Append ``table`` and after it, one after the other, the tables in its cells and the tables in those."""
        waiting = [table]
        while waiting:
            nested = self._table(waiting.pop(0))
            waiting[:0] = nested

    def _table(self, table: Element) -> list[Element]:
        cells: list[Cell] = []
        nested: list[Element] = []
        height = 0
        for section in _sections(table, self._stray):
            spans = SpanningRows()
            for row, tds in enumerate(section):
                self._counter.count(1 + len(tds))
                column = 0
                for td in tds:
                    line = td.sourceline
                    text = self._counter.tidied(self._inside(td, nested), line)
                    wanted = whole(td.get("colspan"), 1, _MOST_COLUMNS) or 1
                    # 0 means down to the end of the section, and no span reaches beyond it (HTML, 4.9.11, 4.9.12.1).
                    down = whole(td.get("rowspan"), 1, _MOST_ROWS) or len(section)
                    down = min(down, len(section) - row)
                    left, right = spans.place(row, column, down, wanted)
                    top = height + row
                    cells.append(Cell(text, top, left, Place(None, line, None, top + 1, left + 1), down, right))
                    column = left + right
            height += len(section)
        if any(cell.text for cell in cells):
            self.blocks.append(finish(cells, height, Place(line=table.sourceline)))
        return nested

    def _inside(self, td: Element, nested: list[Element]) -> str:
        """The text of a cell line by line; tables in it are added to ``nested``."""
        if len(td) == 0:
            return _one_line(td.text or "")
        words = _Words()

        def take_table(table: Element) -> bool:
            nested.append(table)
            return True

        _lay_out(td, words, take_table)
        return "\n".join(text for text, _ in words.take())

    def _stray(self, element: Element, text: str | None) -> None:
        """Text in a table but in none of its cells; a browser prints it above the table."""
        if text and (clean := tidy(_SPACE.sub(" ", text))):
            self.blocks.append(Paragraph(clean, Place(line=element.sourceline)))


def _sections(table: Element, stray: Callable[[Element, str | None], None]) -> list[list[list[Element]]]:
    """Cells by section and row, without those of nested tables; text outside the cells goes to ``stray``."""
    sections: list[list[list[Element]]] = [[]]
    open_elements = [(table, iter(table))]
    stray(table, table.text)
    while open_elements:
        parent, children = open_elements[-1]
        for element in children:
            tag = element.tag
            if tag in _CELLS:
                if not sections[-1]:
                    sections[-1].append([])
                sections[-1][-1].append(element)
            elif tag not in _UNSEEN:
                if tag == "tr":
                    sections[-1].append([])
                elif tag in _SECTIONS:
                    sections.append([])
                stray(element, element.text)
                open_elements.append((element, iter(element)))
                break
            stray(element, element.tail)
        else:
            open_elements.pop()
            if parent.tag in _SECTIONS:
                sections.append([])
            if parent is not table:
                stray(parent, parent.tail)
    return [section for section in sections if section]


def _is_layout(table: Element) -> bool:
    """A table that only arranges a page: it holds other tables, and no two of its cells stand side by side."""
    if next(table.iterdescendants("table"), None) is None:
        return False
    rows = (row for section in _sections(table, lambda *_: None) for row in section)
    return all(sum(any(text.strip() for text in td.itertext()) for td in row) <= 1 for row in rows)
