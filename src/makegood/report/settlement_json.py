"""A settlement as the files of its folder: settlement.json, explanation.json, claims.csv, journal.beancount."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from makegood import __version__
from makegood.finance.journal import as_beancount
from makegood.finance.returns import annual_return
from makegood.finance.waterfall import Repayment
from makegood.payment.claims import Refusal
from makegood.payment.statement import Payment
from makegood.report.explanation_json import explanation_of
from makegood.settle import Earlier, Settlement
from makegood.values.fingerprint import decimal_text, plain
from makegood.values.problem import Problem, Refused, Where


def as_json(settlement: Settlement) -> dict[str, Any]:
    """The settlement as docs/reference/settlement.md describes it; money as decimal text with cents."""
    programme = settlement.terms.programme
    statement = settlement.statement
    return {
        "programme": programme.programme,
        "title": str(programme.title),
        "programme_sha256": settlement.terms.sha256,
        "terms_in_force": list(settlement.terms.amendments),
        "as_of": settlement.as_of.isoformat(),
        "currency": programme.currency,
        "outcome_payments": [_payment(payment) for payment in statement.payments],
        "total": str(statement.total),
        "refused_claims": [_refusal(refusal, settlement) for refusal in statement.refused],
        "clawed_back": [dict(row) for row in settlement.clawed_back],
        "carried_forward": [{key: plain(value) for key, value in row.items()} for row in statement.carried_forward],
        "investor_repayments": [_repayment(repayment) for repayment in settlement.waterfall.repayments],
        "guarantee_calls": [
            {"guarantee": call.step, "guarantor": programme.guarantees[call.step].guarantor, "to": call.to, "amount": str(call.amount)}
            for call in settlement.waterfall.guarantee_calls
        ],
        "other_receipts": _others(settlement),
        "undistributed": str(settlement.waterfall.undistributed),
        "figures": {name: None if node.value is None else decimal_text(node.value) for name, node in statement.figures.items()},
        "planned": _planned(settlement),
        "assumptions": settlement.terms.assumptions(),
        "problems": [problem.as_json() for problem in settlement.problems],
        "makegood": __version__,
        "fingerprint": settlement.fingerprint,
    }


def files_of(settlement: Settlement) -> dict[str, bytes | str]:
    """The folder that `makegood settle --out` writes, without the statement for people."""
    programme = settlement.terms.programme
    return {
        "settlement.json": _dump(as_json(settlement)),
        "explanation.json": _dump(explanation_of(settlement)),
        "claims.csv": _claims(settlement),
        "journal.beancount": as_beancount(
            settlement.journal, currency=programme.currency, title=f"{programme.title} as of {settlement.as_of}"
        ),
    }


def read_earlier(folder: Path) -> list[Earlier]:
    """Earlier settlements from a folder that `settle --out` wrote, or from a folder of such folders."""
    found = [folder] if (folder / "settlement.json").is_file() else sorted(path.parent for path in folder.glob("*/settlement.json"))
    if not found:
        what = "no settlement.json lies here" if folder.is_dir() else "there is no such folder"
        raise Refused([Problem(Where(str(folder)), "no_settlement", what, "", "name a folder that `makegood settle --out` wrote")])
    return [_earlier(path) for path in found]


def load(folder: Path, name: str) -> Any:
    """One JSON file of a settlement's folder. Raises Refused when it is not there or was not written by `settle`."""
    path = folder / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        what = f"there is no readable {name} in this folder"
        raise Refused(
            [Problem(Where(str(folder)), "no_settlement", what, "", "name a folder that `makegood settle --out` wrote")]
        ) from None
    if not isinstance(content, dict):
        raise Refused(
            [
                Problem(
                    Where(str(path)), "not_a_settlement", "this is not a settlement", "", "name a folder that `makegood settle --out` wrote"
                )
            ]
        )
    return content


