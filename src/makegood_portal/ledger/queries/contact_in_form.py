"""Ways to keep contact and the day of the first appointment that a candidate named in a finished form: offered, not taken over.

Which questions these are stands in the programme file (`contact_routes` and `first_appointment` of an instrument).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.dateparse import parse_date

from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Answer, AnswerStatus, Candidacy, ContactRoute
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said


@dataclass(frozen=True, kw_only=True)
class Named:
    """A way to keep contact that the form names and that is not kept yet."""

    kind: str
    title: str
    of_another: bool
    """Whose it is, is asked with it."""


@dataclass(frozen=True, kw_only=True)
class InForm:
    """What the form says, as far as nothing was recorded of it yet."""

    form: str
    """Code of the instrument."""
    title: str
    on: date
    """The day on which the candidate said it."""
    ways: Sequence[Named]
    first_on: date | None
    """The day of the first appointment."""


def contact_in_form(
    scope: Scope, row: Candidacy, delivery: Delivery | None, kept: Sequence[ContactRoute], *, today: date, met: bool
) -> InForm | None:  # fmt: skip
    """What the newest finished form names; None where it names nothing that is still to be kept. One query.

    `kept`: the ways on record, those that ended too; `met`: a first appointment is on record, whatever became of it.
    """
    asks = {code: one for code, one in delivery.instruments.items() if one.contact_routes or one.first_appointment} if delivery else {}
    if delivery is None or not asks:
        return None
    items = {name for one in asks.values() for name in (one.contact_routes, one.first_appointment) if name}
    given = Answer.objects.filter(candidacy=row, status=AnswerStatus.GIVEN, response__state="finished", item__in=items)
    rows = access.visible(given.filter(response__questionnaire__code__in=asks), scope).select_related("response__questionnaire")
    rows = rows.defer("response__questionnaire__definition").order_by("happened_on", "recorded_at")
    said_in = {(answer.response.questionnaire.code, answer.item): answer for answer in rows}
    if not said_in:
        return None
    code = max(said_in, key=lambda key: said_in[key].recorded_at)[0]
    routes, first = (said_in.get((code, name or "")) for name in (asks[code].contact_routes, asks[code].first_appointment))
    ways = _not_kept(kept, delivery, routes, today=today) if routes else []
    first_on = parse_date(str(first.value)) if first and not met else None
    if not ways and first_on is None:
        return None
    happened_on = max(answer.happened_on for answer in (routes, first) if answer)
    return InForm(form=code, title=said(delivery.instruments[code].title), on=happened_on, ways=ways, first_on=first_on)


def _not_kept(kept: Sequence[ContactRoute], delivery: Delivery, routes: Answer, *, today: date) -> list[Named]:
    """What was kept, or turned out not to work after the form was filled in, is not offered again."""
    known = terms.in_use(delivery.contact.routes, today) if delivery.contact else {}
    done = {one.kind for one in kept if one.ended_on is None or one.recorded_at >= routes.recorded_at}
    return [
        Named(kind=kind, title=said(known[kind].title), of_another=known[kind].of_another)
        for kind in str(routes.value).split()
        if kind in known and kind not in done
    ]
