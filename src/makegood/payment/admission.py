"""Facts at the border: rows that do not fit this programme are refused whole, each with its line."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from makegood.cases.rows import Claim, Result, Transaction
from makegood.payment.facts import Books, column_of, identity_of, known_on
from makegood.programme.pricing import Evidence
from makegood.programme.reading import Terms
from makegood.programme.root import Programme
from makegood.values.currency import minor_unit
from makegood.values.problem import Problem, Where, nearest


def problems_in(books: Books) -> list[Problem]:
    """Everything that makes the given rows unusable under these terms."""
    replacing = corrections([row for row in books.claims if row.replaces is not None], {row.claim for row in books.claims})
    return sorted({*_results(books), *_claims(books), *replacing, *_transactions(books)})


def evidence_name(terms: Terms, metric: str, line: str | None) -> str | None:
    """The name of the evidence rule of a line, else of its metric."""
    programme = terms.programme
    pricing = programme.outcome_pricings.get(line) if line else None
    return (pricing.evidence if pricing else None) or programme.outcome_metrics[metric].evidence


def evidence_for(terms: Terms, metric: str, line: str | None) -> Evidence | None:
    """The evidence rule of a line, else that of its metric."""
    name = evidence_name(terms, metric, line)
    return terms.programme.evidence[name] if name else None


def lines_for(terms: Terms, metric: str, line: str | None) -> list[str | None]:
    """The lines that may pay a claim: the one it names, else all that pay its metric; [None] where there is none."""
    pricings = terms.programme.outcome_pricings
    return [line] if line else [name for name, pricing in pricings.items() if pricing.metric == metric] or [None]


def _results(books: Books) -> Iterator[Problem]:
    metrics = books.terms.programme.outcome_metrics
    seen: dict[tuple[object, ...], Result] = {}
    for row in books.results:
        yield from _known(row.where, "metric", [row.metric], metrics)
        yield from _columns(row, books.terms)
        if row.metric not in metrics:
            continue
        metric = metrics[row.metric]
        if row.unit is not None and row.unit != metric.unit:
            yield _no(
                row.where,
                "unit",
                "unit_mismatch",
                f"the unit is '{row.unit}', the terms measure '{metric.unit}'",
                f"convert it to {metric.unit}",
            )
        if row.accepted is not None and row.accepted > row.value:
            yield _no(
                row.where, "accepted", "accepted_above_value", f"{row.accepted} accepted of {row.value}", "accept at most what was measured"
            )
        yield from _possible(row)
        for rule in _rules_for_results(books.terms, row.metric):
            yield from _pinned(row, rule)
        version = (*identity_of(row), row.observed_until, row.status)
        if version in seen and known_on(row, books.as_of):
            remedy = "keep one, or say how they differ: cohort, period, component, status or observed_until"
            yield _no(
                row.where,
                "result",
                "result_ambiguous",
                f"'{row.result}' and '{seen[version].result}' speak of the same thing on the same day",
                remedy,
            )
        seen[version] = row


def _rules_for_results(terms: Terms, metric: str) -> list[Evidence]:
    """The evidence rules of a metric and of the lines that price its results, each once."""
    programme = terms.programme
    lines = [pricing for pricing in programme.outcome_pricings.values() if pricing.metric == metric and pricing.for_each != ["claim"]]
    names = [programme.outcome_metrics[metric].evidence, *(pricing.evidence for pricing in lines)]
    return [programme.evidence[name] for name in dict.fromkeys(name for name in names if name is not None)]


def _possible(row: Result) -> Iterator[Problem]:
    """Figures that cannot be, whatever was agreed."""
    for column in ("n", "comparison_n", "unmatched_n", "unknown_n"):
        count = getattr(row, column)
        if count is not None and count < 0:
            yield _no(row.where, column, "negative_count", f"{column} is {count}", "persons are counted from 0")
    if row.p is not None and not 0 <= row.p <= 1:
        yield _no(row.where, "p", "not_a_probability", f"p is {row.p}", "a probability lies from 0 to 1")
    yield from _period(row)


def _period(row: Result | Claim) -> Iterator[Problem]:
    if row.period_start is not None and row.period_end is not None and row.period_end <= row.period_start:
        what = f"the period ends on {row.period_end}, not after its start on {row.period_start}"
        yield _no(row.where, "period_end", "dates_reversed", what, "correct one of the dates; the end is the first day after the period")


def _pinned(row: Result, rule: Evidence) -> Iterator[Problem]:
    for column, pinned, given in (
        ("report_version", rule.report_version, row.report_version),
        ("report_sha256", rule.report_sha256, row.report_sha256),
    ):
        if pinned is not None and given != pinned:
            what = f"{column} is {given or 'empty'}, the terms pin {pinned}"
            yield Problem(
                Where(row.where.file, row.where.line, column),
                "other_report",
                what,
                "Another version of the report is another result",
                "bring the pinned version, or amend the evidence rule",
            )
    if rule.validated_by and row.validated_by not in rule.validated_by:
        found = f"'{row.validated_by}'" if row.validated_by else "nobody"
        yield _no(
            row.where, "validated_by", "not_validated", f"{found} validated this result", f"it must be {' or '.join(rule.validated_by)}"
        )


def _claims(books: Books) -> Iterator[Problem]:
    programme = books.terms.programme
    start = programme.calendar.starts_on
    for row in books.claims:
        yield from _known(row.where, "metric", [row.metric], programme.outcome_metrics)
        yield from _known(row.where, "line", [row.line] if row.line else [], programme.outcome_pricings)
        yield from _columns(row, books.terms)
        yield from _period(row)
        if row.achieved_on < start:
            yield _no(
                row.where,
                "achieved_on",
                "before_start",
                f"achieved on {row.achieved_on}, before the index date of the contract, {start}",
                "correct the date, or leave the claim out",
            )
        if row.claimed_on is not None and row.claimed_on < row.achieved_on:
            yield _no(
                row.where,
                "claimed_on",
                "dates_reversed",
                f"claimed on {row.claimed_on}, before it was achieved on {row.achieved_on}",
                "correct one of the dates",
            )
        if row.quantity is not None and row.quantity < 0:
            yield _no(
                row.where,
                "quantity",
                "negative_quantity",
                f"the quantity is {row.quantity}",
                "withdraw a claim by `withdrawn_on`, not by a negative one",
            )
        if row.metric in programme.outcome_metrics:
            metric = programme.outcome_metrics[row.metric]
            if row.unit is not None and row.unit != metric.unit:
                yield _no(
                    row.where,
                    "unit",
                    "unit_mismatch",
                    f"the unit is '{row.unit}', the terms measure '{metric.unit}'",
                    f"convert it to {metric.unit}",
                )
            rules = [evidence_for(books.terms, row.metric, name) for name in lines_for(books.terms, row.metric, row.line)]
            rule = rules[0] if rules and all(rule is not None and rule.required for rule in rules) else None
            if rule and row.state in (None, *rule.payable_states) and row.withdrawn_on is None and not row.evidence:
                remedy = f"name the document ({', '.join(rule.kinds) or 'its reference'}), or set the state to claimed"
                yield _no(
                    row.where,
                    "evidence",
                    "evidence_missing",
                    f"claim '{row.claim}' counts as {row.state or 'validated'} without evidence",
                    remedy,
                )


def corrections(claims: Iterable[Claim], names: Container[str]) -> Iterator[Problem]:
    """Claims that replace one that is not there (`names` are those that are), or each other in a circle."""
    replaces = {row.claim: row.replaces for row in claims if row.replaces is not None}
    for row in claims:
        if row.replaces is None:
            continue
        if row.replaces not in names:
            what = f"'{row.claim}' replaces '{row.replaces}', which is not a claim of this file"
            yield _no(row.where, "replaces", "unknown_claim", what, "bring the claim that is replaced too, or leave `replaces` empty")
            continue
        seen, earlier = {row.claim}, row.replaces
        while earlier in replaces and earlier not in seen:
            seen.add(earlier)
            earlier = replaces[earlier]
        if earlier == row.claim:
            what = f"'{row.claim}' replaces itself, directly or by way of others"
            yield _no(row.where, "replaces", "circle", what, "let the last correction replace the one before it, and that one the first")


def _transactions(books: Books) -> Iterator[Problem]:
    programme = books.terms.programme
    tranches = {investment.tranche or name for name, investment in programme.investments.items()} | set(programme.investments)
    for row in books.transactions:
        yield from _known(row.where, "from", [row.from_], programme.parties)
        yield from _known(row.where, "to", [row.to], programme.parties)
        yield from _known(row.where, "tranche", [row.tranche] if row.tranche else [], tranches)
        if row.currency != programme.currency:
            yield _no(
                row.where,
                "currency",
                "currency_mismatch",
                f"{row.currency} stands here, the programme settles in {programme.currency}",
                f"convert the amount to {programme.currency}",
            )
        if row.amount < 0:
            yield _no(row.where, "amount", "negative_amount", f"the amount is {row.amount}", "swap from and to")
        if row.amount % minor_unit(programme.currency):
            what = f"{row.amount} is no whole number of the smallest unit of {programme.currency}, {minor_unit(programme.currency)}"
            yield _no(row.where, "amount", "part_of_a_cent", what, "write what was booked")
        if row.kind == "drawing" and row.from_ in programme.parties:
            yield from _drawn_on(row, programme)


def _drawn_on(row: Transaction, programme: Programme) -> Iterator[Problem]:
    own = {name: investment for name, investment in programme.investments.items() if investment.investor == row.from_}
    meant = [name for name, investment in own.items() if row.tranche in (None, name, investment.tranche)]
    if not own:
        what, remedy = f"'{row.from_}' has no investment to draw on", "name the investor whose capital was drawn"
        yield _no(row.where, "from", "not_an_investor", what, remedy)
    elif not meant:
        what, remedy = f"'{row.from_}' has no investment in '{row.tranche}'", f"name one of {', '.join(own)}"
        yield _no(row.where, "tranche", "not_an_investment", what, remedy)
    elif len(meant) > 1:
        what = f"'{row.from_}' has several investments to draw on: {', '.join(meant)}"
        yield _no(row.where, "tranche", "which_investment", what, "name the tranche, or write a drawing for each")


def _columns(row: Result | Claim, terms: Terms) -> Iterator[Problem]:
    programme = terms.programme
    cohorts = [*programme.cohorts, "all"]
    for column, known in (
        ("cohort", cohorts),
        ("class", programme.classes),
        ("payer", programme.outcome_payment_commitments),
        ("phase", programme.phases),
    ):
        value = column_of(row, column)
        yield from _known(row.where, column, [value] if value else [], known)


def _known(where: Where, column: str, values: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    names = set(known)
    for value in values:
        if value not in names:
            remedy = nearest(value, names) if names else f"the programme has no {column}; leave it empty"
            yield _no(where, column, f"unknown_{column}", f"'{value}' is not a {column} of this programme", remedy)


def _no(where: Where, column: str, code: str, what: str, remedy: str) -> Problem:
    return Problem(Where(where.file, where.line, column), code, what, "", remedy)
