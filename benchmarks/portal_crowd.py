"""A hundred thousand invented candidates in the register, seeded, each table in one COPY: for the bench of the portal.

One programme of today (the practice round's terms), its ten prisons and thirty more, 342 municipalities, a hundred
counsellors. Of all who stood on a list so many started; of the others most left at a step for one of its reasons, the
rest is on the way. Everything of a file comes with it: events, release dates, answers, requests, consents, contacts.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection, models, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from makegood.instrument.questionnaire import Questionnaire
from makegood.programme.delivery import Delivery
from makegood.programme.reading import shipped
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.actions.seal_audit import seal_audit
from makegood_portal.config import practice_round
from makegood_portal.ledger import history, terms
from makegood_portal.ledger.models import (
    Answer,
    Appointment,
    AuditEntry,
    Candidacy,
    Consent,
    ContactMoment,
    ContactRoute,
    Contract,
    Coordination,
    EligibilityAssessment,
    GrossListImport,
    Identity,
    ImportRow,
    Membership,
    MunicipalityContact,
    MunicipalityDetails,
    Notice,
    Organisation,
    Party,
    PermissionRequest,
    Person,
    PersonKey,
    Programme,
    ProgrammeVersion,
    ReleaseDate,
    Response,
    SelectionEvent,
    User,
)
from makegood_portal.ledger.scope import scope_of_system
from makegood_portal.ledger.sealing import list_token
from makegood_portal.ledger.words import Kind, Role

PRISONS, MUNICIPALITIES, LIST_MONTHS = 40, 342, 13
STAFF = {
    Role.COUNSELLOR: 100,
    Role.LEAD: 3,
    Role.HEAD_OFFICE: 3,
    Role.PROBATION_OFFICER: 60,
    Role.AGENCY_CONTACT: 5,
    Role.INVESTOR: 2,
    Role.OUTCOME_PAYER: 2,
    Role.EVALUATOR: 2,
    Role.ADMINISTRATOR: 1,
}
"""Role -> how many have it, beside a coordinator a prison and a contact a municipality."""
WHERE = {
    Role.COUNSELLOR: Kind.PROVIDER,
    Role.LEAD: Kind.PROVIDER,
    Role.HEAD_OFFICE: Kind.PRISON_SERVICE,
    Role.INVESTOR: Kind.INVESTOR,
    Role.PROBATION_OFFICER: Kind.PROBATION,
    Role.AGENCY_CONTACT: Kind.AGENCY,
    Role.OUTCOME_PAYER: Kind.OUTCOME_PAYER,
    Role.EVALUATOR: Kind.EVALUATOR,
    Role.ADMINISTRATOR: Kind.OPERATOR,
}
OPEN = 0.15
"""Of those who did not start: how many are still on the way."""
AT = {
    "list_checked": 50,
    "informed": 25,
    "questionnaire": 8,
    "talk": 6,
    "contract_signed": 4,
    "permission_asked": 4,
    "acquaintance": 2,
    "started": 1,
}
"""Step -> out of a hundred, who stands there or left there."""
SYLLABLES = (
    "bak",
    "dijk",
    "berg",
    "veld",
    "mans",
    "stra",
    "ring",
    "huis",
    "kamp",
    "meer",
    "horst",
    "brink",
    "daal",
    "rood",
    "wit",
    "zand",
    "water",
    "maat",
    "boer",
    "smit",
    "kool",
    "hof",
    "laar",
    "poel",
    "riet",
    "sloot",
    "ster",
    "tuin",
    "visser",
    "wal",
    "wolf",
    "zee",
)
GIVEN = (
    "Aad",
    "Bo",
    "Cas",
    "Dina",
    "Els",
    "Fay",
    "Guus",
    "Hidde",
    "Ilse",
    "Jip",
    "Kaj",
    "Lot",
    "Mees",
    "Noor",
    "Okke",
    "Puck",
    "Roel",
    "Sanne",
    "Teun",
    "Umar",
    "Vera",
    "Wim",
    "Xandra",
    "Yara",
    "Zeb",
)


@dataclass
class Crowd:
    """What is known of the register while it is filled."""

    chance: random.Random
    today: date
    programme: Programme
    delivery: Delivery
    at: dict[Kind, list[UUID]] = field(default_factory=dict)
    users: dict[Role, list[UUID]] = field(default_factory=dict)
    home: dict[UUID, UUID] = field(default_factory=dict)
    """User -> organisation."""

    def key(self) -> UUID:
        """A random key that is the same for the same seed."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def moment(self, day: date) -> datetime:
        """Some time on a day, never later than now."""
        return min(datetime(day.year, day.month, day.day, 9, self.chance.randrange(60), tzinfo=UTC), timezone.now())


