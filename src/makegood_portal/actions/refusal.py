"""Refusals: what an action answers when it may not or cannot be done, in words that say what would do."""

from __future__ import annotations


class Refusal(Exception):
    """`code` for tests and audit, `what` and `remedy` for people. They hold no personal data."""

    status = 409

    def __init__(self, code: str, what: str, *, remedy: str = "", field: str = "") -> None:
        super().__init__(what)
        self.code, self.what, self.remedy, self.field = code, what, remedy, field


class NotYours(Refusal):
    """The asker may not do this, or not to this record. Says nothing about whether the record exists."""

    status = 403


class Stale(Refusal):
    """Somebody else changed the record since the asker opened it; what was typed is shown beside what is there now."""

    status = 409
