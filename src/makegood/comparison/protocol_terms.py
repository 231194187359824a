"""The terms of an evaluation protocol, one for each thing that it must fix.

What is not said is not fixed, so the words that change an answer have no usual value: a protocol says `caliper: none`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from makegood.comparison.criteria import Rule
from makegood.programme.scalars import Name, Number, Text, Whole, Yes
from makegood.programme.term import Term, Words
from makegood.values.parsing import number


def _or_none(word: Any) -> Decimal | None:
    return None if word in ("none", None) else number(word)


NumberOrNone = Annotated[Decimal | None, BeforeValidator(_or_none)]
"""A number, or the word `none`."""


class Columns(Term):
    """The names of columns in the files of treated, pool and outcomes."""

    person: Text = "person"
    """In all files: the person's code. It stays text, `007` is not 7."""
    cohort: Text | None = None
    """In the treated file: the cohort. Absent: there is one cohort, `all`."""
    started: Text | None = None
    """In the treated file: `yes` or `no` (or 1 or 0). Absent: every treated person counts as started."""
    row: Text | None = None
    """In both files: the number of the row in the data set that both were taken from. Between people who are equally near
    the order of the data decides; without this it is the treated file's, then the pool's."""


class Window(Term):
    """Months before the index date over which a variable was measured: from the earlier bound to the later."""

    from_months: Whole
    """How many months before the index date the window begins."""
    to_months: Whole = 0
    """How many months before the index date it ends; 0: on the index date."""

    @model_validator(mode="after")
    def _lies_before_index(self) -> Self:
        if self.to_months < 0 or self.from_months <= self.to_months:
            raise ValueError("a window lies before the index date and runs from the earlier month: from_months: 24, to_months: 0")
        return self


class Variable(Term):
    """A trait that is known before the index date."""

    kind: Literal["number", "category"]
    """A number keeps its distances; a category has levels, and in SPSS and Stata files those are the value labels."""
    title: Words | None = None
    """What people call it; its name, where absent."""
    column: Text | None = None
    """The column that holds it, where that is not called as the variable is."""
    window: Window | None = None
    """Over which months before the index date it was measured."""
    matching: Yes = True
    """no: it is reported (balance, selectivity), not matched on."""
    cut_at: list[Number] | None = None
    """Cut points of a number, for coarsened exact matching."""
    bins: Text | None = None
    """Or: a number of bins of equal width, or `sturges` (what counts when nothing is said), `scott`, `fd`, `q4` for quartiles."""


class Matching(Term):
    """How the comparison group is found."""

    method: Literal["nearest", "optimal", "exact", "coarsened_exact", "entropy"]
    """Nearest neighbours; pairs with the least total distance (small samples); equal strata; coarsened equal strata; weights."""
    distance: Literal["propensity", "probability", "mahalanobis"] = "propensity"
    """How far two people are apart: in the log odds of being treated; in the probability itself, the default of R's MatchIt;
    or over several numbers at once."""
    distance_on: list[Name] = Field(default_factory=list)
    """The numbers of a Mahalanobis distance; a caliper is still one of the propensity."""
    exact: list[Name] = Field(default_factory=list)
    """Variables that must be equal within a pair."""
    caliper: NumberOrNone
    """How far the scores of a pair may lie apart at most, or `none`. That it holds is checked afterwards and stands in the result."""
    caliper_unit: Literal["sd", "raw"] = "sd"
    """In standard deviations of the score over everybody, or in the score's own unit."""
    discard: Literal["none", "treated", "pool", "both"] = "none"
    """Who is left out before matching because nobody on the other side reaches their score."""
    ratio: Whole
    """Controls for each treated person, 1 or more."""
    replacement: Yes
    """Whether one control may serve several treated."""
    order: Literal["largest", "smallest", "closest", "farthest", "data", "random"]
    """In which order the treated choose: by score, by the distance to their nearest control, as in the file, or drawn by the seed."""
    moments: Whole = 1
    """For entropy weights: 1 balances means, 2 variances too, 3 skewness too."""

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

    value: Literal["mean", "share"]
    """A mean over persons, or the share of persons who have it (1 or 0 each)."""
    title: Words | None = None
    """What people call it; its name, where absent."""
    column: Text | None = None
    """The column that holds it, where that is not called as the metric is."""
    unit: Text | None = None
    """The unit, as the programme file writes it."""
    lowest: Number | None = None
    """No value can lie below; a file that has one is refused."""
    highest: Number | None = None
    """No value can lie above; a file that has one is refused."""
    better: Literal["more", "fewer"] = "more"
    """Which way is an improvement."""
    pays_on: Literal["point_estimate", "significant_difference", "nothing"] = "point_estimate"
    """What the agreement does with it. Only the words of the report follow from it; what is paid follows from the programme file."""


