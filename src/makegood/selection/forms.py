"""A form beside the programme file must ask what criteria look at, with the same answers to choose from."""

from __future__ import annotations

from makegood.instrument.questionnaire import Questionnaire
from makegood.programme.delivery import Delivery
from makegood.values.problem import Problem, Where, nearest

_KINDS = {"choice": ("select_one",), "yes_or_no": ("select_one",), "number": ("integer", "decimal")}


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
            why = "A criterion looks at it, and would be unknown for everybody"
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
                why = "An answer that a criterion does not know decides nothing"
                found.append(
                    Problem(Where(file, path=f"{where.path}/choices"), "other_choices", what, why, "let both have the same choices")
                )
    return found
