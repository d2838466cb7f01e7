"""How long a template takes: each form in both formats, against the bare library saving the same cells.

python -m tests.bench.templates [--times N]

Processor time of one process, the median of several runs; the vocabulary and the libraries are loaded before.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable

from docx import Document
from openpyxl import Workbook

from graph.export.layout import blank_rows, lay_out
from graph.export.official import template
from graph.forms import Form, forms
from graph.vocabulary import vocabulary


def bare_xlsx(made: Form) -> bytes:
    """The same words and merged cells, without style, list, note or sum."""
    book = Workbook()
    sheet = book.active
    for box in lay_out(made, vocabulary(), rows=blank_rows(made)).boxes:
        sheet.cell(box.row + 1, box.column + 1, box.text or None)
        if box.rowspan * box.colspan > 1:
            end = {"end_row": box.row + box.rowspan, "end_column": box.column + box.colspan}
            sheet.merge_cells(start_row=box.row + 1, start_column=box.column + 1, **end)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bare_docx(made: Form) -> bytes:
    """The same words and merged cells by the library's own calls."""
    layout = lay_out(made, vocabulary(), rows=blank_rows(made))
    document = Document()
    table = document.add_table(layout.height, len(made.widths))
    slots = [list(row.cells) for row in table.rows]
    for box in layout.boxes:
        first = slots[box.row][box.column]
        last = slots[box.row + box.rowspan - 1][box.column + box.colspan - 1]
        (first.merge(last) if first is not last else first).text = box.text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def milliseconds(work: Callable[[], bytes], times: int) -> float:
    """Median processor time."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9)
    times = parser.parse_args().times
    bare = {"xlsx": bare_xlsx, "docx": bare_docx}
    print(f"{'form':18}{'format':8}{'ms':>8}{'bare ms':>9}{'ratio':>7}")
    worst = 0.0
    for name, made in forms().items():
        for format, plain in bare.items():
            template(made, format)
            ours = milliseconds(lambda made=made, format=format: template(made, format, year=2026), times)  # type: ignore[misc]
            theirs = milliseconds(lambda made=made, plain=plain: plain(made), times)  # type: ignore[misc]
            worst = max(worst, ours)
            print(f"{name:18}{format:8}{ours:8.1f}{theirs:9.1f}{ours / theirs:7.1f}")
    print(f"slowest: {worst:.0f} ms of 500 ms")


if __name__ == "__main__":
    main()
