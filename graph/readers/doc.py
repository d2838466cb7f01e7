"""Word 97–2003 (.doc) through LibreOffice, which is asked to write DOCX into a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from graph.errors import DamagedFile, TooLarge, UnknownFormat
from graph.readers import docx
from graph.readers.limits import LIMITS, Limits
from graph.readers.result import ReadResult

SECONDS = 60


def read(data: bytes, path: str, limits: Limits = LIMITS) -> ReadResult:
    """The document as LibreOffice converts it; places count its paragraphs and tables.

    Raises UnknownFormat where LibreOffice is not installed, DamagedFile where it cannot read the file, TooLarge where
    it takes too long.
    """
    limits.check_file(data, path)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise UnknownFormat("读取 .doc 需要 LibreOffice；请安装，或另存为 .docx。 .doc needs LibreOffice", place=path)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.doc"
        source.write_bytes(data)
        command = [office, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "docx"]
        try:
            subprocess.run(  # noqa: S603 - a fixed program on a file of our own naming
                [*command, "--outdir", folder, str(source)], capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise TooLarge(f"LibreOffice > {SECONDS} s", place=path) from error
        converted = Path(folder) / "document.docx"
        if not converted.is_file():
            raise DamagedFile("LibreOffice", place=path)
        return docx.read(converted.read_bytes(), path, limits)
