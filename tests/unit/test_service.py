import dataclasses

import pytest

from api.links import decode_next, encode_next, id_of, path_of
from api.negotiation import preferred, quality, wants_page
from api.settings import Settings, table
from graph import iris
from graph.errors import BadParameter

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media_type", "expected"),
    [
        (None, "a/b", 1), ("", "a/b", 1), ("*/*", "a/b", 1), ("a/*;q=0.5", "a/b", 0.5), ("a/b;q=0", "a/b", 0),
        ("*/*, a/b;q=0.1", "a/b", 0.1), ("a/*;q=0.2, */*;q=0.9", "a/b", 0.2), ("A/B ; Q=0.3", "a/b", 0.3),
        ("a/b;level=1;q=0.4", "a/b", 0.4), ("a/b;q=x", "a/b", 0), ("a/b;q=7", "a/b", 1), ("c/d", "a/b", 0),
        ("nonsense, a/b", "a/b", 1), (",,;", "a/b", 0), (BROWSER, "application/json", 0.8), (BROWSER, "text/html", 1),
    ],
)  # fmt: skip
def test_the_most_specific_range_counts(accept: str | None, media_type: str, expected: float) -> None:
    assert quality(accept, media_type) == expected


def test_the_first_of_equal_offers_is_taken() -> None:
    assert preferred("*/*", ["a/b", "c/d"]) == "a/b"
    assert preferred("c/*, a/b", ["a/b", "c/d"]) == "a/b"
    assert preferred("c/d, a/b;q=0.9", ["a/b", "c/d"]) == "c/d"
    assert preferred("x/y", ["a/b", "c/d"]) is None


def test_only_who_wants_a_page_most_gets_one() -> None:
    assert wants_page(BROWSER, "application/json")
    assert not wants_page("*/*", "application/json")
    assert not wants_page(None, "application/json")
    assert not wants_page("text/html, application/json", "application/json")


@pytest.mark.parametrize("name", ["党建经费", "a/b", "100%", "空 格", "..", "?#", "é"])
def test_ids_and_paths_follow_from_iris(name: str) -> None:
    iri = iris.thing("project", "511703", "某局", 2026, name)
    assert iri == f"{iris.BASE}id/project/{id_of(iri)}"
    assert path_of(iri).startswith("/projects/511703/%E6%9F%90%E5%B1%80/2026/")
    assert path_of(iri).isascii()
    assert path_of(iri).count("/") == 5


def test_a_token_comes_back_as_it_was() -> None:
    assert decode_next(encode_next("https://w3id.org/某/1?x")) == "https://w3id.org/某/1?x"
    assert decode_next(None) is decode_next("") is None
    for wrong in ("!", "gg", "a", "====", "中"):
        with pytest.raises(BadParameter, match="next"):
            decode_next(wrong)


def test_settings_have_defaults_and_help_in_both_languages() -> None:
    for setting in dataclasses.fields(Settings):
        assert not setting.metadata["zh"].isascii()
        assert setting.metadata["en"].isascii()
        assert f"`{setting.name}`" in table()
        assert f"`{setting.default}`" in table()
    assert Settings().limits.seconds == Settings().query_seconds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 70000), ("port", "80"), ("query_seconds", 0), ("query_rows", 0), ("query_memory_mb", 1),
        ("page_size", 0), ("page_size", 501), ("max_upload_mb", -1), ("query_workers", True),
        ("query_seconds", float("nan")),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(name: str, value: object) -> None:
    with pytest.raises(BadParameter, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]
