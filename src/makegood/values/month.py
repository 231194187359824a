"""Calendar months counted from a date, clipped to the month's end."""

from __future__ import annotations

import calendar
from datetime import date


def add_months(start: date, months: int) -> date:
    """The same day of the month `months` later (or earlier), clipped to that month's last day.

    31 January + 1 month is 28 or 29 February; each step counts from `start`, so + 2 months is 31 March again.
    Raises OverflowError outside the years 1 to 9999.
    """
    index = start.year * 12 + (start.month - 1) + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError(f"{months} months from {start.isoformat()} leaves the calendar")
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def months_between(start: date, end: date) -> int:
    """Whole calendar months from `start` to `end`, rounded towards zero; negative when `end` comes first."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1
