"""What a statement tells, in one language, before it becomes a page or a document: words, amounts, bars and flows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from makegood.finance.returns import annual_return
from makegood.finance.waterfall import Repayment
from makegood.payment.claims import Refusal
from makegood.report.language import Language
from makegood.report.payment_in_words import Told, limit_title, party_name, told
from makegood.report.steps_in_words import Telling
from makegood.report.targets import Against, targets_of
from makegood.settle import Settlement
from makegood.values.problem import Problem

ZERO = Decimal(0)
MAX_TOLD = 60
"""More payments than this are in the table and in settlement.json, not each in words."""


@dataclass(frozen=True)
class Group:
    """A line of the price list over all payers and groups, for the chart: earned = cuts + before + now (+ over)."""

    title: str
    earned: Decimal
    cuts: tuple[tuple[str, Decimal], ...]
    before: Decimal
    now: Decimal
    due: Decimal


@dataclass(frozen=True)
class Flow:
    """Money from one party to another: `capital` put in, or `outcome` money passed on."""

    kind: str
    source: str
    target: str
    amount: Decimal
    words: str


@dataclass(frozen=True)
class Held:
    """How one investment stands."""

    name: str
    row: Repayment
    rate: Decimal | None


@dataclass(frozen=True)
class Reasons:
    """Claims that are not paid for one reason: how many, and the first of them by name."""

    words: str
    foreign: bool
    count: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """One result as it was read."""

    metric: str
    labels: str
    value: str
    accepted: str
    compared: str
    persons: str
    until: str
    target: str


@dataclass(frozen=True)
class Statement:
    """Everything that a statement tells. Money stays Decimal, for bars; words are in the language."""

    settlement: Settlement
    language: Language
    title: str
    summary: str
    headline: str
    sentences: tuple[str, ...]
    told: tuple[Told, ...]
    groups: tuple[Group, ...]
    targets: tuple[Against, ...]
    figures: tuple[tuple[str, str], ...]
    measured: tuple[Measured, ...]
    held: tuple[Held, ...]
    flows: tuple[Flow, ...]
    refused: tuple[Reasons, ...]
    waiting: tuple[Reasons, ...]
    clawed_back: tuple[tuple[str, Decimal, str], ...]
    carried: tuple[tuple[str, Decimal | None, str], ...]
    planned: tuple[tuple[date, Decimal], ...]
    plan_words: str
    assumptions: tuple[tuple[str, str, str], ...]
    notes: tuple[Problem, ...]

    def money(self, amount: Decimal) -> str:
        """An amount in the programme's currency."""
        return self.language.money(amount, self.settlement.terms.programme.currency)


def statement_of(settlement: Settlement, *, language: Language) -> Statement:
    """What the statement of a settlement tells in a language."""
    programme = settlement.terms.programme
    telling = Telling(settlement.terms, language)
    return Statement(
        settlement=settlement,
        language=language,
        title=language.title(programme.title),
        summary=language.title(programme.summary),
        headline=_headline(settlement, language),
        sentences=tuple(_sentences(settlement, language)),
        told=tuple(told(payment, settlement, telling) for payment in settlement.statement.payments[:MAX_TOLD]),
        groups=tuple(_groups(settlement, language)),
        targets=tuple(targets_of(settlement, telling)),
        figures=tuple(_figures(settlement, telling)),
        measured=tuple(_measured(settlement, telling)),
        held=tuple(Held(party_name(settlement, row.investor), row, annual_return(row.flows)) for row in settlement.waterfall.repayments),
        flows=tuple(_flows(settlement, language)),
        refused=tuple(_reasons(settlement.statement.refused, telling)),
        waiting=tuple(_reasons(settlement.statement.waiting, telling)),
        clawed_back=tuple((row["claim"], Decimal(row["amount"]), telling.sentence(row["reason"])[0]) for row in settlement.clawed_back),
        carried=tuple(_carried(settlement, telling)),
        planned=tuple((row.by, row.amount.number) for row in programme.outcome_payment_plan.planned if row.amount.number is not None),
        plan_words=_plan_words(settlement, language),
        assumptions=tuple((row["path"], row["line"], row["why"]) for row in settlement.terms.assumptions()),
        notes=settlement.problems,
    )


