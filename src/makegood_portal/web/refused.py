"""A refusal of an action, told beside the form that asked for it."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from makegood_portal.actions.refusal import NotYours, Refusal


def tell_beside(form: forms.Form, refusal: Refusal) -> None:
    """What was refused and what would do, at the field that it is about, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, f"{refusal.what} {refusal.remedy}".strip())


def tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it, and say whether it was done; a refusal stands at its field, what is not the asker's stays a refusal."""
    try:
        act()
    except NotYours:
        raise
    except Refusal as refusal:
        tell_beside(form, refusal)
        return False
    return True
