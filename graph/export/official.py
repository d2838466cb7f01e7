"""Official forms as files: blank, with proposals, or filled from a table and with what could not be held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.errors import BadParameter, NoPerformanceTable
from graph.export.layout import GridRow, Layout, filled_rows, lay_out
from graph.export.losses import Loss, losses
from graph.extraction import extract
from graph.forms import Form
from graph.model import TargetTable
from graph.readers import read_bytes
from graph.vocabulary import Vocabulary, vocabulary

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
FORMATS = tuple(MEDIA_TYPES)


@dataclass(frozen=True, slots=True)
class Converted:
    """A table in a form: the file, and every value that does not come back from it."""

    data: bytes
    losses: tuple[Loss, ...]


def template(
    form: Form,
    format: str,
    *,
    year: int | None = None,
    rows: Sequence[GridRow] = (),
    words: Vocabulary | None = None,
) -> bytes:
    """A form to fill in; ``rows``: proposals in place of the usual blank rows. Raises BadParameter for the format."""
    words = words or vocabulary()
    return _written(lay_out(form, words, rows=rows, year=year), format, words)


def convert(
    table: TargetTable, form: Form, format: str, *, year: int | None = None, words: Vocabulary | None = None
) -> Converted:
    """A table in a form, and what the form cannot hold of it.

    Raises BadParameter for another format, or where the form is for departments and the table of a project.
    """
    words = words or vocabulary()
    rows = filled_rows(table.indicators, form, words, year)
    data = _written(lay_out(form, words, table=table, rows=rows, year=year), format, words)
    return Converted(data, tuple(losses(table, read_back(data, format, words), form, words)))


def read_back(data: bytes, format: str, words: Vocabulary) -> TargetTable | None:
    """The one table of a file that was written here; None where nothing is filled in."""
    try:
        found = extract(read_bytes(data, f"form.{format}"), words).target_tables
    except NoPerformanceTable:
        return None
    return found[0]


def _written(layout: Layout, format: str, words: Vocabulary) -> bytes:
    match format:
        case "xlsx":
            from graph.export.template_xlsx import xlsx

            return xlsx(layout, words)
        case "docx":
            from graph.export.template_docx import docx

            return docx(layout)
    raise BadParameter(
        format, zh=f"格式应为 {'、'.join(FORMATS)} 之一。", en=f"The format is one of {', '.join(FORMATS)}."
    )
