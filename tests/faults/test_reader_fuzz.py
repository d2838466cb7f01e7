"""Damaged and hostile files: one of our own errors or a good read, soon, whatever happened to the bytes."""

from __future__ import annotations

import io
import re
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from graph.errors import DamagedFile, JixiaoError, NoPerformanceTable, ReadError, TooLarge, UnknownFormat
from graph.extraction import extract
from graph.model import Disclosure
from graph.readers import archive, ocr, read_bytes
from graph.readers.document import Document, Grid, Paragraph
from tests.faults.corruption import FILES, Damage, damages, good, members, with_member
from tests.golden import scans

# A guard against endless work, not a measurement.
SECONDS = 60.0
fuzz = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def soon() -> Iterator[None]:
    """Fails when the body takes too long; stops it where the system can."""

    def stop(*_: object) -> None:
        raise AssertionError(f"longer than {SECONDS} s")

    alarm = hasattr(signal, "setitimer")
    if alarm:
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
    start = time.monotonic()
    try:
        yield
    finally:
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < SECONDS


def documents(data: bytes, name: str = "x") -> list[Document | ReadError]:
    """As ``read_each``, without a file."""
    if not archive.is_archive(data):
        return [_read(data, name)]
    return [_read(part, inside) if isinstance(part, bytes) else part for inside, part in archive.members(data, name)]


def _read(data: bytes, name: str) -> Document | ReadError:
    try:
        return read_bytes(data, name)
    except ReadError as error:
        return error


def attempt(data: bytes) -> None:
    """Anything but one of our own errors fails the test."""
    with soon():
        try:
            for document in documents(data):
                if isinstance(document, Document):
                    extract(document)
        except JixiaoError as error:
            assert error.line()


def damaged(data: bytes, done: list[Damage]) -> bytes:
    for damage in done:
        data = damage(data)
    return data