def _earlier(folder: Path) -> Earlier:
    content = load(folder, "settlement.json")
    try:
        payments = {row["id"]: {key: str(row[key]) for key in ("line", "metric", "payer", "amount")} for row in content["outcome_payments"]}
        with (folder / "claims.csv").open(encoding="utf-8", newline="") as handle:
            claims: dict[str, Decimal] = {}
            for row in csv.DictReader(handle):
                if row["state"] == "accepted":
                    claims[row["claim"]] = claims.get(row["claim"], Decimal(0)) + Decimal(row["paid"])
        return Earlier(date.fromisoformat(content["as_of"]), payments, claims, str(content["fingerprint"]))
    except (KeyError, TypeError, ValueError, ArithmeticError, OSError) as error:
        what = f"this settlement cannot be used: {error}"
        raise Refused([Problem(Where(str(folder)), "not_a_settlement", what, "", "settle it again with --out")]) from None


def _payment(payment: Payment) -> dict[str, Any]:
    scope = payment.scope
    return {
        "id": payment.id,
        "line": payment.line,
        "metric": payment.metric,
        "cohort": scope.cohort or "all",
        "class": scope.class_,
        "phase": scope.phase,
        "period": None if scope.period is None else [plain(day) for day in scope.period],
        "payer": payment.payer,
        "units": None if payment.units is None else decimal_text(round(payment.units, 12)),
        "earned": str(payment.earned),
        "limits": [{"limit": name, "cut": str(amount)} for name, amount in payment.limits],
        "due": str(payment.due),
        "paid_before": str(payment.paid_before),
        "amount": str(payment.amount),
        "claims": payment.claim_count,
        "clause": {"file": payment.clause.file, "path": payment.clause.path, "line": payment.clause.line},
        "note": payment.note,
    }


def _refusal(refusal: Refusal, settlement: Settlement) -> dict[str, Any]:
    where = settlement.terms.where(refusal.clause) if refusal.clause else None
    clause = {"path": where.path, "line": where.line} if where else None
    return {"claim": refusal.claim, "line": refusal.line, "reason": refusal.reason, "clause": clause}


def _repayment(repayment: Repayment) -> dict[str, Any]:
    rate = annual_return(repayment.flows)
    money = ("committed", "drawn", "repaid", "principal", "returned", "guaranteed", "repaid_before", "now", "loss")
    amounts = {name: str(getattr(repayment, name)) for name in money}
    return {
        "investment": repayment.investment,
        "investor": repayment.investor,
        "tranche": repayment.tranche,
        **amounts,
        "annual_return": None if rate is None else decimal_text(rate),
    }


def _others(settlement: Settlement) -> list[dict[str, str]]:
    investments = settlement.terms.programme.investments
    total: dict[tuple[str, str], Decimal] = {}
    for step in settlement.waterfall.distributions:
        if step.to not in investments:
            total[step.to, step.step] = total.get((step.to, step.step), Decimal(0)) + step.amount
    return [{"party": party, "step": step, "amount": str(amount)} for (party, step), amount in total.items()]


def _planned(settlement: Settlement) -> list[dict[str, str]]:
    planned = settlement.terms.programme.outcome_payment_plan.planned
    return [{"by": row.by.isoformat(), "amount": decimal_text(row.amount.number)} for row in planned if row.amount.number is not None]


def _claims(settlement: Settlement) -> str:
    statement = settlement.statement
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("claim", "line", "state", "earned", "paid", "group", "reason", "clause", "limits"))
    rows = [
        (
            row.claim,
            row.line,
            "accepted",
            str(row.earned),
            str(row.left),
            row.group,
            "",
            "",
            "; ".join(f"{name} {cut}" for name, cut in row.cuts),
        )
        for row in statement.decided
    ]
    for state, refusals in (("refused", statement.refused), ("waiting", statement.waiting)):
        rows += [(row.claim, row.line, state, "0", "0", "", row.reason, "/".join(map(str, row.clause)), "") for row in refusals]
    writer.writerows(sorted(rows))
    return out.getvalue()


def _dump(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