def load(folder: Path, *, candidates: int, started: int, seed: int, today: date) -> dict[str, int]:
    """Fill an empty register as its owner, and let the database look at it. Gives the number of rows by table."""
    years = practice_round.years_since(today)
    file = practice_round.write_terms(shipped()["werk-na-detentie"], to=folder / "terms", years=years)
    with transaction.atomic():
        programme = load_programme(str(file), by=scope_of_system("load"), on=practice_round.moved(date(2016, 6, 3), years))
        crowd = Crowd(random.Random(seed), today, programme, terms.delivery_on(programme.pk, today))  # noqa: S311 - invented people
        _organisations(crowd)
        _users(crowd)
    # Between two parts the database looks at what it has: checks of foreign keys are planned by that.
    with transaction.atomic():
        people = _candidates(crowd, candidates=candidates, started=started)
    _look()
    with transaction.atomic():
        _files(crowd, people)
    _look()
    for fill in (_answers, _around):
        with transaction.atomic():
            fill(crowd)
        _look()
    while seal_audit():
        pass
    tables = (Candidacy, SelectionEvent, Response, Answer, PermissionRequest, Consent, ContactMoment, AuditEntry)
    return {str(table._meta.verbose_name_plural): table.objects.count() for table in tables}


def _look() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copy(table: type[models.Model], columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Rows into a table in one go; `columns` by name, with spaces between. What must be there and is not named has the
    default of its field, so that a column that comes later does not break the bench.
    """
    named = columns.split()
    later = [
        field
        for field in table._meta.concrete_fields
        if field.attname not in named and not field.null and not isinstance(field, models.AutoField)
    ]
    same = [Jsonb(field.get_default()) if isinstance(field, models.JSONField) else field.get_default() for field in later]
    quoted = ", ".join(f'"{name}"' for name in [*named, *(field.attname for field in later)])
    with connection.cursor() as cursor, cursor.copy(f"COPY {table._meta.db_table} ({quoted}) FROM STDIN") as into:
        for row in rows:
            into.write_row([*row, *same])


def _organisations(crowd: Crowd) -> None:
    now, fresh = timezone.now(), []
    sites = list(Party.objects.filter(programme=crowd.programme).values_list("organisation", flat=True))
    wanted = dict.fromkeys(Kind, 1) | {Kind.MUNICIPALITY: MUNICIPALITIES, Kind.PRISON: PRISONS - len(sites)}
    for kind, number in wanted.items():
        for count in range(number):
            name = f"{str(kind.label).capitalize()} {SYLLABLES[count % 32].capitalize()}{SYLLABLES[count // 32]}"
            fresh.append((crowd.key(), now, kind, name, False, True))
    copy(Organisation, "id recorded_at kind name may_hold_bsn active", fresh)
    columns = "id recorded_at programme_id organisation_id site"
    copy(Party, columns, [(crowd.key(), now, crowd.programme.pk, row[0], "") for row in fresh if row[2] != Kind.OPERATOR])
    for key, kind in [*((key, Kind.PRISON) for key in sites), *((row[0], row[2]) for row in fresh)]:
        crowd.at.setdefault(Kind(kind), []).append(key)
    towns = crowd.at[Kind.MUNICIPALITY]
    columns = "id recorded_at municipality_id cbs_code cbs_year address_for_requests consultation"
    copy(
        MunicipalityDetails,
        columns,
        [(crowd.key(), now, key, f"{n:04}", crowd.today.year, f"town{n}@example.org", "") for n, key in enumerate(towns)],
    )
    columns = "id recorded_at municipality_id name duty email phone checked_on"
    checked = crowd.today - timedelta(days=90)
    copy(
        MunicipalityContact,
        columns,
        [(crowd.key(), now, key, f"M. Loket {n}", "after-care", f"desk{n}@example.org", "", checked) for n, key in enumerate(towns)],
    )


def _users(crowd: Crowd) -> None:
    wanted = [(role, crowd.at[WHERE[role]][0]) for role, number in STAFF.items() for _ in range(number)]
    wanted += [(Role.COORDINATOR, key) for key in crowd.at[Kind.PRISON]]
    wanted += [(Role.MUNICIPAL_CONTACT, key) for key in crowd.at[Kind.MUNICIPALITY]]
    now, since = timezone.now(), crowd.today - timedelta(days=800)
    users = [User(pk=crowd.key(), email=f"{role}{n}@example.org".lower(), name=f"{role.label} {n}") for n, (role, _) in enumerate(wanted)]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    Authenticator.objects.bulk_create([Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": "unused"}) for user in users])
    Membership.objects.bulk_create(
        [
            Membership(pk=crowd.key(), user=user, organisation_id=where, role=role, from_on=since)
            for user, (role, where) in zip(users, wanted, strict=True)
        ]
    )
    for user, (role, where) in zip(users, wanted, strict=True):
        crowd.users.setdefault(role, []).append(user.pk)
        crowd.home[user.pk] = where
    rows = [
        (crowd.key(), now - timedelta(hours=n), user, "steps_late", '{"number": 12}', crowd.today - timedelta(days=n))
        for user in crowd.home
        for n in range(8)
    ]
    copy(Notice, "id recorded_at to_id kind details due_on", rows)


@dataclass(frozen=True)
class One:
    """A candidate and how far they came: `place` in the order of the steps at which they stand or left."""

    key: UUID
    person: UUID
    name: str
    prison: UUID
    municipality: UUID
    counsellor: UUID | None
    officer: UUID | None
    place: int
    state: str
    reason: tuple[str, str]
    days: tuple[date, ...]
    """On which day each step before `place` was passed, and the day of the last thing that happened."""
    release_on: date
    born_on: date
    given: str
    family: str


def _candidates(crowd: Crowd, *, candidates: int, started: int) -> list[One]:
    chance, order = crowd.chance, crowd.delivery.order
    starts = set(chance.sample(range(candidates), started))
    people = [_one(crowd, number, order, starts=number in starts) for number in range(candidates)]
    now, programme, provider = timezone.now(), crowd.programme.pk, crowd.at[Kind.PROVIDER][0]
    signs = "23456789BCDFGHJKMNPQRSTVWXYZ"
    codes: set[str] = set()
    while len(codes) < candidates:
        word = "".join(chance.choices(signs, k=10))
        codes.add(f"{word[:4]}-{word[4:8]}-{word[8:]}")
    rows = zip(people, sorted(codes, key=lambda _: chance.random()), strict=True)
    copy(Person, "id recorded_at programme_id pseudonym", ((one.person, now, programme, code) for one, code in rows))
    wrapped = ((crowd.key(), now, one.person, history.new_key_of(one.person).wrapped) for one in people)
    copy(PersonKey, "id recorded_at person_id wrapped", wrapped)
    columns = (
        "id recorded_at programme_id person_id prison_id provider_id municipality_id counsellor_id "
        "probation_id probation_officer_id list_token list_month channel group step step_since step_due_on "
        "state exit_reason release_on track handed_over_on contract_on started_on left_on version"
    )
    signed, asked = order.index("contract_signed"), order.index("questionnaire")
    copy(
        Candidacy,
        columns,
        (
            (
                one.key,
                now,
                programme,
                one.person,
                one.prison,
                provider if one.place >= asked else None,
                one.municipality,
                one.counsellor,
                crowd.at[Kind.PROBATION][0] if one.officer else None,
                one.officer,
                list_token(one.family, one.given, one.born_on),
                one.days[0].replace(day=1),
                chance.choice(list(crowd.delivery.channels)) if one.place > order.index("informed") else "",
                "",
                order[one.place],
                one.days[-1],
                one.days[-1] + timedelta(days=10) if one.state == "open" else None,
                one.state,
                one.reason[1],
                one.release_on,
                chance.choice(("basic", "plus")) if one.place > signed else "",
                one.days[-1] if one.state == "started" else None,
                one.days[signed] if one.place > signed else None,
                one.days[-1] if one.state == "started" else None,
                one.days[-1] if one.state == "left" else None,
                one.place + 1,
            )
            for one in people
        ),
    )
    columns = "id recorded_at candidacy_id given_names prefix family_name born_on sex"
    copy(Identity, columns, ((crowd.key(), now, one.key, one.given, "", one.family, one.born_on, "male") for one in people))
    _look()
    return people


def _one(crowd: Crowd, number: int, order: Sequence[str], *, starts: bool) -> One:
    chance = crowd.chance
    place = order.index("started") if starts else order.index(chance.choices(list(AT), weights=list(AT.values()))[0])
    state = "started" if starts else "open" if chance.random() < OPEN else "left"
    # Who is on the way stood on a list of the last months; who started or left, on any of the year.
    back = chance.randrange(4 if state == "open" else LIST_MONTHS)
    first = (crowd.today.replace(day=1) - timedelta(days=30 * back)).replace(day=1)
    room = (crowd.today - first).days
    days = [first]
    for _ in range(place):
        days.append(first + timedelta(days=chance.randint(0, room)))
    days = sorted(days)
    listing, reason = "", ""
    if state == "left":
        exits = crowd.delivery.steps[order[place]].exits
        listing = "prison_service" if "prison_service" in exits else next(iter(exits))
        reason = chance.choice(exits[listing])
    with_provider = place >= order.index("questionnaire")
    guided = with_provider and (place > order.index("questionnaire") or chance.random() < 0.5)
    return One(
        key=crowd.key(),
        person=crowd.key(),
        name="",
        prison=crowd.at[Kind.PRISON][number % PRISONS],
        municipality=chance.choice(crowd.at[Kind.MUNICIPALITY]),
        counsellor=chance.choice(crowd.users[Role.COUNSELLOR]) if guided else None,
        officer=chance.choice(crowd.users[Role.PROBATION_OFFICER]) if with_provider and chance.random() < 0.3 else None,
        place=place,
        state=state,
        reason=(listing, reason),
        days=tuple(days),
        release_on=days[-1] + timedelta(days=chance.randint(5, 300)),
        born_on=date(1960, 1, 1) + timedelta(days=chance.randrange(17_000)),
        given=chance.choice(GIVEN),
        family=f"{chance.choice(SYLLABLES).capitalize()}{chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)}",
    )


def _files(crowd: Crowd, people: Sequence[One]) -> None:
    chance, order, now = crowd.chance, crowd.delivery.order, timezone.now()
    columns = "id recorded_at candidacy_id step outcome reason reason_source actor_id happened_on"
    copy(SelectionEvent, columns, _events(crowd, people))
    columns = "id recorded_at candidacy_id release_on source reason happened_on"
    copy(
        ReleaseDate,
        columns,
        (
            (crowd.key(), crowd.moment(one.days[0]), one.key, one.release_on, "gross_list", "", one.days[0])
            for one in people
            for _ in range(1 + (chance.random() < 0.2))
        ),
    )
    known = [one for one in people if one.place >= order.index("questionnaire")]
    columns = "id recorded_at candidacy_id kind holder value"
    copy(ContactRoute, columns, ((crowd.key(), now, one.key, "own_phone", "", "0600000000") for one in known if chance.random() < 0.8))
    guided = [one for one in known if one.counsellor]
    columns = "id recorded_at candidacy_id kind at place with_user_id with_whom state version"
    copy(
        Appointment,
        columns,
        (
            (
                crowd.key(),
                now,
                one.key,
                "first",
                crowd.moment(one.days[-1]),
                "",
                one.counsellor,
                "",
                "planned" if one.state == "open" else "kept",
                1,
            )
            for one in guided
        ),
    )
    signed = order.index("contract_signed")
    columns = "id recorded_at candidacy_id track signed_on starts_on signed_with_id withdrawn_reason"
    copy(
        Contract,
        columns,
        (
            (crowd.key(), now, one.key, "basic", one.days[signed], one.days[signed], one.counsellor, "")
            for one in guided
            if one.place > signed
        ),
    )
    version = ProgrammeVersion.objects.get(programme=crowd.programme).pk
    columns = "id recorded_at candidacy_id programme_version_id happened_on answer criteria missing track reasons"
    copy(
        EligibilityAssessment,
        columns,
        (
            (crowd.key(), now, one.key, version, one.days[-1], chance.choice(("yes", "no", "unknown")), "[]", "[]", "", "[]")
            for one in guided
        ),
    )
    columns = "id recorded_at candidacy_id municipality_id status stage with_role recorded_by_id happened_on"
    copy(
        Coordination,
        columns,
        (
            (crowd.key(), now, one.key, one.municipality, "known", "known", "", one.counsellor, one.days[-1])
            for one in guided
            if one.state != "left"
        ),
    )
    columns = "id recorded_at candidacy_id kind minutes phase happened_on recorded_by_id"
    copy(
        ContactMoment,
        columns,
        (
            (crowd.key(), now, one.key, "telephone", 20, "before_start", one.days[-1], one.counsellor)
            for one in guided
            if one.state == "started"
            for _ in range(5)
        ),
    )
    columns = "id recorded_at candidacy_id purpose party_id state way asked_on answered_on until_on version"
    copy(Consent, columns, _consents(crowd, known))
    columns = (
        "id recorded_at candidacy_id municipality_id state parallel says asked_by_id asked_on deadline_on "
        "answered_on conditions reason version"
    )
    copy(PermissionRequest, columns, list(_requests(crowd, known)))  # asks for keys: not while a COPY runs


def _events(crowd: Crowd, people: Sequence[One]) -> Iterator[Sequence[object]]:
    order, coordinators = crowd.delivery.order, crowd.users[Role.COORDINATOR]
    for number, one in enumerate(people):
        actor = coordinators[number % PRISONS]
        for place in range(one.place + (one.state == "started")):
            yield crowd.key(), crowd.moment(one.days[place]), one.key, order[place], "passed", "", "", actor, one.days[place]
        if one.state == "left":
            yield (
                crowd.key(),
                crowd.moment(one.days[-1]),
                one.key,
                order[one.place],
                "exited",
                one.reason[1],
                one.reason[0],
                actor,
                one.days[-1],
            )


def _consents(crowd: Crowd, known: Sequence[One]) -> Iterator[Sequence[object]]:
    until, now = crowd.today + timedelta(days=300), timezone.now()
    agency = crowd.at[Kind.AGENCY][0]
    for one in known:
        towards = [("permission", one.municipality)]
        towards += [("supervision", crowd.at[Kind.PROBATION][0])] if one.officer else []
        towards += [("work", agency)] if one.state == "started" and crowd.chance.random() < 0.3 else []
        for purpose, party in towards:
            ends = crowd.today + timedelta(days=20) if crowd.chance.random() < 0.02 else until
            yield crowd.key(), now, one.key, purpose, party, "given", "spoken", one.days[0], one.days[0], ends, 1


def _requests(crowd: Crowd, known: Sequence[One]) -> Iterator[Sequence[object]]:
    asked_at, now = crowd.delivery.order.index("permission_asked"), timezone.now()
    for one in known:
        if one.place < asked_at or not one.counsellor:
            continue
        begun = one.days[-1] if one.place == asked_at else one.days[asked_at]
        state = "granted" if one.place > asked_at else {"left": "refused"}.get(one.state, "asked")
        answered = begun if state != "asked" else None
        says = _says(one) if state == "asked" else None
        yield (
            crowd.key(),
            now,
            one.key,
            one.municipality,
            state,
            False,
            says,
            one.counsellor,
            begun,
            begun + timedelta(days=14),
            answered,
            "",
            "",
            1,
        )


def _says(one: One) -> bytes | None:
    return history.seal(one.person, {"name": f"{one.given} {one.family}", "born_on": f"{one.born_on}", "release_on": f"{one.release_on}"})


def _answers(crowd: Crowd) -> None:
    """Whoever got past the questionnaire answered it, four in five items with a value."""
    key, form = terms.questionnaires_of(crowd.programme.pk, ["screening"])["screening"]
    items = [item.name for item in form.items if item.kind != "note"]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_response (id, recorded_at, candidacy_id, questionnaire_id, state, medium, started_on, finished_at,"
            " asked, at_item, said_no, version)"
            " SELECT md5(c.id::text || 'response')::uuid, now(), c.id, %s, 'finished', 'talk', c.step_since, now(),"
            " to_jsonb(%s::text[]), '', '{}', 1 FROM ledger_candidacy c WHERE c.step = ANY (%s)",
            [key, items, crowd.delivery.order[crowd.delivery.order.index("talk") :]],
        )
        names, kinds, times, values = zip(*_possible(form), strict=True)
        cursor.execute(
            "INSERT INTO ledger_answer (id, recorded_at, candidacy_id, response_id, item, status, value, free_text, source, reference_time,"
            " happened_on) SELECT md5(r.id::text || i.item)::uuid, now(), r.candidacy_id, r.id, i.item,"
            " CASE WHEN m.mark < 80 THEN 'given' WHEN m.mark < 90 THEN 'refused' ELSE 'not_known' END,"
            " CASE WHEN m.mark < 80 THEN i.vals -> (m.mark %% jsonb_array_length(i.vals)) END, i.kind = 'text', 'self', i.at, r.started_on"
            " FROM ledger_response r"
            " CROSS JOIN unnest(%s::text[], %s::text[], %s::text[], %s::jsonb[]) AS i(item, kind, at, vals)"
            " CROSS JOIN LATERAL (SELECT abs(hashtext(r.id::text || i.item)) %% 100 AS mark) m",
            [list(names), list(kinds), list(times), list(values)],
        )


def _possible(form: Questionnaire) -> Iterator[tuple[str, str, str, str]]:
    """Item, kind, reference time, and as JSON the values that stand for an answer."""
    import json  # noqa: PLC0415 - here only

    for item in form.items:
        if item.kind == "note":
            continue
        words = {"integer": ["1", "3"], "decimal": ["1.5"], "date": ["2026-01-05"], "text": ["in own words"]}.get(item.kind)
        yield item.name, item.kind, item.reference_time, json.dumps(words or [choice.code for choice in item.choices] or ["1"])


def _around(crowd: Crowd) -> None:
    """Lists that came, with a row a candidate; and an audit of who opened what in the last year."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {GrossListImport._meta.db_table} (id, recorded_at, programme_id, prison_id, month, file_name, sha256,"
            " first_line, header, columns, notes, state, counts, by_id, committed_at, done_at)"
            " SELECT md5(c.prison_id::text || c.list_month)::uuid, c.list_month, %s, c.prison_id,"
            " c.list_month, 'list.csv', encode(sha256((c.prison_id::text || c.list_month)::bytea), 'hex'),"
            " 'names', '[]', '{}', '[]', 'done',"
            " jsonb_build_object('rows', count(*), 'new', count(*)),"
            " (SELECT m.user_id FROM ledger_membership m WHERE m.organisation_id = c.prison_id LIMIT 1), %s, %s"
            " FROM ledger_candidacy c GROUP BY c.prison_id, c.list_month",
            [crowd.programme.pk, now, now],
        )
        cursor.execute(
            f"INSERT INTO {ImportRow._meta.db_table} (id, recorded_at, of_id, prison_id, number, outcome, corrected, problems,"
            " became_id, done_at)"
            " SELECT md5(c.id::text || 'row')::uuid, c.list_month, md5(c.prison_id::text || c.list_month)::uuid, c.prison_id,"
            " row_number() OVER (PARTITION BY c.prison_id, c.list_month ORDER BY c.id) + 1, 'new', false, '[]', c.id, %s"
            " FROM ledger_candidacy c",
            [now],
        )
        cursor.execute(
            'INSERT INTO ledger_auditentry (at, actor, acting_as, verb, part, "table", row, candidacy, person, outcome, facts, request)'
            " SELECT now() - n * interval '20 seconds', c.counsellor_id, 'counsellor', 'read', 'candidacy', '', NULL, c.id, c.person_id,"
            " 'done', '{}', md5(c.id::text || n)::uuid FROM ledger_candidacy c CROSS JOIN generate_series(1, 10) n"
            " WHERE c.counsellor_id IS NOT NULL"
            " ORDER BY n DESC"
        )
