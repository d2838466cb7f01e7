"""Small good files of every format, and what can happen to them on the way."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import xlwt
from hypothesis import strategies as st

from graph.model import Disclosure
from tests import render
from tests.golden import refresh, word97


@cache
def parts() -> list[render.Part]:
    """One project of a sample as a form."""
    return render.form(_small())


def _small() -> Disclosure:
    whole = refresh.disclosure("xinhua-2026")
    return replace(whole, target_tables=whole.target_tables[:1])


def as_rows(printed: Iterable[render.Part]) -> Iterator[list[str]]:
    """Every row of a sheet; what merged cells cover is blank."""
    printed = list(printed)
    width = max(len(part.widths) for part in printed if isinstance(part, render.Table))
    for part in printed:
        rows = [[""] * width for _ in range(1 if isinstance(part, str) else part.height)]
        for box in (render.Box(part, 0, 0),) if isinstance(part, str) else part.boxes:
            rows[box.row][box.column] = box.text
        yield from rows


def as_csv(printed: Iterable[render.Part]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(as_rows(printed))
    return stream.getvalue().encode()


def as_xls(printed: Iterable[render.Part]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for r, row in enumerate(as_rows(printed)):
        for c, text in enumerate(row):
            sheet.write(r, c, text)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_text(printed: Iterable[render.Part]) -> bytes:
    return "\n".join("\t".join(row) for row in as_rows(printed)).encode()


def as_markdown(printed: Iterable[render.Part]) -> bytes:
    lines: list[str] = []
    for part in printed:
        for number, row in enumerate(as_rows([part]) if isinstance(part, render.Table) else ()):
            lines.append("| " + " | ".join(text.replace("|", "\\|") for text in row) + " |")
            lines += ["|" + " --- |" * len(row)] if number == 0 else []
        lines += [f"# {part}", ""] if isinstance(part, str) else [""]
    return "\n".join(lines).encode()


def _archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("甲.txt", as_text(parts()))
        archive.writestr("乙.html", render.html(parts()))
    return stream.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "docx": lambda: render.docx(parts()),
    "xlsx": lambda: render.xlsx(parts(), numbers=True),
    "xls": lambda: as_xls(parts()),
    "doc": lambda: (word97.FOLDER / "form.doc").read_bytes(),
    "pdf": lambda: render.pdf(parts()),
    "pdf, not compressed": lambda: render.pdf(parts(), compressed=False),
    "html": lambda: render.html(parts()),
    "csv": lambda: as_csv(parts()).decode().encode("gb18030"),
    "txt": lambda: as_text(parts()),
    "zip": _archive,
}


@cache
def good(kind: str) -> bytes:
    return FILES[kind]()


@dataclass(frozen=True)
class Damage:
    """One thing that happens to bytes; places are shares of the whole in ten thousandths."""

    what: str
    at: int
    length: int
    junk: bytes

    def __call__(self, data: bytes) -> bytes:
        at = len(data) * self.at // 10_000
        end = at + self.length
        match self.what:
            case "cut off":
                return data[:at]
            case "lose":
                return data[:at] + data[end:]
            case "overwrite":
                return data[:at] + self.junk + data[at + len(self.junk) :]
            case "insert":
                return data[:at] + self.junk + data[at:]
            case "double":
                return data[:end] + data[at:]
            case _:
                other = (at + self.length * 37) % max(len(data), 1)
                return data[:at] + data[other : other + self.length] + data[end:]


def damages(most: int = 4) -> st.SearchStrategy[list[Damage]]:
    """Several things in a row."""
    what = st.sampled_from(("cut off", "lose", "overwrite", "insert", "double", "splice"))
    junk = st.binary(min_size=1, max_size=8) | st.sampled_from((b"\xff" * 4, b"\0" * 4, b"<!--", b"999999999", b"<td>"))
    return st.lists(
        st.builds(Damage, what, st.integers(0, 10_000), st.integers(1, 400), junk), min_size=1, max_size=most
    )


def members(package: bytes) -> list[str]:
    """The parts of a package that are XML."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return sorted(name for name in archive.namelist() if name.endswith((".xml", ".rels")))


def with_member(package: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed and everything around it in order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            new.writestr(item, change(old.read(item)) if item == name else old.read(item))
    return stream.getvalue()
