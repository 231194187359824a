"""Which claims are paid: each in order as such, then in sequence for each person.

Claims are taken by date, line order and claim id, whatever the order of the rows. A claim that no line pays is
refused with the reason nearest to being paid; a claim whose condition may still come true waits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from makegood.cases.rows import Claim
from makegood.payment.admission import evidence_for, evidence_name, lines_for
from makegood.payment.facts import Books, column_of
from makegood.payment.scope import chosen_by
from makegood.programme.pricing import After, Evidence, OutcomePricing, Sequence
from makegood.programme.yaml_text import Place
from makegood.values.month import months_between


@dataclass(frozen=True)
class Refusal:
    """A claim that is not paid, the line it came nearest to, and why, in words."""

    claim: str
    reason: str
    line: str = ""
    waits: bool = False
    """The reason may still pass: the claim is carried forward, not refused for good."""
    clause: Place = ()
    """The clause of the agreement that says so; empty where it is the claim itself that says so."""


@dataclass(frozen=True)
class ClaimPaid:
    """What an accepted claim earned by a line, and what limits per claim left of it (before shares of payers).

    `group` is the payment that it went into, without its payer.
    """

    claim: str
    line: str
    group: str
    earned: Decimal
    left: Decimal
    cuts: tuple[tuple[str, Decimal], ...] = ()
    """(limit, what it cut)"""


@dataclass(frozen=True)
class Try:
    """A claim before a line that may pay for it; `refusal` where the line does not, whatever the sequence."""

    achieved_on: date
    order: int
    id: str
    line: str
    claim: Claim
    pricing: OutcomePricing
    refusal: Refusal | None


@dataclass
class _SoFar:
    """What one pass over the claims has accepted until now."""

    accepted: dict[tuple[str, str], list[Claim]]
    times: dict[tuple[object, ...], int]
    open_doors: set[tuple[str, str]]


@dataclass
class Sequenced:
    """Accepted claims per line in the order in which they were taken, and those that were not."""

    accepted: dict[str, list[Claim]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


def valid_claims(books: Books) -> tuple[list[Claim], list[Refusal]]:
    """Claims that are in order as such: achieved, not withdrawn, in a payable state, properly proved."""
    valid, refused = [], []
    for claim in sorted(books.claims, key=lambda row: (row.achieved_on, row.claim)):
        refusal = unfit(claim, books)
        if refusal is None:
            valid.append(claim)
        else:
            refused.append(refusal)
    return valid, refused


def sequence(books: Books) -> Sequenced:
    """Take the valid claims through the lines that pay for each claim.

    `once_accepted` asks for another line at whatever date, so the pass is repeated until no claim changes sides; it
    ends because each round can only let more persons in, at most once for each such line.
    """
    programme = books.terms.programme
    order = {name: index for index, name in enumerate(programme.outcome_pricings)}
    tries: list[Try] = []
    nearest_reason: dict[str, Refusal] = {}
    for claim in books.valid:
        for name, pricing in books.then(claim.achieved_on).programme.outcome_pricings.items():
            if pricing.for_each == ["claim"] and pricing.metric == claim.metric and claim.line in (None, name):
                refusal = line_refuses(claim, name, pricing, books)
                tries.append(Try(claim.achieved_on, order[name], claim.claim, name, claim, pricing, refusal))
        nearest_reason[claim.claim] = Refusal(claim.claim, f"no line pays for '{claim.metric}' claim by claim")
    tries.sort(key=lambda item: (item.achieved_on, item.order, item.id))
    open_doors: set[tuple[str, str]] = set()
    while True:
        accepted, refused, let_in = _one_pass(tries, open_doors, books)
        if let_in <= open_doors:
            break
        open_doors |= let_in
    paid = {claim.claim for claims in accepted.values() for claim in claims}
    books.turns = _turns(accepted, books)
    for refusal in refused:
        nearest_reason[refusal.claim] = refusal
    tried = {item.claim.claim for item in tries}
    counted = {pricing.metric for pricing in programme.outcome_pricings.values() if pricing.for_each != ["claim"]}
    outcome = Sequenced(accepted=accepted)
    for claim in books.valid:
        if claim.claim not in paid and (claim.claim in tried or claim.metric not in counted):
            outcome.refused.append(nearest_reason[claim.claim])
    return outcome


def _one_pass(
    tries: list[Try], open_doors: set[tuple[str, str]], books: Books
) -> tuple[dict[str, list[Claim]], list[Refusal], set[tuple[str, str]]]:
    accepted: dict[str, list[Claim]] = defaultdict(list)
    so_far = _SoFar(defaultdict(list), defaultdict(int), open_doors)
    doors = [door for item in tries if item.pricing.sequence for door in item.pricing.sequence.once_accepted]
    asked = {name for door in doors for name in door.lines()}
    refused, let_in = [], set()
    for item in tries:
        person = item.claim.person or item.claim.claim
        rule = item.pricing.sequence
        refusal = item.refusal
        if refusal is None and rule is not None:
            refusal = next(_out_of_sequence(rule, item, person, so_far, books), None)
        if refusal is not None:
            refused.append(refusal)
            continue
        accepted[item.line].append(item.claim)
        so_far.accepted[item.line, person].append(item.claim)
        if rule is not None:
            so_far.times[_turn(rule, item.line, item.claim, books)] += 1
        if item.line in asked:
            let_in.add((item.line, person))
    return dict(accepted), refused, let_in


def _out_of_sequence(rule: Sequence, item: Try, person: str, so_far: _SoFar, books: Books) -> Iterator[Refusal]:
    claim, line = item.claim.claim, item.line
    clause: Place = ("outcome_pricings", line, "sequence")
    if rule.times is not None and so_far.times[_turn(rule, item.line, item.claim, books)] >= rule.times:
        often = "once" if rule.times == 1 else f"{rule.times} times"
        yield Refusal(claim, f"'{line}' is paid {often} per {rule.per.replace('_', ' ')}, and was", line, clause=(*clause, "times"))
    for other in rule.not_with:
        if so_far.accepted[other, person]:
            yield Refusal(claim, f"'{other}' was paid for this person, which excludes '{line}'", line, clause=(*clause, "not_with"))
    for after in rule.after:
        reason = _too_early(after, item.claim, [row for other in after.lines() for row in so_far.accepted[other, person]])
        if reason:
            yield Refusal(claim, reason, line, clause=(*clause, "after"))
    for door in rule.once_accepted:
        if not any((other, person) in so_far.open_doors for other in door.lines()):
            reason = f"waits until {door.words()} is accepted for this person"
            yield Refusal(claim, reason, line, waits=True, clause=(*clause, "once_accepted"))


def _too_early(after: After, claim: Claim, earlier: list[Claim]) -> str:
    before = [
        row for row in earlier if row.achieved_on <= claim.achieved_on and (not after.same_occurrence or row.occurrence == claim.occurrence)
    ]
    if not before:
        return f"{after.words()} was not paid before for this person" + (" and this occurrence" if after.same_occurrence else "")
    if after.no_sooner_than and not any(after.no_sooner_than.after(row.achieved_on) <= claim.achieved_on for row in before):
        return f"comes sooner than {after.no_sooner_than} after {after.words()}"
    if after.no_later_than and not any(claim.achieved_on <= after.no_later_than.after(row.achieved_on) for row in before):
        return f"comes later than {after.no_later_than} after {after.words()}"
    return ""


def _turn(rule: Sequence, line: str, claim: Claim, books: Books) -> tuple[object, ...]:
    """What a claim is counted by: the person, and the occurrence or calendar period where the rule says so."""
    person = claim.person or claim.claim
    if rule.per == "person":
        return line, person
    if rule.per == "occurrence":
        return line, person, claim.occurrence
    return line, person, calendar_period(claim.achieved_on, rule.per, books.terms.programme.calendar.starts_on)


def _turns(accepted: Mapping[str, Iterable[Claim]], books: Books) -> dict[tuple[str, str], tuple[int, int]]:
    """Each accepted claim's turn for its person (within what `times` is counted) and its rank in its line."""
    turns: dict[tuple[str, str], tuple[int, int]] = {}
    for line, claims in accepted.items():
        so_far: dict[tuple[object, ...], int] = defaultdict(int)
        pricing = books.terms.programme.outcome_pricings.get(line)
        rule = (pricing.sequence if pricing else None) or Sequence()
        for rank, claim in enumerate(claims, start=1):
            key = _turn(rule, line, claim, books)
            so_far[key] += 1
            turns[line, claim.claim] = so_far[key], rank
    return turns


