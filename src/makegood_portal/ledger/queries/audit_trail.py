"""The audit as people read it: who did what when; and the history of one file with old and new values and the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access, history, terms
from makegood_portal.ledger.access import HISTORY_WITH
from makegood_portal.ledger.models import AuditEntry, Candidacy, Membership, User
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.shown import note
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role

PAGE = 50
MOST_EXPORTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field: what it was, what it became."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act. The pseudonym stands there for who may see the candidate; changes and reason on the history of a file."""

    number: int
    at: datetime
    actor: UUID | None
    who: str
    acting_as: str
    verb: str
    part: str
    table: str
    refused: bool
    candidacy: UUID | None
    pseudonym: str
    changes: Sequence[Change]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Entries, the newest first."""

    entries: Sequence[Entry]
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Who saw somebody on lists: how often, the first and the last time."""

    who: str
    acting_as: str
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True)
class FileHistory:
    """All that was done with one file."""

    person: UUID
    candidacy: UUID
    pseudonym: str
    page: Page
    listed: Sequence[Listed]
    """Who saw the candidate on a list, the last on top; on the first page of the history only."""
    codes: Mapping[str, Mapping[str, str]]
    """Field -> code -> words of the programme file; `table.field` where a field of that name means another thing elsewhere."""


def entries(scope: Scope, *, actor: UUID | None = None, verb: str = "", day: date | None = None) -> QuerySet[AuditEntry]:
    """What the asker may see of the audit: a lead that of the provider's files, an administrator what their users did.

    Row-level security decides it; `row_security` says how.
    """
    rows = AuditEntry.objects.order_by("-number")
    if actor is not None:
        rows = rows.filter(actor=actor)
    if verb:
        rows = rows.filter(verb=verb)
    if day is not None:
        start = timezone.make_aware(datetime.combine(day, time.min))
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows if scope.has(Role.LEAD, Role.ADMINISTRATOR) else rows.none()


def page(scope: Scope, *, number: int = 1, actor: UUID | None = None, verb: str = "", day: date | None = None) -> Page:
    """A page of the audit; three queries."""
    return _page(entries(scope, actor=actor, verb=verb, day=day), scope, number=number)


def of_file(scope: Scope, candidacy: UUID, *, number: int = 1) -> FileHistory | None:
    """The history of one file. Call it through `actions.open_history`, which writes it down."""
    allowed = access.allowed_of(scope, HISTORY_WITH)
    row = Candidacy.objects.filter(allowed, pk=candidacy).select_related("person").first() if allowed else None
    if row is None:
        return None
    found = _page(AuditEntry.objects.filter(candidacy=candidacy).order_by("-number"), scope, number=number, person=row.person_id)
    codes = _codes(row.programme_id)
    listed = _listed(row.pk) if number <= 1 else ()
    return FileHistory(person=row.person_id, candidacy=row.pk, pseudonym=row.person.pseudonym, page=found, listed=listed, codes=codes)


def _listed(candidacy: UUID) -> tuple[Listed, ...]:
    """As `counting.ledger_listed` tells who may read the history of the file. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT who, acting_as, times, first, last FROM ledger_listed(%s)", [candidacy])
        rows = cursor.fetchall()
    return tuple(Listed(who=who, acting_as=acting_as, times=times, first=first, last=last) for who, acting_as, times, first, last in rows)


def written_together(scope: Scope, mark: UUID, *, table: str) -> dict[UUID, UUID]:
    """The records of a table that one act of the asker wrote, by the mark of that act, and whose they are; none of another's act."""
    rows = AuditEntry.objects.filter(actor=scope.user, table=table, outcome="done", facts__together=str(mark))
    return {row: candidacy for row, candidacy in rows.values_list("row", "candidacy") if row and candidacy}


def written_once(candidacy: UUID, rows: Collection[UUID], *, table: str) -> list[UUID]:
    """Of these records of a file those of which nothing was written after the first time."""
    found = AuditEntry.objects.filter(candidacy=candidacy, table=table, row__in=rows).values("row").annotate(entries=Count("number"))
    return [key for key in found.filter(entries=1).values_list("row", flat=True) if key]


