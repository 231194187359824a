"""A change of criteria that somebody thinks of: written as an amendment, laid over the text, checked as if it were agreed.

What a proposal would do is computed from the same text that would come into force, so that nothing else is agreed than
what was looked at.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from makegood.programme.checking import check_terms
from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import Criterion, Need
from makegood.programme.reading import Agreement, Terms, agreement_from
from makegood.programme.yaml_text import Place, YamlText, parse_yaml_text
from makegood.values.fingerprint import decimal_text
from makegood.values.problem import Problem, Refused, Where

CRITERIA = "delivery/criteria"
EDGES = {"from_": "from", "above": "above", "below": "below", "up_to": "up_to"}
"""Field of a need -> the word of the file."""


@dataclass(frozen=True)
class Limit:
    """A number in a criterion that can be moved: where it stands and what it is."""

    term: str
    criteria_list: str
    criterion: str
    item: str
    edge: str
    value: str


def limits(delivery: Delivery, *, on: date) -> Iterator[Limit]:
    """Every number in the criteria in force on a day."""
    for listed_in, listing in delivery.criteria.items():
        for name, criterion in listing.criteria.items():
            if _runs(criterion, on):
                place = f"{CRITERIA}/{listed_in}/criteria/{name}/when"
                yield from _limits(criterion.when, place, listed_in, name)


def _runs(criterion: Criterion, on: date) -> bool:
    begun = criterion.from_ is None or criterion.from_ <= on
    return begun and (criterion.retired_on is None or on < criterion.retired_on)


def _limits(need: Need, place: str, listed_in: str, name: str) -> Iterator[Limit]:
    if need.item is not None:
        for field, edge in EDGES.items():
            value = getattr(need, field)
            if value is not None:
                yield Limit(f"{place}/{edge}", listed_in, name, need.item, edge, decimal_text(value))
    for word in ("all_of", "any_of", "none_of"):
        for index, part in enumerate(getattr(need, word) or []):
            yield from _limits(part, f"{place}/{word}/{index}", listed_in, name)


def dropped(criteria_list: str, criterion: str) -> dict[str, Any]:
    """The change that ends a criterion."""
    return {"term": f"{CRITERIA}/{criteria_list}/criteria/{criterion}", "retired": "yes"}


def moved(limit: Limit, becomes: str) -> dict[str, Any]:
    """The change that moves a limit."""
    return {"term": limit.term, "was": limit.value, "becomes": becomes}


def added(criteria_list: str, criterion: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The change that brings a criterion."""
    return {"term": f"{CRITERIA}/{criteria_list}/criteria/{criterion}", "added": dict(terms)}


def with_amendment(agreement: Agreement, name: str, amendment: Mapping[str, Any]) -> Agreement:
    """The agreement as it would be with one more amendment. Raises Refused with every problem.

    The amendment may still lack its `analysis`, since that is computed from what this gives.
    """
    data = copy.deepcopy(agreement.text.data)
    data.setdefault("amendments", {})
    if name in data["amendments"]:
        where = Where(agreement.text.file, 0, f"amendments/{name}")
        raise Refused([Problem(where, "already_there", f"there is an amendment '{name}' already", "", "give it another name")])
    data["amendments"][name] = _as_text(amendment)
    return agreement_from(YamlText(agreement.text.file, data, dict(agreement.text.lines)), check=_without_analysis)


def read_proposal(content: bytes) -> Agreement:
    """A programme file as it would be agreed, the analysis of its newest amendment still to come. Raises Refused."""
    return agreement_from(parse_yaml_text(content, file="programme.yaml"), check=_without_analysis)


def _without_analysis(terms: Terms) -> list[Problem]:
    return [problem for problem in check_terms(terms) if problem.code != "no_analysis"]


def _as_text(value: Any) -> Any:
    """Every scalar as the text that a file would hold."""
    if isinstance(value, Mapping):
        return {str(key): _as_text(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_text(inner) for inner in value]
    return str(value)


def new_amendment(agreement: Agreement, text: YamlText) -> tuple[str, dict[str, Any]]:
    """The one amendment by which a text goes beyond an agreement: its name and its terms. Raises Refused otherwise.

    A text that changed what was agreed, and not by an amendment, is refused: nobody could see what moved.
    """

    def no(code: str, what: str, remedy: str, place: Place = ()) -> Refused:
        why = "One analysis belongs to one amendment, and all else stays as it was agreed"
        return Refused([Problem(Where(text.file, text.line_of(place), "/".join(map(str, place))), code, what, why, remedy)])

    old = agreement.text.data
    for key in dict.fromkeys([*old, *text.data]):
        if key != "amendments" and old.get(key) != text.data.get(key):
            raise no("not_by_amendment", f"'{key}' differs from the terms that are agreed", "write the change as an amendment", (key,))
    before, now = old.get("amendments") or {}, text.data.get("amendments") or {}
    for name in before:
        if before[name] != now.get(name):
            raise no("not_by_amendment", f"the amendment '{name}' was changed", "write a new amendment", ("amendments", name))
    fresh = [name for name in now if name not in before]
    if len(fresh) != 1:
        what = f"the file has {len(fresh)} new amendments" if fresh else "the file has no new amendment"
        raise no("not_one_amendment", what, "send a file with one new amendment", ("amendments",))
    return fresh[0], dict(now[fresh[0]])


def touches_criteria(amendment: Mapping[str, Any]) -> bool:
    """Whether an amendment changes criteria, and so must carry its analysis."""
    return any(str(change.get("term", "")).strip("/").startswith(CRITERIA) for change in amendment.get("changes") or [])


def amendment_text(name: str, amendment: Mapping[str, Any]) -> str:
    """The amendment as it can be put in the programme file, under `amendments`."""
    plain = yaml.safe_dump({name: _as_text(amendment)}, sort_keys=False, allow_unicode=True, width=100)
    return "".join(f"  {line}\n" for line in plain.splitlines())
