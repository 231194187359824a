"""Lists of a prison: those that came, one of them with its rows, and what may be uploaded where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from makegood.cases.gross_list.fields import DATES
from makegood_portal.ledger.models import GrossListImport, ImportRow, ImportState, Party, RowOutcome
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.sealing import unseal
from makegood_portal.ledger.words import Kind, Role

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Place:
    """A prison of the asker and a programme that it takes part in."""

    prison: UUID
    prison_name: str
    programme: UUID
    programme_name: str
    may_hold_bsn: bool


@dataclass(frozen=True, kw_only=True)
class ListLine:
    """A list that came."""

    id: UUID
    prison: str
    month: date
    file_name: str
    state: str
    counts: Mapping[str, int]
    came_at: datetime


@dataclass(frozen=True, kw_only=True)
class RowLine:
    """A row of a list: who it is about as far as still kept, what becomes of it, and why."""

    number: int
    name: str
    born_on: str
    days: Mapping[str, str]
    """Field -> day as read, as far as still kept: a correction may say which."""
    outcome: str
    corrected: bool
    problems: Sequence[Mapping[str, str]]
    candidacy: UUID | None


@dataclass(frozen=True, kw_only=True)
class ListFile:
    """One list: where it stands, how far it is, and a page of its rows."""

    line: ListLine
    header: Sequence[str]
    notes: Sequence[Mapping[str, Any] | str]
    """How the file was read: code, number and name. Lists of before kept a sentence."""
    may_hold_bsn: bool
    done: int
    to_do: int
    rows: tuple[RowLine, ...]
    number: int
    more: bool
    shown: str


def places(scope: Scope) -> tuple[Place, ...]:
    """Where the asker may bring a list: one query."""
    rows = Party.objects.filter(organisation__in=scope.where(Role.COORDINATOR), organisation__kind=Kind.PRISON, programme__active=True)
    return tuple(
        Place(
            prison=row.organisation_id,
            prison_name=row.organisation.name,
            programme=row.programme_id,
            programme_name=row.programme.name,
            may_hold_bsn=row.organisation.may_hold_bsn,
        )
        for row in rows.select_related("organisation", "programme").order_by("organisation__name", "programme__name")
    )


def lists(scope: Scope, *, number: int = 1) -> tuple[tuple[ListLine, ...], bool]:
    """The lists that came, newest first, and whether there are more."""
    del scope  # the database shows a coordinator the lists of the own prison, head office the lists of all
    start = (max(number, 1) - 1) * PAGE
    rows = list(GrossListImport.objects.exclude(state=ImportState.ABANDONED).select_related("prison")[start : start + PAGE + 1])
    return tuple(_line(row) for row in rows[:PAGE]), len(rows) > PAGE


def one(scope: Scope, key: UUID, *, show: str = "", number: int = 1) -> ListFile | None:
    """One list, or None: not there and not yours are the same answer. `show`: only rows of this outcome, or `corrected`."""
    found = GrossListImport.objects.select_related("prison").filter(pk=key).first()
    if found is None:
        return None
    start = (max(number, 1) - 1) * PAGE
    rows = ImportRow.objects.filter(of=found)
    done = rows.aggregate(done=Count("id", filter=Q(done_at__isnull=False)), refused=Count("id", filter=Q(outcome=RowOutcome.REFUSED)))
    if show == "corrected":
        rows = rows.filter(corrected=True)
    elif show in RowOutcome.values:
        rows = rows.filter(outcome=show)
    # Values of persons are for the prison itself, not for its head office.
    own = found.prison_id in scope.where(Role.COORDINATOR)
    page = list(rows[start : start + PAGE + 1]) if own else []
    counts: Mapping[str, int] = found.counts
    return ListFile(
        line=_line(found),
        header=found.header,
        notes=found.notes,
        may_hold_bsn=found.prison.may_hold_bsn,
        done=done["done"],
        to_do=counts.get("rows", 0) - done["refused"],
        rows=tuple(_row(row) for row in page[:PAGE]),
        number=max(number, 1),
        more=len(page) > PAGE,
        shown=show,
    )


def _line(row: GrossListImport) -> ListLine:
    return ListLine(
        id=row.pk,
        prison=row.prison.name,
        month=row.month,
        file_name=row.file_name,
        state=row.state,
        counts=row.counts,
        came_at=row.recorded_at,
    )


def _row(row: ImportRow) -> RowLine:
    values: dict[str, str] = json.loads(unseal("list", row.sealed, bound_to=row.pk)) if row.sealed is not None else {}
    return RowLine(
        number=row.number,
        name=" ".join(filter(None, (values.get(part) for part in ("given_name", "prefix", "family_name")))),
        born_on=values.get("birth_date", ""),
        days={name: value for name, value in values.items() if name in DATES},
        outcome=row.outcome,
        corrected=row.corrected,
        problems=row.problems,
        candidacy=row.became_id,
    )
