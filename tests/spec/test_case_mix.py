"""What a change of criteria does to the mix of cases. Need 45."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from a_candidate import AFTER_THE_CRITERIA_WERE_DROPPED, AT_THE_START, a_candidate, the_delivery
from makegood.selection.case_mix import Alike, case_mix, looked_at, standardised_difference
from makegood.selection.criteria import resting_on
from makegood.selection.what_if import what_if
from makegood.selection.words import clause

DAYS: dict[str, Any] = {"before_on": AT_THE_START, "after_on": AFTER_THE_CRITERIA_WERE_DROPPED}


def group(people: int, prison: str, **words: str) -> Alike:
    return Alike(a_candidate(**words), {"prison": prison}, people)


def test_counts_come_out_as_if_each_candidate_were_asked() -> None:
    groups = [group(4, "north"), group(3, "north", work_potential="very_high"), group(2, "south", work_potential="very_high"),
              group(1, "south", municipality_permits="no"), group(5, "south", municipality_permits="")]  # fmt: skip
    found = case_mix(the_delivery(), the_delivery(AFTER_THE_CRITERIA_WERE_DROPPED), groups, **DAYS)
    everybody = {f"{number}-{one}": each.answers for number, each in enumerate(groups) for one in range(each.people)}
    plain = what_if(the_delivery(), the_delivery(AFTER_THE_CRITERIA_WERE_DROPPED), everybody, **DAYS,
                    lists=["prison_list", "programme_guide"])  # fmt: skip
    assert found.assessed == plain.assessed == 15
    assert (found.would_come_in, found.would_stay_out) == (len(plain.would_come_in), len(plain.would_stay_out)) == (5, 0)
    assert found.not_known == plain.not_known == 5


def test_the_mix_shifts_towards_who_comes_in() -> None:
    groups = [group(4, "north"), group(6, "south", work_potential="very_high")]
    found = case_mix(the_delivery(), the_delivery(AFTER_THE_CRITERIA_WERE_DROPPED), groups, **DAYS)
    south = next(level for level in found.levels if level.level == "south")
    assert (south.before, south.after, south.would_come_in, south.share_before, south.share_after) == (0, 6, 6, 0.0, 0.6)
    # (0.6 - 0) / sqrt((0 + 0.24) / 2), by hand
    assert south.difference == pytest.approx(0.6 / math.sqrt(0.12))


def test_a_criterion_that_says_nothing_of_anybody_is_left_out_and_named() -> None:
    groups = [group(4, "north", residence_permit_prospect="")]
    found = case_mix(the_delivery(), the_delivery(), groups, before_on=AT_THE_START, after_on=AT_THE_START)
    assert found.silent == ("no_prospect_of_residence_permit",)
    assert found.counts == {("yes", "yes"): 4}
    row = next(row for row in found.before if row.criterion == "no_prospect_of_residence_permit")
    assert (row.yes, row.no, row.unknown) == (0, 0, 4)


def test_a_criterion_that_is_not_shown_is_not_looked_at() -> None:
    """Who may not know whether a municipality permits it counts the others; nobody becomes unknown by that."""
    groups = [group(4, "north"), group(3, "north", municipality_permits="no"), group(2, "north", work_potential="very_high")]
    hidden = resting_on(the_delivery(), {"municipality_permits"})
    found = case_mix(the_delivery(), the_delivery(), groups, before_on=AT_THE_START, after_on=AT_THE_START, without=hidden)
    assert found.counts == {("yes", "yes"): 7, ("no", "no"): 2}
    assert "no_municipal_consent" not in {*found.silent, *(row.criterion for row in found.before)}


def test_nobody_is_nobody() -> None:
    found = case_mix(the_delivery(), the_delivery(), [], before_on=AT_THE_START, after_on=AT_THE_START)
    assert (found.assessed, found.levels, found.not_known) == (0, (), 0)


@pytest.mark.parametrize(("before", "after"), [(None, 0.5), (0.5, None), (0.0, 0.0), (1.0, 1.0)])
def test_no_difference_is_made_up_where_there_is_none(before: float | None, after: float | None) -> None:
    assert standardised_difference(before, after) is None


def test_items_are_found_through_other_criteria() -> None:
    assert {"work_potential", "self_reliance", "participation_ladder_step"} <= looked_at(the_delivery(), on=AT_THE_START)
    assert "wants_to_work" not in looked_at(the_delivery(), on=AT_THE_START)
    assert "wants_to_work" in looked_at(the_delivery(date(2017, 1, 1)), on=date(2017, 1, 1))


def test_a_clause_reads_as_a_sentence() -> None:
    delivery = the_delivery()
    titles = {name: one.title for listing in delivery.criteria.values() for name, one in listing.criteria.items()}
    words = clause(delivery.criteria["programme_guide"].criteria["employability"].when, delivery.items, titles)
    assert words.en.startswith("Work potential: low or fair; or (Work potential: high; and ‘Self-reliance is low")
    assert words.nl is not None
    assert words.nl.startswith("Arbeidspotentieel: laag of redelijk; of (Arbeidspotentieel: hoog; en ‘Zelfredzaamheid is laag")
    months = clause(delivery.criteria["prison_list"].criteria["detention_over_3_under_12_months"].when, delivery.items, titles)
    assert months.en == "Planned detention in all: more than 3 and less than 12 months"
