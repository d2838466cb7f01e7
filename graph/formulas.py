"""Text that a spreadsheet would run: how a CSV file keeps it harmless, and how it comes back as it was.

Excel and LibreOffice take a CSV field for a formula when it begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage
return (OWASP, CSV injection), East Asian editions also with the wide forms of the signs. Such a field gets a leading
apostrophe. A number (``-5``, ``+3.5%``) and a sign alone (``=``, ``-``) are data and stay as they are.
"""

from __future__ import annotations

import re

_SIGN = r"[=+\-@＝＋－＠\t\r]"
_HARMLESS = re.compile(r"[=+\-@＝＋－＠]|[+\-＋－][\d,]*\.?\d+%?")
_FORMULA = re.compile(_SIGN)
_MARKED = re.compile(rf"'+{_SIGN}")


def guarded(text: str) -> str:
    """The text as a CSV field that no spreadsheet runs. :func:`unguarded` undoes it."""
    formula = _FORMULA.match(text) and not _HARMLESS.fullmatch(text)
    return f"'{text}" if formula or _MARKED.match(text) else text


def unguarded(field: str) -> str:
    """The text of a CSV field: an apostrophe before a sign is not part of the words."""
    return field[1:] if _MARKED.match(field) else field
