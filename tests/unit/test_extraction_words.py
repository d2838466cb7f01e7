"""No word that extraction looks for stands in its code: such words are the vocabulary's."""

from __future__ import annotations

import ast
import re

from graph import resources

CHINESE = re.compile("[\u3400-\u9fff]")
# What is told to people says it in Chinese and then in English.
MESSAGE = re.compile("[\u3400-\u9fff]+ [a-z][a-z ,']+")
# The canonical form of a document number that citations writes, which GB/T 9704-2012, 7.2.5 sets.
WRITTEN = {("citations.py", "号")}
FILES = sorted(resources.folder("graph/extraction").glob("*.py"))


def words(code: str) -> list[str]:
    """String literals with Chinese in them; docstrings and messages left out."""
    tree = ast.parse(code)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in told]
    return [text for text in texts if isinstance(text, str) and CHINESE.search(text) and not MESSAGE.fullmatch(text)]


def test_extraction_holds_no_chinese_words() -> None:
    found = {(file.name, text) for file in FILES for text in words(file.read_text(encoding="utf-8"))}
    assert found == WRITTEN


def test_a_word_in_code_is_found() -> None:
    assert words('def f(x):\n    "绩效"\n    return x == "绩效目标" or f"{x}号"') == ["绩效目标", "号"]
