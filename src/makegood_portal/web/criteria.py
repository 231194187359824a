"""The criteria by version, how many meet them, and a change looked at before it is proposed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood.programme.delivery import Delivery
from makegood.programme.proposing import Limit, added, amendment_text, dropped, limits, moved
from makegood.programme.root import Document
from makegood.programme.yaml_text import MAX_BYTES
from makegood.values.parsing import number
from makegood.values.problem import Problem
from makegood_portal.actions.criteria import TermsRefused, count_criteria, look_at_change, look_at_file, propose_change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import terms
from makegood_portal.ledger.queries import criteria
from makegood_portal.ledger.queries.criteria import COUNTERS, READERS
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.files import UploadField
from makegood_portal.web.offered import Form, not_offered
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.problem_words import told
from makegood_portal.web.refused import tell_beside
from makegood_portal.web.sources import source_words

EFFECTS = {
    "requires": gettext_lazy("needed to take part"),
    "excludes": gettext_lazy("keeps out"),
    "advises": gettext_lazy("advises a track"),
    "describes": gettext_lazy("describes"),
}
EDGES = {
    "from": gettext_lazy("at least"),
    "above": gettext_lazy("more than"),
    "below": gettext_lazy("less than"),
    "up_to": gettext_lazy("at most"),
}
YES_OR_NO = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No")}
TRAITS = {
    "prison": gettext_lazy("Prison"),
    criteria.STARTED: gettext_lazy("Started"),
    "sex": gettext_lazy("Sex"),
    "age": gettext_lazy("Age"),
}
LEVELS = {
    "": gettext_lazy("not known"),
    "female": gettext_lazy("woman"),
    "male": gettext_lazy("man"),
    "other": gettext_lazy("other"),
    "unknown": gettext_lazy("not known"),
    "under 18": gettext_lazy("under 18"),
    "65 and over": gettext_lazy("65 and over"),
}
FEW = 5
"""Below this a count is not told to who may not read the answers themselves."""
LARGE = 0.1
"""From this standardised difference on a shift is pointed out; 0.1 is usual (Austin 2009)."""


class ChangeForm(Form):
    """What should change, from when, and why."""

    in_force_from = PickedDateField(label=gettext_lazy("From which day?"))
    reason = forms.CharField(label=gettext_lazy("Why?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    expected_effect = forms.CharField(
        label=gettext_lazy("What do you expect of it?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    review_on = PickedDateField(label=gettext_lazy("When do you look whether that came true?"))
    drop = forms.MultipleChoiceField(
        label=gettext_lazy("Which criteria go?"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--alike"})
    )
    add_title = forms.CharField(
        label=gettext_lazy("A new criterion: what it says"), required=False, max_length=200,
        help_text=gettext_lazy("A statement about the candidate, such as: has a home after release."),
    )  # fmt: skip
    add_answers = forms.MultipleChoiceField(
        label=gettext_lazy("When is that so? Choose answers to one question."), required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )  # fmt: skip
    add_effect = forms.ChoiceField(
        label=gettext_lazy("What follows from it?"), required=False, widget=forms.RadioSelect, initial="excludes",
        choices=[
            ("excludes", gettext_lazy("Who answers so may not take part")),
            ("requires", gettext_lazy("Only who answers so may take part")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, delivery: Delivery, on: date, **words: Any) -> None:
        super().__init__(*args, **words)
        self.delivery = delivery
        lists = criteria.rules(delivery, on=on)
        self.fields["drop"].choices = [  # type: ignore[attr-defined]
            (one.title, [(f"{one.name}/{rule.criterion}", rule.title) for rule in one.rules if rule.effect != "describes"]) for one in lists
        ]
        self.moves = {f"limit_{index}": limit for index, limit in enumerate(limits(delivery, on=on))}
        for name, limit in self.moves.items():
            self.fields[name] = forms.CharField(label=_limit(limit, delivery), initial=limit.value, max_length=20, required=False)
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "class": "utrecht-textbox--short"}
        self.fields["add_answers"].choices = list(_answers(delivery))  # type: ignore[attr-defined]
        self.order_fields(["drop", *self.moves, "add_title", "add_answers", "add_effect", "in_force_from", "reason", "expected_effect"])

    def clean(self) -> dict[str, Any]:
        """Limits are numbers; a new criterion looks at one question."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, limit in self.moves.items():
            text = str(cleaned.get(name) or "").replace(",", ".").strip() or limit.value
            try:
                cleaned[name] = str(number(text))
            except ValueError:
                self.add_error(name, _("Write a number."))
        chosen = cleaned.get("add_answers") or []
        if bool(chosen) != bool(cleaned.get("add_title")):
            self.add_error("add_title" if chosen else "add_answers", _("A new criterion has words and answers."))
        if len({answer.split("=")[0] for answer in chosen}) > 1:
            self.add_error("add_answers", _("Choose answers to one question."))
        if not self.errors and not self.changes():
            raise forms.ValidationError(_("Nothing changes yet. Choose what goes, moves or comes."))
        return cleaned

    def changes(self) -> list[dict[str, Any]]:
        """What was chosen, as the programme file says it."""
        found = [dropped(*choice.split("/")) for choice in self.cleaned_data.get("drop", [])]
        gone = set(self.cleaned_data.get("drop", []))
        for name, limit in self.moves.items():
            becomes = self.cleaned_data.get(name, limit.value)
            if becomes != limit.value and f"{limit.criteria_list}/{limit.criterion}" not in gone:
                found.append(moved(limit, becomes))
        chosen = self.cleaned_data.get("add_answers") or []
        if chosen:
            item = chosen[0].split("=")[0]
            need = {"item": item, "is": [answer.split("=")[1] for answer in chosen]}
            listed_in = next(reversed(self.delivery.criteria))
            what = {"title": self.cleaned_data["add_title"], "effect": self.cleaned_data["add_effect"] or "excludes", "when": need}
            found.append(added(listed_in, self._code(self.cleaned_data["add_title"]), what))
        return found

    def _code(self, title: str) -> str:
        """A code of its own for a new criterion, from its words."""
        plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
        code = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "criterion"
        code = code if code[0].isalpha() else f"criterion_{code}"
        known = {name for listing in self.delivery.criteria.values() for name in listing.criteria}
        return next(one for number_ in range(1, 1000) if (one := code if number_ == 1 else f"{code}_{number_}") not in known)

    def amendment(self) -> dict[str, Any]:
        """The amendment, without its analysis."""
        return {
            "from": self.cleaned_data["in_force_from"].isoformat(),
            "reason": " ".join(self.cleaned_data["reason"].split()),
            "expected_effect": " ".join(self.cleaned_data["expected_effect"].split()),
            "review_on": self.cleaned_data["review_on"].isoformat(),
            "changes": self.changes(),
        }


