"""Needs answered in three values: yes, no, or unknown with the items that are missing.

An unknown part makes the whole unknown only where the rest does not decide: of `any_of` one yes is enough, of `all_of`
one no (the strong three-valued logic of Kleene, 1952).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from makegood.instrument.questionnaire import Answer
from makegood.programme.delivery_criteria import Item, Need
from makegood.selection.answers import Answers, value_of

Verdict = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Looked:
    """One item that was looked at: what was asked of it, what stood there, and whether that meets the need."""

    item: str
    need: Need
    answer: Answer | None
    verdict: Verdict


@dataclass(frozen=True)
class Decided:
    """The answer to a need, the items that decided it, and those that are missing."""

    verdict: Verdict
    because: tuple[Looked, ...]
    """Where known: the items that decide. Where unknown: those without an answer."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Items whose answer would decide, each once; empty unless unknown."""
        return tuple(dict.fromkeys(looked.item for looked in self.because)) if self.verdict == "unknown" else ()


def decide(need: Need, answers: Answers, *, items: Mapping[str, Item], whens: Mapping[str, Need]) -> Decided:
    """Whether a need is met. `whens` are the needs of criteria that others refer to, in force or not."""
    if need.item is not None:
        looked = _look(need, need.item, answers, items)
        return Decided(looked.verdict, (looked,))
    if need.criterion is not None:
        return decide(whens[need.criterion], answers, items=items, whens=whens)
    parts = [decide(part, answers, items=items, whens=whens) for part in need.all_of or need.any_of or need.none_of or []]
    # `any_of` is settled by a yes, `all_of` by a no; `none_of` is `any_of` turned round.
    settling: Verdict = "no" if need.all_of is not None else "yes"
    other: Verdict = "yes" if settling == "no" else "no"
    for verdict in (settling, "unknown"):
        found = [part for part in parts if part.verdict == verdict]
        if found:
            # One no settles `all_of`, and the first says it; every yes of `any_of` is worth knowing.
            kept = found[:1] if verdict == "no" else found
            return Decided(_turned(verdict, need), _together(kept))
    return Decided(_turned(other, need), _together(parts))


def _turned(verdict: Verdict, need: Need) -> Verdict:
    turned: dict[Verdict, Verdict] = {"yes": "no", "no": "yes", "unknown": "unknown"}
    return turned[verdict] if need.none_of is not None else verdict


def _together(parts: list[Decided]) -> tuple[Looked, ...]:
    return tuple(looked for part in parts for looked in part.because)


def _look(need: Need, name: str, answers: Answers, items: Mapping[str, Item]) -> Looked:
    answer = answers.get(name)
    value = value_of(items[name], answer)
    if value is None:
        return Looked(name, need, answer, "unknown")
    if isinstance(value, Decimal):
        outside = (
            (need.from_ is not None and value < need.from_)
            or (need.above is not None and value <= need.above)
            or (need.below is not None and value >= need.below)
            or (need.up_to is not None and value > need.up_to)
        )
        return Looked(name, need, answer, "no" if outside else "yes")
    return Looked(name, need, answer, "yes" if value in (need.is_ or ()) else "no")
