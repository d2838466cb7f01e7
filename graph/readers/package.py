"""Office packages (DOCX, XLSX): ZIP archives of XML parts, checked before anything in them is unpacked.

Nothing is written to disk. XML is parsed without entities, document types or network (ECMA-376 part 2, 7.2.4 forbids
document types), archives within the archive are not opened, and macros are never run.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from graph.errors import DamagedFile, TooLarge
from graph.readers.limits import Limits

Element = Any  # lxml has no types of its own

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_BIT = 0x1
# Below this size a high ratio is a small file of repetitive XML, not an attack.
_RATIO_FROM = 16 * 1024 * 1024
_UNPACKED_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_MACROS = "vbaProject.bin"


class Package:
    """An opened package. Raises TooLarge beyond the limits and DamagedFile for what no office program writes."""

    def __init__(self, data: bytes, path: str, limits: Limits) -> None:
        self._path = path
        limits.check_file(data, path)
        if data.startswith(_COMPOUND_FILE):
            raise DamagedFile("加密 encrypted", place=path)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _UNPACKED_ERRORS as error:
            raise DamagedFile(str(error), place=path) from error
        self._check(limits)
        self.names = frozenset(self._zip.namelist())

    def _check(self, limits: Limits) -> None:
        """Judge by the central directory; :mod:`zipfile` never unpacks more than the sizes stated there."""
        members = self._zip.infolist()
        limits.check("members", len(members), self._path)
        expanded = sum(member.file_size for member in members)
        limits.check("expanded_bytes", expanded, self._path)
        packed = sum(member.compress_size for member in members)
        if expanded > _RATIO_FROM:
            limits.check("expansion_ratio", expanded // max(packed, 1), self._path)
        for member in members:
            if _escapes(member.filename):
                raise DamagedFile(f"路径越界 path escapes: {member.filename!r}", place=self._path)
            if member.flag_bits & _ENCRYPTED_BIT:
                raise DamagedFile("加密 encrypted", place=self._path)

    def warnings(self) -> list[str]:
        """What the package carries that is not read."""
        found = []
        if any(name.endswith(_MACROS) for name in self.names):
            found.append("文件含宏，已忽略，只读数据。 The file has macros; they are ignored, only data are read.")
        if any("/embeddings/" in name for name in self.names):
            found.append("文件中嵌入了其他文件，未读取。 Files embedded in this file are not read.")
        return found

    def has_images(self) -> bool:
        """Whether pictures are stored in it."""
        return any("/media/" in name for name in self.names)

    def main_part(self) -> str:
        """Name of the part that the package is about: the document or the workbook."""
        for kind, target in self.relationships("").values():
            if kind == "officeDocument":
                return target
        raise DamagedFile("缺少主文档 no main document", place=self._path)

    def relationships(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of ``part`` ("" for the package) that stay inside: id → (last word of the type, part name)."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if source not in self.names:
            return {}
        found = {}
        for relation in self.xml(source):
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
                found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target)
        return found

    def xml(self, part: str) -> Element:
        """Root element of an XML part."""
        try:
            with self._open(part) as stream:
                root = etree.parse(stream, etree.XMLParser(**_SAFE)).getroot()
        except (etree.XMLSyntaxError, *_UNPACKED_ERRORS) as error:
            raise self._broken(part, error) from error
        self._refuse_doctype(root)
        return root

    def elements(self, part: str, *names: str) -> Iterator[Element]:
        """The elements called ``names`` of a part as they end; each is emptied when the next is asked for."""
        try:
            with self._open(part) as stream:
                tags = tuple(f"{{*}}{name}" for name in names)
                for index, (_, element) in enumerate(etree.iterparse(stream, events=("end",), tag=tags, **_SAFE)):
                    if index == 0:
                        self._refuse_doctype(element)
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except (etree.XMLSyntaxError, *_UNPACKED_ERRORS) as error:
            raise self._broken(part, error) from error

    def _open(self, part: str) -> IO[bytes]:
        if part not in self.names:
            raise DamagedFile(f"缺少 missing part: {part}", place=self._path)
        return self._zip.open(part)

    def _broken(self, part: str, error: Exception) -> DamagedFile | TooLarge:
        if isinstance(error, etree.XMLSyntaxError) and error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            return TooLarge(f"{part}: {error}", place=self._path)
        return DamagedFile(f"{part}: {error}", place=self._path)

    def _refuse_doctype(self, element: Element) -> None:
        if element.getroottree().docinfo.internalDTD is not None:
            raise DamagedFile("XML 含文档类型声明 document type declaration", place=self._path)


_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "remove_comments": True, "remove_pis": True}


def local(element: Element) -> str:
    """Name of an element without its namespace: Transitional and Strict files differ only in that."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def first(element: Element, name: str) -> Element:
    """First child called ``name``; None without one, or without an element."""
    return next((child for child in element if local(child) == name), None) if element is not None else None


def value(element: Element, name: str, unstated: str = "") -> str:
    """The ``val`` of the first child called ``name``: "" without the child, ``unstated`` where it has no ``val``."""
    child = first(element, name)
    if child is None:
        return ""
    stated = attribute(child, "val")
    return unstated if stated is None else stated


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or (len(parts[0]) > 1 and parts[0][1] == ":")
