"""Readers: a file of any format → :class:`graph.readers.document.Document`. Content tells the format, not the name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from graph.errors import DamagedFile, EmptyFile, FileMissing, ReadError, TooLarge, UnknownFormat
from graph.readers import archive, csv, html, text
from graph.readers.document import Document
from graph.readers.encoding import decode
from graph.readers.limits import LIMITS
from graph.readers.result import ReadResult

_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
Reader = Callable[[bytes, str], ReadResult]


def read(path: str | Path) -> Document:
    """The file as blocks of text and tables.

    Raises FileMissing, EmptyFile, UnknownFormat, DamagedFile or TooLarge, each with the path as its place.
    """
    return read_bytes(content(path), str(path))


def read_each(path: str | Path) -> Iterator[tuple[str, Document | ReadError]]:
    """Every document of a file: itself, or the members of a ZIP archive; errors are given back, not raised."""
    try:
        data = content(path)
        inside = archive.members(data, str(path)) if archive.is_archive(data) else iter([(str(path), data)])
        for name, part in inside:
            yield name, part if isinstance(part, ReadError) else _attempt(part, name)
    except ReadError as error:
        yield str(path), error


def _attempt(data: bytes, path: str) -> Document | ReadError:
    try:
        return read_bytes(data, path)
    except ReadError as error:
        return error


def content(path: str | Path) -> bytes:
    """The bytes of a file. Raises FileMissing, TooLarge or ReadError."""
    file = Path(path)
    if not file.exists():
        raise FileMissing(place=str(path))
    if file.is_dir():
        raise FileMissing(
            place=str(path),
            zh="这是文件夹，不是文件。",
            en="This is a folder, not a file.",
            detail="ingest 可以读取文件夹",
        )
    size = file.stat().st_size
    if size > LIMITS.file_bytes:
        raise TooLarge(f"{size} > {LIMITS.file_bytes} bytes", place=str(path))
    try:
        return file.read_bytes()
    except OSError as error:
        raise ReadError(str(error), place=str(path)) from error


def read_bytes(data: bytes, path: str) -> Document:
    """As :func:`read`, for content already in memory; ``path`` only names it."""
    if not data.strip(b"\0 \t\r\n\f\xef\xbb\xbf"):
        raise EmptyFile(place=path)
    media_type, reader = _reader(data, path)
    try:
        result = reader(data, path)
    except ReadError as error:
        if error.place:
            raise
        raise type(error)(error.detail, place=path, zh=error.zh, en=error.en) from error
    digest = hashlib.sha256(data).hexdigest()
    return Document(path, digest, media_type, result.blocks, result.pages, result.warnings)


def _reader(data: bytes, path: str) -> tuple[str, Reader]:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        from graph.readers import pdf

        return "application/pdf", pdf.read
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _office(data, path)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(data, path)
    if data.startswith(b"{\\rtf"):
        from graph.readers import doc

        return "application/rtf", doc.converted
    if data.startswith(_IMAGES):
        from graph.readers import ocr

        return "image", ocr.read
    if b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise UnknownFormat(place=path)
    head = data[:4096].lower()
    if re.search(rb"<(!doctype html|html|table|body|meta|div)\b", head):
        return "text/html", html.read
    sample, doubts = decode(data)
    if doubts and (sample.count("\ufffd") > len(sample) / 50 or not re.search(r"[一-鿿]", sample)):
        raise UnknownFormat(place=path)
    if csv.looks_delimited(sample):
        return "text/csv", csv.read
    markdown = "|---" in sample or sample.lstrip().startswith("# ")
    return "text/markdown" if markdown else "text/plain", text.read


def _office(data: bytes, path: str) -> tuple[str, Reader]:
    parts = archive.names(data)
    if any(name.startswith("word/") for name in parts):
        from graph.readers import docx

        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx.read
    if any(name.startswith("xl/") for name in parts):
        from graph.readers import xlsx

        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.read
    raise UnknownFormat("ZIP", place=path)


def _compound(data: bytes, path: str) -> tuple[str, Reader]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DamagedFile("加密 encrypted", place=path)
    if "WordDocument".encode("utf-16-le") in data:
        from graph.readers import doc

        return "application/msword", doc.read
    if "Workbook".encode("utf-16-le") in data or "Book\0".encode("utf-16-le") in data:
        from graph.readers import xls

        return "application/vnd.ms-excel", xls.read
    # Where the directory begins: sectors follow the header of one sector ([MS-CFB] 2.2).
    sector = 1 << min(int.from_bytes(data[30:32], "little"), 16)
    if (int.from_bytes(data[48:52], "little") + 1) * sector >= len(data):
        raise DamagedFile("结尾缺失，文件不完整 the end is missing: truncated", place=path)
    raise UnknownFormat("application/x-ole-storage", place=path)
