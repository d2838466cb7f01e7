"""Scanned pages and pictures of pages: the lattice of rules is found, then the lines of each cell are recognised.

Optional: needs ``rapidocr`` (its models are in the wheel) with ``onnxruntime``, and OpenCV and NumPy with them.
Nothing else in the project imports those. Words read carry the recogniser's confidence.
"""

from __future__ import annotations

import io
import statistics
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from graph.errors import DamagedFile, UnknownFormat
from graph.readers.cells import CellCounter, finish
from graph.readers.document import Block, Cell, Paragraph, Place
from graph.readers.lattice import Box, Lattice, Rule, lattices
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

if TYPE_CHECKING:
    import pypdfium2 as pdfium

MISSING = "未安装文字识别组件，请安装 jixiao[ocr]。 Scans are not read without it: install jixiao[ocr]."
_NEEDED = ("rapidocr", "onnxruntime", "cv2", "numpy")
_DPI = 200
_POINTS = 72.0
_A4_WIDTH = 595.0
# Characters are between these heights, in pixels; what is smaller is dirt.
_LEAST, _MOST = 7, 120
# In character heights: a rule is longer than this, a gap this high ends a line, a line is at most this high.
_RULE, _LEADING, _LINE = 1.6, 0.35, 1.35
# Also: dirt is smaller than this; a line lower than this beside a border (within so many pixels) is a rule's remains.
_SPECK, _LOW, _BORDER = 0.25, 0.4, 6
# The shorter stroke of = is at least this share of the longer.
_SAME_LENGTH = 0.85
# Degrees; a page that leans more was not scanned as a page.
_MOST_SKEW, _LEAST_SKEW = 5.0, 0.05
_ELEMENTARY_CELLS = 100_000
# A page with fewer certain characters a line lies on a side, where each is a line of its own: quarter turns to try.
# Fewer lines do not tell.
_SURE, _TOLD, _TURNS = 2.0, 5, (1, 3)

Image = Any  # numpy.ndarray, known only where the component is installed


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    confidence: float
    box: Box


def available() -> bool:
    """Whether the component is installed."""
    return all(find_spec(name) is not None for name in _NEEDED)


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """A picture of one page. Raises UnknownFormat without the component, TooLarge, or DamagedFile."""
    limits.check_file(data, path)
    if not available():
        raise UnknownFormat(MISSING, place=path)
    import numpy as np
    from PIL import Image as Pictures

    try:
        picture = Pictures.open(io.BytesIO(data))
        limits.check("page_pixels", picture.width * picture.height, path)
        pixels = np.asarray(_sized(picture.convert("L")))
    except (OSError, SyntaxError, ValueError, Pictures.DecompressionBombError) as error:
        raise DamagedFile(str(error), place=path) from error
    return ReadResult(_blocks(pixels, 1, CellCounter(limits, path)), 1)


def _sized(picture: Any) -> Any:
    """A picture as if A4 paper had been scanned at the usual resolution."""
    factor = _A4_WIDTH * _DPI / _POINTS / min(picture.size)
    return picture.resize((max(1, round(picture.width * factor)), max(1, round(picture.height * factor))))


def page(pdf_page: pdfium.PdfPage, number: int, counter: CellCounter, limits: Limits) -> list[Block]:
    """A page of a PDF, drawn and read; boxes are points of the page."""
    width, height = pdf_page.get_size()
    scale = _DPI / _POINTS
    limits.check("page_pixels", int(width * height * scale * scale), f"第{number}页")
    return _blocks(pdf_page.render(scale=scale, grayscale=True).to_numpy().squeeze(), number, counter)


def _blocks(gray: Image, number: int, counter: CellCounter) -> list[Block]:
    """The page as scanned or, where hardly anything can be read so, turned as it reads best."""
    import numpy as np

    best, lines, sure = _as_it_stands(gray, number, counter)
    for turns in _TURNS if lines >= _TOLD and sure < _SURE else ():
        # Boxes count in the turned page.
        found, _, surer = _as_it_stands(np.ascontiguousarray(np.rot90(gray, turns)), number, counter)
        if surer > sure:
            best, sure = found, surer
    return best


