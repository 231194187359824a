"""Answers to the questionnaire of everybody who was selected, with whose they are and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from makegood.world.candidates import Candidate
from makegood.world.chance import stream
from makegood.world.reading import Plan
from makegood.world.recruitment_words import RecruitmentWords
from makegood.world.traits import MISSING

TABLES = tuple(f"appendix table {number}," for number in (6, 7, 8, 9))
NOT_ASKED = ("last_prison", "age")
"""Variables of those tables that come from the list."""
TALKED = ("clinical_treatment_first", "interpreter_needed", "cannot_be_carried_out")
"""Items that the counsellor answers after the talk; nothing is published of them."""


@dataclass(frozen=True)
class ScreeningAnswer:
    """One answer, or why there is none."""

    candidate: str
    item: str
    answer: str
    no_answer: str
    source: str
    answered_on: date


def items_of(plan: Plan) -> list[str]:
    """The published variables that the questionnaire asks, in the order of the tables."""
    found = dict.fromkeys(margin.variable for margin in plan.margins if margin.source.startswith(TABLES))
    return [variable for variable in found if variable not in NOT_ASKED]


def screening_answers(everybody: Sequence[Candidate], plan: Plan, words: RecruitmentWords, *, seed: int) -> Iterator[ScreeningAnswer]:
    """The rows, by candidate and in the order of the tables.

    A questionnaire of which nothing is there was lost, as a third were (lines 784-786): it has no rows. Where others of
    the same part were answered, an answer that is missing was refused or not known.
    """
    items = items_of(plan)
    entries = [one.participant.entry for one in everybody if one.participant is not None]
    for one in sorted(everybody, key=lambda one: one.candidate):
        if "questionnaire" not in one.steps:
            continue
        rng = stream(seed, f"answers/{one.candidate}")
        entry = one.participant.entry if one.participant is not None else {**rng.choice(entries), "sex": one.sex}
        told = [item for item in items if item not in words.counsellor_answers]
        estimated = [item for item in items if item in words.counsellor_answers]
        yield from _part(one, entry, told, "self", one.steps["questionnaire"], rng=rng)
        if "talk" in one.steps:
            yield from _part(one, entry, estimated, "counsellor", one.steps["talk"], rng=rng)


def _part(
    one: Candidate, entry: Mapping[str, str], items: Sequence[str], source: str, on: date, *, rng: Random
) -> Iterator[ScreeningAnswer]:
    given = [item for item in items if entry[item] not in MISSING and entry[item] != "no_or_unknown"]
    # Sex and paid work are known from elsewhere too, so they alone do not make a questionnaire that was filled in.
    if not set(given) - {"sex", "paid_job_in_past"}:
        given = [item for item in given if item in ("sex", "paid_job_in_past")]
        for item in given:
            yield ScreeningAnswer(one.candidate, item, entry[item], "", "file", on)
        return
    for item in items:
        if item in given:
            yield ScreeningAnswer(one.candidate, item, entry[item], "", source, on)
        elif entry[item] == "no_or_unknown":
            known = rng.random() < 0.5
            yield ScreeningAnswer(one.candidate, item, "no" if known else "", "" if known else "not_known", source, on)
        else:
            asked_seldom = item.startswith("treated_for")
            reason = "not_asked" if asked_seldom else rng.choice(("refused", "not_known"))
            yield ScreeningAnswer(one.candidate, item, "", reason, source, on)
    if source == "self":
        yield ScreeningAnswer(one.candidate, "wants_to_work", "yes", "", source, on)
    else:
        for item in TALKED:
            hides = item == "cannot_be_carried_out" and one.prison_reason == "had_to_go_into_hiding"
            yield ScreeningAnswer(one.candidate, item, "yes" if hides else "no", "", source, on)
