"""Every setting of the service, its default and what it means; the table in the documentation is made from this."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field, fields
from typing import Any

from graph.errors import BadParameter
from graph.store.sandbox import Limits

SHORTEST_TOKEN = 16


def _setting(default: Any, zh: str, en: str, low: float | None = None, high: float | None = None) -> Any:
    return field(default=default, metadata={"zh": zh, "en": en, "low": low, "high": high})


def _secret(zh: str, en: str) -> Any:
    return field(default="", repr=False, metadata={"zh": zh, "en": en, "low": None, "high": None})


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service runs. Raises BadParameter that names the setting at fault."""

    store: str = _setting(
        ".jixiao",
        "图谱库的文件夹，或 SPARQL 服务器的查询网址。",
        "Folder of the store, or query URL of a SPARQL server.",
    )
    host: str = _setting("127.0.0.1", "监听的地址。", "Address to listen on.")
    port: int = _setting(8000, "监听的端口；0 为任意空闲端口。", "Port to listen on; 0 takes a free one.", 0, 65535)
    update: bool = _setting(
        False,
        "是否接受写入（SPARQL 更新、图存储协议）；须有令牌。",
        "Whether writing is taken (SPARQL update, Graph Store Protocol); needs a token.",
    )
    token: str = _secret(
        "写入所需的令牌；`jixiao serve` 取自环境变量 JIXIAO_TOKEN。",
        "Token that writing needs; `jixiao serve` takes it from JIXIAO_TOKEN.",
    )
    allowed_origins: str = _setting(
        "",
        "哪些网站的脚本可以访问（CORS），以空格分隔；* 为全部。",
        "Sites whose scripts may use the service (CORS), parted by spaces; * for all.",
    )
    query_seconds: float = _setting(
        10.0, "一条 SPARQL 查询至多运行多少秒。", "Seconds that a SPARQL query may run.", 0.1, 3600
    )
    query_rows: int = _setting(
        100_000,
        "一条 SPARQL 查询至多返回多少行（或三元组）。",
        "Rows (or triples) that a SPARQL query may return.",
        1,
        10**9,
    )
    query_memory_mb: int = _setting(
        512,
        "一条 SPARQL 查询至多占用多少 MB 内存（图谱本身除外）。",
        "MB of memory that a SPARQL query may use beside the store.",
        64,
        10**6,
    )
    max_connections: int = _setting(
        1000,
        "同时保持的连接至多几个；再多时最久不用的让位。",
        "Connections at once; above that, whoever has idled longest makes room.",
        1,
        100_000,
    )
    query_workers: int = _setting(
        16, "同时运行多少条 SPARQL 查询，其余排队。", "SPARQL queries that run at once; others wait.", 1, 256
    )
    remembered_mb: float = _setting(
        64.0,
        "至多用多少 MB 内存记住给过的答案，图谱不变时直接再给；0 为不记。",
        "MB of memory for answers that were given, given again while the store stays as it is; 0 for none.",
        0,
        10**6,
    )
    max_exports: int = _setting(
        4, "同时进行的导出至多几个；再多的请稍后再试。", "Exports under way at once; more are told to wait.", 1, 256
    )
    page_size: int = _setting(50, "列表一页的项数。", "Items on a page of a list.", 1, 10_000)
    max_page_size: int = _setting(
        500, "列表一页至多的项数（limit 参数的上限）。", "Most items on a page (bound of limit).", 1, 10_000
    )
    max_listed: int = _setting(
        100_000, "列表至多数到、翻到多少项。", "Items that a list counts and pages through.", 1, 10_000_000
    )
    max_listed_remote: int = _setting(
        9_999,
        "图谱库在别的服务上时，列表至多数到、翻到多少项；Virtuoso 至多排序 10000 行。",
        "The same where the store is a server of its own; Virtuoso sorts 10,000 rows at most.",
        1,
        10_000_000,
    )
    max_upload_mb: float = _setting(
        50.0, "请求正文至多多少 MB。", "MB that the body of a request may have.", 0.001, 10_000
    )

    log_json: bool = _setting(
        False, "日志写作 JSON，每行一条，含每个请求。", "Log as JSON, one record a line, every request among them."
    )
    read_seconds: float = _setting(
        60.0, "读一份上传的文件至多多少秒。", "Seconds that reading an uploaded file may take.", 0.1, 3600
    )
    read_memory_mb: int = _setting(
        4096, "读一份上传的文件至多占用多少 MB 内存。", "MB of memory that reading an upload may use.", 512, 10**6
    )
    read_workers: int = _setting(2, "同时读多少份上传的文件。", "Uploaded files that are read at once.", 1, 64)
    preview_minutes: float = _setting(30.0, "预览保留多少分钟。", "Minutes that a preview is kept.", 0.001, 10_000)
    max_previews: int = _setting(50, "至多保留多少份预览。", "Previews that are kept at most.", 1, 10_000)
    max_previews_mb: float = _setting(
        500.0, "保留的预览合计至多多少 MB（按文件大小）。", "MB of files whose previews are kept.", 0.001, 10**6
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            self._check(setting)
        if self.update and len(self.token) < SHORTEST_TOKEN:
            raise BadParameter(
                "JIXIAO_TOKEN",
                zh=f"--update 需要环境变量 JIXIAO_TOKEN，至少 {SHORTEST_TOKEN} 个字符。",
                en=f"--update needs JIXIAO_TOKEN in the environment, at least {SHORTEST_TOKEN} characters.",
            )
        if self.page_size > self.max_page_size:
            raise _wrong("page_size", self.page_size, f"≤ max_page_size = {self.max_page_size}")

    def _check(self, setting: Field[Any]) -> None:
        value, low, high = getattr(self, setting.name), setting.metadata["low"], setting.metadata["high"]
        if low is None:
            return
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise _wrong(setting.name, value, f"{low}–{high}")

    @property
    def limits(self) -> Limits:
        """What one query from outside may use."""
        return Limits(self.query_seconds, self.query_rows, self.query_memory_mb)


def _wrong(name: str, value: object, expected: str) -> BadParameter:
    return BadParameter(f"{name}={value!r}, {expected}", zh=f"设置 {name} 有误。", en=f"The setting {name} is wrong.")


def read(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Settings from text. Raises BadParameter for one that does not exist or is of another type."""
    known = {setting.name: setting for setting in fields(Settings) if setting.name != "token"}
    values: dict[str, Any] = {}
    for name, text in pairs:
        if name not in known:
            raise BadParameter(name, zh="没有这个设置。", en="No such setting.")
        try:
            values[name] = _READ[type(known[name].default)](text)
        except (KeyError, ValueError) as error:
            raise _wrong(name, text, type(known[name].default).__name__) from error
    return values


_READ: dict[type, Callable[[str], Any]] = {
    bool: {"true": True, "false": False}.__getitem__,
    int: int,
    float: float,
    str: str,
}


def table() -> str:
    """The settings as a Markdown table, for the documentation."""
    lines = ["| 设置 setting | 缺省 default | 说明 | meaning |", "| --- | --- | --- | --- |"]
    for setting in fields(Settings):
        lines.append(
            f"| `{setting.name}` | `{setting.default}` | {setting.metadata['zh']} | {setting.metadata['en']} |"
        )
    return "\n".join(lines) + "\n"
