"""What a statement tells, in one language, before it becomes a page or a document: words, amounts, bars and flows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from makegood.finance.returns import annual_return
from makegood.payment.claims import Refusal
from makegood.programme.reading import path_of
from makegood.report.extra_months import ExtraCounts, extra_over_time
from makegood.report.flows import flows_of
from makegood.report.language import Language
from makegood.report.limits_in_words import limit_in_words
from makegood.report.measured_in_words import evidence_of, measured_of
from makegood.report.months_over_time import MonthCounts, months_over_time
from makegood.report.payment_in_words import party_name, told
from makegood.report.statement_values import Assumed, Group, Held, Reasons, Statement
from makegood.report.steps_in_words import Telling
from makegood.report.targets import marks_of_metric, targets_of
from makegood.settle import Settlement

ZERO = Decimal(0)
MAX_TOLD = 60
"""More payments than this are in the table and in settlement.json, not each in words."""


def statement_of(
    settlement: Settlement, *, language: Language, months: Sequence[MonthCounts] = (), extra: Sequence[ExtraCounts] = ()
) -> Statement:
    """What the statement of a settlement tells in a language. `months`, `extra`: months by time, where records were measured."""
    programme = settlement.terms.programme
    telling = Telling(settlement.terms, language)
    payments = tuple(told(payment, settlement, telling) for payment in settlement.statement.payments[:MAX_TOLD])
    targets = tuple(targets_of(settlement, telling))
    return Statement(
        settlement=settlement,
        language=language,
        title=language.title(programme.title),
        summary=language.title(programme.summary),
        told=payments,
        groups=tuple(_groups(settlement, language, {row.id: row.reason for row in payments})),
        targets=targets,
        months=months_over_time(
            months,
            programme,
            titles=telling.metrics,
            results={row["metric"]: Decimal(row["value"]) for row in settlement.inputs["results"] if row.get("cohort", "all") == "all"},
            marks=marks_of_metric(settlement, telling),
        ),
        extra=tuple(extra_over_time(extra, targets)),
        figures=tuple(_figures(settlement, telling)),
        measured=tuple(measured_of(settlement, telling)),
        held=tuple(Held(party_name(settlement, row.investor), row, annual_return(row.flows)) for row in settlement.waterfall.repayments),
        flows=tuple(flows_of(settlement, language)),
        refused=tuple(_reasons(settlement.statement.refused, telling)),
        waiting=tuple(_reasons(settlement.statement.waiting, telling)),
        clawed_back=tuple((row["claim"], Decimal(row["amount"]), telling.sentence(row["reason"])[0]) for row in settlement.clawed_back),
        carried=tuple(_carried(settlement, telling)),
        planned=tuple((row.by, row.amount.number) for row in programme.outcome_payment_plan.planned if row.amount.number is not None),
        plan_words=_plan_words(settlement, language),
        evidence=tuple(evidence_of(settlement, telling)),
        assumptions=tuple(_assumptions(settlement, language)),
        notes=settlement.problems,
    )


def _groups(settlement: Settlement, language: Language, reasons: dict[str, str]) -> Iterator[Group]:
    programme = settlement.terms.programme
    for line, pricing in programme.outcome_pricings.items():
        payments = [payment for payment in settlement.statement.payments if payment.line == line]
        if not payments:
            continue
        cuts: dict[str, Decimal] = defaultdict(Decimal)
        for payment in payments:
            for name, amount in payment.limits:
                cuts[limit_in_words(name, settlement, language)] += amount
        total = {name: sum((getattr(payment, name) for payment in payments), ZERO) for name in ("earned", "paid_before", "amount", "due")}
        told_why = {reasons.get(payment.id, "") for payment in payments}
        one = len(told_why) == 1 and len({payment.scope for payment in payments}) == 1
        why = told_why.pop() if one else _counted(sum(row.claim_count for row in payments), language)
        yield Group(
            language.title(pricing.title),
            total["earned"],
            tuple((name, amount) for name, amount in cuts.items() if amount),
            total["paid_before"],
            total["amount"],
            total["due"],
            why,
        )


def _counted(claims: int, language: Language) -> str:
    return language.count("rests_claims", claims) if claims else ""


def _figures(settlement: Settlement, telling: Telling) -> Iterator[tuple[str, str]]:
    for name, node in settlement.statement.figures.items():
        title = telling.figures.get(name, "")
        yield title[:1].upper() + title[1:], telling.value(node)


def _reasons(refusals: Sequence[Refusal], telling: Telling) -> Iterator[Reasons]:
    """Refusals by reason and line, the most frequent first."""
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for refusal in refusals:
        claims[refusal.reason, refusal.line or ""].append(refusal.claim)
    for (reason, line), count in Counter({key: len(names) for key, names in claims.items()}).most_common():
        words, foreign = telling.sentence(reason)
        yield Reasons(words, foreign, telling.lines.get(line, ""), count, tuple(claims[reason, line][:12]))


def _assumptions(settlement: Settlement, language: Language) -> Iterator[Assumed]:
    """What the terms assume, in this language where they say it in it."""
    terms = settlement.terms
    for place, term in terms.assumed():
        yield Assumed(path_of(place), str(terms.text.line_of(place)), language.title(term.why), language.spoken(term.why))


def _carried(settlement: Settlement, telling: Telling) -> Iterator[tuple[str, Decimal | None, str]]:
    for row in settlement.statement.carried_forward:
        if row["kind"] != "claim":
            line = telling.lines.get(str(row["line"]), str(row["line"]))
            amount = row["amount"]
            yield line, amount if isinstance(amount, Decimal) else None, telling.sentence(str(row["why"]))[0]


def _plan_words(settlement: Settlement, language: Language) -> str:
    """Planned beside actual, by the last date of the plan that has passed."""
    programme = settlement.terms.programme
    rows = [row for row in programme.outcome_payment_plan.planned if row.amount.number is not None]
    past = [row for row in rows if row.by <= settlement.as_of]
    if not rows:
        return ""
    if not past:
        return language.say("plan_early", by=language.day(rows[0].by))
    due = sum((payment.due for payment in settlement.statement.payments), ZERO)
    planned = past[-1].amount.number or ZERO
    return language.say(
        "plan_words",
        by=language.day(past[-1].by),
        planned=language.money(planned, programme.currency),
        actual=language.money(due, programme.currency),
        day=language.day(settlement.as_of),
    )
