"""Who guides whom: candidates of the provider without a counsellor who can guide them, and how many each counsellor has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q

from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, Identity, State
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.queries.memberships import counsellors, counsellors_gone
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

PAGE = 25
"""Each is looked at before they are ticked, on a phone too."""
GUIDED = (State.OPEN, State.STARTED)
"""States in which somebody is guided: also after the start, where the counsellor may go."""


@dataclass(frozen=True, kw_only=True)
class Unguided:
    """A candidate who has come to the provider and has no counsellor, not yet or not any more, or one who cannot guide them."""

    id: UUID
    pseudonym: str
    name: str
    prison: str
    step: str
    release_on: date | None
    guide: str
    """Who still stands as their counsellor and cannot guide them."""
    locked: bool
    """Whether that is because they cannot log in; else they are no counsellor there any more."""


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


def guide_gone(scope: Scope) -> Q:
    """The condition on candidacies of the asker's provider: their counsellor is one no more, or cannot log in. A query a provider.

    Who is gone is looked up first: they are few, and then an index finds whom they guide.
    """
    found = Q(pk__in=[])
    for provider in scope.where(Role.LEAD):
        found |= Q(provider=provider, counsellor__in=list(counsellors_gone(provider).values_list("user", flat=True)))
    return found


def waits_for_a_guide(scope: Scope) -> Q:
    """The condition on candidacies of the asker's provider: nobody guides them, or somebody who is gone or cannot log in."""
    return Q(provider__in=scope.where(Role.LEAD), counsellor=None) | guide_gone(scope)


def caseload(scope: Scope, *, today: date, number: int = 1) -> Caseload:
    """Those of the asker's provider who wait for a counsellor: six queries, whatever their number."""
    rows = access.visible(Candidacy.objects.filter(waits_for_a_guide(scope), state__in=GUIDED), scope)
    rows = rows.select_related("person", "prison", "counsellor")
    start = (max(number, 1) - 1) * PAGE
    page = list(rows.order_by(F("release_on").asc(nulls_last=True), "id")[start : start + PAGE + 1])
    names = {one.candidacy_id: one for one in access.visible(Identity.objects.filter(candidacy__in=[row.pk for row in page]), scope)}
    titles = terms.step_titles({row.programme_id for row in page}, today)
    lines = tuple(
        Unguided(
            id=row.pk, pseudonym=row.person.pseudonym, name=name_of(names.get(row.pk), of=row.pk),
            prison=row.prison.name if row.prison else "",
            step=titles.get((row.programme_id, row.step), row.step), release_on=row.release_on,
            guide=row.counsellor.name if row.counsellor else "", locked=row.counsellor is not None and not row.counsellor.is_active,
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
