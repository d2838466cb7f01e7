"""The five samples give the records and the graphs that were looked at and written down (see refresh.py)."""

import json
from functools import cache

import pytest

from graph.model import Disclosure
from graph.output import as_json
from graph.rdf import from_quads, to_quads
from graph.vocabulary import vocabulary
from tests.golden import refresh


@cache
def read(sample: str) -> Disclosure:
    return refresh.disclosure(sample)


@pytest.mark.parametrize("sample", refresh.SAMPLES)
def test_the_records_of_a_sample_are_as_written_down(sample: str) -> None:
    golden = json.loads((refresh.HERE / f"{sample}.json").read_text("utf-8"))
    assert as_json(read(sample)) == golden


@pytest.mark.parametrize("sample", refresh.SAMPLES)
def test_the_graph_of_a_sample_is_as_written_down(sample: str) -> None:
    assert refresh.graph(read(sample)) == json.loads(refresh.GRAPHS.read_text("utf-8"))[sample]


@pytest.mark.parametrize("sample", refresh.SAMPLES)
def test_a_sample_comes_back_from_its_graph_unchanged(sample: str) -> None:
    assert from_quads(to_quads(read(sample), vocabulary()), vocabulary()) == read(sample)


def test_there_is_no_golden_file_without_a_sample() -> None:
    files = {path.stem for path in refresh.HERE.glob("*.json")} - {refresh.GRAPHS.stem, refresh.FINDINGS.stem}
    assert files == set(refresh.SAMPLES)
