"""What is counted over everybody, counted by the worker before anybody asks: so that no reader waits for it.

Only for roles that see or count a whole programme, and for prisons what follows from that. Numbers only, nobody's data;
kept by `ledger.remembered` and `queries.funnel_counts`, and only where there are very many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from makegood_portal.ledger.access import COUNT_WHOLE, Part, roles_that_read
from makegood_portal.ledger.models import Membership
from makegood_portal.ledger.queries import completeness, contact_files, funnel, permissions, questionnaires
from makegood_portal.ledger.remembered import counted_anew
from makegood_portal.ledger.scope import Scope, scope_of, scope_of_system, scoped
from makegood_portal.ledger.words import Role

DUTY = "count"


def keep_counts(today: date) -> int:
    """Count again whatever is kept; for how many kinds of readers."""
    readers = list(_readers(today))
    with counted_anew():
        of_prisons: dict[UUID, list[UUID]] = {}
        for reader in readers:
            _count(reader, today)
            for day in funnel.days_offered(today):
                with scoped(reader):
                    tell(reader, day)
                with scoped(reader):
                    of_prisons |= funnel.keep_for_prisons(reader, as_of=day)
        for programme, prisons in of_prisons.items():
            for prison in prisons:
                at = {Role.COORDINATOR: frozenset({prison})}
                by = replace(scope_of_system(DUTY, everywhere=at), programmes={Role.COORDINATOR: frozenset({programme})})
                with scoped(by):
                    tell(by, today)
    return len(readers)


def _readers(today: date) -> Iterator[Scope]:
    """Each way in which somebody counts everybody, once: who sees the same is told the same."""
    held = Membership.objects.filter(role__in=COUNT_WHOLE, user__is_active=True, from_on__lte=today).filter(
        Q(until_on=None) | Q(until_on__gt=today)
    )
    seen = set()
    for user in held.order_by("user").values_list("user", flat=True).distinct():
        found = scope_of(user, on=today)
        who = frozenset((role, key) for role, keys in found.organisations.items() for key in keys)
        if found.roles <= COUNT_WHOLE and who not in seen:
            seen.add(who)
            yield replace(found, user=None, system=DUTY)


def _count(by: Scope, today: date) -> None:
    """A transaction each, so that none holds what another waits for."""
    if by.has(*roles_that_read(Part.SCREENING)):
        with scoped(by):
            questionnaires.missing(by)
        with scoped(by):
            completeness.completeness(by, number=1)
    if by.has(*contact_files.TAKERS):
        with scoped(by):
            contact_files.page(by, None, today=today)
    if by.has(*roles_that_read(Part.PERMISSION)):
        with scoped(by):
            permissions.page(by, today=today)
    with scoped(by):
        funnel.warnings(by, today=today, of=[key for key, _ in funnel.programmes(by)])


def tell(by: Scope, day: date, programme: UUID | None = None, *, keeps: bool = False) -> None:
    """The finished funnel as of a day, in each language: of a programme, or of the first that they count."""
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            funnel.funnel(by, as_of=day, programme=programme, keeps=keeps)
