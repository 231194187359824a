"""A register of many invented people, filled table by table in one statement each: for `bench_portal`.

Of each ten people one started, two are on their way and seven left. Nobody in it exists; the same seed gives the same people.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from makegood.instrument.questionnaire import progress
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.actions.seal_audit import seal_audit
from makegood_portal.ledger import history, terms
from makegood_portal.ledger.models import Candidacy, Membership, Organisation, Party, PermissionRequest, Programme, User
from makegood_portal.ledger.models.person import ALPHABET
from makegood_portal.ledger.scope import scope_of_system
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side

COUNSELLORS, OFFICERS, TOWNS = 250, 50, 300
GIVEN = ["Adam", "Anouk", "Bilal", "Carla", "Daan", "Esra", "Femke", "Gijs", "Hanna", "Iris",
         "Jaap", "Kees", "Lotte", "Mees", "Nadia", "Omar", "Pien", "Quinten", "Roos", "Sem"]  # fmt: skip
FAMILY = ["Akkerman", "Bakker", "Ceylan", "Dekker", "Evers", "Faber", "Groen", "Hoekstra", "Ismail", "Jonker", "Kuipers", "Linden",
          "Molenaar", "Nijhof", "Oosting", "Postma", "Rietveld", "Sijbesma", "Tuinstra", "Veldman"]  # fmt: skip


@dataclass(frozen=True)
class Register:
    """The programme with its organisations, and the users of each role."""

    programme: Programme
    places: dict[Kind, list[Organisation]]
    users: dict[Role, list[User]]

    def side(self, role: Role, user: User) -> Side:
        """As the table of access wants it: with a candidate whom this user may open, if there is one."""
        users = {one: found[0] for one, found in self.users.items()} | {role: user}
        own = Organisation.objects.get(memberships__user=user)
        organisations = {kind: found[0] for kind, found in self.places.items()} | {Kind(own.kind): own}
        return Side(self.programme, organisations, users, self.candidates_of(role, user, 1)[0])

    def candidates_of(self, role: Role, user: User, most: int) -> list[Candidacy]:
        """Candidates whose whole file this user may open, spread over all."""
        rows = Candidacy.objects.filter(state="open", prison__memberships__user=user, handed_over_on=None)
        if role in (Role.COUNSELLOR, Role.LEAD):
            rows = Candidacy.objects.filter(state="started", provider=self.places[Kind.PROVIDER][0])
            rows = rows.filter(counsellor=user) if role is Role.COUNSELLOR else rows
        elif role is Role.PROBATION_OFFICER:
            rows = Candidacy.objects.filter(probation_officer=user)
        elif role is not Role.COORDINATOR:
            rows = Candidacy.objects.filter(state="started")
        return list(rows.order_by("list_token")[:most])


def found() -> Register:
    """What `fill` filled."""
    programme = Programme.objects.get()
    places: dict[Kind, list[Organisation]] = {}
    for one in Organisation.objects.filter(programmes__programme=programme).order_by("name"):
        places.setdefault(Kind(one.kind), []).append(one)
    users = {role: list(User.objects.filter(memberships__role=role).order_by("email")) for role in Role}
    return Register(programme, places, users)


def fill(people: int, *, seed: int) -> Register:
    """Everything, as the owner of the tables, in one transaction; then PostgreSQL learns how much there is."""
    today = timezone.localdate()
    with transaction.atomic():
        _surroundings()
        register = found()
        _persons(people, seed, register.programme.pk)
        _candidacies(register, today)
        _around_them(register, today)
        _permissions(register, today)
        _answers(register, today)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    seal_audit()
    return register


def _surroundings() -> None:
    programme = load_programme("werk-na-detentie", by=scope_of_system("bench"), on=date(2016, 6, 3))
    prisons = [one.organisation for one in Party.objects.filter(programme=programme, organisation__kind=Kind.PRISON)]
    single = (
        Kind.PRISON_SERVICE,
        Kind.PROVIDER,
        Kind.PROBATION,
        Kind.AGENCY,
        Kind.INVESTOR,
        Kind.OUTCOME_PAYER,
        Kind.EVALUATOR,
        Kind.OPERATOR,
    )
    others = {kind: Organisation.objects.create(kind=kind, name=f"{kind.label} 1") for kind in single}
    towns = [Organisation(kind=Kind.MUNICIPALITY, name=f"Gemeente {number:03}") for number in range(TOWNS)]
    Organisation.objects.bulk_create(towns)
    Party.objects.bulk_create([Party(programme=programme, organisation=one) for one in (*others.values(), *towns)])
    for role, where in {
        Role.COORDINATOR: prisons,
        Role.HEAD_OFFICE: [others[Kind.PRISON_SERVICE]],
        Role.COUNSELLOR: [others[Kind.PROVIDER]] * COUNSELLORS,
        Role.LEAD: [others[Kind.PROVIDER]] * 3,
        Role.MUNICIPAL_CONTACT: towns,
        Role.PROBATION_OFFICER: [others[Kind.PROBATION]] * OFFICERS,
        Role.AGENCY_CONTACT: [others[Kind.AGENCY]],
        Role.INVESTOR: [others[Kind.INVESTOR]],
        Role.OUTCOME_PAYER: [others[Kind.OUTCOME_PAYER]],
        Role.EVALUATOR: [others[Kind.EVALUATOR]],
        Role.ADMINISTRATOR: [others[Kind.OPERATOR]],
    }.items():
        users = [
            User(email=f"{role}{number:03}@bench.example", name=f"{role.label} {number}", password="!")  # noqa: S106 - nobody logs in
            for number in range(len(where))
        ]
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(
            [Membership(user=user, organisation=one, role=role, from_on=date(2016, 1, 1)) for user, one in zip(users, where, strict=True)]
        )


def _persons(people: int, seed: int, programme: UUID) -> None:
    """Keys are made one by one, as for real people; the rest of a person is a pseudonym."""
    draw = random.Random(seed)  # noqa: S311 - invented people need no secrets
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE many (n integer PRIMARY KEY, person uuid, pseudonym text, wrapped bytea, candidacy uuid)")
        with cursor.copy("COPY many FROM STDIN") as copy:  # type: ignore[attr-defined]
            for number in range(people):
                person, candidacy = (UUID(hashlib.md5(f"{seed} {number} {what}".encode()).hexdigest()) for what in "pc")  # noqa: S324
                signs = "".join(draw.choices(ALPHABET, k=10))
                key = history.new_key_of(person).wrapped
                copy.write_row((number, person, f"{signs[:4]}-{signs[4:8]}-{signs[8:]}", key, candidacy))
        cursor.execute("ANALYZE many")
        cursor.execute(
            "INSERT INTO ledger_person (id, recorded_at, programme_id, pseudonym) SELECT person, now(), %s, pseudonym FROM many",
            [programme],
        )
        cursor.execute(
            "INSERT INTO ledger_personkey (id, recorded_at, person_id, wrapped) SELECT gen_random_uuid(), now(), person, wrapped FROM many"
        )


CANDIDACIES = """
CREATE TEMP TABLE placed AS
SELECT n, person, candidacy, state, step, town, prison, officer, idx,
       CASE WHEN idx >= 5 THEN counsellor END AS counsellor, CASE WHEN idx >= 5 THEN %(provider)s::uuid END AS provider
