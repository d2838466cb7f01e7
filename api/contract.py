"""The OpenAPI document as a whole: what FastAPI says, brought to what the service does.

Tags, security, the errors of each operation with their codes, the segments that paths are made of, and an example for
every parameter, body and answer. Answers are those recorded in :mod:`api.examples`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api import examples
from api.openapi import COMPONENTS, HTML, PROBLEM
from api.problems import kinds, told
from api.settings import Settings

Json = dict[str, Any]
CONVENTIONS = """错误一律为 application/problem+json（RFC 9457）：`code` 不变，见 /problem/{code}；`title` 与 `remedy`
随 Accept-Language 用中文或英文。网页与数据同址，由 Accept 头或 `format` 选择。没有的查询参数答 400（SPARQL
各路径除外：其客户端自带参数）。凡能 GET 的都能 HEAD；OPTIONS 告知可用的方法。图谱不变时 If-None-Match 得 304。
金额、权重、上下限是精确小数，写作字符串。写入须有令牌：`Authorization: Bearer <令牌>`。

Errors are application/problem+json (RFC 9457): `code` is stable, see /problem/{code}; `title` and `remedy` are in
Chinese or English by Accept-Language. Pages and data share their paths; the Accept header or `format` chooses. A
query parameter that an operation does not have is answered 400 (not below SPARQL: its clients send their own). What
can be asked with GET can be with HEAD; OPTIONS tells the methods. While the graph stays as it is, If-None-Match gets
304. Amounts, weights and bounds are exact decimals, written as strings. Writing needs a token:
`Authorization: Bearer <token>`."""
_TAGS = {
    "资源 Resources": "部门、项目、绩效目标表、指标、公开文件等：列表与单项。Lists, and each thing by itself.",
    "问题 Questions": "问题库：带参数的现成查询。The library of questions: queries that are ready to be asked.",
    "SPARQL": "SPARQL 1.1 查询、更新与图存储协议。SPARQL 1.1 query, update and Graph Store Protocol.",
    "导出 Export": "图、数据包、列表与对照表文件。Files: graphs, data packages, lists and comparisons.",
    "表样 Forms": "官方表样：空表、建议或已填写。Official forms: blank, with proposals, or filled in.",
    "写入 Writing": "上传、预览、接受、替换与撤回公开文件。Upload, preview, accept, replace and withdraw documents.",
    "服务 Service": "服务本身：状态、规模、错误的含义。The service itself: its state, its size, what errors mean.",
}
_SECURITY = {
    "bearer": {
        "type": "http", "scheme": "bearer",
        "description": "JIXIAO_TOKEN 中的一个令牌 one of the tokens in JIXIAO_TOKEN",
    }
}  # fmt: skip


def describe(app: FastAPI, settings: Settings) -> None:
    """OpenAPI as the service behaves; limits are the settings'."""
    made = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            _complete(made(), settings)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(schema: Json, settings: Settings) -> None:
    schema["info"]["description"] += f"\n\n{CONVENTIONS}"
    schema.setdefault("servers", [{"url": "/", "description": "此服务 this service"}])
    schema["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items()]
    components = schema["components"]
    components["schemas"].update(COMPONENTS)
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    for name, form in components["schemas"].items():
        if name.startswith("Body_"):
            form["description"] = f"{name.removeprefix('Body_')} 的表单 its form"
    components["securitySchemes"] = _SECURITY
    components["examples"] = {code: _example(code) for code in sorted(kinds())}
    paths = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            _operation(path, method, operation, settings)
        paths[_path(path, methods)] = methods
    schema["paths"] = paths
    for path, methods in paths.items():
        for method, operation in methods.items():
            examples.fill(path, method, operation)


def _operation(path: str, method: str, operation: Json, settings: Settings) -> None:
    for parameter in operation.get("parameters", ()):
        _parameter(parameter, blank="SPARQL" not in operation["tags"])
        if parameter["name"] == "limit":
            parameter["schema"]["maximum"] = settings.max_page_size
    responses = operation["responses"]
    for status in [status for status in responses if status in ("422", "default")]:
        del responses[status]
    for answer in responses.values():
        if answer["description"] == "Successful Response":  # as FastAPI says of what nothing else is said of
            answer["description"] = operation["summary"]
    for status, codes in _errors(path, method, operation).items():
        responses[str(status)] = _refusal(status, codes)
    operation["responses"] = dict(sorted(responses.items()))
    if _writes(path, method):
        operation["security"] = [{"bearer": []}]


# -- parameters -------------------------------------------------------------------------------------------------------


def _parameter(parameter: Json, blank: bool) -> None:
    """As it is sent: nothing is null in a URL; what may be null may be ``blank``, for a form sends that too."""
    schema = parameter["schema"]
    kept = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    if len(kept) == 1:
        schema.update(kept[0])
        del schema["anyOf"]
        if blank:
            parameter["allowEmptyValue"] = True
    if "" in schema.get("enum", ()):
        schema["enum"] = [value for value in schema["enum"] if value != ""]
    for name in ("title", "description"):
        schema.pop(name, None)
    shown = [*schema.pop("examples", ()), *schema.get("enum", ()), *([True] if schema.get("type") == "boolean" else ())]
    if shown:
        parameter.setdefault("example", shown[0])


def _segment(name: str, zh: str, en: str, example: str, pattern: str | None = None) -> Json:
    schema = {"type": "string", "minLength": 1} | ({"pattern": pattern} if pattern else {})
    return {
        "name": name, "in": "path", "required": True, "description": f"{zh} {en}", "schema": schema, "example": example,
    }  # fmt: skip


_REGION = _segment("region", "区划代码，不明为 _", "region code, _ where unknown", "130105", "^(_|[0-9]{6})$")
_DEPARTMENT = _segment("department", "部门名称", "name of the department", "新华区医疗保障局")
_YEAR = _segment("year", "预算年度，不明为 _", "fiscal year, _ where unknown", "2026", "^(_|[0-9]{4})$")
_PROJECT = _segment("project", "项目编码或名称", "code or name of the project", "13010526P00000110081N")
_TABLE = _segment("table", "项目编码或名称，部门整体表为 部门整体", "code or name of the project", _PROJECT["example"])
_POSITION = _segment("position", "表中次序，文字中的加 p", "place in the table, of prose with p", "1", "^p?[0-9]+$")
# Ids are several segments of a path, each encoded by itself.
_IDS = {
    "departments": (_REGION, _DEPARTMENT),
    "projects": (_REGION, _DEPARTMENT, _YEAR, _PROJECT),
    "tables": (_REGION, _DEPARTMENT, _YEAR, _TABLE),
    "indicators": (_REGION, _DEPARTMENT, _YEAR, _TABLE, _POSITION),
}


def _path(path: str, methods: Json) -> str:
    """The path with a parameter for each segment of an id."""
    kind = path.split("/")[1]
    if kind not in _IDS or "{id}" not in path:
        return path
    for operation in methods.values():
        others = [parameter for parameter in operation["parameters"] if parameter["name"] != "id"]
        operation["parameters"] = [*_IDS[kind], *others]
    return path.replace("{id}", "/".join(f"{{{segment['name']}}}" for segment in _IDS[kind]))


# -- errors -----------------------------------------------------------------------------------------------------------

_MEANINGS = {
    400: "请求有误 a parameter or the body is wrong", 401: "须有令牌 a token is needed", 403: "只读 writing is off",
    404: "没有找到 not found", 406: "没有所要求的格式 no such format", 413: "超出大小限制 too large",
    415: "不支持正文的格式 the format of the body is not taken", 500: "服务内部出错 a defect of the service",
    501: "未安装可选组件 an optional component is not installed", 502: "远程图谱库出错 the remote store failed",
    503: "请稍后再试，见 Retry-After try again later", 504: "超出时限 a query went beyond a limit",
}  # fmt: skip
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "须有的凭证 what is needed", "schema": {"const": "Bearer"}}},
    503: {"Retry-After": {"description": "秒 seconds", "schema": {"type": "integer"}}},
}
# Answered without the store.
_STORELESS = ("/health", "/metrics", "/upload", "/context.jsonld", "/problem/{code}", "/queries", "/export")
_READ = ("file-empty", "unknown-format", "file-damaged", "file-too-large", "no-performance-table", "not-installed")


