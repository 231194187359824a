"""How a metric is measured, as a sentence: from the terms that the measurement carries with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

UNKNOWN_MONTH = {
    "not_counted": "an unknown month does not count",
    "counted": "an unknown month counts",
    "left_out": "who has an unknown month is left out",
}
UNKNOWN_PERSON = {
    "not_counted": "who is unknown does not count",
    "counted": "who is unknown counts",
    "left_out": "who is unknown is left out",
}
VALUE = {"total": "added up over persons", "mean": "the mean of persons", "share": "the share of persons who have any"}
TAKE = {
    "count": "number of {name}",
    "any": "whether there was any {name}",
    "sum": "sum of {name}",
    "mean": "mean of {name}",
    "first": "first {name}",
    "last": "last {name}",
    "change": "last less first {name}",
}


def rule_in_words(told: Mapping[str, Any]) -> str:
    """One sentence: what is counted, how persons become the figure, what an unknown month or person does."""
    terms = told["measured"]
    value = VALUE[terms.get("value", "mean")]
    unknown = terms.get("unknown", "not_counted")
    if "months_of" in terms:
        what = f"months of the {told['window_months']} after the index date {condition(terms)}"
        return f"{what}; {value}; {UNKNOWN_MONTH[unknown]}"
    if "class_of" in terms:
        value = value.replace("who have any", "in the class")
        return f"persons with {class_range(terms)} months of {terms['class_of']}; {value}; {UNKNOWN_PERSON[unknown]}"
    take = TAKE[terms["take"]].format(name=str(terms["observed"]).replace("_", " "))
    return f"{take} in the {told['window_months']} months after the index date; {value}; {UNKNOWN_PERSON[unknown]}"


def condition(terms: Mapping[str, Any]) -> str:
    """When a month counts."""
    rule, kind = terms["counts_when"], terms["months_of"]
    if "average_hours" in rule:
        return f"with {kind} of at least {rule['average_hours']} hours a week on average"
    if "contract_hours" in rule:
        return f"with {kind} of at least {rule['contract_hours']} hours a week on at least {percent(rule['on_share_of_days'])} of the days"
    days = int(rule["any_day"])
    return f"with {kind} on at least {days} day{'' if days == 1 else 's'}"


def class_range(terms: Mapping[str, Any]) -> str:
    """The months of a class: `at least 18`, `12 to 17`, `at most 5`."""
    low, high = terms.get("at_least"), terms.get("at_most")
    return f"{low} to {high}" if low is not None and high is not None else f"at least {low}" if high is None else f"at most {high}"


def percent(share: object) -> str:
    """A share as people write it: 0.5 is 50%."""
    return f"{(Decimal(str(share)) * 100).normalize():f}%"
