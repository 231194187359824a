"""Candidates of the reference case, and of a small programme, with sane defaults."""

from __future__ import annotations

import functools
from datetime import date

from makegood.instrument.questionnaire import Answer
from makegood.programme.checking import check_terms
from makegood.programme.delivery import Delivery
from makegood.programme.reading import Agreement, read_agreement
from makegood.selection.answers import answers_from

AT_THE_START = date(2016, 6, 3)
AFTER_THE_CRITERIA_WERE_DROPPED = date(2017, 1, 1)
SUITS_THE_PRISON = {
    "conviction": "first_instance_or_final",
    "custody": "sentenced",
    "detention_months": "6",
    "placement": "regular",
    "citizen_service_number": "yes",
}
SUITS_THE_GUIDE = {
    "residence_permit_prospect": "yes",
    "clinical_treatment_first": "no",
    "municipality_permits": "yes",
    "work_potential": "fair",
    "self_reliance": "high",
    "risk_social_isolation": "little",
    "participation_ladder_step": "step4",
}


@functools.cache
def the_agreement(programme: str = "werk-na-detentie") -> Agreement:
    return read_agreement(programme, check=check_terms)


def the_delivery(on: date = AT_THE_START, programme: str = "werk-na-detentie") -> Delivery:
    delivery = the_agreement(programme).on(on).programme.delivery
    assert delivery is not None
    return delivery


def a_candidate(**words: str) -> dict[str, Answer]:
    """Meets every criterion of the start, unless told otherwise; `""` takes an answer away."""
    return answers_from(the_delivery().items, {**SUITS_THE_PRISON, **SUITS_THE_GUIDE, **words})
