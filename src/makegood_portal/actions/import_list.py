"""A prison's monthly list, from the file to candidates: received, its columns named, looked at, taken in.

Nothing enters the register before the coordinator has seen what would happen. Taking in goes by batches, each a
transaction that marks its rows, so that a crash loses nothing that was confirmed and repeats nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.cases.gross_list.fields import FIELDS, LONGEST_NUMBER, may_be_bsn, suggest_mapping
from makegood.cases.gross_list.file import MAX_BYTES, ListFile, read_list, samples
from makegood.cases.gross_list.file import FirstLine as Said
from makegood.cases.gross_list.first_line import looks_like_a_person
from makegood.cases.gross_list.judging import JudgedRow, Remark, check_mapping, judge
from makegood.programme.delivery import Delivery
from makegood.selection.municipality import meant_of
from makegood.values.problem import Refused
from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.jobs import job
from makegood_portal.actions.refusal import Refusal, Stale
from makegood_portal.ledger import access, audit, history, terms
from makegood_portal.ledger.inserting import insert
from makegood_portal.ledger.models import (
    Candidacy,
    CitizenNumber,
    ColumnMapping,
    FirstLine,
    GrossListImport,
    Identity,
    ImportRow,
    ImportState,
    Notice,
    Outcome,
    Party,
    Person,
    PersonKey,
    PrisonNumber,
    ReleaseDate,
    RowOutcome,
    SelectionEvent,
    State,
)
from makegood_portal.ledger.models.identity import Sex
from makegood_portal.ledger.models.person import random_pseudonym
from makegood_portal.ledger.models.release_date import FROM_A_LIST
from makegood_portal.ledger.queries import imports, municipalities
from makegood_portal.ledger.queries.imports import Sealed
from makegood_portal.ledger.scope import Scope, scoped
from makegood_portal.ledger.sealing import list_token, seal, seal_bsn, unseal
from makegood_portal.ledger.words import Role

BATCH = 500
MISSED = ("release_on", "municipality")
"""Of these it is counted how many come in without: a term begins with the one, a permission with the other."""
NO_WORDS: Mapping[str, Any] = {"header": [], "columns": {}}
"""What is left of the words of a list when it is done or put aside: its first line may have been a person."""
KNOWN_BY, SHOWN = "known_by", "shown"
"""Beside the values of a row that is taken in: by which the person is known again, and what the preview said would become of
the row. No column of a list is called so."""


class ListRefused(Refusal):
    """The file or its columns cannot be used; `problems` say all that was found."""

    def __init__(self, refused: Refused) -> None:
        first = refused.problems[0]
        super().__init__(first.code, first.what, remedy=first.remedy, field="file")
        self.problems = refused.problems


@action(Role.COORDINATOR)
def receive_list(*, by: Scope, on: UUID, programme: UUID, month: date, file_name: str, content: bytes) -> UUID:
    """Keep a list, encrypted, and look at it. `on` is the prison. The same file again leads to what came of it before."""
    if on not in by.where(Role.COORDINATOR) or not Party.objects.filter(programme=programme, organisation=on).exists():
        raise Refusal("not_a_party", _("This prison has no part in this programme."))
    sha256 = hashlib.sha256(content).hexdigest()
    month = month.replace(day=1)
    _refuse_no_month(month)
    known = GrossListImport.objects.filter(prison=on, programme=programme, month=month, sha256=sha256)
    before = known.exclude(state=ImportState.ABANDONED).first()
    if before is not None:
        return before.pk
    saved = ColumnMapping.objects.filter(prison=on).first()
    file = _read(content, file_name, known=_headings(saved))
    listed = GrossListImport(
        programme_id=programme,
        prison_id=on,
        month=month,
        file_name=_plain_name(file_name),
        sha256=sha256,
        first_line=file.first_line,
        header=list(file.header),
        notes=[asdict(note) for note in file.notes],
        by_id=_user(by),
    )
    listed.sealed_file = seal("list", content, bound_to=listed.pk)
    add(listed)
    _judge_as_before(listed, file, saved, by)
    return listed.pk


def _refuse_no_month(month: date) -> None:
    """A year that was mistyped: the ages, the terms and the counts of a list go by its month."""
    today = timezone.localdate()
    if not imports.EARLIEST <= month <= date(today.year + 1, today.month, 1):
        first, last = f"{imports.EARLIEST:%Y-%m}", f"{today.year + 1}-{today.month:02}"
        remedy = _("Choose a month from %(first)s to %(last)s.") % {"first": first, "last": last}
        raise Refusal("no_such_month", _("This month cannot be right. Check the year."), remedy=remedy, field="month")


def _user(by: Scope) -> UUID:
    if by.user is None:
        raise Refusal("nobody", _("A list is brought by somebody."))
    return by.user


def _plain_name(file_name: str) -> str:
    """The name of a file without its folders and without signs that could be carried out."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(mark for mark in name if mark.isalnum() or mark in " ._-()")[:120].lstrip("-. ") or "list"


