"""Word 97 files: ``python -m tests.golden.word97`` writes them anew; it needs LibreOffice, reading them does not.

One sample in each layout, and one made-up document with what else such files hold.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests import render
from tests.golden import refresh

FOLDER = refresh.HERE / "word97"
SAMPLE = "tongchuan-2024"
_FIELD = (
    '<w:fldChar {} w:fldCharType="begin"/>',
    '<w:instrText {}> HYPERLINK "http://example.org" </w:instrText>',
    '<w:fldChar {} w:fldCharType="separate"/>',
    "<w:t {}>链接</w:t>",
    '<w:fldChar {} w:fldCharType="end"/>',
)


def odd() -> bytes:
    """Hidden and deleted text, symbols, fields, rare characters, thirty columns, a table in a table, numbers."""
    document = Document()
    hidden = document.add_paragraph("开头𠮷野家").add_run("隐藏")
    hidden.font.hidden = True
    document.paragraphs[-1].add_run("结尾")
    _add(document.add_paragraph("满意度").add_run(), '<w:sym {} w:font="Symbol" w:char="F0B3"/>')
    document.paragraphs[-1].add_run("90%")
    _add(document.add_paragraph("见").add_run(), *_FIELD)
    gone = '<w:del {} w:id="1" w:author="a"><w:r><w:delText>删</w:delText></w:r></w:del>'
    document.add_paragraph("修订")._p.append(parse_xml(gone.format(nsdecls("w"))))
    wide = document.add_table(3, 30, style="Table Grid")
    for r, row in enumerate(wide.rows):
        for c, cell in enumerate(row.cells):
            cell.text = f"{r}.{c}"
    wide.cell(0, 0).merge(wide.cell(1, 1)).text = "并"
    document.add_paragraph("之间")
    outer = document.add_table(2, 2, style="Table Grid")
    outer.cell(0, 0).text, outer.cell(1, 1).text = "甲", "乙\n丙"
    inner = outer.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内一", "内二"
    document.add_paragraph("编号", style="List Number")
    document.add_page_break()
    document.add_paragraph("尾页")
    return _saved(document)


def _add(run, *elements: str) -> None:  # type: ignore[no-untyped-def]
    for element in elements:
        run._r.append(parse_xml(element.format(nsdecls("w"))))


def _saved(document) -> bytes:  # type: ignore[no-untyped-def]
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


if __name__ == "__main__":
    sample = refresh.disclosure(SAMPLE)
    with tempfile.TemporaryDirectory() as made:
        for layout, printed in render.LAYOUTS.items():
            Path(made, f"{layout}.docx").write_bytes(render.docx(printed(sample)))
        Path(made, "odd.docx").write_bytes(odd())
        files = map(str, Path(made).iterdir())
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{made}/profile", "--convert-to", "doc"]
        subprocess.run([*command, "--outdir", str(FOLDER), *files], check=True)
