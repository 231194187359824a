"""The first page: what needs doing today and why, what one was told, and how the work goes.

What waits is counted by `ledger.queries.start`; here stand its words. A kind of work is a function from what waits to a
card, in a dictionary by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from makegood_portal.actions.put_notice_away import put_notice_away
from makegood_portal.ledger.queries import funnel, start
from makegood_portal.ledger.queries.start import Programme, Step, Told, Waiting
from makegood_portal.ledger.terms import said as in_language
from makegood_portal.ledger.words import Role
from makegood_portal.web.navigation import items_for
from makegood_portal.web.pages import Asked, page

SOON = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A card: how many of what, why it matters, where to go; how pressing it is, and by when."""

    number: int
    title: str
    why: str
    href: str
    urgency: str
    due: str

    @property
    def count(self) -> int:
        """As the component calls it."""
        return self.number


def _to(*routes: str, query: str = "") -> str:
    """The first of these pages that is there."""
    for route in routes:
        try:
            return reverse(route) + query
        except NoReverseMatch:
            continue
    return reverse("candidates") + query


def _task(waiting: Waiting, today: date, *, title: str, why: str, href: str, pressing: bool = False) -> Task:
    urgency, due = "", ""
    if waiting.late:
        urgency, due = "urgent", ngettext("%(late)s too late", "%(late)s too late", waiting.late) % {"late": waiting.late}
    elif waiting.due_on and waiting.due_on <= today + SOON:
        urgency, due = "soon", _day(waiting.due_on, today)
    return Task(number=waiting.number, title=title, why=why, href=href, urgency="urgent" if pressing else urgency, due=due)


def _day(due_on: date, today: date) -> str:
    if due_on == today:
        return _("today")
    if due_on == today + timedelta(days=1):
        return _("tomorrow")
    return _("by %(day)s") % {"day": date_format(due_on, "l j F")}


def _permission_to_answer(waiting: Waiting, today: date) -> Task:
    title = ngettext("Request for permission", "Requests for permission", waiting.number)
    return _task(waiting, today, title=title, why=_("Somebody can only begin after your answer."), href=_to("permissions"))


def _permission_waits(waiting: Waiting, today: date) -> Task:
    title = ngettext("Municipality was asked, and may still answer", "Municipalities were asked, and may still answer", waiting.number)
    return _task(waiting, today, title=title, why=_("Nothing to do now: you hear when there is an answer."), href=_to("permissions"))


def _permission_late(waiting: Waiting, today: date) -> Task:
    title = ngettext("Municipality has not answered", "Municipalities have not answered", waiting.number)
    return _task(waiting, today, title=title, why=_("Call them. Without permission nobody may start."), href=_to("permissions"))


def _late_for_release(waiting: Waiting, today: date) -> Task:
    title = ngettext("Candidate is released soon", "Candidates are released soon", waiting.number)
    why = _("Little time is left to prepare. Begin with them.")
    return _task(waiting, today, title=title, why=why, href=_to("planner", "candidates"))


def _no_route(waiting: Waiting, today: date) -> Task:
    title = ngettext("Participant whom nobody can reach after release", "Participants whom nobody can reach after release", waiting.number)
    why = _("Ask for a phone number, or for somebody who knows where they are.")
    return _task(waiting, today, title=title, why=why, href=_to("planner", "candidates", query="?contact=none"), pressing=True)


def _no_counsellor(waiting: Waiting, today: date) -> Task:
    title = ngettext("Candidate without a counsellor", "Candidates without a counsellor", waiting.number)
    return _task(waiting, today, title=title, why=_("Choose who guides them, so that the talk can take place."), href=_to("caseload"))


def _guide_gone(waiting: Waiting, today: date) -> Task:
    title = ngettext(
        "Candidate whose counsellor has no access any more", "Candidates whose counsellor has no access any more", waiting.number
    )
    why = _("Choose who guides them now. Or wait, if it is only for a short time.")
    return _task(waiting, today, title=title, why=why, href=_to("caseload"))


