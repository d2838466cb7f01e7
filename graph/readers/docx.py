"""Word documents (DOCX, DOCM): paragraphs and tables in reading order, read from the XML itself.

Tables are walked cell by cell (ECMA-376 part 1, 17.4): ``gridBefore`` and ``gridSpan`` say where a cell stands,
``vMerge`` continues the one above. Deleted and hidden text is left out, inserted text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.errors import DamagedFile, EmptyFile, TooLarge
from graph.readers.cells import HIDDEN_BY_MERGE, CellCounter, finish, tidy, whole
from graph.readers.document import Block, Cell, Paragraph, Place
from graph.readers.limits import LIMITS, Limits
from graph.readers.numbering import Numbering
from graph.readers.package import Element, Package, attribute, first, local, value
from graph.readers.result import ReadResult
from graph.readers.symbols import symbol, unicode

# Wrappers around content that change nothing in what is printed.
_WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"})
# Never printed as text of the paragraph: properties, deletions, field codes, the second form of alternative content.
_UNPRINTED = frozenset({"pPr", "rPr", "sdtPr", "sdtEndPr", "del", "moveFrom", "instrText", "delText", "Fallback", "rt"})
_SIGNS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEX = re.compile(r"[0-9A-Fa-f]{1,4}")
_MOST_COLUMNS = 1000
_DEEPEST = 20  # tables within tables


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """Paragraphs and tables; a table in a cell follows the table that it stands in.

    Pages are those that Word stored when it last laid the document out; None where it stored none.
    Raises EmptyFile, TooLarge or DamagedFile.
    """
    package = Package(data, path, limits)
    main = package.main_part()
    root = package.xml(main)
    body = next((child for child in root if local(child) == "body"), None)
    if body is None:
        raise DamagedFile(f"不是 Word 正文 not a Word document: {local(root)}", place=path)
    numbering = Numbering.of(package, main)
    paged = next(body.iter("{*}lastRenderedPageBreak"), None) is not None
    reader = _Body(CellCounter(limits, path), numbering, page=1 if paged else None)
    blocks = list(reader.blocks(body))
    warnings = package.warnings() + sorted(reader.warnings)
    if not blocks:
        if not package.has_images():
            raise EmptyFile(place=path)
        warnings.append("文档中只有图片，没有文字。 The document holds pictures only, no text.")
    if reader.page is not None:
        limits.check("pages", reader.page, path)
    return ReadResult(blocks, reader.page, warnings)


class _Body:
    """Walks the content; ``page`` is the page reached so far."""

    def __init__(self, counter: CellCounter, numbering: Numbering, *, page: int | None) -> None:
        self.page = page
        self.warnings: set[str] = set()
        self._counter, self._numbering = counter, numbering
        self._depth = 0

    def blocks(self, container: Element) -> Iterator[Block]:
        """The paragraphs and tables of ``container``; text boxes follow the paragraph that they hang on."""
        for child in _content(container):
            name = local(child)
            if name == "p":
                text, page, boxes = self._paragraph(child)
                if text:
                    yield Paragraph(text, Place(page=page))
                for box in boxes:
                    yield from self.blocks(box)
            elif name == "tbl":
                yield from self._table(child)
            elif name == "altChunk":
                self.warnings.add("文档中插入的外部内容未读取。 Imported content (altChunk) is not read.")

    def _paragraph(self, paragraph: Element) -> tuple[str, int | None, list[Element]]:
        """Text with its automatic number, the page on which it begins, and the text boxes in it."""
        label = self._numbering.label(paragraph)
        found = _Text(self.page)
        found.gather(paragraph, "")
        self.page = found.page
        text = tidy("".join(found.pieces))
        # Word sets a tab after the number; after 一、 or （一） nothing shows of it.
        gap = " " if text and label[-1:].isascii() and label else ""
        return label + gap + text, found.begin, found.boxes

    def _table(self, table: Element) -> Iterator[Block]:
        if self._depth == _DEEPEST:
            raise TooLarge("表格嵌套过深 tables nested too deep")
        self._depth += 1
        cells: list[Cell] = []
        nested: list[Block] = []
        above: dict[int, Cell] = {}
        height = 0
        for row in (child for child in _content(table) if local(child) == "tr"):
            properties = first(row, "trPr")
            if first(properties, "del") is None:
                self._counter.count(1)
                before = whole(value(properties, "gridBefore"), 0, _MOST_COLUMNS)
                cells += self._row(row, height, before, above, nested)
                height += 1
        self._depth -= 1
        if any(cell.text for cell in cells):
            yield finish(cells, height, Place(page=cells[0].place.page))
        yield from nested

    def _row(self, row: Element, index: int, column: int, above: dict[int, Cell], nested: list[Block]) -> list[Cell]:
        """New cells of a row. ``above``: by column the last cell seen, which a vMerge makes one row taller."""
        cells: list[Cell] = []
        begin = end = printed = self.page
        for element in (child for child in _content(row) if local(child) == "tc"):
            self.page = begin
            properties = first(element, "tcPr")
            span = max(whole(value(properties, "gridSpan"), 1, _MOST_COLUMNS), 1)
            text, page = self._cell(element, nested)
            if self.page is not None and page is not None:
                end, printed = max(end or 1, self.page), max(printed or 1, page)
            over = above.get(column)
            if value(properties, "hMerge", "continue") == "continue" and cells:
                cells[-1].colspan += span
            elif value(properties, "vMerge", "continue") == "continue" and over and over.row + over.rowspan == index:
                over.rowspan += 1
            else:
                above[column] = Cell(text, index, column, Place(row=index + 1, column=column + 1), colspan=span)
                cells.append(above[column])
                text = ""
            if text:
                self.warnings.add(HIDDEN_BY_MERGE)
            column += span
        for cell in cells:
            cell.place = Place(page=printed, row=cell.place.row, column=cell.place.column)
        self.page = end
        return cells

    def _cell(self, container: Element, nested: list[Block]) -> tuple[str, int | None]:
        """Text of a cell and the page on which it begins; tables in it go to ``nested``."""
        texts: list[str] = []
        begin: int | None = None
        for child in _content(container):
            if local(child) == "p":
                text, page, boxes = self._paragraph(child)
                if text and begin is None:
                    begin = page
                texts.append(text)
                texts += [self._cell(box, nested)[0] for box in boxes]
            elif local(child) == "tbl":
                nested += self._table(child)
        return self._counter.text("\n".join(texts), Place(page=begin)), begin


class _Text:
    """Text of a paragraph with the page breaks that Word found in it."""

    def __init__(self, page: int | None) -> None:
        self.pieces: list[str] = []
        self.boxes: list[Element] = []
        self.page = self.begin = page
        self._printed = False

    def gather(self, element: Element, font: str) -> None:
        for child in element:
            name = local(child)
            if name in _UNPRINTED:
                continue
            if name == "t":
                self._add(unicode(child.text or "", font))
            elif name in _SIGNS:
                self._add(_SIGNS[name])
            elif name == "sym":
                code = attribute(child, "char") or ""
                self._add(symbol(int(code, 16), attribute(child, "font") or "") if _HEX.fullmatch(code) else "")
            elif name == "lastRenderedPageBreak":
                self.page = (self.page or 0) + 1
            elif name == "txbxContent":
                self.boxes.append(child)
            elif name == "r":
                properties = first(child, "rPr")
                if not _on(properties, "vanish"):
                    fonts = first(properties, "rFonts")
                    self.gather(child, (attribute(fonts, "ascii") or "") if fonts is not None else "")
            else:
                if name == "den":
                    self._add("/")
                self.gather(child, font)

    def _add(self, text: str) -> None:
        if not self._printed and text.strip():
            self._printed, self.begin = True, self.page
        self.pieces.append(text)


def _on(properties: Element, name: str) -> bool:
    """A switch property (ECMA-376 part 1, 17.17.4): there, and not turned off."""
    return value(properties, name, "true") not in ("", "0", "false", "off")


def _content(container: Element) -> Iterator[Element]:
    """Children of ``container``, with wrappers opened."""
    for child in container:
        if local(child) in _WRAPPERS:
            yield from _content(child)
        else:
            yield child
