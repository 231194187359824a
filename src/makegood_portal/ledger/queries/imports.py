"""Lists of a prison: those that came, one of them with its rows, and what may be uploaded where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from makegood.cases.gross_list.fields import FIELDS, may_be_bsn
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, GrossListImport, ImportRow, ImportState, Party, RowOutcome
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.sealing import unseal
from makegood_portal.ledger.words import Kind, Role

PAGE = 50
EARLIEST = date(2000, 1, 1)
"""No list is older, and nothing is known of a day before; what says so is mistyped."""


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
    """A list that came. `file_name` is for the prison alone: it may say anything."""

    id: UUID
    prison: str
    programme: str
    of_several: bool
    """Whether other lists beside it are of another programme."""
    month: date
    file_name: str
    state: str
    counts: Mapping[str, int]
    came_at: datetime


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A remark about a row: the code, the other line where that is about the same person, and, as far as still kept, what
    stands in the cell and what stands on the other line.
    """

    field: str
    code: str
    words: str
    line: int
    found: str
    there: str


@dataclass(frozen=True)
class Sealed:
    """What a row keeps until it is done: its values, and beside each remark what stands in the cell and on the other line."""

    values: Mapping[str, str]
    cells: Sequence[Sequence[str]] = ()

    def text(self) -> bytes:
        """As it is sealed."""
        return json.dumps({"values": dict(self.values), "cells": list(self.cells)}).encode()


@dataclass(frozen=True, kw_only=True)
class RowLine:
    """A row of a list: who it is about as far as still kept, what becomes of it, and why."""

    number: int
    name: str
    values: Mapping[str, str]
    """Field -> value as read, as far as still kept; nothing that is sensitive."""
    released_on: date | None
    """The release date on record, of whoever gets another one."""
    outcome: str
    problems: Sequence[Problem]
    candidacy: UUID | None


@dataclass(frozen=True, kw_only=True)
class ListFile:
    """One list: where it stands, how far it is, and a page of its rows."""

    line: ListLine
    header: Sequence[str]
    first_line: str
    columns: Mapping[str, str]
    """Field -> heading, as this list was read."""
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
    """Where the asker may bring a list: two queries."""
    rows = Party.objects.filter(organisation__in=scope.where(Role.COORDINATOR), organisation__kind=Kind.PRISON, programme__active=True)
    found = list(rows.select_related("organisation", "programme").order_by("organisation__name", "programme__name"))
    titles = terms.programme_titles({row.programme_id: row.programme.name for row in found}, timezone.localdate())
    return tuple(
        Place(
            prison=row.organisation_id,
            prison_name=row.organisation.name,
            programme=row.programme_id,
            programme_name=titles[row.programme_id],
            may_hold_bsn=row.organisation.may_hold_bsn,
        )
        for row in found
    )


def lists(scope: Scope, *, number: int = 1) -> tuple[tuple[ListLine, ...], bool]:
    """The lists that came, newest first, and whether there are more."""
    # The database shows a coordinator the lists of the own prison, head office the lists of all.
    start = (max(number, 1) - 1) * PAGE
    came = GrossListImport.objects.exclude(state=ImportState.ABANDONED).select_related("prison", "programme")
    rows = list(came[start : start + PAGE + 1])
    titles = terms.programme_titles({row.programme_id: row.programme.name for row in rows}, timezone.localdate())
    return tuple(_line(row, titles, scope) for row in rows[:PAGE]), len(rows) > PAGE


def came_at(key: UUID) -> datetime:
    """When a list came."""
    return GrossListImport.objects.values_list("recorded_at", flat=True).get(pk=key)


def one(scope: Scope, key: UUID, *, show: str = "", number: int = 1) -> ListFile | None:
    """One list, or None: not there and not yours are the same answer. `show`: only rows of this outcome, or `corrected` and coming in."""
    found = GrossListImport.objects.select_related("prison", "programme").filter(pk=key).first()
    if found is None:
        return None
    titles = terms.programme_titles({found.programme_id: found.programme.name}, timezone.localdate())
    start = (max(number, 1) - 1) * PAGE
    rows = _rows(scope, found)
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
        line=_line(found, titles, scope),
        header=found.header,
        first_line=found.first_line,
        columns=found.columns,
        notes=found.notes,
        may_hold_bsn=found.prison.may_hold_bsn,
        done=done["done"],
        to_do=counts.get("rows", 0) - done["refused"],
        rows=tuple(_row(row) for row in page[:PAGE]),
        number=max(number, 1),
        more=len(page) > PAGE,
        shown=show,
    )


def _line(row: GrossListImport, titles: Mapping[UUID, str], scope: Scope) -> ListLine:
    return ListLine(
        id=row.pk,
        prison=row.prison.name,
        programme=titles[row.programme_id],
        of_several=len(titles) > 1,
        month=row.month,
        file_name=row.file_name if row.prison_id in scope.where(Role.COORDINATOR) else "",
        state=row.state,
        counts=row.counts,
        came_at=row.recorded_at,
    )


def refused(scope: Scope, key: UUID) -> tuple[RowLine, ...]:
    """The refused rows of a list of the asker's own prison, of which the values are still kept."""
    found = GrossListImport.objects.filter(pk=key, prison__in=scope.where(Role.COORDINATOR)).first()
    rows = _rows(scope, found).filter(outcome=RowOutcome.REFUSED).exclude(sealed=None) if found else ()
    return tuple(_row(row) for row in rows)


def _rows(scope: Scope, listed: GrossListImport) -> QuerySet[ImportRow]:
    before = access.visible(Candidacy.objects.filter(pk=OuterRef("became")), scope).values("release_on")[:1]
    return ImportRow.objects.filter(of=listed).annotate(released_on=Subquery(before))


def opened(key: UUID, sealed: bytes | memoryview) -> Sealed:
    """What a row keeps. A row that waits since before remarks had cells holds its values alone."""
    found: dict[str, Any] = json.loads(unseal("list", sealed, bound_to=key))
    return Sealed(found["values"], found["cells"]) if "values" in found else Sealed(found)


def _row(row: Any) -> RowLine:
    kept = opened(row.pk, row.sealed) if row.sealed is not None else Sealed({})
    cells = [*kept.cells, *[("", "")] * len(row.problems)]
    # A list that was looked at before may still hold a citizen service number under another name.
    values = {name: value for name, value in kept.values.items() if not FIELDS[name].sensitive and not may_be_bsn(value)}
    return RowLine(
        number=row.number,
        name=" ".join(filter(None, (values.get(part) for part in ("given_name", "prefix", "family_name")))),
        values=values,
        released_on=row.released_on if row.outcome == RowOutcome.CHANGED else None,
        outcome=row.outcome,
        problems=[
            Problem(
                field=problem["field"],
                code=problem["code"],
                words=problem["words"],
                line=problem.get("line", 0),
                found="" if may_be_bsn(found) else found,
                there="" if may_be_bsn(there) else there,
            )
            for problem, (found, there) in zip(row.problems, cells, strict=False)
        ],
        candidacy=row.became_id,
    )
