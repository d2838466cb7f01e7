"""Bytes to text: UTF-8 and UTF-16 by their marks, the declared encoding, GB18030, and a guess as the last resort."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

# Marks stand first because every other test would take their bytes for text. UTF-32 LE begins like UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Pages declare gb2312 and use characters that only GBK or GB18030 has.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "ascii": "utf-8", "iso8859-1": "cp1252"}
# Bytes to look at when guessing; more does not change the guess.
_SAMPLE = 64 * 1024


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Text of ``data`` and warnings (empty unless characters were lost or the encoding had to be guessed).

    Order: byte order mark, UTF-8, ``declared`` (from a meta element or an XML declaration), GB18030, a guess.
    UTF-8 goes before the declaration because a server may convert a page and leave its meta element as it was, and
    text of another encoding hardly ever is valid UTF-8.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), _lost(data, encoding)
    for candidate in ("utf-8", _known(declared), "gb18030"):
        text = _strict(data, candidate) if candidate else None
        if text is not None:
            return text, []
    return _guess(data, _known(declared))


def _known(declared: str | None) -> str | None:
    try:
        name = codecs.lookup((declared or "").strip()).name
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(name, name)


def _strict(data: bytes, encoding: str) -> str | None:
    """Decoded text, or None. A character cut off at the very end of the file is no reason to refuse the rest."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data)
    except (UnicodeError, LookupError):
        return None


def _lost(data: bytes, encoding: str) -> list[str]:
    if _strict(data, encoding) is not None:
        return []
    return [f"部分字节不符合 {encoding} 编码。 Some bytes are not valid {encoding}."]


def _guess(data: bytes, declared: str | None) -> tuple[str, list[str]]:
    best = from_bytes(data[:_SAMPLE]).best()
    # Few broken bytes in a Chinese page are likelier than another encoding: GB18030 unless something else is certain.
    encoding = declared or (best.encoding if best is not None else "gb18030")
    text = data.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    warning = (
        f"无法确定字符编码，按 {encoding} 读取，{lost} 处无法识别。 "
        f"The encoding is uncertain; read as {encoding}, {lost} characters lost."
    )
    return text, [warning]
