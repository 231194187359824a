"""Criteria as terms over variables: who is in, who is out, and of whom that cannot be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from makegood.programme.scalars import Name, Number, Text
from makegood.programme.term import Term

OUT, UNKNOWN, IN = 0, 1, 2
"""Three answers, ordered so that `all` is the least and `any` the greatest (Kleene's logic)."""

Answers = NDArray[np.int8]


def _words(word: Any) -> Any:
    return [word] if isinstance(word, str) else word


class Condition(Term):
    """One test of a variable, or `any_of` several conditions."""

    variable: Name | None = None
    """The variable that is looked at."""
    at_least: Number | None = None
    """Holds from this number on."""
    at_most: Number | None = None
    """Holds up to this number."""
    is_one_of: Annotated[list[Text], BeforeValidator(_words)] | None = None
    """Holds for these levels of a category."""
    any_of: list[Condition] | None = None
    """Holds when one of these does."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        tests = self.at_least is not None or self.at_most is not None
        if self.any_of is not None:
            if self.variable is not None or tests or self.is_one_of is not None:
                raise ValueError("any_of stands alone; put the test inside it")
        elif self.variable is None or tests == (self.is_one_of is not None):
            raise ValueError("a condition names a variable and says at_least / at_most, or is_one_of")
        return self

    def names(self) -> list[str]:
        """The variables that it reads."""
        if self.any_of is not None:
            return [name for part in self.any_of for name in part.names()]
        return [self.variable or ""]


class Rule(Term):
    """A case is in when all conditions hold. No condition: everybody."""

    all_of: list[Condition] = Field(default_factory=list)
    """What must hold."""

    def variables(self) -> list[str]:
        """The variables that the rule reads."""
        return [name for condition in self.all_of for name in condition.names()]


def answers(rule: Rule, *, columns: Mapping[str, NDArray[Any]], rows: int) -> Answers:
    """(rows,) IN, OUT or UNKNOWN for each case.

    `columns`: variable -> (rows,) float64 with nan, or object/str array where None or an empty text is unknown.
    A case is OUT when one condition surely fails, even where another is unknown.
    """
    result = np.full(rows, IN, dtype=np.int8)
    for condition in rule.all_of:
        result = np.minimum(result, _answer(condition, columns=columns, rows=rows))
    return result


def _answer(condition: Condition, *, columns: Mapping[str, NDArray[Any]], rows: int) -> Answers:
    if condition.any_of is not None:
        result = np.full(rows, OUT, dtype=np.int8)
        for part in condition.any_of:
            result = np.maximum(result, _answer(part, columns=columns, rows=rows))
        return result
    column = columns[condition.variable or ""]
    if condition.is_one_of is not None:
        words = np.array(["" if word is None else str(word) for word in column.tolist()], dtype=object)
        holds, unknown = np.isin(words, condition.is_one_of), words == ""
    else:
        values = np.asarray(column, dtype=np.float64)
        unknown = np.isnan(values)
        holds = np.ones(rows, dtype=bool)
        if condition.at_least is not None:
            holds &= values >= float(condition.at_least)
        if condition.at_most is not None:
            holds &= values <= float(condition.at_most)
    return np.where(unknown, UNKNOWN, np.where(holds, IN, OUT)).astype(np.int8)