def _headings(saved: ColumnMapping | None) -> Sequence[str]:
    return list(saved.columns.values()) if saved else ()


def _read(content: bytes, file_name: str, *, known: Sequence[str] = (), first_line: Said = "unsaid") -> ListFile:
    try:
        return read_list(content, name=_plain_name(file_name), known=known, first_line=first_line)
    except Refused as refused:
        raise ListRefused(refused) from None


def _again(listed: GrossListImport) -> ListFile:
    """The file of a list, read as it was when it came: by its own header, whatever was mapped for the prison since."""
    named = listed.first_line == FirstLine.NAMES
    known = [heading for heading in listed.header if heading and named]
    return _read(_content(listed), listed.file_name, known=known, first_line="names" if named else "person")


def _content(listed: GrossListImport) -> bytes:
    if listed.state not in (ImportState.MAPPING, ImportState.PREVIEW) or listed.sealed_file is None:
        raise Refusal("already_taken_in", _("This list has been taken in or put aside already."))
    return unseal("list", listed.sealed_file, bound_to=listed.pk)


def _judge_as_before(listed: GrossListImport, file: ListFile, saved: ColumnMapping | None, by: Scope) -> None:
    """Judge each row by the columns that the prison named before, if this list has them all. Letters are nobody's names."""
    if saved is not None and listed.first_line == FirstLine.NAMES and set(saved.columns.values()) <= set(file.header):
        _judge(listed, file, saved.columns, by)


@action(Role.COORDINATOR)
def say_first_line(*, by: Scope, on: UUID, is_a_person: bool) -> None:
    """Say what the first line of a list holds: a person, or the names of the columns. Then its columns are named anew."""
    listed = _import(on, lock=True)
    content, saved = _content(listed), ColumnMapping.objects.filter(prison=listed.prison_id).first()
    if is_a_person:
        file = _read(content, listed.file_name, first_line="person")
    else:
        file = _read(content, listed.file_name, known=_headings(saved), first_line="names")
    listed.rows.all().delete()
    read = {"first_line": file.first_line, "header": list(file.header), "notes": [asdict(note) for note in file.notes]}
    change(listed, columns={**read, "columns": {}, "state": ImportState.MAPPING, "counts": {}})
    _judge_as_before(listed, file, saved, by)


