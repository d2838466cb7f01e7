"""The binary format of Word 97–2003 ([MS-DOC]): its paragraphs, with what tells the cells and rows of tables.

Text lies in pieces; properties lie beside it, by position in the file, as lists of (code, operand) that state what
differs from the style. Only those are looked at that say what is printed and where: tables, hidden and deleted text,
symbols. Offsets and codes are those of [MS-DOC] 2.5 and 2.6.
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from xlrd.compdoc import CompDoc, CompDocError

from graph.errors import DamagedFile, UnknownFormat
from graph.readers.symbols import symbol, unicode

_MAGIC, _WORD_97 = 0xA5EC, 0x00C1
_ENCRYPTED, _SECOND_TABLE_STREAM = 0x0100, 0x0200
# Pairs (offset, length) in the file information block, by their index.
_FONTS, _CHARACTER_RUNS, _PARAGRAPH_RUNS, _PIECES = 15, 12, 13, 33
_PAGE = 512
# Sizes of operands by the last three bits of a code; 6 states its own.
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL, _INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_NUMBERED, _HUGE = 0x460B, (0x6645, 0x6646)
_ROW, _MERGE_DOWN, _MERGE_RIGHT = 0xD608, 0xD62B, 0x5624
_DELETED, _HIDDEN, _SYMBOL, _FONT = 0x0800, 0x083C, 0x6A09, 0x4A4F
_MARKS = "\r\x07\x0c"
_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_PRINTED = str.maketrans({"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None, "\x00": None})

Properties = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row: where they begin and end in twips, and which go on from the cell above or to the left."""

    edges: tuple[int, ...]
    down: tuple[bool, ...]
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A paragraph: its text, in how many tables it stands, and whether it ends a cell or a row of the innermost."""

    text: str
    depth: int
    ends_cell: bool
    row: Row | None
    ends_row: bool
    numbered: bool


@dataclass(slots=True)
class _Piece:
    begin: int  # first character
    count: int
    offset: int  # in the stream
    width: int  # bytes a character


@dataclass(slots=True)
class _Runs:
    """Stretches of the stream and the properties of each."""

    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    properties: list[bytes] = field(default_factory=list)

    def at(self, offset: int) -> bytes:
        index = bisect_right(self.begins, offset) - 1
        return self.properties[index] if index >= 0 and offset < self.ends[index] else b""


def paragraphs(data: bytes) -> list[Mark]:
    """The paragraphs of the document and of its text boxes.

    Raises DamagedFile, or UnknownFormat for what Word 95 and older wrote.
    """
    try:
        return _Word(data).paragraphs()
    except (struct.error, IndexError, ValueError, CompDocError, AssertionError) as error:
        raise DamagedFile(f"Word: {error}") from error


def _properties(stated: bytes) -> Properties:
    """A list of codes and operands; what follows one that is cut off is left out."""
    found: Properties = {}
    at = 0
    while at + 2 < len(stated):
        (code,) = struct.unpack_from("<H", stated, at)
        at += 2
        size = _SIZES[code >> 13]
        if code == _ROW:
            size = struct.unpack_from("<H", stated, at)[0] + 1 if at + 2 <= len(stated) else 0
        elif code >> 13 == 6:
            size = stated[at] + 1
        if at + size > len(stated):
            break
        # Each merging of cells is stated apart.
        found[code] = found.get(code, b"") + stated[at : at + size] if code in _EACH else stated[at : at + size]
        at += size
    return found


_EACH = (_MERGE_DOWN, _MERGE_RIGHT)


class _Word:
    def __init__(self, data: bytes) -> None:
        container = _opened(data)
        self._stream: bytes = container.get_named_stream("WordDocument") or b""
        magic, version = struct.unpack_from("<HH", self._stream)
        (flags,) = struct.unpack_from("<H", self._stream, 10)
        if magic != _MAGIC or version < _WORD_97:
            raise UnknownFormat("Word 95")
        if flags & _ENCRYPTED:
            raise DamagedFile("加密 encrypted")
        self._table: bytes = container.get_named_stream("1Table" if flags & _SECOND_TABLE_STREAM else "0Table") or b""
        self._data: bytes = container.get_named_stream("Data") or b""
        (words,) = struct.unpack_from("<H", self._stream, 32)
        self._counts = 34 + 2 * words + 2
        (longs,) = struct.unpack_from("<H", self._stream, self._counts - 2)
        self._pairs = self._counts + 4 * longs + 2
        self._pieces = list(self._read_pieces())

    def paragraphs(self) -> list[Mark]:
        """Those of the main text, then those of the text boxes."""
        text = "".join(self._characters())
        main, *others = struct.unpack_from("<8i", self._stream, self._counts + 12)
        runs = self._runs(_PARAGRAPH_RUNS)
        boxes = main + sum(others[:5])
        stories = [(0, main), (boxes, boxes + others[5])]
        return [mark for begin, end in stories for mark in self._marks(text, begin, min(end, len(text)), runs)]

    def _marks(self, text: str, begin: int, end: int, runs: _Runs) -> Iterator[Mark]:
        for at in range(max(begin, 0), end):
            if text[at] in _MARKS or at == end - 1:
                last = at if text[at] in _MARKS else at + 1
                properties = self._paragraph(runs, at)
                yield _mark(text[begin:last].translate(_PRINTED), text[at], properties)
                begin = at + 1

    def _paragraph(self, runs: _Runs, character: int) -> Properties:
        found = _properties(runs.at(self._offset(character))[2:])  # the first two bytes name the style
        for code in _HUGE:
            if code in found:
                (at,) = struct.unpack("<I", found[code])
                (size,) = struct.unpack_from("<H", self._data, at)
                found |= _properties(self._data[at + 2 : at + 2 + size])
        return found

    # -- text ---------------------------------------------------------------------------------------------------------

    def _pair(self, index: int) -> bytes:
        """What a pair of the file information block points at in the table stream."""
        offset, length = struct.unpack_from("<II", self._stream, self._pairs + 8 * index)
        return self._table[offset : offset + length]

    def _read_pieces(self) -> Iterator[_Piece]:
        stated = self._pair(_PIECES)
        at = 0
        while stated[at] == 1:
            at += 3 + struct.unpack_from("<H", stated, at + 1)[0]
        if stated[at] != 2:
            raise ValueError("no pieces")
        (length,) = struct.unpack_from("<I", stated, at + 1)
        table = stated[at + 5 : at + 5 + length]
        count = (len(table) - 4) // 12
        borders = struct.unpack_from(f"<{count + 1}I", table)
        for index, (begin, end) in enumerate(pairwise(borders)):
            (place,) = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * index + 2)
            narrow = place & 0x4000_0000
            offset, width = ((place & 0x3FFF_FFFF) // 2, 1) if narrow else (place, 2)
            held = max(0, min(end - begin, (len(self._stream) - offset) // width))
            yield _Piece(begin, held, offset, width)

    def _offset(self, character: int) -> int:
        index = bisect_right(self._pieces, character, key=lambda piece: piece.begin) - 1
        piece = self._pieces[max(index, 0)]
        return piece.offset + (character - piece.begin) * piece.width

    def _characters(self) -> list[str]:
        """The text; what is not printed is blanked, so that positions stay what they are."""
        found: list[str] = []
        runs = self._runs(_CHARACTER_RUNS)
        fonts = self._fonts()
        for piece in self._pieces:
            if piece.begin != len(found):
                raise ValueError("pieces out of order")
            raw = self._stream[piece.offset : piece.offset + piece.count * piece.width]
            text = raw.decode("cp1252" if piece.width == 1 else "utf-16-le", errors="replace")
            # Characters beyond the basic plane are two units, and two positions.
            text = text if len(text) == piece.count else _by_unit(raw)
            found += text
            self._apply(runs, piece, found, fonts)
        _blank_fields(found)
        return found

    def _apply(self, runs: _Runs, piece: _Piece, text: list[str], fonts: list[str]) -> None:
        """Blank what is hidden or deleted, and put in symbols."""
        end = piece.offset + piece.count * piece.width
        first = max(bisect_right(runs.begins, piece.offset) - 1, 0)
        for index in range(first, bisect_right(runs.begins, end)):
            stated = _properties(runs.properties[index])
            gone = any(stated.get(code, b"\0") == b"\1" for code in (_DELETED, _HIDDEN))
            font, sign = stated.get(_FONT), stated.get(_SYMBOL)
            if not (gone or font or sign):
                continue
            low = piece.begin + max(runs.begins[index] - piece.offset, 0) // piece.width
            high = piece.begin + (min(runs.ends[index], end) - piece.offset) // piece.width
            for at in range(low, min(high, len(text))):
                if text[at] in _MARKS:
                    continue
                if gone:
                    text[at] = "\0"
                elif sign:
                    number, code = struct.unpack("<HH", sign)
                    text[at] = symbol(code, fonts[number] if number < len(fonts) else "")
                elif font:
                    (number,) = struct.unpack("<H", font)
                    text[at] = unicode(text[at], fonts[number] if number < len(fonts) else "")

    def _fonts(self) -> list[str]:
        """Names of the fonts by number ([MS-DOC] 2.9.286)."""
        stated = self._pair(_FONTS)
        names: list[str] = []
        at = 4
        while at + 41 <= len(stated):
            size = stated[at]
            name = stated[at + 40 : at + 1 + size].decode("utf-16-le", errors="replace")
            names.append(name.partition("\0")[0])
            at += 1 + size
        return names

    # -- properties ---------------------------------------------------------------------------------------------------

    def _runs(self, index: int) -> _Runs:
        """Stretches of text with their properties; each page of the file holds some of them."""
        stated = self._pair(index)
        count = max(len(stated) - 4, 0) // 8
        found = _Runs()
        for (number,) in struct.iter_unpack("<I", stated[4 * (count + 1) : 4 * (count + 1) + 4 * count]):
            at = (number & 0x3F_FFFF) * _PAGE
            page = self._stream[at : at + _PAGE]
            if len(page) == _PAGE:
                _read_page(page, found, paragraphs=index == _PARAGRAPH_RUNS)
        order = sorted(range(len(found.begins)), key=found.begins.__getitem__)
        columns: tuple[list[Any], ...] = (found.begins, found.ends, found.properties)
        return _Runs(*([column[n] for n in order] for column in columns))


def _opened(data: bytes) -> CompDoc:
    try:
        return CompDoc(data, logfile=io.StringIO())
    except Exception as error:  # it meets a broken directory with whatever that leads to, RecursionError for one
        raise DamagedFile(f"Word: {str(error) or type(error).__name__}") from error


def _read_page(page: bytes, found: _Runs, *, paragraphs: bool) -> None:
    """Add the runs of a page: borders, then one entry a run that points backwards into the page."""
    count, step = page[_PAGE - 1], 13 if paragraphs else 1
    if 4 * (count + 1) + step * count >= _PAGE:
        return
    borders = struct.unpack_from(f"<{count + 1}I", page)
    for index, (begin, end) in enumerate(pairwise(borders)):
        at = 2 * page[4 * (count + 1) + step * index]
        if not at:
            continue
        size, at = page[at], at + 1
        if paragraphs:
            # Paragraphs count in words, less one byte; or 0 and then in words.
            size, at = (2 * size - 1, at) if size else (2 * page[at], at + 1)
        found.begins.append(begin)
        found.ends.append(end)
        found.properties.append(page[at : min(at + size, _PAGE - 1)])


def _by_unit(raw: bytes) -> str:
    """Each unit of UTF-16 as a character of its own; pairs stand in their first place."""
    units = [chr(unit) for (unit,) in struct.iter_unpack("<H", raw)]
    for at, (high, low) in enumerate(pairwise(units)):
        if "\ud800" <= high <= "\udbff" and "\udc00" <= low <= "\udfff":
            units[at] = (high + low).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            units[at + 1] = "\0"
    return "".join(units)


def _blank_fields(text: list[str]) -> None:
    """Blank the codes of fields and keep their results; fields may stand in fields."""
    inside: list[bool] = []  # for each open field whether its code goes on
    for at, character in enumerate(text):
        if character == _FIELD_BEGIN:
            inside.append(True)
        elif character == _FIELD_RESULT and inside:
            inside[-1] = False
        elif character == _FIELD_END and inside:
            inside.pop()
        elif any(inside) and character not in _MARKS:
            text[at] = "\0"


def _mark(text: str, mark: str, stated: Properties) -> Mark:
    depth = struct.unpack("<i", stated[_DEPTH])[0] if _DEPTH in stated else int(_on(stated, _IN_TABLE))
    inner = depth > 1
    ends_row = _on(stated, _INNER_ROW_END if inner else _ROW_END)
    ends_cell = _on(stated, _INNER_CELL) if inner else mark == "\x07" and depth == 1
    numbered = bool(stated.get(_NUMBERED, b"").strip(b"\0"))
    return Mark(text, depth, ends_cell, _row(stated) if ends_row else None, ends_row, numbered)


def _on(stated: Properties, code: int) -> bool:
    return stated.get(code, b"\0") != b"\0"


def _row(stated: Properties) -> Row | None:
    """The definition of a row ([MS-DOC] 2.9.325): edges, then 20 bytes a cell; merges stated beside it."""
    definition = stated.get(_ROW, b"")
    if len(definition) < 3:
        return None
    count = definition[2]
    edges = struct.unpack_from(f"<{count + 1}h", definition, 3)
    cells = definition[3 + 2 * (count + 1) :]
    flags = [struct.unpack_from("<H", cells, 20 * n)[0] if 20 * n + 2 <= len(cells) else 0 for n in range(count)]
    down = [(flag >> 5) & 3 == 1 for flag in flags]
    # The first cell of a set states 1 or 2, as the program pleased, and the others the other one.
    sets = [flag & 3 for flag in flags]
    right = [bool(n and sets[n] and sets[n - 1] and sets[n] != sets[_begin(sets, n)]) for n in range(count)]
    for _, cell, how in struct.iter_unpack("<BBB", stated.get(_MERGE_DOWN, b"")):
        if cell < count:
            down[cell] = how == 1
    for first, end in struct.iter_unpack("<BB", stated.get(_MERGE_RIGHT, b"")):
        right[first + 1 : end] = [True] * len(right[first + 1 : end])
    return Row(edges, tuple(down), tuple(right))


def _begin(sets: list[int], cell: int) -> int:
    """The first of the merged cells that ``cell`` stands among."""
    while cell and sets[cell - 1]:
        cell -= 1
    return cell
