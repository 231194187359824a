"""A million claims by columns and by rows: the same payments, refusals and amounts of each claim."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.bench_settle import TERMS, crowd_of_claims
from makegood.cases.claim_columns import read_claim_columns
from makegood.programme.checking import check_terms
from makegood.programme.reading import read_agreement
from makegood.settle import settle


def rows(*, claims: int = 1_000_000, persons: int = 100_000) -> Iterator[tuple[str, str]]:
    """(what, outcome) of the comparison."""
    agreement = read_agreement(TERMS, check=check_terms)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.csv"
        crowd_of_claims(path, claims=claims, persons=persons, seed=2)
        columns = read_claim_columns(path)
    day = date(2016, 1, 1)
    crowd, plain = (
        settle(agreement, results=(), claims=given, effect=(), transactions=(), paid_before=(), as_of=day).statement
        for given in (columns, columns.rows())
    )
    yield f"{claims:,} claims: payments by columns and by rows", _same(crowd.payments, plain.payments)
    yield f"the {len(plain.refused):,} refusals and their reasons", _same(list(crowd.refused), list(plain.refused))
    key = lambda row: (row.claim, row.line)  # noqa: E731
    yield (
        f"what each of {len(plain.decided):,} paid claims earned and kept",
        _same(sorted(crowd.decided, key=key), sorted(plain.decided, key=key)),
    )


def _same(one: object, other: object) -> str:
    return "equal" if one == other else "DIFFERENT"


if __name__ == "__main__":
    for what, outcome in rows():
        print(f"{what}: {outcome}")
