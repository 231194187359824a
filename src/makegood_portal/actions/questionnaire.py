"""Filling in a questionnaire: begun, each answer kept at once, put down, taken up again, finished when nothing required is open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from makegood.instrument.questionnaire import NON_ANSWERS, Item, Questionnaire, progress, read_answer
from makegood.instrument.questionnaire import Answer as Given
from makegood_portal.actions.acting import TakenBack, Together, action, add, change, mark_together
from makegood_portal.actions.consent import follow_form
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.models import Answer, AnswerStatus, Candidacy, Response
from makegood_portal.ledger.queries import audit_trail, consents, questionnaires
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

FILLERS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
MEDIA = ("screen", "paper", "talk")


@dataclass(frozen=True)
class NotKept:
    """What of several answers was not kept; the others were. No exception, which would undo these."""

    errors: Mapping[str, str]
    """Item -> what to do about an answer that does not fit."""
    meanwhile: tuple[str, ...]
    """Items that somebody else answered since the page showed them."""


@dataclass(frozen=True)
class Typed:
    """What was typed for an item: a text, or why there is no answer; `seen` is what the page showed as the answer.

    `source` says whose answer it is, where the item leaves a choice; else it follows from the item and who types. `was` is
    what the page showed as that: left as it was, it chooses nothing.
    """

    text: str = ""
    non_answer: str = ""
    seen: str | None = None
    source: str = ""
    was: str | None = None

    @property
    def chosen(self) -> str:
        """Whose answer it is, where somebody chose that."""
        return "" if self.source == self.was else self.source


@action(*FILLERS)
def begin(*, by: Scope, on: UUID, instrument: str, medium: str, happened_on: date) -> UUID:
    """Begin, or take up again what was begun: one response a candidate and instrument. What is finished is put right in the same one."""
    row = access.writable(Candidacy.objects.filter(pk=on), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    there = access.writable(Response.objects.filter(candidacy=row, questionnaire__code=instrument), by).order_by("-recorded_at").first()
    if there is not None:
        return there.pk
    known = terms.questionnaires_of(row.programme_id, [instrument])
    if instrument not in known or medium not in MEDIA:
        raise Refusal("no_such_questionnaire", _("This programme has no such questionnaire."))
    key, form = known[instrument]
    response = Response(candidacy=row, questionnaire_id=key, medium=medium, started_on=happened_on, taken_by_id=by.user)
    response.asked = list(progress(form, {}).asked)
    add(response)
    return response.pk


@action(*FILLERS)
def keep_answers(*, by: Scope, on: UUID, typed: Mapping[str, Typed], happened_on: date) -> NotKept:
    """Keep answers to the items that are asked. What fits is kept also when something else does not, or was answered since.

    An empty text without a reason takes an answer away. An item that this questionnaire does not have refuses all.
    """
    response, form = _response(by, on)
    if not typed.keys() <= {item.name for item in form.items}:
        raise Refusal("not_offered", _("This questionnaire has no such question."), remedy=_("Open it again and answer there."))
    given = questionnaires.given(response)
    errors: dict[str, str] = {}
    others: list[str] = []
    for item in form.items:
        if item.name not in typed or item.kind == "note":
            continue
        before = given.get(item.name)
        try:
            now = _read(item, typed[item.name], given, happened_on, by)
        except ValueError as error:
            errors[item.name] = str(error)
            continue
        seen = typed[item.name].seen
        moved = bool(now and before and typed[item.name].chosen and now.source != before.source)
        if now == before or (questionnaires.shown(now) == seen and not moved):  # as it stood on the page: whoever answered since is right
            continue
        if seen is not None and questionnaires.shown(before) != seen:
            others.append(item.name)
            continue
        _keep(response, item, now, by, happened_on)
        given = {name: answer for name, answer in {**given, item.name: now}.items() if answer is not None}
    asked = list(progress(form, given).asked)
    if asked != response.asked:
        Response.objects.filter(pk=response.pk).update(asked=asked)
    # A no counts at once, a yes when the form is finished: what is typed on the way widens nothing.
    if any(given[name].value == "no" for name in given.keys() & typed.keys() & set(_about_sharing(response))):
        follow_form(by=by, on=response.candidacy)
    return NotKept(errors, tuple(others))


@action(*FILLERS)
def finish(*, by: Scope, on: UUID) -> None:
    """Finished: nothing that is required is left open. Otherwise it says which items are."""
    response, form = _response(by, on)
    found = progress(form, questionnaires.given(response))
    if not found.complete:
        words = {item.name: item.label for item in form.items}
        language = (get_language() or "en")[:2]
        open_ones = [str(words[name].get(language) or next(iter(words[name].values()))) for name in found.required_unanswered]
        raise Refusal(
            "required_open",
            ngettext("%(n)s question still needs an answer.", "%(n)s questions still need an answer.", len(open_ones))
            % {"n": len(open_ones)},
            remedy=ngettext("Answer it, or say why there is no answer.", "Answer them, or say why there is no answer.", len(open_ones)),
        )
    change(response, seen=response.version, state="finished", finished_at=timezone.now(), asked=list(found.asked), said_no={})
    follow_form(by=by, on=response.candidacy)


@action(*FILLERS)
def leave_the_rest(*, by: Scope, on: UUID, why: str, happened_on: date) -> Together:
    """The talk ended here: one reason for every required question that is open, in one go.

    A question that opens by it gets the same reason. What the counsellor judges stays open where somebody else stops: it is
    asked at the counsellor's own talk.
    """
    if why not in NON_ANSWERS:
        raise Refusal("no_reason", _("Choose why there is no answer."), field="why")
    response, form = _response(by, on)
    mark = mark_together()
    given, left = questionnaires.given(response), 0
    while open_ones := asked_of(form, by).intersection((found := progress(form, given)).required_unanswered):
        for item in (item for item in form.items if item.name in open_ones):
            given[item.name] = Given(non_answer=why, source=usual_source(item, by))
            _keep(response, item, given[item.name], by, happened_on)
        left += len(open_ones)
    Response.objects.filter(pk=response.pk).update(asked=list(found.asked))
    return Together(left, mark)


@action(*FILLERS)
def take_reasons_back(*, by: Scope, on: UUID, mark: UUID, today: date) -> TakenBack:
    """Undo one reason for all that was open: these questions are open again. A reason that was changed since stays.

    `mark` is that of the act in which the asker gave the reason.
    """
    response, form = _response(by, on)
    table = Answer._meta.db_table
    left = audit_trail.written_together(by, mark, table=table)
    stands = Answer.objects.filter(response=response, pk__in=audit_trail.written_once(response.candidacy_id, left, table=table))
    items = set(stands.values_list("item", flat=True))
    if not items:
        what = _("None of these questions still has the reason that you gave.")
        raise Refusal("nothing_to_undo", what, remedy=_("See the answers, and change what is not right."))
    for item in form.items:
        if item.name in items:
            _keep(response, item, None, by, today)
    Response.objects.filter(pk=response.pk).update(asked=list(progress(form, questionnaires.given(response)).asked))
    return TakenBack(len(items), len(left) - len(items))


def asked_of(form: Questionnaire, by: Scope) -> frozenset[str]:
    """The items that somebody fills in: what the counsellor judges, and the candidate cannot tell, is not asked of the prison."""
    return frozenset(item.name for item in form.items if _judges(by) or item.source != "counsellor" or item.told)


def usual_source(item: Item, by: Scope) -> str:
    """Whose answer it is if nobody says otherwise: what a counsellor would write down, the prison does as case manager."""
    if item.source == "counsellor" and not _judges(by) and "case_manager" in item.sources:
        return "case_manager"
    return item.source


def may_answer(item: Item, by: Scope) -> bool:
    """Whether somebody may write this answer down: what the counsellor alone can say, nobody else does."""
    return _judges(by) or item.sources != ("counsellor",)


def _judges(by: Scope) -> bool:
    return by.has(Role.COUNSELLOR, Role.LEAD)


@action(*FILLERS)
def open_again(*, by: Scope, on: UUID) -> None:
    """A finished questionnaire is open again to put something right; its answers stay, and the history says so.

    What it says no to about sharing counts until it is finished, whatever is typed meanwhile.
    """
    response = _mine(by, on)
    if response.state != "finished":
        raise Refusal("not_finished", _("This questionnaire is not finished yet."))
    noes = Answer.objects.filter(response=response, item__in=_about_sharing(response), value="no")
    said_no = {item: day.isoformat() for item, day in noes.values_list("item", "happened_on")}
    change(response, seen=response.version, state="open", finished_at=None, said_no=said_no)


def _about_sharing(response: Response) -> Collection[str]:
    """The questions of this form in which somebody says whether something may be shared."""
    form = consents.forms_about_sharing(response.candidacy.programme_id, today=timezone.localdate()).get(response.questionnaire.code)
    return {*form.consents, *form.objections} if form else ()


def look_at(*, by: Scope, on: UUID) -> questionnaires.Filling | None:
    """A response with its answers, and written down that it was opened; None: not there, or not yours."""
    found = questionnaires.filling(by, on)
    if found is not None:
        audit.record(by, "read", part="screening", table="ledger_response", row=on, candidacy=found.candidacy, person=found.person)
    return found


def look_at_sheet(*, by: Scope, on: UUID, instrument: str) -> questionnaires.Sheet | None:
    """A questionnaire to print for a candidate, and written down that it was opened; None: not there, or not yours."""
    found = questionnaires.sheet(by, on, instrument)
    if found is not None:
        audit.record(by, "read", part="candidacy", table="ledger_candidacy", row=on, candidacy=on, person=found.person)
    return found


def _mine(by: Scope, key: UUID) -> Response:
    rows = access.writable(Response.objects.filter(pk=key), by).select_for_update(of=("self",))
    response = rows.select_related("candidacy", "questionnaire").defer("questionnaire__definition").first()
    if response is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return response


def _response(by: Scope, key: UUID) -> tuple[Response, Questionnaire]:
    response = _mine(by, key)
    if response.state != "open":
        raise Refusal("finished", _("This questionnaire is finished."), remedy=_("Open it again to put something right."))
    return response, terms.questionnaire(response.questionnaire_id)


def _read(item: Item, typed: Typed, given: Mapping[str, Given], on: date, by: Scope) -> Given | None:
    """What is to be kept, and whose answer it is. Of an answer and a reason together, that counts which did not stand there yet.

    What stands there already is not judged again: the day of an appointment may have gone by since.
    """
    if typed.non_answer and typed.non_answer not in NON_ANSWERS:
        raise ValueError(_("Choose one of the answers."))
    if not may_answer(item, by):
        raise ValueError(_("The counsellor answers this."))
    if typed.source and typed.source not in item.sources:
        raise ValueError(_("Choose whose answer it is."))
    values, before = {name: answer.value for name, answer in given.items() if answer.value}, given.get(item.name)
    same = before is not None and before.value == typed.text and before.non_answer == (typed.non_answer or None)
    source = typed.chosen or (before.source if same and before else typed.source or usual_source(item, by))
    if before and before.value and typed.text == before.value:
        text = before.value
    else:
        text = read_answer(item, typed.text, values, language=(get_language() or "en")[:2], on=on) if typed.text else ""
    if text and typed.non_answer:
        stood = before.non_answer == typed.non_answer if before else False
        if not stood and (before is None or before.value != text):
            raise ValueError(_("Give an answer, or say why there is none: not both."))
        return Given(text, source=source) if stood else Given(non_answer=typed.non_answer, source=source)
    if typed.non_answer:
        return Given(non_answer=typed.non_answer, source=source)
    return Given(text, source=source) if text else None


def _keep(response: Response, item: Item, now: Given | None, by: Scope, happened_on: date) -> None:
    row = Answer.objects.filter(response=response, item=item.name).first()
    if now is None:
        if row is not None:
            audit.record(by, "take_answer_away", table="ledger_answer", row=row.pk, candidacy=response.candidacy_id,
                         person=response.candidacy.person_id, personal={"changes": {item.name: [row.value, None]}})  # fmt: skip
            row.delete()
        return
    status = AnswerStatus(now.non_answer) if now.non_answer else AnswerStatus.GIVEN
    value = None if now.non_answer else now.value
    if row is not None:
        change(row, status=status, value=value, source=now.source, answered_by_id=by.user, happened_on=happened_on)
        return
    add(
        Answer(
            candidacy=response.candidacy,
            response=response,
            item=item.name,
            status=status,
            value=value,
            source=now.source,
            reference_time=item.reference_time,
            free_text=item.kind == "text",
            answered_by_id=by.user,
            happened_on=happened_on,
        )
    )
