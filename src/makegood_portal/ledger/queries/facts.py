"""What is known of a candidate for the criteria: answers of every questionnaire, and facts of the register itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, DateField, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject

from makegood.instrument.questionnaire import NON_ANSWERS
from makegood.instrument.questionnaire import Answer as Given
from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Answer, AnswerStatus, Candidacy, CitizenNumber, Identity, PermissionRequest, PermissionState
from makegood_portal.ledger.models.candidacy import State
from makegood_portal.ledger.scope import Scope

AGE = "age"
ENDED_ON = ("started_on", "left_on", "step_since")
"""The day of the start, else of leaving; the last stands in for a day that is missing."""
CITIZEN_NUMBER = "citizen_service_number"
GRANTED = (PermissionState.GRANTED, PermissionState.GRANTED_WITH_CONDITIONS)
WAITING = (PermissionState.DRAFT, PermissionState.ASKED)
IDENTIFIED = ("given_names", "prefix", "family_name", "born_on")


@dataclass(frozen=True, kw_only=True)
class TwoAnswers:
    """An item to which two sources answered differently: who said what."""

    item: str
    said: tuple[tuple[str, str], ...]
    """Source and value, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the criteria read, by item, and where sources contradict each other."""

    answers: Mapping[str, Given]
    differ: tuple[TwoAnswers, ...]


def permission_item(permission: str) -> str:
    """The item that says whether a permission of the programme file was given: `municipality_permits`."""
    return f"{permission}_permits"


def of_register(delivery: Delivery) -> frozenset[str]:
    """Items that the register knows by itself: the age, and what was asked of a municipality."""
    asked = {permission_item(name) for name, one in delivery.permissions.items() if one.asked_of == "municipal_contact"}
    return (frozenset({AGE}) | asked) & frozenset(delivery.items)


def not_shown(delivery: Delivery, parts: Collection[Part]) -> frozenset[str]:
    """Items that the register may know and does not show to who reads these parts of a file only. Not shown is not unknown."""
    return frozenset(item for item in of_register(delivery) if (Part.IDENTITY if item == AGE else Part.PERMISSION) not in parts)


def judged_on(today: date) -> Case:
    """The day as of which a candidacy is judged: of the start, else of leaving; today for who is on the way.

    What somebody is years later says nothing about what was decided: the age, the answers and the criteria are those of this day.
    """
    return Case(When(state=State.OPEN, then=Value(today)), default=Coalesce(*ENDED_ON), output_field=DateField())


def by_then() -> Q:
    """Answers that were given by the day as of which their candidacy is judged; of who is on the way all."""
    return Q(candidacy__state=State.OPEN) | Q(happened_on__lte=Coalesce(*(f"candidacy__{day}" for day in ENDED_ON)))


def with_facts(scope: Scope, candidacy: UUID, *, today: date) -> Candidacy | None:
    """The candidacy with its name, age and permissions beside it, as far as the asker may see them. One query.

    None for who may not read what criteria say; `writes` says whether the asker may also decide, `judged_on` as of which day.
    Each table beside it is asked once: with every mention of a table its policies are planned again, and eight took longer to plan
    than to answer.
    """
    reads, writes = access.allowed_of(scope, Part.ELIGIBILITY), access.allowed_of(scope, Part.ELIGIBILITY, writing=True)
    if not reads:
        return None
    identity = access.visible(Identity.objects.filter(candidacy=OuterRef("pk")), scope)
    requests = access.visible(PermissionRequest.objects.filter(candidacy=OuterRef("pk")), scope)
    numbers = access.visible(CitizenNumber.objects.filter(candidacy=OuterRef("pk")), scope)
    found = access.visible(Candidacy.objects.filter(reads, pk=candidacy), scope).annotate(
        writes=Case(When(writes, then=Value(value=True)), default=Value(value=False)) if writes else Value(value=False),
        identified=Subquery(identity.values(parts=JSONObject(**{name: name for name in IDENTIFIED}))[:1]),
        requested=ArraySubquery(requests.order_by().values("state")),
        numbered=Exists(numbers),
        judged_on=judged_on(today),
    )
    row = found.select_related("person").first()
    if row is not None:
        parts = vars(row)["identified"] or dict.fromkeys(IDENTIFIED)
        vars(row).update(parts | {"born_on": parts["born_on"] and date.fromisoformat(parts["born_on"])})
    return row


def facts_of(scope: Scope, row: Candidacy, delivery: Delivery) -> Facts:
    """What is known of one candidate (a row of `with_facts`) on the day as of which they are judged. One query.

    Of several answers to an item the newest counts; one that gives a value comes before one that gives none.
    """
    on: date = vars(row)["judged_on"]
    rows = access.visible(Answer.objects.filter(candidacy=row, item__in=list(delivery.items)), scope)
    if row.state != State.OPEN:
        rows = rows.filter(happened_on__lte=on)
    given = rows.order_by("happened_on", "recorded_at").values_list("item", "status", "value", "source")
    answers: dict[str, Given] = {}
    said: dict[str, dict[str, str]] = {}
    for item, status, value, source in given:
        answer = given_as(status, value, source)
        if answer.value or item not in answers or not answers[item].value:
            answers[item] = answer
        if answer.value:
            said.setdefault(item, {})[source] = answer.value
    differ = tuple(TwoAnswers(item=item, said=tuple(who.items())) for item, who in said.items() if len(set(who.values())) > 1)
    return Facts(answers={**answers, **_of_register(row, delivery, on=on)}, differ=differ)


def given_as(status: str, value: object, source: str) -> Given:
    """An answer as criteria read it, from the columns in which it is kept."""
    if status == AnswerStatus.GIVEN:
        return Given(str(value), source=source)
    return Given(non_answer=next((code for code in NON_ANSWERS if code == status), "not_asked"), source=source)


def _of_register(row: Candidacy, delivery: Delivery, *, on: date) -> dict[str, Given]:
    known = vars(row)
    found: dict[str, Given] = {}
    if AGE in delivery.items and known["born_on"] is not None:
        found[AGE] = Given(str(years(known["born_on"], on)), source="file")
    if CITIZEN_NUMBER in delivery.items and known["numbered"]:
        found[CITIZEN_NUMBER] = Given("yes", source="file")
    # Several municipalities may be asked: one yes is enough, a no counts when nobody is left to answer.
    states = set(known["requested"] or ())  # None where the asker reads no request at all
    waits, refused = not states.isdisjoint(WAITING), PermissionState.REFUSED in states
    permits = "yes" if not states.isdisjoint(GRANTED) else "no" if refused and not waits else ""
    for item in of_register(delivery) - {AGE}:
        if permits:
            found[item] = Given(permits, source="file")
    return found


def years(born_on: date, on: date) -> int:
    """Somebody's age in whole years on a day."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
