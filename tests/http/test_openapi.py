"""The OpenAPI document is valid, whole in both languages, and its examples fit their schemas."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from httpx import Client
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.problems import kinds

Json = dict[str, Any]
# Answers without a body that could be shown: files for other programs, and no content at all.
FILES = {"export_comparison", "export_package"}


@pytest.fixture(scope="module")
def document(client: Client) -> Json:
    found: Json = client.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def operations(document: Json) -> list[Json]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


def errors(document: Json, schema: Json, value: object) -> list[str]:
    whole = {**schema, "components": document["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def both(text: str) -> bool:
    """Whether a text is Chinese and English, or a name alone."""
    return bool(re.search(r"[\u4e00-\u9fff]", text) and re.search(r"[A-Za-z]{2}", text)) or text == "SPARQL 1.1"


def test_the_document_is_openapi_3_1(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_document_says_where_it_holds_and_under_which_licence(document: Json) -> None:
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    assert all(both(tag["description"]) for tag in document["tags"])


def test_every_operation_has_an_id_and_is_told_in_both_languages(document: Json, operations: list[Json]) -> None:
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    tags = {tag["name"] for tag in document["tags"]}
    for operation in operations:
        assert both(operation["summary"]), operation["operationId"]
        assert both(operation["description"]), operation["operationId"]
        assert len(operation["tags"]) == 1
        assert [answer for answer in operation["responses"].values() if not both(answer["description"])] == []
        assert set(operation["tags"]) <= tags


def parameters(operations: list[Json]) -> Iterator[tuple[str, Json]]:
    for operation in operations:
        for parameter in operation.get("parameters", ()):
            yield f"{operation['operationId']} {parameter['name']}", parameter


def test_every_parameter_has_a_description_and_an_example_that_fits(document: Json, operations: list[Json]) -> None:
    for name, parameter in parameters(operations):
        assert both(parameter["description"]), name
        assert errors(document, parameter["schema"], parameter["example"]) == [], name


def test_every_body_has_an_example_that_fits(document: Json, operations: list[Json]) -> None:
    bodies = [operation["requestBody"]["content"] for operation in operations if "requestBody" in operation]
    assert bodies
    for content in bodies:
        for body in content.values():
            assert errors(document, body["schema"], body["example"]) == []


def test_every_answer_has_an_example_that_fits(document: Json, operations: list[Json]) -> None:
    for operation in operations:
        for status, answer in operation["responses"].items():
            if not status.startswith("2") or "content" not in answer:
                continue
            shown = [content for content in answer["content"].values() if "example" in content]
            assert shown or operation["operationId"] in FILES, operation["operationId"]
            for content in shown:
                assert errors(document, content["schema"], content["example"]) == [], operation["operationId"]


def test_every_error_of_an_operation_has_examples_with_its_codes(document: Json, operations: list[Json]) -> None:
    examples = document["components"]["examples"]
    assert set(examples) == set(kinds())
    for code, example in examples.items():
        assert example["value"]["code"] == code
        assert errors(document, {"$ref": "#/components/schemas/Problem"}, example["value"]) == []
    for operation in operations:
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
        assert {"400", "500"} <= set(refusals)
        for status, answer in refusals.items():
            shown = answer["content"]["application/problem+json"]["examples"]
            assert {examples[code]["value"]["status"] for code in shown} == {int(status)}
            assert "text/html" in answer["content"]


def test_whoever_writes_is_told_to_bring_a_token(document: Json) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            writes = method != "get" and path != "/sparql"
            assert (operation.get("security") == [{"bearer": []}]) == writes
            assert ("401" in operation["responses"]) == writes


def test_every_schema_and_every_field_of_a_list_is_described(document: Json) -> None:
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    assert [name for name in schemas if name.endswith("Item")]


def test_every_operation_has_a_line_for_curl(operations: list[Json]) -> None:
    for operation in operations:
        (line,) = operation["x-codeSamples"]
        assert line["source"].startswith("curl "), operation["operationId"]


def test_the_page_of_the_api_shows_all_of_it(client: Client, document: Json, operations: list[Json]) -> None:
    page = unescape(client.get("/docs").text)
    assert page.count("<h1>") == 1
    for operation in operations:
        assert f'id="{operation["operationId"]}"' in page
        assert operation["x-codeSamples"][0]["source"] in page
        for parameter in operation.get("parameters", ()):
            assert parameter["description"].split()[0] in page
    assert [name for name in document["components"]["schemas"] if f'id="{name}"' not in page] == []
    assert [code for code in kinds() if f"/problem/{code}" in page] != []
