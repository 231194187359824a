"""Problems of a programme file in the language of the page: code -> what is wrong and what would do, as data.

The engine says each problem exactly, in English. Here stands, for the codes of the terms and their delivery part, what it
means; a code without words of its own is told as a term that is not right, with its place and the exact words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from makegood.values.problem import Problem

ELSE: tuple[str | Promise, str | Promise] = (
    gettext_lazy("Something is not right here."),
    gettext_lazy("Look at this place in the file, and at the exact words below."),
)
WORDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "already_there": (gettext_lazy("What is added is there already."), gettext_lazy("Say what it was and what it becomes.")),
    "asked_and_measured_elsewhere": (
        gettext_lazy("This is asked here and measured elsewhere, so it would be half filled in."),
        gettext_lazy("Take it out of one of the two."),
    ),
    "binary_file": (gettext_lazy("This is not a text file."), gettext_lazy("Choose the programme file, which ends in .yaml.")),
    "circle": (gettext_lazy("This rests on itself, and would never have an answer."), gettext_lazy("Take one of the references out.")),
    "empty_file": (gettext_lazy("The file is empty."), gettext_lazy("Choose the programme file with its terms.")),
    "half_a_correction": (
        gettext_lazy("A date is corrected with who says so and why, and one of the two is missing."),
        gettext_lazy("Add the other, or leave both out."),
    ),
    "history_only": (
        gettext_lazy("This reason stands for imported history only, and a step lets it be chosen."),
        gettext_lazy("Take it out of the reasons of the step."),
    ),
    "history_only_reason": (
        gettext_lazy("This reason stands for imported history only, and is recorded for somebody who leaves now."),
        gettext_lazy("Choose a reason that may be recorded."),
    ),
    "missing_term": (gettext_lazy("A term is missing here."), gettext_lazy("Add it.")),
    "never_chosen": (gettext_lazy("No step lets this reason be chosen."), gettext_lazy("Name it at a step.")),
    "no_analysis": (
        gettext_lazy("Criteria change without an analysis of who comes in or stays out."),
        gettext_lazy("Look at the change on this page first; the analysis is then added."),
    ),
    "no_contract_step": (
        gettext_lazy("No step of this programme is one of a contract, so there is nothing to take back."),
        gettext_lazy("Add the step, or leave these reasons out."),
    ),
    "no_such_question": (gettext_lazy("No form asks this question."), gettext_lazy("Write its name as it stands in the form.")),
    "no_other_date": (
        gettext_lazy("With these reasons no other date can be recorded."),
        gettext_lazy("Add a reason with which another date is given."),
    ),
    "not_a_share": (gettext_lazy("This is not a share."), gettext_lazy("Write a share above 0% and at most 100%.")),
    "not_its_answer": (gettext_lazy("The question cannot be answered so."), gettext_lazy("Choose one of its own answers.")),
    "not_typed": (gettext_lazy("This cannot be read as what should stand here."), gettext_lazy("Write it as the term asks.")),
    "not_by_amendment": (
        gettext_lazy("Something else changed than by an amendment."),
        gettext_lazy("Begin with the file as it is now, and add one amendment."),
    ),
    "not_one_amendment": (gettext_lazy("The file has not just one new amendment."), gettext_lazy("Add one new amendment.")),
    "not_yaml": (gettext_lazy("The file is not written as YAML here."), gettext_lazy("Look at the spaces and quotes in this line.")),
    "not_within_a_day": (gettext_lazy("A contact cannot take so many minutes."), gettext_lazy("Write minutes from 1 to 1440.")),
    "orphaned_code": (
        gettext_lazy("A code is gone that records still use."),
        gettext_lazy("Put it back, and say from which day it is no longer in use."),
    ),
    "step_order": (gettext_lazy("The order of the steps is not right."), gettext_lazy("Name each step once, and the start last.")),
    "stretches_overlap": (gettext_lazy("Two stretches of the plan overlap."), gettext_lazy("Let one end where the next begins.")),
    "too_large": (gettext_lazy("The file is too large."), gettext_lazy("Choose the programme file.")),
    "two_meanings": (gettext_lazy("A name is used twice for different things."), gettext_lazy("Choose another name.")),
    "unknown_criterion": (gettext_lazy("There is no such criterion."), gettext_lazy("Choose a criterion of this programme.")),
    "unknown_item": (gettext_lazy("There is no such question."), gettext_lazy("Choose a question of this programme.")),
    "unknown_key": (gettext_lazy("This word means nothing here."), gettext_lazy("Look whether it is spelled right.")),
    "unknown_reason": (gettext_lazy("There is no such reason."), gettext_lazy("Choose a reason of that list.")),
    "unknown_step": (gettext_lazy("There is no such step."), gettext_lazy("Choose a step of this programme.")),
    "unknown_track": (gettext_lazy("There is no such track."), gettext_lazy("Choose a track of this programme.")),
    "was_differs": (
        gettext_lazy("What the amendment says that it was, is not what stands there."),
        gettext_lazy("Copy what stands there now."),
    ),
    "wrong_encoding": (gettext_lazy("The file has signs that cannot be read."), gettext_lazy("Save it as UTF-8.")),
}
"""Code -> what is wrong, and what would do."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A problem as the page tells it; `exact` are the engine's own words, in English."""

    what: str
    remedy: str
    path: str
    line: int
    exact: str


def told(problems: Sequence[Problem]) -> list[Told]:
    """Each problem with its place, in the language of the page."""
    return [
        Told(
            what=str(WORDS.get(one.code, ELSE)[0]),
            remedy=str(WORDS.get(one.code, ELSE)[1]),
            path=one.where.path,
            line=one.where.line,
            exact=f"{one.what}. {one.remedy[:1].upper()}{one.remedy[1:]}".strip(),
        )
        for one in problems
    ]