@action(Role.COORDINATOR)
def name_columns(*, by: Scope, on: UUID, columns: Mapping[str, str], seen: str = "") -> None:
    """Say which column is what (field -> heading), keep that for next month if they have names, and judge each row.

    `seen`: the mark (`mark_of`) of what a page suggested; when that is not so any more, a colleague named them meanwhile.
    """
    listed = _import(on)
    file = _again(listed)
    if listed.first_line == FirstLine.UNSAID:
        raise Refusal("first_line_unsaid", _("Say first whether the first line is a person."))
    saved = ColumnMapping.objects.filter(prison=listed.prison_id).first()
    chosen = {field: heading for field, heading in columns.items() if heading}
    now = suggested_columns(on)
    if seen and seen != mark_of(now) and chosen != now:
        raise Stale("changed_meanwhile", _("Somebody else changed this while you had it open."), remedy=_("Compare, and save again."))
    try:
        check_mapping(file, chosen, may_hold_bsn=listed.prison.may_hold_bsn)
    except Refused as refused:
        raise ListRefused(refused) from None
    # Letters are the names of no columns: next month another thing may stand under B. And nobody's data become such names.
    person = looks_like_a_person(file.header, [cells for _line, cells in file.rows])
    named = listed.first_line == FirstLine.NAMES and not person
    if named and saved is None:
        add(ColumnMapping(prison_id=listed.prison_id, columns=chosen, saved_by_id=_user(by)))
    elif named and saved is not None and saved.columns != chosen:
        change(saved, columns={"columns": chosen, "saved_by_id": _user(by)})
    listed.rows.all().delete()
    _judge(listed, file, chosen, by)


def suggested_columns(listed: UUID) -> dict[str, str]:
    """Field -> heading: as kept from last month where the headings are the same, else as their names suggest.

    Where columns have no names: as they were named for this list, and nothing before that.
    """
    found = _import(listed)
    if found.first_line != FirstLine.NAMES:
        return dict(found.columns)
    saved = ColumnMapping.objects.filter(prison=found.prison_id).values_list("columns", flat=True).first() or {}
    kept = {field: heading for field, heading in saved.items() if heading in found.header}
    suggested = {field: heading for field, heading in suggest_mapping(found.header).items() if heading not in kept.values()}
    if not found.prison.may_hold_bsn:
        suggested.pop("bsn", None)
    return suggested | kept


def mark_of(columns: Mapping[str, str]) -> str:
    """By which a page tells later what it suggested."""
    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()[:16]


def _judge(listed: GrossListImport, file: ListFile, columns: Mapping[str, str], by: Scope) -> None:
    """A row a person: what would become of it. Writes no candidate."""
    on = listed.month if listed.month > imports.EARLIEST else timezone.localdate()
    judged = _in_the_directory(judge(file, columns, on=on, person=_token))
    tokens = [_token(row.values) for row in judged]
    known = _known(listed, [token for token in tokens if token], by)
    rows: list[dict[str, Any]] = []
    counts = Counter({"rows": len(judged)})
    for read, token in zip(judged, tokens, strict=True):
        outcome, of = _outcome(read, known.get(token))
        row = replace(read, remarks=(*read.remarks, FILLED_IN)) if of is not None and _fills(of, read.values) else read
        comes_in = outcome != RowOutcome.REFUSED
        corrected = comes_in and any(remark.code != "date" for remark in row.remarks)  # how a date was written is said once
        counts[str(outcome)] += 1
        counts["corrected"] += corrected
        counts.update(f"without_{name}" for name in MISSED if comes_in and name not in row.values)
        key = uuid4()
        whole = Sealed(row.values, [(remark.found, remark.there) for remark in row.remarks])
        rows.append(
            {
                "id": key,
                "number": row.line,
                "outcome": str(outcome),
                "corrected": corrected,
                "problems": [_without_values(remark) for remark in row.remarks],
                "became_id": of.key if of else None,
                "sealed": seal("list", whole.text(), bound_to=key),
            }
        )
    insert(ImportRow, rows, of_id=listed.pk, prison_id=listed.prison_id)
    kept = {name: count for name, count in counts.items() if count}
    change(listed, columns={"state": ImportState.PREVIEW, "counts": kept, "columns": dict(columns)})
    fact(**counts)


def _without_values(remark: Remark) -> dict[str, str | int]:
    said: dict[str, str | int] = {"field": remark.field, "code": remark.code, "words": remark.words}
    return said | ({"line": remark.line} if remark.line else {})


