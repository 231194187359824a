"""With what one candidate needs help, as the answers show it, in words of the programme file; who said so and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from makegood.instrument.questionnaire import Answer as Given
from makegood.instrument.questionnaire import NonAnswer
from makegood.selection.support import support_of
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Answer
from makegood_portal.ledger.queries.facts import given_as
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Needs that one source named on one day, or of which it said that they are not there."""

    titles: tuple[str, ...]
    source: str
    happened_on: date


@dataclass(frozen=True, kw_only=True)
class NotSaid:
    """Needs of which nobody knows whether they are there, for one reason."""

    titles: tuple[str, ...]
    why: NonAnswer


@dataclass(frozen=True, kw_only=True)
class Support:
    """What the answers say of one candidate's needs. Unknown is not no."""

    needed: Sequence[Shown]
    not_needed: Sequence[Shown]
    unknown: Sequence[NotSaid]


def of_candidate(scope: Scope, candidacy: UUID, *, programme: UUID, today: date, asked: Collection[str] | None = None) -> Support | None:
    """The needs of one candidate; None for who may not read the answers, and where the programme names no needs. One query.

    `asked`: the items of a form; None is the answer too where no need looks at any of them. Of several answers to an item the
    newest counts; one that gives a value comes before one that gives none. Call it through `actions.open_file`, which writes
    it down.
    """
    delivery = terms.deliveries_on({programme}, today).get(programme)
    if Part.SCREENING not in access.parts_of_file(scope, candidacy) or delivery is None or not terms.in_use(delivery.support_needs, today):
        return None
    shows = {item for need in delivery.support_needs.values() for item in need.shown_by}
    if asked is not None and shows.isdisjoint(asked):
        return None
    looked_at = shows | {first for item in shows if (first := delivery.items[item].asked_if)}
    rows = access.visible(Answer.objects.filter(candidacy=candidacy, item__in=looked_at), scope).order_by("happened_on", "recorded_at")
    answers: dict[str, Given] = {}
    days: dict[str, date] = {}
    for item, status, value, source, happened_on in rows.values_list("item", "status", "value", "source", "happened_on"):
        answer = given_as(status, value, source)
        if answer.value or item not in answers or not answers[item].value:
            answers[item], days[item] = answer, happened_on
    needed: dict[tuple[str, date], list[str]] = {}
    not_needed: dict[tuple[str, date], list[str]] = {}
    unknown: dict[NonAnswer, list[str]] = {}
    for one in support_of(delivery, answers, on=today):
        title = said(delivery.support_needs[one.need].title)
        if one.silence is not None:
            unknown.setdefault(one.silence, []).append(title)
        else:
            of = needed if one.verdict == "yes" else not_needed
            of.setdefault((answers[one.item].source, days[one.item]), []).append(title)
    return Support(
        needed=_shown(needed),
        not_needed=_shown(not_needed),
        unknown=[NotSaid(titles=tuple(titles), why=why) for why, titles in unknown.items()],
    )


def _shown(found: dict[tuple[str, date], list[str]]) -> list[Shown]:
    return [Shown(titles=tuple(titles), source=source, happened_on=day) for (source, day), titles in found.items()]
