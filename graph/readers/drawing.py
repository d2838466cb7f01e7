"""What PDFium finds on a page: its characters, its rules, and the pictures that cover it.

Everything is given in points of the page as displayed: turned by /Rotate, cut to the crop box, origin bottom left.
PDFium is not safe to use from several threads; documents are read in processes of their own.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from graph.readers.glyphs import Glyph
from graph.readers.lattice import Box, Rule
from graph.readers.limits import Limits
from graph.readers.symbols import symbol

# In points: anything drawn no thicker than this is a rule; the ends of a straight stroke are off its line by less.
_THIN, _STRAIGHT = 3.0, 1.0
# A window ends on the rule between two cells; this far within is the cell.
_WITHIN = 2.0
# Forms (reusable drawings) within forms.
_DEEPEST = 8
# Text that leans further from a quarter turn is a watermark; a scan's text may lean a little.
_LEANING = math.radians(12)
_QUARTER = math.pi / 2
_PRIVATE = range(0xF020, 0xF100)
# PDFium gives these for a hyphen at the end of a line.
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_SPACES = frozenset({0x20, 0xA0, 0x3000, 0xFEFF})

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Drawing:
    """A page as drawn. ``pictured``: share of the page under pictures, overlaps counted twice.

    ``leaning`` counts characters of watermarks, which are left out; ``unmapped`` those without a known character.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    pictured: float = 0.0
    leaning: int = 0
    unmapped: int = 0


def draw(page: pdfium.PdfPage, limits: Limits, place: str) -> Drawing:
    """Read one page. Raises TooLarge beyond the limit on drawn objects."""
    drawing = Drawing(*page.get_size())
    turn = page.get_rotation() // 90
    matrix = _displayed(page.get_cropbox(), turn)
    windows = _Objects(drawing, limits, place).walk(page, matrix)
    _characters(page, matrix, turn, windows, drawing, limits, place)
    return drawing


def _displayed(crop: Box, turn: int) -> Matrix:
    """From user space to the displayed page; PDFium gives all positions in user space."""
    left, bottom, right, top = crop
    return (
        (1.0, 0.0, 0.0, 1.0, -left, -bottom),
        (0.0, -1.0, 1.0, 0.0, -bottom, right),
        (-1.0, 0.0, 0.0, -1.0, right, top),
        (0.0, 1.0, -1.0, 0.0, top, -left),
    )[turn]


