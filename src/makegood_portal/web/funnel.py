"""The funnel: from list to start against the plan, in words, a picture and tables; and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from makegood.report.funnel_picture import Row, funnel_picture, interval_picture
from makegood.selection.intake import Warned
from makegood.selection.shares import Share
from makegood_portal.actions.count_day import count_later
from makegood_portal.actions.take_funnel_out import MAY_COUNT, take_funnel_out
from makegood_portal.ledger.queries import funnel
from makegood_portal.ledger.queries.funnel import Funnel, GroupLine, ReasonList, Uncounted
from makegood_portal.ledger.queries.imports import EARLIEST
from makegood_portal.ledger.terms import said
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, key_of, page

WHAT_TO_DO = {
    "starts_below": gettext_lazy("Look in the table below at which step most people leave, and talk with the prisons where few start."),
    "forecast_below_plan": gettext_lazy("Talk with the steering group now: more prisons, a longer intake, or a lower target."),
    "site_silent": gettext_lazy("Call the coordinator of this prison today. Ask what is needed to go on."),
}
"""Rule of the programme file -> what somebody who leads the project does about it."""


class Choice(Form):
    """Which funnel: of which programme, prison and month, as of which day."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"), required=False)
    prison = forms.ChoiceField(label=gettext_lazy("Prison"), required=False)
    month = forms.ChoiceField(label=gettext_lazy("Month of the list"), required=False)
    as_of = PickedDateField(
        label=gettext_lazy("As of which day?"), help_text=gettext_lazy("You see what was known to have happened by the end of this day."),
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, found: Funnel | None, **words: Any) -> None:
        super().__init__(*args, **words)
        self._fill("programme", [(str(key), name) for key, name in found.programmes] if found else [], least=2)
        self._fill("prison", [(str(key), name) for key, name in found.prisons] if found else [], least=2)
        self._fill("month", [(f"{day:%Y-%m}", date_format(day, "F Y")) for day in found.months] if found else [], least=2)
        if found and "prison" in self.fields:
            self.fields["prison"].label = found.site_title

    def _fill(self, name: str, choices: Sequence[tuple[str, str]], *, least: int) -> None:
        if len(choices) < least:
            del self.fields[name]
        else:
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    def clean_as_of(self) -> date | None:
        """Nothing is known yet of a day to come."""
        day: date | None = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Choose today or an earlier day."))
        if day and day < EARLIEST:
            raise forms.ValidationError(_("This date cannot be right. Check the year."))
        return day


@dataclass(frozen=True)
class Asking:
    """What an address asks for; a word that means nothing counts as none, and a year that was mistyped as today."""

    programme: UUID | None
    prison: UUID | None
    month: date | None
    as_of: date


def _asking(request: Asked) -> Asking:
    today, words = timezone.localdate(), request.GET
    day = _day(words.get("as_of", ""))
    return Asking(
        key_of(words.get("programme", "")),
        key_of(words.get("prison", "")),
        _day(f"{words.get('month', '')}-01"),
        day if day and EARLIEST <= day <= today else today,
    )


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if len(word) == 10 else None
    except ValueError:
        return None


@require_safe
@page(*MAY_COUNT)
def funnel_page(request: Asked) -> HttpResponse:
    """The funnel of one programme."""
    asking = _asking(request)
    found = funnel.funnel_or_wait(
        request.scope,
        as_of=asking.as_of,
        today=timezone.localdate(),
        programme=asking.programme,
        prison=asking.prison,
        month=asking.month,
    )
    if isinstance(found, Uncounted):
        return _counting(request, found)
    if request.htmx:  # the page that waited looks whether it is done
        return HttpResponse(headers={"HX-Refresh": "true"})
    form = Choice(request.GET or None, found=found)
    context: dict[str, Any] = {"found": found, "form": form, "query": request.GET.urlencode()}
    context["days"] = _days(request, asking.as_of, ended=found.intake_until if found else None)
    if found is not None and not found.too_few:
        context |= {
            "warnings": _warnings(found.warnings),
            "past": found.as_of < timezone.localdate(),
            "picture": _picture(found),
            "prison_picture": _prisons(found),
            "percent": {"uptake": interval(found.uptake), "dropped": interval(found.dropped)},
            "steps": [
                {"line": line, "before": interval(line.shares.of_step_before), "of_list": interval(line.shares.of_list)}
                for line in found.steps
            ],
            "hours": sum(line.hours or 0 for line in found.steps),
            "channels": [{"line": one, "chosen": interval(one.chosen), "started": interval(one.started)} for one in found.channels],
            "prisons": [_line(line) for line in found.by_prison],
            "months": [_line(line) for line in found.by_month],
            "reasons": [_reasons(one) for one in found.reasons],
            "dropped_reasons": [_reasons(one) for one in found.dropped_reasons],
            "filled": any(line.filled and line.filled.of for line in found.by_prison),
            "chance": _chance(found),
        }
    return render(request, "funnel/funnel.html", context)