FROM (SELECT *, CASE state WHEN 'started' THEN 10 WHEN 'open' THEN 3 + (n / 10) %% 7 ELSE 3 + (n / 7) %% 6 END AS idx
      FROM (SELECT *, CASE n %% 10 WHEN 0 THEN 'started' WHEN 1 THEN 'open' WHEN 2 THEN 'open' ELSE 'left' END AS state,
                   (%(towns)s::uuid[])[1 + (n * 7) %% cardinality(%(towns)s::uuid[])] AS town,
                   (%(prisons)s::uuid[])[1 + (n / 10) %% cardinality(%(prisons)s::uuid[])] AS prison,
                   (%(counsellors)s::uuid[])[1 + (n / 10) %% cardinality(%(counsellors)s::uuid[])] AS counsellor,
                   CASE WHEN n %% 10 = 0 THEN (%(officers)s::uuid[])[1 + (n / 10) %% cardinality(%(officers)s::uuid[])] END AS officer
            FROM many) a) b
CROSS JOIN LATERAL (SELECT (%(steps)s::text[])[idx] AS step) s;
ANALYZE placed;
INSERT INTO ledger_candidacy (id, recorded_at, programme_id, person_id, prison_id, provider_id, municipality_id, counsellor_id,
    probation_id, probation_officer_id, list_token, list_month, channel, "group", step, step_since, step_due_on,
    state, exit_reason, release_on, track, handed_over_on, contract_on, started_on, left_on, version)
