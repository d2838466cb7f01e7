import io

import pytest
from docx import Document
from httpx import Client
from openpyxl import load_workbook

from graph.forms import forms

PROJECT = "医疗保险业务经办专项经费"


def test_the_forms_are_listed_with_source_and_whether_it_was_verified(client: Client) -> None:
    items = client.get("/templates").json()["items"]
    assert [item["name"] for item in items] == list(forms())
    assert all(item["source"] and item["columns"] for item in items)
    assert {item["name"] for item in items if not item["verified"]} == {"cn-project"}


def test_the_page_offers_form_format_and_kind_of_project(client: Client) -> None:
    page = client.get("/templates", headers={"accept": "text/html"}).text
    assert all(f'<option value="{name}"' in page for name in forms())
    assert all(f'name="{field}"' in page for field in ("form", "as", "year", "like", "project"))
    asked = {"form": "sn-project", "as": "docx", "year": "2026", "like": "", "project": ""}
    response = client.get("/templates", params=asked, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/templates/sn-project?as=docx&year=2026")


@pytest.mark.parametrize("name", forms())
def test_a_form_comes_as_excel_and_word(client: Client, name: str) -> None:
    book = load_workbook(io.BytesIO(client.get(f"/templates/{name}").content))
    assert book.sheetnames == ["绩效目标表", "清单"]
    response = client.get(f"/templates/{name}", params={"as": "docx"})
    assert "wordprocessingml" in response.headers["content-type"]
    assert len(Document(io.BytesIO(response.content)).tables) == 1


def test_proposals_for_a_kind_of_project_stand_in_the_form(client: Client) -> None:
    response = client.get("/templates/sc-project", params={"like": "医疗救助"})
    sheet = load_workbook(io.BytesIO(response.content))["绩效目标表"]
    assert "群众满意度" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_a_stored_table_leaves_in_a_form_and_what_is_left_behind_is_told(client: Client) -> None:
    response = client.get("/templates/he-project", params={"project": PROJECT, "as": "docx"})
    losses = client.get("/templates/he-project", params={"project": PROJECT, "as": "json"}).json()["losses"]
    assert int(response.headers["jixiao-losses"]) == len(losses) > 0
    assert {loss["field"] for loss in losses} == {"weight", "supervisingDepartment"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/templates/zz", 404),
        ("/templates/sn-project?as=pdf", 400),
        ("/templates/sn-project?as=json", 400),
        ("/templates/sn-project?like=无此类项目", 404),
        ("/templates/sn-project?project=无此项目", 404),
        ("/templates?form=zz", 404),
    ],
)
def test_a_mistake_is_a_problem(client: Client, path: str, status: int) -> None:
    response = client.get(path, headers={"accept": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
