"""One payment in words: its line, who pays, the sum, the limits, what is left to pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from makegood.payment.node import Node
from makegood.payment.statement import Payment
from makegood.report.language import Language
from makegood.report.limits_in_words import limit_in_words
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
    reason: str
    """How much was counted at which price for all payers, in a few words; empty where several prices stand behind it."""
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
    cuts = tuple((limit_in_words(name, settlement, language), amount) for name, amount in payment.limits)
    sentence, foreign = _sentence(payment, cuts, settlement, telling)
    note, note_foreign = telling.sentence(payment.note) if payment.note else ("", False)
    return Told(
        id=payment.id,
        title=language.title(pricing.title) if pricing else payment.line,
        labels=labels_of(payment, settlement, language),
        payer=party_name(settlement, payment.payer),
        payment=payment,
        cuts=cuts,
        sentence=sentence,
        reason=_reason(payment, telling),
        place=f"{payment.clause.file}:{payment.clause.line}",
        steps=telling.steps(payment.steps),
        note="" if not payment.earned and payment.note and not payment.paid_before else note,
        foreign=foreign or note_foreign,
    )


def labels_of(payment: Payment, settlement: Settlement, language: Language) -> str:
    """The group of facts that a payment is for: cohort, class, phase, period; empty where it is for all."""
    programme = settlement.terms.programme
    words = []
    for column, value in payment.scope.labels():
        if value == "all":
            continue
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
        known = why or _step_that_pays_nothing(payment, telling) or _sum_of(payment, telling, money) or money(ZERO)
        return language.say("nothing_earned", why=known) + ".", foreign
    words = [_sum_of(payment, telling, money) or language.count("claims_earned", payment.claim_count, earned=money(payment.earned))]
    words += [language.say("then_cut", limit=name, amount=money(amount)) for name, amount in cuts]
    if payment.paid_before:
        words.append(language.say("then_before", amount=money(payment.paid_before)))
    key = "then_now" if payment.amount > 0 else "then_back" if payment.amount < 0 else "then_nothing"
    words.append(language.say(key, payer=payer, amount=money(abs(payment.amount))))
    told = "; ".join(words)
    return told[:1].upper() + told[1:] + ".", False


def _reason(payment: Payment, telling: Telling) -> str:
    """`≈ 29.43% (share of the ambition achieved) × €120,000`, or how many claims; why nothing, where nothing was earned."""
    nothing = "" if payment.earned else _step_that_pays_nothing(payment, telling)
    if nothing:
        return nothing
    found = _factors(payment, telling)
    if found is not None:
        return f"{found.units} × {found.price}" + (telling.language.count("of_claims", payment.claim_count) if payment.claim_count else "")
    if not payment.earned and payment.note:
        return telling.sentence(payment.note)[0]
    return telling.language.count("rests_claims", payment.claim_count) if payment.claim_count else ""


def _sum_of(payment: Payment, telling: Telling, money: Callable[[Decimal], str]) -> str:
    """`≈ 29.43% (share of the ambition achieved) × €120,000 = €35,314.29`, where one price holds for the whole payment."""
    found = _factors(payment, telling)
    if found is None:
        return ""
    units, price = found.units, found.price + (f" × {telling.language.share(found.share)}" if found.share != 1 else "")
    if found.before:
        rounded, taken = found.exact.quantize(Decimal("0.01")), found.before.quantize(Decimal("0.01"))
        return telling.language.say(
            "sum_less", units=units, price=price, all=money(rounded), before=money(taken), earned=money(payment.earned)
        )
    words = telling.language.say("sum", units=units, price=price, earned=money(payment.earned))
    return words + (telling.language.count("of_claims", payment.claim_count) if payment.claim_count else "")


def _step_that_pays_nothing(payment: Payment, telling: Telling) -> str:
    """Where a step table says 0: which figure lies in which step; empty where something else made it nothing."""
    for node in (inner for step in payment.steps for inner in step.walk()):
        if node.how == "table" and node.value == 0 and node.inputs and node.what.startswith("step for "):
            step = telling.step_edges(node)
            return telling.language.say(
                "step_pays_nothing", figure=telling.called(node.inputs[0]), value=telling.value(node.inputs[0]), step=step
            )
    return ""


@dataclass(frozen=True)
class _Factors:
    """Units and price in words, the payer's share, the exact product of all three, and what other lines earned of it."""

    units: str
    price: str
    share: Decimal
    exact: Decimal
    before: Decimal


def _factors(payment: Payment, telling: Telling) -> _Factors | None:
    """What was counted at which price; None where no one price holds for the whole payment."""
    prices = [step for step in payment.steps if step.how == "part" and step.what == "price"]
    counted = [step for step in payment.steps if step.how == "part" and step.what == "counted"]
    shares = [step for step in payment.steps if step.what.startswith("share of ")]
    less = [step for step in payment.steps if step.what.startswith("less what was earned")]
    if len(prices) != 1 or payment.units is None or prices[0].value is None or not (counted or payment.claim_count):
        return None
    share = shares[0].value if shares and shares[0].value is not None else Decimal(1)
    exact = payment.units * prices[0].value * share
    before = sum((step.value for step in less if step.value is not None), Decimal(0)) * share
    if abs(max(exact - before, Decimal(0)) - payment.earned) > 1:
        return None
    units = (
        telling.amount(payment.units, telling.kind(counted[0])) + _named(counted[0], telling)
        if counted
        else telling.amount(payment.units, "plain")
    )
    price = telling.amount(prices[0].value, "money") + _named(prices[0], telling)
    return _Factors(units, price, share, exact, before)


def _named(step: Node, telling: Telling) -> str:
    """What the terms call a figure, in brackets; a ratio that has no name by its two numbers."""
    name = telling.name_of(step)
    if name:
        return f" ({name[:1].lower()}{name[1:]})"
    while step.how in ("part", "bound", "round") and step.inputs:
        step = step.inputs[0]
    if step.how == "ratio" and len(step.inputs) == 2:
        first, second = (telling.value(inner) for inner in step.inputs)
        return f" ({telling.language.say('ratio_of', first=first, second=second)})"
    return ""
