"""PostgreSQL itself refuses: raw SQL in the scope of each role, with other people's ids; and it agrees with the application."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from makegood_portal.ledger import access, audit
from makegood_portal.ledger.access import PART_OF, Part
from makegood_portal.ledger.models import BreakGlass, Candidacy, Consent, Organisation, Party, PermissionRequest, Programme, User
from makegood_portal.ledger.row_security import APPEND_ONLY, policies, unplaced
from makegood_portal.ledger.scope import STRANGER, Scope, scope_of, scoped
from makegood_portal.ledger.words import KINDS_OF_ROLE, Kind, Role
from portal.builders import TODAY, World, a_candidacy, a_consent, a_file, a_programme, a_user, a_world, an_organisation

MAY_READ: dict[Role, set[str]] = {
    Role.COORDINATOR: set(PART_OF),
    Role.COUNSELLOR: set(PART_OF) - {"ledger_citizennumber"},
    Role.LEAD: set(PART_OF) - {"ledger_citizennumber"},
    Role.HEAD_OFFICE: {"ledger_candidacy", "ledger_selectionevent", "ledger_releasedate"},
    Role.PROBATION_OFFICER: {"ledger_candidacy", "ledger_identity", "ledger_contract", "ledger_consent"},
    Role.EVALUATOR: {
        "ledger_candidacy", "ledger_selectionevent", "ledger_releasedate", "ledger_response", "ledger_answer",
        "ledger_eligibilityassessment", "ledger_eligibilityoverride", "ledger_coordination", "ledger_parallelhelp",
        "ledger_contactmoment",
    },
    Role.MUNICIPAL_CONTACT: {"ledger_permissionrequest", "ledger_consent"},
    Role.AGENCY_CONTACT: {"ledger_candidacy", "ledger_identity", "ledger_consent"},
    Role.INVESTOR: set(),
    Role.OUTCOME_PAYER: set(),
    Role.ADMINISTRATOR: set(),
}  # fmt: skip
"""Written down here once more, by hand, from the agreement: a change of the rules must be made in both places."""
TABLES = sorted(PART_OF)


def raw(sql: str, *values: UUID | list[UUID]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def files(world: World) -> World:
    a_file(world.ours.candidacy)
    a_file(world.theirs.candidacy)
    Organisation.objects.filter(kind=Kind.PRISON).update(may_hold_bsn=True)
    return world


def key_of(table: str) -> str:
    return "id" if table == "ledger_candidacy" else "candidacy_id"


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_its_parts_of_its_own_people_and_nothing_else(files: World, role: Role) -> None:
    ours, theirs = files.ours.candidacy.pk, files.theirs.candidacy.pk
    with scoped(scope_of(files.ours.users[role])):
        seen = {table for table in TABLES if raw(f"SELECT 1 FROM {table} WHERE {key_of(table)} = %s", ours)}
        leaked = {table for table in TABLES if raw(f"SELECT 1 FROM {table} WHERE {key_of(table)} <> %s", ours)}
        joined = raw(
            "SELECT 1 FROM ledger_candidacy c FULL JOIN ledger_identity i ON true WHERE i.candidacy_id = %s OR c.id = %s", theirs, theirs
        )
    assert seen == MAY_READ[role]
    assert leaked == set()
    assert joined == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("table", TABLES)
def test_no_role_changes_or_removes_records_of_others(files: World, role: Role, table: str) -> None:
    theirs = files.theirs.candidacy.pk
    before = raw(f"SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM {table} t WHERE {key_of(table)} = %s", theirs)
    assert before != [(None,)]
    for statement in (
        f"DELETE FROM {table} WHERE {key_of(table)} = %s",
        f"UPDATE {table} SET {_harmless(table)} WHERE {key_of(table)} = %s",
    ):
        with suppress(ProgrammingError), scoped(scope_of(files.ours.users[role])):  # no right at all is as good
            assert raw(statement, theirs) == [(0,)]
    after = raw(f"SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM {table} t WHERE {key_of(table)} = %s", theirs)
    assert after == before


def _harmless(table: str) -> str:
    fixed = {"id", "recorded_at", "candidacy_id", "person_id", "programme_id"}
    column = next(field.column for field in _model(table)._meta.concrete_fields if field.column not in fixed)
    return f'"{column}" = "{column}"'


def _model(table: str) -> type[Model]:
    return next(model for model in apps.get_app_config("ledger").get_models() if model._meta.db_table == table)


@pytest.mark.parametrize("role", Role)
def test_no_role_adds_to_files_of_others(files: World, role: Role) -> None:
    columns = "id, recorded_at, candidacy_id, kind, holder, value"
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(scope_of(files.ours.users[role])):
        raw(
            f"INSERT INTO ledger_contactroute ({columns}) VALUES (gen_random_uuid(), now(), %s, 'phone', '', 'x')",
            files.theirs.candidacy.pk,
        )


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD, Role.COUNSELLOR])
def test_a_record_cannot_be_moved_to_another_file(files: World, role: Role) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), scoped(scope_of(files.ours.users[role])):
        raw("UPDATE ledger_contactroute SET candidacy_id = %s", files.theirs.candidacy.pk)


def test_a_candidate_cannot_be_taken_from_another_prison(files: World) -> None:
    coordinator = files.ours.users[Role.COORDINATOR]
    with scoped(scope_of(coordinator)):
        assert raw(
            "UPDATE ledger_candidacy SET prison_id = %s WHERE id = %s", files.ours.at(Kind.PRISON).pk, files.theirs.candidacy.pk
        ) == [(0,)]
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(scope_of(coordinator)):
        raw("UPDATE ledger_candidacy SET prison_id = %s", files.theirs.at(Kind.PRISON).pk)


@pytest.mark.parametrize("table", sorted(policies()))
def test_without_a_scope_there_is_nothing(files: World, table: str) -> None:
    del files
    with scoped(STRANGER):
        assert raw(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_the_runtime_role_everything_else(world: World, table: str, verb: str) -> None:
    column = "number" if "audit" in table else "id"
    with scoped(scope_of(world.ours.users[Role.LEAD])), pytest.raises(ProgrammingError, match="denied"), transaction.atomic():
        raw(verb.format(table, column, column))


@pytest.mark.parametrize("verb", ["UPDATE {} SET recorded_at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_their_owner_too(files: World, verb: str) -> None:
    """Not for secrecy, since an owner can drop a trigger, but so that a mistake in a script destroys nothing."""
    del files
    for table in ("ledger_selectionevent", "ledger_note"):
        raw("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
            raw(verb.format(table))


def test_every_table_is_decided_about() -> None:
    assert unplaced() == []


def test_after_the_hand_over_the_prison_sees_the_outcome_only(files: World) -> None:
    Candidacy.objects.filter(pk=files.ours.candidacy.pk).update(handed_over_on=TODAY)
    with scoped(scope_of(files.ours.users[Role.COORDINATOR])):
        assert {table for table in TABLES if raw(f"SELECT 1 FROM {table}")} == {"ledger_candidacy"}


def test_an_evaluator_does_not_read_what_was_written_in_own_words(files: World) -> None:
    with scoped(scope_of(files.ours.users[Role.EVALUATOR])):
        assert raw("SELECT item FROM ledger_answer") == [("debts",)]


def test_where_no_law_gives_the_task_nobody_reads_a_citizen_service_number(files: World) -> None:
    coordinator = scope_of(files.ours.users[Role.COORDINATOR])
    with scoped(coordinator):
        assert len(raw("SELECT sealed FROM ledger_citizennumber")) == 1
    Organisation.objects.filter(kind=Kind.PRISON).update(may_hold_bsn=False)
    with scoped(coordinator):
        assert raw("SELECT sealed FROM ledger_citizennumber") == []
        assert raw("UPDATE ledger_citizennumber SET sealed = ''") == [(0,)]


OUTSIDE = {Role.PROBATION_OFFICER: "supervision", Role.AGENCY_CONTACT: "work", Role.MUNICIPAL_CONTACT: "permission"}
"""Who works outside prison and provider, and the purpose for which the person must allow sharing with them."""
DOES_NOT_COUNT: dict[str, dict[str, Any]] = {
    "asked": {"state": "asked", "answered_on": None, "until_on": None},
    "refused": {"state": "refused", "until_on": None},
    "withdrawn": {"state": "withdrawn", "withdrawn_on": timezone.localdate()},
    "renewed": {"state": "renewed"},
    "ended": {"until_on": timezone.localdate()},
    "still to come": {"answered_on": timezone.localdate() + timedelta(days=2)},
    "for another purpose": {"purpose": "something_else"},
}


@pytest.mark.parametrize("role", OUTSIDE)
@pytest.mark.parametrize("words", DOES_NOT_COUNT.values(), ids=DOES_NOT_COUNT)
def test_without_a_consent_that_counts_nobody_outside_sees_anything(files: World, role: Role, words: dict[str, Any]) -> None:
    """Need 51: sharing waits for consent, per purpose and party, and stops at once when it ends or is taken back."""
    scope, user = scope_of(files.ours.users[role]), files.ours.users[role]
    with scoped(scope):
        assert {table for table in TABLES if raw(f"SELECT 1 FROM {table}")} == MAY_READ[role]
    Consent.objects.filter(candidacy=files.ours.candidacy, purpose=OUTSIDE[role]).update(**words)
    with scoped(scope_of(user)):
        assert {table for table in TABLES if raw(f"SELECT 1 FROM {table}")} == set()
        assert raw("SELECT 1 FROM ledger_personkey") == []


@pytest.mark.parametrize("role", OUTSIDE)
def test_a_consent_to_another_party_opens_nothing(files: World, role: Role) -> None:
    home = files.theirs.at(next(iter(KINDS_OF_ROLE[role])))
    Consent.objects.filter(candidacy=files.ours.candidacy, purpose=OUTSIDE[role]).update(party=home)
    with scoped(scope_of(files.ours.users[role])):
        assert {table for table in TABLES if raw(f"SELECT 1 FROM {table}")} == set()


@pytest.mark.parametrize("role", OUTSIDE)
def test_nobody_outside_gives_consent_in_somebodys_name(files: World, role: Role) -> None:
    Consent.objects.filter(candidacy=files.ours.candidacy).update(state="asked", answered_on=None, until_on=None)
    with suppress(ProgrammingError), scoped(scope_of(files.ours.users[role])):
        assert raw("UPDATE ledger_consent SET state = 'given', answered_on = current_date, until_on = '2999-01-01'") == [(0,)]
    columns = "id, recorded_at, candidacy_id, purpose, party_id, state, way, asked_on, answered_on, until_on, version"
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(scope_of(files.ours.users[role])):
        raw(
            f"INSERT INTO ledger_consent ({columns}) SELECT gen_random_uuid(), now(), %s, 'x', %s, 'given', '', current_date, current_date,"
            " '2999-01-01', 1",
            files.ours.candidacy.pk,
            files.ours.at(next(iter(KINDS_OF_ROLE[role]))).pk,
        )


def test_a_consent_is_not_turned_into_one_for_somebody_else(files: World) -> None:
    for column in ("party_id", "purpose"):
        with pytest.raises(ProgrammingError, match="permission denied"), scoped(scope_of(files.ours.users[Role.LEAD])):
            raw(f"UPDATE ledger_consent SET {column} = {column}")


class TestTheMunicipality:
    """It reads the requests that were sent to it, and answers them; nothing else."""

    @pytest.fixture
    def request_of(self, files: World) -> PermissionRequest:
        return PermissionRequest.objects.get(candidacy=files.ours.candidacy)

    def answer(self, files: World, **words: object) -> int:
        by = scope_of(files.ours.users[Role.MUNICIPAL_CONTACT])
        with scoped(by):
            audit.record(by, "answer")
            return PermissionRequest.objects.update(**{"answered_by_id": by.user} | words)

    def test_it_answers(self, files: World, request_of: PermissionRequest) -> None:
        assert self.answer(files, state="granted", answered_on=TODAY) == 1
        request_of.refresh_from_db()
        assert request_of.state == "granted"

    @pytest.mark.parametrize(
        "words",
        [
            {"deadline_on": date(2030, 1, 1)},
            {"says": b""},
            {"state": "withdrawn"},
            {"state": "draft"},
            {"asked_on": TODAY},
            {"parallel": True},
        ],
        ids=lambda words: next(iter(words)),
    )
    def test_it_changes_nothing_else(self, files: World, request_of: PermissionRequest, words: dict[str, object]) -> None:
        del request_of
        with pytest.raises(ProgrammingError, match=r"only_an_answer|row-level security"):
            self.answer(files, **words)

    @pytest.mark.parametrize("words", [{"state": "granted"}, {"state": "refused", "reason": "full"}], ids=["another", "its words"])
    @pytest.mark.parametrize("way", ["started", "left"])
    def test_an_answer_is_changed_until_the_candidate_started_or_left(
        self, files: World, request_of: PermissionRequest, words: dict[str, object], way: str
    ) -> None:
        self.answer(files, state="refused", answered_on=TODAY)
        assert self.answer(files, **words) == 1
        day = {"started_on": TODAY} if way == "started" else {"left_on": TODAY, "exit_reason": "transferred"}
        Candidacy.objects.filter(pk=request_of.candidacy_id).update(state=way, **day)
        with pytest.raises(ProgrammingError, match="only_an_answer"):
            self.answer(files, **words)

    def test_it_answers_in_its_own_name_alone(self, files: World, request_of: PermissionRequest) -> None:
        del request_of
        for name in (files.ours.users[Role.COORDINATOR].pk, None):
            with pytest.raises(ProgrammingError, match="only_an_answer"):
                self.answer(files, state="granted", answered_on=TODAY, answered_by_id=name)

    def test_it_learns_of_nobody_else_whether_they_are_on_the_way(self, files: World, request_of: PermissionRequest) -> None:
        with scoped(scope_of(files.ours.users[Role.MUNICIPAL_CONTACT])), connection.cursor() as cursor:
            for key, known in ((request_of.candidacy_id, True), (files.theirs.candidacy.pk, False)):
                cursor.execute("SELECT ledger_on_the_way(%s)", [key])
                assert cursor.fetchone() == (known,)

    def test_what_is_withdrawn_is_not_answered(self, files: World, request_of: PermissionRequest) -> None:
        PermissionRequest.objects.filter(pk=request_of.pk).update(state="withdrawn")
        with pytest.raises(ProgrammingError, match="only_an_answer"):
            self.answer(files, state="granted", answered_on=TODAY)

    def test_a_draft_is_not_seen(self, files: World, request_of: PermissionRequest) -> None:
        PermissionRequest.objects.filter(pk=request_of.pk).update(state="draft")
        assert self.answer(files, state="granted", answered_on=TODAY) == 0


SEATS = (Kind.PRISON, Kind.PROVIDER, Kind.PROBATION, Kind.MUNICIPALITY, Kind.AGENCY)


class TestTwoEnginesAgree:
    """On a random crowd the application's conditions and PostgreSQL's policies let through the same rows."""

    SEED = 20_260_302

    @pytest.fixture
    def crowd(self, db: None) -> list[User]:
        del db
        chance = random.Random(self.SEED)  # noqa: S311 - for variety, not for secrets
        at = {kind: [an_organisation(kind) for _ in range(2)] for kind in SEATS}
        Organisation.objects.filter(pk=at[Kind.PRISON][0].pk).update(may_hold_bsn=True)
        offices = [an_organisation(kind) for kind in (Kind.PRISON_SERVICE, Kind.EVALUATOR)]
        programmes = [a_programme() for _ in range(2)]
        for office in offices:
            Party.objects.create(programme=programmes[0], organisation=office)
        users = [user for role, where in self._seats(at, offices) for user in [a_user(role, at=where)]]
        officers, counsellors = users[:4], users[4:8]
        maybe = lambda things: chance.choice([None, *things])  # noqa: E731
        for _ in range(60):
            candidacy = self._somebody(chance, programmes, at, maybe, counsellors, officers)
            if chance.random() < 0.3 and candidacy.provider:
                until = timezone.now() + timedelta(minutes=chance.choice([-5, 30]))
                glass = {"user": chance.choice(counsellors), "provider": chance.choice(at[Kind.PROVIDER]), "sealed": b""}
                BreakGlass.objects.create(**glass, candidacy=candidacy, until_at=until, recorded_at=until - timedelta(hours=1))
        return users

    def _seats(self, at: dict[Kind, list[Organisation]], offices: list[Organisation]) -> Iterator[tuple[Role, Organisation]]:
        for role, kind in [(Role.PROBATION_OFFICER, Kind.PROBATION), (Role.COUNSELLOR, Kind.PROVIDER)]:
            for where in at[kind]:
                yield from [(role, where)] * 2
        for role, kind in [(Role.COORDINATOR, Kind.PRISON), (Role.LEAD, Kind.PROVIDER), (Role.MUNICIPAL_CONTACT, Kind.MUNICIPALITY),
                           (Role.AGENCY_CONTACT, Kind.AGENCY)]:  # fmt: skip
            for where in at[kind]:
                yield role, where
        yield Role.HEAD_OFFICE, offices[0]
        yield Role.EVALUATOR, offices[1]

    def _somebody(self, chance: random.Random, programmes: list[Programme], at: dict[Kind, list[Organisation]], maybe: object,
                  counsellors: list[User], officers: list[User]) -> Candidacy:  # fmt: skip
        assert callable(maybe)
        candidacy = a_candidacy(
            programme=chance.choice(programmes),
            prison=chance.choice(at[Kind.PRISON]),
            provider=maybe(at[Kind.PROVIDER]),
            municipality=maybe(at[Kind.MUNICIPALITY]),
            counsellor=maybe(counsellors),
            probation=maybe(at[Kind.PROBATION]),
            probation_officer=maybe(officers),
            handed_over_on=maybe([TODAY]),
        )
        for kind, purpose in ((Kind.PROBATION, "supervision"), (Kind.AGENCY, "work"), (Kind.MUNICIPALITY, "permission")):
            for party in at[kind]:
                if chance.random() < 0.6:
                    a_consent(candidacy, party, **{"purpose": purpose} | chance.choice([{}, {}, *DOES_NOT_COUNT.values()]))
        a_file(candidacy)
        PermissionRequest.objects.filter(candidacy=candidacy).update(state=chance.choice(["draft", "asked"]))
        return candidacy

    def test_they_let_the_same_rows_through(self, crowd: list[User]) -> None:
        several = [self._together(crowd[0], crowd[4], crowd[8]), self._together(crowd[12], crowd[14]), self._together(*crowd)]
        seen = 0
        for scope in [*map(scope_of, crowd), *several]:
            with scoped(scope):
                for table in TABLES:
                    rows = _model(table)._default_manager.all()
                    by_the_database = {row[0] for row in raw(f"SELECT id FROM {table}")}
                    by_the_application = set(access.visible(rows, scope).values_list("pk", flat=True))
                    assert by_the_application == by_the_database, (table, scope)
                    seen += len(by_the_database)
        assert seen > 1_000, "the crowd is large enough to prove something"

    def test_the_application_alone_would_do(self, crowd: list[User]) -> None:
        """The same, asked past row-level security: the application's conditions do not lean on the database's."""
        for scope in map(scope_of, crowd):
            for table in TABLES:
                rows = _model(table)._default_manager.all()
                alone = set(access.visible(rows, scope).values_list("pk", flat=True))
                with scoped(scope):
                    assert alone == {row[0] for row in raw(f"SELECT id FROM {table}")}, (table, scope)

    def _together(self, *users: User) -> Scope:
        """One person with the roles of several."""
        held = [scope_of(user) for user in users]
        where = {role: frozenset().union(*(scope.where(role) for scope in held)) for role in Role}
        return Scope(user=users[0].pk, organisations=MappingProxyType(where))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_candidacy SET track = 'basic'",
        "DELETE FROM ledger_identity",
        "INSERT INTO ledger_contactroute (id, recorded_at, candidacy_id, kind, holder, value)"
        " SELECT gen_random_uuid(), now(), id, 'phone', '', '06' FROM ledger_candidacy",
    ],
)
def test_nothing_is_changed_about_a_person_that_is_not_written_down(statement: str) -> None:
    """PostgreSQL looks when the transaction ends: without an audit entry in it, nothing of it stands."""
    lead = scope_of(a_world().ours.users[Role.LEAD])
    with pytest.raises(ProgrammingError, match="not_audited"), scoped(lead):
        raw(statement)
    with scoped(lead):
        raw(statement)
        audit.record(lead, "written_down")


ANOTHER_DATE = "UPDATE ledger_candidacy SET release_on = release_on + 7 WHERE id = %s"
ITS_HISTORY = (
    "INSERT INTO ledger_releasedate (id, recorded_at, candidacy_id, release_on, source, reason, happened_on)"
    " SELECT gen_random_uuid(), clock_timestamp(), id, release_on + 7, 'gross_list', '', current_date FROM ledger_candidacy WHERE id = %s"
)


def written_down(scope: Scope, *statements: str, about: UUID) -> list[tuple[object, ...]]:
    """What these statements say, in one transaction with an audit entry."""
    with scoped(scope):
        audit.record(scope, "tried")
        return [row for statement in statements for row in raw(statement, about)]


@pytest.mark.django_db(transaction=True)
def test_the_head_office_writes_no_release_date_at_its_own_steps() -> None:
    """As the action says: it does the steps that the programme file gives it, and the prison says when somebody is released."""
    ours = a_world().ours
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="list_checked", release_on=TODAY)
    office, own_step = scope_of(ours.users[Role.HEAD_OFFICE]), "UPDATE ledger_candidacy SET step_since = step_since WHERE id = %s"
    assert written_down(office, own_step, about=ours.candidacy.pk) == [(1,)]
    with pytest.raises(ProgrammingError, match="row-level security"):
        written_down(office, ITS_HISTORY, about=ours.candidacy.pk)
    with pytest.raises(ProgrammingError, match="release_without_history"):
        written_down(office, ANOTHER_DATE, about=ours.candidacy.pk)
    assert Candidacy.objects.get(pk=ours.candidacy.pk).release_on == TODAY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD])
def test_a_release_date_changes_with_its_history_alone(role: Role) -> None:
    ours = a_world().ours
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=TODAY)
    scope = scope_of(ours.users[role])
    with pytest.raises(ProgrammingError, match="release_without_history"):
        written_down(scope, ANOTHER_DATE, about=ours.candidacy.pk)
    written_down(scope, ITS_HISTORY, ANOTHER_DATE, about=ours.candidacy.pk)
    assert Candidacy.objects.get(pk=ours.candidacy.pk).release_on == TODAY + timedelta(days=7)


def test_parts_are_all_used() -> None:
    assert set(PART_OF.values()) == set(Part)
