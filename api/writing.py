"""Writing with a token: upload a document, see what was read and judged, accept it; replace or withdraw one."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Path, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.answers import Change, UploadPreview, described_by
from api.authorisation import Unauthorised, writer
from api.examples import PREVIEW
from api.formats import UnsupportedMediaType
from api.html import render
from api.items import link, thing
from api.openapi import HTML
from api.parameters import chosen
from api.previews import Preview
from api.resources import DisclosureId, disclosure_page, service, store
from graph import iris, output
from graph.changes import Made, accept, replace, withdraw
from graph.errors import BadParameter, JixiaoError, NoPerformanceTable, NotFound
from graph.ingest import Reading
from graph.store import Store
from graph.validation import as_json

router = APIRouter(tags=["写入 Writing"])
JSON, PAGE = "application/json", "text/html"
_FORMATS = {"json": JSON, "html": PAGE}
_NAME = re.compile(r"[\x00-\x1f\x7f/\\]")
Json = dict[str, Any]
Document = Annotated[
    UploadFile, File(description="PDF、Word、Excel、网页、文本或 ZIP；PDF, Word, Excel, HTML, text or ZIP")
]
PreviewId = Annotated[
    str,
    Path(
        description="预览的标识，上传时给出 id of the preview, told when it was made",
        pattern="^[A-Za-z0-9_-]{24}$",
        examples=[PREVIEW],
    ),
]
Token = Annotated[str | None, Form(description="网页表单中的令牌，代替请求头 in place of the header, for forms")]
Sure = Annotated[Literal["yes"] | None, Form(description="确认撤回 the change is meant")]

_PREVIEW, _MADE = described_by(UploadPreview), described_by(Change)


def _form(request: Request) -> None:
    """Raises UnsupportedMediaType for a body that is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise UnsupportedMediaType(kind)


_FORM = [Depends(_form)]


def _answers(schema: Json, status: int = 200) -> dict[int | str, Json]:
    answers: dict[int | str, Json] = {
        status: {"description": "完成 done", "content": {JSON: {"schema": schema}, **HTML}}
    }
    if status == 201:
        answers[303] = {"description": "网页表单：转到预览页 forms: to the page of the preview"}
    return answers


# -- preview ----------------------------------------------------------------------------------------------------------


@router.get(
    "/upload", operation_id="get_upload_page", summary="上传页 Upload page", response_class=Response,
    responses={200: {"description": "网页 the page", "content": HTML}},
)  # fmt: skip
def upload_page(request: Request) -> Response:
    """上传文件的网页。The page to upload a document on."""
    return _upload_page(request)


def _upload_page(request: Request, status: int = 200, error: JixiaoError | None = None) -> Response:
    headers = {"Cache-Control": "no-store"}
    return render("upload.html", status, headers, open=bool(service(request).settings.token), error=error)


@router.post(
    "/disclosures/preview", operation_id="create_preview", summary="预览一份文件 Preview a document", status_code=201,
    response_class=Response, responses=_answers(_PREVIEW, 201), dependencies=_FORM,
)  # fmt: skip
def preview(request: Request, file: Document, token: Token = None) -> Response:
    """读取并校验一份文件，不入库；返回预览及其标识。Read and judge a document without storing it."""
    as_page = chosen(request, _FORMATS) == PAGE
    try:
        made = _read(request, file, writer(request, token))
    except JixiaoError as error:
        if as_page:
            return _upload_page(request, error.status, error)
        raise
    if as_page:
        return RedirectResponse(f"/disclosures/preview/{made.id}", 303)
    headers = {"Location": f"/disclosures/preview/{made.id}", "Cache-Control": "no-store"}
    return Response(json.dumps(_shown(made), ensure_ascii=False), 201, headers, JSON)


def _read(request: Request, file: UploadFile, who: str) -> Preview:
    name, readings, size = _readings(request, file)
    return service(request).previews.add(name, who, size, readings)


def _readings(request: Request, file: UploadFile) -> tuple[str, list[Reading], int]:
    """The upload by its own name, read in another process."""
    pool = service(request).pool
    name = _NAME.sub("", FilePath((file.filename or "").replace("\\", "/")).name)[-120:].lstrip(".") or "upload"
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        path = FilePath(folder) / name
        with path.open("wb") as copy:
            while chunk := file.file.read(2**20):
                copy.write(chunk)
        size = path.stat().st_size
        readings = pool.read(str(path)) if pool is not None else []
        return name, [_without(reading, folder) for reading in readings], size


def _without(reading: Reading, folder: str) -> Reading:
    """Where the upload lay for a moment is nobody's business."""
    if reading.error is not None:
        reading.error.place = reading.error.place.removeprefix(f"{folder}/")
        reading.error.detail = reading.error.detail.replace(f"{folder}/", "")
    return Reading(reading.path.removeprefix(f"{folder}/"), reading.disclosure, reading.findings, reading.error)


@router.get(
    "/disclosures/preview/{id}", operation_id="get_preview", summary="一份预览 A preview", response_class=Response,
    responses=_answers(_PREVIEW),
)  # fmt: skip
def show(request: Request, id: PreviewId) -> Response:
    """一份预览：读到什么、校验结果、没读懂的内容。A preview: what was read, what was found, what was not understood."""
    kept = service(request).previews.get(id)
    if chosen(request, _FORMATS) == PAGE:
        return _preview_page(kept)
    return Response(json.dumps(_shown(kept), ensure_ascii=False), 200, {"Cache-Control": "no-store"}, JSON)