SELECT candidacy, now(), %(programme)s, person, prison, provider, town, counsellor,
    CASE WHEN officer IS NOT NULL THEN %(probation)s::uuid END, officer,
    md5(n || 'a') || md5(n || 'b'), date_trunc('month', %(today)s - n %% 1000)::date, '', '', step, %(today)s - n %% 60,
    CASE state WHEN 'open' THEN %(today)s - n %% 60 + 45 END, state, CASE state WHEN 'left' THEN 'not_suitable' ELSE '' END,
    CASE state WHEN 'open' THEN %(today)s + (n * 37) %% 400 - 20 ELSE %(today)s - (n * 37) %% 700 END,
    CASE state WHEN 'started' THEN 'basic' ELSE '' END, CASE WHEN idx >= 8 THEN %(today)s - 20 END,
    CASE state WHEN 'started' THEN %(today)s - n %% 700 END, CASE state WHEN 'started' THEN %(today)s - n %% 700 END,
    CASE state WHEN 'left' THEN %(today)s - n %% 60 END, 1
FROM placed;
INSERT INTO ledger_identity (id, recorded_at, candidacy_id, given_names, prefix, family_name, born_on, sex)
SELECT gen_random_uuid(), now(), candidacy, (%(given)s::text[])[1 + n %% cardinality(%(given)s::text[])], '',
    (%(family)s::text[])[1 + (n / 20) %% cardinality(%(family)s::text[])], date '1960-01-01' + (n * 13) %% 16000, 'male'
FROM placed;
INSERT INTO ledger_selectionevent (id, recorded_at, candidacy_id, step, outcome, reason, reason_source, happened_on)
SELECT gen_random_uuid(), now(), candidacy, s.step, 'passed', '', '', %(today)s - n %% 60 - (idx - s.ord::integer) * 20
FROM placed JOIN unnest(%(steps)s::text[]) WITH ORDINALITY AS s(step, ord) ON s.ord < placed.idx;
INSERT INTO ledger_selectionevent (id, recorded_at, candidacy_id, step, outcome, reason, reason_source, happened_on)
SELECT gen_random_uuid(), now(), candidacy, step, 'exited', 'not_suitable', 'prison_service', %(today)s - n %% 60
FROM placed WHERE state = 'left';
INSERT INTO ledger_releasedate (id, recorded_at, candidacy_id, release_on, source, happened_on)
SELECT gen_random_uuid(), now(), id, release_on, 'gross_list', step_since FROM ledger_candidacy;
"""

AROUND = """
INSERT INTO ledger_consent (id, recorded_at, candidacy_id, purpose, party_id, state, way, asked_on, answered_on, until_on, version)
SELECT gen_random_uuid(), now(), candidacy, 'supervision', %(probation)s, 'given', 'on_paper', %(today)s - 100, %(today)s - 100,
    %(today)s + 200, 1 FROM placed WHERE officer IS NOT NULL;
