"""What the service tells of itself: readiness, figures, request numbers, logs; errors in the language asked for."""

import json
import logging

import pytest
from httpx import Client

from api.negotiation import prefers_english
from api.observe import JsonLines


def test_the_service_is_ready(client: Client) -> None:
    answer = client.get("/ready").json()
    assert answer["status"] == "ready"
    assert answer["state"] == client.get("/health").json()["state"]


def test_figures_count_requests_by_route_and_status(client: Client) -> None:
    client.get("/units")
    client.get("/units?colour=red")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    counted = [line for line in answer.text.splitlines() if line.startswith("jixiao_http_requests_total")]
    for status in ("200", "400"):
        assert any('route="/units"' in line and f'status="{status}"' in line for line in counted), counted
    assert "jixiao_http_request_seconds_bucket" in answer.text
    assert "jixiao_info{" in answer.text


def test_every_answer_has_a_number(client: Client) -> None:
    numbers = {client.get(path).headers["x-request-id"] for path in ("/health", "/health", "/nothing")}
    assert len(numbers) == 3
    assert client.get("/health", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert client.get("/health", headers={"x-request-id": "a b"}).headers["x-request-id"] != "a b"


def test_requests_are_logged_as_json(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "jixiao.access"):
        client.get("/units?limit=1", headers={"x-request-id": "of-this-test"})
        client.get("/health")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "jixiao.access"]
    line = next(line for line in lines if line["request_id"] == "of-this-test")
    assert (line["method"], line["path"], line["status"], line["route"]) == ("GET", "/units", 200, "/units")
    assert line["milliseconds"] > 0


def test_errors_are_told_in_the_language_asked_for(client: Client) -> None:
    chinese, english = (
        client.get("/nothing", headers={"accept-language": name}) for name in ("zh-CN", "en-GB, zh;q=0.5")
    )
    assert (chinese.json()["title"], chinese.headers["content-language"]) == ("没有找到。", "zh")
    assert (english.json()["title"], english.headers["content-language"]) == ("Not found.", "en")
    assert english.json()["code"] == chinese.json()["code"] == "not-found"
    assert "Accept-Language" in english.headers["vary"]


@pytest.mark.parametrize(
    ("sent", "english"),
    [(None, False), ("", False), ("en", True), ("en;q=0.3, zh;q=0.8", False), ("fr", False), ("EN-us,zh;q=0.9", True)],
)
def test_the_language_that_is_wanted_more_counts(sent: str | None, english: bool) -> None:
    assert prefers_english(sent) is english
