"""Writing with a token: preview, accept, replace, withdraw, and the log."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client, Response

from api.previews import Previews
from api.settings import Settings
from graph import resources
from graph.errors import NotFound
from graph.store import open_store
from tests.http.conftest import Served

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LI = {"authorization": "Bearer secret-of-li"}
ZHANG = {"authorization": "Bearer secret-of-zhang"}
SAMPLES = {path.stem: path for path in resources.folder("data/samples").glob("*.txt")}
DRAFT = SAMPLES["tongchuan-2024"]


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory, served: Served) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("writing") / "store"
    open_store(folder).close()
    with served(Settings(store=str(folder), token="李四:secret-of-li, 张三:secret-of-zhang", read_workers=1)) as opened:
        yield opened


def upload(client: Client, path: Path, headers: dict[str, str] = LI, **fields: str) -> Response:
    file = (path.name, path.read_bytes())
    return client.post("/disclosures/preview", files={"file": file}, data=fields, headers=headers)


def accepted(client: Client, path: Path) -> dict:
    answer = client.post(upload(client, path).json()["accept_url"], headers=LI)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client: Client, name: str) -> list[dict]:
    return client.get(f"/{name}").json()["items"]


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "writable" in request.fixturenames:
        client = request.getfixturevalue("writable")
        for item in listed(client, "disclosures"):
            client.delete(item["url"], headers=LI)


def test_a_document_is_previewed_and_accepted(writable: Client) -> None:
    answer = upload(writable, DRAFT)
    assert answer.status_code == 201
    preview = answer.json()
    (document,) = preview["documents"]
    assert (preview["name"], preview["who"], document["error"]) == (DRAFT.name, "李四", None)
    assert document["disclosure"]["department"]["name"] == "达州市通川区医疗保障事务中心"
    assert len(document["disclosure"]["target_tables"]) >= 4
    assert len(document["findings"]) > 5
    assert listed(writable, "disclosures") == []
    assert writable.get(answer.headers["location"]).json() == preview
    made = writable.post(preview["accept_url"], headers=ZHANG).json()
    (stored,) = listed(writable, "disclosures")
    assert made["stored"][0]["iri"] == stored["iri"]
    assert stored["findings"] == len(document["findings"])
    assert writable.get(preview["url"]).status_code == 404
    log = listed(writable, "activities")[0]
    assert (log["who"], log["kind"], log["path"]) == ("张三", "accepted", DRAFT.name)
    assert log["iri"] == made["activity"]["iri"]
    activity = writable.get(made["activity"]["url"]).json()
    assert set(activity["type"]) == {"Change", "prov:Activity"}
    assert activity["prov:generated"]["iri"] == stored["iri"]


def test_accepting_the_same_again_changes_and_logs_nothing(writable: Client) -> None:
    assert accepted(writable, DRAFT)["activity"]
    before = writable.get("/activities").json()["total"]
    assert accepted(writable, DRAFT)["activity"] is None
    assert writable.get("/activities").json()["total"] == before


def test_a_disclosure_is_replaced_and_withdrawn(writable: Client) -> None:
    old = accepted(writable, DRAFT)["stored"][0]
    file = {"file": (SAMPLES["xinhua-2026"].name, SAMPLES["xinhua-2026"].read_bytes())}
    made = writable.put(old["url"], files=file, headers=LI).json()
    assert [thing["iri"] for thing in made["put_away"]] == [old["iri"]]
    (new,) = listed(writable, "disclosures")
    assert new["path"] == "xinhua-2026.txt"
    assert writable.get(old["url"]).status_code == 404
    assert writable.put(old["url"], files=file, headers=LI).status_code == 404
    assert writable.delete(new["url"], headers=LI).json()["put_away"][0]["iri"] == new["iri"]
    assert listed(writable, "disclosures") == listed(writable, "indicators") == []
    assert writable.delete(new["url"], headers=LI).status_code == 404
    withdrawn = next(log for log in listed(writable, "activities") if log["kind"] == "withdrawn")
    assert withdrawn["path"]
    assert withdrawn["stored"] is None
    assert {log["kind"] for log in listed(writable, "activities")} >= {"accepted", "replaced", "withdrawn"}


def test_an_archive_is_accepted_as_a_whole(writable: Client, tmp_path: Path) -> None:
    archive = tmp_path / "两份.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(DRAFT, "一.txt")
        made.write(SAMPLES["xinhua-2026"], "二.txt")
        made.writestr("坏.txt", b"\0\1\2")
    documents = upload(writable, archive).json()["documents"]
    assert sorted(bool(document["error"]) for document in documents) == [False, False, True]
    assert len(accepted(writable, archive)["stored"]) == 2
    assert {item["path"] for item in listed(writable, "disclosures")} == {"一.txt", "二.txt"}


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret-of-li"}],
)
def test_without_a_right_token_nothing_is_written(writable: Client, headers: dict[str, str]) -> None:
    answer = upload(writable, DRAFT, headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"
    preview = upload(writable, DRAFT).json()
    assert writable.post(preview["accept_url"], headers=headers).status_code == 401
    assert writable.delete("/disclosures/0123456789abcdef", headers=headers).status_code == 401


def test_without_tokens_the_service_is_read_only(client: Client) -> None:
    answer = client.post("/disclosures/preview", files={"file": ("a.txt", b"x")}, headers=LI)
    assert (answer.status_code, answer.json()["code"]) == (403, "writing-off")
    assert "只读" in client.get("/upload", headers=BROWSER).text


def test_what_cannot_be_read_says_why_and_is_not_accepted(writable: Client) -> None:
    file = {"file": ("../../etc/坏的.pdf", b"%PDF-1.4 broken")}
    preview = writable.post("/disclosures/preview", files=file, headers=LI).json()
    assert preview["name"] == "坏的.pdf"
    (document,) = preview["documents"]
    assert document["error"]["code"] == "file-damaged"
    assert "/tmp" not in str(document)
    answer = writable.post(preview["accept_url"], headers=LI)
    assert (answer.status_code, answer.json()["code"]) == (400, "file-damaged")


def test_the_forms_need_no_script(writable: Client) -> None:
    form = writable.get("/upload", headers=BROWSER).text
    assert 'enctype="multipart/form-data"' in form
    assert 'name="token"' in form
    wrong = upload(writable, DRAFT, BROWSER, token="wrong")
    assert wrong.status_code == 401
    assert "需要正确的令牌" in wrong.text
    sent = upload(writable, DRAFT, BROWSER, token="secret-of-li")
    assert sent.status_code == 303
    page = writable.get(sent.headers["location"], headers=BROWSER)
    assert page.headers["cache-control"] == "no-store"
    assert "secret-of-li" not in page.text
    assert "达州市通川区医疗保障事务中心" in page.text
    action = re.search(r'action="(/disclosures/preview/[^"]+/accept)"', page.text)
    assert action
    assert writable.post(action[1], data={"token": "wrong"}, headers=BROWSER).status_code == 401
    done = writable.post(action[1], data={"token": "secret-of-li"}, headers=BROWSER)
    assert done.status_code == 200
    assert "完成" in done.text
    assert len(listed(writable, "disclosures")) == 1


def test_a_hostile_document_does_not_stop_the_service(tmp_path: Path, served: Served) -> None:
    open_store(tmp_path / "store").close()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 50_000_000)
    settings = Settings(store=str(tmp_path / "store"), token="secret-of-li", read_workers=1, read_seconds=0.1)
    with served(settings) as opened:
        for _ in range(2):
            answer = opened.post("/disclosures/preview", files={"file": ("a.zip", packed.getvalue())}, headers=LI)
            assert answer.status_code == 201
            assert answer.json()["documents"][0]["error"]["code"] == "file-too-large"
        assert opened.get("/health").status_code == 200


def test_previews_are_bounded_in_time_number_and_size() -> None:
    previews = Previews(seconds=60, most=2, megabytes=1)
    first, second = (previews.add(name, "x", 10, []) for name in "ab")
    third = previews.add("c", "x", 10, [])
    with pytest.raises(NotFound):
        previews.get(first.id)
    assert previews.get(second.id).name == "b"
    large = previews.add("d", "x", 2**20, [])
    with pytest.raises(NotFound):
        previews.get(third.id)
    assert previews.get(large.id).name == "d"
    short = Previews(seconds=-1, most=2, megabytes=1)
    with pytest.raises(NotFound):
        short.get(short.add("a", "x", 1, []).id)
