"""The records of :mod:`api.schemas`, put together from the answers of the query library."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

from pyoxigraph import NamedNode, Triple

from api import schemas
from api.links import id_of, path_of
from graph import iris, output
from graph.errors import NotFound
from graph.extraction.identity import regions
from graph.iris import JX
from graph.model import Indicator, TargetTable
from graph.queries import Answer, run
from graph.rdf import instances
from graph.shapes import Rule, shapes
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


def _link(iri: str, name: str | None) -> dict[str, Any]:
    return {"id": id_of(iri), "iri": iri, "name": name, "url": path_of(iri)}


def link(iri: str, name: str | None) -> schemas.Link:
    """A thing by its IRI and name."""
    return schemas.Link(**_link(iri, name))


# -- departments and projects -----------------------------------------------------------------------------------------


def department(row: Row) -> schemas.Department:
    """A row of ``departments.rq``."""
    area = text(row, "area")
    code = iris.text_of(area) if area else None
    return schemas.Department(
        **_link(row_iri(row, "owner"), text(row, "name")),
        code=text(row, "code"),
        region=code,
        region_name=region_name(code),
        projects=integer(row, "projects") or 0,
    )


def department_detail(store: Store, department_id: str) -> schemas.DepartmentDetail:
    """A department with its overall tables. Raises NotFound."""
    found = run(store, "departments", department=department_id).terms
    if not found:
        raise NotFound(department_id, zh="没有这个部门。", en="No such department.")
    tables = run(store, "tables-of-department", department=department_id).terms
    return schemas.DepartmentDetail(
        **department(found[0]).model_dump(),
        overall_tables=[target_table(store, row_iri(row, "table")) for row in tables],
    )


def region_name(code: str | None) -> str | None:
    """省市县 of a code, as far as it is known."""
    if code is None:
        return None
    codes = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    return "".join(regions()[part].name for part in codes if part in regions()) or None


def project(row: Row) -> schemas.Project:
    """A row of ``projects.rq``."""
    return schemas.Project(
        **_link(row_iri(row, "project"), text(row, "name")),
        code=text(row, "code"),
        department=link(row_iri(row, "owner"), text(row, "owner_name")),
        fiscal_year=integer(row, "fiscal_year"),
        budget_yuan=text(row, "budget_yuan"),
    )


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
            **_link(document, facts.get(f"{JX}path")), path=facts.get(f"{JX}path"), sha256=facts.get(f"{JX}sha256")
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
    return schemas.TargetTable(**_link(iri, table.name), **known, **head.links())


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


def indicators_at(store: Store, rows: Iterable[Row]) -> list[schemas.Indicator]:
    """The rows of ``indicators.rq``, in their order."""
    heads: dict[str, Head] = {}
    found: list[schemas.Indicator] = []
    for row in rows:
        table = row_iri(row, "table")
        head = heads.get(table) or heads.setdefault(table, Head(store, table))
        found += _indicators(head, run(store, "rows", indicator=row_iri(row, "row")))
    return found


def _indicators(head: Head, answer: Answer) -> Iterator[schemas.Indicator]:
    table = link(head.iri, head.of(head.iri, "name"))
    links = head.links()
    for iri, item in instances(Indicator, triples(answer, head.source.iri), vocabulary()):
        yield schemas.Indicator(**_link(iri, item.level3), table=table, **links, **output.indicator(item))


# -- findings and documents -------------------------------------------------------------------------------------------


@cache
def _rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in shapes().rules}


def finding(row: Row) -> schemas.Finding:
    """A row of ``findings.rq``."""
    shape, focus = row_iri(row, "shape"), row_iri(row, "focus")
    rule = _rules().get(shape.rpartition("#")[2])
    table = text(row, "in_table") or (focus if focus.startswith(f"{iris.BASE}id/table/") else None)
    document = row_iri(row, "finding").rpartition("/findings/")[0]
    return schemas.Finding(
        iri=row_iri(row, "finding"),
        rule=shape.rpartition("#")[2],
        group=rule.group if rule else None,
        severity=row_iri(row, "level").rpartition("#")[2].lower(),
        message_zh=text(row, "message_zh"),
        message_en=text(row, "message_en"),
        value=text(row, "value"),
        focus=focus,
        table=link(table, text(row, "table_name")) if table else None,
        indicator=text(row, "level3"),
        place=schemas.Place(page=integer(row, "page"), line=integer(row, "line")),
        disclosure=link(document, None),
    )


def disclosure(store: Store, row: Row) -> schemas.Disclosure:
    """A row of ``disclosures.rq``, with its sizes."""
    iri = row_iri(row, "document")
    sizes = next(iter(run(store, "sizes", disclosure=iri).terms), {})
    return schemas.Disclosure(
        **_link(iri, text(row, "path")),
        path=text(row, "path"),
        sha256=text(row, "sha256"),
        media_type=text(row, "media_type"),
        pages=integer(row, "pages"),
        department=link(row_iri(row, "owner"), text(row, "owner_name")),
        fiscal_year=integer(row, "fiscal_year"),
        tables=integer(sizes, "tables") or 0,
        indicators=integer(sizes, "indicators") or 0,
        unplaced=integer(sizes, "unplaced") or 0,
    )


def disclosure_by_id(store: Store, disclosure_id: str) -> schemas.Disclosure:
    """A document by its id. Raises NotFound."""
    found = run(store, "disclosures", disclosure=disclosure_id).terms
    if not found:
        raise NotFound(disclosure_id, zh="没有这份公开文件。", en="No such disclosure.")
    return disclosure(store, found[0])


def findings_about(store: Store, documents: Iterable[str]) -> list[schemas.Finding]:
    """What the rules found in documents."""
    rows = (row for document in dict.fromkeys(documents) for row in run(store, "findings", report=document).terms)
    return [finding(row) for row in rows]


def counts(store: Store) -> schemas.Counts:
    """The size of the graph."""
    row = run(store, "counts").terms[0]
    return schemas.Counts(**{name: integer(row, name) or 0 for name in schemas.Counts.model_fields})
