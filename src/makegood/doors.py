"""From paths to values: the facts of a settlement as files, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from makegood.cases.reading import read_rows
from makegood.cases.rows import Claim, Result, Transaction
from makegood.programme.checking import check_terms
from makegood.programme.reading import Agreement, find_programme, read_agreement, shipped
from makegood.report.settlement_json import read_earlier
from makegood.settle import Earlier, Settlement, settle
from makegood.values.problem import Problem, Refused, Where


@dataclass(frozen=True)
class Facts:
    """Everything that a settlement reads."""

    agreement: Agreement
    results: Sequence[Result] = ()
    claims: Sequence[Claim] = ()
    transactions: Sequence[Transaction] = ()
    effect: Sequence[Result] = ()
    paid_before: Sequence[Earlier] = ()


def facts_from_files(
    programme: str,
    *,
    results: Path | None = None,
    claims: Path | None = None,
    transactions: Path | None = None,
    paid: Path | None = None,
    measured: Path | None = None,
    effect: Path | None = None,
) -> Facts:
    """Read the programme and its facts. Raises Refused with every problem of every file.

    A programme that ships brings facts of its own (results.csv, claims.csv, transactions.csv beside it); they are
    read where neither results nor claims are named.
    """
    own = find_programme(programme).parent if programme in shipped() and not any((results, claims, measured, effect)) else None
    results = results or (measured / "results.csv" if measured else None)
    if own is not None:
        results, claims, transactions = (
            path if path or not (own / name).is_file() else own / name
            for path, name in ((results, "results.csv"), (claims, "claims.csv"), (transactions, "transactions.csv"))
        )
    problems: list[Problem] = []

    def gathered(read: object, *arguments: object) -> object:
        try:
            return read(*arguments)  # type: ignore[operator]
        except Refused as refused:
            problems.extend(refused.problems)
            return ()

    agreement = gathered(lambda: read_agreement(programme, check=check_terms))
    rows = [
        gathered(read_rows, kind, path) if path else () for kind, path in ((Result, results), (Claim, claims), (Transaction, transactions))
    ]
    earlier = gathered(read_earlier, paid) if paid else ()
    if problems:
        raise Refused(problems)
    assert isinstance(agreement, Agreement)  # noqa: S101 - else problems were raised
    if not any((results, claims, effect)):
        what, remedy = "neither results nor claims were given", "give --results, --measured or --claims"
        raise Refused([Problem(Where(programme), "no_facts", what, "Without facts nothing can be owed", remedy)])
    return Facts(agreement, rows[0], rows[1], rows[2], (), earlier)  # type: ignore[arg-type]


def settle_files(facts: Facts, *, as_of: date | None, terms_on: date | None = None) -> Settlement:
    """Settle facts on `as_of`, else on the last day that a result observed. Never on today."""
    observed = [row.observed_until for row in (*facts.results, *facts.effect) if row.observed_until is not None]
    day = as_of or max(observed, default=None)
    if day is None:
        what, why = (
            "the day of settlement is not known: no result says until when it observed",
            "A settlement depends on its day; today is never assumed",
        )
        raise Refused(
            [Problem(Where(facts.agreement.text.file), "no_day", what, why, "give --as-of with a date, as in --as-of 2018-05-01")]
        )
    return settle(
        facts.agreement,
        results=facts.results,
        claims=facts.claims,
        effect=facts.effect,
        transactions=facts.transactions,
        paid_before=facts.paid_before,
        as_of=day,
        terms_on=terms_on,
    )
