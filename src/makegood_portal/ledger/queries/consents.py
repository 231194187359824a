"""Consents: what a candidate allowed to be shared, with whom and until when; and which ones soon end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_steps import Instrument
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    AnswerStatus,
    Candidacy,
    Consent,
    ConsentState,
    Identity,
    Membership,
    Organisation,
    Response,
    State,
)
from makegood_portal.ledger.processing import register
from makegood_portal.ledger.queries.candidates import NAME, name_of
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

PAGE = 50
ENDS_SOON = timedelta(days=30)
"""So long before its end a consent is asked again."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A question and its answer. `counts`: something may be shared today; `ended`: given, and its last day is past."""

    id: UUID
    candidacy: UUID
    name: str
    """Of the person, in lists; the pseudonym for who may not know the name; empty on their own file."""
    purpose: str
    party: str
    state: str
    way: str
    asked_on: date
    answered_on: date | None
    until_on: date | None
    withdrawn_on: date | None
    counts: bool
    ends_soon: bool
    ended: bool


class Said(NamedTuple):
    """What a candidate says of one purpose in a form: on which day, until when if a day is named, and whether the form is finished."""

    yes: bool
    on: date
    until_on: date | None
    finished: bool


@dataclass(frozen=True, kw_only=True)
class InForm:
    """What the candidate says of one purpose in a form: a yes that is finished, a no in any. It names nobody: see `recorded`."""

    purpose: str
    yes: bool
    on: date
    until_on: date | None
    """The last day that the candidate names, if any."""
    finished: bool
    """Else a no that counts until its form is finished, whatever is typed there."""
    recorded: bool
    """Whether what was said that day or later stands on record, with whom; after a no in the form: a yes that counts."""
    against: bool
    """Whether something is shared by a consent of before, though the form says no."""


