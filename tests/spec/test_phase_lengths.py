"""Length of the phases from the days of contacts (need 4): nobody keeps a time sheet for it."""

from __future__ import annotations

from datetime import date

import pytest

from makegood.selection.phases import phase_lengths

ORDER = ("plan", "work", "follow_up")
START = date(2026, 3, 2)
ON = date(2026, 6, 1)


def lengths(
    *contacts: tuple[str, date], started_on: date | None = START, left_on: date | None = None
) -> list[tuple[str, date, date | None, int]]:
    found = phase_lengths(contacts, order=ORDER, started_on=started_on, left_on=left_on, on=ON)
    return [(one.phase, one.from_on, one.until_on, one.days) for one in found]


def test_a_phase_lasts_from_its_first_contact_until_the_next_begins() -> None:
    """Need 4. From 2 March until 6 April are 35 days; the work then goes on, 56 days on 1 June."""
    contacts = [("before_start", date(2026, 2, 2)), ("plan", date(2026, 3, 9)), ("plan", date(2026, 3, 30)), ("work", date(2026, 4, 6))]
    assert lengths(*contacts) == [
        ("before_start", date(2026, 2, 2), START, 28),
        ("plan", START, date(2026, 4, 6), 35),
        ("work", date(2026, 4, 6), None, 56),
    ]


@pytest.mark.parametrize(
    ("contacts", "words", "says"),
    [
        ([], {}, []),
        ([("plan", date(2026, 3, 9))], {"left_on": date(2026, 3, 16)}, [("plan", START, date(2026, 3, 16), 14)]),
        ([("before_start", date(2026, 2, 2))], {}, [("before_start", date(2026, 2, 2), START, 28)]),
        ([("before_start", date(2026, 5, 2))], {"started_on": None}, [("before_start", date(2026, 5, 2), None, 30)]),
        ([("work", date(2026, 6, 2))], {}, []),
        ([("holiday", date(2026, 3, 9))], {}, []),
    ],
)
def test_what_is_not_there_or_not_yet_lasts_nothing(contacts: list[tuple[str, date]], words: dict[str, date], says: list[object]) -> None:
    """Need 4: no contact, somebody who left, contacts before the start only, a day to come, a phase of no track."""
    assert lengths(*contacts, **words) == says


def test_no_phase_begins_before_the_one_that_it_follows() -> None:
    """A contact under a later phase that was written down too early moves nothing back."""
    assert lengths(("work", date(2026, 3, 4)), ("plan", date(2026, 3, 9)), ("follow_up", date(2026, 4, 1))) == [
        ("plan", START, date(2026, 3, 4), 2),
        ("work", date(2026, 3, 4), date(2026, 4, 1), 28),
        ("follow_up", date(2026, 4, 1), None, 61),
    ]
