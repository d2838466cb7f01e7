"""The records of :mod:`api.schemas`, put together from the answers of the query library."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote

from pyoxigraph import NamedNode, Triple

from api import schemas
from api.items import link, link_fields, thing
from graph import iris, output
from graph.errors import NotFound
from graph.iris import JX
from graph.model import Indicator, TargetTable
from graph.queries import Answer, run
from graph.rdf import instances
from graph.store import Store, Term
from graph.vocabulary import vocabulary

Row = dict[str, Term]


def text(row: Row, name: str) -> str | None:
    """The characters of a value, or None."""
    term = row.get(name)
    return None if term is None else cast(Any, term).value


def integer(row: Row, name: str) -> int | None:
    """A value as an integer, or None."""
    value = text(row, name)
    return None if value is None else int(value)


# -- departments and projects -----------------------------------------------------------------------------------------


def department_detail(store: Store, department_id: str) -> schemas.DepartmentDetail:
    """A department with its overall tables. Raises NotFound."""
    found = thing(store, "departments", iris.thing("department", *map(unquote, department_id.split("/"))))
    tables = run(store, "tables-of-department", department=department_id).terms
    overall = [target_table(store, row_iri(row, "table")) for row in tables]
    return schemas.DepartmentDetail(**found, overall_tables=overall)


def project_detail(store: Store, project_id: str) -> schemas.ProjectDetail:
    """A project with its tables. Raises NotFound."""
    tables = [target_table(store, iri) for iri in tables_of_project(store, project_id)]
    first = tables[0]
    owner = cast(schemas.Link, first.project)
    return schemas.ProjectDetail(
        **owner.model_dump(),
        code=first.code,
        department=first.department,
        fiscal_year=first.fiscal_year,
        budget_yuan=first.budget.yuan if first.budget else None,
        tables=tables,
        indicators_url=f"{owner.url}/indicators",
    )


def tables_of_project(store: Store, project_id: str) -> list[str]:
    """IRIs of a project's tables. Raises NotFound."""
    found = [row_iri(row, "table") for row in run(store, "tables-of-project", project=project_id).terms]
    if not found:
        raise NotFound(project_id, zh="没有这个项目。", en="No such project.")
    return found


def row_iri(row: Row, name: str) -> str:
    """A value that is an IRI and always there."""
    return cast(NamedNode, row[name]).value


# -- tables and indicators --------------------------------------------------------------------------------------------


class Head:
    """The triples of a table's head, read once for the table and for all its rows."""

    def __init__(self, store: Store, iri: str) -> None:
        answer = run(store, "head", table=iri)
        if not answer.terms:
            raise NotFound(iri, zh="没有这张绩效目标表。", en="No such target table.")
        self.iri = iri
        document = row_iri(answer.terms[0], "disclosure")
        self.triples = list(triples(answer, document))
        self._facts: dict[str, dict[str, str]] = defaultdict(dict)
        for triple in self.triples:
            self._facts[cast(NamedNode, triple.subject).value][triple.predicate.value] = cast(Any, triple.object).value
        facts = self._facts[document]
        self.source = schemas.Source(
            **link_fields(document, facts.get(f"{JX}path")),
            path=facts.get(f"{JX}path"),
            sha256=facts.get(f"{JX}sha256"),
        )

    def of(self, iri: str, name: str) -> str | None:
        """A value of a node of the head."""
        return self._facts[iri].get(JX + name)

    def links(self) -> dict[str, Any]:
        """Department, project and year, as tables and rows carry them."""
        owner, target = cast(str, self.of(self.iri, "ofDepartment")), self.of(self.iri, "ofProject")
        year = self.of(self.iri, "fiscalYear")
        return {
            "department": link(owner, self.of(owner, "name")),
            "project": link(target, self.of(self.iri, "name")) if target else None,
            "fiscal_year": int(year) if year else None,
            "source": self.source,
        }


def triples(answer: Answer, document: str) -> Iterator[Triple]:
    """The triples in the columns ``node``, ``property``, ``value``, as far as they stand in a document's graph."""
    for row in answer.terms:
        if row_iri(row, "disclosure") == document:
            yield Triple(cast(NamedNode, row["node"]), cast(NamedNode, row["property"]), row["value"])


def target_table(store: Store, iri: str) -> schemas.TargetTable:
    """The head of a table. Raises NotFound."""
    head = Head(store, iri)
    table = dict(instances(TargetTable, head.triples, vocabulary()))[iri]
    known = output.table_as_json(table)
    for name in ("indicators", "prose_indicators", "name"):
        del known[name]
    return schemas.TargetTable(**link_fields(iri, table.name), **known, **head.links())


def table_detail(store: Store, iri: str) -> schemas.TargetTableDetail:
    """A table with its rows. Raises NotFound."""
    return schemas.TargetTableDetail(**dict(target_table(store, iri)), indicators=indicators_of(store, iri))


def indicator(store: Store, indicator_id: str) -> schemas.Indicator:
    """One row. Raises NotFound."""
    answer = run(store, "rows", indicator=indicator_id)
    table = next((row["value"] for row in answer.terms if row_iri(row, "property") == f"{JX}inTable"), None)
    if not isinstance(table, NamedNode):
        raise NotFound(indicator_id, zh="没有这个指标。", en="No such indicator.")
    return next(_indicators(Head(store, table.value), answer))


def indicators_of(store: Store, table: str) -> list[schemas.Indicator]:
    """The rows of a table in their order; those of running text after those of the form."""
    head = Head(store, table)
    rows = _indicators(head, run(store, "rows", table=table))
    return sorted(rows, key=lambda row: (row.id.rpartition("/")[2].startswith("p"), row.position))


def _indicators(head: Head, answer: Answer) -> Iterator[schemas.Indicator]:
    table = link(head.iri, head.of(head.iri, "name"))
    links = head.links()
    for iri, item in instances(Indicator, triples(answer, head.source.iri), vocabulary()):
        yield schemas.Indicator(**link_fields(iri, item.level3), table=table, **links, **output.indicator(item))


# -- findings and sizes -----------------------------------------------------------------------------------------------


def findings_about(store: Store, documents: Iterable[str]) -> list[schemas.Remark]:
    """What the rules found in documents."""
    rows = [row for document in dict.fromkeys(documents) for row in run(store, "findings-of", report=document).terms]
    return [
        schemas.Remark(
            rule=row_iri(row, "shape").rpartition("#")[2],
            severity=row_iri(row, "level").rpartition("#")[2].lower(),
            message_zh=text(row, "message_zh"),
            message_en=text(row, "message_en"),
            focus=row_iri(row, "focus"),
        )
        for row in rows
    ]


def counts(store: Store) -> schemas.Counts:
    """The size of the graph."""
    row = run(store, "counts").terms[0]
    return schemas.Counts(**{name: integer(row, name) or 0 for name in schemas.Counts.model_fields})