@dataclass(frozen=True, kw_only=True)
class ConsentPage:
    """All that was asked of one candidate, what waits or counts first, and with whom something may be shared."""

    person: UUID
    candidacy: UUID
    name: str
    """The pseudonym for who may not know the name."""
    lines: Sequence[Line]
    before: Sequence[Line]
    """What was refused, taken back, renewed or has ended."""
    in_forms: Sequence[InForm]
    known: Mapping[str, tuple[UUID, UUID | None]]
    """Purpose -> with whom it is shared if it is, as the file knows it already: the organisation, and the officer there."""
    parties: Mapping[str, Sequence[tuple[UUID, str]]]
    """Purpose -> organisations with which it may be shared."""
    officers: Sequence[tuple[UUID, str]]
    may_write: bool
    open: bool


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A page of consents that wait for an answer, or soon end."""

    lines: Sequence[Line]
    number: int
    more: bool


def of_candidate(scope: Scope, candidacy: UUID, *, today: date) -> ConsentPage | None:
    """The consents of a candidate. Call it through `actions.consent.open_consents`, which writes it down."""
    allowed = access.allowed_of(scope, Part.CONSENT)
    if not allowed:
        return None
    writing = access.allowed_of(scope, Part.CONSENT, writing=True)
    mine = Exists(Candidacy.objects.filter(writing, pk=OuterRef("pk"))) if writing else Value(False)
    known = access.visible(Identity.objects.filter(candidacy=OuterRef("pk")), scope).values(parts=NAME)[:1]
    found = Candidacy.objects.filter(allowed, pk=candidacy).annotate(mine=mine, called=Subquery(known))
    row: Any = found.select_related("person").first()
    if row is None:
        return None
    rows = access.visible(Consent.objects.filter(candidacy=row), scope).select_related("party").order_by("-asked_on", "-recorded_at")
    lines = [_line(one, today=today) for one in rows]
    may_write: bool = row.mine
    return ConsentPage(
        person=row.person_id,
        candidacy=row.pk,
        name=name_of(Identity(**row.called) if row.called else None, of=row.pk) or row.person.pseudonym,
        lines=[line for line in lines if line.counts or line.state == ConsentState.ASKED],
        before=[line for line in lines if not line.counts and line.state != ConsentState.ASKED],
        in_forms=in_forms(scope, row, lines, today=today),
        known=_known(row),
        parties=parties() if may_write else {},
        officers=officers(today=today) if may_write else [],
        may_write=may_write,
        open=row.state != State.LEFT,
    )


def _known(row: Candidacy) -> dict[str, tuple[UUID, UUID | None]]:
    found = {"permission": (row.municipality_id, None), "supervision": (row.probation_id, row.probation_officer_id)}
    return {purpose: (party, officer) for purpose, (party, officer) in found.items() if party is not None}


def in_forms(scope: Scope, row: Candidacy, lines: Sequence[Line], *, today: date) -> list[InForm]:
    """What a candidate says in the forms that ask about sharing, by the programme file; `lines` are the consents on record.

    No answer is no yes and no no. One query beside the terms, and none where no form asks it.
    """
    said = form_says(scope, row, today=today, or_no_in_an_open_one=True)
    found = []
    for purpose, (yes, on, until_on, finished) in said.items():
        same = [line for line in lines if line.purpose == purpose]
        recorded = any(_since(line, on) for line in same if yes or line.counts)
        against = not yes and any(line.counts and line.answered_on is not None and line.answered_on <= on for line in same)
        found.append(InForm(purpose=purpose, yes=yes, on=on, until_on=until_on, finished=finished, recorded=recorded, against=against))
    return found


def _since(line: Line, day: date) -> bool:
    """Whether something was said on that day or later."""
    return any(said is not None and said >= day for said in (line.answered_on, line.withdrawn_on))


def form_says(scope: Scope, row: Candidacy, *, today: date, or_no_in_an_open_one: bool = False) -> dict[str, Said]:
    """Purpose -> what the candidate says of it in a finished form.

    `or_no_in_an_open_one`: a no counts in a form that is open too, and the no that stood there when it was opened again
    counts until it is finished, whatever was typed since. A yes counts when its form is finished.
    """
    said = _said(scope, row, today=today, or_no_in_an_open_one=or_no_in_an_open_one)
    return {form.consents[item]: one for form, item, one in said if item in form.consents}


def _said(scope: Scope, row: Candidacy, *, today: date, or_no_in_an_open_one: bool) -> list[tuple[Instrument, str, Said]]:
    """Form, question about sharing, and what the candidate says there; the last day comes last. One query beside the terms at most."""
    forms = forms_about_sharing(row.programme_id, today=today)
    said, until = [], {}
    for code, state, said_no, item, value, on in _answers(scope, row, forms) if forms else ():
        finished = state == "finished"
        if item is not None and item == forms[code].consents_until:
            until[code] = parse_date(str(value)) if finished else None
        elif item is not None and (finished or (or_no_in_an_open_one and value == "no")):
            said.append((code, item, value, on, finished))
        if or_no_in_an_open_one and not finished:
            said += [(code, stood, "no", date.fromisoformat(day), False) for stood, day in said_no.items()]
    said.sort(key=lambda answer: answer[3])
    return [(forms[code], item, Said(value == "yes", on, until.get(code), finished)) for code, item, value, on, finished in said]


def yes_in_form(scope: Scope, row: Candidacy, purpose: str, *, no_on: date | None, today: date) -> Said | None:
    """The yes to a purpose in a finished form, while a consent may rest on it: not taken back since, and not ended by its own words.

    `no_on`: the last no that was said apart from the form (`last_no`). The form names nobody, so a no to one organisation of
    after it is a no to what the form says of all of them. One query.
    """
    said = form_says(scope, row, today=today, or_no_in_an_open_one=True).get(purpose)
    if said is None or not said.yes or (said.until_on is not None and said.until_on <= today):
        return None
    return None if no_on is not None and no_on >= said.on else said


def last_no(candidacy: UUID | OuterRef, purpose: str) -> QuerySet[Consent, Any]:
    """The day on which the candidate last said no to a purpose or took it back, whomever it was about; none or one row."""
    rows = Consent.objects.filter(candidacy=candidacy, purpose=purpose, state__in=[ConsentState.WITHDRAWN, ConsentState.REFUSED])
    return rows.order_by(Coalesce("withdrawn_on", "answered_on").desc()).values_list(Coalesce("withdrawn_on", "answered_on"), flat=True)[:1]


def asks_whether(delivery: Delivery, step: str, who: str) -> bool:
    """Whether a form of this step asks if they may know the candidate: until it is finished they do not."""
    forms = (delivery.instruments[code] for code in delivery.steps[step].instruments)
    return any(who in one.objections.values() for one in forms)


def objections(scope: Scope, row: Candidacy, *, today: date) -> dict[str, bool]:
    """To whom the candidate's forms close the file (True), or open it (False); what no form says anything of is left out.

    A no counts from the moment that it is given; a yes when its form is finished, and until then the no that stood before.
    """
    said = _said(scope, row, today=today, or_no_in_an_open_one=True)
    return {form.objections[item]: not one.yes for form, item, one in said if item in form.objections}


def forms_about_sharing(programme: UUID, *, today: date) -> dict[str, Instrument]:
    """Code -> instrument, of those in which the programme asks about sharing, or who may know the candidate."""
    delivery = terms.deliveries_on({programme}, today).get(programme)
    return {code: one for code, one in delivery.instruments.items() if one.consents or one.objections} if delivery else {}


def _answers(scope: Scope, row: Candidacy, forms: Mapping[str, Instrument]) -> QuerySet[Response, Any]:
    """Of the forms that are open or finished: form, state, the no's that stood, and each answer about sharing with its day; one query."""
    asked = {name for one in forms.values() for name in (*one.consents, one.consents_until, *one.objections) if name}
    given = FilteredRelation("answers", condition=Q(answers__item__in=asked, answers__status=AnswerStatus.GIVEN))
    rows = Response.objects.filter(candidacy=row, questionnaire__code__in=forms, state__in=["open", "finished"])
    rows = access.visible(rows, scope).annotate(said=given).order_by("said__happened_on", "said__recorded_at")
    return rows.values_list("questionnaire__code", "state", "said_no", "said__item", "said__value", "said__happened_on")