def _moved(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _own_matrix(item: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _characters(
    page: pdfium.PdfPage,
    matrix: Matrix,
    page_turn: int,
    windows: dict[int, Box],
    drawing: Drawing,
    limits: Limits,
    place: str,
) -> None:
    text = page.get_textpage()
    handle, count = text.raw, text.count_chars()
    limits.check("page_objects", count, place)
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    spaced = False
    for index in range(count):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code in _HYPHENS:
            code = 0x2D
        if code <= 32 or code in _SPACES:
            # PDFium adds spaces and line breaks of its own; the gaps say more than those.
            spaced = spaced or (code in _SPACES and not raw.FPDFText_IsGenerated(handle, index))
            continue
        drawing.unmapped += raw.FPDFText_HasUnicodeMapError(handle, index) == 1 or code == 0xFFFD
        quarters = raw.FPDFText_GetCharAngle(handle, index) / _QUARTER
        turn = round(quarters)
        if abs(quarters - turn) * _QUARTER > _LEANING:
            drawing.leaning += 1
            continue
        raw.FPDFText_GetCharOrigin(handle, index, x, y)
        raw.FPDFText_GetLooseCharBox(handle, index, box)
        size, advance = box.top - box.bottom, box.right - box.left
        if turn % 2:
            size, advance = advance, size
        # A damaged matrix: nothing is seen of a character that is nowhere or has no height.
        if not (size >= 0 and math.isfinite(size + advance + x.value + y.value)):
            continue
        character = symbol(code, _font(handle, index)) if code in _PRIVATE else chr(code)
        glyph = Glyph(character, *_moved(matrix, x.value, y.value), advance, size, (turn + page_turn) % 4, spaced)
        spaced = False
        if windows:
            item = raw.FPDFText_GetTextObject(handle, index)
            glyph.window = _nearest(windows.get(_address(item)), *glyph.center)
        drawing.glyphs.append(glyph)
    text.close()


def _address(item: Any) -> int:
    return ctypes.addressof(item.contents) if item else 0


def _nearest(window: Box | None, x: float, y: float) -> Point | None:
    """The point of ``window`` next to (x, y), a little within; None for a point within, or without a window."""
    if window is None or (window[0] <= x <= window[2] and window[1] <= y <= window[3]):
        return None
    left, bottom, right, top = window
    across, up = min(_WITHIN, (right - left) / 2), min(_WITHIN, (top - bottom) / 2)
    return min(max(x, left + across), right - across), min(max(y, bottom + up), top - up)


def _font(handle: Any, index: int) -> str:
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(handle, index, buffer, len(buffer), flags)
    return buffer.value.decode("utf-8", errors="replace")


class _Objects:
    """Walks the drawn objects of a page and of the forms on it."""

    def __init__(self, drawing: Drawing, limits: Limits, place: str) -> None:
        self._drawing, self._limits, self._place = drawing, limits, place
        self._seen = 0
        self._windows: dict[int, Box] = {}

    def walk(self, page: pdfium.PdfPage, matrix: Matrix) -> dict[int, Box]:
        """Rules and pictures go to the drawing; given back: what is shown of each text object that is clipped."""
        self._level(raw.FPDFPage_CountObjects(page), lambda index: raw.FPDFPage_GetObject(page, index), matrix, 0)
        return self._windows

    def _level(self, count: int, get: Callable[[int], Any], matrix: Matrix, depth: int) -> None:
        self._seen += count
        self._limits.check("page_objects", self._seen, self._place)
        for index in range(count):
            item = get(index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                self._clip(item, matrix)
            elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
                self._shape(item, matrix, picture=kind == raw.FPDF_PAGEOBJ_IMAGE)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                inner = _times(_own_matrix(item), matrix)
                self._level(raw.FPDFFormObj_CountObjects(item), _children(item), inner, depth + 1)

    def _clip(self, item: Any, matrix: Matrix) -> None:
        path = raw.FPDFPageObj_GetClipPath(item)
        for index in range(raw.FPDFClipPath_CountPaths(path)):
            count = raw.FPDFClipPath_CountPathSegments(path, index)
            segments = (raw.FPDFClipPath_GetPathSegment(path, index, segment) for segment in range(count))
            points = [_moved(matrix, *point) for point, _ in _points(segments)]
            if points:
                xs, ys = [x for x, _ in points], [y for _, y in points]
                box = (min(xs), min(ys), max(xs), max(ys))
                self._windows[_address(item)] = _common(self._windows.get(_address(item), box), box)

    def _shape(self, item: Any, matrix: Matrix, *, picture: bool) -> None:
        left, bottom, right, top = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
        if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            return
        corner, other = _moved(matrix, left.value, bottom.value), _moved(matrix, right.value, top.value)
        if self._rule(corner, other):
            return
        if picture:
            area = abs((other[0] - corner[0]) * (other[1] - corner[1]))
            self._drawing.pictured += area / max(self._drawing.width * self._drawing.height, 1.0)
        else:
            self._path(item, _times(_own_matrix(item), matrix))

    def _rule(self, corner: Point, other: Point) -> bool:
        """Add the rule that fills the box between two corners; False if the box is too thick for one.

        A dot counts both ways: dots in a row are a rule, and a dot alone is too short for one.
        """
        x0, x1 = min(corner[0], other[0]), max(corner[0], other[0])
        y0, y1 = min(corner[1], other[1]), max(corner[1], other[1])
        flat, upright = y1 - y0 <= _THIN, x1 - x0 <= _THIN
        if flat:
            self._drawing.horizontal.append(Rule((y0 + y1) / 2, x0, x1))
        if upright:
            self._drawing.vertical.append(Rule((x0 + x1) / 2, y0, y1))
        return flat or upright

    def _path(self, item: Any, matrix: Matrix) -> None:
        """Rules in a path: straight strokes along the page, and filled parts thin enough to be one."""
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not raw.FPDFPath_GetDrawMode(item, fill, stroke):
            return
        count = raw.FPDFPath_CountSegments(item)
        segments = (raw.FPDFPath_GetPathSegment(item, index) for index in range(count))
        parts: list[list[Point]] = []
        for point, begins in _points(segments):
            if begins or not parts:
                parts.append([])
            parts[-1].append(_moved(matrix, *point))
        for part in parts:
            xs, ys = [x for x, _ in part], [y for _, y in part]
            if fill.value and len(part) > 2 and self._rule((min(xs), min(ys)), (max(xs), max(ys))):
                continue
            for start, end in pairwise(part) if stroke.value else ():
                if min(abs(start[0] - end[0]), abs(start[1] - end[1])) <= _STRAIGHT:
                    self._rule(start, end)


def _children(form: Any) -> Callable[[int], Any]:
    return lambda index: raw.FPDFFormObj_GetObject(form, index)


def _points(segments: Iterator[Any]) -> Iterator[tuple[Point, bool]]:
    """The corners of a path, each with whether it begins a part; a closed part ends where it began."""
    x, y = ctypes.c_float(), ctypes.c_float()
    first = (0.0, 0.0)
    for segment in segments:
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        begins = raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO
        first = (x.value, y.value) if begins else first
        yield (x.value, y.value), begins
        if raw.FPDFPathSegment_GetClose(segment):
            yield first, False


def _common(first: Box, second: Box) -> Box:
    return max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]), min(first[3], second[3])
