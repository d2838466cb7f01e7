"""Scanned pages: ``python -m tests.golden.scans`` prints them anew; it needs a Chinese font, reading them does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from graph.model import Disclosure
from tests import render
from tests.golden import refresh

FOLDER = refresh.HERE / "scans"


@dataclass(frozen=True)
class Scan:
    """The first tables of a sample in a layout, as a picture in grey or in black and white."""

    sample: str
    layout: str
    tables: int
    bilevel: bool

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.layout}.pdf"

    def disclosure(self) -> Disclosure:
        whole = refresh.disclosure(self.sample)
        return replace(whole, target_tables=whole.target_tables[: self.tables])

    def print(self) -> bytes:
        printed = render.pdf(render.LAYOUTS[self.layout](self.disclosure()))
        return render.scanned(printed, bilevel=self.bilevel)


SCANS = (Scan("guantao-2026", "form", 1, False), Scan("hanzhong-2026", "sided", 2, True))

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for scan in SCANS:
        scan.file.write_bytes(scan.print())