class FileForm(Form):
    """An amended programme file."""

    file = UploadField(
        most=MAX_BYTES,
        too_large=gettext_lazy("The file is too large. Send at most 2 MB."),
        label=gettext_lazy("The programme file with your amendment"),
        help_text=gettext_lazy("A .yaml file: the terms as they are now, with one new amendment under `amendments`."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )


def _limit(limit: Limit, delivery: Delivery) -> str:
    criterion = delivery.criteria[limit.criteria_list].criteria[limit.criterion]
    unit = said(delivery.items[limit.item].unit)
    return f"{said(criterion.title)}: {EDGES[limit.edge]} ({unit})" if unit else f"{said(criterion.title)}: {EDGES[limit.edge]}"


def _answers(delivery: Delivery) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for name, item in delivery.items.items():
        if item.answer == "yes_or_no":
            yield said(item.title), [(f"{name}=yes", _("Yes")), (f"{name}=no", _("No"))]
        elif item.answer == "choice":
            choices = item.choices.items()
            yield said(item.title), [(f"{name}={code}", said(one.title)) for code, one in choices if not one.no_answer]


@require_safe
@page(*READERS)
def criteria_page(request: Asked) -> HttpResponse:
    """The criteria in force on a day, how they came to be so, and who meets them."""
    try:
        programme = UUID(request.GET["programme"]) if request.GET.get("programme") else None
        on = date.fromisoformat(request.GET["on"]) if request.GET.get("on") else None
    except ValueError:
        raise Http404 from None
    try:
        found = criteria.page(request.scope, programme, on=on, today=timezone.localdate())
    except terms.NoTermsError:
        found = None
    if found is None and programme is not None:
        raise Http404
    if found is None:
        return render(request, "criteria/none.html", {})
    counts = found.counted.counts if found.counted else None
    documents = terms.programme_on(found.programme, found.on).documents
    context = {
        "found": found,
        "counts": _totals(counts) if counts else None,
        "rules": _counted_rules(found, counts, documents),
        "changes": [{"row": one, "source": source_words(one.source, documents)} for one in found.changes],
        "programmes": [
            {"label": terms.title_on(key, found.on, else_=name), "href": f"?programme={key}", "current": key == found.programme}
            for key, name in found.programmes
        ],
        "versions": _versions(found),
        "may_count": request.scope.has(*COUNTERS),
        "may_see_counts": request.scope.has(*COUNTERS, Role.HEAD_OFFICE),
        "proposals": [_proposal(one, exact=request.scope.has(*COUNTERS)) for one in found.proposals],
        "silent": _titles(found, counts["silent"]) if counts else [],
        "hidden": _titles(found, counts["hidden"]) if counts else [],
        "started": _totals(counts["started"]) if counts else None,
    }
    return render(request, "criteria/page.html", context)


def _versions(found: criteria.CriteriaPage) -> list[dict[str, Any]]:
    """Links to the criteria as they stood after each change, oldest first."""
    tabs = [{"label": date_format(day, "j F Y"), "href": f"?programme={found.programme}&on={day.isoformat()}"} for day in found.days]
    here = max((index for index, day in enumerate(found.days) if day <= found.on), default=-1)
    return [
        {"label": _("At first"), "href": f"?programme={found.programme}&on=1900-01-01", "current": here == -1},
        *({**tab, "current": index == here} for index, tab in enumerate(tabs)),
    ]


def _totals(counts: Mapping[str, Any]) -> dict[str, int]:
    pairs = {(before, after): people for before, after, people in counts["pairs"]}
    return {
        "assessed": counts["assessed"],
        **{word: sum(people for pair, people in pairs.items() if pair[0] == word) for word in ("yes", "no", "unknown")},
    }


def _counted_rules(
    found: criteria.CriteriaPage, counts: Mapping[str, Any] | None, documents: Mapping[str, Document]
) -> list[dict[str, Any]]:
    of = {(one["criteria_list"], one["criterion"]): one for one in counts["before"]} if counts else {}
    started = {(one["criteria_list"], one["criterion"]): one for one in counts["started"]["before"]} if counts else {}
    hidden = counts["hidden"] if counts else []
    return [
        {
            "title": one.title,
            "source": source_words(one.source, documents),
            "rules": [
                {
                    "row": rule,
                    "effect": EFFECTS[rule.effect],
                    "counts": of.get((rule.criteria_list, rule.criterion)),
                    "started": started.get((rule.criteria_list, rule.criterion)),
                    "hidden": rule.criterion in hidden,
                }
                for rule in one.rules
            ],
        }
        for one in found.lists
    ]


def _titles(found: criteria.CriteriaPage, names: Sequence[str]) -> list[str]:
    titles = {rule.criterion: rule.title for one in found.lists for rule in one.rules}
    return [titles[name] for name in names if name in titles]


def _proposal(row: Any, *, exact: bool) -> dict[str, Any]:
    figures = row.amendment["analysis"]
    words = ("assessed", "would_come_in", "would_stay_out", "not_known")
    told = {word: _told(int(figures[word]), exact=exact) for word in words}
    reason = row.amendment.get("reason", "")
    return {
        "row": row,
        "reason": reason if isinstance(reason, str) else reason.get("nl") or reason.get("en"),
        "figures": told,
        "text": amendment_text(row.name, row.amendment) if exact else "",
    }


def _told(count: int, *, exact: bool) -> str:
    return str(count) if exact or count == 0 or count >= FEW else _("fewer than %(n)s") % {"n": FEW}


@require_POST
@page(*COUNTERS)
def criteria_count(request: Asked, programme: UUID) -> HttpResponse:
    """Count who meets the criteria of the day that is shown."""
    _mine(request, programme)
    today = timezone.localdate()
    try:
        day = date.fromisoformat(request.POST["on"]) if request.POST.get("on") else today
    except ValueError:
        not_offered("on")
        raise Http404 from None
    _delivery(programme, day)
    found = count_criteria(by=request.scope, on=programme, day=day, today=today)
    notices.done(request, _("Counted: %(n)s candidates with answers.") % {"n": found.counts["assessed"]})
    shown = f"&on={day.isoformat()}" if day != today else ""
    return redirect(f"{reverse('criteria')}?programme={programme}{shown}")


@require_http_methods(["GET", "HEAD", "POST"])
@page(*COUNTERS)
def criteria_change(request: Asked, programme: UUID) -> HttpResponse:
    """Say what should change, and look at what that would do."""
    _mine(request, programme)
    today = timezone.localdate()
    form = ChangeForm(request.POST or None, delivery=_delivery(programme, today), on=today, initial={"in_force_from": today})
    problems: Sequence[Problem] = ()
    if request.method == "POST" and form.is_valid():
        amendment = form.amendment()
        name = f"criteria_of_{amendment['from'].replace('-', '_')}"
        try:
            kept = look_at_change(by=request.scope, on=programme, name=_fresh(programme, name), amendment=amendment, today=today)
            return redirect("criteria_analysis", analysis=kept.pk)
        except NotYours:
            raise
        except TermsRefused as refused:
            problems = refused.problems
            form.add_error(None, _("The terms would not stand with this change."))
        except Refusal as refusal:
            tell_beside(form, refusal)
    context = {"form": form, "programme": programme, "problems": told(problems)}
    return render(request, "criteria/change.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*COUNTERS)
def criteria_upload(request: Asked, programme: UUID) -> HttpResponse:
    """The same with an amended programme file."""
    _mine(request, programme)
    form = FileForm(request.POST or None, request.FILES or None)
    problems: Sequence[Problem] = ()
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            kept = look_at_file(by=request.scope, on=programme, content=content, today=timezone.localdate())
            return redirect("criteria_analysis", analysis=kept.pk)
        except NotYours:
            raise
        except TermsRefused as refused:
            problems = refused.problems
            form.add_error("file", _("This file cannot be used. What was found stands below."))
        except Refusal as refusal:
            form.add_error("file", f"{refusal.what} {refusal.remedy}".strip())
    context = {"form": form, "programme": programme, "problems": told(problems)}
    return render(request, "criteria/upload.html", context, status=422 if form.errors else 200)


def _fresh(programme: UUID, name: str) -> str:
    known = terms.agreement_of(programme).amendments
    return next(one for number_ in range(1, 1000) if (one := name if number_ == 1 else f"{name}_{number_}") not in known)


def _mine(request: Asked, programme: UUID) -> None:
    if criteria.party_for(request.scope, programme) is None:
        raise Http404


def _delivery(programme: UUID, today: date) -> Delivery:
    try:
        return terms.delivery_on(programme, today)
    except terms.NoTermsError:
        raise Http404 from None


@require_safe
@page(*COUNTERS)
def criteria_analysis(request: Asked, analysis: UUID) -> HttpResponse:
    """What a change would do: how many, who, and how the mix of cases shifts."""
    found = criteria.analysis(request.scope, analysis)
    if found is None or not found.amendment:
        raise Http404
    agreement = terms.agreement_of(found.programme_id)
    counts = found.counts
    tables: dict[str, list[dict[str, Any]]] = {}
    for level in criteria.in_order(agreement, found.in_force_from, counts["levels"]):
        trait, word = criteria.trait_words(agreement, found.in_force_from, level["trait"], level["level"])
        tables.setdefault(str(TRAITS.get(trait, trait)), []).append(
            {
                **level,
                "words": YES_OR_NO[word] if trait == criteria.STARTED else LEVELS.get(word, word),
                "share_before": _percent(level["share_before"]),
                "share_after": _percent(level["share_after"]),
                "large": level["difference"] is not None and abs(level["difference"]) >= LARGE,
            }
        )
    # A trait that is the same for everybody says nothing about the mix.
    tables = {title: rows for title, rows in tables.items() if len(rows) > 1 or rows[0]["trait"] == "prison"}
    pairs = [(pair[1], pair[2]) for pair in counts["pairs"]]
    context = {
        "found": found,
        "counts": counts,
        "let_in": _totals(counts)["yes"],
        "let_in_after": sum(people for after, people in pairs if after == "yes"),
        "tables": [{"title": title, "rows": rows} for title, rows in tables.items()],
        "shifts": sum(row["large"] for rows in tables.values() for row in rows),
        "text": amendment_text(found.name, found.amendment),
        "silent": [_title(agreement, found.in_force_from, name) for name in counts["silent"]],
        "hidden": [_title(agreement, found.in_force_from, name) for name in counts.get("hidden", [])],
        "proposed": criteria.proposed(found.pk),
        "may_propose": request.scope.has(Role.LEAD),
    }
    return render(request, "criteria/analysis.html", context)


def _title(agreement: Any, on: date, name: str) -> str:
    delivery = agreement.on(on).programme.delivery
    for listing in delivery.criteria.values() if delivery else ():
        if name in listing.criteria:
            return said(listing.criteria[name].title)
    return name


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


@require_POST
@page(Role.LEAD)
def criteria_propose(request: Asked, analysis: UUID) -> HttpResponse:
    """Record the change as proposed, with its analysis."""
    if criteria.analysis(request.scope, analysis) is None:
        raise Http404
    made = propose_change(by=request.scope, on=analysis, today=timezone.localdate())
    notices.done(request, _("The change is proposed, with its analysis."))
    return redirect(f"{reverse('criteria')}?programme={made.programme_id}")


PATHS = [
    path("criteria/", criteria_page, name="criteria"),
    path("criteria/<uuid:programme>/count/", criteria_count, name="criteria_count"),
    path("criteria/<uuid:programme>/change/", criteria_change, name="criteria_change"),
    path("criteria/<uuid:programme>/upload/", criteria_upload, name="criteria_upload"),
    path("criteria/analyses/<uuid:analysis>/", criteria_analysis, name="criteria_analysis"),
    path("criteria/analyses/<uuid:analysis>/propose/", criteria_propose, name="criteria_propose"),
]
