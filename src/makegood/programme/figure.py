"""Figures: how one number follows from others, in a closed list of verbs.

A figure is a number, a name, or one verb with what it works on. There are no expressions: each step is a clause of
its own that can be named, sourced, read aloud and traced. Verbs that look something up: `result`, `effect`,
`claims`, `accepted`, `this_claim`, `earned`, `transactions`, `committed`, `enough_for`, `elapsed`, `growth`. Verbs
that combine: `sum`, `difference`, `product`, `ratio`, `least`, `greatest`. Verbs that read a table: `steps`, `points`,
`slices`, `by`. `is` says a number or name once more, so that it can bear a title, a source, an assumption or one of
the words below. Five words may follow any figure and apply in this order: `if_unknown`, `only_above`, `at_least`,
`at_most`, `round`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from makegood.programme.moments import Elapsed, Growth
from makegood.programme.scalars import Day, Name, Names, Number, Text, Yes
from makegood.programme.term import Term, Words
from makegood.values.parsing import money, name, number

RoundingRule = Literal["half_up", "half_even", "down", "up"]
TransactionKind = Literal["commitment", "drawing", "grant", "fee", "guarantee", "outcome_payment", "repayment"]

SOURCES = (
    "result", "effect", "claims", "accepted", "this_claim", "earned", "transactions", "committed", "enough_for", "elapsed", "growth",
)  # fmt: skip
COMBINATIONS = ("sum", "difference", "product", "ratio", "least", "greatest")
TABLES = ("steps", "points", "slices", "by")
VERBS = ("is", *SOURCES, *COMBINATIONS, *TABLES)


class Selector(Term):
    """Which facts are meant: those whose columns have one of these values, and whose day lies in these dates.

    What is not named is not asked. The day of a claim is that of its outcome; of a result, the last day of its period,
    else of its observation.
    """

    cohort: Names | None = None
    """Facts of these cohorts."""
    class_: Names | None = Field(None, alias="class")
    """Facts of these classes of person."""
    payer: Names | None = None
    """Facts whose case belongs to these payers."""
    phase: Names | None = None
    """Facts of these phases."""
    component: Names | None = None
    """Facts of these components (the parts of a composite outcome)."""
    from_: Day | None = Field(None, alias="from")
    """Facts from this day on."""
    until: Day | None = None
    """Facts before this day."""

    def dated(self) -> bool:
        """Whether it asks for the day of a fact."""
        return self.from_ is not None or self.until is not None

    def on_a_day_meant(self, day: date | None) -> bool:
        """Whether a fact of this day is meant; one without a day is not, where days are asked."""
        if not self.dated():
            return True
        return day is not None and (self.from_ is None or day >= self.from_) and (self.until is None or day < self.until)

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Column -> the values that are meant."""
        columns = {"cohort": self.cohort, "class": self.class_, "payer": self.payer, "phase": self.phase, "component": self.component}
        return {column: tuple(value) for column, value in columns.items() if value is not None}


class Edges(Term):
    """An interval: `from` (at least) or `above` (more than), `below` (less than) or `up_to` (at most)."""

    from_: Figure | None = Field(None, alias="from")
    """The lower edge, itself included."""
    above: Figure | None = None
    """The lower edge, itself excluded."""
    below: Figure | None = None
    """The upper edge, itself excluded."""
    up_to: Figure | None = None
    """The upper edge, itself included."""

    @model_validator(mode="after")
    def _one_edge_a_side(self) -> Self:
        if self.from_ is not None and self.above is not None:
            raise ValueError("the lower edge stands twice: keep `from` (at least) or `above` (more than)")
        if self.below is not None and self.up_to is not None:
            raise ValueError("the upper edge stands twice: keep `below` (less than) or `up_to` (at most)")
        return self


