"""May this candidate take part: every criterion in force answered, with its reasons, and what would still decide it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from makegood.programme.delivery import Delivery
from makegood.programme.term import InTwoLanguages
from makegood.programme.yaml_text import Place
from makegood.selection.advice import Advice, advise
from makegood.selection.answers import Answers
from makegood.selection.criteria import Answered, answered, together
from makegood.selection.needs import Verdict
from makegood.selection.words import both, of, reasons


@dataclass(frozen=True)
class Finding:
    """One criterion and one candidate: whether it is met, what follows, and why in words."""

    criterion: str
    criteria_list: str
    effect: str
    """`requires`, `excludes`, `advises` or `describes`."""
    met: Verdict
    """Whether what the criterion says is true of the candidate."""
    passes: Verdict
    """Whether the candidate may take part as far as this criterion goes."""
    because: tuple[InTwoLanguages, ...]
    """What decided it, or what has no answer."""
    missing: tuple[str, ...]
    """Items whose answer would decide it."""
    may_change: bool
    """A no that may pass: look again later."""
    place: Place
    """Where the criterion stands in the programme file."""


@dataclass(frozen=True)
class Assessment:
    """A candidate under the criteria of a day.

    `may_take_part` is no as soon as one criterion speaks against it, yes when all that stand in force are answered in
    favour, and otherwise unknown; `missing` are then the items that would decide it.
    """

    on: date
    may_take_part: Verdict
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    advice: Advice
    says: InTwoLanguages

    @property
    def against(self) -> tuple[Finding, ...]:
        """The findings that keep the candidate out."""
        return tuple(finding for finding in self.findings if finding.passes == "no")


def assess(
    delivery: Delivery, answers: Answers, *, on: date, lists: Collection[str] | None = None, without: Collection[str] = ()
) -> Assessment:
    """Every criterion in force on a day for one candidate; only those of `lists` where given.

    `delivery` is the part of the terms in force on that day (`agreement.on(day).programme.delivery`); a criterion that
    was retired by then, or comes later, is not looked at; nor are those of `without`, of which the asker is not shown the answer.
    """
    rows = answered(delivery, answers, on=on, lists=lists, without=without)
    findings = tuple(_finding(row, delivery) for row in rows)
    verdict = together(rows)
    open_ones = [finding for finding in findings if finding.passes == "unknown"] if verdict == "unknown" else []
    missing = tuple(dict.fromkeys(item for finding in open_ones for item in finding.missing))
    advice = advise(delivery, answers, on=on, lists=lists, without=without)
    return Assessment(on, verdict, findings, missing, advice, _says(verdict, findings, missing, delivery))


def _finding(row: Answered, delivery: Delivery) -> Finding:
    return Finding(
        criterion=row.name,
        criteria_list=row.criteria_list,
        effect=row.criterion.effect,
        met=row.decided.verdict,
        passes=row.passes,
        because=reasons(row.decided.because, delivery.items),
        missing=row.decided.missing,
        may_change=row.criterion.may_change,
        place=("delivery", "criteria", row.criteria_list, "criteria", row.name),
    )


def _says(verdict: Verdict, findings: tuple[Finding, ...], missing: tuple[str, ...], delivery: Delivery) -> InTwoLanguages:
    if verdict == "yes":
        return InTwoLanguages(en="Meets all criteria.", nl="Voldoet aan alle criteria.")
    if verdict == "unknown":
        titles = [delivery.items[item].title for item in missing]
        return both(
            lambda code: (
                ("Nog niet te zeggen. Wat ontbreekt: " if code == "nl" else "Cannot be said yet. What is missing: ")
                + "; ".join(of(title, code) for title in titles)
                + "."
            )
        )
    against = [reason for finding in findings if finding.passes == "no" for reason in finding.because]
    later = all(finding.may_change for finding in findings if finding.passes == "no")
    return both(
        lambda code: (
            ("Mag niet meedoen. " if code == "nl" else "May not take part. ")
            + "; ".join(of(reason, code) for reason in against)
            + "."
            + ((" Dit kan nog veranderen." if code == "nl" else " This may still change.") if later else "")
        )
    )
