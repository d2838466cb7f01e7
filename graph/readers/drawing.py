"""What PDFium finds on a page: its characters, its rules, and the pictures that cover it.

Everything is given in points of the page as displayed: turned by /Rotate, cut to the crop box, origin bottom left.
PDFium is not safe to use from several threads; readers run in processes of their own.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from graph.readers.glyphs import Glyph
from graph.readers.lattice import Rule
from graph.readers.limits import Limits
from graph.readers.symbols import symbol

# In points: anything drawn no thicker than this is a rule.
_THIN = 3.0
# Forms (reusable drawings) within forms.
_DEEPEST = 8
# Text at another angle than a quarter turn is a watermark; a scan's text may lean a little.
_LEANING = math.radians(12)
_QUARTER = math.pi / 2
_PRIVATE_FIRST, _PRIVATE_LAST = 0xF020, 0xF0FF

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawing:
    """A page as drawn. ``leaning`` counts characters of watermarks, ``unmapped`` those with no known character."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    pictured: float = 0.0
    leaning: int = 0
    unmapped: int = 0


class _Frame:
    """From user space to the displayed page."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        left, bottom, right, top = page.get_cropbox()
        self.turn = page.get_rotation() // 90
        self.matrix: Matrix = (
            (1.0, 0.0, 0.0, 1.0, -left, -bottom),
            (0.0, -1.0, 1.0, 0.0, -bottom, right),
            (-1.0, 0.0, 0.0, -1.0, right, top),
            (0.0, 1.0, -1.0, 0.0, top, -left),
        )[self.turn]


def draw(page: pdfium.PdfPage, limits: Limits, place: str) -> Drawing:
    """Read one page. Raises TooLarge beyond the limit on drawn objects."""
    frame = _Frame(page)
    drawing = Drawing(*page.get_size())
    _objects(page, frame, drawing, limits, place)
    _characters(page, frame, drawing, limits, place)
    return drawing


def _point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _characters(page: pdfium.PdfPage, frame: _Frame, drawing: Drawing, limits: Limits, place: str) -> None:
    text = page.get_textpage()
    count = raw.FPDFText_CountChars(text)
    limits.check("page_objects", count, place)
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    code_of, origin_of, box_of, angle_of = (
        raw.FPDFText_GetUnicode, raw.FPDFText_GetCharOrigin, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharAngle,
    )  # fmt: skip
    text_page, matrix = text.raw, frame.matrix
    for index in range(count):
        code = code_of(text_page, index)
        if code <= 32 or code == 0xA0 or code == 0x3000:
            continue  # spaces are told from the gaps; PDFium adds some of its own
        if raw.FPDFText_HasUnicodeMapError(text_page, index) == 1 or 0xFFFD <= code <= 0xFFFF:
            drawing.unmapped += 1
        turns = (angle_of(text_page, index) / _QUARTER) % 4
        turn = round(turns)
        if abs(turns - turn) * _QUARTER > _LEANING:
            drawing.leaning += 1
            continue
        origin_of(text_page, index, x, y)
        box_of(text_page, index, box)
        height, width = box.top - box.bottom, box.right - box.left
        if turn % 2:
            height, width = width, height
        px, py = _point(matrix, x.value, y.value)
        if _PRIVATE_FIRST <= code <= _PRIVATE_LAST:
            character = symbol(code, _font(text_page, index))
        else:
            character = chr(code)
        drawing.glyphs.append(Glyph(character, px, py, width, height, (turn + frame.turn) % 4))
    text.close()


def _font(text_page: object, index: int) -> str:
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, buffer, len(buffer), flags)
    return buffer.value.decode("utf-8", errors="replace")


def _objects(page: pdfium.PdfPage, frame: _Frame, drawing: Drawing, limits: Limits, place: str) -> None:
    area = max(drawing.width * drawing.height, 1.0)
    left, bottom, right, top = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    seen = 0
    stack = [(raw.FPDFPage_CountObjects(page), lambda index: raw.FPDFPage_GetObject(page, index), frame.matrix, 0)]
    while stack:
        count, get, matrix, depth = stack.pop()
        seen += count
        limits.check("page_objects", seen, place)
        for index in range(count):
            item = get(index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                own = raw.FS_MATRIX()
                raw.FPDFPageObj_GetMatrix(item, own)
                inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                getter = _children(item)
                stack.append((raw.FPDFFormObj_CountObjects(item), getter, inner, depth + 1))
                continue
            if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
                continue
            if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
                continue
            corner, other = _point(matrix, left.value, bottom.value), _point(matrix, right.value, top.value)
            thin = _add(drawing, corner, other)
            if kind == raw.FPDF_PAGEOBJ_IMAGE and not thin:
                drawing.pictured += abs((other[0] - corner[0]) * (other[1] - corner[1])) / area
            elif not thin:
                _path(item, matrix, drawing)


def _children(form: object):  # type: ignore[no-untyped-def]
    return lambda index: raw.FPDFFormObj_GetObject(form, index)


def _add(drawing: Drawing, corner: tuple[float, float], other: tuple[float, float]) -> bool:
    """Add the rule that fills the box between two corners; False if the box is too thick for one.

    A dot counts both ways: rows of dots are rules, and what remains alone is too short.
    """
    x0, x1 = sorted((corner[0], other[0]))
    y0, y1 = sorted((corner[1], other[1]))
    flat, upright = y1 - y0 <= _THIN, x1 - x0 <= _THIN
    if flat:
        drawing.horizontal.append(Rule((y0 + y1) / 2, x0, x1))
    if upright:
        drawing.vertical.append(Rule((x0 + x1) / 2, y0, y1))
    return flat or upright


def _path(item: object, matrix: Matrix, drawing: Drawing) -> None:
    """Rules in a path: straight strokes along the page, and filled parts thin enough to be one."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, fill, stroke):
        return
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, own)
    matrix = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
    for points in _subpaths(item, matrix):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if fill.value and (len(points) > 2 and _add(drawing, (min(xs), min(ys)), (max(xs), max(ys)))):
            continue
        if stroke.value:
            for start, end in zip(points, points[1:], strict=False):
                if min(abs(start[0] - end[0]), abs(start[1] - end[1])) <= _STRAIGHT:
                    _add(drawing, start, end)


# In points: how far the ends of a straight rule may be off its line.
_STRAIGHT = 1.0


def _subpaths(item: object, matrix: Matrix) -> list[list[tuple[float, float]]]:
    """The corners of each part of a path; curves count by their end points only where they are straight."""
    parts: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = _point(matrix, x.value, y.value)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([])
        parts[-1].append(point)
        if raw.FPDFPathSegment_GetClose(segment):
            parts[-1].append(parts[-1][0])
    return parts
