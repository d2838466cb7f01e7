"""What is refused of an office package before anything in it is unpacked."""

import io
import re
import struct
import zipfile

import pytest

from graph.errors import DamagedFile, EmptyFile, TooLarge
from graph.readers import docx, xlsx
from graph.readers.limits import LIMITS, Limits
from graph.readers.package import Package


def archive(compression: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as target:
        for name, content in members.items():
            target.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def test_a_bomb_is_refused_by_the_sizes_it_states() -> None:
    bomb = archive(word__document=b"\0" * 40_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge, match="expansion_ratio"):
        Package(bomb, "t.docx", LIMITS)
    with pytest.raises(TooLarge, match="expanded_bytes"):
        Package(bomb, "t.docx", Limits(expanded_bytes=30_000_000))


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    part = b'<?xml version="1.0"?>' + b"<a/>" * 1_000_000
    data = archive(part=part)
    lying = data.replace(struct.pack("<L", len(part)), struct.pack("<L", 2000))
    package = Package(lying, "t.docx", LIMITS)
    with pytest.raises(DamagedFile):
        package.xml("part")


def test_small_repetitive_parts_are_no_bomb() -> None:
    Package(archive(part=b"<a/>" * 100_000), "t.docx", LIMITS)


def test_too_many_parts() -> None:
    with pytest.raises(TooLarge, match="members"):
        Package(archive(a=b"", b=b"", c=b""), "t.docx", Limits(members=2))


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "word/../../x", "C:/x", "..\\x"])
def test_paths_that_leave_the_package(name: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr(name, b"")
    with pytest.raises(DamagedFile, match="escapes"):
        Package(stream.getvalue(), "t.docx", LIMITS)


def test_encrypted_members_and_encrypted_office_files() -> None:
    data = bytearray(archive(part=b"<a/>"))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DamagedFile, match="encrypted"):
        Package(bytes(data), "t.docx", LIMITS)
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 100
    for reader in (docx, xlsx):
        with pytest.raises(DamagedFile, match="encrypted") as caught:
            reader.read(compound, "t.docx")
        assert caught.value.place == "t.docx"


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_package_is_damaged(keep: float) -> None:
    data = archive(zipfile.ZIP_STORED, part=bytes(range(256)) * 40)
    with pytest.raises(DamagedFile):
        Package(data[: int(len(data) * keep)], "t.docx", LIMITS)


def test_a_part_with_wrong_bytes_is_damaged_and_not_half_read() -> None:
    data = bytearray(archive(zipfile.ZIP_STORED, part=b"<a>" + b"<b>x</b>" * 1000 + b"</a>"))
    data[4000] ^= 1
    package = Package(bytes(data), "t.docx", LIMITS)
    with pytest.raises(DamagedFile):
        list(package.elements("part", "b"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused_in_any_encoding(encoding: str) -> None:
    xml = '<!DOCTYPE a [<!ENTITY x "&#120;"><!ENTITY y "&x;&x;&x;">]><a><b>&y;</b></a>'
    package = Package(archive(part=xml.encode(encoding)), "t.docx", LIMITS)
    with pytest.raises(DamagedFile):
        package.xml("part")
    with pytest.raises(DamagedFile):
        list(package.elements("part", "b"))


def test_elements_of_xml_nested_too_deep_are_too_large() -> None:
    with pytest.raises(TooLarge):
        Package(archive(part=b"<a>" * 300 + b"</a>" * 300), "t.docx", LIMITS).xml("part")


def test_nothing_and_no_package() -> None:
    with pytest.raises(EmptyFile):
        Package(b"", "t.docx", LIMITS)
    with pytest.raises(DamagedFile):
        Package(b"PK\x03\x04 and no more", "t.docx", LIMITS)
    with pytest.raises(DamagedFile, match="main"):
        docx.read(archive(part=b"<a/>"), "t.docx")
    with pytest.raises(TooLarge, match="file_bytes"):
        Package(b"x" * 11, "t.docx", Limits(file_bytes=10))


def test_every_limit_has_a_sentence_in_both_languages() -> None:
    for name, (value, zh, en) in LIMITS.help().items():
        assert value > 0, name
        assert re.search("[\u4e00-\u9fff]", zh), name
        assert en.isascii(), name
