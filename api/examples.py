"""Examples of requests and answers: requests from what the OpenAPI document says of parameters, answers recorded.

``examples.json`` holds what the operations answered over the samples when ``python -m docs.generate`` was last run; a
test compares. The request that was recorded is shown as a line for curl.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]
RECORDED = Path(__file__).with_name("examples.json")
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
TOKEN = "example-token-of-16-or-more"  # noqa: S105 - of the recorded service, which is gone
PREVIEW = "Zk3vYt0cQnB5mXwR8sHaLd2e"  # id of the preview in the examples
# Optional parameters that an example gives all the same, so that its answer is short, or is one.
_ANYWHERE = {"limit"}
_GIVEN = {
    "query_sparql": {"query"}, "search": {"q"}, "export_graph": {"project"}, "export_comparison": {"project"},
    "export_list": {"disclosure"}, "get_form": {"project", "as"}, "get_graph": {"graph"}, "put_graph": {"graph"},
    "post_graph": {"graph"}, "delete_graph": {"graph"},
}  # fmt: skip
DOCUMENT = """新华区医疗保障局 2026 年部门预算

1、2026年城乡居民基本医疗保险区级财政补助资金绩效目标表

单位：万元

| 项目编码 | 13010526P00000410002C | | 项目名称 | 2026年城乡居民基本医疗保险区级财政补助资金 | |
| 预算规模及资金用途 | 预算数 | 2847.00 | 其中：财政资金 | 2847.00 | 其他资金 |
| 绩效目标 | 1.保障居民基本医疗待遇，保障民生 | | | | |
| 一级指标 | 二级指标 | 三级指标 | 绩效指标描述 | 指标值 | 指标值确定依据 |
| 产出指标 | 数量指标 | 补助人数 | 补助人数 | ≥20万人 | 上级文件 |
| | 成本指标 | 当年预算 | 当年预算 | ≤2847万元 | 文件指定 |
| 满意度指标 | 服务对象满意度指标 | 群众满意度 | 群众满意度 | ≥99百分比 | 抽样调查 |
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A request: ``url`` is relative; ``files`` are names of files with their text."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def call(path: str, method: str, operation: Json) -> Call:
    """The request that the examples of an operation make."""
    parameters = operation.get("parameters", ())
    for parameter in parameters:
        if parameter["in"] == "path":
            safe = "/" if parameter["name"] == "path" else ""
            path = path.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe=safe))
    given = _GIVEN.get(operation["operationId"], set()) | _ANYWHERE
    pairs = [
        (p["name"], p["example"]) for p in parameters if p["in"] == "query" and (p["required"] or p["name"] in given)
    ]
    url = f"{path}?{urlencode(pairs)}" if pairs else path
    headers = {"Authorization": f"Bearer {TOKEN}"} if "security" in operation else {}
    return _with_body(Call(method.upper(), url, headers), operation.get("requestBody", {}).get("content", {}))


def _with_body(made: Call, content: Json) -> Call:
    if not content:
        return made
    if PARTS in content:
        return Call(made.method, made.url, made.headers, files={"file": ("目标表.txt", DOCUMENT)})
    media_type, body = next(iter(content.items()))
    if media_type == FORM and not body["schema"].get("required"):
        return made
    return Call(made.method, made.url, {**made.headers, "Content-Type": media_type}, body["example"])


def curl(made: Call, host: str = "http://127.0.0.1:8000") -> str:
    """A request as a line for a shell."""
    words = ["curl", *(["-X", made.method] if made.method not in ("GET", "POST") else [])]
    for name, value in made.headers.items():
        words += ["-H", f"{name}: {value}" if name != "Authorization" else "Authorization: Bearer $JIXIAO_TOKEN"]
    if made.body is not None:
        words += ["--data-binary", made.body]
    elif made.method == "POST" and not made.files:
        words += ["-X", "POST"]
    for name, (file, _) in made.files.items():
        words += ["-F", f"{name}=@{file}"]
    line = shlex.join([*words, host + made.url])
    return line.replace("'Authorization: Bearer $JIXIAO_TOKEN'", '"Authorization: Bearer $JIXIAO_TOKEN"')


# -- in the OpenAPI document ------------------------------------------------------------------------------------------


@cache
def recorded() -> Json:
    """What operations answered: by their ids, status, headers, media type and body."""
    found: Json = json.loads(RECORDED.read_text("utf-8")) if RECORDED.exists() else {}
    return found


def fill(path: str, method: str, operation: Json) -> None:
    """Give an operation its line for curl, and its answer what was recorded."""
    content = operation.get("requestBody", {}).get("content", {})
    if PARTS in content:
        content[PARTS]["example"] = {"file": DOCUMENT}
    if FORM in content:
        content[FORM].setdefault("example", {"token": TOKEN})
    operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": curl(call(path, method, operation))}]
    told = recorded().get(operation["operationId"])
    if told is None:
        return
    answer = operation["responses"][told["status"]]
    for name, value in told["headers"].items():
        answer.setdefault("headers", {}).setdefault(name, {"schema": {"type": "string"}})["example"] = value
    if "body" in told:
        answer["content"][told["media_type"]]["example"] = told["body"]
