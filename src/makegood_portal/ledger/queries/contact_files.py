"""Contacts, phases, other help and coordination of a whole programme as rows for a file, and usual care of its municipalities.

Pseudonyms, codes and days, no words of anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, ContactMoment, Coordination, ParallelHelp, Programme, UsualCare
from makegood_portal.ledger.queries.cooperation import lengths_of, phases_of
from makegood_portal.ledger.remembered import remembered
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

TAKERS = (Role.EVALUATOR, Role.LEAD)
"""Who evaluates, and who leads the work that is evaluated."""
Row = Sequence[str | int | date | None]
OF_WHOM = ("pseudonym", "track", "started_on")
COLUMNS: dict[str, tuple[str, ...]] = {
    "contacts": (*OF_WHOM, "kind", "minutes", "phase", "happened_on", "days_since_start"),
    "phases": (
        *OF_WHOM, "phase", "from_on", "until_on", "days", "goes_on", "contacts", "minutes", "planned_weeks_at_least",
        "planned_weeks_at_most",
    ),
    "help": (*OF_WHOM, "kind", "from_on", "until_on"),
    "coordination": (*OF_WHOM, "status", "stage", "with_role", "happened_on"),
    "usual_care": ("municipality", "code", "code_year", "year", "kinds", "source"),
}  # fmt: skip
"""What can be taken along -> its columns."""


@dataclass(frozen=True, kw_only=True)
class ContactFiles:
    """What there is to take along of a programme."""

    programmes: Sequence[tuple[UUID, str]]
    programme: UUID
    name: str
    contacts: int
    persons: int
    """Of whom a contact is recorded."""
    minutes: int
    help: int
    participants: int
    """Who has started."""
    stages: Mapping[str, int]
    """How far the municipality is involved -> with how many participants; empty text: nothing is recorded of them."""
    coordination: int
    usual_care: int
    """Lines of municipalities and years."""
    counted_at: datetime | None = None
    """None: just now."""

    def has(self, what: str) -> bool:
        """Whether a file would have lines."""
        return bool({"help": self.help, "coordination": self.coordination or self.participants, "usual_care": self.usual_care}.get(
            what, self.contacts
        ))  # fmt: skip


def programmes(scope: Scope) -> list[tuple[UUID, str]]:
    """The programmes of which the asker may take files along: key and title. Two queries."""
    keys = {key for role in TAKERS for key in (scope.programmes or {}).get(role, ())}
    names = Programme.objects.filter(pk__in=keys, active=True).order_by("name").values_list("pk", "name")
    return list(terms.programme_titles(dict(names), timezone.localdate()).items())


def page(scope: Scope, programme: UUID | None, *, today: date) -> ContactFiles | None:
    """How much there is; None where the asker takes part in no programme in one of these roles. At most six queries."""
    found = programmes(scope)
    chosen = next((one for one in found if programme in (None, one[0])), None)
    if chosen is None:
        return None
    sums, counted_at = remembered(scope, f"contact files {chosen[0]} {today}", _number, lambda: _sums(scope, chosen[0], today))
    return ContactFiles(programmes=found, programme=chosen[0], name=chosen[1], counted_at=counted_at, **sums)


def _sums(scope: Scope, programme: UUID, today: date) -> dict[str, Any]:
    """The numbers of `ContactFiles`, by name."""
    sums = _contacts(scope, programme, today).order_by().aggregate(
        contacts=Count("pk"), persons=Count("candidacy", distinct=True), minutes=Coalesce(Sum("minutes"), 0)
    )  # fmt: skip
    newest = _coordinated(scope, programme, today).filter(candidacy=OuterRef("pk")).order_by("-recorded_at").values("stage")[:1]
    by_stage = _participants(scope, programme, today).order_by().annotate(stage=Coalesce(Subquery(newest), Value("")))
    stages = dict(by_stage.values_list("stage").annotate(Count("pk")))
    return sums | {
        "help": _help(scope, programme, today).count(),
        "participants": sum(stages.values()),
        "stages": stages,
        "coordination": _coordinated(scope, programme, today).count(),
        "usual_care": _usual_care(programme, today).count(),
    }


def _number(sums: dict[str, Any]) -> int:
    """Of how many rows the numbers are."""
    return int(sums["contacts"] + sums["help"] + sums["participants"] + sums["coordination"])


def rows(scope: Scope, programme: UUID, what: str, *, as_of: date) -> Iterator[Row]:
    """The rows of one file, by pseudonym and day; the columns are those of `COLUMNS`.

    Never by a cursor of the database: it plans for the first rows, looks up each person by themselves, and takes twice as long.
    """
    yield from ROWS[what](scope, programme, as_of)


def _contacts(scope: Scope, programme: UUID, as_of: date) -> QuerySet[ContactMoment]:
    rows = ContactMoment.objects.filter(candidacy__programme=programme, struck_on=None, happened_on__lte=as_of)
    return access.visible(rows, scope)


def _help(scope: Scope, programme: UUID, as_of: date) -> QuerySet[ParallelHelp]:
    return access.visible(ParallelHelp.objects.filter(candidacy__programme=programme, from_on__lte=as_of), scope)


def _participants(scope: Scope, programme: UUID, as_of: date) -> QuerySet[Candidacy]:
    return access.visible(Candidacy.objects.filter(programme=programme, started_on__lte=as_of), scope)


def _coordinated(scope: Scope, programme: UUID, as_of: date) -> QuerySet[Coordination]:
    return access.visible(Coordination.objects.filter(candidacy__programme=programme, happened_on__lte=as_of), scope)


def _usual_care(programme: UUID, as_of: date) -> QuerySet[UsualCare]:
    return UsualCare.objects.filter(programme=programme, year__lte=as_of.year)


_WHO = ("candidacy__person__pseudonym", "candidacy__track", "candidacy__started_on")


def _contact_rows(scope: Scope, programme: UUID, as_of: date) -> Iterator[Row]:
    ordered = _contacts(scope, programme, as_of).order_by(_WHO[0], "happened_on", "recorded_at", "pk")
    for code, track, started, kind, minutes, phase, day in ordered.values_list(*_WHO, "kind", "minutes", "phase", "happened_on"):
        yield code, track, started, kind, minutes, phase, day, (day - started).days if started else None


def _phase_rows(scope: Scope, programme: UUID, as_of: date) -> Iterator[Row]:
    delivery = terms.deliveries_on({programme}, as_of).get(programme)
    grouped = _contacts(scope, programme, as_of).order_by().values(*_WHO, "candidacy__left_on", "phase")
    counted = grouped.annotate(first=Min("happened_on"), n=Count("pk"), minutes=Sum("minutes")).order_by(_WHO[0], "first", "phase")
    for code, group in groupby(counted, key=lambda one: one[_WHO[0]]):
        found: list[dict[str, Any]] = list(group)
        track, started = found[0][_WHO[1]], found[0][_WHO[2]]
        phases = phases_of(delivery, track)
        of, days = {one["phase"]: one for one in found}, [(one["phase"], one["first"]) for one in found]
        for lasted in lengths_of(days, phases, started_on=started, left_on=found[0]["candidacy__left_on"], on=as_of):
            planned, sums = phases.get(lasted.phase), of[lasted.phase]
            yield (
                code, track, started, lasted.phase, lasted.from_on, lasted.until_on, lasted.days,
                "no" if lasted.until_on else "yes", sums["n"], sums["minutes"],
                planned.weeks_at_least if planned else None, planned.weeks_at_most if planned else None,
            )  # fmt: skip


def _help_rows(scope: Scope, programme: UUID, as_of: date) -> Iterator[Row]:
    ordered = _help(scope, programme, as_of).order_by(_WHO[0], "from_on", "kind", "pk")
    yield from ordered.values_list(*_WHO, "kind", "from_on", "until_on")


def _coordination_rows(scope: Scope, programme: UUID, as_of: date) -> Iterator[Row]:
    """What was recorded, and after it a line without a status for each participant of whom nothing is."""
    recorded = _coordinated(scope, programme, as_of)
    ordered = recorded.order_by(_WHO[0], "happened_on", "recorded_at", "pk")
    yield from ordered.values_list(*_WHO, "status", "stage", "with_role", "happened_on")
    without = _participants(scope, programme, as_of).exclude(Exists(recorded.filter(candidacy=OuterRef("pk"))))
    for who in without.order_by("person__pseudonym").values_list("person__pseudonym", "track", "started_on"):
        yield *who, "", "", "", None


def _usual_care_rows(_scope: Scope, programme: UUID, as_of: date) -> Iterator[Row]:
    """No person's data: the directory of municipalities, as far as it is about this programme."""
    columns = ("municipality__name", "municipality__details__cbs_code", "municipality__details__cbs_year", "year", "kinds", "source")
    for name, code, code_year, year, kinds, source in (
        _usual_care(programme, as_of).order_by("municipality__name", "year").values_list(*columns)
    ):
        yield name, code, code_year, year, "|".join(kinds), source


ROWS: dict[str, Callable[[Scope, UUID, date], Iterator[Row]]] = {
    "contacts": _contact_rows,
    "phases": _phase_rows,
    "help": _help_rows,
    "coordination": _coordination_rows,
    "usual_care": _usual_care_rows,
}
"""What can be taken along -> its rows."""
