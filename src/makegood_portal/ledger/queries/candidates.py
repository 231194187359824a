"""Candidates as a list, and one candidate's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from makegood_portal.ledger import access
from makegood_portal.ledger.models import Candidacy, Identity, SelectionEvent, State
from makegood_portal.ledger.scope import Scope

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Line:
    """A candidate in a list; the name is empty for who may not know it."""

    id: UUID
    pseudonym: str
    name: str
    prison: str
    step: str
    state: str
    release_on: date | None
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in the selection."""

    happened_on: date
    step: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class File:
    """What the asker may see of one candidate."""

    person: UUID
    version: int
    line: Line
    born_on: date | None
    sex: str
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a list; `more` says whether another one follows."""

    lines: tuple[Line, ...]
    number: int
    more: bool


def page(scope: Scope, *, number: int = 1, state: str = State.OPEN) -> Page:
    """Candidates by release date, soonest first; three queries, whatever the number of candidates."""
    rows = access.visible(Candidacy.objects.filter(state=state), scope).select_related("person", "prison")
    start = (max(number, 1) - 1) * PAGE
    found = list(rows.order_by(F("release_on").asc(nulls_last=True), "id")[start : start + PAGE + 1])
    names = _names(scope, [row.pk for row in found])
    lines = tuple(_line(row, names.get(row.pk)) for row in found[:PAGE])
    return Page(lines=lines, number=max(number, 1), more=len(found) > PAGE)


def file(scope: Scope, candidacy: UUID) -> File | None:
    """One candidate as far as the asker may see it. Call it through `actions.open_file`, which writes it down."""
    row = access.visible(Candidacy.objects.filter(pk=candidacy), scope).select_related("person", "prison").first()
    if row is None:
        return None
    identity = access.visible(Identity.objects.filter(candidacy=row), scope).first()
    events = access.visible(SelectionEvent.objects.filter(candidacy=row), scope)
    return File(
        person=row.person_id,
        version=row.version,
        line=_line(row, identity),
        born_on=identity.born_on if identity else None,
        sex=identity.sex if identity else "",
        events=tuple(Event(happened_on=e.happened_on, step=e.step, outcome=e.outcome, reason=e.reason) for e in events),
    )


def _names(scope: Scope, keys: list[UUID]) -> dict[UUID, Identity]:
    rows = access.visible(Identity.objects.filter(candidacy__in=keys), scope)
    return {row.candidacy_id: row for row in rows}


def _line(row: Candidacy, identity: Identity | None) -> Line:
    return Line(
        id=row.pk,
        pseudonym=row.person.pseudonym,
        name=" ".join(filter(None, (identity.given_names, identity.prefix, identity.family_name))) if identity else "",
        prison=row.prison.name if row.prison else "",
        step=row.step,
        state=row.state,
        release_on=row.release_on,
        due_on=row.step_due_on,
    )
