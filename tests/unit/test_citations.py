import pytest

from graph.extraction.citations import bases, citations
from graph.vocabulary import Vocabulary

NUMBERS = [
    ("根据邯医保规【2022】1号文件", "邯医保规〔2022〕1号"),
    ("邯医保规【2025】3号", "邯医保规〔2025〕3号"),
    ("《关于…的通知》（邯医保发【2025】17号）", "邯医保发〔2025〕17号"),
    ("依据邯医保发【2025】19号", "邯医保发〔2025〕19号"),
    ("邯医保发【2025】 49 号", "邯医保发〔2025〕49号"),
    ("邯政办规[2022]2号", "邯政办规〔2022〕2号"),
    ("馆办字【2003】76号", "馆办字〔2003〕76号"),
    ("按照馆办字【2019】42号执行", "馆办字〔2019〕42号"),
    ("冀财社【2025】121号-河北省财政厅 关于提前下达2026年资金的通知", "冀财社〔2025〕121号"),
    ("冀财社〔2025〕128号", "冀财社〔2025〕128号"),
    ("石财社【2025】119号2026年中央财政补助资金", "石财社〔2025〕119号"),
    ("市人社（2019）第061号", "市人社〔2019〕61号"),
    ("医保发［2020］37号", "医保发〔2020〕37号"),
    ("人社部发【2016】120号", "人社部发〔2016〕120号"),
    ("陕医保中心函【2017】36号", "陕医保中心函〔2017〕36号"),
]


@pytest.mark.parametrize(("printed", "canonical"), NUMBERS)
def test_a_document_number_is_known_in_any_brackets(printed: str, canonical: str, words: Vocabulary) -> None:
    assert citations(printed, words) == (canonical,)


def test_each_number_is_given_once_in_the_order_of_the_text(words: Vocabulary) -> None:
    text = "邯医保发【2025】49号、邯医保规〔2022〕1号和邯医保发〔2025〕49号"
    assert citations(text, words) == ("邯医保发〔2025〕49号", "邯医保规〔2022〕1号")


@pytest.mark.parametrize("text", ["2026年第1号", "（2025）", "第3条", "历史数据", "电话0310-2811234"])
def test_other_figures_are_no_document_numbers(text: str, words: Vocabulary) -> None:
    assert citations(text, words) == ()


def test_a_cell_that_lists_several_grounds_is_split_outside_brackets_and_quotation_marks(words: Vocabulary) -> None:
    found = bases("《甲、乙办法》；馆办字【2019】42号、经费测算表", words)
    assert [basis.text for basis in found] == ["《甲、乙办法》", "馆办字【2019】42号", "经费测算表"]
    assert [basis.citations for basis in found] == [(), ("馆办字〔2019〕42号",), ()]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("问卷调查", "调查"), ("花名册", "统计"), ("历史数据", "历史"), ("工作计划", "计划"), ("预算批复", "预算")],
)
def test_the_kind_of_a_ground_is_known_by_its_words(text: str, kind: str, words: Vocabulary) -> None:
    found = bases(text, words)[0].kind
    assert found is not None
    assert kind in found