class EffectRule(Term):
    """How the effect and its uncertainty are computed."""

    estimator: Literal["difference", "regression"]
    """The difference in (weighted) means, or adjusted for traits by least squares with slopes of their own in each arm."""
    adjust_for: list[Name] = Field(default_factory=list)
    """The variables of the regression."""
    standard_errors: Literal["cluster_pairs", "robust"]
    """By pairs or sets, or by persons with each arm its own variance. Weights and strata have no pairs: then by persons."""
    confidence: Number
    """Of the intervals: `95%`. What is left is the level of the tests."""
    bootstrap: Whole
    """Draws of the bootstrap over pairs that checks the standard error; 0 for none."""
    exact_test_below: Whole
    """Below so many pairs the p-value is that of the exact randomisation test; 0 for never."""
    missing_outcomes: Literal["refused", "left_out"]
    """What happens when the outcome of a matched person is not known: the file is refused, or the pair is left out and counted."""

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
    """Holm bounds the chance of any false finding, Benjamini-Hochberg the share of false findings."""
    family: Literal["pooled", "all"] = "pooled"
    """`pooled`: the metrics over all cohorts together, and those of each cohort by themselves; `all`: everything at once."""


class FallBackPart(Term):
    """One estimator of the fall-back, and its weight."""

    estimator: Literal["difference", "regression", "difference_in_differences", "before_after", "fixed"]
    """Treated less controls; adjusted; change of treated less change of controls; treated now less before; treated less an agreed level."""
    weight: Number
    """Its share; for each metric the weights add up to 1."""
    before: Name | None = None
    """The variable that holds the same measure before the index date, for the estimators that compare with before."""
    value: Number | None = None
    """The agreed level without the programme, for `fixed`."""
    metric: Name | None = None
    """The only metric that this part serves; absent: all of them."""

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
    """How many persons together may not make up most of a total."""
    dominance: NumberOrNone
    """The share of a total above which its largest contributors would give themselves away, or `none`."""
    round_counts_to: Whole
    """Counts that leave, also those that the payment multiplies, are multiples of this; 1: exact."""
    decimals: Whole
    """Decimals of means, differences and intervals that leave."""

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
    """Largest standardised difference after matching that counts as alike; 0.1 is usual."""
    variance_ratio: Number
    """How far variances may differ: from 1 / this to this."""
    ks: Number | None = None
    """Largest distance between the distributions (Kolmogorov-Smirnov); absent: not judged."""
    unmatched: Number | None = None
    """Largest share of treated without a match before the verdict says that the group has changed; absent: not judged."""
    denominator: Literal["treated", "pooled", "control", "all"] = "treated"
    """Whose standard deviation before matching divides a difference: treated, both (pooled), controls, or everybody."""


class Expected(Term):
    """What is assumed of a metric before outcomes are seen, for power."""

    metric: Name
    """Of which outcome."""
    sd: Number | None = None
    """The standard deviation of a mean between persons."""
    share: Number | None = None
    """The share expected without the programme, instead of `sd`."""
    correlation: Number = Decimal(0)
    """Between the outcomes of the two members of a pair."""
    effect: Number | None = None
    """The difference that is expected or aimed at; power and the sample needed are then given for it."""

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
    """Which power is asked for, and what it rests on."""

    power: Number = Decimal("0.8")
    """The chance with which an effect should be found."""
    expected: list[Expected]
    """What is assumed of each metric."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not Decimal("0.5") <= self.power < 1:
            raise ValueError("power lies from 50% up to, not including, 100%")
        return self


class Selectivity(Term):
    """Who takes part, out of whom: classes of cases, and alternative sets of criteria."""

    mix: dict[Name, Rule] = Field(default_factory=dict)
    """Classes such as easy, target and hard; the first that fits counts."""
    expected_mix: dict[Name, Number] = Field(default_factory=dict)
    """The share of each class that the plan counted on."""
    criteria: dict[Name, Rule] = Field(default_factory=dict)
    """Sets of criteria: for each, who would be in or out, and what that does to balance and power."""
