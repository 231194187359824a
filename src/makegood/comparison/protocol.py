"""The evaluation protocol: everything that decides who is compared with whom, fixed before outcomes are seen."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from makegood.comparison.protocol_terms import (
    BalanceRule,
    Columns,
    EffectRule,
    FallBackPart,
    Matching,
    MultipleTesting,
    Outcome,
    PowerRule,
    Selectivity,
    SmallCells,
    Variable,
)
from makegood.programme.scalars import Day, Name, Text, Whole, Yes
from makegood.programme.term import Term, Words

Basis = Literal["intention_to_treat", "started"]


class Protocol(Term):
    """The whole file."""

    protocol: Name
    """The protocol's own name."""
    title: Words | None = None
    """What people call it."""
    programme: Name
    """The programme whose outcomes it compares."""
    population: Words
    """Who could have taken part: where, when, under which criteria."""
    treatment: Words
    """What the participants received."""
    index_date: Words
    """The day from which a participant is observed."""
    comparison_index_date: Words
    """The same day for somebody in the pool."""
    columns: Columns = Field(default_factory=Columns)
    """The names of columns in the files."""
    variables: dict[Name, Variable]
    """The traits that are known before the index date."""
    matching: Matching
    """How the comparison group is found."""
    estimand: Literal["att"]
    """Whose effect is asked for: that on the treated."""
    participants: Basis
    """Whose effect is settled: all who were selected (`intention_to_treat`), or those who started."""
    beside: Yes = True
    """The other basis is computed beside, where the treated file says who started."""
    outcomes: dict[Name, Outcome]
    """The outcome metrics, by their names in the programme file."""
    effect: EffectRule
    """How the effect and its uncertainty are computed."""
    multiple_testing: MultipleTesting
    """Which p-values are read together."""
    minimum_sample: Whole
    """Below so many matched treated the main estimator is not used."""
    fall_back: list[FallBackPart] | None = None
    """What is used then; absent: no effect is stated."""
    unmatched: Literal["excluded", "at_mean"]
    """What the payment does with treated who have no match: leaves them out, or counts them at the mean of the others."""
    small_cells: SmallCells
    """What may leave the closed environment."""
    balance: BalanceRule
    """Thresholds of the verdict on balance."""
    power: PowerRule | None = None
    """What the sample should be able to show."""
    selectivity: Selectivity | None = None
    """Who takes part, out of whom."""
    observed_until: Day | None = None
    """The last day on which outcomes were observed; a settlement reads it as the day of the result."""
    software_version: Text | None = None
    """The only version of Makegood that may run this protocol; absent: any, and the result names its own."""
    seed: Whole
    """For everything that is drawn: order, bootstrap, tests by draws."""

    def column_of(self, variable: str) -> str:
        """The column that holds a variable."""
        return self.variables[variable].column or variable

    @property
    def matched_on(self) -> tuple[str, ...]:
        """The variables that the matching uses, in the order of the file."""
        return tuple(name for name, variable in self.variables.items() if variable.matching)


def _cuts_something(bins: str) -> bool:
    parts = bins.removeprefix("q")
    return bins in ("sturges", "scott", "fd") or (parts.isdecimal() and 0 < int(parts) < 10_000)


def inconsistencies(protocol: Protocol) -> list[tuple[tuple[str | int, ...], str]]:
    """What no single term can see: names that no variable has, weights that do not add up. (place, what) each."""
    known = set(protocol.variables)
    found: list[tuple[tuple[str | int, ...], str]] = []

    def names(place: tuple[str | int, ...], used: list[str], *, among: set[str] = known, kind: str = "variable") -> None:
        found.extend((place, f"'{name}' is no {kind} of this protocol") for name in used if name not in among)

    names(("matching", "exact"), protocol.matching.exact)
    names(("matching", "distance_on"), protocol.matching.distance_on)
    names(("effect", "adjust_for"), protocol.effect.adjust_for)
    for name in known & {"cohort", "mix"}:
        found.append(
            (("variables", name), f"a variable cannot be called '{name}', a word of the report; give it another name and `column: {name}`")
        )
    if not protocol.matched_on:
        found.append((("variables",), "no variable is matched on"))
    for name, variable in protocol.variables.items():
        if variable.bins is not None and (variable.cut_at or variable.kind != "number"):
            found.append((("variables", name, "bins"), "bins are for a number, and stand in the place of `cut_at`"))
        elif variable.bins is not None and not _cuts_something(variable.bins):
            found.append((("variables", name, "bins"), f"'{variable.bins}' cuts nothing: write a number, sturges, scott, fd, or q4"))
    if not protocol.outcomes:
        found.append((("outcomes",), "no outcome metric is named"))
    for name in protocol.matching.exact:
        if name in known and not protocol.variables[name].matching:
            found.append((("matching", "exact"), f"'{name}' is exact but has `matching: no`"))
    for index, part in enumerate(protocol.fall_back or []):
        if part.before:
            names(("fall_back", index, "before"), [part.before])
            if part.before in known and protocol.variables[part.before].kind != "number":
                found.append((("fall_back", index, "before"), f"'{part.before}' is a category; only a number can be compared with before"))
        if part.metric:
            names(("fall_back", index, "metric"), [part.metric], among=set(protocol.outcomes), kind="outcome")
        if part.estimator == "regression" and not protocol.effect.adjust_for:
            found.append((("fall_back", index, "estimator"), "a regression needs `effect.adjust_for`"))
    for metric in protocol.outcomes if protocol.fall_back else ():
        total = sum((part.weight for part in protocol.fall_back or [] if part.metric in (None, metric)), Decimal(0))
        if total != 1:
            found.append((("fall_back",), f"the weights for '{metric}' add up to {total}, not to 1"))
    for index, expected in enumerate(protocol.power.expected if protocol.power else []):
        names(("power", "expected", index, "metric"), [expected.metric], among=set(protocol.outcomes), kind="outcome")
    if protocol.selectivity:
        for group, rules in (("mix", protocol.selectivity.mix), ("criteria", protocol.selectivity.criteria)):
            for name, rule in rules.items():
                names(("selectivity", group, name), rule.variables())
        names(("selectivity", "expected_mix"), list(protocol.selectivity.expected_mix), among=set(protocol.selectivity.mix), kind="class")
    if protocol.participants == "started" and protocol.columns.started is None:
        found.append((("columns",), "participants are those who started, but no column says who did: add `started: COLUMN`"))
    return found