def _counting(request: Asked, day: Uncounted) -> HttpResponse:
    """What is seen while the worker counts; the page looks each second whether it is done."""
    count_later(request.scope, day)
    if request.htmx:
        return HttpResponse(status=204)
    return render(request, "funnel/counting.html", {"day": day, "days": _days(request, day.as_of)})


def _days(request: Asked, chosen: date, *, ended: date | None = None) -> list[dict[str, Any]]:
    """The days that are mostly asked for, each with what else was chosen; of an intake that ended long ago its last day."""
    today, found = timezone.localdate(), []
    offered = funnel.days_offered(today)
    for day in [today, ended] if ended and ended < offered[-1] else offered:
        words = request.GET.copy()
        words.pop("as_of", None)
        if day != today:
            words["as_of"] = day.isoformat()
        label = _("Today") if day == today else date_format(day, "j F" if day in offered else "j F Y")
        found.append({"label": label, "href": f"?{words.urlencode()}", "current": day == chosen})
    return found


@require_safe
@page(*MAY_COUNT)
def funnel_file(request: Asked, form: str) -> HttpResponse:
    """The numbers as a file, CSV or Excel."""
    asking = _asking(request)
    name, content = take_funnel_out(
        by=request.scope,
        on=asking.programme,
        as_of=asking.as_of,
        prison=asking.prison,
        month=asking.month,
        form="xlsx" if form == "xlsx" else "csv",
    )
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def interval(share: Share) -> str:
    """A share with its interval, such as "9% (8–11%)"; a dash where there is nobody."""
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return _("%(share)s%% (%(low)s–%(high)s%%)") % {
        "share": round(100 * share.share), "low": round(100 * share.low), "high": round(100 * share.high),
    }  # fmt: skip


def _warnings(found: Sequence[Warned]) -> list[dict[str, Any]]:
    return [{"says": said(one.says), "do": WHAT_TO_DO[one.rule]} for one in found]


def _chance(found: Funnel) -> str:
    chance = found.forecast.chance_of_plan if found.forecast and found.forecast.days_left else None
    if chance is None:
        return ""
    return _("less than 1%") if chance < 0.01 else f"{round(100 * chance)}%"


def _picture(found: Funnel) -> SafeString:
    # A first step that is the list itself is not drawn twice.
    whole = bool(found.steps) and found.steps[0].shares.reached == found.listed
    titles = found.titles if whole else {"": _("On the list"), **found.titles}
    told = "; ".join(f"{line.title}: {line.shares.reached}" for line in found.steps)
    description = _("From %(listed)s on the list: %(steps)s.") % {"listed": found.listed, "steps": told}
    words = {"left": _("left:"), "open_": _("on the way:"), "title": _("From list to start"), "description": description}
    # Our own drawing, which escapes what it is given.
    return mark_safe(funnel_picture(found.flows, titles=titles, **words)) if found.listed else SafeString("")  # noqa: S308


def _prisons(found: Funnel) -> SafeString:
    rows = [Row(_name(line), line.started, interval(line.started)) for line in found.by_prison if line.listed]
    if len(rows) < 2:
        return SafeString("")
    description = "; ".join(f"{row.label}: {row.value}" for row in rows)
    return mark_safe(interval_picture(rows, aim=found.aim, title=_("Starts of those on the list"), description=description))  # noqa: S308


def _name(line: GroupLine) -> str:
    if line.month:
        return date_format(line.month, "F Y")
    return line.names[0] if len(line.names) == 1 else _("Smaller ones together")


def _line(line: GroupLine) -> dict[str, Any]:
    return {
        "line": line,
        "name": _name(line),
        "started": interval(line.started),
        "of_chosen": interval(line.started_of_chosen),
        "filled": interval(line.filled) if line.filled else "–",
        "finished": line.finished,
    }


def _reasons(one: ReasonList) -> dict[str, Any]:
    rows = [{"reason": reason or _("Other reasons together"), "n": share.n, "share": interval(share)} for reason, share in one.rows]
    return {"title": one.title, "total": one.total, "rows": rows}


PATHS = [
    path("funnel/", funnel_page, name="funnel"),
    path("funnel/csv/", funnel_file, {"form": "csv"}, name="funnel_csv"),
    path("funnel/xlsx/", funnel_file, {"form": "xlsx"}, name="funnel_xlsx"),
]
