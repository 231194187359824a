"""With what a candidate needs help, as the answers show it: yes, no, or unknown with why nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from makegood.instrument.questionnaire import Answer, NonAnswer
from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import SupportNeed
from makegood.selection.answers import Answers, chosen_of, silence_of
from makegood.selection.needs import Verdict


@dataclass(frozen=True)
class Support:
    """One need for support of one candidate: whether it is there, the item that decided, and why it is unknown."""

    need: str
    verdict: Verdict
    item: str
    """The item whose answer shows the need; without a need, the first that was looked at; where unknown, the first without an answer."""
    silence: NonAnswer | None


def support_of(delivery: Delivery, answers: Answers, *, on: date) -> tuple[Support, ...]:
    """Every need for support that is shown on a day, in the order of the programme file. Unknown is not no."""
    return tuple(
        _support(name, need, delivery, answers)
        for name, need in delivery.support_needs.items()
        if need.retired_on is None or on < need.retired_on
    )


def _support(name: str, need: SupportNeed, delivery: Delivery, answers: Answers) -> Support:
    given = {item: _allowed(item, delivery, answers) for item in need.shown_by}
    chosen = {item: chosen_of(delivery.items[item], given[item]) for item in need.shown_by}
    for item, codes in need.shown_by.items():
        if chosen[item] & set(codes):
            return Support(name, "yes", item, None)
    silent = next((item for item in need.shown_by if not chosen[item]), None)
    if silent is None:
        return Support(name, "no", next(iter(need.shown_by)), None)
    return Support(name, "unknown", silent, silence_of(given[silent]))


def _allowed(name: str, delivery: Delivery, answers: Answers) -> Answer | None:
    """The answer to an item; where somebody did not allow that it is asked, that."""
    first = delivery.items[name].asked_if
    if first is None:
        return answers.get(name)
    allowed = answers.get(first)
    if "no" in chosen_of(delivery.items[first], allowed):
        return Answer(non_answer="refused")
    return answers.get(name) or (allowed if allowed is not None and allowed.non_answer else None)