def _writes(path: str, method: str) -> bool:
    return method != "get" and path != "/sparql"


def _codes(path: str, method: str, operation: Json) -> Iterator[str]:
    """The errors that an operation may answer with."""
    yield from ("bad-parameter", "internal-error")
    if path not in _STORELESS:
        yield from ("store-error", "remote-error")
    if path == "/graphs" or path.startswith(("/export/", "/templates")) or "{" in path:
        yield "not-found"
    if _negotiates(path, operation):
        yield "not-acceptable"
    if _writes(path, method):
        yield from ("unauthorised", "writing-off")
    if "requestBody" in operation:
        yield from ("file-too-large", "unsupported-media-type")
        if path.startswith("/disclosures"):
            yield from _READ
    if path in ("/sparql", "/update", "/graphs"):
        yield from ("query-error", "query-process-gone", "busy", "limit-exceeded", "result-too-large")
    if path.startswith("/export/"):
        yield from ("exports-busy", "result-too-large", "not-installed")


def _negotiates(path: str, operation: Json) -> bool:
    """Whether the Accept header chooses among formats."""
    offered = {media for status, answer in operation["responses"].items() if status < "3"
               for media in answer.get("content", ())}  # fmt: skip
    by_name = path.startswith(("/export/", "/templates/"))
    return len(offered) > 1 and not by_name


def _errors(path: str, method: str, operation: Json) -> dict[int, list[str]]:
    """The codes of an operation by their status."""
    found = defaultdict(list)
    for code in dict.fromkeys(_codes(path, method, operation)):
        found[kinds()[code].status].append(code)
    return found


def _refusal(status: int, codes: list[str]) -> Json:
    shown = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}
    headers = {"headers": _HEADERS[status]} if status in _HEADERS else {}
    return {"description": _MEANINGS[status], **headers, "content": {PROBLEM: problem, **HTML}}  # pages for browsers


def _example(code: str) -> Json:
    kind = kinds()[code]
    return {"summary": f"{kind.zh} {kind.en}", "value": told(kind(), english=False, path="/projects").model_dump()}
