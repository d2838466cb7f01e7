"""Characters of the symbol fonts that Office uses for signs and tick boxes, as Unicode.

Such a character is stored as a bare code of the font (0x20–0xFF), often in the private area U+F020–U+F0FF: in Symbol,
U+F0B3 is ≥. Only signs that forms print are listed; any other stays as it is stored.
"""

from __future__ import annotations

import re

_SYMBOL = {
    0x2D: "−", 0x3D: "=", 0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB2: "″", 0xB3: "≥",
    0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xD6: "√", 0xE5: "∑",
}  # fmt: skip
_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x75: "◆", 0x9F: "•", 0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xFB: "✗",
    0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS2 = {0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□", 0xA2: "■"}
_FONTS = (("wingdings2", _WINGDINGS2), ("wingdings", _WINGDINGS), ("symbol", _SYMBOL))
_PRIVATE = re.compile("[\uf020-\uf0ff]")


def symbol(code: int, font: str) -> str:
    """The character with ``code`` in ``font``; as stored if the font or the code is not one of those above."""
    name = font.lower().replace(" ", "").replace("-", "")
    table = next((table for known, table in _FONTS if known in name), {})
    low = code - 0xF000 if 0xF020 <= code <= 0xF0FF else code
    return table.get(low) or chr(code)


def unicode(text: str, font: str) -> str:
    """``text`` with the characters of the private area replaced where the font is known."""
    return _PRIVATE.sub(lambda found: symbol(ord(found[0]), font), text) if _PRIVATE.search(text) else text
