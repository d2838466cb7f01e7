"""OpenAPI of what is described by data: the parameters, rows and fields that stand in the headers of queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI

from api.settings import Settings
from graph.queries import Column, Parameter, Question, Sort
from graph.vocabulary import vocabulary

Json = dict[str, Any]
LONGEST = 500
PROBLEM = "application/problem+json"

_SCHEMAS: dict[str, Json] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,10})?$"},
    "region": {"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6})$"},
}


def described(parameter: Parameter) -> Json:
    """A parameter of a question for OpenAPI: its type, range, values, default and example."""
    schema: Json = dict(_SCHEMAS.get(parameter.type, {"type": "string", "maxLength": LONGEST}))
    bounds = {
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "default": _typed(parameter, parameter.default),
    }
    schema |= {key: value for key, value in bounds.items() if value is not None}
    choices = list(parameter.choices) or class_names(parameter.type)
    if choices:
        schema = {"type": "string", "enum": choices} | {k: v for k, v in schema.items() if k == "default"}
    return {
        "name": parameter.name, "in": "query", "required": parameter.required, "schema": schema, **_blank(parameter),
        "description": f"{parameter.zh} {parameter.en}", "example": _typed(parameter, parameter.example),
    }  # fmt: skip


def _blank(parameter: Parameter) -> Json:
    """A form sends its empty fields too; they count as not given."""
    return {} if parameter.required else {"allowEmptyValue": True}


def class_names(kind: str) -> list[str]:
    """The names that a parameter of a class takes."""
    levels = {"level1": (1,), "level2": (2,), "class": (1, 2)}.get(kind, ())
    words = vocabulary()
    return list(dict.fromkeys(words.name_of(c.iri) for c in words.classes.values() if c.level in levels))


def _typed(parameter: Parameter, value: str | None) -> str | int | None:
    return int(value) if value is not None and parameter.type == "integer" else value


def query(name: str, schema: Json, description: str, example: object = None) -> Json:
    """An optional parameter of the query for OpenAPI."""
    shown = {} if example is None else {"example": example}
    return {
        "name": name, "in": "query", "required": False, "allowEmptyValue": True, "schema": schema,
        "description": description, **shown,
    }  # fmt: skip


def format_of(*names: str) -> Json:
    """The parameter that stands in place of the Accept header."""
    return query(
        "format", {"type": "string", "enum": [*names]}, "代替 Accept 头 in place of the Accept header", names[0]
    )


def common(sorts: Iterable[Sort], columns: Iterable[Column]) -> list[Json]:
    """The parameters that every list has."""
    orders = [sign + sort.name for sort in sorts for sign in ("", "-")]
    names = dict.fromkeys(["id", "iri", "name", "url", *(column.name.partition("__")[0] for column in columns)])
    one = "|".join(names)
    return [
        query("limit", {"type": "integer", "minimum": 1, "maximum": 10000}, "一页的项数 items on a page", 20),
        query("next", {"type": "string", "maxLength": 4000}, "上一页给出的 next the token of the page before"),
        query("sort", {"type": "string", "enum": orders}, "次序，前加 - 为倒序 order; - before it reverses", orders[0]),
        query(
            "fields",
            {"type": "string", "pattern": f"^$|^({one})(,({one}))*$"},
            f"只要这些字段 only these fields, of: {', '.join(names)}",
            "iri,name",
        ),
        format_of("json", "html"),
    ]


# -- what comes back --------------------------------------------------------------------------------------------------

_LINK = {"$ref": "#/components/schemas/Link"}
_PLACE = {"$ref": "#/components/schemas/Place"}
_COLUMNS: dict[str, Json] = {"integer": {"type": "integer"}, "link": _LINK, "place": _PLACE}


def list_schema(question: Question) -> dict[int | str, Json]:
    """The answer of a list for OpenAPI: a page of things with the fields of its columns."""
    fields: Json = {
        "id": {"type": "string"}, "iri": {"type": "string"}, "name": {"type": ["string", "null"]},
        "url": {"type": "string"},
    }  # fmt: skip
    for column in question.columns:
        said = {"description": f"{column.zh} {column.en}"}
        schema = dict(_COLUMNS.get(column.type, {"type": "string"}))
        schema = schema | said if column.type == "place" else {"anyOf": [schema, {"type": "null"}], **said}
        head, _, inside = column.name.partition("__")
        if inside:
            schema = {"type": "object", "properties": {inside: schema}}
        fields[head] = schema
        if column.type == "region":
            fields["region_name"] = {"type": ["string", "null"]}
    items = {"type": "object", "required": ["iri"], "properties": fields}
    page = {
        "type": "object", "required": ["items", "total", "total_capped", "next", "next_url"],
        "properties": {
            "items": {"type": "array", "items": items},
            "total": {"type": "integer", "description": "项数 number of items"},
            "total_capped": {"type": "boolean", "description": "是否不止 total 项 whether there are more than total"},
            "next": {"type": ["string", "null"], "description": "末页为 null; null at the end"},
            "next_url": {"type": ["string", "null"]},
        },
    }  # fmt: skip
    return {200: {"description": question.title_en, "content": {"application/json": {"schema": page}, **HTML}}}


HTML: dict[str, Json] = {"text/html": {"schema": {"type": "string"}}}


def describe(app: FastAPI, settings: Settings) -> None:
    """OpenAPI as the service behaves: wrong parameters answer 400, errors are problems, limits are the settings'."""
    made = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            schema = made()
            for path, methods in schema["paths"].items():
                for method, operation in methods.items():
                    _operation(path, method, operation, settings)
            for name in ("HTTPValidationError", "ValidationError"):
                schema["components"]["schemas"].pop(name, None)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


# Errors by what an operation has; all may be asked wrongly, in a format not on offer, or of a store that is not there.
_ALWAYS, _NAMED, _WRITES, _QUERIES = (400, 406, 500, 502, 503), (404,), (401, 403, 413, 415), (413, 415, 504)
_MEANINGS = {
    400: "请求有误 a parameter or the body is wrong", 401: "须有令牌 a token is needed", 403: "只读 writing is off",
    404: "没有找到 not found", 406: "没有所要求的格式 no such format", 413: "超出大小限制 too large",
    415: "不支持正文的格式 the format of the body is not taken", 500: "服务内部出错 a defect of the service",
    502: "远程图谱库出错 the remote store failed", 503: "请稍后再试，见 Retry-After try again later",
    504: "超出时限 a query went beyond a limit",
}  # fmt: skip


def _errors(path: str, method: str) -> tuple[int, ...]:
    named = _NAMED if "{" in path or path == "/graphs" else ()
    writes = _WRITES if method != "get" and path != "/sparql" else ()
    return (*_ALWAYS, *named, *writes, *(_QUERIES if path.startswith(("/sparql", "/graphs", "/export")) else ()))


def _operation(path: str, method: str, operation: Json, settings: Settings) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    default = responses["default"]["content"]
    default[PROBLEM] = default.pop("application/json")
    default.update(HTML)  # for browsers
    for status in sorted(set(_errors(path, method))):
        responses.setdefault(str(status), {"description": _MEANINGS[status], "content": default})
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "limit":
            parameter["schema"]["maximum"] = settings.max_page_size
