"""The index finds exactly what a scan finds, and puts the best first."""

from hypothesis import given
from hypothesis import strategies as st

from graph.search import Entry, Index, fold

NAMES = (
    "群众满意度",
    "参保群众满意度",
    "满意",
    "参保率",
    "2026年城乡居民医疗救助",
    "ＡＢＣ系统（一期）",
    "a-b",
    "率",
    "𠮷野家",
)
INDEX = Index(Entry("indicator", name, None) for name in NAMES)


def found(words: str) -> list[str]:
    return [hit.entry.text for hit in INDEX.search(words)]


def test_one_two_and_more_characters() -> None:
    assert found("率") == ["率", "参保率"]
    assert found("满意") == ["满意", "群众满意度", "参保群众满意度"]
    assert found("参保") == ["参保率", "参保群众满意度"]
    assert found("群众满意度") == ["群众满意度", "参保群众满意度"]
    assert found("意满") == []
    assert found("𠮷") == ["𠮷野家"]


def test_width_case_and_several_words() -> None:
    assert found("abc") == ["ＡＢＣ系统（一期）"]
    assert found("ABC 一期") == ["ＡＢＣ系统（一期）"]
    assert found("2026 救助") == ["2026年城乡居民医疗救助"]
    assert found("统一") == []  # a bracket stands between


def test_nothing_to_search_for_finds_nothing() -> None:
    assert found("") == found("  ") == found('（）*"') == []


def test_operators_are_only_text() -> None:
    assert found('满意" OR "参保') == ["参保群众满意度"] or found('满意" OR "参保') == []
    assert found("NOT 满意") == []


def test_kinds_and_limit() -> None:
    index = Index(
        [Entry("project", "救助", "p:1"), Entry("goal", "救助群众", "g:1"), Entry("project", "救助二", "p:2")]
    )
    assert [hit.entry.iri for hit in index.search("救助")] == ["p:1", "p:2", "g:1"]
    assert [hit.entry.iri for hit in index.search("救助", ["goal"])] == ["g:1"]
    assert len(index.search("救助", limit=1)) == 1
    assert index.search("救助")[0].exact
    assert not index.search("救助")[1].exact


TEXTS = st.lists(st.text(alphabet="医疗救助满意度率12a", min_size=1, max_size=8), min_size=1, max_size=30, unique=True)


@given(TEXTS, st.text(alphabet="医疗救助满意度率12a", min_size=1, max_size=3))
def test_exactly_what_a_scan_finds(texts: list[str], asked: str) -> None:
    index = Index(Entry("indicator", text, None) for text in texts)
    hits = {hit.entry.text for hit in index.search(asked, limit=100)}
    assert hits == {text for text in texts if fold(asked) in fold(text)}


def test_as_many_are_found_as_are_asked_for() -> None:
    index = Index(Entry("indicator", f"满意度{number}", None) for number in range(700))
    assert [len(index.search("满意", limit=limit)) for limit in (20, 500, 1000)] == [20, 500, 700]