def _in_the_directory(rows: Iterable[JudgedRow]) -> list[JudgedRow]:
    """The rows with the municipality by the name that it has in the directory; another name is left out, and said."""
    names = municipalities.by_name()
    by_word: dict[str, str] = {}
    return [_with_its_municipality(row, names, by_word) for row in rows]


def _with_its_municipality(row: JudgedRow, names: Mapping[str, set[tuple[UUID, str]]], by_word: dict[str, str]) -> JudgedRow:
    """`by_word` remembers: a list names few municipalities, many times."""
    word = row.values.get("municipality")
    if word is None:
        return row
    if word not in by_word:
        answer = meant_of(word, names)
        by_word[word] = answer.found[0][1] if len(answer.found) == 1 and not answer.left else ""
    name = by_word[word]
    if name == word:
        return row
    if name:
        remark = Remark("municipality", "other_name", "read by its name in the directory", found=word, there=name)
        values = {**row.values, "municipality": name}
    else:
        remark = Remark("municipality", "not_in_directory", "no municipality of this name; left out", found=word)
        values = {field: value for field, value in row.values.items() if field != "municipality"}
    said = name.casefold() != word.casefold()  # that it stood in capitals says nothing
    return replace(row, values=values, remarks=(*row.remarks, remark) if said else row.remarks)


def _token(values: Mapping[str, str]) -> str:
    if not {"family_name", "given_name", "birth_date"} <= set(values):
        return ""
    return list_token(values["family_name"], values["given_name"], date.fromisoformat(values["birth_date"]))


@dataclass(frozen=True)
class OnRecord:
    """Somebody of this prison who is on record. `changes`: they are on the way, and the prison may still change the file."""

    key: UUID
    release_on: date | None
    municipality: UUID | None
    changes: bool


FILLED_IN = Remark("municipality", "filled_in", "it was not known, and is filled in from this list")


def _known(listed: GrossListImport, tokens: Sequence[str], by: Scope) -> dict[str, OnRecord]:
    """Token -> who is on record for this prison. The preview and the taking in both ask it, and do the same with it."""
    # That no token is empty lets the index of tokens serve, which holds those alone.
    rows = Candidacy.objects.filter(programme=listed.programme_id, prison=listed.prison_id, list_token__in=tokens).exclude(list_token="")
    mine = set(access.writable(rows.filter(state=State.OPEN), by).values_list("pk", flat=True))
    found = rows.values_list("list_token", "id", "release_on", "municipality")
    return {token: OnRecord(key, release_on, town, key in mine) for token, key, release_on, town in found}


def _moves(of: OnRecord, values: Mapping[str, str]) -> date | None:
    """The release date that a row brings, where it is another one and the prison may change it."""
    said = values.get("release_on")
    fresh = date.fromisoformat(said) if said else None
    return fresh if of.changes and fresh != of.release_on else None


def _fills(of: OnRecord, values: Mapping[str, str]) -> bool:
    """Whether a row names the municipality of somebody of whom none is known: one that is there is never overwritten."""
    return of.changes and of.municipality is None and "municipality" in values


def _outcome(row: JudgedRow, of: OnRecord | None) -> tuple[RowOutcome, OnRecord | None]:
    if row.verdict == "refused":
        return RowOutcome.REFUSED, None
    if of is None:
        return RowOutcome.NEW, None
    if _moves(of, row.values):
        return RowOutcome.CHANGED, of
    return (RowOutcome.FILLED if _fills(of, row.values) else RowOutcome.UNCHANGED), of