def _appointment(waiting: Waiting, today: date) -> Task:
    title = ngettext("Appointment today, or not recorded yet", "Appointments today, or not recorded yet", waiting.number)
    return _task(waiting, today, title=title, why=_("Say afterwards whether it took place."), href=_to("appointments"))


def _consent(waiting: Waiting, today: date) -> Task:
    title = ngettext("Consent to ask or to renew", "Consents to ask or to renew", waiting.number)
    return _task(waiting, today, title=title, why=_("Without it the other organisation sees nothing any more."), href=_to("consents"))


def _form_open(waiting: Waiting, today: date) -> Task:
    title = ngettext("Questionnaire that was opened again", "Questionnaires that were opened again", waiting.number)
    return _task(waiting, today, title=title, why=_("Put right what was wrong, and finish it."), href=_to("questionnaires_open"))


def _list(waiting: Waiting, today: date) -> Task:
    title = ngettext("List that is not taken in yet", "Lists that are not taken in yet", waiting.number)
    return _task(waiting, today, title=title, why=_("Until then nobody on it can be invited."), href=_to("imports"))


WORDS: Mapping[str, Callable[[Waiting, date], Task]] = {
    "permission_to_answer": _permission_to_answer,
    "permission_waits": _permission_waits,
    "permission_late": _permission_late,
    "late_for_release": _late_for_release,
    "no_route": _no_route,
    "no_counsellor": _no_counsellor,
    "guide_gone": _guide_gone,
    "appointment": _appointment,
    "consent": _consent,
    "form_open": _form_open,
    "list": _list,
}


def _step_task(waiting: Waiting, step: Step, programme: str, today: date) -> Task:
    href = _to("queue", "candidates", query=f"?step={step.code}")
    return _task(waiting, today, title=f"{step.task} ({programme})" if programme else step.task, why=step.does, href=href)


def tasks(found: list[Waiting], programmes: Mapping[UUID, Programme], *, today: date) -> list[Task]:
    """The cards, what is late first. Steps of the programme are told in the programme's own words."""
    several = len(programmes) > 1
    cards = []
    for waiting in found:
        if waiting.kind in WORDS:
            cards.append(WORDS[waiting.kind](waiting, today))
        elif waiting.programme is not None and waiting.programme in programmes:
            programme = programmes[waiting.programme]
            step = next((step for step in programme.steps if step.code == waiting.step and step.mine), None)
            if step is not None:
                cards.append(_step_task(waiting, step, programme.title if several else "", today))
    return sorted(cards, key=lambda card: (["urgent", "soon", ""].index(card.urgency), -card.number))


REMINDERS = {
    "permission_late": gettext_lazy("The municipality has not answered about %(who)s. The answer was due on %(day)s."),
    "consent_ends": gettext_lazy("A consent of %(who)s ends on %(day)s. Ask it again."),
    "appointment_today": gettext_lazy("Today, %(day)s, is the first appointment with %(who)s."),
    "appointment_open": gettext_lazy("It is not recorded yet whether the appointment with %(who)s on %(day)s took place."),
    "no_route": gettext_lazy("Nobody can reach %(who)s after the release on %(day)s. Ask for a phone number."),
}


ANSWERED = {
    "granted": gettext_lazy("%(municipality)s says yes to %(who)s."),
    "granted_with_conditions": gettext_lazy("%(municipality)s says yes to %(who)s, under conditions."),
    "refused": gettext_lazy("%(municipality)s says no to %(who)s."),
    "not_ours": gettext_lazy("%(who)s is not from %(municipality)s, it says."),
}


