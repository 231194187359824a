"""Whether a candidate may take part, which track is advised, and what was decided: everything that the page of advice shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import Criterion
from makegood.selection.assess import Assessment, Finding, assess
from makegood.selection.criteria import in_force, resting_on
from makegood.selection.needs import Verdict
from makegood.selection.words import clause
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, EligibilityAssessment, EligibilityOverride, Response
from makegood_portal.ledger.models.candidacy import State
from makegood_portal.ledger.queries import facts
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role

DECIDERS = (Role.COUNSELLOR, Role.LEAD)
"""Who may decide otherwise than the criteria say: those who guide."""


@dataclass(frozen=True, kw_only=True)
class MissingAnswer:
    """An item without an answer that would decide something, and what would answer it."""

    item: str
    title: str
    asks: str
    """`question` of a questionnaire that is open, `questionnaire` that is not, `register`, `permission`, or `identity`."""
    response: UUID | None = None
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One criterion: what it says, and what it says of this candidate."""

    title: str
    clause: str
    effect: str
    passes: Verdict
    met: Verdict
    because: Sequence[str]
    missing: Sequence[MissingAnswer]
    may_change: bool
    source: str
    hidden: bool = False
    """The asker's role is not shown what it rests on: neither known nor unknown."""


@dataclass(frozen=True, kw_only=True)
class CriteriaOfList:
    """The criteria of one list."""

    title: str
    lines: Sequence[Line]
    looked_at: str
    """The step, already passed, in which this list was looked at; then what the register does not know keeps nobody waiting."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody decided otherwise."""

    at: datetime
    by: str
    answer: str
    track: str
    reason: str
    """In words."""


@dataclass(frozen=True, kw_only=True)
class Differing:
    """An item to which two sources answered differently, in words."""

    title: str
    said: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Everything on the page."""

    id: UUID
    person: UUID
    programme: UUID
    about: str
    version: int
    on: date
    """The day as of which it is judged, and whose criteria count."""
    ended: str
    """`started` or `left`: then that day, and nothing is decided or asked any more; empty for who is on the way."""
    verdict: Verdict
    says: str
    lists: Sequence[CriteriaOfList]
    missing: Sequence[MissingAnswer]
    not_shown: Sequence[str]
    """Criteria that are left out of the verdict, since the asker's role is not shown what they rest on."""
    track: str
    track_title: str
    track_says: str
    could_become: Sequence[str]
    track_missing: Sequence[MissingAnswer]
    tracks: Sequence[tuple[str, str]]
    differ: Sequence[Differing]
    decisions: Sequence[Decision]
    kept_on: date | None
    """The day on which the advice was last kept."""
    chosen: str
    """The track that stands in the file; empty without one."""
    may_decide: bool
    may_fill: bool
    reasons: Sequence[tuple[str, str]]
    """Why one may decide otherwise, of the programme file: code and words."""
    assessment: Assessment


def advice(scope: Scope, candidacy: UUID, *, today: date) -> Advice | None:
    """The advice on a candidate; None: not there and not yours are the same answer. Call it through `actions.advice`.

    Who started or left is judged as of that day (`facts.judged_on`), by the criteria in force then.
    """
    row = facts.with_facts(scope, candidacy, today=today)
    if row is None:
        return None
    on: date = vars(row)["judged_on"]
    delivery = terms.delivery_on(row.programme_id, on)
    known = facts.facts_of(scope, row, delivery)
    without = resting_on(delivery, facts.not_shown(delivery, access.parts_of_file(scope, candidacy)))
    hidden = [(listed_in, one) for listed_in, name, one in in_force(delivery, on=on) if name in without]
    whole = assess(delivery, known.answers, on=on, without=without)
    looked = _looked_at(delivery, row.step)
    still = assess(delivery, known.answers, on=on, lists=[name for name in delivery.criteria if name not in looked], without=without)
    counts = whole if whole.may_take_part == "no" else still
    ways = _Ways(scope, row, delivery)
    kept = list(_kept(scope, row))
    writes: bool = vars(row)["writes"] and row.state == State.OPEN
    return Advice(
        id=row.pk,
        person=row.person_id,
        programme=row.programme_id,
        about=_about(row),
        version=row.version,
        on=on,
        ended=_ended(row),
        verdict=counts.may_take_part,
        says=said(counts.says),
        lists=[
            CriteriaOfList(
                title=said(delivery.criteria[name].title),
                lines=[
                    *(_line(finding, delivery, ways) for finding in whole.findings if finding.criteria_list == name),
                    *(_hidden(one, delivery) for listed_in, one in hidden if listed_in == name),
                ],
                looked_at=looked.get(name, ""),
            )
            for name in delivery.criteria
            if any(finding.criteria_list == name for finding in whole.findings) or name in dict(hidden)
        ],
        missing=[ways.to(item) for item in counts.missing],
        not_shown=[said(one.title) for _, one in hidden if one.effect in ("requires", "excludes")],
        track=whole.advice.track or "",
        track_title=_track(delivery, whole.advice.track or ""),
        track_says=said(whole.advice.says),
        could_become=[_track(delivery, track) for track in whole.advice.could_become],
        track_missing=[ways.to(item) for item in whole.advice.missing],
        tracks=list(terms.titles(terms.in_use(delivery.tracks, on)).items()),
        differ=[_differing(one, delivery) for one in known.differ],
        decisions=[_decision(one, delivery) for assessment in kept for one in assessment.overrides.all()],
        kept_on=kept[0].happened_on if kept else None,
        chosen=_track(delivery, row.track),
        may_decide=scope.has(*DECIDERS) and writes,
        may_fill=writes,
        reasons=list(terms.titles(terms.in_use(delivery.override_reasons, on)).items()),
        assessment=counts,
    )


