"""Who guides whom: candidates of the provider without a counsellor, and how many each counsellor has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F

from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, Identity, State
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.queries.memberships import counsellors
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

PAGE = 50
GUIDED = (State.OPEN, State.STARTED)
"""States in which somebody is guided: also after the start, where the counsellor may go."""


@dataclass(frozen=True, kw_only=True)
class Unguided:
    """A candidate who has come to the provider and has no counsellor, not yet or not any more."""

    id: UUID
    pseudonym: str
    name: str
    prison: str
    step: str
    release_on: date | None


@dataclass(frozen=True, kw_only=True)
class Guide:
    """A counsellor, with the number of candidates on the way and started that they guide."""

    id: UUID
    name: str
    guides: int


@dataclass(frozen=True, kw_only=True)
class Caseload:
    """A page of those without a counsellor, soonest release first, and who could guide them."""

    lines: tuple[Unguided, ...]
    guides: tuple[Guide, ...]
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Guided:
    """One candidate and their counsellor; `guide` is None where nobody guides them."""

    version: int
    guide: UUID | None
    guides: tuple[Guide, ...]


def caseload(scope: Scope, *, today: date, number: int = 1) -> Caseload:
    """Those of the asker's provider who wait for a counsellor: five queries, whatever their number."""
    rows = access.visible(Candidacy.objects.filter(state__in=GUIDED, counsellor=None), scope)
    rows = rows.filter(provider__in=scope.where(Role.LEAD)).select_related("person", "prison")
    start = (max(number, 1) - 1) * PAGE
    page = list(rows.order_by(F("release_on").asc(nulls_last=True), "id")[start : start + PAGE + 1])
    names = {one.candidacy_id: one for one in access.visible(Identity.objects.filter(candidacy__in=[row.pk for row in page]), scope)}
    titles = terms.step_titles({row.programme_id for row in page}, today)
    lines = tuple(
        Unguided(
            id=row.pk, pseudonym=row.person.pseudonym, name=name_of(names.get(row.pk), of=row.pk),
            prison=row.prison.name if row.prison else "",
            step=titles.get((row.programme_id, row.step), row.step), release_on=row.release_on,
        )
        for row in page[:PAGE]
    )  # fmt: skip
    return Caseload(lines=lines, guides=_guides(scope), number=max(number, 1), more=len(page) > PAGE)


def guided(scope: Scope, candidacy: UUID) -> Guided | None:
    """Who guides one candidate of the asker's provider; None: not there and not yours are the same answer."""
    rows = access.writable(Candidacy.objects.filter(pk=candidacy, provider__in=scope.where(Role.LEAD)), scope)
    row = rows.first()
    return Guided(version=row.version, guide=row.counsellor_id, guides=_guides(scope)) if row is not None else None


def _guides(scope: Scope) -> tuple[Guide, ...]:
    known = [guide for provider in sorted(scope.where(Role.LEAD)) for guide in counsellors(provider)]
    rows = access.visible(Candidacy.objects.filter(counsellor__in=[key for key, _ in known]), scope).exclude(state=State.LEFT)
    counts = dict(rows.order_by().values_list("counsellor").annotate(Count("id")))
    return tuple(Guide(id=key, name=name, guides=counts.get(key, 0)) for key, name in known)