@pytest.fixture(autouse=True)
def unrecognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages whose text was lost would be recognised, which takes its time and is not the question here."""
    monkeypatch.setattr(ocr, "available", lambda: False)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_in_order_is_read(kind: str) -> None:
    for document in documents(good(kind)):
        assert isinstance(document, Document)
        assert len(extract(document).target_tables[0].indicators) == (4 if kind == "doc" else 6)


@pytest.mark.parametrize("kind", FILES)
@fuzz
@given(done=damages())
def test_a_damaged_file_gives_an_error_of_ours_or_what_is_left(kind: str, done: list[Damage]) -> None:
    attempt(damaged(good(kind), done))


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@fuzz
@given(done=damages(), number=st.integers(0, 20))
def test_a_package_with_a_damaged_part_does_too(kind: str, done: list[Damage], number: int) -> None:
    names = members(good(kind))
    attempt(with_member(good(kind), names[number % len(names)], lambda part: damaged(part, done)))


# -- found by fuzzing -------------------------------------------------------------------------------------------------


def test_an_archive_whose_directory_lost_a_name_is_read_without_that_member() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("a.txt", good("txt"))
        made.writestr("lost", b"nobody")
    directory = stream.getvalue().rindex(b"PK\x01\x02")
    data = bytearray(stream.getvalue())
    data[directory + 28], data[directory + 32] = 0, 4  # lengths of the name and of the comment (APPNOTE 4.3.12)
    (document,) = documents(bytes(data))
    assert isinstance(document, Document)


def test_a_package_that_lost_its_list_of_types_is_no_archive_of_texts() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good("docx"))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name != "[Content_Types].xml":
                new.writestr(name, old.read(name))
    (document,) = documents(stream.getvalue())
    assert isinstance(document, Document)
    assert len(extract(document).target_tables[0].indicators) == 6


def test_a_sheet_named_many_times_is_read_once() -> None:
    def repeat(part: bytes) -> bytes:
        return re.sub(rb"<sheet [^>]*/>", lambda found: found[0] * 3000, part)

    (grid,) = read_bytes(with_member(good("xlsx"), "xl/workbook.xml", repeat), "x.xlsx").blocks
    assert isinstance(grid, Grid)


NOWHERE = b"""%%PDF-1.4
4 0 obj
<</Contents 8 0 R /MediaBox [0 0 595 841] /Parent 7 0 R /Resources <<>> >>
endobj
5 0 obj
<</Pages 7 0 R /Type /Catalog>>
endobj
7 0 obj
<</Count 1 /Kids [4 0 R] /Type /Pages>>
endobj
8 0 obj
<<>>
stream
BT /F2 8 Tf 1 0 0 1 50 500 Tm (seen) Tj ET
1 0 0 1 62%s.74 182 cm
BT 1 0 0 1 0 2 Tm /F2 8 Tf 10 TL (nowhere) Tj T* ET
endobj
trailer
<</Root 5 0 R>>
%%%%EOF
""" % (b"9" * 40)


def test_characters_drawn_at_no_place_are_left_out() -> None:
    (line,) = read_bytes(NOWHERE, "nowhere.pdf").blocks
    assert isinstance(line, Paragraph)
    assert line.text == "seen"


LONG = {
    "a line without a tab": "字" * 500_000,
    "a line of tabs": "字" + "\t" * 500_000,
    "blank lines": "字" + "\n" * 300_000 + "a",
    "marks that never end": "[bookmark: " * 50_000,
    "bars": "|" * 300_000 + "a",
}


@pytest.mark.parametrize("case", LONG)
def test_a_very_long_text_is_read_in_time_that_grows_with_its_length(case: str) -> None:
    with soon():
        assert read_bytes(LONG[case].encode(), "long.txt").blocks


# -- hostile and odd files --------------------------------------------------------------------------------------------


def package(**more: bytes) -> bytes:
    """A Word document with further members."""
    stream = io.BytesIO(good("docx"))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as made:
        for name, content in more.items():
            made.writestr(name, content)
    return stream.getvalue()


def declared(entity: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        start = part.index(b"<w:document")
        body = part[start:].replace(b"<w:t>", b"<w:t>&e;", 1)
        return b"<!DOCTYPE x [" + entity + b"]>" + body

    return change


def encrypted_pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=StandardEncryption("secret"))
    canvas.drawString(50, 50, "x")
    canvas.save()
    return stream.getvalue()


def encrypted_member() -> bytes:
    data = bytearray(good("docx"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
XXE = declared(b'<!ENTITY e SYSTEM "file:///etc/hostname">')
LAUGHS = declared(b'<!ENTITY a "ha"><!ENTITY e "' + b"&a;" * 1000 + b'">')
REFUSED: dict[str, tuple[Callable[[], bytes], type[ReadError]]] = {
    "an encrypted PDF": (encrypted_pdf, DamagedFile),
    "an encrypted office file": (lambda: COMPOUND + "EncryptedPackage".encode("utf-16-le"), DamagedFile),
    "an encrypted member": (encrypted_member, DamagedFile),
    "a compound file of another program": (lambda: COMPOUND, UnknownFormat),
    "a bomb": (lambda: package(**{"word/media/zeros.bin": bytes(64 << 20)}), TooLarge),
    "an external entity": (lambda: with_member(good("docx"), "word/document.xml", XXE), DamagedFile),
    "entities within entities": (lambda: with_member(good("docx"), "word/document.xml", LAUGHS), DamagedFile),
    "a program": (lambda: b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 16, UnknownFormat),
    "a picture without recognition": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), UnknownFormat),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_reader_should_take_is_refused_with_its_kind_of_error(case: str) -> None:
    make, kind = REFUSED[case]
    with soon(), pytest.raises(kind) as caught:
        read_bytes(make(), "folder/x.docx")
    assert caught.value.line().startswith("folder/x.docx：")


def test_macros_are_left_alone_and_named() -> None:
    document = read_bytes(package(**{"word/vbaProject.bin": b"macro"}), "x.docm")
    assert any("宏" in warning for warning in document.warnings)
    assert extract(document).target_tables


def test_an_archive_in_an_archive_is_named_and_the_rest_is_read() -> None:
    stream = io.BytesIO(good("zip"))
    with zipfile.ZipFile(stream, "a") as made:
        made.writestr("inner.zip", good("zip"))
    found = documents(stream.getvalue(), "a.zip")
    assert [type(document).__name__ for document in found].count("Document") == 2
    (error,) = [document for document in found if isinstance(document, UnknownFormat)]
    assert error.place == "a.zip/inner.zip"


@pytest.mark.parametrize("kind", ["docx", "xlsx", "xls", "pdf", "html"])
@pytest.mark.parametrize("extension", ["pdf", "doc", "txt"])
def test_the_name_of_a_file_decides_nothing(kind: str, extension: str) -> None:
    assert read(good(kind), f"x.{extension}").target_tables == read(good(kind), "x").target_tables


def read(data: bytes, name: str) -> Disclosure:
    return extract(read_bytes(data, name))


def test_pictures_of_pages_without_recognition_are_named_in_the_error() -> None:
    with pytest.raises(NoPerformanceTable, match=r"第 1 页是扫描图像.*jixiao\[ocr\]"):
        read(scans.SCANS[0].file.read_bytes(), "scan.pdf")


def test_a_thousand_pages_are_read_within_bounds() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for number in range(1000):
        canvas.setFont("STSong-Light", 10)
        for line in range(10):
            canvas.drawString(50, 800 - 18 * line, f"第{number}项第{line}点：预算单位的说明文字，没有表格。")
        canvas.showPage()
    canvas.save()
    with soon():
        document = read_bytes(stream.getvalue(), "long.pdf")
    assert (document.pages, len(document.blocks)) == (1000, 10_000)
