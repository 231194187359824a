"""What happened, as parts of an INDIGO project: money that moved, results, payments planned and due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from makegood.programme.root import Programme
from makegood.report.indigo_values import money, sourced, value, words

KINDS = {
    "drawing": ("Other", "Capital drawn; the terms do not say whether as debt or as equity."),
    "grant": ("Grant", ""),
    "fee": ("Other", "Fee."),
    "guarantee": ("Other", "Paid under a guarantee."),
    "outcome_payment": ("Outcome Payment", ""),
    "repayment": ("Capital Repayment and Interest", "Repayment; capital and return are not told apart."),
}
"""Kind of transaction -> (the standard's word, what that word leaves out). A commitment moves no money and stands with the investment."""
NOTHING, SOME = "No repayment (no principle or return)", "Some repayment (but below value of principle)"
ALL, MORE = "Principal repaid (but no net return)", "Principal + positive financial returns"
COMPARED = {
    "none": "",
    "fixed_rate": "a fixed rate",
    "historical_baseline": "an earlier period",
    "modelled": "a model",
    "matched_group": "a matched group",
    "randomised_group": "a randomised group",
}


def investments(programme: Programme, told: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Capital that was committed, and how far each investment was repaid."""
    held = {row["investment"]: row for row in told["investor_repayments"]} if told else {}
    for code, investment in programme.investments.items():
        row = held.get(code)
        extra = [programme.parties[investment.investor].name + "."] if investment.investor in programme.parties else []
        if row is not None:
            extra.append(f"Drawn {row['drawn']}, repaid {row['repaid']} {programme.currency} as of {told['as_of'] if told else ''}.")
        yield {
            "id": code,
            "organisation_id": value(investment.investor),
            "investment_commitment": {
                "currency": value(programme.currency),
                "amount": {"exact": value(investment.committed.number)},
            },
            "investor_repayment": value(repayment_in_words([row]) if row is not None else None),
            **sourced(investment, programme, *extra),
        }


def transactions(programme: Programme, rows: Sequence[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Money that moved, by date."""
    for row in sorted(rows, key=lambda record: (record["date"], record["transaction"])):
        if row["kind"] not in KINDS:
            continue
        kind, note = KINDS[row["kind"]]
        owned = [
            code
            for code, investment in programme.investments.items()
            if investment.investor in (row["from"], row["to"]) and row.get("tranche") in (None, investment.tranche, code)
        ]
        yield {
            "investment_id": value(owned[0]) if len(owned) == 1 and row["kind"] in ("drawing", "repayment") else None,
            "date": value(row["date"]),
            "sending_organisation_id": value(row["from"]),
            "receiving_organisation_id": value(row["to"]),
            "transaction_type": value(kind),
            "money": money(row["currency"], Decimal(row["amount"])),
            "notes": " ".join(filter(None, (note, f"Transaction '{row['transaction']}'."))),
        }


def results(
    programme: Programme, inputs: Mapping[str, Sequence[Mapping[str, str]]], told: Mapping[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """Results as they were read (an effect before another result of its metric), then claims as counts: no person is named."""
    compared = {row["metric"] for row in inputs.get("effect", ())}
    for row in (*(row for row in inputs.get("results", ()) if row["metric"] not in compared), *inputs.get("effect", ())):
        metric = programme.outcome_metrics.get(row["metric"])
        status = {"interim": "Interim", "final": "Final"}.get(row.get("status", ""))
        unit = row.get("unit") or (metric.unit if metric else "")
        yield {
            "outcome_metric_id": value(row["metric"]),
            "result_level": value("Outcome level"),
            "result_type": value(status),
            "period": {"start_date": value(row.get("period_start")), "end_date": value(row.get("period_end", row.get("observed_until")))},
            "outcomes_achieved": value(f"{words(metric.title) if metric else row['metric']}: {row['value']} ({unit})"),
            "other_description_of_result": value(_compared(row)),
            "outcomes_validator_organisation_ids": value(row.get("validated_by")),
            "source_ids": "settlement",
            "notes": " ".join(_labels(row)),
        }
    for payment in told["outcome_payments"] if told else ():
        if payment["claims"]:
            line = programme.outcome_pricings[payment["line"]]
            yield {
                "outcome_metric_id": value(payment["metric"]),
                "result_level": value("Outcome level"),
                "period": {"end_date": value(told["as_of"] if told else None)},
                "outcomes_achieved": value(f"{words(line.title)}: {payment['claims']} claims accepted, {payment['units']} units"),
                "source_ids": "settlement",
                "notes": f"Line '{payment['line']}', paid by {payment['payer']}.",
            }


def payment_plans(programme: Programme) -> Iterator[dict[str, Any]]:
    """The plan of outcome payments, where one was agreed."""
    planned = programme.outcome_payment_plan.planned
    if planned:
        period = {"start_date": value(programme.calendar.starts_on), "end_date": value(max(row.by for row in planned))}
        yield {"id": value("plan"), "period": period, **sourced(programme.outcome_payment_plan, programme)}


def outcome_payments(programme: Programme, told: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Payments planned (what the plan adds by each date) and, with a settlement, those that are due."""
    before, start = Decimal(0), programme.calendar.starts_on
    for planned in programme.outcome_payment_plan.planned:
        if planned.amount.number is not None:
            yield {
                "outcome_payment_plan_id": value("plan"),
                "period": {"start_date": value(start), "end_date": value(planned.by)},
                "type": value("Planned"),
                "money": money(programme.currency, planned.amount.number - before),
            }
            before, start = planned.amount.number, planned.by
    for row in told["outcome_payments"] if told else ():
        if Decimal(row["due"]):
            period = row["period"] or [programme.calendar.starts_on.isoformat(), told["as_of"] if told else None]
            yield {
                "outcome_metric_id": value(row["metric"]),
                "period": {"start_date": value(period[0]), "end_date": value(period[1])},
                "payer_organisation_id": value(row["payer"]),
                "type": value("Actual"),
                "money": money(programme.currency, Decimal(row["due"])),
                "source_ids": "settlement",
                "notes": f"Line '{row['line']}'; {row['paid_before']} of it was paid before, {row['amount']} falls due now.",
            }


def percent(rate: str) -> str:
    """A yearly rate as people read it: -0.293 is -29.3%."""
    return f"{Decimal(rate) * 100:.1f}%"


def repayment_in_words(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """How far investors were repaid, in the standard's words; None where nothing was drawn."""
    drawn, repaid = (sum((Decimal(row[name]) for row in rows), Decimal(0)) for name in ("drawn", "repaid"))
    if not drawn:
        return None
    return NOTHING if not repaid else SOME if repaid < drawn else ALL if repaid == drawn else MORE


def _compared(row: Mapping[str, str]) -> str:
    if "comparison_value" not in row:
        return ""
    kind = COMPARED.get(row.get("comparison_kind", ""), "")
    return f"Compared with {row['comparison_value']}{f' ({kind})' if kind else ''}."


def _labels(row: Mapping[str, str]) -> Iterator[str]:
    told = {"n": "Persons: {}.", "comparison_n": "Persons in the comparison: {}.", "unmatched_n": "Without a match: {}.",
            "accepted": "Accepted: {}.", "estimator": "Estimator: {}.", "p": "p = {}."}  # fmt: skip
    for column in ("cohort", "class", "payer", "phase", "component"):
        if row.get(column, "all") != "all":
            yield f"{column.capitalize()}: {row[column]}."
    for column, sentence in told.items():
        if column in row:
            yield sentence.format(row[column])
    if "ci_low" in row and "ci_high" in row:
        yield f"95% interval from {row['ci_low']} to {row['ci_high']}."
