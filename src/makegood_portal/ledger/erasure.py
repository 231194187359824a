"""Erasing what may not be kept any longer: by category of the register of processing, for many people at once.

`ERASE` says for each table how values of an erasable category go; `DELETE` in which order rows go when a whole
pseudonymous record is over. The suite compares both with the register, so that no category is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Case, Value, When
from django.utils import timezone

from makegood_portal.ledger.models import (
    Answer,
    Appointment,
    Candidacy,
    CitizenNumber,
    ContactRoute,
    Identity,
    PermissionRequest,
    PermissionState,
    Person,
    PersonKey,
    PrisonNumber,
)
from makegood_portal.ledger.processing import Category, Then, register

ERASED = "(erased)"


def _destroy_keys(of: Collection[UUID], fields: Collection[str]) -> int:
    del fields
    keys = PersonKey.objects.filter(person__candidacy__in=of, destroyed_at=None)
    return keys.update(wrapped=None, destroyed_at=timezone.now())


def _blank_requests(of: Collection[UUID], fields: Collection[str]) -> int:
    del fields
    rows = PermissionRequest.objects.filter(candidacy__in=of).exclude(says=None, conditions__in=["", ERASED], reason="")
    conditions = Case(When(state=PermissionState.GRANTED_WITH_CONDITIONS, then=Value(ERASED)), default=Value(""))
    return rows.update(says=None, conditions=conditions, reason="")


ERASE: dict[str, Callable[[Collection[UUID], Collection[str]], int]] = {
    "ledger_candidacy": lambda of, fields: Candidacy.objects.filter(pk__in=of).update(**dict.fromkeys(fields, "")),
    "ledger_identity": lambda of, fields: Identity.objects.filter(candidacy__in=of).delete()[0],  # noqa: ARG005
    "ledger_citizennumber": lambda of, fields: CitizenNumber.objects.filter(candidacy__in=of).delete()[0],  # noqa: ARG005
    "ledger_prisonnumber": lambda of, fields: PrisonNumber.objects.filter(candidacy__in=of).delete()[0],  # noqa: ARG005
    "ledger_contactroute": lambda of, fields: ContactRoute.objects.filter(candidacy__in=of).delete()[0],  # noqa: ARG005
    "ledger_appointment": lambda of, fields: Appointment.objects.filter(candidacy__in=of).delete()[0],  # noqa: ARG005
    "ledger_permissionrequest": _blank_requests,
    "ledger_personkey": _destroy_keys,
    "ledger_note": lambda of, fields: 0,  # noqa: ARG005 - append-only: the destroyed key makes it unreadable
}
"""Table -> how its values of an erasable category go, for these candidacies; gives the number of rows."""

DELETE: tuple[tuple[str, str], ...] = (
    ("ledger_answer", "candidacy_id = ANY (%s)"),
    ("ledger_response", "candidacy_id = ANY (%s)"),
    ("ledger_eligibilityoverride", "candidacy_id = ANY (%s)"),
    ("ledger_eligibilityassessment", "candidacy_id = ANY (%s)"),
    ("ledger_selectionevent", "candidacy_id = ANY (%s)"),
    ("ledger_releasedate", "candidacy_id = ANY (%s)"),
    ("ledger_coordination", "candidacy_id = ANY (%s)"),
    ("ledger_parallelhelp", "candidacy_id = ANY (%s)"),
    ("ledger_contactmoment", "candidacy_id = ANY (%s)"),
    ("ledger_note", "candidacy_id = ANY (%s)"),
    ("ledger_contract", "candidacy_id = ANY (%s)"),
    ("ledger_consent", "candidacy_id = ANY (%s)"),
    ("ledger_permissionreminder", "request_id IN (SELECT id FROM ledger_permissionrequest WHERE candidacy_id = ANY (%s))"),
    ("ledger_permissionrequest", "candidacy_id = ANY (%s)"),
    ("ledger_notice", "candidacy_id = ANY (%s)"),
    ("ledger_breakglass", "candidacy_id = ANY (%s)"),
)
"""Rows of a record that is over, children first; then the candidacy, its person's key, and the person."""


CLOSED_ON = "CASE c.state WHEN 'left' THEN c.left_on WHEN 'started' THEN (c.started_on + make_interval(months => %s))::date END"


def due(category: Category, today: date) -> list[UUID]:
    """Candidacies whose values of this category may not be kept on a day."""
    query = (
        f"SELECT c.id FROM ledger_candidacy c"  # noqa: S608 - our own words
        f" WHERE {CLOSED_ON} + make_interval(months => %s) <= %s ORDER BY c.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [register().closed_after_start_months, category.months, today])
        return [row[0] for row in cursor.fetchall()]


def erase(of: Collection[UUID], category: str) -> dict[str, int]:
    """Erase the values of a category for these candidacies: table -> rows that changed."""
    found = {table: ERASE[table](of, fields) for table, fields in register().fields_of(category).items()}
    return {table: rows for table, rows in found.items() if rows}


def erase_person(of: UUID) -> dict[str, int]:
    """Everything about one person that can be erased, in every category: what remains is pseudonymous."""
    found: dict[str, int] = {}
    for category in register().categories.values():
        if category.then is Then.ERASE:
            for table, rows in erase([of], category.name).items():
                found[table] = found.get(table, 0) + rows
    found["ledger_answer"] = Answer.objects.filter(candidacy=of, free_text=True).delete()[0]
    Person.objects.filter(candidacy=of).update(erased_at=timezone.now())
    return found


def erase_the_rest(of: UUID) -> None:
    """What no role reaches alone: the citizen service number after the hand-over, rows of lists, what staff was told of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_erase_the_rest(%s)", [of])


def delete_records(of: Collection[UUID]) -> dict[str, int]:
    """Whole pseudonymous records, children first. Only the owner of the tables may, in the duty `retention`."""
    keys = list(of)
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(person_id) FROM ledger_candidacy WHERE id = ANY (%s)", [keys])
        persons = cursor.fetchone()[0] or []
        for table, where in (*DELETE, ("ledger_candidacy", "id = ANY (%s)")):
            cursor.execute(f"DELETE FROM {table} WHERE {where}", [keys])  # noqa: S608 - our own words
            found[table] = cursor.rowcount
        for table, column in (("ledger_personkey", "person_id"), ("ledger_person", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY (%s)", [persons])  # noqa: S608
            found[table] = cursor.rowcount
    return {table: rows for table, rows in found.items() if rows}
