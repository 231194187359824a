"""Money between the parties: capital as it was drawn, then what outcome payers paid and to whom it was passed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from makegood.report.language import Language
from makegood.report.payment_in_words import party_name
from makegood.report.statement_values import Flow
from makegood.settle import Settlement


def flows_of(settlement: Settlement, language: Language) -> Iterator[Flow]:
    """Capital and grants put in until the day of settlement; outcome money until now, and who received it."""
    yield from _put_in(settlement, language)
    programme, waterfall = settlement.terms.programme, settlement.waterfall
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


def _put_in(settlement: Settlement, language: Language) -> Iterator[Flow]:
    amounts: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in settlement.inputs["transactions"]:
        if row["kind"] in ("drawing", "grant") and date.fromisoformat(row["date"]) <= settlement.as_of:
            amounts[row["from"], row["to"], row["kind"]] += Decimal(row["amount"])
    for (source, target, kind), amount in amounts.items():
        yield Flow("capital", party_name(settlement, source), party_name(settlement, target), amount, language.say(f"kind_{kind}"))


def _receiver(settlement: Settlement, code: str) -> str:
    investment = settlement.terms.programme.investments.get(code)
    return party_name(settlement, investment.investor if investment else code)