def _codes(programme: UUID) -> dict[str, dict[str, str]]:
    """The codes that stand in a file and have their words in the programme file, by the field in which they stand."""
    delivery = terms.deliveries_on({programme}, timezone.localdate()).get(programme)
    if delivery is None:
        return {}
    steps = {name: said(step.title) for name, step in delivery.steps.items()}
    reasons = {code: said(one.title) for listing in delivery.reasons.values() for code, one in listing.reasons.items()}
    routes = terms.titles(delivery.contact.routes) if delivery.contact else {}
    phases = {code: said(phase.title) for track in delivery.tracks.values() for code, phase in track.phases.items()}
    return {
        "step": steps,
        "withdrawn_step": steps,
        "exit_reason": reasons,
        "reason": reasons | terms.titles(delivery.override_reasons),
        **_of_tables(delivery),
        "reason_source": {name: said(listing.title) for name, listing in delivery.reasons.items()},
        "withdrawn_reason": terms.titles(delivery.contract_withdrawals),
        "track": terms.titles(delivery.tracks),
        "channel": terms.titles(delivery.channels),
        "kind": routes | terms.titles(delivery.contact_kinds) | terms.titles(delivery.other_help),
        "phase": phases,
        "item": {name: said(item.title) for name, item in delivery.items.items()},
    }


def _of_tables(delivery: Delivery) -> dict[str, dict[str, str]]:
    """The codes of fields whose name says something else in other tables."""
    found: dict[str, dict[str, str]] = {}
    if delivery.coordination:
        found["coordination.status"] = terms.titles(delivery.coordination.statuses)
        found["coordination.with_role"] = terms.titles(delivery.coordination.with_roles)
    if delivery.end_date:
        found["releasedate.source"] = terms.titles(delivery.end_date.sources)
        found["releasedate.reason"] = terms.titles(delivery.end_date.corrections)
    return found


def actors(scope: Scope) -> list[tuple[UUID, str]]:
    """Colleagues in the asker's organisations, by name: one query."""
    where = scope.where(Role.LEAD) | scope.where(Role.ADMINISTRATOR)
    rows = Membership.objects.filter(organisation__in=where).order_by("user__name").values_list("user_id", "user__name").distinct()
    return list(rows)


def exported(scope: Scope, *, actor: UUID | None, verb: str, day: date | None) -> list[Entry]:
    """The newest entries, as many as an export holds."""
    rows = list(entries(scope, actor=actor, verb=verb, day=day)[:MOST_EXPORTED])
    return _entries(rows, scope)


def _page(rows: QuerySet[AuditEntry], scope: Scope, *, number: int, person: UUID | None = None) -> Page:
    start = (max(number, 1) - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    entries = _entries(found[:PAGE], scope, person=person)
    note(*(one.candidacy for one in entries if one.candidacy))
    return Page(entries=entries, number=max(number, 1), more=len(found) > PAGE)


def _entries(rows: Sequence[AuditEntry], scope: Scope, *, person: UUID | None = None) -> list[Entry]:
    names = dict(User.objects.filter(pk__in={row.actor for row in rows if row.actor}).values_list("id", "name"))
    about = {row.candidacy for row in rows if row.candidacy}
    pseudonyms = dict(access.visible(Candidacy.objects.filter(pk__in=about), scope).values_list("id", "person__pseudonym"))
    opened: Mapping[UUID, dict[str, Any]] = {}
    if person is not None:
        opened = history.unseal_many({UUID(int=row.number): (person, row.sealed) for row in rows if row.sealed is not None})
    return [
        Entry(
            number=row.number,
            at=row.at,
            actor=row.actor,
            who=names.get(row.actor, "") if row.actor else "",
            acting_as=row.acting_as,
            verb=row.verb,
            part=row.part,
            table=row.table.removeprefix("ledger_"),
            refused=row.outcome != "done",
            candidacy=row.candidacy if row.candidacy in pseudonyms else None,
            pseudonym=pseudonyms.get(row.candidacy, "") if row.candidacy else "",
            changes=_changes(opened.get(UUID(int=row.number), {})),
            reason=str(opened.get(UUID(int=row.number), {}).get("reason") or ""),
        )
        for row in rows
    ]


_KEYS = frozenset({"id", "recorded_at", "version"})


def _changes(personal: Mapping[str, Any]) -> list[Change]:
    """Old and new of each field that says something; keys of records do not."""
    changes: Mapping[str, Sequence[Any]] = personal.get("changes") or {}
    return [
        Change(field=field.removesuffix("_id"), old=_said(old), new=_said(new))
        for field, (old, new) in changes.items()
        if field not in _KEYS and not field.endswith("_id") and (old or new)
    ]


def _said(value: Any) -> str:
    """As text; of a list or table how many there are, since it says nothing in a line."""
    return str(len(value)) if isinstance(value, list | dict) else "" if value is None else str(value)