@action(Role.COORDINATOR)
def take_list_in(*, by: Scope, on: UUID) -> None:
    """Take the rows of the preview into the register, in the background. Pressing twice does it once."""
    listed = _import(on, lock=True)
    if listed.state in (ImportState.RUNNING, ImportState.DONE):
        return
    if listed.state == ImportState.ABANDONED:
        raise Refusal("put_aside", _("This list was put aside. Its rows are deleted."), remedy=_("Bring it again if it is still needed."))
    if listed.state != ImportState.PREVIEW:
        raise Refusal("no_preview", _("This list has not been looked at yet."), remedy=_("Name its columns first."))
    change(listed, state=ImportState.RUNNING, committed_at=timezone.now())
    take_rows_in.later(by=by, lock=f"import {listed.pk}", listed=str(listed.pk))


@action(Role.COORDINATOR)
def put_list_aside(*, by: Scope, on: UUID) -> None:  # noqa: ARG001
    """Forget a list that was not taken in: its rows, its words and the file are deleted."""
    listed = _import(on, lock=True)
    if listed.state == ImportState.ABANDONED:
        return
    if listed.state not in (ImportState.MAPPING, ImportState.PREVIEW):
        raise Refusal("already_taken_in", _("This list has been taken in already."))
    listed.rows.all().delete()
    change(listed, state=ImportState.ABANDONED, counts={})
    GrossListImport.objects.filter(pk=listed.pk).update(sealed_file=None, **NO_WORDS)


def _import(key: UUID, *, lock: bool = False) -> GrossListImport:
    """The import, if the asker may see it: the database decides. Raises Refusal otherwise."""
    rows = GrossListImport.objects.select_for_update(of=("self",)) if lock else GrossListImport.objects
    found = rows.select_related("prison").filter(pk=key).first()
    if found is None:
        raise Refusal("no_such_list", _("There is no such list for you."))
    return found


@job
def take_rows_in(*, by: Scope, listed: str) -> None:
    """Batch by batch: what is left to do, done and marked in one transaction. May be called again after a crash."""
    while True:
        with scoped(by):
            found = GrossListImport.objects.select_for_update(of=("self",)).select_related("prison").get(pk=listed)
            if found.state != ImportState.RUNNING:
                return
            left = found.rows.filter(done_at=None).exclude(outcome=RowOutcome.REFUSED).order_by("number")
            rows = {key: _opened(key, sealed, outcome) for key, sealed, outcome in left.values_list("id", "sealed", "outcome")[:BATCH]}
            if not rows:
                _finish(found)
                return
            _take_in(found, rows, by)


def _finish(listed: GrossListImport) -> None:
    """The list is in: its file, its words and the values of the rows that were refused are no longer needed, their outcomes are kept."""
    listed.rows.exclude(sealed=None).update(sealed=None)
    came = dict(listed.rows.order_by().values_list("outcome").annotate(Count("id")))
    counts = {name: count for name, count in listed.counts.items() if name not in RowOutcome.values} | came
    done = {"state": ImportState.DONE, "done_at": timezone.now(), "sealed_file": None, "counts": counts, **NO_WORDS}
    GrossListImport.objects.filter(pk=listed.pk).update(**done)


def _opened(key: UUID, sealed: bytes | memoryview | None, outcome: str) -> dict[str, str]:
    """The values of a row that waits, with `KNOWN_BY` and `SHOWN`."""
    if sealed is None:
        raise RuntimeError("a row that is still to be done has lost its values")
    found = imports.opened(key, sealed).values
    return {**found, KNOWN_BY: _token(found), SHOWN: outcome}