def _by_payer(settlement: Settlement) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for payment in settlement.statement.payments:
        owed[payment.payer] += payment.amount
    return {payer: amount for payer, amount in owed.items() if amount}


def _headline(settlement: Settlement, language: Language) -> str:
    """What is to be paid now and by whom, in one plain sentence."""
    currency = settlement.terms.programme.currency
    owed = _by_payer(settlement)
    if not owed:
        return language.say("nothing")
    if len(owed) > 1 and all(amount > 0 for amount in owed.values()):
        return language.say("together", amount=language.money(sum(owed.values(), ZERO), currency), n=language.number(Decimal(len(owed))))
    words = []
    for payer, amount in owed.items():
        key = "pays" if amount > 0 else "gets_back"
        words.append(language.say(key, payer=party_name(settlement, payer), amount=language.money(abs(amount), currency)))
    return " ".join(words)


def _sentences(settlement: Settlement, language: Language) -> Iterator[str]:
    """The sentences under the headline: each payer's part, for what, what investors got."""
    programme = settlement.terms.programme

    def money(amount: Decimal) -> str:
        return language.money(amount, programme.currency)

    owed = _by_payer(settlement)
    if len(owed) > 1 and all(amount > 0 for amount in owed.values()):
        for payer, amount in owed.items():
            yield language.say("pays", payer=party_name(settlement, payer), amount=money(amount))
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in settlement.statement.payments:
        paid[payment.line] += payment.amount
    titles = [_lower(language.title(programme.outcome_pricings[line].title)) for line, amount in paid.items() if amount > 0]
    if titles and len(titles) <= 4:
        yield language.say("paid_for", lines=language.listed(titles))
    before = sum((payment.paid_before for payment in settlement.statement.payments), ZERO)
    if before:
        yield language.say("and_before", amount=money(before))
    rows = settlement.waterfall.repayments
    drawn, repaid, loss = (sum((getattr(row, name) for row in rows), ZERO) for name in ("drawn", "repaid", "loss"))
    if drawn:
        yield language.say("to_investors" if loss else "to_investors_all", drawn=money(drawn), repaid=money(repaid), loss=money(loss))


def _lower(title: str) -> str:
    """A title within a sentence: lower case, unless its first word is a name or an abbreviation."""
    first = title.split(" ", maxsplit=1)[0]
    return title if len(first) > 1 and first[1:] != first[1:].lower() else title[:1].lower() + title[1:]


def _groups(settlement: Settlement, language: Language) -> Iterator[Group]:
    programme = settlement.terms.programme
    for line, pricing in programme.outcome_pricings.items():
        payments = [payment for payment in settlement.statement.payments if payment.line == line]
        if not payments:
            continue
        cuts: dict[str, Decimal] = defaultdict(Decimal)
        for payment in payments:
            for name, amount in payment.limits:
                cuts[limit_title(name)] += amount
        total = {name: sum((getattr(payment, name) for payment in payments), ZERO) for name in ("earned", "paid_before", "amount", "due")}
        yield Group(
            language.title(pricing.title),
            total["earned"],
            tuple((name, amount) for name, amount in cuts.items() if amount),
            total["paid_before"],
            total["amount"],
            total["due"],
        )


def _figures(settlement: Settlement, telling: Telling) -> Iterator[tuple[str, str]]:
    for name, node in settlement.statement.figures.items():
        title = settlement.terms.programme.figures[name].title or name.replace("_", " ")
        yield title[:1].upper() + title[1:], telling.value(node)


