"""A day in the past that somebody asked the funnel of, counted by the worker: with very many that takes longer than a page may."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from makegood_portal.actions.jobs import job
from makegood_portal.actions.keep_counts import tell
from makegood_portal.ledger.queries.funnel import Uncounted
from makegood_portal.ledger.remembered import keep, kept
from makegood_portal.ledger.scope import Scope, scoped

AGAIN = 60
"""Seconds after which a day that is still not counted is asked for again."""


@job
def count_day(*, by: Scope, programme: str, as_of: str) -> None:
    """Count it and keep the counts, as whoever asked; the second of two who asked finds it done."""
    with scoped(by):
        tell(by, date.fromisoformat(as_of), UUID(programme), keeps=True)


def count_later(by: Scope, day: Uncounted) -> None:
    """Have it counted, once a while however often it is asked; again if nothing came of that."""
    what = {"programme": str(day.programme), "as_of": day.as_of.isoformat()}
    asked = f"asked:{what['programme']}:{what['as_of']}"
    if kept(asked) is None:
        keep(asked, True, seconds=AGAIN)
        count_day.later(by=by, lock=asked, **what)
