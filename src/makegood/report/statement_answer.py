"""The first thing that anybody wants to know: how much, by whom, why, and what it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from makegood.programme.change import Amendment
from makegood.report.document import Answer, Line, Reason, Span, line
from makegood.report.payment_in_words import party_name
from makegood.report.statement_values import Measured, Statement

ZERO = Decimal(0)
REASONS, RESULTS = 5, 3


def answer_of(statement: Statement) -> Answer:
    """The answer of a statement."""
    say = statement.language.say
    total = statement.settlement.statement.total
    return Answer(
        label=say("to_be_paid" if total >= 0 else "to_be_paid_back"),
        amount=statement.money(abs(total)),
        by=tuple(_by(statement)),
        why_title=say("why_so_much"),
        reasons=tuple(_reasons(statement)),
        more=tuple(_more(statement)),
        rests_title=say("rests"),
        rests=tuple(_rests(statement)),
    )


def _by(statement: Statement) -> Iterator[Line]:
    """Who pays or gets back: one party in two words, several a line each."""
    say, settlement = statement.language.say, statement.settlement
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for payment in settlement.statement.payments:
        owed[payment.payer] += payment.amount
    moving = {payer: amount for payer, amount in owed.items() if amount}
    if not moving:
        yield line(say("nothing"))
    elif len(moving) == 1:
        [(payer, amount)] = moving.items()
        yield line(say("by_payer" if amount > 0 else "to_payer", payer=party_name(settlement, payer)))
    else:
        for payer, amount in moving.items():
            key = "pays" if amount > 0 else "gets_back"
            yield line(say(key, payer=party_name(settlement, payer), amount=statement.money(abs(amount))))


def _reasons(statement: Statement) -> Iterator[Reason]:
    """The lines that move money now, the largest first; where none does, why the lines bring nothing."""
    language = statement.language
    paying = sorted((group for group in statement.groups if group.now), key=lambda group: -abs(group.now))
    shown = paying or [group for group in statement.groups if group.why and not group.before]
    cents = any(group.now != group.now.to_integral_value() for group in paying)
    for group in shown[:REASONS]:
        told = [group.why] if group.why else []
        told += [f"{title} {statement.money(-amount)}" for title, amount in group.cuts]
        told += [f"{language.say('before').lower()} {statement.money(group.before)}"] if group.before else []
        why = "; ".join(told)
        yield Reason(group.title, line(why[:1].upper() + why[1:]), statement.money(group.now, cents=cents))
    rest = paying[REASONS:]
    if rest:
        amount = sum((group.now for group in rest), ZERO)
        words = language.count("other_lines", len(rest))
        yield Reason(words[:1].upper() + words[1:], (), statement.money(amount, cents=cents))


def _more(statement: Statement) -> Iterator[Line]:
    """What was paid before, and what investors had of it."""
    say, money = statement.language.say, statement.money
    before = sum((payment.paid_before for payment in statement.settlement.statement.payments), ZERO)
    if before:
        yield line(say("and_before", amount=money(before), due=money(statement.due)))
    rows = statement.settlement.waterfall.repayments
    drawn, repaid, loss = (sum((getattr(row, name) for row in rows), ZERO) for name in ("drawn", "repaid", "loss"))
    if drawn:
        key = "to_investors" if repaid else "to_investors_nothing"
        key = "to_investors_all" if not loss else "to_investors_yet" if statement.running and repaid else key
        yield line(say(key, drawn=money(drawn), repaid=money(repaid), loss=money(loss)))


def _rests(statement: Statement) -> Iterator[Line]:
    """Results, claims that are not paid, assumptions, what to note, and which text of the terms."""
    language, settlement = statement.language, statement.settlement
    say = language.say
    results = [row for row in statement.measured if row.paid] or statement.measured
    if len(results) <= RESULTS:
        for row in results:
            yield line(_result(statement, row), Span("; ".join(filter(None, (_persons(statement, row), row.labels))), "small"))
    elif results:
        yield _leading(language.count("rests_results", len(statement.measured), link="{link}"), "measured", say("measured"))
    accepted = sum(payment.claim_count for payment in settlement.statement.payments)
    if accepted:
        words = language.count("rests_claims", accepted)
        yield line(words[:1].upper() + words[1:])
    for name, key, count in (
        ("refused", "rests_refused", len(settlement.statement.refused)),
        ("waiting", "rests_waiting", len(settlement.statement.waiting)),
        ("assumptions", "rests_on_assumptions", len(statement.assumptions)),
        ("notes", "rests_notes", len(statement.notes)),
    ):
        if count:
            yield _leading(language.count(key, count, link="{link}"), name, say(name))
    before, _, after = say("rests_terms", force="{force}").partition("{force}")
    yield (*line(before), *_force_in_short(statement), *line(after))
    yield line(f"{say('fingerprint')}: ", Span(settlement.fingerprint[:12], "code"))


def _result(statement: Statement, row: Measured) -> str:
    say = statement.language.say
    against = ""
    if row.compared:
        against = say("rests_against", value=row.compared, kind=row.against)
    return say("rests_result", metric=row.metric, value=row.value, compared=against)


def _persons(statement: Statement, row: Measured) -> str:
    told = f"{statement.language.say('persons').lower()}: {row.persons}" if row.persons else ""
    return f"{told} ({row.unmatched})" if told and row.unmatched else told


def in_force(statement: Statement) -> Line:
    """Which text of the terms counts: as first signed, or as amended when and why."""
    say, settlement = statement.language.say, statement.settlement
    told: list[Span | str] = []
    for name in settlement.terms.amendments:
        amendment = settlement.terms.programme.amendments[name]
        told += [
            *(["; "] if told else []),
            *_filled(say("amended", day=statement.language.day(amendment.from_), reason="{reason}"), amendment, statement),
        ]
    return line(*told) or line(say("as_signed"))


def _force_in_short(statement: Statement) -> Line:
    """The text of the terms that counts; of several amendments the last one and how many there were."""
    settlement = statement.settlement
    names = settlement.terms.amendments
    if len(names) < 2:
        return in_force(statement)
    last = max((settlement.terms.programme.amendments[name] for name in names), key=lambda amendment: amendment.from_)
    words = statement.language.say("amended_often", n=len(names), day=statement.language.day(last.from_), reason="{reason}")
    return line(*_filled(words, last, statement))


def _filled(words: str, amendment: Amendment, statement: Statement) -> list[Span | str]:
    """Words around an amendment's reason, which stands in its own language where the terms have no other."""
    before, _, after = words.partition("{reason}")
    reason = Span(statement.language.title(amendment.reason).rstrip("."), lang=statement.language.spoken(amendment.reason))
    return [before, reason, after]


def _leading(words: str, section: str, title: str) -> Line:
    """A sentence with a place that leads to a section: the words around it, and the section's title as a link."""
    before, _, after = words.partition("{link}")
    return line(before, Span(title, to=section), after)
