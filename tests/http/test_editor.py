"""The editor of queries: served whole, allowed to run its own scripts and to ask this service, and nothing else."""

import re

import pytest
from httpx import Client

from api.html import PAGES


def policy(client: Client, path: str) -> dict[str, list[str]]:
    header = client.get(path, headers={"accept": "text/html"}).headers["content-security-policy"]
    return {name: values for name, *values in (part.split() for part in header.split(";"))}


def test_scripts_are_allowed_on_the_editor_alone_and_only_from_here(client: Client) -> None:
    found = policy(client, "/sparql/ui")
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["connect-src"] == ["'self'"]
    assert {value for values in found.values() for value in values} == {"'none'", "'self'", "'unsafe-inline'", "data:"}
    for path in ("/sparql", "/", "/sparql/ui/none"):
        assert "script-src" not in policy(client, path)


def test_the_page_and_all_that_it_loads_are_served(client: Client) -> None:
    page = client.get("/sparql/ui", headers={"accept": "text/html"}).text
    assert "SPARQL 编辑器" in page
    assert "SELECT" in page.partition("<template")[2]
    loaded = re.findall(r'(?:src|href)="(/sparql/ui/[^"]+)"', page)
    assert {path.rpartition("/")[2] for path in loaded} == {file.name for file in (PAGES / "yasgui").iterdir()}
    for path in loaded:
        response = client.get(path)
        assert response.content == (PAGES / "yasgui" / path.rpartition("/")[2]).read_bytes()
        assert response.headers["x-content-type-options"] == "nosniff"
    assert re.findall(r'(?:src|href)="(https?:[^"]*|//[^"]*)"', page) == []


@pytest.mark.parametrize("name", ["none", "..%2fstyle.css", "yasgui.html"])
def test_nothing_else_of_the_folder_is_served(client: Client, name: str) -> None:
    assert client.get(f"/sparql/ui/{name}").status_code in (400, 404)


def test_the_page_without_scripts_leads_there(client: Client) -> None:
    assert 'href="/sparql/ui"' in client.get("/sparql", headers={"accept": "text/html"}).text