INSERT INTO ledger_consent (id, recorded_at, candidacy_id, purpose, party_id, state, way, asked_on, answered_on, until_on, version)
SELECT gen_random_uuid(), now(), candidacy, 'permission', town, 'given', 'on_paper', %(today)s - 100, %(today)s - 100, %(today)s + 200, 1
FROM placed WHERE idx >= 7 AND state <> 'left';
INSERT INTO ledger_consent (id, recorded_at, candidacy_id, purpose, party_id, state, way, asked_on, answered_on, until_on, version)
SELECT gen_random_uuid(), now(), candidacy, 'work', %(agency)s, 'given', 'on_paper', %(today)s - 100, %(today)s - 100, %(today)s + 200, 1
FROM placed WHERE state = 'started';
INSERT INTO ledger_contract (id, recorded_at, candidacy_id, track, signed_on, signed_with_id, withdrawn_reason)
SELECT gen_random_uuid(), now(), id, 'basic', contract_on, counsellor_id, '' FROM ledger_candidacy WHERE state = 'started';
INSERT INTO ledger_contactroute (id, recorded_at, candidacy_id, kind, holder, value)
SELECT gen_random_uuid(), now(), id, 'own_phone', '', '0600000000' FROM ledger_candidacy WHERE state = 'started';
INSERT INTO ledger_appointment (id, recorded_at, candidacy_id, kind, at, place, with_user_id, with_whom, state, version)
SELECT gen_random_uuid(), now(), candidacy, 'first_week', now() + make_interval(days => n %% 500 - 490), '', counsellor, '',
    CASE n %% 500 < 490 WHEN true THEN 'kept' ELSE 'planned' END, 1 FROM placed WHERE state = 'started';
INSERT INTO ledger_grosslistimport (id, recorded_at, programme_id, prison_id, month, file_name, sha256, header, notes, state, counts, by_id,
    committed_at, done_at)
SELECT md5(prison::text || month::text)::uuid, month, %(programme)s, prison, month, 'lijst.csv', md5(month::text) || md5(month::text),
    '[]', '[]', 'done', jsonb_build_object('rows', count(*), 'new', count(*)), %(coordinator)s, now(), now()
FROM (SELECT prison_id AS prison, list_month AS month FROM ledger_candidacy) l GROUP BY prison, month;
INSERT INTO ledger_importrow (id, recorded_at, of_id, prison_id, number, outcome, corrected, problems, became_id, done_at)
SELECT gen_random_uuid(), now(), md5(prison_id::text || list_month::text)::uuid, prison_id,
    1 + row_number() OVER (PARTITION BY prison_id, list_month), 'new', false, '[]', id, now() FROM ledger_candidacy;
INSERT INTO ledger_auditentry (at, actor, acting_as, verb, part, "table", row, candidacy, person, outcome, facts, request)
SELECT now(), coalesce(counsellor, %(coordinator)s), 'counsellor', 'read', 'candidacy', '', NULL, candidacy, person, 'done', '{}',
    gen_random_uuid() FROM placed;
INSERT INTO ledger_municipalitydetails (id, recorded_at, municipality_id, cbs_code, cbs_year, address_for_requests,
    consultation, usual_care)
