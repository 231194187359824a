"""Intake against its plan, the forecast to its end, warnings; permissions, time left, answers that are missing.

Needs 16, 27, 28, 35 and 49.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from a_candidate import AT_THE_START, a_candidate, the_delivery
from makegood.programme.delivery_people import EndDate
from makegood.selection.intake import Warned, early_warnings, forecast, planned_by
from makegood.selection.missing import missing_by_group
from makegood.selection.steps import asked_for, due_on, time_left
from makegood.selection.waiting import Request, turnaround
from makegood.values.parsing import Duration

FROM, UNTIL = date(2016, 5, 1), date(2017, 2, 1)
DAY = timedelta(days=1)


def the_plan_by(on: date) -> float:
    plan = the_delivery().plan
    assert plan is not None
    return planned_by(plan, on)


def test_the_plan_is_spread_over_the_days_that_are_left() -> None:
    # 150 starts in the 276 days from 1 May 2016 to 31 January 2017.
    assert the_plan_by(FROM) == 0
    assert the_plan_by(FROM + 138 * DAY) == pytest.approx(75)
    assert the_plan_by(UNTIL) == 150
    assert the_plan_by(date(2018, 1, 1)) == 150


def test_the_forecast_is_a_negative_binomial_about_the_pace_that_was_seen() -> None:
    starts = [FROM + 10 * number * DAY for number in range(10)]
    seen = forecast(starts, intake_from=FROM, intake_until=FROM + 200 * DAY, as_of=FROM + 99 * DAY, planned=20)
    assert (seen.so_far, seen.days_seen, seen.days_left) == (10, 100, 100)
    # Jeffreys' prior: 10.5 starts in 100 days, so 10.5 more in the next 100.
    assert seen.expected == pytest.approx(20.5)
    # Summed by hand: P(k) = Γ(k + 10.5) / (k! Γ(10.5)) / 2^(k + 10.5).
    chances = [math.exp(math.lgamma(k + 10.5) - math.lgamma(k + 1) - math.lgamma(10.5) - (k + 10.5) * math.log(2)) for k in range(200)]
    below = [sum(chances[: k + 1]) for k in range(200)]
    assert seen.low == 10 + next(k for k in range(200) if below[k] >= 0.025)
    assert seen.high == 10 + next(k for k in range(200) if below[k] >= 0.975)
    assert seen.chance_of_plan == pytest.approx(sum(chances[10:]), abs=1e-9)


def test_the_pace_of_late_counts_where_the_plan_says_so() -> None:
    early = [FROM + number * DAY for number in range(30)]
    slow = forecast(early, intake_from=FROM, intake_until=UNTIL, as_of=FROM + 120 * DAY, over=Duration(13, "week"))
    assert (slow.so_far, slow.days_seen) == (30, 91)
    assert slow.high - slow.so_far < 10
    at_the_beginning = forecast([], intake_from=FROM, intake_until=UNTIL, as_of=FROM - 5 * DAY)
    assert (at_the_beginning.days_seen, at_the_beginning.days_left) == (0, 276)


def test_after_the_end_of_intake_nothing_comes() -> None:
    seen = forecast([FROM, UNTIL - DAY], intake_from=FROM, intake_until=UNTIL, as_of=UNTIL, planned=3)
    assert (seen.so_far, seen.low, seen.high, seen.chance_of_plan) == (2, 2, 2, 0.0)


def warned(on: date, starts: list[date], last_informed: dict[str, date]) -> list[Warned]:
    return early_warnings(
        the_delivery(), starts=starts, last_informed=last_informed, intake_from=FROM, intake_until=date(2017, 8, 1), as_of=on
    )


def test_a_prison_that_started_late_is_noticed_after_six_weeks() -> None:
    sites = set(the_delivery().recruits_from.sites)
    informed = {site: date(2016, 5, 20) for site in sites - {"alphen"}}
    assert warned(FROM + 41 * DAY, [], informed) == []
    found = warned(FROM + 42 * DAY, [], informed)
    assert [(one.rule, one.site) for one in found] == [("site_silent", "alphen")]
    assert found[0].says.nl == "Alphen: al 6 weken is niemand voorgelicht, en nog nooit iemand."


def test_intake_below_plan_is_said_once_there_was_time_to_start() -> None:
    informed = {site: date(2016, 8, 30) for site in the_delivery().recruits_from.sites}
    four = [date(2016, 6, 3 + number) for number in range(4)]
    assert warned(date(2016, 6, 20), four, informed) == []
    found = {one.rule: one.says.en for one in warned(date(2016, 9, 1), four, informed)}
    # 124 of 276 days have passed: 67 of 150 were planned.
    assert found["starts_below"] == "4 started, 67 were planned by now: 6% of the plan."
    assert "The chance to reach that is less than 1%." in found["forecast_below_plan"]


def test_nobody_is_warned_when_intake_runs_to_plan() -> None:
    informed = {site: date(2016, 8, 30) for site in the_delivery().recruits_from.sites}
    starts = [FROM + number * DAY for number in range(120)]
    assert warned(date(2016, 9, 1), starts, informed) == []


@pytest.mark.parametrize(
    ("days", "stands"), [(60, "in_time"), (42, "in_time"), (41, "short"), (28, "short"), (27, "late"), (0, "late"), (-1, "past")]
)
def test_time_left_is_short_below_six_weeks_and_late_below_four(days: int, stands: str) -> None:
    rules = the_delivery().end_date
    assert isinstance(rules, EndDate)
    assert time_left(rules, end_date=AT_THE_START + days * DAY, on=AT_THE_START) == stands


def test_an_end_date_that_is_not_known_is_not_far_away() -> None:
    rules = the_delivery().end_date
    assert rules is not None
    assert time_left(rules, end_date=None, on=AT_THE_START) == "not_known"


def test_a_step_is_due_after_the_one_before_and_in_time_for_the_release() -> None:
    talk = the_delivery().steps["talk"]
    asked = date(2016, 7, 1)
    assert due_on(talk, step_before_on=asked, end_date=date(2016, 12, 1)) == date(2016, 7, 11)
    assert due_on(talk, step_before_on=asked, end_date=date(2016, 8, 5)) == date(2016, 7, 8)


def test_a_request_has_its_deadline_and_reminders() -> None:
    dates = asked_for(the_delivery().permissions["municipality"], asked_on=date(2016, 7, 1))
    assert (dates.due_on, dates.remind_on) == (date(2016, 7, 15), (date(2016, 7, 8), date(2016, 7, 13)))


def test_open_requests_count_for_as_long_as_they_have_waited() -> None:
    asked, due = date(2016, 7, 1), date(2016, 7, 15)
    rows = [
        Request(asked, due, date(2016, 7, 5), date(2016, 9, 1)),
        Request(asked, due, date(2016, 7, 20), date(2016, 7, 18)),
        Request(asked, due),
        Request(date(2016, 8, 20), date(2016, 9, 3)),
    ]
    found = turnaround(rows, as_of=date(2016, 8, 25))
    assert (found.asked, found.answered, found.open_past_due) == (4, 2, 1)
    assert (found.late.n, found.late.of, found.after_needed.n, found.after_needed.of) == (2, 3, 1, 2)
    # 4 days: 1 of 4 answered; 5 days: one is still waiting and leaves the count; 19 days: 1 of 2 left, so 3/8 wait on.
    assert found.median_days == 19
    assert turnaround(rows, as_of=date(2016, 7, 2)).median_days is None


def test_missing_answers_go_with_dropping_out() -> None:
    # Appendix table 7: work potential is missing for 20 of 39 dropouts and 16 of 80 others (as corrected).
    rows = [("dropout", a_candidate(work_potential="missing" if number < 20 else "low")) for number in range(39)]
    rows += [("other", a_candidate(work_potential="missing" if number < 16 else "low")) for number in range(80)]
    found = missing_by_group(rows, name="work_potential", item=the_delivery().items["work_potential"])
    assert (found.answered["dropout"].n, found.answered["other"].n) == (19, 64)
    # Fisher's exact test by hand: all tables with these margins that are no more likely than this one.
    chances = [math.comb(39, k) * math.comb(80, 36 - k) / math.comb(119, 36) for k in range(37)]
    assert found.p == pytest.approx(sum(chance for chance in chances if chance <= chances[20] * (1 + 1e-7)))
    assert found.p is not None
    assert found.p < 0.002
    assert missing_by_group(rows, name="self_reliance", item=the_delivery().items["self_reliance"]).p is None
