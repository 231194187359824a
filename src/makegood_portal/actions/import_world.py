"""A data folder of `makegood world` taken into the register, whole, each table in one go: the operator's act, as the owner.

The demonstration world comes in like any other history of a programme: organisations and people who act, the lists, the
steps with their reasons, release dates, permissions, answers, ways of contact.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from makegood.instrument.questionnaire import NON_ANSWERS, Questionnaire, progress
from makegood.instrument.questionnaire import Answer as Given
from makegood.programme.reading import Agreement
from makegood.selection.steps import due_on, next_step
from makegood.values.month import add_months
from makegood.values.problem import Problem, Refused, Where
from makegood_portal.ledger import audit, history, terms
from makegood_portal.ledger.access import ASKED_FOR
from makegood_portal.ledger.models import (
    Answer,
    AnswerStatus,
    Candidacy,
    Consent,
    ConsentState,
    ContactRoute,
    Contract,
    Identity,
    Membership,
    MunicipalityContact,
    MunicipalityDetails,
    Organisation,
    Outcome,
    Party,
    PermissionRequest,
    PermissionState,
    Person,
    PersonKey,
    Programme,
    ReleaseDate,
    Response,
    SelectionEvent,
    State,
    User,
)
from makegood_portal.ledger.processing import register
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.sealing import list_token
from makegood_portal.ledger.words import Kind, Role

Row = Mapping[str, str]
FILES = (
    "organisations", "staff", "contacts", "gross_list", "outside_list", "selection_events", "release_dates", "permissions", "answers",
    "contact_routes", "provider_list", "links",
)  # fmt: skip
ANSWERED = {
    "granted": PermissionState.GRANTED,
    "refused": PermissionState.REFUSED,
    "does_not_live_here": PermissionState.NOT_OURS,
    "withdrawn": PermissionState.WITHDRAWN,
    "": PermissionState.ASKED,
}
BATCH = 2_000


@dataclass
class Folder:
    """The files of a data folder as rows, and what was made of them so far, by their own codes."""

    rows: dict[str, list[Row]]
    organisations: dict[str, Organisation] = field(default_factory=dict)
    towns: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    candidacies: dict[str, Candidacy] = field(default_factory=dict)


@transaction.atomic
def import_world(folder: Path, *, programme: Programme, by: Scope) -> dict[str, int]:
    """Take the folder in, once; a programme with candidates is left as it is. Gives the number of rows by table.

    Raises Refused with every file that is missing.
    """
    missing = [name for name in FILES if not (folder / f"{name}.csv").is_file()]
    if missing:
        raise Refused(
            [
                Problem(Where(str(folder)), "no_such_file", f"there is no {name}.csv here", "", "write the folder with `makegood world`")
                for name in missing
            ]
        )
    if Candidacy.objects.filter(programme=programme).exists():
        return {}
    found = Folder({name: _read(folder / f"{name}.csv") for name in FILES})
    _organisations(found, programme)
    _people_who_act(found)
    _candidates(found, programme)
    counts = {
        "organisations": len(found.organisations),
        "users": len(found.users),
        "candidacies": len(found.candidacies),
        "selection_events": _events(found),
        "release_dates": _release_dates(found),
        "permissions": _permissions(found),
        "answers": _answers(found, programme),
        "contact_routes": _contact_routes(found),
        "contracts": _contracts(found),
    }
    audit.record(by, "import_world", facts=counts)
    return counts


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(word: str) -> date | None:
    return date.fromisoformat(word) if word else None


def _organisations(found: Folder, programme: Programme) -> None:
    sites = {
        party.site: party.organisation
        for party in Party.objects.filter(programme=programme).exclude(site="").select_related("organisation")
    }
    for row in found.rows["organisations"]:
        one = sites.get(row["organisation"])
        if one is None:
            one, _ = Organisation.objects.get_or_create(kind=row["kind"], name=row["name"])
        found.organisations[row["organisation"]] = one
        if row["cbs_code"]:
            found.towns[row["cbs_code"]] = one
            MunicipalityDetails.objects.get_or_create(
                municipality=one, defaults={"cbs_code": row["cbs_code"], "cbs_year": int(row["cbs_year"])}
            )
    known = set(Party.objects.filter(programme=programme).values_list("organisation", flat=True))
    Party.objects.bulk_create(
        [Party(programme=programme, organisation=one) for one in set(found.organisations.values()) if one.pk not in known]
    )
    for row in found.rows["contacts"]:
        MunicipalityContact.objects.get_or_create(
            municipality=found.organisations[row["organisation"]],
            email=row["email"],
            defaults={
                "name": f"{row['given_name']} {row['family_name']}",
                "phone": row["telephone"],
                "checked_on": date.fromisoformat(row["checked_on"]),
            },
        )


def _people_who_act(found: Folder) -> None:
    acting = [(row["staff"], row, Role(row["role"])) for row in found.rows["staff"]]
    acting += [(row["contact"], row, Role.MUNICIPAL_CONTACT) for row in found.rows["contacts"]]
    since = date(2016, 1, 1)
    for code, row, role in acting:
        user = User.objects.filter(email=row["email"]).first()
        if user is None:
            user = User(email=row["email"], name=f"{row['given_name']} {row['family_name']}")
            user.set_unusable_password()
            user.save()
        found.users[code] = user
        Membership.objects.get_or_create(
            user=user, organisation=found.organisations[row["organisation"]], role=role, defaults={"from_on": since}
        )


def _candidates(found: Folder, programme: Programme) -> None:
    steps: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows["selection_events"]:
        steps[row["candidate"]].append(row)
    tracks = {row["entry"]: row["track"] for row in found.rows["provider_list"]}
    track_of = {row["candidate"]: tracks.get(row["entry"], "") for row in found.rows["links"] if row["candidate"]}
    released = {row["candidate"]: row["release_on"] for row in found.rows["release_dates"]}
    provider = next((one for one in found.organisations.values() if one.kind == Kind.PROVIDER), None)
    listed = [*found.rows["gross_list"], *found.rows["outside_list"]]
    persons = [Person(programme=programme) for _ in listed]
    Person.objects.bulk_create(persons, batch_size=BATCH)
    PersonKey.objects.bulk_create([history.new_key_of(person.pk) for person in persons], batch_size=BATCH)
    identities = []
    order = terms.agreement_of(programme.pk)
    for row, person in zip(listed, persons, strict=True):
        events = steps[row["candidate"]]
        one = _candidacy(row, events, found, programme, person, provider)
        one.track = track_of.get(row["candidate"], "")
        one.release_on = _day(released.get(row["candidate"], row["release_on"]))
        if one.state == State.OPEN:
            _waits_at_the_next_step(one, order)
        found.candidacies[row["candidate"]] = one
        identities.append(
            Identity(
                candidacy=one,
                given_names=row["given_name"],
                family_name=row["family_name"],
                born_on=date.fromisoformat(row["birth_date"]),
                sex=row["sex"],
            )
        )
    Candidacy.objects.bulk_create(found.candidacies.values(), batch_size=BATCH)
    Identity.objects.bulk_create(identities, batch_size=BATCH)


def _candidacy(
    row: Row, events: list[Row], found: Folder, programme: Programme, person: Person, provider: Organisation | None
) -> Candidacy:
    last = events[-1]
    left = next((event for event in events if event["outcome"] == "exit"), None)
    done = {event["step"]: date.fromisoformat(event["on"]) for event in events if event["outcome"] == "done"}
    started_on = done.get("started")
    with_provider = {"questionnaire", "talk"} & {*done, last["step"]}
    counsellor = next((event["actor"] for event in reversed(events) if event["actor"].startswith("counsellor")), "")
    return Candidacy(
        programme=programme,
        person=person,
        prison=found.organisations[row["prison"]],
        provider=provider if with_provider else None,
        municipality=found.towns.get(row["cbs_code"]),
        counsellor=found.users.get(counsellor) if with_provider else None,
        list_token=list_token(row["family_name"], row["given_name"], date.fromisoformat(row["birth_date"])),
        list_month=_day(row["listed_on"]),
        channel=next((event["channel"] for event in events if event["channel"]), ""),
        step=last["step"],
        step_since=date.fromisoformat(last["on"]),
        state=State.STARTED if started_on else State.LEFT if left else State.OPEN,
        exit_reason=left["reason"] if left and not started_on else "",
        left_on=date.fromisoformat(left["on"]) if left and not started_on else None,
        started_on=started_on,
        handed_over_on=started_on,
        contract_on=done.get("contract_signed"),
    )


def _waits_at_the_next_step(one: Candidacy, agreement: Agreement) -> None:
    """Whoever is on the way has done the last step that is recorded, and waits at the one after it."""
    delivery = agreement.on(one.step_since).programme.delivery
    following = next_step(delivery, one.step) if delivery and one.step in delivery.order else None
    if delivery is None or following is None:
        return
    one.step = following
    one.step_due_on = due_on(delivery.steps[following], step_before_on=one.step_since, end_date=one.release_on)


def _events(found: Folder) -> int:
    rows = [
        SelectionEvent(
            candidacy=found.candidacies[row["candidate"]],
            step=row["step"],
            outcome=Outcome.PASSED if row["outcome"] == "done" else Outcome.EXITED,
            reason=row["reason"],
            reason_source=row["reason_list"],
            actor=found.users.get(row["actor"]),
            happened_on=date.fromisoformat(row["on"]),
        )
        for row in found.rows["selection_events"]
    ]
    return len(SelectionEvent.objects.bulk_create(rows, batch_size=BATCH))


def _release_dates(found: Folder) -> int:
    rows = [
        ReleaseDate(
            candidacy=found.candidacies[row["candidate"]],
            release_on=_day(row["release_on"]),
            source=row["source"],
            happened_on=date.fromisoformat(row["recorded_on"]),
        )
        for row in found.rows["release_dates"]
    ]
    return len(ReleaseDate.objects.bulk_create(rows, batch_size=BATCH))


def _permissions(found: Folder) -> int:
    asked: dict[str, int] = defaultdict(int)
    for row in found.rows["permissions"]:
        asked[row["candidate"]] += 1
    open_now = [found.candidacies[row["candidate"]].pk for row in found.rows["permissions"] if not row["answer"]]
    names = {one.candidacy_id: one for one in Identity.objects.filter(candidacy__in=open_now)}
    rows = []
    for row in found.rows["permissions"]:
        state = ANSWERED[row["answer"]]
        if state == PermissionState.GRANTED and row["conditions"]:
            state = PermissionState.GRANTED_WITH_CONDITIONS
        one = found.candidacies[row["candidate"]]
        if state == PermissionState.ASKED and one.state != State.OPEN:
            state = PermissionState.WITHDRAWN  # nobody waits for this answer any more
        rows.append(
            PermissionRequest(
                candidacy=one,
                says=_says(one, names) if state == PermissionState.ASKED else None,
                municipality=found.towns[row["cbs_code"]],
                state=state,
                parallel=asked[row["candidate"]] > 1,
                asked_on=_day(row["asked_on"]),
                deadline_on=_day(row["due_on"]),
                answered_on=_day(row["answered_on"]),
                conditions=row["conditions"],
            )
        )
    Consent.objects.bulk_create(_consents_to(rows), batch_size=BATCH)
    return len(PermissionRequest.objects.bulk_create(rows, batch_size=BATCH))


def _says(one: Candidacy, names: Mapping[UUID, Identity]) -> bytes | None:
    """What the municipality that still has to answer reads of the person."""
    identity = names[one.pk]
    words = {
        "name": f"{identity.given_names} {identity.family_name}",
        "born_on": f"{identity.born_on}",
        "prison": one.prison.name if one.prison else "",
        "release_on": f"{one.release_on or ''}",
        "programme": terms.title_in_both(one.programme_id, timezone.localdate(), else_=one.programme.name),
    }
    return history.seal(one.person_id, words)


def _consents_to(requests: list[PermissionRequest]) -> list[Consent]:
    """Who was asked about agreed to it then: a consent a person and municipality, for as long as one lasts."""
    first: dict[tuple[object, object], PermissionRequest] = {}
    for request in requests:
        first.setdefault((request.candidacy_id, request.municipality_id), request)
    months = register().sharing[ASKED_FOR].months
    return [
        Consent(
            candidacy=request.candidacy,
            purpose=ASKED_FOR,
            party=request.municipality,
            state=ConsentState.GIVEN,
            way="imported",
            asked_on=request.asked_on,
            answered_on=request.asked_on,
            until_on=add_months(request.asked_on, months),
        )
        for request in first.values()
        if request.asked_on is not None
    ]


def _answers(found: Folder, programme: Programme) -> int:
    known = terms.questionnaires_of(programme.pk, ["screening"]).get("screening")
    if known is None:
        return 0
    key, form = known
    of_candidate: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows["answers"]:
        of_candidate[row["candidate"]].append(row)
    items = {item.name: item for item in form.items}
    responses, answers = [], []
    for candidate, rows in of_candidate.items():
        days = [date.fromisoformat(row["answered_on"]) for row in rows]
        response = Response(
            candidacy=found.candidacies[candidate],
            questionnaire_id=key,
            state="finished",
            medium="talk",
            started_on=min(days),
            asked=_asked(form, rows),
        )
        responses.append(response)
        for row in rows:
            item = items.get(row["item"])
            answers.append(
                Answer(
                    candidacy=response.candidacy,
                    response=response,
                    item=row["item"],
                    status=AnswerStatus(row["no_answer"]) if row["no_answer"] else AnswerStatus.GIVEN,
                    value=None if row["no_answer"] else row["answer"],
                    source=row["source"],
                    reference_time=item.reference_time if item else "",
                    free_text=item is not None and item.kind == "text",
                    happened_on=date.fromisoformat(row["answered_on"]),
                )
            )
    Response.objects.bulk_create(responses, batch_size=BATCH)
    return len(Answer.objects.bulk_create(answers, batch_size=BATCH))


def _asked(form: Questionnaire, rows: list[Row]) -> list[str]:
    given = {}
    for row in rows:
        why_not = next((code for code in NON_ANSWERS if code == row["no_answer"]), None)
        given[row["item"]] = Given(row["answer"], why_not, row["source"])
    return list(progress(form, given).asked)


def _contact_routes(found: Folder) -> int:
    rows = [
        ContactRoute(candidacy=found.candidacies[row["candidate"]], kind=row["route"], value=row["detail"] or "–")
        for row in found.rows["contact_routes"]
    ]
    return len(ContactRoute.objects.bulk_create(rows, batch_size=BATCH))


def _contracts(found: Folder) -> int:
    rows = [
        Contract(candidacy=one, track=one.track or "basic", signed_on=one.contract_on, signed_with=one.counsellor)
        for one in found.candidacies.values()
        if one.contract_on is not None and one.counsellor is not None
    ]
    return len(Contract.objects.bulk_create(rows, batch_size=BATCH))
