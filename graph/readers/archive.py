"""ZIP archives of documents, as download folders hold them: each member in memory, nothing written to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from graph.errors import DamagedFile, ReadError, TooLarge, UnknownFormat
from graph.readers.limits import LIMITS, Limits

_ENCRYPTED_BIT, _UTF8_BIT = 0x1, 0x800
# Parts by which a package is known (ECMA-376 part 2: every one has the first).
_PACKAGE = frozenset(("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"))
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def members(data: bytes, path: str, limits: Limits = LIMITS) -> Iterator[tuple[str, bytes | ReadError]]:
    """``archive.zip/name`` and the content of every file in it, or what is wrong with that member.

    Raises DamagedFile for what is no archive, TooLarge beyond the limits on members and expansion. An archive inside
    the archive is not opened.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise DamagedFile(str(error), place=path) from error
    # is_dir() cannot bear an empty name, which a damaged directory may hold.
    entries = [entry for entry in archive.infolist() if entry.filename and not entry.is_dir()]
    limits.check("members", len(entries), path)
    limits.check("expanded_bytes", sum(entry.file_size for entry in entries), path)
    for entry in sorted(entries, key=_name):
        name = f"{path}/{_name(entry)}"
        if not _hidden(_name(entry)):
            yield name, _content(archive, entry, name, limits)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits) -> bytes | ReadError:
    if entry.flag_bits & _ENCRYPTED_BIT:
        return DamagedFile("加密 encrypted", place=name)
    growth = entry.file_size // max(entry.compress_size, 1024)
    if entry.file_size > limits.file_bytes or growth > limits.expansion_ratio:
        return TooLarge(f"{entry.compress_size} → {entry.file_size} bytes", place=name)
    try:
        data = archive.read(entry)
    except _BROKEN as error:
        return DamagedFile(str(error), place=name)
    if is_archive(data):
        return UnknownFormat("压缩包中的压缩包不再展开 an archive within the archive", place=name)
    return data


def is_archive(data: bytes) -> bool:
    """A ZIP that is no office package; a package that lost its list of types is still one."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06")) and _PACKAGE.isdisjoint(names(data))


def names(data: bytes) -> list[str]:
    """The names in a ZIP's directory; none where it cannot be read."""
    try:
        return zipfile.ZipFile(io.BytesIO(data)).namelist()
    except _BROKEN:
        return []


def _name(entry: zipfile.ZipInfo) -> str:
    """The member's name; Chinese Windows writes GBK without saying so."""
    if entry.flag_bits & _UTF8_BIT:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
