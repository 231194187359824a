"""Questionnaires: those of a candidate, a section to fill in, all answers, a paper form, and what is missing per item."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood.instrument.questionnaire import NON_ANSWERS, Item, Questionnaire, asked, opened_by
from makegood_portal.actions.acting import TakenBack, Together
from makegood_portal.actions.open_file import open_support
from makegood_portal.actions.questionnaire import (
    FILLERS,
    Typed,
    asked_of,
    begin,
    finish,
    keep_answers,
    leave_the_rest,
    look_at,
    look_at_sheet,
    may_answer,
    open_again,
    take_reasons_back,
    usual_source,
)
from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.queries import questionnaires
from makegood_portal.ledger.queries.questionnaires import Filling
from makegood_portal.ledger.queries.questionnaires import Missing as MissingOfForm
from makegood_portal.ledger.scope import Scope
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import pressed, tried
from makegood_portal.web.support import SAID_BY, shown

READERS = tuple(roles_that_read(Part.SCREENING))
LOW = 0.8
"""Below this share of answers an item is pointed out."""
WHY_NOT = (
    ("refused", gettext_lazy("Does not want to say")),
    ("not_asked", gettext_lazy("Was not asked")),
    ("not_known", gettext_lazy("Does not know")),
)
TIMES = {
    "before": gettext_lazy("before detention"),
    "in": gettext_lazy("in detention"),
    "after": gettext_lazy("after detention"),
    "now": "",
}
FEW, SHORT, NARROW = 4, 14, 16
"""So many answers, of so many letters each, fit beside each other on a phone; more of them in two columns while they are narrow."""
SOURCES = {
    "self": "",
    "counsellor": gettext_lazy("filled in by the counsellor"),
    "case_manager": gettext_lazy("asked of the case manager"),
    "file": gettext_lazy("from the file"),
}


@dataclass(frozen=True)
class Question:
    """An item as a page shows it."""

    name: str
    kind: str
    label: str
    hint: str
    required: bool
    choices: Sequence[tuple[str, str, bool]]
    value: str
    why_not: str
    seen: str
    """What is kept by now, to compare with when the answer comes back: not what was typed and refused."""
    time: str
    source: str
    said_by: str
    """Whose answer is kept by now, or would be: to compare with what is chosen."""
    sources: Sequence[tuple[str, str, bool]]
    """Whose answer it may be, and whose it is; empty where it can be of one only."""
    error: str
    several_lines: bool

    @property
    def short(self) -> bool:
        """Whether the answers are few and short enough to stand beside each other."""
        return len(self.choices) <= FEW and self._longest <= SHORT

    @property
    def narrow(self) -> bool:
        """Whether the answers fit in two columns: where one may tick several, their order says nothing."""
        return self._longest <= NARROW

    @property
    def _longest(self) -> int:
        return max((len(label) for _code, label, _chosen in self.choices), default=0)

    @property
    def said(self) -> str:
        """The answer as people read it: a day in words."""
        day = parse_date(self.value) if self.kind == "date" else None
        return date_format(day, "j F Y") if day else self.value

    @property
    def answer(self) -> str:
        """What is answered, or why there is none, in one line; empty where nothing is."""
        if self.why_not:
            return str(dict(WHY_NOT).get(self.why_not, ""))
        return ", ".join(label for _code, label, chosen in self.choices if chosen) if self.choices else self.said


class StoppedForm(Form):
    """Why the rest of a questionnaire has no answers."""

    why = forms.ChoiceField(
        label=gettext_lazy("Why is there no answer to the questions that are open?"), choices=WHY_NOT, widget=forms.RadioSelect
    )


@dataclass(frozen=True)
class WholePart:
    """One choice for all questions of a part that leave open whose answer it is; `said_by` is empty where they differ."""

    sources: Sequence[tuple[str, str, bool]]
    said_by: str


@dataclass(frozen=True)
class Section:
    """A heading with its items; `left` is how many of them are open."""

    name: str
    title: str
    left: int
    current: bool


@require_safe
@page(*READERS)
def candidate_questionnaires(request: Asked, candidacy: UUID) -> HttpResponse:
    """The questionnaires of one candidate."""
    found = questionnaires.of_candidate(request.scope, candidacy)
    if found is None:
        raise Http404
    return render(request, "questionnaires/of_candidate.html", {"candidate": found, "may_fill": found.mine and request.scope.has(*FILLERS)})


@require_POST
@page(*FILLERS)
def questionnaire_begin(request: Asked, candidacy: UUID, code: str) -> HttpResponse:
    """Begin, or take up again."""
    found = questionnaires.of_candidate(request.scope, candidacy)
    if found is None:
        raise Http404
    medium = request.POST.get("medium", "screen")
    key = begin(by=request.scope, on=candidacy, instrument=code, medium=medium, happened_on=timezone.localdate())
    finished = any(one.response == key and one.state == "finished" for one in found.instruments)
    return redirect("response_answers" if finished else "response", response=key)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*FILLERS)
def response(request: Asked, response: UUID) -> HttpResponse:
    """One section to fill in. Each answer is kept as it is given; without JavaScript the button keeps them all."""
    found = _found(request, response)
    if request.method != "POST" and not found.mine:  # who may only look for an hour fills in nothing
        return redirect("response_answers", response=response)
    sections = _sections(found, request.POST.get("section", request.GET.get("section")), request.scope)
    current = next((one for one in sections if one.current), None)
    errors: Mapping[str, str] = {}
    status = 200
    if request.method == "POST" and current is not None:
        go = request.POST.get("go", "")
        kept, errors, status = _kept(request, found)
        if kept is None:
            return redirect("home")
        before, found = found, kept
        if not errors:
            if go != "stop" and (brought_up := _brought_up(before, found, current.name, request.scope)):
                said = ngettext("Your answer brings up another question.", "Your answers bring up other questions.", len(brought_up))
                notices.careful(request, said)
                return redirect(f"{reverse('response', args=[response])}?section={current.name}#q-{brought_up[0]}")
            return redirect(_next(response, found, current, go, request.scope))
    context = _context(found, current, sections, errors, request.POST, request.scope)
    return render(request, "questionnaires/section.html", context, status=status)


def _brought_up(before: Filling, after: Filling, section: str, by: Scope) -> list[str]:
    """The questions of a part that answers brought up just now: where no script put them on the page, nobody saw them yet."""
    shown = {*before.progress.asked}
    return [
        item.name
        for item in after.form.items
        if item.section == section and item.name in after.progress.asked and item.name not in shown and may_answer(item, by)
    ]


@require_POST
@page(*FILLERS)
def response_keep(request: Asked, response: UUID) -> HttpResponse:
    """Keep an answer as it is given, with what else was typed by then, and say so; other items may be asked after it."""
    section = request.POST.get("section")  # asked for whatever comes of it: a field that no page asks for undoes what was kept
    found, errors, _status = _kept(request, _found(request, response))
    if found is None:
        return HttpResponse(headers={"HX-Redirect": reverse("home")})
    sections = _sections(found, section, request.scope)
    current = next((one for one in sections if one.current), None)
    context = _context(found, current, sections, errors, request.POST, request.scope)
    return render(request, "questionnaires/kept.html", {**context, "kept": not errors})


def _kept(request: Asked, before: Filling) -> tuple[Filling | None, Mapping[str, str], int]:
    """The response after what was typed, with what to do about each answer that is not kept, and the status that says so.

    None: a no closed the file to whoever wrote it down, and the next page says so.
    """
    left = keep_answers(by=request.scope, on=before.id, typed=_typed(request.POST, before.form), happened_on=timezone.localdate())
    errors = {**left.errors}
    found = questionnaires.filling(request.scope, before.id)  # that it was opened, is written down already
    if found is None:
        _say_closed(request)
        return None, {}, 200
    for item in found.form.items:
        if item.name in left.meanwhile:
            there = _question(item, found, "", None, request.scope).answer
            errors[item.name] = (
                _("Somebody else answered meanwhile: %(answer)s. Save again to replace that.") % {"answer": there}
                if there
                else _("Somebody else took the answer away meanwhile. Save again to give yours.")
            )
    return found, errors, 409 if left.meanwhile else 422 if errors else 200


@require_POST
@page(*FILLERS)
def response_finish(request: Asked, response: UUID) -> HttpResponse:
    """Finish, or say what is still open."""
    found = _found(request, response)
    if not pressed(request, lambda: finish(by=request.scope, on=response), said=_("The questionnaire is finished.")):
        return redirect("response_answers", response=response)
    if _closed(request, response):
        return redirect("home")
    ready = "candidate_consents" if found.asks_consent else "candidate_contacts" if found.asks_contact else "candidate_questionnaires"
    return redirect(ready, candidacy=found.candidacy)


def _closed(request: Asked, response: UUID) -> bool:
    """Whether the file is closed to who just wrote down that the candidate says no to them; then the page says so."""
    if questionnaires.filling(request.scope, response) is not None:
        return False
    _say_closed(request)
    return True


def _say_closed(request: Asked) -> None:
    notices.done(request, _("The candidate does not want you to know them. The file is closed to you from now on."))


@require_POST
@page(*FILLERS)
def response_leave(request: Asked, response: UUID) -> HttpResponse:
    """One reason for all that is still open: somebody stopped, or there was no time."""
    found, form, today = _found(request, response), StoppedForm(request.POST), timezone.localdate()
    done: list[Together] = []
    if form.is_valid() and tried(
        form, lambda: done.append(leave_the_rest(by=request.scope, on=response, why=form.cleaned_data["why"], happened_on=today))
    ):
        undo = reverse("response_leave_back", args=[response, done[0].mark]) if done[0].number else ""
        notices.done(request, _("The reason is kept with the questions that were open."), undo=undo)
        return redirect("response_answers", response=response)
    return _answers(request, found, form)


@require_POST
@page(*FILLERS)
def response_leave_back(request: Asked, response: UUID, mark: UUID) -> HttpResponse:
    """Take back the reason that was given for all that was open."""
    _found(request, response)
    act = functools.partial(take_reasons_back, by=request.scope, on=response, mark=mark, today=timezone.localdate())
    pressed(request, act, said=_open_again)
    return redirect("response_answers", response=response)


def _open_again(found: TakenBack) -> str:
    said = ngettext("%(n)s question is open again.", "%(n)s questions are open again.", found.number) % {"n": found.number}
    if not found.stayed:
        return said
    stayed = ngettext("%(n)s was answered since, and stays.", "%(n)s were answered since, and stay.", found.stayed)
    return f"{said} {stayed % {'n': found.stayed}}"


@require_POST
@page(*FILLERS)
def response_open_again(request: Asked, response: UUID) -> HttpResponse:
    """Put something right in what was finished."""
    _found(request, response)
    pressed(request, lambda: open_again(by=request.scope, on=response), said=_("The questionnaire is open again."))
    return redirect("response_answers", response=response)


def _found(request: Asked, response: UUID) -> Filling:
    found = look_at(by=request.scope, on=response)
    if found is None:
        raise Http404
    return found


@require_safe
@page(*READERS)
def response_answers(request: Asked, response: UUID) -> HttpResponse:
    """All answers under each other, with what is still open."""
    return _answers(request, _found(request, response), StoppedForm())


def _answers(request: Asked, found: Filling, form: StoppedForm) -> HttpResponse:
    names = dict.fromkeys(item.section for item in asked(found.form, found.given) if item.kind != "note")
    sections = [
        {"title": _words(found.form.sections.get(name, {})), "name": name, "items": list(_questions(found, name, {}, None, request.scope))}
        for name in names
    ]
    may_fill, is_open = found.mine and request.scope.has(*FILLERS), found.state == "open"
    left = {*found.progress.required_unanswered}
    own = asked_of(found.form, request.scope)
    # What is left for the counsellor is finished by the counsellor: to others no button that would refuse.
    may = {"may_fill": may_fill and is_open, "may_finish": may_fill and is_open and left <= own, "may_open": may_fill and not is_open}
    context = {"filling": found, "sections": sections, "form": form, "left": left & own, "later": left - own, **may}
    if found.state == "finished":
        of: dict[str, Any] = {"on": found.candidacy, "programme": found.programme, "person": found.person}
        of["asked"], today = [item.name for item in found.form.items], timezone.localdate()
        context["support"] = shown(open_support(by=request.scope, today=today, **of))
    return render(request, "questionnaires/answers.html", context, status=422 if form.errors else 200)


@require_safe
@page(*FILLERS)
def questionnaire_paper(request: Asked, candidacy: UUID, code: str) -> HttpResponse:
    """The same before it is begun: who fills it in by hand in a talk, has it with them."""
    found = look_at_sheet(by=request.scope, on=candidacy, instrument=code)
    if found is None:
        raise Http404
    back = (reverse("candidate_questionnaires", args=[candidacy]), _("Questionnaires"))
    return _paper(request, found.form, title=found.title, whose=found.pseudonym, back=back)


@require_safe
@page(*FILLERS)
def response_paper(request: Asked, response: UUID) -> HttpResponse:
    """The whole questionnaire to print and fill in by hand; it is typed in later."""
    found = _found(request, response)
    back = (reverse("response_answers", args=[response]), found.title)
    return _paper(request, found.form, title=found.title, whose=found.pseudonym, back=back)


def _paper(request: Asked, form: Questionnaire, *, title: str, whose: str, back: tuple[str, str]) -> HttpResponse:
    """A sheet for the candidate, and apart from it what somebody else judges: that is handed to nobody."""
    numbers = {item.name: number for number, item in enumerate((one for one in form.items if one.kind != "note"), 1)}
    judged = {item.name for item in form.items if item.kind != "note" and not item.told}
    told = {item.section for item in form.items if item.kind != "note" and item.told}
    alone = {item.section for item in form.items if item.name in judged} - told  # its notes are for who judges too
    sheets = []
    for staff in (False, True):
        kept = [
            (name, [one for one in items if (one.name in judged or one.section in alone) is staff and may_answer(one, request.scope)])
            for name, items in _by_section(form)
        ]
        sections = [
            {
                "title": _words(form.sections.get(name, {})),
                "items": [(numbers.get(one.name), _on_paper(one), _only_if(form, one, numbers)) for one in items],
            }
            for name, items in kept
            if items
        ]
        if any(one.name in numbers for _name, items in kept for one in items):
            sheets.append({"staff": staff, "sections": sections})
    context = {"title": title, "whose": whose, "back": back, "sheets": sheets, "why_not": WHY_NOT}
    return render(request, "questionnaires/paper.html", context)


def _on_paper(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "label": _words(item.label),
        "hint": _words(item.hint),
        "time": str(TIMES.get(item.reference_time, "")),
        "choices": [_words(choice.label) for choice in item.choices],
    }


def _only_if(form: Questionnaire, item: Item, numbers: Mapping[str, int]) -> str:
    """When a question is asked, in words, for who sees them all on paper; empty where it always is."""
    on = opened_by(form, item)
    if not on:
        return ""
    other, choices = on[0]
    if len(on) == 1 and choices:
        answer = _(" or ").join(f"‘{_words(choice.label)}’" for choice in choices)
        return _("Only if the answer to question %(number)s is %(answer)s.") % {"number": numbers[other.name], "answer": answer}
    asked_before = _(" and ").join(str(numbers[one.name]) for one, _choices in on)
    return _("Only if it fits the answer to question %(number)s.") % {"number": asked_before}


@require_safe
@page(*READERS)
def questionnaires_missing(request: Asked) -> HttpResponse:
    """What is missing, item by item, from the first day on."""
    forms, counted_at = questionnaires.missing(request.scope)
    found = [{"form": one, **_by_attention(one)} for one in forms]
    elsewhere = questionnaires.measured_elsewhere(request.scope, today=timezone.localdate())
    return render(request, "questionnaires/missing.html", {"forms": found, "counted_at": counted_at, "elsewhere": elsewhere})


@require_safe
@page(*FILLERS)
def questionnaires_open(request: Asked) -> HttpResponse:
    """Questionnaires that were opened again after their step, until they are finished."""
    return render(request, "questionnaires/open.html", {"found": questionnaires.left_open(request.scope, today=timezone.localdate())})


def _by_attention(form: MissingOfForm) -> dict[str, list[dict[str, Any]]]:
    """The questions that need attention (required and empty first, then answered by few), apart from the others."""
    asks: list[tuple[float, dict[str, Any]]] = []
    rest: list[tuple[float, dict[str, Any]]] = []
    for label, row in form.items:
        required = row.item in form.required
        rate = row.fill_rate if required else row.rate_of_said  # who may leave it blank, and does, is no reason to look
        low, empty = rate is not None and rate < LOW, required and row.blank > 0
        item = {"label": label, "row": row, "low": low, "empty": empty, "percent": _percent(row.fill_rate)}
        (asks if low or empty else rest).append((row.fill_rate or 0, item))
    return {
        "asks": [item for _rate, item in sorted(asks, key=lambda one: (not one[1]["empty"], one[0]))],
        "rest": [item for _rate, item in rest],
    }


def _percent(rate: float | None) -> int | None:
    return None if rate is None else round(100 * rate)


def _typed(post: QueryDict, form: Questionnaire) -> dict[str, Typed]:
    """What was typed for each item that the page held."""
    found, items = {}, {item.name: item for item in form.items}
    part = _part(post)  # a page on which nothing changed sends it too
    for name in post.getlist("item"):
        values = post.getlist(f"value_{name}")
        why_not = post.get(f"why_{name}", "")
        if len(values) == 1 and values[0].removeprefix("-") in NON_ANSWERS and values[0].startswith("-"):
            why_not, values = values[0][1:], []
        found[name] = Typed(
            text=" ".join(values) if len(values) > 1 else "".join(values),
            non_answer=why_not,
            seen=post.get(f"seen_{name}"),
            source=_whose(post, items[name], *part) if name in items else "",
            was=post.get(f"was_{name}"),
        )
    return found


def _part(post: QueryDict) -> tuple[str, str | None]:
    """What is chosen for a whole part, and what stood there."""
    return post.get("part_source", ""), post.get("part_was")


def _whose(post: QueryDict, item: Item, part: str, part_was: str | None) -> str:
    """Whose answer it is: as the whole part says, where that was changed and the question itself was left as it was."""
    own, was = post.get(f"source_{item.name}", ""), post.get(f"was_{item.name}")
    chosen = part and part != part_was and own == was
    return part if chosen and (part in item.sources or part not in SAID_BY) else own  # what nobody offered is refused with the answer


def _whole_part(questions: Sequence[Question]) -> WholePart | None:
    """The choice for a whole part; None where not several of its questions leave one."""
    several = [one for one in questions if one.sources]
    if len(several) < 2:
        return None
    now = {code for one in several for code, _label, chosen in one.sources if chosen}
    before = {one.said_by for one in several}
    shared = set.intersection(*({code for code, *_ in one.sources} for one in several))
    sources = [(code, label, now == {code}) for code, label, _chosen in several[0].sources if code in shared]
    return WholePart(sources, next(iter(before)) if len(before) == 1 else "")


def _by_section(form: Questionnaire) -> Iterator[tuple[str, list[Item]]]:
    for name in dict.fromkeys(item.section for item in form.items):
        yield name, [item for item in form.items if item.section == name]


def _sections(found: Filling, chosen: str | None, by: Scope) -> list[Section]:
    """The parts that are asked of somebody; another one where it was chosen by name.

    Without a choice it begins at the beginning, and goes on where an answer is missing.
    """
    shown, own = asked(found.form, found.given), _parts_of(found.form, by)
    names = [name for name in dict.fromkeys(item.section for item in shown) if name in own or name == chosen]
    left = {name: sum(item.section == name and item.name in found.progress.unanswered for item in shown) for name in names}
    waits = {item.section for item in shown if item.name in found.progress.required_unanswered}
    open_ones = [name for name in names if name in waits] or [name for name in names if left[name]] or names[-1:]
    first = names[:1] if not found.progress.answered else open_ones
    here = chosen if chosen in names else next(iter(first), "")
    told = {name for name in names if all(item.kind == "note" for item in shown if item.section == name)}
    titles = {
        name: _words(found.form.sections.get(name, {})) or (_("About these questions") if name in told else found.title) for name in names
    }
    return [Section(name, titles[name], left[name], name == here) for name in names]


def _parts_of(form: Questionnaire, by: Scope) -> list[str]:
    """The parts in which something is asked of them, or in which nothing is asked of anybody, in their order."""
    own = asked_of(form, by)
    return [
        name for name, items in _by_section(form)
        if any(item.name in own and item.kind != "note" for item in items) or all(item.kind == "note" for item in items)
    ]  # fmt: skip


def _next(key: UUID, found: Filling, current: Section, go: str, by: Scope) -> str:
    if go == "stop":
        return reverse("candidate_questionnaires", args=[found.candidacy])
    order = list(dict.fromkeys(item.section for item in found.form.items))
    own = _parts_of(found.form, by)
    after = [name for name in order[order.index(current.name) + 1 :] if name in own]
    return f"{reverse('response', args=[key])}?section={after[0]}" if after else reverse("response_answers", args=[key])


def _context(
    found: Filling,
    current: Section | None,
    sections: Sequence[Section],
    errors: Mapping[str, str],
    posted: QueryDict,
    by: Scope,
) -> dict[str, Any]:
    others = {item.name for item in found.form.items if not may_answer(item, by)}
    typed, part = posted if errors else None, posted.get("part_source", "")
    shown = _questions(found, current.name, errors, typed, by, part) if current else ()
    questions = [one for one in shown if one.name not in others]
    steps = [
        {
            "label": one.title,
            "state": "current" if one.current else "done" if not one.left else "todo",
            "href": f"?section={one.name}",
        }
        for one in sections
    ]
    return {
        "filling": found,
        "section": current,
        "steps": steps,
        "questions": questions,
        "part": _whole_part(questions),
        "done": len(found.progress.answered),
        "all": len(found.progress.asked),
        "why_not": WHY_NOT,
        "problems": [(question.name, question.label, question.error) for question in questions if question.error],
    }


def _questions(
    found: Filling, section: str, errors: Mapping[str, str], typed: QueryDict | None, by: Scope, part: str = ""
) -> Iterator[Question]:
    for item in asked(found.form, found.given):
        if item.section == section:
            yield _question(item, found, errors.get(item.name, ""), typed, by, part)


def _question(item: Item, found: Filling, error: str, typed: QueryDict | None, by: Scope, part: str = "") -> Question:
    """A question as a page shows it; `part` says whose answers those of the whole part are, where that was chosen there."""
    answer = found.given.get(item.name)
    said_by = kept_by = answer.source if answer else part if part in item.sources else usual_source(item, by)
    value, why_not = (answer.value, str(answer.non_answer or "")) if answer else ("", "")
    if typed is not None and f"value_{item.name}" in typed:
        value, why_not = " ".join(typed.getlist(f"value_{item.name}")), typed.get(f"why_{item.name}", "")
        said_by = _whose(typed, item, *_part(typed)) or said_by
    chosen = value.split() if item.kind == "select_multiple" else [value]
    return Question(
        name=item.name,
        kind=item.kind,
        label=_words(item.label),
        hint=_words(item.hint),
        required=item.required,
        choices=[(choice.code, _words(choice.label), choice.code in chosen) for choice in item.choices],
        value=value,
        why_not=why_not,
        seen=questionnaires.shown(answer),
        time=str(TIMES.get(item.reference_time, "")),
        source="" if item.others else str(SOURCES.get(item.source, "")),
        said_by=kept_by,
        sources=[(code, str(SAID_BY[code]), code == said_by) for code in item.sources] if item.others else [],
        error=error,
        several_lines=item.several_lines,
    )


def _words(words: Mapping[str, str]) -> str:
    language = (get_language() or "en")[:2]
    return words.get(language) or words.get("") or next(iter(words.values()), "")


PATHS = [
    path("candidates/<uuid:candidacy>/questionnaires/", candidate_questionnaires, name="candidate_questionnaires"),
    path("candidates/<uuid:candidacy>/questionnaires/<slug:code>/begin/", questionnaire_begin, name="questionnaire_begin"),
    path("candidates/<uuid:candidacy>/questionnaires/<slug:code>/paper/", questionnaire_paper, name="questionnaire_paper"),
    path("questionnaires/", questionnaires_missing, name="questionnaires"),
    path("questionnaires/open/", questionnaires_open, name="questionnaires_open"),
    path("questionnaires/<uuid:response>/", response, name="response"),
    path("questionnaires/<uuid:response>/keep/", response_keep, name="response_keep"),
    path("questionnaires/<uuid:response>/finish/", response_finish, name="response_finish"),
    path("questionnaires/<uuid:response>/leave/", response_leave, name="response_leave"),
    path("questionnaires/<uuid:response>/leave/<uuid:mark>/back/", response_leave_back, name="response_leave_back"),
    path("questionnaires/<uuid:response>/open-again/", response_open_again, name="response_open_again"),
    path("questionnaires/<uuid:response>/answers/", response_answers, name="response_answers"),
    path("questionnaires/<uuid:response>/paper/", response_paper, name="response_paper"),
]