def _ended(row: Candidacy) -> str:
    if row.state == State.OPEN:
        return ""
    return "started" if row.started_on else "left"


def _about(row: Candidacy) -> str:
    named = vars(row)
    return " ".join(filter(None, (named["given_names"], named["prefix"], named["family_name"]))) or row.person.pseudonym


def _looked_at(delivery: Delivery, step: str) -> dict[str, str]:
    """List of criteria -> the last step, already passed, in which it was looked at."""
    order = delivery.order
    passed = order[: order.index(step)] if step in order else []
    still = {name for later in order[len(passed) :] for name in delivery.steps[later].criteria}
    return {name: said(delivery.steps[done].title) for done in passed for name in delivery.steps[done].criteria if name not in still}


def _line(finding: Finding, delivery: Delivery, ways: _Ways) -> Line:
    criterion = delivery.criteria[finding.criteria_list].criteria[finding.criterion]
    return Line(
        title=said(criterion.title),
        clause=_clause(criterion, delivery),
        effect=finding.effect,
        passes=finding.passes,
        met=finding.met,
        because=[said(words) for words in finding.because],
        missing=[ways.to(item) for item in finding.missing],
        may_change=finding.may_change,
        source=criterion.source or "",
    )


def _hidden(criterion: Criterion, delivery: Delivery) -> Line:
    return Line(
        title=said(criterion.title), clause=_clause(criterion, delivery), effect=criterion.effect, passes="unknown", met="unknown",
        because=(), missing=(), may_change=False, source=criterion.source or "", hidden=True,
    )  # fmt: skip


def _clause(criterion: Criterion, delivery: Delivery) -> str:
    titles = {name: one.title for listing in delivery.criteria.values() for name, one in listing.criteria.items()}
    return said(clause(criterion.when, delivery.items, titles))


def _track(delivery: Delivery, code: str) -> str:
    return said(delivery.tracks[code].title) if code in delivery.tracks else code


def _kept(scope: Scope, row: Candidacy) -> Sequence[EligibilityAssessment]:
    overrides = access.visible(EligibilityOverride.objects.all(), scope).select_related("by").order_by("-recorded_at")
    kept = access.visible(EligibilityAssessment.objects.filter(candidacy=row), scope).order_by("-recorded_at")
    return list(kept.prefetch_related(Prefetch("overrides", queryset=overrides))[:10])


def _decision(row: EligibilityOverride, delivery: Delivery) -> Decision:
    return Decision(
        at=row.recorded_at, by=row.by.name, answer=row.answer, track=_track(delivery, row.track), reason=_why(delivery, row.reason)
    )


def _why(delivery: Delivery, code: str) -> str:
    return said(delivery.override_reasons[code].title) if code in delivery.override_reasons else code


def _differing(one: facts.TwoAnswers, delivery: Delivery) -> Differing:
    item = delivery.items[one.item]
    return Differing(
        title=said(item.title),
        said=[(source, said(item.choices[value].title) if value in item.choices else value) for source, value in one.said],
    )


class _Ways:
    """For each item, what would answer it: looked up once for the whole page."""

    def __init__(self, scope: Scope, row: Candidacy, delivery: Delivery) -> None:
        rows = access.visible(Response.objects.filter(candidacy=row, state="open"), scope).order_by("recorded_at")
        self.open = {code: (key, form) for key, form, code in rows.values_list("id", "questionnaire", "questionnaire__code")}
        self.delivery = delivery
        self.permissions = {facts.permission_item(name) for name in delivery.permissions} & facts.of_register(delivery)

    def to(self, item: str) -> MissingAnswer:
        """What would answer this item."""
        title = said(self.delivery.items[item].title)
        if item == facts.AGE:
            return MissingAnswer(item=item, title=title, asks="identity")
        if item in self.permissions:
            return MissingAnswer(item=item, title=title, asks="permission")
        instrument = self.delivery.items[item].asked_in or "register"
        if instrument in self.open:
            key, form = self.open[instrument]
            question = terms.questionnaire(form).item(item)
            if question is not None:
                return MissingAnswer(item=item, title=title, asks="question", response=key, section=question.section)
        return MissingAnswer(item=item, title=title, asks="questionnaire" if instrument != "register" else "register")


def plain_findings(assessment: Assessment) -> list[dict[str, object]]:
    """The findings as they are kept: codes and verdicts."""
    return [
        {"criterion": one.criterion, "list": one.criteria_list, "met": one.met, "passes": one.passes, "missing": list(one.missing)}
        for one in assessment.findings
    ]
