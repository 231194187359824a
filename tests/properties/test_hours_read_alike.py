"""Hours a week are read in one pass where a file holds floats, else in two: both find the same hours and the same faults."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from makegood.cases.spells import FULL_WEEK, HOUR_FAULTS, MOST_HOURS, judge_float_hours, judge_hours
from makegood.cases.typed import HOUR_DIGITS, presence_of, scale_floats

MISSING = -(2**62)
NEAR_A_BORDER = (0.0, -0.0, -0.00004, -0.00005, -0.0001, 23.99995, 24.00005, 36.66666666, 167.99995, 168.0, 168.00004, 168.00005, 1e12)
HOURS = st.one_of(st.none(), st.sampled_from(NEAR_A_BORDER), st.floats(-1e12, 1e12), st.integers(0, 1_680_000).map(lambda n: n / 1e4))


@given(rows=st.lists(st.tuples(HOURS, st.integers(0, 4)), max_size=12), before=st.integers(0, 9))
@example(rows=[(None, 0), (None, 1), (-1.0, 0), (168.0001, 0), (24.00005, 0), (24.0, 0)], before=3)
def test_one_pass_over_floats_says_what_two_passes_say(rows: list[tuple[float | None, int]], before: int) -> None:
    # A column may begin in the middle of a buffer, and then in the middle of a byte of its marks.
    column = pa.array([None] * before + [hours for hours, _ in rows], pa.float64()).slice(before)
    floats, missing = [0.0 if hours is None else hours for hours, _ in rows], [hours is None for hours, _ in rows]
    kinds, size = [kind for _, kind in rows], len(rows)

    hours, faults, counts = [0] * size, [0] * size, [0] * (len(HOUR_FAULTS) + 2)
    marks = (presence_of(column).tolist(), column.offset)
    judge_float_hours(0, size, floats, *marks, 10.0**HOUR_DIGITS, float(MOST_HOURS), kinds, FULL_WEEK, hours, faults, counts)

    whole, rounded, wrong = [0] * size, [False] * size, [False] * size
    scale_floats(0, size, floats, missing, 10.0**HOUR_DIGITS, float(MOST_HOURS), MISSING, whole, rounded, wrong)
    two_hours, two_faults, two_counts = [0] * size, [0] * size, [0] * (len(HOUR_FAULTS) + 2)
    judge_hours(0, size, whole, rounded, kinds, MISSING, FULL_WEEK, two_hours, two_faults, two_counts)

    assert not any(wrong)
    assert (hours, faults, counts) == (two_hours, two_faults, two_counts)


@given(odd=st.sampled_from([float("nan"), float("inf"), -float("inf"), 1.1e12, -1.1e12]))
def test_what_is_no_number_of_hours_is_left_to_the_two_passes_which_refuse_it(odd: float) -> None:
    hours, faults, counts = [0], [0], [0] * (len(HOUR_FAULTS) + 2)
    judge_float_hours(0, 1, [odd], [], 0, 10.0**HOUR_DIGITS, float(MOST_HOURS), [0], FULL_WEEK, hours, faults, counts)
    whole, rounded, wrong = [0], [False], [False]
    scale_floats(0, 1, [odd], [False], 10.0**HOUR_DIGITS, float(MOST_HOURS), MISSING, whole, rounded, wrong)
    assert (counts[-1], wrong) == (1, [True])
