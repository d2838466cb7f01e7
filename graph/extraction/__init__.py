"""Document → Disclosure: the performance tables of a document as indicators, targets and budgets.

Every non-empty cell of a performance table ends in the model, is furniture, or stands in ``unplaced`` with its place.
"""

from __future__ import annotations

from dataclasses import replace

from graph.errors import NoPerformanceTable
from graph.extraction import identity
from graph.extraction.budget import read_budget
from graph.extraction.drafts import Draft, Drafter
from graph.extraction.indicators import Context, labels_on_top
from graph.extraction.lines import read_lines
from graph.extraction.parts import parts
from graph.extraction.prose import read_prose
from graph.extraction.reconcile import reconcile
from graph.extraction.stream import Account, stream
from graph.extraction.tables import tables
from graph.model import DEPARTMENT, Disclosure, Source, TargetTable
from graph.readers.document import Cell, Document, Paragraph
from graph.vocabulary import Vocabulary, vocabulary

__all__ = ["extract", "extract_each", "trace"]


def extract(document: Document, words: Vocabulary | None = None) -> Disclosure:
    """All that the document says about performance targets.

    Raises NoPerformanceTable when it holds none.
    """
    return trace(document, words)[0]


def extract_each(document: Document, words: Vocabulary | None = None) -> list[Disclosure]:
    """One disclosure, or one for each department where a file binds those of several, each with target tables.

    Raises NoPerformanceTable when it holds none.
    """
    words = words or vocabulary()
    bound = parts(document, words)
    if len(bound) > 1:
        try:
            found = [extract(part, words) for part in bound]
        except NoPerformanceTable:  # a title without tables of its own
            return [extract(document, words)]
        if all(any(table.indicators for table in disclosure.target_tables) for disclosure in found):
            return found
    return [extract(document, words)]


def trace(document: Document, words: Vocabulary | None = None) -> tuple[Disclosure, Account]:
    """As :func:`extract`, with the account of what each cell of the performance tables was used for."""
    words = words or vocabulary()
    account = Account()
    drafts = list(Drafter(words, account).read(stream(document, words)))
    year = identity.fiscal_year(document, drafts, words)
    dumped = [draft.rows for draft in drafts if not draft.exact]
    context = Context(words, account, year, labels_on_top(dumped, words))
    found: list[TargetTable] = []
    for draft in drafts:
        found += tables(draft, context)
    if not any(table.indicators for table in found):
        written = read_lines(document, words, account)
        spelled = [table for draft in written for table in tables(draft, context)]
        named = {table.name for table in spelled}
        found = [table for table in found if table.name not in named] + spelled
        drafts += written
    department = identity.department(document, drafts, found, words)
    if not any(table.scope == DEPARTMENT for table in found):
        prose = read_prose(document, department.name, words, year)
        found += [prose] if prose else []
    if not found:
        # What the reader could not read, such as a scan, may be where the table is.
        raise NoPerformanceTable(" ".join(document.warnings), place=document.path)
    disclosure = Disclosure(
        source=Source(document.path, document.sha256, document.media_type, document.pages),
        department=department,
        fiscal_year=year,
        target_tables=tuple(
            replace(table, position=n, name=table.name or (department.name if table.scope == DEPARTMENT else ""))
            for n, table in enumerate(found, start=1)
        ),
        budget=read_budget(document, words),
        unplaced=tuple(account.unplaced(_members(drafts))),
    )
    return reconcile(disclosure, document), account


def _members(drafts: list[Draft]) -> list[Cell | Paragraph]:
    return [item for draft in drafts for item in draft.members]
