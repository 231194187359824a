"""What no page of ours sends: a choice that it did not offer, or a field that it does not have.

The form refuses such a choice in plain words; `refuse_what_nobody_asked_for` refuses such a field. Both are noted here, to
be written down. A page that somebody kept open may send such a choice too, when a colleague took it away meanwhile: the
entry says what was found, not what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django import forms
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from makegood_portal.actions.refusal import Refusal

NOT_OFFERED = frozenset({"invalid_choice", "invalid_list", "invalid_pk_value"})
"""Django's codes of a choice that is not among the choices."""
OF_THE_FRAME = frozenset({"csrfmiddlewaretoken", "once"})
"""Fields of every form, which the frame reads."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
"""A name as fields have it; another one is not written down: it could hold anything."""
_noted: ContextVar[set[str] | None] = ContextVar("noted", default=None)


class Form(forms.Form):
    """A form of a page; what it refuses since it was not offered, is noted."""

    def full_clean(self) -> None:
        """As Django does it."""
        super().full_clean()
        if self.is_bound:
            for name, errors in self.errors.as_data().items():
                if any(error.code in NOT_OFFERED for error in errors):
                    not_offered(name)


def beside_the_button(form: forms.Form, *, of: str) -> forms.Form:
    """The fields of this form stand in the bar with its button, outside the form with the id `of`: see `actions__fields`."""
    for field in form.fields.values():
        field.widget.attrs["form"] = of
    return form


def not_offered(field: str) -> None:
    """Note that what was sent in a field was not offered there; for fields that a page reads without a form."""
    noted = _noted.get()
    if noted is not None:
        noted.add(field)


@contextmanager
def noting() -> Iterator[set[str]]:
    """The names of fields in which something came that was not offered, while one request is answered."""
    found: set[str] = set()
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


class Watched(MultiValueDict[str, Any]):
    """What was sent, and which of its fields the page asked for."""

    def __init__(self, sent: MultiValueDict[str, Any]) -> None:
        super().__init__(dict(sent.lists()))
        self.asked: set[str] = set(OF_THE_FRAME)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def getlist(self, name: str, default: Any = None) -> Any:
        """As Django has it."""
        self.asked.add(name)
        return super().getlist(name, default)

    @property
    def unasked(self) -> set[str]:
        """The fields that were sent with something in them, and for which the page did not ask.

        A field that a page had a moment ago and has no more is sent empty by whoever left it empty.
        """
        return {name for name in self.keys() - self.asked if any(value != "" for value in super(Watched, self).getlist(name))}


def refuse_what_nobody_asked_for(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """The page's answer; a form that was done although it held a field for which the page never asked is undone and refused.

    A form that is shown again with what is wrong with it was not done, and its page had no need to ask for everything.
    """
    if request.method != "POST":
        return view()
    words, files = Watched(request.POST), Watched(request.FILES)
    request.POST, request._files = words, files  # type: ignore[attr-defined,assignment]  # Django lets nobody set FILES
    response = view()
    unasked = words.unasked | files.unasked
    if unasked and response.status_code < 400:
        for name in unasked:
            not_offered(name if NAME.fullmatch(name) else "?")
        request._messages = default_storage(request)  # type: ignore[attr-defined]  # what they say was done is undone
        what, remedy = (
            _("This form held something that our page does not ask."),
            _("It may have changed. Open the page and fill it in there."),
        )
        raise Refusal("not_offered", what, remedy=remedy)
    return response
