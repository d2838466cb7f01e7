"""Write down anew what the samples give: ``python tests/golden/refresh.py``; look at the difference before committing.

``<sample>.json`` holds the records, ``graphs.json`` the size and the digest of each sample's canonical graph,
``findings.json`` what the rules find in it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from graph import resources
from graph.extraction import extract
from graph.model import Disclosure
from graph.output import as_json
from graph.rdf import to_quads
from graph.readers import read
from graph.validation import judge
from graph.vocabulary import vocabulary

HERE = Path(__file__).resolve().parent
GRAPHS = HERE / "graphs.json"
FINDINGS = HERE / "findings.json"
SAMPLES = sorted(path.stem for path in resources.folder("data/samples").glob("*.txt"))


def disclosure(sample: str) -> Disclosure:
    """What extraction makes of a sample, wherever the sample stands."""
    found = extract(read(resources.folder("data/samples") / f"{sample}.txt"))
    return replace(found, source=replace(found.source, path=f"{sample}.txt"))


def graph(found: Disclosure) -> dict[str, Any]:
    """Number of triples and digest of the sorted N-Triples; the graph has no blank nodes, so sorting is canonical."""
    triples = sorted({str(quad.triple) for quad in to_quads(found, vocabulary())})
    return {"triples": len(triples), "sha256": hashlib.sha256("\n".join(triples).encode()).hexdigest()}


def findings(found: Disclosure) -> list[str]:
    """A line a finding: rule, severity, table, row, value and message."""
    return [
        " | ".join(str(part) for part in (f.rule, f.severity, f.table, f.position, f.value, f.message_zh))
        for f in judge(to_quads(found, vocabulary()))
    ]


def text(value: object) -> str:
    """JSON as it stands in the files."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Rewrite every file."""
    graphs, judged = {}, {}
    for sample in SAMPLES:
        found = disclosure(sample)
        graphs[sample] = graph(found)
        judged[sample] = findings(found)
        (HERE / f"{sample}.json").write_text(text(as_json(found)), encoding="utf-8")
    GRAPHS.write_text(text(graphs), encoding="utf-8")
    FINDINGS.write_text(text(judged), encoding="utf-8")


if __name__ == "__main__":
    main()
