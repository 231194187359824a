"""A refusal of an action, told where it was asked for: beside the form, or on the page to which a button leads."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest

from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.web import notices


def tried(form: forms.Form, act: Callable[[], object], *, at: str = "", but: type[Refusal] = NotYours) -> bool:
    """Do it, and say whether it was done; a refusal stands at its field, or at the field `at`.

    What is not the asker's stays a refusal, and so does `but`: a refusal of which the page has more to say.
    """
    try:
        act()
    except (NotYours, but):
        raise
    except Refusal as refusal:
        field = at or refusal.field
        form.add_error(field if field in form.fields else None, in_words(refusal))
        return False
    return True


def pressed(request: HttpRequest, act: Callable[[], object], *, said: str = "") -> bool:
    """The same for a button without a form: the next page says `said`, or why it was refused."""
    try:
        act()
    except NotYours:
        raise
    except Refusal as refusal:
        notices.careful(request, in_words(refusal))
        return False
    if said:
        notices.done(request, said)
    return True


def in_words(refusal: Refusal) -> str:
    """What was found and what would do."""
    return f"{refusal.what} {refusal.remedy}".strip()
