"""Excel workbooks, built with openpyxl or written as XML."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.worksheet import Worksheet

from graph.errors import DamagedFile, EmptyFile, TooLarge, UnknownFormat
from graph.readers import xlsx
from graph.readers.document import Grid
from graph.readers.limits import Limits
from graph.readers.result import ReadResult


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(fill: Callable[[Worksheet], object]) -> ReadResult:
    book = openpyxl.Workbook()
    fill(book.active)
    return xlsx.read(saved(book), "t.xlsx")


def grid(result: ReadResult) -> Grid:
    (block,) = result.blocks
    assert isinstance(block, Grid)
    return block


def rewritten(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "pattern", "printed"),
    [
        (0.95, "0%", "95%"),
        (14, "0.00", "14.00"),
        (5, "00", "05"),
        (1030700, "#,##0.00", "1,030,700.00"),
        (0.1 + 0.2, "General", "0.3"),
        (date(2021, 12, 31), "yyyy-mm-dd", "2021-12-31"),
        (date(2021, 12, 31), 'yyyy"年"m"月"', "2021-12"),
        (datetime(2021, 12, 31, 8, 30), "yyyy/m/d h:mm", "2021-12-31T08:30"),
        (time(8, 30), "h:mm", "08:30"),
        (True, "General", "TRUE"),
        ("≥95%", "@", "≥95%"),
        ("#N/A", "General", "#N/A"),
        ("甲\r\n乙", "General", "甲\n乙"),
    ],
)
def test_values_are_read_as_they_are_printed(value: object, pattern: str, printed: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = value
        sheet["A1"].number_format = pattern

    assert grid(read(fill)).cells[0].text == printed


def test_formats_named_by_number_only_are_those_of_chinese_excel() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = 44561
    book.active["A1"].number_format = '"placeholder"0'
    data = rewritten(
        saved(book), "xl/styles.xml", lambda xml: xml.replace(b'numFmtId="164" fontId', b'numFmtId="57" fontId')
    )
    assert grid(xlsx.read(data, "t.xlsx")).cells[0].text == "2021-12"


def test_the_grid_is_the_used_range_and_places_are_those_of_the_sheet() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.title = "表11"
        sheet["C3"], sheet["E3"], sheet["C5"] = "甲", "乙", "丙"
        sheet["Z99"] = " "

    block = grid(read(fill))
    assert [(cell.text, cell.row, cell.column) for cell in block.cells] == [("甲", 0, 0), ("乙", 0, 2), ("丙", 2, 0)]
    place = block.cells[2].place
    assert (place.sheet, place.row, place.column) == ("表11", 5, 3)
    assert block.exact


def test_merged_cells_have_spans_and_no_more_than_the_used_range() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["题", None, None], ["甲", "乙", "丙"], [None, "丁", "戊"], [None, "己", None]):
            sheet.append(row)
        for area in ("A1:XFD1", "A2:A3", "B4:C4"):
            sheet.merge_cells(area)

    spans = [(cell.text, cell.row, cell.column, cell.rowspan, cell.colspan) for cell in grid(read(fill)).cells]
    assert spans == [
        ("题", 0, 0, 1, 3), ("甲", 1, 0, 2, 1), ("乙", 1, 1, 1, 1), ("丙", 1, 2, 1, 1), ("丁", 2, 1, 1, 1),
        ("戊", 2, 2, 1, 1), ("己", 3, 1, 1, 2),
    ]  # fmt: skip


def test_an_empty_merged_cell_within_the_range_stays() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["甲", None, "乙"])
        sheet.append(["丙", None, "丁"])
        sheet.merge_cells("B1:B2")

    assert [(cell.text, cell.rowspan) for cell in grid(read(fill)).cells] == [
        ("甲", 1), ("", 2), ("乙", 1), ("丙", 1), ("丁", 1),
    ]  # fmt: skip


def test_text_under_a_merged_cell_is_named_in_a_warning() -> None:
    book = openpyxl.Workbook()
    book.active.append(["甲", "藏"])
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    data = rewritten(saved(book), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", merge))
    result = xlsx.read(data, "t.xlsx")
    assert [cell.text for cell in grid(result).cells] == ["甲"]
    assert len(result.warnings) == 1


def test_hidden_sheets_are_named_and_not_read() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "甲"
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state)
        sheet["A1"], sheet.sheet_state = "藏", state
    book.create_sheet("乙")["B2"] = "乙"
    result = xlsx.read(saved(book), "t.xlsx")
    assert [block.cells[0].text for block in result.blocks if isinstance(block, Grid)] == ["甲", "乙"]
    assert ["hidden" in warning or "veryHidden" in warning for warning in result.warnings] == [True, True]


def test_a_formula_shows_its_stored_result() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=SUM(B1:B2)"
    data = rewritten(saved(book), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v></v>", b"<v>42</v>"))
    data = rewritten(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v />", b"<v>42</v>"))
    result = xlsx.read(data, "t.xlsx")
    assert grid(result).cells[0].text == "42"
    assert result.warnings == []


def test_a_formula_without_a_result_shows_itself_and_is_named() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = "=47人"

    result = read(fill)
    assert grid(result).cells[0].text == "=47人"
    assert "Sheet!B2" in result.warnings[0]


def test_rich_text_is_joined_and_signs_of_the_symbol_font_become_characters() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = CellRichText("值", TextBlock(InlineFont(rFont="Symbol"), "\uf0b3"), TextBlock(InlineFont(), "95"))

    book = openpyxl.Workbook()
    fill(book.active)
    assert grid(xlsx.read(saved(book), "t.xlsx")).cells[0].text == "值≥95"


def test_cells_without_references_follow_each_other() -> None:
    def plain(xml: bytes) -> bytes:
        for reference in (b' r="1"', b' r="2"', b' r="A1"', b' r="B1"', b' r="A2"'):
            xml = xml.replace(reference, b"")
        return xml

    book = openpyxl.Workbook()
    book.active.append([1, 2])
    book.active.append([3])
    block = grid(xlsx.read(rewritten(saved(book), "xl/worksheets/sheet1.xml", plain), "t.xlsx"))
    assert [(cell.row, cell.column, cell.text) for cell in block.cells] == [(0, 0, "1"), (0, 1, "2"), (1, 0, "3")]


def test_macros_are_ignored_with_a_warning() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "甲"
    stream = io.BytesIO(saved(book))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    result = xlsx.read(stream.getvalue(), "t.xlsm")
    assert grid(result).cells[0].text == "甲"
    assert "宏" in result.warnings[0]


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "甲"
        sheet["XFD1048576"].number_format = "0.00"

    assert len(grid(read(fill)).cells) == 1


def test_limits() -> None:
    book = openpyxl.Workbook()
    for _ in range(10):
        book.active.append(["甲"] * 10)
    with pytest.raises(TooLarge, match="cells"):
        xlsx.read(saved(book), "t.xlsx", Limits(cells=50))
    with pytest.raises(TooLarge, match="cell_chars") as caught:
        xlsx.read(saved(book), "t.xlsx", Limits(cell_chars=0))
    assert "Sheet!A1" in caught.value.place


def raw(sheet: str, strings: str = "", prolog: dict[str, str] | None = None) -> bytes:
    """A workbook written as XML, as Excel writes it: with a table of shared strings. ``prolog`` goes before a part."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    targets = {"worksheet": "sheet.xml", "sharedStrings": "strings.xml", "styles": "styles.xml"}
    inner = "".join(f'<Relationship Id="{k}" Type="{kind}/{k}" Target="{target}"/>' for k, target in targets.items())
    sheets = f'<sheets><sheet name="表" sheetId="1" r:id="worksheet" xmlns:r="{kind}"/></sheets>'
    parts = {
        "_rels/.rels": f'<R><Relationship Id="a" Type="{kind}/officeDocument" Target="/xl/book.xml"/></R>',
        "xl/_rels/book.xml.rels": f"<R>{inner}</R>",
        "xl/book.xml": f"<workbook {main}>{sheets}</workbook>",
        "xl/styles.xml": f"<styleSheet {main}/>",
        "xl/strings.xml": f"<sst {main}>{strings}</sst>",
        "xl/sheet.xml": f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, xml in parts.items():
            archive.writestr(name, (prolog or {}).get(name, "") + xml)
    return stream.getvalue()


def test_shared_strings_without_their_readings_and_escapes() -> None:
    strings = "<si><t>甲_x000D_\n乙</t><rPh><t>jia</t></rPh></si><si><r><t>丙</t></r><r><t>丁</t></r></si><si/>"
    row = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="str"><f>A1</f><v>戊</v></c></row>'
    block = grid(xlsx.read(raw(row, strings), "t.xlsx"))
    assert [(cell.column, cell.text) for cell in block.cells] == [(0, "甲\n乙"), (1, "丙丁"), (3, "戊")]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="0"><c><v>1</v></c></row>',
        '<row r="9999999"><c><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row><c t="s"><v>77</v></c></row>',
        "<row><c><v>one</v></c></row>",
        "<row><c><v>1</v></row>",
    ],
)
def test_senseless_numbers_and_broken_xml_are_damage(row: str) -> None:
    with pytest.raises(DamagedFile):
        xlsx.read(raw(row), "t.xlsx")


@pytest.mark.parametrize("part", ["xl/sheet.xml", "xl/strings.xml", "xl/styles.xml", "xl/book.xml", "_rels/.rels"])
def test_entities_are_refused_in_every_part(part: str) -> None:
    prolog = {part: "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"}
    with pytest.raises(DamagedFile, match="document type"):
        xlsx.read(raw('<row><c t="s"><v>0</v></c></row>', "<si><t>甲</t></si>", prolog), "t.xlsx")


def test_an_empty_workbook_and_a_binary_one() -> None:
    with pytest.raises(EmptyFile):
        read(lambda sheet: None)
    book = saved(openpyxl.Workbook())
    data = rewritten(book, "_rels/.rels", lambda xml: xml.replace(b"workbook.xml", b"workbook.bin"))
    with pytest.raises(UnknownFormat, match="XLSB"):
        xlsx.read(data, "t.xlsb")
