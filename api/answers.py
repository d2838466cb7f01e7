"""What the JSON of those operations looks like that put it together by hand: described here, checked by the tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.openapi import COMPONENTS, Json
from api.schemas import Link, Place
from graph.search import KINDS


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


def described_by(kind: type[BaseModel]) -> Json:
    """A reference to the schema of a model, which is then among those of the OpenAPI document."""
    schema = kind.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    COMPONENTS.update(schema.pop("$defs", {}))
    COMPONENTS[kind.__name__] = schema
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


# -- questions and search ---------------------------------------------------------------------------------------------


class QuestionParameter(_Model):
    """问题的一个参数。A parameter of a question."""

    name: str
    type: str
    zh: str
    en: str
    required: bool
    default: str | None
    example: str
    minimum: int | None
    maximum: int | None
    choices: list[str] | None


class Question(_Model):
    """问题库中的一个问题。A question of the library."""

    name: str
    url: str
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    parameters: list[QuestionParameter]


class Questions(_Model):
    """问题库。The library of questions."""

    items: list[Question]
    total: int


class Answer(Question):
    """一个问题的答案：各列与各行，值均为文字。The answer to a question: its columns and rows, values as text."""

    columns: list[str]
    rows: list[dict[str, str | None]]
    total: int = Field(description="行数 number of rows")
    total_capped: bool = Field(description="是否还有更多行 whether rows were left off")


class Hit(_Model):
    """找到的一项。One thing that was found."""

    kind: str = Field(json_schema_extra={"enum": list(KINDS)})
    text: str = Field(description="名称，或目标中的一段 the name, or a piece of the goal")
    iri: str | None = Field(description="指标名称没有 an indicator's name has none")
    url: str
    context: str = Field(description="部门与年度 department and year")
    count: int = Field(description="有多少行用这个名称 rows with this name")
    exact: bool


class Hits(_Model):
    """查找的结果，最相符的在前。What was found, best first."""

    q: str
    items: list[Hit]


# -- documents that are uploaded --------------------------------------------------------------------------------------


class Both(_Model):
    """中英文。Chinese and English."""

    zh: str
    en: str


class RuleSource(Both):
    """规则的来源；verified：已与原文核对。Where a rule is from, and whether that text was compared."""

    verified: bool


class JudgedFinding(_Model):
    """一条校验结果。What a rule found."""

    rule: str
    group: str
    severity: Literal["violation", "warning", "info"]
    table: str | None
    position: int | None
    indicator: str | None
    value: str | None
    message: Both
    source: RuleSource
    focus: str
    place: Place


class NotUnderstood(Place):
    """没读懂的一格，为什么。A cell that was not understood, and why."""

    text: str
    why: str


class ReadFailure(_Model):
    """为什么没有读成。Why a document could not be read."""

    code: str
    title: str
    title_en: str
    detail: str


class PreviewedDocument(_Model):
    """上传中的一份文件：读到的内容与校验结果。One document of an upload: what was read and found."""

    path: str
    disclosure: dict[str, Any] | None = Field(description="同 jixiao extract 的 JSON as jixiao extract tells it")
    findings: list[JudgedFinding]
    not_understood: list[NotUnderstood]
    error: ReadFailure | None


class UploadPreview(_Model):
    """一份预览，到 expires 为止。A preview, kept until ``expires``."""

    id: str
    url: str
    accept_url: str
    name: str
    who: str
    expires: str = Field(json_schema_extra={"format": "date-time"})
    documents: list[PreviewedDocument]


class Change(_Model):
    """写入了什么。What a change did."""

    activity: Link | None = Field(description="null：没有变化 nothing changed")
    stored: list[Link]
    put_away: list[Link]


# -- graphs -----------------------------------------------------------------------------------------------------------


class Thing(BaseModel):
    """任何事物，JSON-LD；其他字段见 /context.jsonld。Any thing as JSON-LD; /context.jsonld tells the other fields."""

    context: str = Field(alias="@context")
    iri: str
    url: str


class SparqlTerm(_Model):
    """一个值。A term."""

    model_config = ConfigDict(extra="allow")
    type: Literal["uri", "literal", "bnode", "triple"]


class SparqlResults(BaseModel):
    """SPARQL 1.1 Query Results JSON：ASK 有 boolean，SELECT 有 results。ASK has ``boolean``, SELECT ``results``."""

    head: dict[str, list[str]]
    boolean: bool = False
    results: dict[Literal["bindings"], list[dict[str, SparqlTerm]]] = {}