def _as_it_stands(gray: Image, number: int, counter: CellCounter) -> tuple[list[Block], int, float]:
    """Tables and lines of a page, how many lines were read, and how many characters of a line are certain."""
    import cv2

    ink = _ink(gray)
    angle = _skew(ink)
    if abs(angle) > _LEAST_SKEW:
        turn = cv2.getRotationMatrix2D((gray.shape[1] / 2, gray.shape[0] / 2), angle, 1.0)
        gray = cv2.warpAffine(gray, turn, gray.shape[::-1], flags=cv2.INTER_CUBIC, borderValue=255)
        ink = _ink(gray)
    scan = _Scan(gray, ink, number)
    placed: list[tuple[float, Block]] = []
    for table in scan.tables:
        cells = []
        for slot in table.slots:
            place = Place(page=number, row=slot.row + 1, column=slot.column + 1, box=_rounded(slot.box))
            words = scan.cell(slot.box)
            text = counter.text("\n".join(line.text for line in words), place)
            confidence = min((line.confidence for line in words), default=None)
            cells.append(Cell(text, slot.row, slot.column, place, slot.rowspan, slot.colspan, confidence))
        if any(cell.text for cell in cells):
            grid = finish(cells, len(table.ys) - 1, Place(page=number, box=_rounded(table.box)))
            placed.append((table.ys[0], grid))
    for line in scan.around():
        placed.append((line.box[3], Paragraph(line.text, Place(page=number, box=_rounded(line.box)))))
    sure = scan.certain / max(scan.lines, 1)
    return [block for _, block in sorted(placed, key=lambda entry: -entry[0])], scan.lines, sure


def _ink(gray: Image) -> Image:
    """255 where something is printed, whatever the shade of the paper around it."""
    import cv2

    return cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)


def _skew(ink: Image) -> float:
    """By how many degrees the long level lines of a page lean; 0 without such lines."""
    import cv2
    import numpy as np

    least = ink.shape[1] // 6
    found = cv2.HoughLinesP(ink, 1, np.pi / 1800, least, minLineLength=least, maxLineGap=8)
    if found is None:
        return 0.0
    angles = [float(np.degrees(np.arctan2(y1 - y0, x1 - x0))) for x0, y0, x1, y1 in found.reshape(-1, 4)]
    level = [angle for angle in angles if abs(angle) <= _MOST_SKEW]
    return statistics.median(level) if level else 0.0


