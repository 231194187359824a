"""Criteria: a further answer never turns a decided one; what is named as missing decides. The funnel: nobody is lost.

The forecast: over many intakes at a steady pace its interval holds as often as it says.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from a_candidate import AFTER_THE_CRITERIA_WERE_DROPPED, AT_THE_START, the_delivery
from makegood.instrument.questionnaire import Answer
from makegood.programme.delivery_criteria import Item
from makegood.selection.assess import assess
from makegood.selection.funnel import Listed, Taken, by_site, count_by, flows_of, shares_of, together
from makegood.selection.intake import forecast

ITEMS = the_delivery().items
ORDER = tuple(the_delivery(AFTER_THE_CRITERIA_WERE_DROPPED).order)
FROM = date(2016, 5, 1)


def answers_to(item: Item) -> st.SearchStrategy[Answer]:
    if item.answer == "number":
        return st.integers(0, 90).map(lambda number: Answer(str(number)))
    return st.sampled_from([Answer(code) for code in item.choices or ("yes", "no")])


some_answers = st.fixed_dictionaries({}, optional={name: answers_to(item) for name, item in ITEMS.items()})
all_answers = st.fixed_dictionaries({name: answers_to(item) for name, item in ITEMS.items()})
days = st.sampled_from([AT_THE_START, AFTER_THE_CRITERIA_WERE_DROPPED])


@settings(max_examples=150, deadline=None)
@given(known=some_answers, more=all_answers, on=days)
def test_a_further_answer_never_turns_what_was_decided(known: dict[str, Answer], more: dict[str, Answer], on: date) -> None:
    before = assess(the_delivery(on), known, on=on)
    after = assess(the_delivery(on), {**more, **known}, on=on)
    for first, then in zip(before.findings, after.findings, strict=True):
        assert first.met in ("unknown", then.met)
    assert before.may_take_part in ("unknown", after.may_take_part)


@settings(max_examples=150, deadline=None)
@given(known=some_answers, more=all_answers, on=days)
def test_what_is_missing_is_all_that_is_missing(known: dict[str, Answer], more: dict[str, Answer], on: date) -> None:
    before = assess(the_delivery(on), known, on=on)
    assert bool(before.missing) == (before.may_take_part == "unknown")
    assert not set(before.missing) & {name for name, answer in known.items() if not silent(name, answer)}
    told = {name: more[name] for name in before.missing if not silent(name, more[name])}
    if set(told) == set(before.missing):
        assert assess(the_delivery(on), {**known, **told}, on=on).may_take_part != "unknown"


def silent(name: str, answer: Answer) -> bool:
    """An answer that says that there is none."""
    choice = ITEMS[name].choices.get(answer.value)
    return choice is not None and choice.no_answer


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Listed], list[Taken]]:
    listed, taken = [], []
    for number in range(draw(st.integers(0, 12))):
        candidate = f"k{number}"
        listed.append(Listed(candidate, draw(st.sampled_from("abc")), FROM + timedelta(days=draw(st.integers(0, 40)))))
        for step in draw(st.lists(st.sampled_from(ORDER), max_size=6)):
            outcome: Literal["done", "exit"] = draw(st.sampled_from(["done", "done", "exit"]))
            on = FROM + timedelta(days=draw(st.integers(0, 80)))
            reason = (draw(st.sampled_from(["prison_service", "provider"])), "transferred") if outcome == "exit" else (None, None)
            taken.append(Taken(candidate, step, outcome, on, *reason))
    return listed, taken


@settings(max_examples=200, deadline=None)
@given(history=histories(), after=st.integers(0, 80), seed=st.integers(0, 99))
def test_everybody_listed_has_started_or_left_or_is_on_the_way(history: tuple[list[Listed], list[Taken]], after: int, seed: int) -> None:
    listed, taken = history
    as_of = FROM + timedelta(days=after)
    groups = count_by(by_site, listed, taken, order=ORDER, as_of=as_of)
    counts = together(groups.values())
    assert counts.listed == sum(someone.listed_on <= as_of for someone in listed)
    assert counts.listed == counts.reached[ORDER[-1]] + counts.left + counts.open
    reached = [row.reached for row in shares_of(counts, order=ORDER)]
    assert reached == sorted(reached, reverse=True)
    ends = [flow.candidates for flow in flows_of(counts, order=ORDER) if flow.to in ("left", "open", ORDER[-1])]
    assert sum(ends) == counts.listed
    assert all(flow.candidates > 0 for flow in flows_of(counts, order=ORDER))
    shuffled = Random(seed).sample(listed, len(listed))  # noqa: S311 - the order of rows must not matter
    assert together(count_by(by_site, shuffled, taken, order=ORDER, as_of=as_of).values()) == counts


def test_the_interval_of_the_forecast_holds_as_often_as_it_says() -> None:
    rng = Random(20)  # noqa: S311 - invented intakes
    runs, held = 600, 0
    for _ in range(runs):
        pace = rng.uniform(0.03, 0.5)
        starts, day = [], 0.0
        while (day := day + rng.expovariate(pace)) < 420:
            starts.append(FROM + timedelta(days=int(day)))
        seen = forecast(starts, intake_from=FROM, intake_until=FROM + timedelta(days=420), as_of=FROM + timedelta(days=150))
        held += seen.low <= len(starts) <= seen.high
    # A standard error of 600 runs at 95% is 0.9 points; whole numbers make the interval a little wider than 95%.
    assert held / runs >= 0.93