def _measured(settlement: Settlement, telling: Telling) -> Iterator[Measured]:
    language, metrics = telling.language, settlement.terms.programme.outcome_metrics
    for record in (*settlement.inputs["results"], *settlement.inputs["effect"]):
        metric = metrics.get(record["metric"])
        unit = metric.unit if metric else ""
        kind = "share" if "share" in unit or "%" in unit else "plain"
        labels = [
            record[column].replace("_", " ")
            for column in ("cohort", "class", "payer", "phase", "component")
            if record.get(column, "all") != "all"
        ]
        if (
            "period_start" in record
            and "period_end" in record
            and any(other is not record and other["metric"] == record["metric"] for other in settlement.inputs["results"])
        ):
            labels.append(" – ".join(language.day(date.fromisoformat(record[name])) for name in ("period_start", "period_end")))
        if "status" in record:
            labels.append(language.say(f"status_{record['status']}"))
        compared = ""
        if "comparison_value" in record:
            compared = telling.amount(Decimal(record["comparison_value"]), kind)  # type: ignore[arg-type]
            if "comparison_kind" in record:
                compared += f" ({language.say('kind_' + record['comparison_kind'])})"
        persons = language.number(Decimal(record["n"])) if "n" in record else ""
        if "unmatched_n" in record:
            persons += f" ({language.say('unmatched', n=language.number(Decimal(record['unmatched_n'])))})"
        target = metric.target if metric else None
        yield Measured(
            metric=language.title(metric.title) if metric else record["metric"],
            labels=", ".join(labels),
            value=telling.amount(Decimal(record["value"]), kind),  # type: ignore[arg-type]
            accepted=language.say("accepted", value=language.number(Decimal(record["accepted"]))) if "accepted" in record else "",
            compared=compared,
            persons=persons,
            until=language.day(date.fromisoformat(record["observed_until"])) if "observed_until" in record else "",
            target=telling.amount(target.number, kind) if target is not None and target.number is not None else "",  # type: ignore[arg-type]
        )


def _flows(settlement: Settlement, language: Language) -> Iterator[Flow]:
    """Capital as it was drawn, then what outcome payers paid until now and to whom the waterfall passed it on."""
    programme, waterfall = settlement.terms.programme, settlement.waterfall
    put_in: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in settlement.inputs["transactions"]:
        if row["kind"] in ("drawing", "grant") and date.fromisoformat(row["date"]) <= settlement.as_of:
            put_in[row["from"], row["to"], row["kind"]] += Decimal(row["amount"])
    for (source, target, kind), amount in put_in.items():
        yield Flow("capital", party_name(settlement, source), party_name(settlement, target), amount, language.say(f"kind_{kind}"))
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in settlement.statement.payments:
        paid[payment.payer] += payment.paid_before + payment.amount
    for payer, amount in paid.items():
        if amount > 0:
            yield Flow("paid", party_name(settlement, payer), "", amount, language.say("outcome_payments"))
    passed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for step in waterfall.distributions:
        passed[_receiver(settlement, step.to), step.pays] += step.amount
    for (receiver, pays), amount in passed.items():
        yield Flow("passed", "", receiver, amount, language.say(f"pays_{pays}"))
    if waterfall.undistributed > 0:
        delivered = not programme.investor_repayment
        providers = [
            party.name for party in programme.parties.values() if "service_provider" in party.roles or "intermediary" in party.roles
        ]
        receiver = providers[0] if delivered and len(providers) == 1 else language.say("delivery" if delivered else "undistributed")
        yield Flow("passed", "", receiver, waterfall.undistributed, language.say("delivery" if delivered else "undistributed"))
    for call in waterfall.guarantee_calls:
        guarantor = party_name(settlement, programme.guarantees[call.step].guarantor)
        yield Flow("guarantee", guarantor, _receiver(settlement, call.to), call.amount, language.say("pays_guarantee"))


def _receiver(settlement: Settlement, code: str) -> str:
    investment = settlement.terms.programme.investments.get(code)
    return party_name(settlement, investment.investor if investment else code)


def _reasons(refusals: Sequence[Refusal], telling: Telling) -> Iterator[Reasons]:
    """Refusals by reason, the most frequent first."""
    claims: dict[str, list[str]] = defaultdict(list)
    for refusal in refusals:
        claims[refusal.reason].append(refusal.claim)
    for reason, count in Counter({reason: len(names) for reason, names in claims.items()}).most_common():
        words, foreign = telling.sentence(reason)
        yield Reasons(words, foreign, count, tuple(claims[reason][:12]))


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