class Condition(Edges):
    """What must hold: a figure between edges, or `all_of` / `any_of` other conditions. An unknown figure does not hold."""

    figure: Figure | None = None
    """What is compared with the edges."""
    all_of: list[Condition] | None = None
    """Every one of these must hold."""
    any_of: list[Condition] | None = None
    """At least one of these must hold."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.figure, self.all_of, self.any_of)) != 1:
            raise ValueError("a condition is one of: figure (with edges), all_of, any_of")
        edges = (self.from_, self.above, self.below, self.up_to)
        if (self.figure is not None) != any(edge is not None for edge in edges):
            raise ValueError("a figure needs an edge to be compared with: from, above, below or up_to")
        return self


class Row(Edges):
    """A row of `steps` (edges, `is`), `points` (`at`, `is`) or `slices` (edges, `each`, and `until_paid`)."""

    at: Figure | None = None
    """For `points`: the value at which the price is given."""
    is_: Figure | None = Field(None, alias="is")
    """For `steps` and `points`: what the figure is there."""
    each: Figure | None = None
    """For `slices`: the price of each unit within the slice."""
    until_paid: Figure | None = None
    """For `slices`: the slice ends where the slices have come to this amount."""


class Choice(Selector):
    """A row of `by`: which facts it is for, from which day until which (exclusive), and what the figure `is`."""

    metric: Names | None = None
    """Payments on these metrics."""
    line: Names | None = None
    """Payments by these lines."""
    when: list[Condition] = []
    """And only when these conditions hold."""
    otherwise: Yes = False
    """yes: the last row, for every fact that no earlier row is for."""
    is_: Figure = Field(alias="is")
    """What the figure is for such a fact."""

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Column -> the values that are meant."""
        extra = {"metric": self.metric, "line": self.line}
        return super().chosen() | {key: tuple(value) for key, value in extra.items() if value is not None}


class Round(Term):
    """To the nearest multiple of `to`, by `rule`."""

    to: Number = Field(default_factory=lambda: number("1"))
    """The multiple to which the figure is rounded."""
    rule: RoundingRule = "half_up"
    """What happens to the part that does not fit."""

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.to <= 0:
            raise ValueError("a figure is rounded to a multiple of something above 0")
        return self


class Return(Term):
    """Drawn capital with a return of `annual` a year of 365 days, compounding, of all investments or of those named."""

    annual: Figure
    """The rate of a year, as in 12%."""
    to: Names = []
    """The investments or tranches meant; absent: all."""