class _Scan:
    """An upright picture, its tables, and the reading of its parts. Pixels count from the top, points do not."""

    def __init__(self, gray: Image, ink: Image, number: int) -> None:
        self._gray, self._ink = gray, ink
        self._scale = _POINTS / _DPI
        # How many lines were read, and the sum of the confidences of their characters.
        self.lines, self.certain = 0, 0.0
        self._character = self._character_height()
        self.tables = self._tables()

    def _character_height(self) -> int:
        import cv2

        stats = cv2.connectedComponentsWithStats(self._ink)[2][1:]
        heights = [int(h) for _, _, w, h, _ in stats if _LEAST <= h <= _MOST and w <= 2 * _MOST]
        # Parts of characters pull the middle down: the upper quarter is nearer to whole ones.
        return sorted(heights)[len(heights) * 3 // 4] if heights else _LEAST * 3

    def _tables(self) -> list[Lattice]:
        import cv2
        import numpy as np

        long = int(_RULE * self._character)
        masks = []
        for flat in (True, False):
            # A rule that leans by a pixel, or is broken by one, is whole again after thickening.
            thick = cv2.dilate(self._ink, np.ones((3, 1) if flat else (1, 3), np.uint8))
            kernel = np.ones((1, 2 * long) if flat else (long, 1), np.uint8)
            masks.append(cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel))
        horizontal = [Rule((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in self._boxes(masks[0])]
        vertical = [Rule((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in self._boxes(masks[1])]
        found = [table for table in lattices(horizontal, vertical, _ELEMENTARY_CELLS) if len(table.slots) > 1]
        rules = cv2.dilate(cv2.bitwise_or(*masks), np.ones((3, 3), np.uint8))
        self._gray = np.where(rules > 0, 255, self._gray).astype(np.uint8)
        self._ink = self._without_specks(cv2.bitwise_and(self._ink, cv2.bitwise_not(rules)))
        return found

    def _without_specks(self, ink: Image) -> Image:
        """Ink to tell lines by: neither dirt nor points, nor the crumbs that a rule leaves."""
        import cv2
        import numpy as np

        _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
        large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= _SPECK * self._character
        large[0] = False
        return np.where(large[labels], 255, 0).astype(np.uint8)

    def _boxes(self, mask: Image) -> list[Box]:
        """Boxes of the marks on a mask, in points."""
        import cv2

        stats = cv2.connectedComponentsWithStats(mask)[2][1:]
        return [self._points(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats]

    def _points(self, left: int, top: int, right: int, bottom: int) -> Box:
        height = self._gray.shape[0]
        return left * self._scale, (height - bottom) * self._scale, right * self._scale, (height - top) * self._scale

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        height = self._gray.shape[0]
        left, right = int(box[0] / self._scale), int(box[2] / self._scale)
        top, bottom = height - int(box[3] / self._scale), height - int(box[1] / self._scale)
        return max(left, 0), max(top, 0), right, bottom

    def cell(self, box: Box) -> list[_Words]:
        """The lines of a cell, told by the empty strips between them: there is nothing else in it."""
        left, top, right, bottom = self._pixels(box)
        strips = [(top + a, top + b) for a, b in _runs(self._ink[top:bottom, left:right].any(axis=1))]
        lines: list[tuple[int, int]] = []
        for a, b in strips:
            near = lines and a - lines[-1][1] <= _LEADING * self._character
            if near and b - lines[-1][0] <= _LINE * self._character:
                lines[-1] = lines[-1][0], b
            else:
                lines.append((a, b))
        boxes = []
        for a, b in lines:
            columns = _runs(self._ink[a:b, left:right].any(axis=0))
            # A lone 一 or = is low, but it stands off the borders, where the remains of rules are.
            crumb = b - a < _LOW * self._character and (a - top < _BORDER or bottom - b < _BORDER)
            if columns and not crumb:
                boxes.append((left + columns[0][0], a, left + columns[-1][1], b))
        return self._recognised(boxes)

    def around(self) -> list[_Words]:
        """The lines outside the tables, where the recogniser's own detection sees text."""
        outside = self._gray.copy()
        for table in self.tables:
            left, top, right, bottom = self._pixels(table.box)
            outside[top:bottom, left:right] = 255
        if not (outside < 128).any():
            return []
        found = _engine()(outside, use_rec=False, use_cls=False).boxes
        boxes = []
        for corners in found if found is not None else ():
            xs, ys = [int(x) for x, _ in corners], [int(y) for _, y in corners]
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
        return self._recognised(boxes)

    def _recognised(self, boxes: list[tuple[int, int, int, int]]) -> list[_Words]:
        import cv2

        crops = []
        for left, top, right, bottom in boxes:
            # A low sign is shown at its size in a line: cut close and enlarged, ≥ looks like N.
            margin = max(self._character // 6, (self._character - (bottom - top)) // 2 + 2)
            crop = self._gray[max(top - 2, 0) : bottom + 2, max(left - 2, 0) : right + 2]
            crop = cv2.copyMakeBorder(crop, margin, margin, margin * 2, margin * 2, cv2.BORDER_CONSTANT, value=255)
            crops.append(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR))
        words = []
        for box, (text, confidence) in zip(boxes, _recognise(crops), strict=True):
            text = "=" if text.strip() == "二" and self._has_equal_bars(box) else text.strip()
            if text:
                self.lines += 1
                self.certain += len(text) * float(confidence)
                words.append(_Words(text, round(float(confidence), 3), self._points(*box)))
        return words

    def _has_equal_bars(self, box: tuple[int, int, int, int]) -> bool:
        """Two strokes of one length: = alone in its cell. The upper stroke of 二 is the shorter one."""
        left, top, right, bottom = box
        part = self._ink[top:bottom, left:right]
        strokes = [_runs(part[a:b].any(axis=0)) for a, b in _runs(part.any(axis=1))]
        lengths = [runs[-1][1] - runs[0][0] for runs in strokes]
        return len(lengths) == 2 and min(lengths) > _SAME_LENGTH * max(lengths)


def _runs(filled: Any) -> list[tuple[int, int]]:
    """Begin and end of each run of true values."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate(([0], filled.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})


def _recognise(crops: list[Image]) -> list[tuple[str, float]]:
    """Text and confidence of pictures of single lines."""
    if not crops:
        return []
    result = _engine().recognize_txt(crops)
    return list(zip(result.txts, result.scores, strict=True))


def _rounded(box: Box) -> Box:
    return round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)