def parties() -> dict[str, list[tuple[UUID, str]]]:
    """Purpose -> the organisations of its kind. One query."""
    purposes = register().sharing
    rows = Organisation.objects.filter(active=True, kind__in={one.with_kind for one in purposes.values()}).order_by("name")
    found = list(rows.values_list("id", "name", "kind"))
    return {purpose: [(key, name) for key, name, kind in found if kind == one.with_kind] for purpose, one in purposes.items()}


def officers(*, today: date) -> list[tuple[UUID, str]]:
    """Probation officers, with the organisation in which they are. One query."""
    rows = Membership.objects.filter(role=Role.PROBATION_OFFICER, user__is_active=True, organisation__active=True, from_on__lte=today)
    rows = rows.filter(Q(until_on=None) | Q(until_on__gt=today)).order_by("organisation__name", "user__name")
    return [(user, f"{name} ({where})") for user, name, where in rows.values_list("user_id", "user__name", "organisation__name")]


def to_ask_again(scope: Scope, *, today: date) -> QuerySet[Consent]:
    """Consents that soon end, or were asked and not answered, of whoever is on the way or takes part."""
    soon = Q(state=ConsentState.GIVEN, until_on__gt=today, until_on__lte=today + ENDS_SOON) | Q(state=ConsentState.ASKED)
    return access.visible(Consent.objects.filter(soon, candidacy__state__in=[State.OPEN, State.STARTED]), scope)


def ending(scope: Scope, *, today: date, number: int = 1) -> Ending:
    """A page of what must be asked again, what ends first on top; two queries."""
    rows = to_ask_again(scope, today=today).select_related("party", "candidacy__person").order_by("until_on", "asked_on", "id")
    start = (max(number, 1) - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    known = access.visible(Identity.objects.filter(candidacy__in=[row.candidacy_id for row in found[:PAGE]]), scope)
    names = {identity.candidacy_id: name_of(identity, of=identity.candidacy_id) for identity in known}
    lines = [_line(row, today=today, name=names.get(row.candidacy_id) or row.candidacy.person.pseudonym) for row in found[:PAGE]]
    return Ending(lines=lines, number=max(number, 1), more=len(found) > PAGE)


def _line(row: Consent, *, today: date, name: str = "") -> Line:
    given = row.state == ConsentState.GIVEN and row.answered_on is not None and row.until_on is not None
    counts = given and row.answered_on <= today < row.until_on  # type: ignore[operator]
    return Line(
        id=row.pk,
        candidacy=row.candidacy_id,
        name=name,
        purpose=row.purpose,
        party=row.party.name,
        state=row.state,
        way=row.way,
        asked_on=row.asked_on,
        answered_on=row.answered_on,
        until_on=row.until_on,
        withdrawn_on=row.withdrawn_on,
        counts=counts,
        ends_soon=counts and row.until_on is not None and row.until_on <= today + ENDS_SOON,
        ended=given and row.until_on is not None and row.until_on <= today,
    )
