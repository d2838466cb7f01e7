"""A dump made a store again."""

from __future__ import annotations

import gzip
import os
import secrets
import shutil
from pathlib import Path
from typing import IO, cast

from pyoxigraph import NamedNode, RdfFormat, Store

from graph import iris
from graph.errors import BadParameter, DamagedFile, FileMissing, StoreError

FORMATS = {".nq": RdfFormat.N_QUADS, ".trig": RdfFormat.TRIG, ".jsonld": RdfFormat.JSON_LD}
"""What tells in which graph a triple stands, by the end of the file's name; ``.gz`` may follow."""


def restore(file: Path, location: str | os.PathLike[str]) -> int:
    """Fill a folder that holds no store yet; returns the number of triples. All or nothing: a bad dump leaves nothing.

    Raises FileMissing, BadParameter for another kind of file, DamagedFile, StoreError where a store is there.
    """
    target = Path(location)
    form = _format(file)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StoreError(
            place=str(target), zh="这里已有内容；请给出新的文件夹。", en="Something is here already; give a new folder."
        )
    part = target.with_name(f".{target.name}.restoring")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        count = _fill(file, form, part)
        if target.exists():
            target.rmdir()
        part.rename(target)
    except FileNotFoundError as error:
        raise FileMissing(place=str(file)) from error
    except (SyntaxError, EOFError, gzip.BadGzipFile) as error:
        raise DamagedFile(str(error), place=str(file)) from error
    except OSError as error:
        raise StoreError(str(error), place=str(target)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return count


def _format(file: Path) -> RdfFormat:
    form = FORMATS.get(Path(file.name.removesuffix(".gz")).suffix.lower())
    if form is None:
        names = "、".join(FORMATS)
        raise BadParameter(file.name, zh=f"文件名应以 {names} 结尾（可加 .gz）。", en=f"The file is one of {names}.")
    return form


def _fill(file: Path, form: RdfFormat, folder: Path) -> int:
    open_file = gzip.open if file.suffix.lower() == ".gz" else open
    with open_file(file, "rb") as stream:
        store = Store(folder)
        store.bulk_load(cast(IO[bytes], stream), form)
    # A state of its own: nobody may take the restored store for another.
    store.add_graph(NamedNode(f"{iris.BASE}id/state/{secrets.token_hex(8)}"))
    store.flush()
    return len(store)
