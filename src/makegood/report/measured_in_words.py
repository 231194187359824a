"""Results and claims as they were read, in words: what was measured, against what, on which evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from makegood.report.payment_in_words import party_name
from makegood.report.statement_values import Measured
from makegood.report.steps_in_words import Kind, Telling
from makegood.settle import Settlement


def measured_of(settlement: Settlement, telling: Telling) -> Iterator[Measured]:
    """Each result in the order of the terms' metrics; what a comparison stands for comes after it and says so."""
    order = list(settlement.terms.programme.outcome_metrics)
    records = (*settlement.inputs["effect"], *settlement.inputs["results"])
    for record in sorted(records, key=lambda row: order.index(row["metric"]) if row["metric"] in order else len(order)):
        yield _measured(record, settlement, telling)


def _measured(record: Mapping[str, str], settlement: Settlement, telling: Telling) -> Measured:
    language, metrics = telling.language, settlement.terms.programme.outcome_metrics
    metric = metrics.get(record["metric"])
    unit = metric.unit if metric else ""
    kind: Kind = "share" if "share" in unit or "%" in unit else "plain"
    compared = against = ""
    if "comparison_value" in record and "comparison_kind" in record:  # another arm's figure alone is no comparison
        compared = telling.amount(Decimal(record["comparison_value"]), kind)
        against = language.say("kind_" + record["comparison_kind"])
    effects = settlement.inputs["effect"]
    used = record in effects or record["metric"] not in {row["metric"] for row in effects}
    lines = settlement.terms.programme.outcome_pricings.values()
    target = metric.target if metric else None
    interval = ""
    if "ci_low" in record and "ci_high" in record:
        low, high = (telling.amount(Decimal(record[name]), kind) for name in ("ci_low", "ci_high"))
        interval = language.say("interval", low=low, high=high)
    return Measured(
        metric=language.title(metric.title) if metric else record["metric"],
        labels=", ".join([*_labels(record, settlement, telling), *([] if used else [language.say("not_used")])]),
        value=telling.amount(Decimal(record["value"]), kind),
        accepted=language.say("accepted", value=language.number(Decimal(record["accepted"]))) if "accepted" in record else "",
        compared=compared,
        against=against,
        persons=language.number(Decimal(record["n"])) if "n" in record else "",
        unmatched=language.say("unmatched", n=language.number(Decimal(record["unmatched_n"]))) if "unmatched_n" in record else "",
        until=language.day(date.fromisoformat(record["observed_until"])) if "observed_until" in record else "",
        target=telling.amount(target.number, kind) if target is not None and target.number is not None else "",
        interval=interval,
        source=", ".join(_source(record, settlement, telling)),
        paid=used and any(line.metric == record["metric"] for line in lines),
    )


def _labels(record: Mapping[str, str], settlement: Settlement, telling: Telling) -> Iterator[str]:
    """What tells this result from others of its metric: group, period where there are several, interim or final."""
    language, programme = telling.language, settlement.terms.programme
    titles = {"cohort": {name: row.title for name, row in programme.cohorts.items()}, "class": programme.classes, "phase": programme.phases}
    for column in ("cohort", "class", "payer", "phase", "component"):
        value = record.get(column, "all")
        if value != "all":
            title = titles.get(column, {}).get(value)
            yield language.title(title) if title else party_name(settlement, value)
    beside = settlement.inputs["effect"] if record in settlement.inputs["effect"] else settlement.inputs["results"]
    several = any(other is not record and other["metric"] == record["metric"] for other in beside)
    if several and "period_start" in record and "period_end" in record:
        yield " – ".join(language.day(date.fromisoformat(record[name])) for name in ("period_start", "period_end"))
    if "status" in record:
        yield language.say(f"status_{record['status']}")


def _source(record: Mapping[str, str], settlement: Settlement, telling: Telling) -> Iterator[str]:
    say, language = telling.language.say, telling.language
    if "report_version" in record:
        yield say("report_version", version=record["report_version"])
    if "report_sha256" in record:
        yield f"SHA-256 {record['report_sha256'][:12]}…"
    if "validated_by" in record:
        by = party_name(settlement, record["validated_by"])
        day = language.day(date.fromisoformat(record["validated_on"])) if "validated_on" in record else ""
        yield say("validated_by_on", by=by, day=day) if day else say("validated_by", by=by)


def _made_from(settlement: Settlement, telling: Telling) -> Iterator[tuple[str, str]]:
    """What results were made from: the records of a measurement, a comparison with its signer and its protocol."""
    say, told = telling.language.say, settlement.provenance
    if "measured" in told:
        yield say("from_measurement"), f"SHA-256 {told['measured']}"
    if "effect" in told:
        yield say("from_comparison"), f"SHA-256 {told['effect']}"
        if told.get("effect_signed_by"):
            yield say("signed_by"), party_name(settlement, told["effect_signed_by"])
        if told.get("effect_protocol"):
            yield say("protocol"), f"SHA-256 {told['effect_protocol']}"
        locked, _, by = told.get("effect_protocol_locked", "").partition(" by ")
        if by and by != "nobody":
            names = telling.language.listed([party_name(settlement, name) for name in by.split(", ")])
            yield (
                say("locked_on"),
                say("locked", day=telling.language.loose_day(locked) if locked != "undated" else say("undated"), by=names),
            )


def evidence_of(settlement: Settlement, telling: Telling) -> Iterator[tuple[str, str]]:
    """What stands behind results and claims: reports, validation, kinds of document, what results were made from."""
    language, say = telling.language, telling.language.say
    metrics = settlement.terms.programme.outcome_metrics
    for record in (*settlement.inputs["results"], *settlement.inputs["effect"]):
        told = ", ".join(_source(record, settlement, telling))
        if told:
            metric = metrics.get(record["metric"])
            title, labels = language.title(metric.title) if metric else record["metric"], ", ".join(_labels(record, settlement, telling))
            yield f"{title} ({labels})" if labels else title, told
    yield from _made_from(settlement, telling)
    kinds = Counter(row["evidence_kind"] for row in settlement.inputs["claims"] if "evidence_kind" in row)
    if kinds:
        words = [f"{language.number(Decimal(count))} × {kind.replace('_', ' ')}" for kind, count in kinds.most_common(8)]
        yield say("evidence_of_claims"), ", ".join(words)
    whole = next((row for row in settlement.inputs["claims"] if "file_sha256" in row), None)
    if whole is not None:
        yield say("claims_file"), f"SHA-256 {whole['file_sha256']}"