SELECT gen_random_uuid(), now(), id, lpad(row_number() OVER ()::text, 4, '0'), 2026, '', '', '' FROM ledger_organisation
WHERE kind = 'municipality';
INSERT INTO ledger_municipalitycontact (id, recorded_at, municipality_id, name, duty, email, phone, checked_on)
SELECT gen_random_uuid(), now(), id, 'Loket', '', 'loket@bench.example', '', %(today)s FROM ledger_organisation WHERE kind = 'municipality';
"""


def _candidacies(register: Register, today: date) -> None:
    steps = terms.delivery_on(register.programme.pk, today).order
    words = {
        "programme": register.programme.pk,
        "provider": register.places[Kind.PROVIDER][0].pk,
        "probation": register.places[Kind.PROBATION][0].pk,
        "prisons": [one.pk for one in register.places[Kind.PRISON]],
        "towns": [one.pk for one in register.places[Kind.MUNICIPALITY]],
        "counsellors": [one.pk for one in register.users[Role.COUNSELLOR]],
        "officers": [one.pk for one in register.users[Role.PROBATION_OFFICER]],
        "steps": list(steps),
        "given": GIVEN,
        "family": FAMILY,
        "today": today,
    }
    _each(CANDIDACIES, words)


def _around_them(register: Register, today: date) -> None:
    words = {
        "programme": register.programme.pk,
        "coordinator": register.users[Role.COORDINATOR][0].pk,
        "probation": register.places[Kind.PROBATION][0].pk,
        "agency": register.places[Kind.AGENCY][0].pk,
        "today": today,
    }
    _each(AROUND, words)


def _each(text: str, words: dict[str, object]) -> None:
    with connection.cursor() as cursor:
        for statement in filter(str.strip, text.split(";")):
            cursor.execute(statement, words)


def _permissions(register: Register, today: date) -> None:
    """What a request says of somebody is sealed with their key; those at the step of the permission wait for the answer."""
    waits = [step for step, one in terms.delivery_on(register.programme.pk, today).steps.items() if one.kind == "permission"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.candidacy, p.person, p.town, p.step = ANY (%s), p.n, m.wrapped"
            " FROM placed p JOIN many m USING (n) WHERE p.idx >= 7 AND p.state <> 'left'",
            [waits],
        )
        found = cursor.fetchall()
    batch = []
    for candidacy, person, town, open_, number, wrapped in found:
        key = history._decrypt(history._master(), bytes(wrapped), person.bytes)
        says = (
            b'{"name": "'
            + GIVEN[number % len(GIVEN)].encode()
            + b'", "born_on": "1990-01-01", "prison": "P", "release_on": "", "programme": "W"}'
        )
        asked = date.fromordinal(today.toordinal() - 3 - number % 300)
        batch.append(
            PermissionRequest(
                candidacy_id=candidacy, municipality_id=town, state="asked" if open_ else "granted",
                says=history._encrypt(key, says, person.bytes), asked_on=asked, deadline_on=date.fromordinal(asked.toordinal() + 14),
                answered_on=None if open_ else date.fromordinal(min(asked.toordinal() + 5 + number % 20, today.toordinal())),
            )
        )  # fmt: skip
    PermissionRequest.objects.bulk_create(batch, batch_size=2000)


def _answers(register: Register, today: date) -> None:
    """Whoever came past the questionnaire answered it: all that is asked where nothing opens a further question."""
    key, form = terms.questionnaires_of(register.programme.pk, ["screening"])["screening"]
    asked = list(progress(form, {}).asked)
    statements = """
    INSERT INTO ledger_response (id, recorded_at, candidacy_id, questionnaire_id, state, medium, started_on, asked, at_item, version)
    SELECT md5('r' || n)::uuid, now(), candidacy, %(form)s, CASE n %% 9 WHEN 0 THEN 'open' ELSE 'finished' END, 'screen', %(today)s,
        to_jsonb(%(asked)s::text[]), '', 1 FROM placed WHERE idx >= 6 AND state <> 'left';
    INSERT INTO ledger_answer (id, recorded_at, candidacy_id, response_id, item, status, value, free_text, source, reference_time,
        happened_on)
    SELECT gen_random_uuid(), now(), candidacy, md5('r' || n)::uuid, item,
        CASE (n + ord) %% 12 WHEN 0 THEN 'refused' WHEN 1 THEN 'not_known' ELSE 'given' END,
        CASE WHEN (n + ord) %% 12 > 1 THEN '"yes"'::jsonb END, false, 'self', 'before', %(today)s
    FROM placed, unnest(%(asked)s::text[]) WITH ORDINALITY AS a(item, ord)
    WHERE idx >= 6 AND state <> 'left' AND (n + ord) %% 15 <> 0
    """
    _each(statements, {"form": key, "today": today, "asked": asked})
