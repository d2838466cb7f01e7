"""Every error that a user can meet, as one tree; each has a stable code, a sentence in zh and en, a place and a remedy.

JixiaoError
├── ReadError              the file itself
│   ├── FileMissing        no such file, or a folder where a file was asked for
│   ├── EmptyFile
│   ├── UnknownFormat      binary content that no reader takes
│   ├── DamagedFile        truncated, corrupt or encrypted
│   └── TooLarge           beyond a limit on size, pages, cells or expansion
├── NoPerformanceTable     read well, but nothing in it is a performance-target table
├── VocabularyError        a Turtle file of ours is wrong
├── StoreError             the store cannot be opened, read or written
├── NotFound               a project, query, rule or disclosure that does not exist
├── BadParameter           an argument of a query or command that does not fit its type or range
├── QueryError             SPARQL that does not parse, or that is refused
├── NotAcceptable          a format that is not on offer, or that cannot hold the result
├── LimitExceeded          time of a query
│   └── ResultTooLarge     rows or memory of a query
└── NotInstalled           an optional component that is wanted and not there
"""

from __future__ import annotations

from collections.abc import Mapping


class JixiaoError(Exception):
    """Base of all. ``code`` is stable; ``zh``/``en`` are one sentence each; ``remedy_*`` says what to do."""

    code = "error"
    zh = "出错"
    en = "error"
    remedy_zh = ""
    remedy_en = ""
    status = 400
    headers: Mapping[str, str] = {}  # what HTTP is to send with the status
    exit_code = 2

    def __init__(self, detail: str = "", *, place: str = "", zh: str = "", en: str = "") -> None:
        self.detail, self.place = detail, place
        if zh:
            self.zh = zh
        if en:
            self.en = en
        super().__init__(self.line())

    def line(self) -> str:
        """One line for a terminal: place, sentence in both languages, detail, remedy."""
        head = f"{self.place}：" if self.place else ""
        detail = f"（{self.detail}）" if self.detail else ""
        remedy = f" → {self.remedy_zh} {self.remedy_en}" if self.remedy_zh else ""
        return f"{head}{self.zh} {self.en}{detail}{remedy} [{self.code}]"


class ReadError(JixiaoError):
    """The file could not be read."""

    code, zh, en = "read-error", "无法读取文件。", "The file cannot be read."
    remedy_zh, remedy_en = "请检查文件及其权限。", "Check the file and its permissions."


class FileMissing(ReadError):
    """No such file, or a folder where a file was expected."""

    code, zh, en = "file-missing", "文件不存在。", "No such file."
    remedy_zh, remedy_en = "请检查路径。", "Check the path."


class EmptyFile(ReadError):
    """Zero bytes, or only white space."""

    code, zh, en = "file-empty", "文件是空的。", "The file is empty."
    remedy_zh, remedy_en = "请重新下载。", "Download it again."


class UnknownFormat(ReadError):
    """Content that no reader takes."""

    code, zh, en = "unknown-format", "不支持的文件格式。", "No reader takes this content."
    remedy_zh, remedy_en = "请另存为 PDF、Word、Excel、网页或文本。", "Save it as PDF, Word, Excel, HTML or text."


class DamagedFile(ReadError):
    """Truncated, corrupt or encrypted."""

    code, zh, en = "file-damaged", "文件已损坏、不完整或已加密。", "The file is damaged, truncated or encrypted."
    remedy_zh, remedy_en = "请重新下载，或去除密码后再试。", "Download it again, or remove its password."


class TooLarge(ReadError):
    """Beyond a limit on size, pages, cells or expansion."""

    code, zh, en, status = "file-too-large", "文件超出限制。", "The file is beyond a limit.", 413
    remedy_zh, remedy_en = "请拆分后再读。", "Split it and read the parts."


class NoPerformanceTable(JixiaoError):
    """Read well, but it holds no performance-target table."""

    code, zh, en = "no-performance-table", "文件中没有找到绩效目标表。", "No performance-target table was found."
    remedy_zh, remedy_en = (
        "请确认文件是预算公开或绩效目标申报表。",
        "Check that it is a budget disclosure or a target form.",
    )


class VocabularyError(JixiaoError):
    """One of the project's own Turtle files is wrong."""

    code, zh, en, status = "vocabulary-error", "词表文件有误。", "A vocabulary file is wrong.", 500
    remedy_zh, remedy_en = "请修正该 Turtle 文件。", "Mend that Turtle file."


class StoreError(JixiaoError):
    """The store cannot be opened, read or written."""

    code, zh, en, status = "store-error", "无法打开或写入图谱库。", "The store cannot be opened or written.", 503
    remedy_zh, remedy_en = "请检查 --store 与 JIXIAO_STORE。", "Check --store and JIXIAO_STORE."


class NotFound(JixiaoError):
    """Something asked for by name does not exist."""

    code, zh, en, status = "not-found", "没有找到。", "Not found.", 404
    remedy_zh, remedy_en = "请从列表中选取名称或标识。", "Take the name or id from a list."


class BadParameter(JixiaoError):
    """An argument that does not fit its type or range."""

    code, zh, en = "bad-parameter", "参数有误。", "A parameter is wrong."
    remedy_zh, remedy_en = "可用的参数与取值见 /docs 或 --help。", "See /docs or --help for parameters and values."


class QueryError(JixiaoError):
    """SPARQL that does not parse, or that is refused."""

    code, zh, en = "query-error", "查询语句有误。", "The query is wrong."
    remedy_zh, remedy_en = "请改正语句。", "Mend the query."


class NotAcceptable(JixiaoError):
    """None of the formats that are wanted is on offer, or it cannot hold what was asked for."""

    code, zh, en, status = "not-acceptable", "没有所要求的格式。", "None of the formats wanted is on offer.", 406
    remedy_zh, remedy_en = "请换一个 Accept 头或 format。", "Take another Accept header or format."


class LimitExceeded(JixiaoError):
    """A query went beyond its time limit."""

    code, zh, en, status = (
        "limit-exceeded",
        "查询超出限制，已停止。",
        "The query went beyond a limit and was stopped.",
        504,
    )
    remedy_zh, remedy_en = "请缩小范围或加上 LIMIT。", "Narrow it, or add a LIMIT."


class ResultTooLarge(LimitExceeded):
    """A result went beyond the rows or the memory that a query may have."""

    code, zh, en, status = "result-too-large", "结果超出限制。", "The result is beyond a limit.", 413


class NotInstalled(JixiaoError):
    """An optional component is wanted that is not installed."""

    code, zh, en, status = "not-installed", "需要未安装的可选组件。", "An optional component is not installed.", 501
    remedy_zh, remedy_en = "请安装所述的组件。", "Install the component that is named."
    exit_code = 3
