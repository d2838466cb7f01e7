"""Clients that are slow, hasty, old or wrong, on sockets of their own."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from httpx import Client

from api import connection
from api.settings import Settings
from tests.http.conftest import Served

FORM = urlencode({"query": "ASK {}"}).encode()
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEA\r\nUpgrade: h2c\r\n"
Say = Callable[..., bytes]


def head(method: str, target: str, *headers: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/{version}", "Host: x", "Accept: text/csv", *headers, "", ""]).encode()


def post(*headers: str, length: int | None = len(FORM)) -> bytes:
    sized = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
    return head("POST", "/sparql", "Content-Type: application/x-www-form-urlencoded", sized, *headers)


def chunks(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def offering(request: bytes) -> bytes:
    """The request with the headers that Java's own client adds to it over plain HTTP."""
    first, rest = request.split(b"\r\n", 1)
    return first + b"\r\n" + OFFER + rest


@pytest.fixture
def opened(client: Client) -> Iterator[socket.socket]:
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as made:
        yield made


def answers(opened: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """So many answers, each with its status and its body."""
    found, stream = [], opened.makefile("rb")
    while len(found) < count:
        status = int(stream.readline().split()[1])
        headers = dict(line.lower().split(b": ", 1) for line in iter(stream.readline, b"\r\n"))
        body = stream.read(int(headers.get(b"content-length", 0)))
        if status != 100:
            found.append((status, body.strip()))
    return found


@pytest.mark.parametrize("offer", [False, True], ids=["", "offer"])
@pytest.mark.parametrize(
    "pieces",
    [
        [post() + FORM],
        [post(), FORM[:4], FORM[4:]],
        [post()[:60], post()[60:], FORM],
        [post(length=None) + chunks(FORM[:9], FORM[9:], b"")],
        [post(length=None), chunks(FORM[:2])[:-1], b"\n" + chunks(FORM[2:]), b"0\r\nAccept: text/html\r\n\r\n"],
        [head("GET", f"/sparql?{FORM.decode()}")],
    ],
)
def test_a_body_in_any_pieces_is_taken_with_and_without_an_offer_of_http_2(
    opened: socket.socket, pieces: list[bytes], offer: bool
) -> None:
    whole = b"\0".join(pieces)
    for _ in range(2):
        for piece in (offering(whole) if offer else whole).split(b"\0"):
            opened.sendall(piece)
            time.sleep(0.02)
        assert answers(opened, 1) == [(200, b"true")]


def test_requests_that_come_before_the_answers_are_answered_in_order(opened: socket.socket) -> None:
    numbers = range(20)
    gets = [head("GET", "/sparql?" + urlencode({"query": f"SELECT ({number} AS ?n) {{}}"})) for number in numbers]
    opened.sendall(b"".join(offering(get) if number % 3 else get for number, get in enumerate(gets)))
    assert answers(opened, 20) == [(200, b"n\r\n%d" % number) for number in numbers]


def test_a_client_that_asks_whether_to_send_its_body_is_told(opened: socket.socket) -> None:
    opened.sendall(post("Expect: 100-continue"))
    assert opened.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    opened.sendall(FORM)
    assert answers(opened, 1) == [(200, b"true")]


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(opened: socket.socket) -> None:
    opened.sendall(post("Expect: 100-continue", length=10**9))
    assert answers(opened, 1)[0][0] == 413


def test_http_1_0_is_answered_and_ends(opened: socket.socket) -> None:
    opened.sendall(head("GET", f"/sparql?{FORM.decode()}", version="1.0"))
    assert answers(opened, 1) == [(200, b"true")]
    assert opened.recv(1) == b""


def test_chinese_may_stand_in_the_address_as_it_is(opened: socket.socket) -> None:
    asked = head("GET", '/sparql?query=SELECT("参保"AS?x){}', "User-Agent: 浏览器")
    for pieces in ([asked], [asked], [asked[:-20], asked[-20:]]):
        for piece in pieces:
            opened.sendall(piece)
            time.sleep(0.02)
        assert answers(opened, 1) == [(200, "x\r\n参保".encode())]


def test_a_query_of_60_kb_may_stand_in_the_address(opened: socket.socket) -> None:
    query = "ASK {} # " + "长" * 7000
    opened.sendall(head("GET", f"/sparql?{urlencode({'query': query})}"))
    assert answers(opened, 1) == [(200, b"true")]


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (b"GET /", 414, b"address-too-long"),
        (b"GET / HTTP/1.1\r\nA: ", 431, b"head-too-large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA", 431, b"head-too-large"),
        (post(length=None) + b"1\r\nq\r\n0\r\nA: ", 431, b"head-too-large"),
    ],
)
def test_a_head_without_end_is_refused(opened: socket.socket, text: bytes, status: int, code: bytes) -> None:
    opened.sendall(text)
    sending = threading.Thread(target=_flood, args=(opened,))
    sending.start()
    told, body = answers(opened, 1)[0]
    assert told == status
    assert code in body
    sending.join()