def sentence(told: Told) -> str:
    """What a notice says."""
    said = {"who": told.who or _("somebody")}
    if told.kind == "glass_broken":
        by = told.by or _("A colleague")
        return _("%(by)s opened the file of %(who)s. Read the reason, and look whether that was right.") % (said | {"by": by})
    if told.kind == "role_given":
        role = str(Role(told.details["role"]).label) if told.details.get("role") in set(Role) else ""
        words = _("%(by)s works in your organisation from now on, as %(role)s. Is that not right? Call the administrator.")
        return words % {"by": told.by or _("A colleague"), "role": role}
    if told.kind == "release_moved":
        day, before = (parse_date(told.details.get(word, "")) for word in ("to", "from"))
        if day is None:
            return _("The release date of %(who)s is not known any more.") % said
        said["day"] = date_format(day, "j F Y")
        if before is None:
            return _("%(who)s is released on %(day)s.") % said
        return _("%(who)s is released on %(day)s, not on %(before)s.") % (said | {"before": date_format(before, "j F Y")})
    if told.kind in REMINDERS:
        return str(REMINDERS[told.kind]) % (said | {"day": date_format(told.due_on, "j F Y") if told.due_on else ""})
    if told.kind == "steps_late":
        number = int(told.details.get("number", 0))
        late = ngettext("%(n)s candidate passed the last day of a step.", "%(n)s candidates passed the last day of a step.", number)
        return late % {"n": number}
    if told.kind == "permission_answered":
        answered = ANSWERED.get(told.details.get("answer", ""), gettext_lazy("%(municipality)s answered about %(who)s."))
        return str(answered) % (said | {"municipality": told.details.get("municipality", "")})
    if told.kind == "permission_changed":
        changed = _("%(municipality)s changed its answer about %(who)s. Look what the answer is now.")
        return changed % (said | {"municipality": told.details.get("municipality", "")}) + _again(int(told.details.get("again", 0)))
    return _("Something changed in the file of %(who)s.") % said


def _again(number: int) -> str:
    """Of a yes that was taken back: how many municipalities need not answer because of it."""
    if not number:
        return ""
    words = ngettext(
        "Because of that yes %(n)s other municipality need not answer any more. It can be asked again.",
        "Because of that yes %(n)s other municipalities need not answer any more. They can be asked again.",
        number,
    )
    return f" {words % {'n': number}}"


@dataclass(frozen=True, kw_only=True)
class Guide:
    """The asker's part in one programme, or in several that go the same way."""

    titles: tuple[str, ...]
    duties: tuple[str, ...]
    steps: tuple[Step, ...]


def guides(programmes: Iterable[Programme]) -> list[Guide]:
    """A guide for each way that differs: programmes with the same steps and duties are told once, under all their titles."""
    told: dict[tuple[tuple[str, ...], tuple[Step, ...]], list[str]] = {}
    for one in programmes:
        if any(step.mine for step in one.steps):
            told.setdefault((one.duties, one.steps), []).append(one.title)
    return [Guide(titles=tuple(dict.fromkeys(titles)), duties=duties, steps=steps) for (duties, steps), titles in told.items()]


@require_safe
@page()
def home(request: Asked) -> HttpResponse:
    """What needs doing today."""
    today = timezone.localdate()
    programmes = start.programmes(request.scope, today=today)
    cards = tasks(start.waiting(request.scope, today=today), programmes, today=today)
    notices = [(notice, sentence(notice)) for notice in start.told(request.scope)]
    behind = [in_language(one.says) for one in funnel.warnings(request.scope, today=today, of=programmes)]
    places = [item for item in items_for(request.scope.roles, path=request.path) if item.current != "page"]
    guide = guides(programmes.values())
    words = {"tasks": cards, "notices": notices, "places": places, "guide": guide, "programmes": programmes.values(), "today": today}
    words["behind"] = behind
    words["by_consent"] = request.scope.has(Role.PROBATION_OFFICER, Role.AGENCY_CONTACT)
    return render(request, "home.html", words)


@require_POST
@page()
def put_away(request: Asked, notice: UUID) -> HttpResponse:
    """The notice is read, and does not come back."""
    if not put_notice_away(by=request.scope, on=notice):
        raise Http404
    return redirect("home")


PATHS = [
    path("", home, name="home"),
    path("notices/<uuid:notice>/put-away/", put_away, name="put_notice_away"),
]
