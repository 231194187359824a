"""Jobs that the worker does: what takes longer than a page may wait, and the portal's own duties.

    @job
    def import_rows(*, by: Scope, listed: str) -> None:       # plain arguments: keys and codes, nothing personal
        for batch in ...:
            with scoped(by):                                  # a transaction a batch: progress is seen, nothing is lost
                ...

    import_rows.later(by=request.scope, listed=str(key))      # in the open transaction: queued when that commits

A job may run again after a crash of the worker: it marks what it did in the transaction in which it did it, and begins
by looking at what is left. The worker stands in `config`; modules with jobs are named in `MODULES`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from makegood_portal.actions.keep_counts import keep_counts
from makegood_portal.actions.reminders import remind_everybody
from makegood_portal.actions.seal_audit import seal_audit
from makegood_portal.ledger.scope import Scope, scope_of

MODULES: tuple[str, ...] = (
    "makegood_portal.actions.jobs", "makegood_portal.actions.import_list", "makegood_portal.actions.reconcile",
    "makegood_portal.actions.count_day",
)  # fmt: skip
"""Modules that hold jobs; the worker loads them."""

BEAT, SILENT = 3.0, 15.0
"""Seconds between two signs of life of a worker, and after how long without one it is taken for dead."""


class Job:
    """A function with `by` and plain arguments that the worker calls later."""

    def __init__(self, function: Callable[..., None], *, attempts: int = 5) -> None:
        self.function = function
        self.__doc__, self.__name__ = function.__doc__, function.__name__
        retry = RetryStrategy(max_attempts=attempts, exponential_wait=2)
        self.task = app.task(name=f"{function.__module__}.{function.__name__}", retry=retry)(self._run)

    def later(self, *, by: Scope, lock: str | None = None, **words: Any) -> int:
        """Queue it and give its number. Of jobs with the same lock one runs at a time."""
        return int(self.task.configure(lock=lock).defer(user=str(by.user), **words))

    def now(self, *, by: Scope, **words: Any) -> None:
        """Do it at once, in this process (tests, command line)."""
        self.function(by=by, **words)

    def _run(self, *, user: str, **words: Any) -> None:
        close_old_connections()
        try:
            self.function(by=scope_of(UUID(user)), **words)
        finally:
            close_old_connections()


def job(function: Callable[..., None]) -> Job:
    """Make a function a job. Who asked may do no more in it than on a page: their roles are read again when it runs."""
    return Job(function)


@app.periodic(cron="* * * * *")
@app.task(name="seal_audit", queueing_lock="seal_audit")
def seal(timestamp: int) -> None:  # noqa: ARG001 - the worker says when
    """Each minute: seal what was written since."""
    close_old_connections()
    seal_audit()


@app.periodic(cron="*/10 * * * *")
@app.task(name="keep_counts", queueing_lock="keep_counts")
def count(timestamp: int) -> None:  # noqa: ARG001
    """Every ten minutes: what is counted over very many, before it is too old to be shown."""
    close_old_connections()
    try:
        keep_counts(timezone.localdate())
    finally:
        close_old_connections()


@app.periodic(cron="0 6 * * *")
@app.task(name="remind", queueing_lock="remind", retry=RetryStrategy(max_attempts=5, exponential_wait=60))
def remind(timestamp: int) -> None:  # noqa: ARG001
    """Each morning: what is late or about to end is told, once each."""
    close_old_connections()
    try:
        remind_everybody(timezone.localdate())
    finally:
        close_old_connections()


@app.periodic(cron="* * * * * */10")
@app.task(name="take_up_again", queueing_lock="take_up_again")
async def take_up_again(timestamp: int) -> None:  # noqa: ARG001
    """Every ten seconds: jobs of a worker that died are taken up again."""
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        await app.job_manager.retry_job(stalled)
