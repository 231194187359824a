"""Contacts, phases and other help of a programme, to take along for an evaluation."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.take_contacts_out import take_contacts_out
from makegood_portal.ledger.queries import contact_files
from makegood_portal.ledger.queries.contact_files import COLUMNS, TAKERS
from makegood_portal.web import notices
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import in_words

STAGES = {
    "agreed": gettext_lazy("Something is agreed with the municipality"),
    "known": gettext_lazy("The municipality knows the participant"),
    "not_known": gettext_lazy("Nobody was spoken with yet"),
    "": gettext_lazy("Not recorded"),
}
"""How far the municipality is involved -> its words."""


@require_safe
@page(*TAKERS)
def contact_files_page(request: Asked) -> HttpResponse:
    """How many contacts are recorded, and the files that can be taken along."""
    chosen = _programme(request)
    found = contact_files.page(request.scope, chosen, today=timezone.localdate())
    if found is None and chosen is not None:
        raise Http404
    address = reverse("contact_files")
    tabs = [
        {
            "label": name,
            "href": f"{address}?programme={key}",
            "current": key == found.programme,
        }
        for key, name in (found.programmes if found else ())
        if found is not None
    ]
    stages = [(words, found.stages.get(stage, 0)) for stage, words in STAGES.items()] if found and found.participants else []
    context = {
        "found": found, "tabs": tabs if len(tabs) > 1 else [], "stages": stages,
        "anything": found is not None and any(found.has(what) for what in COLUMNS),
    }  # fmt: skip
    return render(request, "contact_files/page.html", context)


@require_safe
@page(*TAKERS)
def contact_file(request: Asked, what: str) -> HttpResponse:
    """One of the files; that it was taken out is written down."""
    chosen = _programme(request)
    try:
        name, content = take_contacts_out(by=request.scope, on=chosen, what=what, as_of=timezone.localdate())
    except NotYours:
        raise
    except Refusal as refusal:  # an address that was kept, of a file without lines: the page says what there is
        notices.careful(request, in_words(refusal))
        return redirect(f"{reverse('contact_files')}?programme={chosen}" if chosen else reverse("contact_files"))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _programme(request: Asked) -> UUID | None:
    word = request.GET.get("programme", "")
    if not word:
        return None
    try:
        return UUID(word)
    except ValueError:
        raise Http404 from None


PATHS = [
    path("contacts/", contact_files_page, name="contact_files"),
    path("contacts/contacts.csv", contact_file, {"what": "contacts"}, name="contacts_csv"),
    path("contacts/phases.csv", contact_file, {"what": "phases"}, name="phases_csv"),
    path("contacts/help.csv", contact_file, {"what": "help"}, name="help_csv"),
    path("contacts/coordination.csv", contact_file, {"what": "coordination"}, name="coordination_csv"),
    path("contacts/usual-care.csv", contact_file, {"what": "usual_care"}, name="usual_care_csv"),
]
