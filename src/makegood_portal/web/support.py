"""With what a candidate needs help, as a page shows it: who said so and when, and why something is not known."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from makegood_portal.ledger.queries.support import Shown, Support

SAID_BY = {
    "self": gettext_lazy("the candidate"),
    "counsellor": gettext_lazy("the counsellor"),
    "case_manager": gettext_lazy("the case manager"),
    "file": gettext_lazy("the file"),
}
WHY_UNKNOWN = {
    "refused": gettext_lazy("Does not want to say"),
    "not_asked": gettext_lazy("Not asked yet"),
    "not_known": gettext_lazy("Does not know"),
}


def shown(support: Support | None) -> dict[str, Any] | None:
    """The needs in one line a source and day, those that are not there too, and what is not known with why."""
    if support is None:
        return None
    alone = not support.needed and not support.not_needed and len(support.unknown) == 1
    return {
        "needed": [_line(one) for one in support.needed],
        "not_needed": [_line(one) for one in support.not_needed],
        "unknown": [(WHY_UNKNOWN[one.why], "" if alone else "; ".join(one.titles)) for one in support.unknown],
    }


def _line(one: Shown) -> dict[str, Any]:
    return {"titles": "; ".join(one.titles), "by": SAID_BY.get(one.source, one.source), "on": one.happened_on}
