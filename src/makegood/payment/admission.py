"""Facts at the border: rows that do not fit this programme are refused whole, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from makegood.cases.rows import Claim, Result
from makegood.payment.facts import Books, column_of, identity_of, known_on
from makegood.programme.pricing import Evidence
from makegood.programme.reading import Terms
from makegood.values.problem import Problem, Where, nearest


def problems_in(books: Books) -> list[Problem]:
    """Everything that makes the given rows unusable under these terms."""
    return sorted({*_results(books), *_claims(books), *_transactions(books)})


def evidence_for(terms: Terms, metric: str, line: str | None) -> Evidence | None:
    """The evidence rule of a line, else that of its metric."""
    programme = terms.programme
    pricing = programme.outcome_pricings.get(line) if line else None
    name = (pricing.evidence if pricing else None) or programme.outcome_metrics[metric].evidence
    return programme.evidence[name] if name else None


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
        rule = metric.evidence and books.terms.programme.evidence[metric.evidence]
        if rule:
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
            rule = evidence_for(books.terms, row.metric, row.line)
            if rule and rule.required and row.state in (None, *rule.payable_states) and row.withdrawn_on is None and not row.evidence:
                remedy = f"name the document ({', '.join(rule.kinds) or 'its reference'}), or set the state to claimed"
                yield _no(
                    row.where,
                    "evidence",
                    "evidence_missing",
                    f"claim '{row.claim}' counts as {row.state or 'validated'} without evidence",
                    remedy,
                )


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
        if (
            row.kind == "drawing"
            and row.from_ in programme.parties
            and row.from_ not in {investment.investor for investment in programme.investments.values()}
        ):
            yield _no(
                row.where,
                "from",
                "not_an_investor",
                f"'{row.from_}' has no investment to draw on",
                "name the investor whose capital was drawn",
            )


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
