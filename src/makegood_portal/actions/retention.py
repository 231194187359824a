"""Keeping nothing longer than the register of processing says: each night, in batches, each written down with its number."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from makegood.cases.gross_list.first_line import looks_like_a_person
from makegood_portal.ledger import audit, erasure
from makegood_portal.ledger.models import (
    Answer,
    ColumnMapping,
    GrossListImport,
    ImportRow,
    ImportState,
    Notice,
    Person,
    Reconciliation,
    SentForm,
)
from makegood_portal.ledger.processing import After, Category, Then, register
from makegood_portal.ledger.scope import scope_of_system

BATCH = 1_000


def keep_retention(today: date) -> dict[str, int]:
    """Everything that is due on a day: category -> records. Run it as the owner of the tables (`makegood db retain`)."""
    found: dict[str, int] = {}
    for category in register().categories.values():
        if category.after is After.CLOSED and category.then is Then.ERASE:
            found[category.name] = _for_people(category, today, functools.partial(erasure.erase, category=category.name))
        elif category.after is After.RECORDED:
            found[category.name] = _old_rows(category, today)
    found["free_answers"] = _free_answers(today)
    # Records whole: when the longest of their categories is over.
    longest = max((c for c in register().categories.values() if c.then is Then.DELETE and c.after is After.CLOSED), key=lambda c: c.months)
    found["records"] = _for_people(longest, today, erasure.delete_records)
    return {name: count for name, count in found.items() if count}


def _for_people(category: Category, today: date, do: Callable[[Collection[UUID]], dict[str, int]]) -> int:
    due = erasure.due(category, today)
    total = 0
    for start in range(0, len(due), BATCH):
        of = due[start : start + BATCH]
        with transaction.atomic():
            _say_duty()
            rows = do(of)
            if not rows:
                continue
            if category.name == "key":
                Person.objects.filter(candidacy__in=of, erased_at=None).update(erased_at=timezone.now())
            _write_down(category.name, rows)
            total += sum(rows.values())
    return total


def _free_answers(today: date) -> int:
    """Open answers go when the key of the person's history goes."""
    due = erasure.due(register().categories["free_text"], today)
    with transaction.atomic():
        rows = Answer.objects.filter(candidacy__in=due, free_text=True).delete()[0]
        if rows:
            _write_down("free_text", {"ledger_answer": rows})
    return rows


def _old_rows(category: Category, today: date) -> int:
    before = timezone.make_aware(datetime.combine(_months_ago(today, category.months), time.min))
    delete: dict[str, Callable[[], int]] = {
        "list_rows": lambda: _lists(before),
        "list_columns": lambda: _columns(before),
        "linked_lists": lambda: Reconciliation.objects.filter(recorded_at__lt=before).delete()[0],
        "notices": lambda: Notice.objects.filter(recorded_at__lt=before).delete()[0],
        "traces": lambda: _traces(before),
    }
    with transaction.atomic():
        rows = delete[category.name]()
        if rows:
            _write_down(category.name, {category.name: rows})
    return rows


def _lists(before: datetime) -> int:
    """The words of lists that came before a moment, and their rows: whatever became of them. Who was not taken in is not any more."""
    goes = register().fields_of("list_rows")["ledger_grosslistimport"]
    columns = [column for column in GrossListImport._meta.concrete_fields if column.name in goes]
    blank: dict[str, object] = {column.name: None if column.null else column.get_default() for column in columns}
    old = GrossListImport.objects.filter(recorded_at__lt=before)
    # The lists first, as whoever takes one in locks them: it waits for a batch, and no batch follows.
    unfinished = old.filter(state__in=(ImportState.MAPPING, ImportState.PREVIEW, ImportState.RUNNING))
    changed = unfinished.update(state=ImportState.ABANDONED, counts={}, **blank) + old.exclude(**blank).update(**blank)
    return changed + int(ImportRow.objects.filter(of__in=old).delete()[0])


def _columns(before: datetime) -> int:
    """How a prison's columns are called, where no list of it came since; and where a person was taken for their names."""
    since = GrossListImport.objects.filter(prison=OuterRef("prison"), recorded_at__gte=before)
    named = ColumnMapping.objects.filter(recorded_at__lt=before)
    unused = set(named.exclude(Exists(since)).values_list("pk", flat=True))
    people = {key for key, columns in named.values_list("pk", "columns") if looks_like_a_person(list(columns.values()), [])}
    return int(ColumnMapping.objects.filter(pk__in=unused | people).delete()[0])


def _traces(before: object) -> int:
    gone = sum(model.objects.filter(attempt_time__lt=before).delete()[0] for model in (AccessAttempt, AccessFailureLog, AccessLog))
    gone += SentForm.objects.filter(recorded_at__lt=before).delete()[0]
    return int(gone) + Session.objects.filter(expire_date__lt=timezone.now() - timedelta(days=1)).delete()[0]


def _months_ago(today: date, months: int) -> date:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::date - make_interval(months => %s))::date", [today, months])
        found: date = cursor.fetchone()[0]
    return found


def _say_duty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('makegood.system', 'retention', true)")


def _write_down(category: str, rows: dict[str, int]) -> None:
    facts = {"category": category, "rows": rows, "batch": str(uuid4())}
    audit.record(scope_of_system("retention"), "retention", facts=facts)
