"""A refusal of an action, told where it was asked for: beside the form, or on the page to which a button leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import HttpRequest

from makegood_portal.actions.import_list import ListRefused
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.web import notices
from makegood_portal.web.import_words import file_words

T = TypeVar("T")


def in_words(refusal: Refusal) -> str:
    """What was found and what would do. Of a list the engine says it; the words for people stand in `import_words`."""
    if isinstance(refusal, ListRefused):
        return file_words(refusal.problems[0])
    return f"{refusal.what} {refusal.remedy}".strip()


def tell_beside(form: forms.Form, refusal: Refusal) -> None:
    """What was refused and what would do, at the field that it is about, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, in_words(refusal))


def tried(form: forms.Form, act: Callable[[], object], *, but: type[Refusal] = NotYours) -> bool:
    """Do it, and say whether it was done; a refusal stands at its field.

    What is not the asker's stays a refusal, and so does `but`: a refusal of which the page has more to say.
    """
    try:
        act()
    except (NotYours, but):
        raise
    except Refusal as refusal:
        tell_beside(form, refusal)
        return False
    return True


def pressed(request: HttpRequest, act: Callable[[], T], *, said: str | Callable[[T], str]) -> bool:
    """The same for a button without a form: the next page says `said`, of what came of it, or why it was refused."""
    try:
        done = act()
    except NotYours:
        raise
    except Refusal as refusal:
        notices.careful(request, in_words(refusal))
        return False
    notices.done(request, said if isinstance(said, str) else said(done))
    return True
