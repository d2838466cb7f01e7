"""Budget facts as observations of the cubes in ``ontology/budget-cube.ttl``, and lines with the project they pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from decimal import Decimal

from pyoxigraph import Triple
from rapidfuzz import fuzz

from graph import iris
from graph.iris import JX, RDF_TYPE
from graph.patterns.facts import Facts, about, decimal
from graph.patterns.identity import link
from graph.spelling import fold
from graph.statements import SKOS
from graph.vocabulary import Vocabulary

QB = "http://purl.org/linked-data/cube#"
DIMENSION = "http://data.openbudgets.eu/ontology/dsd/dimension/"
AMOUNT = "http://data.openbudgets.eu/ontology/dsd/measure/amount"
CURRENCY = "http://data.openbudgets.eu/ontology/dsd/attribute/currency"
CNY = "http://publications.europa.eu/resource/authority/currency/CNY"
YEAR = "http://reference.data.gov.uk/id/gregorian-year/"
# As in graph.extraction.reconcile: the name nearly the same, or damaged and the amount equal.
_NAME_ALONE, _NAME_WITH_AMOUNT, _HALF_A_DIGIT = 0.85, 0.60, 50
# An amount that stands once among the functions and once among the projects: chance makes few such pairs.
_BY_AMOUNT = Decimal("0.9")


class Amounts:
    """The observations of one disclosure."""

    def __init__(self, facts: Facts, words: Vocabulary, rejected: Container[str] = ()) -> None:
        self._facts, self._rejected = facts, rejected
        # The department's side of the classification (3…) stands before the government's (5…), which repeats its names.
        classes = reversed(words.instances("EconomicClass"))
        self._economic = {fold(words.name_of(iri)): iri for iri in classes}
        self._disclosure = next(iter(facts.instances("Disclosure")), "")
        self._year = facts.value(self._disclosure, "fiscalYear")
        self._department = facts.value(self._disclosure, "department")
        self._parts = {n: iri for iri in words.instances("BudgetPart") for n in words.values(iri, SKOS + "notation")}

    def triples(self) -> Iterator[Triple]:
        """Links of lines to projects, and observations where year and department are known."""
        lines = self._lines()
        for line, project in lines.items():
            if project is not None:
                yield about(line, "ofProject", project)
        yield from self._functions_by_amount()
        yield from self._economic_classes()
        if self._year is None or self._department is None:
            return
        yield from self._totals()
        yield from self._functions()
        yield from self._projects(lines)

    def _yuan(self, owner: str, name: str) -> Decimal | None:
        yuan = self._facts.value(self._facts.value(owner, name), "yuan")
        return Decimal(yuan) if yuan else None

    def _observation(self, cube: str, key: str, of: str, amount: Decimal, **dimensions: str) -> Iterator[Triple]:
        iri = f"{self._disclosure}/observation/{cube}/{key}"
        yield about(iri, RDF_TYPE, QB + "Observation")
        yield about(iri, RDF_TYPE, JX + "BudgetAmount")
        yield about(iri, QB + "dataSet", f"{JX}budget-{cube}")
        yield about(iri, DIMENSION + "administrativeClassification", self._department or "")
        yield about(iri, DIMENSION + "fiscalYear", f"{YEAR}{self._year}")
        yield about(iri, AMOUNT, decimal(amount))
        yield about(iri, CURRENCY, CNY)
        yield about(iri, "amountOf", of)
        for name, value in dimensions.items():
            yield about(iri, "budgetPart" if name == "part" else DIMENSION + name, value)

    def _totals(self) -> Iterator[Triple]:
        budget = next(iter(self._facts.instances("Budget")), "")
        for name in ("income", "expenditure", "basic", "project"):
            amount = self._yuan(budget, name)
            if amount is not None:
                yield from self._observation("totals", name, budget, amount, part=self._parts[name])

    def _functions(self) -> Iterator[Triple]:
        for line in self._facts.instances("FunctionLine"):
            code = self._facts.value(line, "code")
            for name in ("total", "basic", "project"):
                amount = self._yuan(line, name)
                if code and amount is not None:
                    yield from self._observation(
                        "functions", f"{iris.segment(code)}/{name}", line, amount,
                        functionalClassification=iris.function(code), part=self._parts[name],
                    )  # fmt: skip

    def _projects(self, lines: dict[str, str | None]) -> Iterator[Triple]:
        """One amount a project: the sum of its budget lines, else the budget of its table."""
        amounts: dict[str, list[Decimal]] = defaultdict(list)
        for line, project in lines.items():
            amount = self._yuan(line, "money")
            if amount is not None:
                amounts[project or line].append(amount)
        for table in self._facts.instances("TargetTable"):
            project, budget = self._facts.value(table, "ofProject"), self._facts.value(table, "budgetYuan")
            if project and budget and project not in amounts:
                amounts[project].append(Decimal(budget))
        for number, (project, parts) in enumerate(sorted(amounts.items()), 1):
            yield from self._observation("projects", str(number), project, sum(parts, Decimal()), project=project)

    def _functions_by_amount(self) -> Iterator[Triple]:
        """The function of a project whose budget is all that is spent on projects under one function."""
        lines: dict[Decimal, list[str]] = defaultdict(list)
        tables: dict[Decimal, list[str]] = defaultdict(list)
        for line in self._facts.instances("FunctionLine"):
            amount, code = self._yuan(line, "project"), self._facts.value(line, "code")
            if amount and code:
                lines[amount].append(iris.function(code))
        for table in self._facts.instances("TargetTable"):
            budget = self._facts.value(table, "budgetYuan")
            if budget and self._facts.value(table, "ofProject"):
                tables[Decimal(budget)].append(table)
        for amount, functions in lines.items():
            if len(set(functions)) == len(tables[amount]) == 1:
                yield from self._function_link(tables[amount][0], functions[0])

    def _economic_classes(self) -> Iterator[Triple]:
        """The economic class whose name a project bears: 福利费, 工会经费."""
        for thing in (*self._facts.instances("TargetTable"), *self._facts.instances("ProjectLine")):
            found = self._economic.get(fold(self._facts.value(thing, "name") or ""))
            iri = f"{thing}/economic-link"
            if found and iri not in self._rejected:
                yield about(thing, "economicClass", found)
                yield from link(iri, thing, found, "label", Decimal(1))

    def _function_link(self, table: str, function: str) -> Iterator[Triple]:
        iri = f"{table}/function-link"
        if self._facts.value(table, "function") is None and iri not in self._rejected:
            yield about(table, "function", function)
            yield from link(iri, table, function, "amount", _BY_AMOUNT)

    def _lines(self) -> dict[str, str | None]:
        """Each project line with the project that its name, or its name and amount, decide."""
        lines = self._facts.instances("ProjectLine")
        named: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            named[fold(self._facts.value(line, "name") or "")].append(line)
        found: dict[str, str | None] = dict.fromkeys(lines)
        for name, same in named.items():
            total = sum((self._yuan(line, "money") or Decimal() for line in same), Decimal())
            found |= dict.fromkeys(same, self._project(name, total))
        return found

    def _project(self, name: str, total: Decimal) -> str | None:
        best, project = 0.0, None
        for table in self._facts.instances("TargetTable"):
            budget = self._facts.value(table, "budgetYuan")
            equal = budget is not None and abs(Decimal(budget) - total) <= _HALF_A_DIGIT
            names = (*self._facts.values(table, "name"), *self._facts.values(table, "otherName"))
            likeness = max((fuzz.ratio(fold(other), name) / 100 for other in names), default=0.0)
            score = likeness + (0.5 if equal else 0)
            if likeness >= (_NAME_WITH_AMOUNT if equal else _NAME_ALONE) and score > best:
                best, project = score, self._facts.value(table, "ofProject")
        return project
