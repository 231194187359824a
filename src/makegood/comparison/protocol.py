"""The evaluation protocol as terms: everything that decides who is compared with whom, fixed before outcomes are seen.

What is not said is not fixed, so the terms that change an answer have no default: a protocol says `caliper: none`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from makegood.comparison.criteria import Rule
from makegood.programme.scalars import Day, Name, Number, Sha256, Text, Whole, Yes
from makegood.programme.term import Term
from makegood.values.parsing import number


def _or_none(word: Any) -> Decimal | None:
    return None if word in ("none", None) else number(word)


NumberOrNone = Annotated[Decimal | None, BeforeValidator(_or_none)]
Basis = Literal["intention_to_treat", "started"]


class Columns(Term):
    """Names of the columns in the files of treated, pool and outcomes."""

    person: Text = "person"
    cohort: Text | None = None
    """In the treated file; without it there is one cohort, `all`."""
    started: Text | None = None
    """In the treated file: yes or no (1 or 0). Without it every treated person counts as started."""
    row: Text | None = None
    """In both files: the number of the row in the data set that both were taken from. Between people who are equally near
    the order of the data decides; without this it is the treated file's, then the pool's."""


class Window(Term):
    """Months before the index date over which a variable was measured: from the earlier bound to the later."""

    from_months: Whole
    to_months: Whole = 0

    @model_validator(mode="after")
    def _lies_before_index(self) -> Self:
        if self.to_months < 0 or self.from_months <= self.to_months:
            raise ValueError("a window lies before the index date and runs from the earlier month: from_months: 24, to_months: 0")
        return self


class Variable(Term):
    """A trait known before the index date. `matching: no`: it is reported (balance, selectivity) but not matched on."""

    kind: Literal["number", "category"]
    column: Text | None = None
    window: Window | None = None
    matching: Yes = True
    cut_at: list[Number] | None = None
    """Cut points for coarsened exact matching."""
    bins: Text | None = None
    """Or: a number of bins of equal width, or `sturges` (what counts when nothing is said), `scott`, `fd`, `q4` for quartiles."""


class Matching(Term):
    """How the comparison group is found."""

    method: Literal["nearest", "optimal", "exact", "coarsened_exact", "entropy"]
    distance: Literal["propensity", "probability", "mahalanobis"] = "propensity"
    """`propensity`: the log odds of being treated; `probability`: the probability itself, the default of R's MatchIt."""
    distance_on: list[Name] = Field(default_factory=list)
    exact: list[Name] = Field(default_factory=list)
    caliper: NumberOrNone
    caliper_unit: Literal["sd", "raw"] = "sd"
    discard: Literal["none", "treated", "pool", "both"] = "none"
    """Who is left out before matching because nobody on the other side reaches their score."""
    ratio: Whole
    replacement: Yes
    order: Literal["largest", "smallest", "closest", "farthest", "data", "random"]
    moments: Whole = 1

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.ratio < 1:
            raise ValueError("ratio is the number of controls for each treated person, 1 or more")
        if self.caliper is not None and self.caliper <= 0:
            raise ValueError("a caliper lies above 0; write `caliper: none` for none")
        if self.moments not in (1, 2, 3):
            raise ValueError("moments is 1 (means), 2 (and variances) or 3 (and skewness)")
        return self


class Outcome(Term):
    """An outcome metric of the programme file, as a column of the outcomes file: one value a person."""

    column: Text | None = None
    value: Literal["mean", "share"]
    unit: Text | None = None
    lowest: Number | None = None
    highest: Number | None = None
    better: Literal["more", "fewer"] = "more"
    pays_on: Literal["point_estimate", "significant_difference", "nothing"] = "point_estimate"
    """What the agreement does with it; `settle` reads the programme, this only chooses the words of the report."""


class EffectRule(Term):
    """How the effect and its uncertainty are computed."""

    estimator: Literal["difference", "regression"]
    adjust_for: list[Name] = Field(default_factory=list)
    standard_errors: Literal["cluster_pairs", "robust"]
    confidence: Number
    bootstrap: Whole
    exact_test_below: Whole
    missing_outcomes: Literal["refused", "left_out"]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not Decimal("0.5") <= self.confidence < 1:
            raise ValueError("confidence lies from 50% up to, not including, 100%")
        if (self.estimator == "regression") != bool(self.adjust_for):
            raise ValueError("`estimator: regression` and `adjust_for` go together")
        if self.bootstrap and not 99 <= self.bootstrap <= 100_000:
            raise ValueError("bootstrap is a number of draws, 99 to 100 000, or 0 for none")
        if not 0 <= self.exact_test_below <= 10_000:
            raise ValueError("exact_test_below is a number of pairs from 0 to 10 000")
        return self