def _take_in(listed: GrossListImport, rows: Mapping[UUID, Mapping[str, str]], by: Scope) -> None:
    """Take rows (key -> values) into the register, and mark what became of them."""
    today = timezone.localdate()
    delivery = terms.delivery_on(listed.programme_id, today)
    known = _known(listed, [row[KNOWN_BY] for row in rows.values()], by)
    fresh = {key: row for key, row in rows.items() if row[KNOWN_BY] not in known}
    towns = {name.casefold(): (key, name) for named in municipalities.by_name().values() if len(named) == 1 for key, name in named}
    keys = {name: key for name, (key, _called) in towns.items()}
    became = dict(zip(fresh, _new_candidacies(listed, list(fresh.values()), delivery, by, today, keys), strict=True))
    outcomes = dict.fromkeys(fresh, RowOutcome.NEW)
    filled: dict[UUID, tuple[UUID, str]] = {}
    for key, row in rows.items():
        if key in fresh:
            continue
        of = known[row[KNOWN_BY]]
        became[key], outcomes[key] = of.key, RowOutcome.UNCHANGED
        if row[SHOWN] == RowOutcome.UNCHANGED:  # nobody was shown that anything would change
            continue
        town = towns.get(row.get("municipality", "").casefold())
        if _fills(of, row) and town is not None:
            filled[of.key], outcomes[key] = town, RowOutcome.FILLED
        release_on = _moves(of, row)
        if release_on is not None and row[SHOWN] != RowOutcome.FILLED:
            _release_moved(of.key, release_on, by, today)
            outcomes[key] = RowOutcome.CHANGED
    _fill_in(filled, by)
    _number(became, rows, by)
    _mark(became, outcomes)
    counts = Counter(outcomes.values())
    facts = {"new": len(fresh), "release_moved": counts[RowOutcome.CHANGED], "municipality_filled": len(filled)}
    audit.record(by, "take_list_in", table="ledger_grosslistimport", row=listed.pk, facts=facts)


def _fill_in(towns: Mapping[UUID, tuple[UUID, str]], by: Scope) -> None:
    """The municipality of candidates of whom none is known (candidacy -> key and name), with its history."""
    rows = access.writable(Candidacy.objects.filter(pk__in=towns, state=State.OPEN, municipality=None), by)
    here = dict(rows.select_for_update(of=("self",)).values_list("pk", "person"))
    audit.record_together(
        by,
        [
            audit.Entry(
                verb="take_list_in",
                table="ledger_candidacy",
                row=key,
                candidacy=key,
                person=person,
                facts={"fields": ["municipality_id"]},
                personal={"changes": {"municipality": [None, towns[key][1]], "municipality_id": [None, towns[key][0]]}, "reason": ""},
            )
            for key, person in here.items()
        ],
    )
    for town in {towns[key][0] for key in here}:
        of = [key for key in here if towns[key][0] == town]
        Candidacy.objects.filter(pk__in=of, municipality=None).update(municipality=town, version=F("version") + 1)


def _number(became: Mapping[UUID, UUID], rows: Mapping[UUID, Mapping[str, str]], by: Scope) -> None:
    """Keep the prison's own number of whoever is still in its hands, as this list has it: people are looked for by it.

    Where it was another one, both stand in the history of the file. What may be a citizen service number is never kept.
    """
    said = {became[key]: row.get("number", "") for key, row in rows.items()}
    numbers = {key: number for key, number in said.items() if number and len(number) <= LONGEST_NUMBER and not may_be_bsn(number)}
    here = dict(access.writable(Candidacy.objects.filter(pk__in=numbers, state=State.OPEN), by).values_list("pk", "person"))
    before = PrisonNumber.objects.filter(candidacy__in=here).select_for_update()
    audit.record_together(
        by,
        [
            audit.Entry(
                verb="take_list_in",
                table="ledger_prisonnumber",
                row=row.pk,
                candidacy=row.candidacy_id,
                person=here[row.candidacy_id],
                facts={"fields": ["number"]},
                personal={"changes": {"number": [row.number, numbers[row.candidacy_id]]}, "reason": ""},
            )
            for row in before
            if row.number != numbers[row.candidacy_id]
        ],
    )
    PrisonNumber.objects.bulk_create(
        [PrisonNumber(candidacy_id=key, number=numbers[key]) for key in here],
        update_conflicts=True,
        unique_fields=["candidacy"],
        update_fields=["number"],
    )


