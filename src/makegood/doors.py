"""From paths to values: the facts of a settlement as files, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from makegood.cases.reading import read_rows
from makegood.cases.rows import Claim, Result, Transaction, rows_from
from makegood.programme.checking import check_terms
from makegood.programme.reading import Agreement, find_programme, read_agreement, shipped
from makegood.report.measured_folder import check_results
from makegood.report.settlement_json import read_earlier
from makegood.settle import Earlier, Settlement, settle
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Problem, Refused, Where

if TYPE_CHECKING:
    from makegood.cases.claim_columns import ClaimColumns


CROWD_BYTES = 1_000_000
"""A larger file of claims is read as columns."""


@dataclass(frozen=True)
class Facts:
    """Everything that a settlement reads."""

    agreement: Agreement
    results: Sequence[Result] = ()
    claims: Sequence[Claim] | ClaimColumns = ()
    transactions: Sequence[Transaction] = ()
    effect: Sequence[Result] = ()
    paid_before: Sequence[Earlier] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


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

    A programme that ships brings facts of its own (results.csv, claims.csv, transactions.csv, a signed effect.json
    beside it); they are read where neither results nor claims are named.
    """
    own = find_programme(programme).parent if programme in shipped() and not any((results, claims, measured, effect)) else None
    results = results or (measured / "results.csv" if measured else None)
    if own is not None:
        results, claims, transactions = (
            path if path or not (own / name).is_file() else own / name
            for path, name in ((results, "results.csv"), (claims, "claims.csv"), (transactions, "transactions.csv"))
        )
        effect = own / "effect.json" if (own / "effect.json").is_file() else None
    problems: list[Problem] = []

    def gathered(read: object, *arguments: object) -> object:
        try:
            return read(*arguments)  # type: ignore[operator]
        except Refused as refused:
            problems.extend(refused.problems)
            return ()

    agreement = gathered(lambda: read_agreement(programme, check=check_terms))
    rows = [
        gathered(read, path) if path else () for read, path in ((_results, results), (read_claims, claims), (_transactions, transactions))
    ]
    earlier = gathered(read_earlier, paid) if paid else ()
    if problems:
        raise Refused(problems)
    assert isinstance(agreement, Agreement)  # noqa: S101 - else problems were raised
    if not any((results, claims, effect)):
        what, remedy = "neither results nor claims were given", "give --results, --measured or --claims"
        raise Refused([Problem(Where(programme), "no_facts", what, "Without facts nothing can be owed", remedy)])
    facts = Facts(agreement, rows[0], rows[1], rows[2], (), earlier)  # type: ignore[arg-type]
    facts = facts if measured is None else _with_provenance(facts, measured)
    return facts if effect is None else _with_effect(facts, effect)


def _with_effect(facts: Facts, effect: Path) -> Facts:
    """The facts with a signed comparison. Raises Refused when its signer, protocol or programme is another.

    It speaks of the metrics for which the terms pin the protocol that it was made under, and of no other.
    """
    from makegood.comparison.signed_result import read_effect

    programme = facts.agreement.on(date.max).programme
    keys = {name: party.public_key for name, party in programme.parties.items() if party.public_key and "evaluator" in party.roles}
    pins = {
        name: {row.protocol_sha256 for row in metric.effect.counterfactual if row.protocol_sha256}
        for name, metric in programme.outcome_metrics.items()
        if metric.effect
    }
    pinned = {sha256 for found in pins.values() for sha256 in found}
    if not pinned or not keys:
        what = "the programme pins no protocol" if not pinned else "no evaluator of the programme has a public key"
        remedy = (
            "add `protocol_sha256` to the metric's counterfactual" if not pinned else "add `public_key` to the evaluator under `parties`"
        )
        remedy += "; `makegood protocol pin` writes both"
        where = Where(facts.agreement.text.file, path="outcome_metrics" if not pinned else "parties")
        raise Refused([Problem(where, "nothing_pinned", what, "Anybody could bring a comparison of their own", remedy)])
    signed, problems = read_effect(
        effect, public_keys=keys, protocols=pinned, programme=programme.programme, programme_texts=facts.agreement.texts()
    )
    if signed is None:
        raise Refused(problems)
    spoken = {row["metric"] for row in signed.rows}
    used = {metric for metric in spoken if signed.protocol in pins.get(metric, ())}
    problems += [
        Problem(
            Where(str(effect)),
            "not_pinned",
            f"it speaks of '{metric}' too, for which the terms do not pin this protocol",
            "Its figure is not used",
            "pin the protocol for this metric as well, if it is meant to count",
            "warning",
        )
        for metric in sorted(spoken - used)
        if metric not in programme.outcome_metrics or programme.outcome_metrics[metric].payable
    ]
    records = [(Where(str(effect), index + 1), row) for index, row in enumerate(signed.rows) if row["metric"] in used]
    rows = rows_from(Result, records)
    return replace(facts, effect=rows, provenance={**facts.provenance, **signed.told()}, problems=[*facts.problems, *problems])


def _with_provenance(facts: Facts, measured: Path) -> Facts:
    """The facts with what their results were measured from. Raises Refused when that was another programme."""
    path = measured / "provenance.json"
    try:
        content = path.read_bytes()
        told = json.loads(content)
        made_for = told["programme"]
        name, sha256 = str(made_for["name"]), str(made_for["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        what = "there is no readable provenance.json in this folder"
        raise Refused(
            [Problem(Where(str(measured)), "no_provenance", what, "", "name a folder that `makegood measure --out` wrote")]
        ) from None
    programme = facts.agreement.on(None).programme.programme
    if name != programme:
        what = f"these results were measured for '{name}', not for '{programme}'"
        raise Refused(
            [Problem(Where(str(path)), "other_programme", what, "Months count by the terms of their own programme", "measure again")]
        )
    check_results(measured, told)
    problems = []
    if sha256 != facts.agreement.sha256:
        what = "the programme file has changed since these results were measured"
        why = "A changed measurement rule would give other results"
        problems.append(
            Problem(Where(str(path)), "terms_changed", what, why, "measure again, unless only other terms changed", severity="warning")
        )
    return replace(facts, provenance={"measured": sha256_of(content)}, problems=problems)


def read_claims(path: Path) -> list[Claim] | ClaimColumns:
    """Claims as rows, or as columns when the file is a crowd's. Raises Refused with every problem."""
    if not path.is_file() or path.stat().st_size < CROWD_BYTES:
        return read_rows(Claim, path)
    from makegood.cases.claim_columns import NotColumnsError, read_claim_columns

    try:
        return read_claim_columns(path)
    except NotColumnsError:
        return read_rows(Claim, path)


def _results(path: Path) -> list[Result]:
    return read_rows(Result, path)


def _transactions(path: Path) -> list[Transaction]:
    return read_rows(Transaction, path)


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
    settlement = settle(
        facts.agreement,
        results=facts.results,
        claims=facts.claims,
        effect=facts.effect,
        transactions=facts.transactions,
        paid_before=facts.paid_before,
        as_of=day,
        terms_on=terms_on,
        provenance=facts.provenance,
    )
    return replace(settlement, problems=(*settlement.problems, *facts.problems))