class MultipleTesting(Term):
    """Which p-values are read together, and how they are adjusted."""

    method: Literal["holm", "benjamini_hochberg", "none"]
    family: Literal["pooled", "all"] = "pooled"
    """`pooled`: the metrics over all cohorts together, cohorts a family of their own each; `all`: everything at once."""


class FallBackPart(Term):
    """One estimator of the fall-back and its weight."""

    estimator: Literal["difference", "regression", "difference_in_differences", "before_after", "fixed"]
    weight: Number
    before: Name | None = None
    value: Number | None = None
    metric: Name | None = None
    """The only metric that this part serves; without it, all of them."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.estimator in ("before_after", "difference_in_differences")) != (self.before is not None):
            raise ValueError("`before` (the variable measured before) goes with before_after and difference_in_differences")
        if (self.estimator == "fixed") != (self.value is not None):
            raise ValueError("`estimator: fixed` and `value` (the agreed level without the programme) go together")
        return self


class SmallCells(Term):
    """What may leave the closed environment."""

    minimum: Whole
    """Fewest persons in a cell that is published."""
    largest_contributors: Whole = 1
    dominance: NumberOrNone
    """A cell is refused when its largest contributors hold more than this share of its total."""
    round_counts_to: Whole
    """Counts that leave, also those that the payment multiplies, are multiples of this; 1: exact."""
    decimals: Whole

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.minimum < 1 or self.round_counts_to < 1 or self.largest_contributors < 1:
            raise ValueError("minimum, round_counts_to and largest_contributors are 1 or more")
        if not 0 <= self.decimals <= 9:
            raise ValueError("decimals lie from 0 to 9")
        if self.dominance is not None and not 0 < self.dominance <= 1:
            raise ValueError("dominance is a share above 0% and at most 100%, or none")
        return self


class BalanceRule(Term):
    """Thresholds of the verdict on balance."""

    smd: Number
    variance_ratio: Number
    ks: Number | None = None
    unmatched: Number | None = None
    """Largest share of treated without a match before the verdict says that the group has changed."""
    denominator: Literal["treated", "pooled", "control", "all"] = "treated"


class Expected(Term):
    """What is assumed of a metric before outcomes are seen, for power."""

    metric: Name
    sd: Number | None = None
    share: Number | None = None
    correlation: Number = Decimal(0)
    effect: Number | None = None

    @model_validator(mode="after")
    def _one_spread(self) -> Self:
        if (self.sd is None) == (self.share is None):
            raise ValueError("say the spread in one way: `sd` for a mean, `share` (expected without the programme) for a share")
        if self.sd is not None and self.sd <= 0:
            raise ValueError("sd lies above 0")
        if self.share is not None and not 0 < self.share < 1:
            raise ValueError("share lies between 0% and 100%")
        if not -1 < self.correlation < 1:
            raise ValueError("correlation of the two members of a pair lies between -1 and 1")
        return self


class PowerRule(Term):
    """Power that is asked for, and what it rests on."""

    power: Number = Decimal("0.8")
    expected: list[Expected]


class Selectivity(Term):
    """Who takes part, out of whom: classes of cases and alternative sets of criteria."""

    mix: dict[Name, Rule] = Field(default_factory=dict)
    """Classes such as easy, target and hard, the first that fits counts."""
    expected_mix: dict[Name, Number] = Field(default_factory=dict)
    criteria: dict[Name, Rule] = Field(default_factory=dict)


class Amendment(Term):
    """A later change of the protocol, as the text itself tells it; the lock proves it."""

    of: Sha256
    on: Day
    reason: Text
    expected_effect: Text


class Protocol(Term):
    """An evaluation protocol. See docs/reference/protocol.md."""

    protocol: Name
    title: Text | None = None
    programme: Name
    population: Text
    treatment: Text
    index_date: Text
    comparison_index_date: Text
    columns: Columns = Field(default_factory=Columns)
    variables: dict[Name, Variable]
    matching: Matching
    estimand: Literal["att"]
    participants: Basis
    """Whose effect is settled: all who were selected (`intention_to_treat`), or those who started."""
    beside: Yes = True
    """The other basis is computed beside, where the treated file says who started."""
    outcomes: dict[Name, Outcome]
    effect: EffectRule
    multiple_testing: MultipleTesting
    minimum_sample: Whole
    fall_back: list[FallBackPart] | None = None
    unmatched: Literal["excluded", "at_mean"]
    small_cells: SmallCells
    balance: BalanceRule
    power: PowerRule | None = None
    selectivity: Selectivity | None = None
    observed_until: Day | None = None
    software_version: Text | None = None
    amendments: list[Amendment] = Field(default_factory=list)
    seed: Whole

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
