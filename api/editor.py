"""``/sparql/ui``: YASGUI, an editor of queries that needs scripts, in the package as it was built by its makers."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from api.html import PAGES, render
from api.sparql import example_text

router = APIRouter(include_in_schema=False)
# Scripts of ours alone, and no request to another host: what the editor could look up elsewhere is refused here too.
# It gives elements their style by attributes.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class _File(StrEnum):
    """The files of the folder that are served."""

    SCRIPT = "yasgui.min.js"
    STYLE = "yasgui.min.css"
    START = "start.js"
    LICENCE = "LICENSE.txt"


@router.get("/sparql/ui")
async def page() -> Response:
    """编辑器。The editor."""
    return render("yasgui.html", headers={"Content-Security-Policy": _POLICY}, query=example_text(None))


@router.get("/sparql/ui/{name}")
async def file(name: _File) -> Response:
    """编辑器的文件。A file of the editor."""
    return FileResponse(PAGES / "yasgui" / name.value, headers={"Cache-Control": "max-age=3600"})
