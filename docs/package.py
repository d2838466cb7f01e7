"""The tables of the data package, from the same relations that ``datapackage.json`` is made from."""

from __future__ import annotations

from docs.generate import NOTE, page, table
from graph.export.relations import Column, relations

HEADS = ("列 column", "名称 name", "类型 type", "主键 key", "指向 refers to", "定义 definition")


def data_package() -> str:
    """Every table with its columns."""
    parts = ["# 数据包 Data package\n", NOTE]
    parts.append(
        "`jixiao export package` 导出的表；名称与定义取自本体，与[数据字典](data-dictionary.md)相同。"
        "The tables of `jixiao export package`; names and definitions are those of the ontology, as in the "
        "[data dictionary](data-dictionary.md).\n"
    )
    for relation in relations().values():
        said = relation.term
        parts.append(f"## `{relation.name}` {said.label_zh} {said.label_en}\n")
        parts.append(f"{said.definition_zh} {said.definition_en}\n")
        rows = (
            (f"`{c.name}`", f"{c.term.label_zh} {c.term.label_en}", c.type, "●" if c.name in relation.key else "–",
             _refers(c), f"{c.term.definition_zh} {c.term.definition_en}".strip() or "–")
            for c in relation.columns
        )  # fmt: skip
        parts.append(table(HEADS, rows))
    return page(parts)


def _refers(column: Column) -> str:
    return f"`{column.refers}`" if column.refers else "–"
