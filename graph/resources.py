"""Where the vocabulary, the rules, the samples and the reference data stand.

In a checkout they are top-level folders; the wheel carries them under ``graph/_resources``. Both look the same
through :func:`folder`.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE / "_resources" if (_PACKAGE / "_resources").is_dir() else _PACKAGE.parent


def folder(name: str) -> Path:
    """The folder ``ontology``, ``shapes``, ``data/samples`` or ``data/reference``.

    Raises FileNotFoundError with the path that was looked for when an installation lacks it.
    """
    path = _ROOT / name
    if not path.is_dir():
        raise FileNotFoundError(f"installation incomplete: {path} is missing; reinstall jixiao")
    return path
