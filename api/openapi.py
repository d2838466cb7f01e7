"""OpenAPI of what is described by data: the parameters, rows and fields that stand in the headers of queries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from api.links import encode_next
from graph.queries import Column, Parameter, Question, Sort
from graph.vocabulary import vocabulary

Json = dict[str, Any]
LONGEST = 500
REGION = "^([0-9]{2}|[0-9]{4}|[0-9]{6})$"
COMPONENTS: dict[str, Json] = {}  # schemas with a name of their own
PROBLEM = "application/problem+json"

# Of these types a value is the id (or the IRI) of a thing.
_IDS = ("department", "project", "table", "indicator", "disclosure", "report", "function", "basis", "concept", "iri")
_SCHEMAS: dict[str, Json] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "region": {"type": "string", "pattern": REGION},
    **{name: {"type": "string", "maxLength": LONGEST, "format": name} for name in ("unit", "comparator")},
    **{name: {"type": "string", "maxLength": LONGEST, "format": "id"} for name in _IDS},
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
    if parameter.required and schema["type"] == "string":
        schema |= {"minLength": 1, "pattern": schema.get("pattern", r"\S")}
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


def _typed(parameter: Parameter, value: str | None) -> str | int | float | None:
    if value is None or parameter.type not in ("integer", "decimal"):
        return value
    number: int | float = json.loads(value)
    return number


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
        query("limit", {"type": "integer", "minimum": 1, "maximum": 10000}, "一页的项数 items on a page", 2),
        query(
            "next",
            {"type": "string", "maxLength": 4000, "format": "page-token"},
            "上一页给出的 next the token of the page before",
            encode_next("2 https://w3id.org/jixiao/id/region/130433"),
        ),
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


def component(name: str, schema: Json) -> Json:
    """Name a schema, and refer to it."""
    COMPONENTS[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def list_schema(name: str, question: Question) -> dict[int | str, Json]:
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
    told = f"{question.title_zh}中的一项；只要的字段由 fields 指明。One of a list; ``fields`` leaves fields out."
    items = {
        "type": "object",
        "required": ["iri"],
        "properties": fields,
        "description": told,
        "additionalProperties": False,
    }
    page = {
        "type": "object", "required": ["items", "total", "total_capped", "next", "next_url"],
        "properties": {
            "items": {"type": "array", "items": component(f"{name.capitalize()}Item", items)},
            "total": {"type": "integer", "description": "项数 number of items"},
            "total_capped": {"type": "boolean", "description": "是否不止 total 项 whether there are more than total"},
            "next": {"type": ["string", "null"], "description": "末页为 null; null at the end"},
            "next_url": {"type": ["string", "null"]},
        },
        "additionalProperties": False,
        "description": f"{question.title_zh}的一页 one page of a list: {question.title_en}",
    }  # fmt: skip
    content = {"application/json": {"schema": component(f"{name.capitalize()}Page", page)}, **HTML}
    return {200: {"description": f"{question.title_zh} {question.title_en}", "content": content}}


HTML: dict[str, Json] = {"text/html": {"schema": {"type": "string"}}}
