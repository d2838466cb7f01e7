"""Word documents, built with python-docx or written as XML."""

import io
import zipfile

import docx
import pytest
from docx.oxml.parser import parse_xml

from graph.errors import DamagedFile, EmptyFile, TooLarge
from graph.readers import docx as reader
from graph.readers.document import Grid, Paragraph
from graph.readers.limits import Limits
from graph.readers.result import ReadResult

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
Cells = list[tuple[int, int, int, int, str]]


def package(body: str, namespace: str = W, **parts: str) -> bytes:
    """The smallest DOCX around ``body``; further parts by file name without its ending."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(f'<Relationship Id="{p}" Type="{kind}/{p}" Target="{p}.xml"/>' for p in parts)
    rels = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    office = f'<Relationship Id="a" Type="{kind}/officeDocument" Target="word/document.xml"/>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("_rels/.rels", f"<Relationships {rels}>{office}</Relationships>")
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships {rels}>{relations}</Relationships>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>')
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{W}">{xml}</w:{name}>')
    return stream.getvalue()


def read(body: str, namespace: str = W, **parts: str) -> ReadResult:
    return reader.read(package(body, namespace, **parts), "t.docx")


def shown(result: ReadResult) -> list[str | Cells]:
    return [
        block.text
        if isinstance(block, Paragraph)
        else [(cell.row, cell.column, cell.rowspan, cell.colspan, cell.text) for cell in block.cells]
        for block in result.blocks
    ]


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def test_merged_cells_of_python_docx_come_out_with_their_spans() -> None:
    document = docx.Document()
    document.add_paragraph("项目支出绩效目标表")
    table = document.add_table(3, 3)
    for index, cell in enumerate(table._cells):
        cell.text = "甲乙丙丁戊己庚辛壬"[index]
    table.cell(0, 0).merge(table.cell(1, 0)).text = "上下"
    table.cell(2, 1).merge(table.cell(2, 2)).text = "左右"
    document.add_paragraph("注")
    stream = io.BytesIO()
    document.save(stream)
    result = reader.read(stream.getvalue(), "t.docx")
    assert shown(result) == [
        "项目支出绩效目标表",
        [
            (0, 0, 2, 1, "上下"), (0, 1, 1, 1, "乙"), (0, 2, 1, 1, "丙"), (1, 1, 1, 1, "戊"), (1, 2, 1, 1, "己"),
            (2, 0, 1, 1, "庚"), (2, 1, 1, 2, "左右"),
        ],
        "注",
    ]  # fmt: skip
    assert result.warnings == []
    assert result.pages is None


def test_grid_before_moves_a_row_and_a_merge_without_anything_above_is_a_cell() -> None:
    rows = tr(tc("甲"), tc("乙", "<w:vMerge/>")), tr(tc("丙"), properties='<w:gridBefore w:val="1"/>')
    assert shown(read(tbl(*rows))) == [[(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙"), (1, 1, 1, 1, "丙")]]


def test_old_horizontal_merges_and_deleted_rows() -> None:
    rows = (
        tr(tc("甲", '<w:hMerge w:val="restart"/>'), tc("", "<w:hMerge/>"), tc("乙")),
        tr(tc("删"), properties="<w:del/>"),
        tr(tc("丙"), tc("丁"), tc("戊")),
    )
    (cells,) = shown(read(tbl(*rows)))
    assert cells == [(0, 0, 1, 2, "甲"), (0, 2, 1, 1, "乙"), (1, 0, 1, 1, "丙"), (1, 1, 1, 1, "丁"), (1, 2, 1, 1, "戊")]


def test_text_under_a_merged_cell_is_named_in_a_warning() -> None:
    rows = tr(tc("甲", '<w:vMerge w:val="restart"/>')), tr(tc("藏", "<w:vMerge/>"))
    result = read(tbl(*rows))
    assert shown(result) == [[(0, 0, 2, 1, "甲")]]
    assert len(result.warnings) == 1


def test_a_nested_table_follows_the_table_it_stands_in() -> None:
    inner = tbl(tr(tc("内"), tc("里")))
    outer = tbl(tr(f"<w:tc>{p('外')}{inner}{p('尾')}</w:tc>", tc("旁")))
    assert shown(read(outer)) == [
        [(0, 0, 1, 1, "外\n尾"), (0, 1, 1, 1, "旁")],
        [(0, 0, 1, 1, "内"), (0, 1, 1, 1, "里")],
    ]


def test_content_controls_insertions_and_fields_are_printed_and_deletions_are_not() -> None:
    body = (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{p('控')}</w:sdtContent></w:sdt>"
        "<w:p><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>显</w:t></w:r></w:p>'
    )
    assert shown(read(body)) == ["控", "增链显"]


def test_signs_of_symbol_fonts_become_characters() -> None:
    body = (
        '<w:p><w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>95%</w:t><w:tab/>'
        '<w:sym w:font="Wingdings 2" w:char="F052"/><w:noBreakHyphen/><w:br/><w:t>下</w:t></w:r>'
        '<w:r><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\uf0a3</w:t></w:r></w:p>'
    )
    assert shown(read(body)) == ["≥95% ☑-\n下≤"]


def test_a_text_box_is_read_once() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{p('框')}</w:txbxContent>"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    body = f"<w:p><w:r><mc:AlternateContent {mc}>{both}</mc:AlternateContent><w:t>文</w:t></w:r></w:p>"
    assert shown(read(body)) == ["文", "框"]


def test_pages_are_those_that_word_stored() -> None:
    cut = "<w:lastRenderedPageBreak/>"
    first_on_two = f"<w:tc><w:p><w:r>{cut}<w:t>甲</w:t></w:r></w:p></w:tc>"
    cut_inside = f"<w:tc><w:p><w:r><w:t>丙</w:t></w:r></w:p><w:p><w:r>{cut}<w:t>续</w:t></w:r></w:p></w:tc>"
    result = read(p("一") + tbl(tr(first_on_two, tc("乙")), tr(cut_inside, cut_inside)) + p("末"))
    paragraph, grid, last = result.blocks
    assert isinstance(grid, Grid)
    assert [paragraph.place.page, *(cell.place.page for cell in grid.cells), last.place.page] == [1, 2, 2, 2, 2, 3]
    assert result.pages == 3


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/><w:isLgl/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="●"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="10"/></w:lvlOverride></w:num>'
)


def numbered(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_automatic_numbers_are_printed_before_the_text() -> None:
    body = (
        numbered("甲") + numbered("子", 1) + numbered("丑", 1) + numbered("点", 2) + numbered("乙") + numbered("寅", 1)
        + numbered("丙", number=2) + numbered("丁", number=2) + p("无", '<w:numPr><w:numId w:val="0"/></w:numPr>')
    )  # fmt: skip
    expected = ["一、甲", "1.1 子", "1.2 丑", "点", "二、乙", "2.1 寅", "十、丙", "十一、丁", "无"]
    assert shown(read(body, numbering=NUMBERING)) == expected


def test_automatic_numbers_come_from_the_style_too() -> None:
    styles = (
        '<w:style w:styleId="H"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="H2"><w:basedOn w:val="H"/></w:style>'
    )
    body = p("甲", '<w:pStyle w:val="H"/>') + p("乙", '<w:pStyle w:val="H2"/>')
    assert shown(read(body, numbering=NUMBERING, styles=styles)) == ["一、甲", "二、乙"]


def test_a_list_style_of_python_docx_numbers_the_empty_cells_of_a_column() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for row in table.rows:
        row.cells[0].paragraphs[0].style = "List Number"
        row.cells[1].text = "指标"
    stream = io.BytesIO()
    document.save(stream)
    (cells,) = shown(reader.read(stream.getvalue(), "t.docx"))
    assert [text for *_, text in cells] == ["1.", "指标", "2.", "指标"]


def test_strict_files_differ_only_in_the_namespace() -> None:
    body = tbl(tr(tc("甲", '<w:gridSpan w:val="2"/>')), tr(tc("乙"), tc("丙")))
    assert shown(read(body, STRICT)) == shown(read(body))


def test_what_is_not_read_is_named() -> None:
    document = docx.Document()
    document.add_paragraph("甲")
    document.element.body.insert(0, parse_xml(f'<w:altChunk xmlns:w="{W}"/>'))
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macro")
        archive.writestr("word/embeddings/sheet.xlsx", b"PK")
    warnings = reader.read(stream.getvalue(), "t.docm").warnings
    assert len(warnings) == 3
    assert "宏" in warnings[0]


def test_a_document_of_pictures_says_so_and_one_of_nothing_is_empty() -> None:
    with pytest.raises(EmptyFile):
        read("<w:p/>")
    stream = io.BytesIO(package("<w:p/>"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/media/image1.png", b"x")
    assert len(reader.read(stream.getvalue(), "t.docx").warnings) == 1


def test_no_more_cells_pages_or_levels_than_allowed() -> None:
    with pytest.raises(TooLarge, match="cells"):
        reader.read(package(tbl(tr(*[tc("甲")] * 20))), "t.docx", Limits(cells=10))
    with pytest.raises(TooLarge, match="pages"):
        reader.read(package("<w:p><w:r><w:lastRenderedPageBreak/><w:t>甲</w:t></w:r></w:p>" * 5), "t", Limits(pages=3))
    nested = p("底")
    for _ in range(30):
        nested = tbl(tr(f"<w:tc>{nested}</w:tc>"))
    with pytest.raises(TooLarge):
        read(nested)
    with pytest.raises(TooLarge):
        read("<w:sdt>" * 300 + "</w:sdt>" * 300)


def test_entities_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package(p("甲")))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = b"<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + content
            new.writestr(name, content)
    with pytest.raises(DamagedFile, match="document type"):
        reader.read(stream.getvalue(), "t.docx")