class Figure(Term):
    """A number, a name or one verb; see the head of this file."""

    number: Number | None = None
    currency: Text | None = None
    """The currency written before the number; it must be the programme's."""
    named: Name | None = None
    title: Words | None = None
    """What people call it on the statement."""

    is_: Figure | None = Field(None, alias="is")
    """A number, an amount or a name, where the figure also bears a title, a source or a bound."""
    result: Name | None = None
    """A metric as measured; `take` says which column, `where` which rows."""
    effect: Name | None = None
    """The effect on a metric, formed as the metric's `effect` says."""
    claims: Name | None = None
    """The claims of a metric that are in order as such, whether or not a line pays them."""
    accepted: Name | None = None
    """The claims that a line pays."""
    this_claim: Literal["quantity", "turn", "rank"] | None = None
    """Of the claim that is being priced: its `quantity`; which paid claim of its person by its line it is (`turn`: 1, 2,
    3 …, counted within what `sequence` says under `per`); or which of all claims that its line pays (`rank`)."""
    earned: Names | None = None
    """What these lines earn before limits; `all` means every line."""
    transactions: TransactionKind | None = None
    """The sum of transactions of one kind up to the day of settlement."""
    committed: Names | None = None
    """The capital that investments or tranches committed."""
    enough_for: Return | None = None
    """What must have been paid in all by the day of settlement for drawn capital to have come back with this return, given
    what was paid and when; the return starts with each drawing."""
    elapsed: Elapsed | None = None
    """Time that has passed."""
    growth: Growth | None = None
    """A factor that grows with time."""

    sum_: list[Figure] | None = Field(None, alias="sum", min_length=1)
    """All of them added."""
    difference: list[Figure] | None = Field(None, min_length=2)
    """The first less all others."""
    product: list[Figure] | None = Field(None, min_length=2)
    """All of them multiplied."""
    ratio: list[Figure] | None = Field(None, min_length=2, max_length=2)
    """The first divided by the second; unknown when the second is 0."""
    least: list[Figure] | None = Field(None, min_length=2)
    """The smallest of them."""
    greatest: list[Figure] | None = Field(None, min_length=2)
    """The largest of them."""

    steps: Figure | None = None
    """The row whose edges hold this figure says what it is; no row: 0."""
    points: Figure | None = None
    """Straight lines between given points; before the first and after the last it stays level."""
    slices: Figure | None = None
    """Each row prices the part of this figure that lies in it, and the parts add up."""
    by: list[Choice] | None = Field(None, min_length=1)
    """The first row that fits the fact says what it is; no row: unknown."""
    rows: list[Row] | None = Field(None, min_length=1)
    """The rows of `steps`, `points` or `slices`."""

    take: (
        Literal[
            "value",
            "reported",
            "comparison",
            "n",
            "comparison_n",
            "unmatched_n",
            "unknown_n",
            "se",
            "p",
            "ci_low",
            "ci_high",
            "quantity",
            "count",
            "persons",
        ]
        | None
    ) = None
    """Which column of a result, or what of the claims; absent: `value` or `quantity`."""
    where: Selector | None = None
    """Only these results or claims."""
    same_person: Yes = False
    """For `claims` and `accepted`: only those of the person whose claim is being priced."""
    from_party: Name | None = None
    """For `transactions`: paid by this party."""
    to_party: Name | None = None
    """For `transactions`: received by this party."""
    tranche: Name | None = None
    """For `transactions`: of this tranche."""

    if_unknown: Figure | None = None
    """What counts instead where the figure is not known (the rule for missing data)."""
    only_above: Figure | None = None
    """Only the part above this counts; below it 0."""
    at_least: Figure | None = None
    """Never below this."""
    at_most: Figure | None = None
    """Never above this."""
    round: Round | None = None
    """Rounded, after all the rest."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_word(cls, word: Any) -> Any:
        if isinstance(word, list):
            raise ValueError("a list is not a figure; say what to do with it, for example sum: [...]")
        if isinstance(word, dict):
            internal = [key for key in ("number", "currency", "named") if key in word]
            if internal:
                raise ValueError(f"`{internal[0]}` is not a verb; write the number or the name itself")
            return word
        if not isinstance(word, str):
            raise ValueError("nothing stands here; write a number, a name or a verb")
        priced = money(word)
        if priced is not None:
            return {"number": priced[1], "currency": priced[0]}
        if word[:1].isdigit() or word[:1] in "+-." or word.endswith("%"):
            return {"number": number(word)}
        return {"named": name(word)}

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        verbs = [verb for verb in ("number", "named", *VERBS) if self.word(verb) is not None]
        if len(verbs) != 1:
            found = " and ".join(f"`{verb}`" for verb in verbs) or "none"
            raise ValueError(f"a figure is a number, a name or exactly one verb; found {found}")
        verb = verbs[0]
        if (verb in ("steps", "points", "slices")) != (self.rows is not None):
            raise ValueError("steps, points and slices need `rows`, and no other verb has them")
        results = ("value", "reported", "comparison", "n", "comparison_n", "unmatched_n", "unknown_n", "se", "p", "ci_low", "ci_high")
        allowed = {"result": results, "claims": ("quantity", "count", "persons"), "accepted": ("quantity", "count", "persons")}.get(
            verb, ()
        )
        if self.take is not None and self.take not in allowed:
            raise ValueError(f"`take: {self.take}` does not go with `{verb}`" + (f"; take one of {', '.join(allowed)}" if allowed else ""))
        if self.where is not None and verb not in ("result", "effect", "claims", "accepted"):
            raise ValueError("`where` goes with result, effect, claims or accepted")
        if self.same_person and verb not in ("claims", "accepted"):
            raise ValueError("`same_person` goes with claims or accepted")
        for key in ("from_party", "to_party", "tranche"):
            if getattr(self, key) is not None and verb != "transactions":
                raise ValueError(f"`{key}` goes with transactions")
        for row in self.rows or []:
            _check_row(row, verb)
        if self.by is not None:
            last = [choice for choice in self.by if choice.otherwise]
            if len(last) > 1 or (last and self.by[-1] is not last[0]):
                raise ValueError("`otherwise` is the last row of `by`, and stands once")
        return self

    def word(self, verb: str) -> Any:
        """What stands after a verb, None where it is not this figure's verb."""
        return getattr(self, f"{verb}_" if verb in ("is", "sum") else verb)

    @property
    def verb(self) -> str:
        """The one verb of this figure, `number` or `named`."""
        return next(verb for verb in ("number", "named", *VERBS) if self.word(verb) is not None)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core_schema))
        for internal in ("number", "currency", "named"):
            schema.get("properties", {}).pop(internal, None)
        plain = dict(schema)
        schema.clear()
        schema["anyOf"] = [{"type": "string", "description": "a number, an amount of money or the name of a figure"}, plain]
        schema["description"] = plain.pop("description", "")
        return schema


def _check_row(row: Row, verb: str) -> None:
    edges = any(edge is not None for edge in (row.from_, row.above, row.below, row.up_to))
    if verb == "points" and (row.at is None or row.is_ is None or edges or row.each or row.until_paid):
        raise ValueError("a row of points is {at: …, is: …}")
    if verb == "steps" and (row.is_ is None or row.at or row.each or row.until_paid):
        raise ValueError("a row of steps is {from: …, below: …, is: …}; edges may be from or above, below or up_to")
    if verb == "slices" and (row.each is None or row.at or row.is_):
        raise ValueError("a row of slices is {from: …, up_to: …, each: …}, and `until_paid` may end it at an amount")
