"""A form beside the programme file must ask what criteria and needs look at, with the same answers to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from makegood.instrument.questionnaire import Choice, Item, Kind, Questionnaire
from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import Item as ProgrammeItem
from makegood.programme.term import InTwoLanguages
from makegood.values.problem import Problem, Where, nearest

_KINDS = {"choice": ("select_one",), "several": ("select_multiple",), "yes_or_no": ("select_one",), "number": ("integer", "decimal")}


def form_problems(delivery: Delivery, instrument: str, form: Questionnaire) -> list[Problem]:
    """Every item of the programme that this instrument should ask, and does not ask in the same way."""
    file = delivery.instruments[instrument].file
    found = []
    for name, item in delivery.items.items():
        if item.asked_in != instrument or item.retired_on is not None:
            continue
        question = form.item(name)
        where = Where(file, path=f"delivery/items/{name}")
        if question is None:
            known = [other.name for other in form.items]
            what = f"'{name}' is not asked in this form"
            why = "A criterion or a need looks at it, and would be unknown for everybody"
            found.append(Problem(where, "not_in_form", what, why, f"add it to the form, or {nearest(name, known)}"))
        elif question.kind not in _KINDS[item.answer]:
            what = f"'{name}' is asked as {question.kind}, and is a {item.answer} in the programme file"
            found.append(Problem(where, "other_kind", what, "Its answers could not be read", "ask it in the same way in both"))
        elif item.answer != "number":
            here = set(item.choices) or {"yes", "no"}
            there = {choice.code for choice in question.choices}
            if here != there:
                apart = ", ".join(f"'{code}'" for code in sorted(here ^ there))
                what = f"'{name}' has other answers in the form than in the programme file: {apart}"
                why = "An answer that the programme file does not know decides nothing"
                found.append(
                    Problem(Where(file, path=f"{where.path}/choices"), "other_choices", what, why, "let both have the same choices")
                )
    return found


def register_form(delivery: Delivery, *, without: Collection[str], on: date) -> Questionnaire:
    """The form of what stands in a list or register: items that no instrument asks, in use on a day.

    `without`: items that are known from elsewhere, such as a birth date or a permission. Whoever looks the others up
    fills them in here, so that no criterion stays unknown for want of a question.
    """
    items = [
        Item(name, _FIELD[item.answer], _words(item.title), "register", hint=_words(item.unit), choices=_choices(item), source="file")
        for name, item in delivery.items.items()
        if item.asked_in is None and name not in without and (item.retired_on is None or on < item.retired_on)
    ]
    title = {"en": "From the list or the file", "nl": "Uit de lijst of het dossier"}
    return Questionnaire("register", title["en"], "", ("en", "nl"), {"register": title}, tuple(items))


_FIELD: Mapping[str, Kind] = {"choice": "select_one", "several": "select_multiple", "yes_or_no": "select_one", "number": "decimal"}


def _words(words: InTwoLanguages | None) -> dict[str, str]:
    return {} if words is None else {"en": words.en, "nl": words.nl or words.en}


def _choices(item: ProgrammeItem) -> tuple[Choice, ...]:
    if item.answer == "yes_or_no":
        return (Choice("yes", {"en": "Yes", "nl": "Ja"}), Choice("no", {"en": "No", "nl": "Nee"}))
    return tuple(Choice(code, _words(choice.title)) for code, choice in item.choices.items())
