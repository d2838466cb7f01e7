"""Bytes to text."""

import pytest

from graph.readers.encoding import decode

TEXT = "绩效目标表：数量指标≥95%，镕瑄\n" * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_text_comes_back_whatever_its_encoding(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == (TEXT, [])


def test_a_declaration_of_gb2312_does_not_lose_characters_of_gb18030() -> None:
    assert decode("镕㐀𠀀".encode("gb18030"), "gb2312") == ("镕㐀𠀀", [])


def test_utf8_goes_before_a_declaration_that_was_left_behind() -> None:
    assert decode(TEXT.encode(), "gbk") == (TEXT, [])


def test_a_declared_encoding_that_nobody_knows_is_passed_over() -> None:
    assert decode(TEXT.encode("gb18030"), "no-such-encoding") == (TEXT, [])


def test_another_declared_encoding_is_used() -> None:
    assert decode("績效目標".encode("big5"), "big5") == ("績效目標", [])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_cut_off_at_the_end_loses_only_itself(encoding: str) -> None:
    text, warnings = decode("目标值".encode(encoding)[:-1])
    assert text == "目标"
    assert warnings == []


def test_broken_bytes_in_the_middle_are_named_in_a_warning() -> None:
    text, (warning,) = decode(TEXT.encode("gb18030") + b"\xff\xff\x20" + TEXT.encode("gb18030"), "gbk")
    assert text.startswith("绩效目标表")
    assert "gb18030" in warning


def test_an_utf16_file_with_an_odd_byte_says_so() -> None:
    text, warnings = decode("甲".encode("utf-16") + b"\x00\xd8\x41\x00")
    assert text.startswith("甲")
    assert len(warnings) == 1
