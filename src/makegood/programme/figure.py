"""Figures: how one number follows from others, in a closed list of verbs.

A figure is a number, a name, or one verb with what it works on. There are no expressions: each step is a clause of
its own that can be named, sourced, read aloud and traced. Verbs that look something up: `result`, `effect`,
`claims`, `accepted`, `earned`, `transactions`, `committed`, `elapsed`, `growth`. Verbs that combine: `sum`,
`difference`, `product`, `ratio`, `least`, `greatest`. Verbs that read a table: `steps`, `points`, `slices`, `by`.
Four words may follow any figure and apply in this order: `only_above`, `at_least`, `at_most`, `round`.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from makegood.programme.scalars import Day, Name, Names, Number, Text, Yes
from makegood.programme.term import Term
from makegood.values.parsing import money, name, number

RoundingRule = Literal["half_up", "half_even", "down", "up"]
TransactionKind = Literal["commitment", "drawing", "grant", "fee", "guarantee", "outcome_payment", "repayment"]

SOURCES = ("result", "effect", "claims", "accepted", "earned", "transactions", "committed", "elapsed", "growth")
COMBINATIONS = ("sum", "difference", "product", "ratio", "least", "greatest")
TABLES = ("steps", "points", "slices", "by")
VERBS = (*SOURCES, *COMBINATIONS, *TABLES)


class Selector(Term):
    """Which facts are meant: those whose columns have one of these values. What is not named is not asked."""

    cohort: Names | None = None
    class_: Names | None = Field(None, alias="class")
    payer: Names | None = None
    phase: Names | None = None
    component: Names | None = None

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Column -> the values that are meant."""
        columns = {"cohort": self.cohort, "class": self.class_, "payer": self.payer, "phase": self.phase, "component": self.component}
        return {column: tuple(value) for column, value in columns.items() if value is not None}


class Edges(Term):
    """An interval: `from` (at least) or `above` (more than), `below` (less than) or `up_to` (at most)."""

    from_: Figure | None = Field(None, alias="from")
    above: Figure | None = None
    below: Figure | None = None
    up_to: Figure | None = None

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
    all_of: list[Condition] | None = None
    any_of: list[Condition] | None = None

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
    is_: Figure | None = Field(None, alias="is")
    each: Figure | None = None
    until_paid: Figure | None = None


class Choice(Selector):
    """A row of `by`: which facts it is for, from which day until which (exclusive), and what the figure `is`."""

    metric: Names | None = None
    line: Names | None = None
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    when: list[Condition] = []
    otherwise: Yes = False
    is_: Figure = Field(alias="is")

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Column -> the values that are meant."""
        extra = {"metric": self.metric, "line": self.line}
        return super().chosen() | {key: tuple(value) for key, value in extra.items() if value is not None}


class Growth(Term):
    """A factor that grows by `yearly` for each whole year since a day, compounding."""

    yearly: Number
    since: Day


class Elapsed(Term):
    """Time since a day until the fact's date (or `until`), in whole `days` or `months`, or in `years` of 365 days."""

    since: Day
    until: Day | None = None
    in_: Literal["days", "months", "years"] = Field("years", alias="in")


class Round(Term):
    """To the nearest multiple of `to`, by `rule`."""

    to: Number = Field(default_factory=lambda: number("1"))
    rule: RoundingRule = "half_up"

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.to <= 0:
            raise ValueError("a figure is rounded to a multiple of something above 0")
        return self


class Figure(Term):
    """A number, a name or one verb; see the head of this file."""

    number: Number | None = None
    currency: Text | None = None
    """The currency written before the number; it must be the programme's."""
    named: Name | None = None
    title: Text | None = None

    result: Name | None = None
    effect: Name | None = None
    claims: Name | None = None
    accepted: Name | None = None
    earned: Names | None = None
    transactions: TransactionKind | None = None
    committed: Names | None = None
    elapsed: Elapsed | None = None
    growth: Growth | None = None

    sum_: list[Figure] | None = Field(None, alias="sum", min_length=1)
    difference: list[Figure] | None = Field(None, min_length=2)
    product: list[Figure] | None = Field(None, min_length=2)
    ratio: list[Figure] | None = Field(None, min_length=2, max_length=2)
    least: list[Figure] | None = Field(None, min_length=2)
    greatest: list[Figure] | None = Field(None, min_length=2)

    steps: Figure | None = None
    points: Figure | None = None
    slices: Figure | None = None
    by: list[Choice] | None = Field(None, min_length=1)
    rows: list[Row] | None = Field(None, min_length=1)

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
    where: Selector | None = None
    from_party: Name | None = None
    to_party: Name | None = None
    tranche: Name | None = None

    only_above: Figure | None = None
    at_least: Figure | None = None
    at_most: Figure | None = None
    round: Round | None = None

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
        return getattr(self, "sum_" if verb == "sum" else verb)

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


for model in (Edges, Condition, Row, Choice, Figure):
    model.model_rebuild()