def calendar_period(day: date, per: str, starts_on: date) -> str:
    """The month, quarter, year or contract year in which a day lies, as a code that sorts by time."""
    if per == "month":
        return f"{day:%Y-%m}"
    if per == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}" if per == "year" else f"contract year {months_between(starts_on, day) // 12 + 1:03d}"


def unfit(claim: Claim, books: Books) -> Refusal | None:
    """Why no line can pay a claim, whatever its sequence: the first reason; None where one may."""
    first = None
    for name in lines_for(books.terms, claim.metric, claim.line):
        refusal = not_in_order(claim, name, books)
        if refusal is None:
            return None
        first = first or refusal
    return first


def not_in_order(claim: Claim, name: str | None, books: Books) -> Refusal | None:
    """Why a claim is not in order for a line (None: for its metric): replaced, withdrawn, too early or late, not proved."""
    programme = books.terms.programme
    rule = evidence_for(books.then(claim.achieved_on), claim.metric, name)
    pricing = programme.outcome_pricings.get(name or "")
    ends = pricing is None or pricing.after_event is None
    last_day = (programme.calendar.outcomes_until or programme.calendar.ends_on) if ends else None
    ended = programme.terminated if ends else None
    cohort = programme.cohorts.get(claim.cohort or "") if ends else None
    states = rule.payable_states if rule else ["validated", "paid"]
    evidence: Place = ("evidence", evidence_name(books.then(claim.achieved_on), claim.metric, name) or "")

    def no(reason: str, clause: Place = (), *, waits: bool = False) -> Refusal:
        return Refusal(claim.claim, reason, name or "", waits, clause)

    if claim.claim in books.replaced:
        return no(f"replaced by '{books.replaced[claim.claim]}'")
    if claim.withdrawn_on is not None and claim.withdrawn_on <= books.as_of and (rule is None or rule.withdrawn == "claw_back"):
        return no(
            f"withdrawn on {claim.withdrawn_on}" + (f": {claim.reason}" if claim.reason else ""), (*evidence, "withdrawn") if rule else ()
        )
    if claim.state in ("refused", "withdrawn", "clawed_back"):
        return no(f"{claim.state.replace('_', ' ')}: {claim.reason or 'no reason given'}")
    if claim.achieved_on > books.as_of:
        return no(f"achieved on {claim.achieved_on}, after {books.as_of}", waits=True)
    if claim.state is not None and claim.state not in states:
        return no(f"{claim.state}, not yet {' or '.join(states)}", (*evidence, "payable_states") if rule else (), waits=True)
    if last_day is not None and claim.achieved_on >= last_day:
        return no(f"achieved on {claim.achieved_on}; outcomes count until {last_day}", ("calendar",))
    if ended is not None and claim.achieved_on >= ended.on:
        return no(f"achieved on {claim.achieved_on}; the contract ended on {ended.on}", ("terminated",))
    if cohort is not None and cohort.cancelled_on is not None and claim.achieved_on >= cohort.cancelled_on:
        reason = f"achieved on {claim.achieved_on}; cohort '{claim.cohort}' ended on {cohort.cancelled_on}"
        return no(reason, ("cohorts", str(claim.cohort), "cancelled_on"))
    reason, word = _unproved(claim, rule) if rule is not None else ("", "")
    return no(reason, (*evidence, word)) if reason else None


def _unproved(claim: Claim, rule: Evidence) -> tuple[str, str]:
    """What a claim's evidence lacks under a rule, and the word that asks for it; empty where it lacks nothing."""
    if rule.kinds and claim.evidence_kind not in rule.kinds:
        return f"the evidence is {claim.evidence_kind or 'of no stated kind'}; agreed are {', '.join(rule.kinds)}", "kinds"
    if rule.signed_by and claim.signed_by not in rule.signed_by:
        return f"signed by {claim.signed_by or 'nobody'}; agreed are {', '.join(rule.signed_by)}", "signed_by"
    if rule.validated_by and claim.validated_by not in rule.validated_by:
        return f"validated by {claim.validated_by or 'nobody'}; agreed are {', '.join(rule.validated_by)}", "validated_by"
    if rule.validator_is_not_signer and claim.signed_by is not None and claim.signed_by == claim.validated_by:
        return f"'{claim.signed_by}' both signed and validated it", "validator_is_not_signer"
    return "", ""


def replaced_by(claims: Iterable[Claim], books: Books) -> dict[str, str]:
    """Claim -> the claim that was made in its place. A correction of a correction replaces the first claim too.

    Only a claim that is itself in order replaces another: until its correction is validated the first one stands.
    """
    corrections = {claim.claim: claim for claim in sorted(claims, key=lambda row: row.claim) if claim.replaces is not None}
    replaced: dict[str, str] = {}
    for claim in [claim for claim in corrections.values() if unfit(claim, books) is None]:
        later: Claim | None = claim
        while later is not None and later.replaces is not None and later.replaces not in replaced:
            replaced[later.replaces] = later.claim
            later = corrections.get(later.replaces)
    return replaced


def line_refuses(claim: Claim, name: str, pricing: OutcomePricing, books: Books) -> Refusal | None:
    """Why a line does not pay for a claim, whatever the sequence; None where it may."""
    refusal = not_in_order(claim, name, books)
    if refusal is not None:
        return refusal
    reason, word = _not_for(claim, name, pricing, books)
    if reason:
        return Refusal(claim.claim, reason, name, clause=("outcome_pricings", name, word))
    moment = books.terms.programme.outcome_payment_plan.settlements.get(pricing.settlement or "")
    if moment is not None and moment.from_ is not None and books.as_of < moment.from_:
        reason = f"falls due in the settlement '{pricing.settlement}', from {moment.from_}"
        return Refusal(claim.claim, reason, name, waits=True, clause=("outcome_pricings", name, "settlement"))
    return None


def _not_for(claim: Claim, name: str, pricing: OutcomePricing, books: Books) -> tuple[str, str]:
    """Why a claim is not one that the line is for, and the word of the line that says so; empty where it is."""
    values = {column: column_of(claim, column) for column in ("cohort", "class", "payer", "phase", "component")}
    if not chosen_by(pricing.only, values, claim.achieved_on):
        wanted = pricing.only.chosen() if pricing.only else {}
        if all(values.get(column) in allowed for column, allowed in wanted.items()):
            return f"achieved on {claim.achieved_on}, which is not among the days that '{name}' is for", "only"
        column = next(column for column, allowed in wanted.items() if values.get(column) not in allowed)
        return f"the {column} is {values.get(column) or 'not given'}; '{name}' is for {', '.join(wanted[column])}", "only"
    ends = {word: day for word, day in (("until", pricing.until), ("retired_on", pricing.retired_on)) if day is not None}
    before = pricing.from_ is not None and claim.achieved_on < pricing.from_
    after = next((word for word, day in ends.items() if claim.achieved_on >= day), "")
    if before or after:
        return f"achieved on {claim.achieved_on}, when '{name}' was not in force", after or "from"
    if pricing.claimed_within is not None:
        if claim.claimed_on is None:
            return f"it is not said when it was claimed; {pricing.claimed_within} are agreed", "claimed_within"
        if claim.claimed_on > pricing.claimed_within.after(claim.achieved_on):
            return f"claimed on {claim.claimed_on}, later than {pricing.claimed_within} after it was achieved", "claimed_within"
    moment = books.terms.programme.outcome_payment_plan.settlements.get(pricing.settlement or "")
    if moment is not None and moment.until is not None and claim.achieved_on >= moment.until:
        return f"achieved on {claim.achieved_on}; the settlement '{pricing.settlement}' closed on {moment.until}", "settlement"
    ended = books.terms.programme.terminated
    if pricing.after_event is not None and (ended is None or ended.event != pricing.after_event):
        return f"'{name}' is paid only after the event {pricing.after_event}", "after_event"
    return "", ""