def _mark(became: Mapping[UUID, UUID], outcomes: Mapping[UUID, RowOutcome]) -> None:
    """Write what became of the rows: whom they are about, and what was done, where that is not what was shown. Their
    values are no longer needed. In one statement: Django's bulk_update takes longer than all else of a batch.
    """
    done = [{"id": str(row), "became": str(candidacy), "outcome": outcomes[row].value} for row, candidacy in became.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_importrow AS r SET done_at = %s, became_id = t.became, sealed = NULL, outcome = t.outcome"
            " FROM json_to_recordset(%s) AS t (id uuid, became uuid, outcome text) WHERE r.id = t.id",
            [timezone.now(), json.dumps(done)],
        )


def _new_candidacies(
    listed: GrossListImport, rows: Sequence[Mapping[str, str]], delivery: Delivery, by: Scope, today: date, towns: Mapping[str, UUID]
) -> list[UUID]:
    """People, keys, candidacies, identities and first events of a batch, each table in one statement. `towns`: name -> municipality."""
    passed, first = _first_step(delivery)
    deadline = delivery.steps[first].deadline
    persons = insert(Person, [{"pseudonym": random_pseudonym()} for _row in rows], programme_id=listed.programme_id)
    insert(PersonKey, [{"person_id": person, "wrapped": history.new_key_of(person).wrapped} for person in persons])
    candidacies = insert(
        Candidacy,
        [
            {
                "person_id": person,
                "municipality_id": towns.get(row.get("municipality", "").casefold()),
                "list_token": row[KNOWN_BY],
                "release_on": row.get("release_on"),
            }
            for person, row in zip(persons, rows, strict=True)
        ],
        programme_id=listed.programme_id,
        prison_id=listed.prison_id,
        list_month=listed.month,
        step=first,
        step_since=today,
        step_due_on=deadline.after(today) if deadline else None,
    )
    known = list(zip(candidacies, rows, strict=True))
    insert(Identity, [_identity(one, row) for one, row in known])
    insert(
        CitizenNumber,
        [{"candidacy_id": one, "sealed": seal_bsn(row["bsn"], candidacy=one)} for one, row in known if "bsn" in row],
    )
    steps = [{"candidacy_id": one, "step": step} for one in candidacies for step in passed]
    insert(SelectionEvent, steps, outcome=Outcome.PASSED.value, actor_id=by.user, happened_on=today)
    releases = [{"candidacy_id": one, "release_on": row["release_on"]} for one, row in known if "release_on" in row]
    insert(ReleaseDate, releases, source=FROM_A_LIST, recorded_by_id=by.user, happened_on=today)
    return candidacies


def _first_step(delivery: Delivery) -> tuple[list[str], str]:
    """The steps that a list has been through when it comes, and the one that it comes to."""
    passed: list[str] = []
    for step in delivery.order:
        if delivery.steps[step].kind not in ("list", "send"):
            return passed, step
        passed.append(step)
    raise terms.NoTermsError("the programme has no step after the list")


def _identity(candidacy: UUID, row: Mapping[str, str]) -> dict[str, object]:
    return {
        "candidacy_id": candidacy,
        "given_names": row["given_name"],
        "prefix": row.get("prefix", "")[:40],
        "family_name": row["family_name"],
        "born_on": row["birth_date"],
        "sex": row.get("sex", Sex.UNKNOWN.value),
    }


def _release_moved(key: UUID, release_on: date, by: Scope, today: date) -> None:
    """Another release date: kept in its history with its source, and told to whoever works with the candidate."""
    # Locked first, so that of two who write a date at once the later one is the newest in its history too.
    row = access.writable(Candidacy.objects.filter(pk=key), by).select_for_update(of=("self",)).first()
    if row is None:
        return
    before = row.release_on
    ReleaseDate.objects.create(candidacy=row, release_on=release_on, source=FROM_A_LIST, recorded_by_id=by.user, happened_on=today)
    Candidacy.objects.filter(pk=key).update(release_on=release_on, version=row.version + 1)
    for user in {user for user in (row.counsellor_id, by.user) if user is not None}:
        Notice.objects.create(
            to_id=user,
            kind="release_moved",
            candidacy=row,
            details={"from": before.isoformat() if before else "", "to": release_on.isoformat()},
        )