def _flood(opened: socket.socket) -> None:
    try:
        for _ in range(100):
            opened.sendall(b"a" * 2**16)
    except OSError:  # the server has ended it
        return


@pytest.mark.parametrize(
    "text",
    [
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x80\r\n\r\n",
        b"GET\r\n\r\n",
        post("Content-Length: 3") + FORM,
        post("Transfer-Encoding: chunked") + FORM,
        post("Transfer-Encoding: x-chunked", length=None) + FORM,
    ],
)
def test_what_is_not_a_request_is_told_so(opened: socket.socket, text: bytes) -> None:
    opened.sendall(text)
    status, body = answers(opened, 1)[0]
    assert status == 400
    assert b"malformed-request" in body
    assert opened.recv(1) == b""


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, client: Client) -> Iterator[socket.socket]:
    """A connection whose client has half a second."""
    monkeypatch.setattr(connection, "PATIENCE", 0.5)
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as made:
        yield made


def until_the_end(opened: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    found = b""
    try:
        while piece := opened.recv(2**16):
            found += piece
    except ConnectionResetError:
        pass
    return found


def test_whoever_connects_and_says_nothing_is_let_go(hurried: socket.socket) -> None:
    assert until_the_end(hurried) == b""


@pytest.mark.parametrize(
    "begun",
    [head("GET", "/health")[:-2], post(length=1000), post(length=None) + b"5\r\nquery", post("Expect: 100-continue")],
)
def test_whoever_stops_in_the_middle_of_a_request_is_told_and_let_go(hurried: socket.socket, begun: bytes) -> None:
    hurried.sendall(begun)
    assert b"HTTP/1.1 408 " in until_the_end(hurried)


@pytest.mark.parametrize("begun", [head("GET", "/health")[:-2], post(length=10_000)])
def test_whoever_sends_a_request_byte_by_byte_is_let_go(hurried: socket.socket, begun: bytes) -> None:
    hurried.sendall(begun)
    end = time.monotonic() + 10
    with pytest.raises(OSError):  # whichever the system tells of a closed connection
        while time.monotonic() < end:
            hurried.sendall(b"a")
            time.sleep(0.05)


@pytest.fixture(scope="module")
def generous(sample_store: Path, served: Served) -> Iterator[Client]:
    """A client of the application without small limits."""
    with served(Settings(store=str(sample_store))) as opened:
        yield opened


@pytest.mark.parametrize("closing", [[], ["Connection: close"]])
def test_whoever_asks_for_much_and_takes_nothing_is_let_go(
    monkeypatch: pytest.MonkeyPatch, generous: Client, closing: list[str]
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.5)
    with socket.create_connection((generous.base_url.host, generous.base_url.port or 80), timeout=20) as opened:
        opened.sendall(head("GET", "/graphs?format=nq", *closing))
        time.sleep(2)
        assert 0 < len(until_the_end(opened)) < len(generous.get("/graphs?format=nq").content)


def test_whoever_takes_an_answer_slowly_gets_all_of_it(monkeypatch: pytest.MonkeyPatch, generous: Client) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.5)
    whole = generous.get("/graphs?format=nq").content
    with socket.create_connection((generous.base_url.host, generous.base_url.port or 80), timeout=20) as opened:
        opened.sendall(head("GET", "/graphs?format=nq", version="1.0"))
        found = b""
        while piece := opened.recv(2**17):
            found += piece
            time.sleep(0.01)
    assert len(found) > len(whole) > 2**22


def test_where_there_are_too_many_connections_whoever_has_idled_longest_makes_room(
    sample_store: Path, served: Served
) -> None:
    with served(Settings(store=str(sample_store), max_connections=20)) as client:
        place = client.base_url.host, client.base_url.port or 80
        with ExitStack() as stack:
            opened = [stack.enter_context(socket.create_connection(place, timeout=20)) for _ in range(200)]
            opened[-1].sendall(head("GET", "/health"))
            assert answers(opened[-1], 1)[0][0] == 200
            assert until_the_end(opened[0]) == b""
            assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br, *", "gzip"),
        ("GZip;q=0.1", "gzip"),
        ("", None),
        ("gzip;q=0", None),
        ("br, gzip ; q=0, *", None),
        ("notgzip", None),
    ],
)
def test_answers_are_compressed_for_whoever_wants_gzip(client: Client, accepted: str, coding: str | None) -> None:
    assert client.get("/openapi.json", headers={"Accept-Encoding": accepted}).headers.get("content-encoding") == coding