def _preview_page(kept: Preview, status: int = 200, error: JixiaoError | None = None) -> Response:
    return render("preview.html", status, {"Cache-Control": "no-store"}, preview=kept, data=_shown(kept), error=error)


def _shown(kept: Preview) -> Json:
    url = f"/disclosures/preview/{kept.id}"
    return {
        "id": kept.id, "url": url, "accept_url": f"{url}/accept", "name": kept.name, "who": kept.who,
        "expires": kept.expires.isoformat(), "documents": [_document(reading) for reading in kept.readings],
    }  # fmt: skip


def _document(reading: Reading) -> Json:
    found = output.as_json(reading.disclosure) if reading.disclosure else None
    error = reading.error
    return {
        "path": reading.path,
        "disclosure": found,
        "findings": [as_json(finding) for finding in reading.findings],
        "not_understood": found["unplaced"] if found else [],
        "error": {"code": error.code, "title": error.zh, "title_en": error.en, "detail": error.detail}
        if error
        else None,
    }


# -- changes ----------------------------------------------------------------------------------------------------------


@router.post(
    "/disclosures/preview/{id}/accept", operation_id="accept_preview", summary="接受预览 Accept a preview",
    response_class=Response, responses=_answers(_MADE), dependencies=_FORM,
)  # fmt: skip
def accept_preview(request: Request, id: PreviewId, token: Token = None) -> Response:
    """接受一份预览：存入图谱库。Accept a preview: store it, all of it or nothing."""
    as_page, previews = chosen(request, _FORMATS) == PAGE, service(request).previews
    try:
        who = writer(request, token)
        readings = previews.get(id).readings
        made = _change(request, lambda store, history: accept(store, _good(readings), who, history))
    except NotFound:
        raise
    except JixiaoError as error:
        if as_page:
            return _preview_page(previews.get(id), error.status, error)
        raise
    previews.drop(id)
    return _told(request, made, as_page)


@router.put(
    "/disclosures/{id:digest}", operation_id="replace_disclosure", summary="替换公开文件 Replace a document",
    response_class=Response, responses=_answers(_MADE), dependencies=_FORM,
)  # fmt: skip
def put(request: Request, id: DisclosureId, file: Document, token: Token = None) -> Response:
    """以新文件替换一份公开文件。Put a document in the place of a disclosure."""
    who = writer(request, token)
    as_page = chosen(request, _FORMATS) == PAGE
    _, readings, _ = _readings(request, file)
    iri = iris.thing("disclosure", id)
    made = _change(request, lambda store, history: replace(store, iri, _good(readings), who, history))
    return _told(request, made, as_page)


@router.delete(
    "/disclosures/{id:digest}", operation_id="withdraw_disclosure", summary="撤回公开文件 Withdraw a document",
    response_class=Response, responses=_answers(_MADE),
)  # fmt: skip
def delete(request: Request, id: DisclosureId) -> Response:
    """撤回一份公开文件：移出图谱，存入历史文件夹。Withdraw a disclosure into the history folder."""
    who = writer(request)
    as_page = chosen(request, _FORMATS) == PAGE
    iri = iris.thing("disclosure", id)
    made = _change(request, lambda store, history: withdraw(store, iri, who, history))
    return _told(request, made, as_page)


# Forms can but POST; for programs there is DELETE.
@router.post("/disclosures/{id:digest}/withdraw", include_in_schema=False, dependencies=_FORM)
def withdraw_form(request: Request, id: DisclosureId, token: Token = None, sure: Sure = None) -> Response:
    """撤回一份公开文件，供网页表单使用；须确认。The same for forms of pages, which must say that they are sure."""
    as_page = chosen(request, _FORMATS) == PAGE
    iri = iris.thing("disclosure", id)
    try:
        who = writer(request, token)
        if sure is None:
            raise BadParameter("sure=yes", zh="请确认撤回。", en="Say that you are sure.")
        made = _change(request, lambda store, history: withdraw(store, iri, who, history))
    except (BadParameter, Unauthorised) as error:
        if as_page:
            return disclosure_page(request, id, error)
        raise
    return _told(request, made, as_page)


def _good(readings: tuple[Reading, ...] | list[Reading]) -> list[Reading]:
    """Those that hold something. Raises the first error where none does."""
    good = [reading for reading in readings if reading.disclosure is not None]
    if not good:
        raise next((reading.error for reading in readings if reading.error), NoPerformanceTable())
    return good


def _change(request: Request, work: Callable[[Store, FilePath | None], Made]) -> Made:
    return service(request).change(work)


def _names(now: Store, made: Made) -> dict[str, str]:
    """What the files of a change are called: those that are stored, and the one that was withdrawn."""
    names: dict[str, str] = {iri: thing(now, "disclosures", iri)["path"] for iri in made.stored}
    if made.activity and not made.stored:
        path = thing(now, "activities", made.activity)["path"]
        names |= {iri: path for iri in made.put_away if path}
    return names


def _told(request: Request, made: Made, as_page: bool) -> Response:
    names = _names(store(request), made) if as_page else {}
    stored, away = ([link(iri, names.get(iri)).model_dump() for iri in part] for part in (made.stored, made.put_away))
    body = {
        "activity": link(made.activity, None).model_dump() if made.activity else None,
        "stored": stored,
        "put_away": away,
    }
    headers = {"Cache-Control": "no-store"}
    if as_page:
        return render("changed.html", 200, headers, data=body)
    return Response(json.dumps(body, ensure_ascii=False), 200, headers, JSON)
