"""Criteria counted, a change of them looked at before it is made, and proposed with what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from makegood.programme.delivery import Delivery
from makegood.programme.proposing import new_amendment, read_proposal, touches_criteria, with_amendment
from makegood.programme.reading import Agreement
from makegood.programme.yaml_text import parse_yaml_text
from makegood.selection.case_mix import CaseMix, case_mix, looked_at
from makegood.selection.criteria import in_force
from makegood.values.problem import Problem, Refused, Where, errors
from makegood_portal.actions.acting import action, add, fact
from makegood_portal.actions.load_programme import orphans
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import CriteriaAnalysis, CriteriaProposal
from makegood_portal.ledger.queries import criteria
from makegood_portal.ledger.queries.criteria import COUNTERS
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

FIGURES = ("assessed", "would_come_in", "would_stay_out", "not_known")


class TermsRefused(Refusal):
    """The terms would not stand; `problems` say all that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(first.code, first.what, remedy=first.remedy)
        self.problems = problems


@action(*COUNTERS)
def count_criteria(*, by: Scope, on: UUID, day: date, today: date) -> CriteriaAnalysis:
    """Count who meets the criteria in force on a day, and keep the figures. `on` is the programme."""
    agreement = terms.agreement_of(on)
    return _kept(by, on, agreement, agreement, name="", amendment={}, in_force_from=day, today=today)


@action(*COUNTERS)
def look_at_change(*, by: Scope, on: UUID, name: str, amendment: Mapping[str, Any], today: date) -> CriteriaAnalysis:
    """What an amendment of criteria would do, from the first day on which it is in force. `on` is the programme.

    Raises TermsRefused where the terms with it would not stand.
    """
    agreement = terms.agreement_of(on)
    if not touches_criteria(amendment):
        raise Refusal("no_criteria", _("This changes no criterion."), remedy=_("Choose what should change."))
    in_force_from = _day(amendment)
    if in_force_from < today:
        raise Refusal("in_the_past", _("A change begins today or later."), remedy=_("Choose a later day."), field="in_force_from")
    try:
        proposed = with_amendment(agreement, name, {word: value for word, value in amendment.items() if word != "analysis"})
    except Refused as refused:
        raise TermsRefused(errors(list(refused.problems))) from None
    return _kept(by, on, agreement, proposed, name=name, amendment=dict(amendment), in_force_from=in_force_from, today=today)


@action(*COUNTERS)
def look_at_file(*, by: Scope, on: UUID, content: bytes, today: date) -> CriteriaAnalysis:
    """The same for a programme file with one new amendment. Codes that records use and the file lost are named."""
    agreement = terms.agreement_of(on)
    try:
        text = parse_yaml_text(content, file=_("the file"))
    except Refused as refused:
        raise TermsRefused(list(refused.problems)) from None
    lost = _lost(on, agreement, content)
    try:
        name, amendment = new_amendment(agreement, text)
    except Refused as refused:
        raise TermsRefused([*lost, *refused.problems]) from None
    if lost:
        raise TermsRefused(lost)
    return look_at_change(by=by, on=on, name=name, amendment=amendment, today=today)


def _lost(programme: UUID, agreement: Agreement, content: bytes) -> list[Problem]:
    """Codes in use that the file no longer knows; where it cannot be read at all, the reader says why."""
    try:
        return list(orphans(programme, read_proposal(content), Where(agreement.text.file)))
    except Refused:
        return []


def _day(amendment: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(amendment.get("from", "")))
    except ValueError:
        raise Refusal("no_day", _("Choose the first day on which it is in force."), field="in_force_from") from None


def _kept(
    by: Scope, programme: UUID, agreement: Agreement, proposed: Agreement, *, name: str, amendment: dict[str, Any], in_force_from: date,
    today: date,
) -> CriteriaAnalysis:  # fmt: skip
    party = criteria.party_for(by, programme)
    if party is None or by.user is None:
        raise NotYours("not_a_party", _("Your organisation has no part in this programme."))
    role, organisation = party
    before, after = _delivery(agreement, in_force_from), _delivery(proposed, in_force_from)
    items = looked_at(before, on=in_force_from) | looked_at(after, on=in_force_from)
    alike = criteria.groups(by, programme, after, items, today=today)
    hidden = criteria.not_shown(role, before, after)
    days = {"before_on": in_force_from, "after_on": in_force_from}
    found = case_mix(before, after, alike, without=hidden, **days)
    started = [group for group in alike if group.traits[criteria.STARTED] == "yes"]
    of_started = case_mix(before, after, started, without=hidden | frozenset(found.silent), **days)
    fact(assessed=found.assessed, changes=len(amendment.get("changes", [])))
    return add(
        CriteriaAnalysis(
            programme_id=programme,
            organisation_id=organisation,
            sha256=agreement.sha256,
            name=name,
            amendment=amendment,
            on=today,
            in_force_from=in_force_from,
            counts={
                **plain(found),
                "hidden": sorted({name for one in (before, after) for _, name, _ in in_force(one, on=in_force_from)} & hidden),
                "started": plain(of_started),
            },
            by_id=by.user,
        )
    )


def _delivery(agreement: Agreement, day: date) -> Delivery:
    delivery = agreement.on(day).programme.delivery
    if delivery is None:
        raise Refusal("no_delivery", _("This programme has no criteria."))
    return delivery


def plain(found: CaseMix) -> dict[str, Any]:
    """The figures as they are kept."""
    return {
        "assessed": found.assessed,
        "would_come_in": found.would_come_in,
        "would_stay_out": found.would_stay_out,
        "not_known": found.not_known,
        "pairs": [[*pair, count] for pair, count in sorted(found.counts.items())],
        "levels": [asdict(level) for level in found.levels],
        "silent": list(found.silent),
        "before": [asdict(one) for one in found.before],
        "after": [asdict(one) for one in found.after],
    }


@action(Role.LEAD)
def propose_change(*, by: Scope, on: UUID, today: date) -> CriteriaProposal:
    """Record the change with its analysis. `on` is the analysis: without one nothing can be proposed."""
    found = criteria.analysis(by, on)
    if found is None or not found.amendment or by.user is None:
        raise Refusal("no_analysis", _("There is no analysis of this change."), remedy=_("Look first at what the change would do."))
    if criteria.proposed(found.pk) is not None:
        raise Refusal("proposed_already", _("This change is proposed already."))
    agreement = terms.agreement_of(found.programme_id)
    if agreement.sha256 != found.sha256 or found.in_force_from < today:
        raise Refusal("old_analysis", _("The terms changed since this was looked at."), remedy=_("Look again at what the change would do."))
    analysis = {"on": found.on.isoformat(), **{word: str(found.counts[word]) for word in FIGURES}}
    amendment = {word: value for word, value in found.amendment.items() if word not in ("analysis", "changes")}
    amendment |= {"analysis": analysis, "changes": found.amendment["changes"]}
    try:
        with_amendment(agreement, found.name, amendment)
    except Refused as refused:
        raise TermsRefused(errors(list(refused.problems))) from None
    fact(**{word: found.counts[word] for word in FIGURES})
    return add(
        CriteriaProposal(
            programme_id=found.programme_id,
            analysis=found,
            name=found.name,
            amendment=amendment,
            in_force_from=found.in_force_from,
            by_id=by.user,
        )
    )
