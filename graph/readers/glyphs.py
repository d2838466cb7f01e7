"""Characters of a drawn page and their gathering into lines by the baseline that they stand on.

Baselines, not boxes: the boxes of a full stop and of a Chinese character beside it hardly overlap, and a font that is
replaced has boxes of its own. Coordinates are points of the page as displayed, origin bottom left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# In font sizes. Raised and lowered characters (m²) stay on their line; the next line is at least one size away.
_SAME_LINE = 0.5
# A gap this wide between two Latin characters or digits is a space; around Chinese, where type is spread to fill a
# line, it takes more.
_SPACE_LATIN, _SPACE_WIDE = 0.22, 0.6
# The same character drawn again almost at the same point makes it look bold.
_TWICE = 0.15
_FIRST_WIDE = "\u2e80"


@dataclass(slots=True)
class Glyph:
    """One character: origin on the baseline, advance, font size, and quarter turns clockwise from upright.

    ``spaced``: the file has a space before it. ``window``: for a character outside the area that is shown of its text,
    the nearest point of that area.
    """

    text: str
    x: float
    y: float
    advance: float
    size: float
    turn: int = 0
    spaced: bool = False
    window: tuple[float, float] | None = None

    @property
    def center(self) -> tuple[float, float]:
        """A point that lies on the printed character, whatever its box says."""
        along, up = min(self.advance, self.size) * 0.4, self.size * 0.3
        if self.turn == 0:
            return self.x + along, self.y + up
        dx, dy = ((along, up), (up, -along), (-along, -up), (-up, along))[self.turn]
        return self.x + dx, self.y + dy


@dataclass(slots=True)
class Line:
    """Characters on one baseline from left to right."""

    glyphs: list[Glyph]
    y: float
    size: float

    @property
    def text(self) -> str:
        """The characters, with spaces where the gap shows one."""
        return joined(self.glyphs)

    @property
    def x0(self) -> float:
        """Where the first character begins."""
        return self.glyphs[0].x

    @property
    def x1(self) -> float:
        """Where the last character ends."""
        return self.glyphs[-1].x + self.glyphs[-1].advance

    def box(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1), descenders included."""
        return self.x0, self.y - 0.2 * self.size, self.x1, self.y + 0.85 * self.size


def lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """Upright lines from the top down; characters that stand turned are turned upright first, with their position."""
    upright = [_upright(glyph) if glyph.turn else glyph for glyph in glyphs]
    found: list[Line] = []
    for glyph in sorted(upright, key=lambda glyph: -glyph.y):
        if found and found[-1].y - glyph.y <= _SAME_LINE * max(found[-1].size, glyph.size):
            line = found[-1]
            line.glyphs.append(glyph)
            if glyph.size > line.size:
                line.size, line.y = glyph.size, glyph.y
        else:
            found.append(Line([glyph], glyph.y, glyph.size))
    for line in found:
        line.glyphs = _once(sorted(line.glyphs, key=lambda glyph: glyph.x))
    return found


def text_of(glyphs: Sequence[Glyph]) -> str:
    """Printed lines of a cell, each its own line."""
    return "\n".join(line.text for line in lines(glyphs))


def joined(glyphs: Sequence[Glyph]) -> str:
    """Characters of one line as text."""
    if not glyphs:
        return ""
    pieces = [glyphs[0].text]
    for before, after in pairwise(glyphs):
        gap = after.x - before.x - before.advance
        wide = before.text >= _FIRST_WIDE or after.text >= _FIRST_WIDE
        if after.spaced or gap > (_SPACE_WIDE if wide else _SPACE_LATIN) * max(before.size, after.size):
            pieces.append(" ")
        pieces.append(after.text)
    return "".join(pieces)


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    kept: list[Glyph] = []
    for glyph in glyphs:
        twice = (
            kept
            and kept[-1].text == glyph.text
            and abs(glyph.x - kept[-1].x) < _TWICE * glyph.size
            and abs(glyph.y - kept[-1].y) < _TWICE * glyph.size
        )
        if not twice:
            kept.append(glyph)
    return kept


def _upright(glyph: Glyph) -> Glyph:
    x, y = ((glyph.x, glyph.y), (-glyph.y, glyph.x), (-glyph.x, -glyph.y), (glyph.y, -glyph.x))[glyph.turn]
    return Glyph(glyph.text, x, y, glyph.advance, glyph.size, spaced=glyph.spaced)
