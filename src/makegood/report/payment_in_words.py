"""One payment in words: its line, who pays, the sum, the limits, what is left to pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from makegood.payment.node import Node
from makegood.payment.statement import Payment
from makegood.report.language import Language
from makegood.report.steps_in_words import Step, Telling
from makegood.settle import Settlement

ZERO = Decimal(0)


@dataclass(frozen=True)
class Told:
    """A line of the price list as paid by one payer for one group of facts."""

    id: str
    title: str
    labels: str
    payer: str
    payment: Payment
    cuts: tuple[tuple[str, Decimal], ...]
    sentence: str
    place: str
    steps: tuple[Step, ...]
    note: str
    foreign: bool


def party_name(settlement: Settlement, code: str) -> str:
    """A party's name by its code; the code as words where it is no party."""
    parties = settlement.terms.programme.parties
    return parties[code].name if code in parties else code.replace("_", " ")


def told(payment: Payment, settlement: Settlement, telling: Telling) -> Told:
    """A payment in words."""
    language, programme = telling.language, settlement.terms.programme
    pricing = programme.outcome_pricings.get(payment.line)
    cuts = tuple((limit_title(name), amount) for name, amount in payment.limits)
    sentence, foreign = _sentence(payment, cuts, settlement, telling)
    note, note_foreign = telling.sentence(payment.note) if payment.note else ("", False)
    return Told(
        id=payment.id,
        title=language.title(pricing.title) if pricing else payment.line,
        labels=_labels(payment, settlement, language),
        payer=party_name(settlement, payment.payer),
        payment=payment,
        cuts=cuts,
        sentence=sentence,
        place=f"{payment.clause.file}:{payment.clause.line}",
        steps=telling.steps(payment.steps),
        note="" if not payment.earned and payment.note and not payment.paid_before else note,
        foreign=foreign or note_foreign,
    )


def limit_title(name: str) -> str:
    """A limit's name as words."""
    return name.replace("_", " ")


def _labels(payment: Payment, settlement: Settlement, language: Language) -> str:
    programme = settlement.terms.programme
    words = []
    for column, value in payment.scope.labels():
        known: Mapping[str, object] = {"class": programme.classes, "phase": programme.phases}.get(column, {})
        if column == "cohort" and value in programme.cohorts:
            words.append(language.title(programme.cohorts[value].title))
        elif value in known:
            words.append(language.title(known[value]))  # type: ignore[arg-type]
        elif column == "payer":
            words.append(party_name(settlement, value))
        elif column == "period" and payment.scope.period is not None:
            words.append(" – ".join(language.day(day) for day in payment.scope.period if day is not None))
        else:
            words.append(value.replace("_", " "))
    return ", ".join(words)


def _sentence(payment: Payment, cuts: Sequence[tuple[str, Decimal]], settlement: Settlement, telling: Telling) -> tuple[str, bool]:
    """The whole way of one payment in a sentence: counted × price = earned, limits, paid before, now."""
    language = telling.language
    payer = party_name(settlement, payment.payer)

    def money(amount: Decimal) -> str:
        return language.money(amount, settlement.terms.programme.currency)

    if not payment.earned and not payment.paid_before:
        why, foreign = telling.sentence(payment.note) if payment.note else ("", False)
        known = why or _sum_of(payment, telling, money) or money(ZERO)
        return language.say("nothing_earned", why=known) + ".", foreign
    words = [_sum_of(payment, telling, money) or language.count("claims_earned", payment.claim_count, earned=money(payment.earned))]
    words += [language.say("then_cut", name=name, amount=money(amount)) for name, amount in cuts]
    if payment.paid_before:
        words.append(language.say("then_before", amount=money(payment.paid_before)))
    key = "then_now" if payment.amount > 0 else "then_back" if payment.amount < 0 else "then_nothing"
    words.append(language.say(key, payer=payer, amount=money(abs(payment.amount))))
    told = "; ".join(words)
    return told[:1].upper() + told[1:] + ".", False


def _sum_of(payment: Payment, telling: Telling, money: Callable[[Decimal], str]) -> str:
    """`≈ 29.43% (share of the ambition achieved) × €120,000 = €35,314.29`, where one price holds for the whole payment."""
    prices = [step for step in payment.steps if step.how == "part" and step.what == "price"]
    counted = [step for step in payment.steps if step.how == "part" and step.what == "counted"]
    shares = [step for step in payment.steps if step.what.startswith("share of ")]
    less = [step for step in payment.steps if step.what.startswith("less what was earned")]
    if len(prices) != 1 or payment.units is None or prices[0].value is None or not counted:
        return ""
    share = shares[0].value if shares and shares[0].value is not None else Decimal(1)
    exact = payment.units * prices[0].value * share
    before = sum((step.value for step in less if step.value is not None), Decimal(0)) * share
    if abs(max(exact - before, Decimal(0)) - payment.earned) > 1:
        return ""
    units = telling.amount(payment.units, telling.kind(counted[0])) + _named(counted[0], telling)
    price = telling.amount(prices[0].value, "money") + _named(prices[0], telling)
    price += f" × {telling.language.share(share)}" if share != 1 else ""
    if less:
        rounded, taken = exact.quantize(Decimal("0.01")), before.quantize(Decimal("0.01"))
        return telling.language.say(
            "sum_less", units=units, price=price, all=money(rounded), before=money(taken), earned=money(payment.earned)
        )
    words = telling.language.say("sum", units=units, price=price, earned=money(payment.earned))
    return words + (telling.language.count("of_claims", payment.claim_count) if payment.claim_count else "")


def _named(step: Node, telling: Telling) -> str:
    """What the terms call a figure, in brackets."""
    name = telling.name_of(step)
    return f" ({name[:1].lower()}{name[1:]})" if name else ""