def look_at_list(*, by: Scope, on: UUID, show: str = "", number: int = 1) -> imports.ListFile | None:
    """A list with a page of its rows, and written down that these people were looked at; None: not there, or not yours."""
    found = imports.one(by, on, show=show, number=number)
    if found is not None and any(row.name for row in found.rows):
        audit.record(by, "read", part="identity", table="ledger_importrow", row=on, facts={"rows": len(found.rows), "page": number})
    return found


@dataclass(frozen=True)
class RefusedRows:
    """The rows that do not come in, to put right: headings of the file, and each row with the cells under them."""

    headings: Sequence[str]
    rows: Sequence[tuple[imports.RowLine, Sequence[str]]]


@action(Role.COORDINATOR)
def take_refused_rows_out(*, by: Scope, on: UUID) -> RefusedRows:
    """The refused rows of a list as they came, of the columns that are named and not sensitive: an export.

    What may be a citizen service number is left out, whatever its column is called.
    """
    listed = _import(on)
    lines = imports.refused(by, on)
    if listed.sealed_file is None or not lines:
        raise Refusal("nothing_to_take", _("There is nothing here that you may take along."))
    file, columns = _again(listed), listed.columns or suggested_columns(on)
    named = {heading: name for name, heading in columns.items() if not FIELDS[name].sensitive}
    places = [place for place, heading in enumerate(file.header) if heading in named]
    cells = dict(file.rows)
    fact(export="refused_rows", list=on, rows=len(lines))
    return RefusedRows(
        # What had no name gets one by which the file is known again when it comes back.
        [
            heading if listed.first_line == FirstLine.NAMES else FIELDS[named[heading]].headings[0]
            for heading in map(file.header.__getitem__, places)
        ],
        [(line, ["" if may_be_bsn(cell) else cell for cell in (cells[line.number][place] for place in places)]) for line in lines],
    )


def look_at_columns(*, by: Scope, on: UUID) -> Mapping[str, Sequence[str]]:
    """Heading -> a few of the values under it, and written down that they were looked at."""
    listed = _import(on)
    if listed.sealed_file is None or listed.prison_id not in by.where(Role.COORDINATOR):
        return {}
    found = samples(_again(listed))
    audit.record(by, "read", part="identity", table="ledger_grosslistimport", row=on, facts={"columns": len(found)})
    return found


@dataclass(frozen=True)
class FirstLines:
    """The first lines of a list as they stand: column by column what stands in the first and in the next one.

    `like_a_person`: that is how the first one looks; else only none of its words is known as the name of a column.
    """

    line: int
    like_a_person: bool
    columns: Sequence[tuple[str, str, str]]


def look_at_first_line(*, by: Scope, on: UUID) -> FirstLines | None:
    """What may be a person, beside the line under it, and written down that it was looked at; None: not the asker's, or the
    file is no longer kept.
    """
    listed = _import(on)
    if listed.sealed_file is None or listed.prison_id not in by.where(Role.COORDINATOR):
        return None
    file = _read(_content(listed), listed.file_name, first_line="person")
    (line, first), (_next, second) = (*file.rows, (0, ("",) * len(file.header)))[:2]
    audit.record(by, "read", part="identity", table="ledger_grosslistimport", row=on, facts={"lines": min(len(file.rows), 2)})
    shown = [tuple("•" * 9 if may_be_bsn(cell) else cell for cell in cells) for cells in (first, second)]
    looks = looks_like_a_person(first, [cells for _line, cells in file.rows[1:]])
    return FirstLines(line, looks, list(zip(file.header, *shown, strict=True)))


TOO_LARGE = MAX_BYTES
