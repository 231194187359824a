"""Reading the recruitment side of a world: `recruitment.yaml`, `reasons.csv`, `municipalities.csv`, whole or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pydantic import ValidationError

from makegood.cases.table import read_table
from makegood.programme.reading import problems_of
from makegood.programme.yaml_text import YamlText, read_yaml_text
from makegood.values.problem import Problem, Refused, Where
from makegood.world.recruitment_words import STEPS, RecruitmentWords

RECRUITMENT, REASONS, MUNICIPALITIES = "recruitment.yaml", "reasons.csv", "municipalities.csv"
LISTS = ("provider", "prison_service")
FAR = "too far away"


@dataclass(frozen=True)
class Municipality:
    """A municipality; `code` is its code in the published counts, empty for one of the others."""

    cbs_code: str
    name: str
    code: str
    weight: float
    note: str

    @property
    def far(self) -> bool:
        """Whether the provider does not go there."""
        return self.note == FAR


@dataclass(frozen=True)
class RecruitmentPlan:
    """Everything that the way from list to start must meet."""

    words: RecruitmentWords
    reasons: Mapping[str, Mapping[str, int]]
    """List of reasons -> reason -> people."""
    municipalities: tuple[Municipality, ...]

    def beside(self) -> dict[str, int]:
        """Reasons of the prison service -> people who were not selected."""
        left = dict(self.reasons["prison_service"])
        for pair in self.words.pairs:
            left[pair.prison_service] -= pair.people
        return left


def read_recruitment(folder: Path, *, participants: int) -> RecruitmentPlan | None:
    """The recruitment side of a world; None where it has none. Raises Refused with every problem of its files."""
    if not (folder / RECRUITMENT).exists():
        return None
    text = read_yaml_text(folder / RECRUITMENT)
    try:
        words = RecruitmentWords.model_validate(text.data)
    except ValidationError as error:
        found = problems_of(error, text, RecruitmentWords)
        raise Refused(replace(item, remedy=item.remedy.replace("reference/programme.md", "reference/world.md")) for item in found) from None
    problems: list[Problem] = []
    reasons = _reasons(folder / REASONS, problems)
    municipalities = tuple(_municipalities(folder / MUNICIPALITIES, problems))
    plan = RecruitmentPlan(words, reasons, municipalities)
    if not problems:
        problems += _checks(plan, text, participants)
    if problems:
        raise Refused(problems)
    return plan


def _reasons(path: Path, problems: list[Problem]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {name: {} for name in LISTS}
    try:
        table = read_table(path, required=("reason_list", "reason", "people", "source"))
    except Refused as refused:
        problems += refused.problems
        return found
    for place, row in table.dicts():
        listed, reason, people = row.get("reason_list", ""), row.get("reason", ""), row.get("people", "")
        where = replace(place, path=f"{listed}/{reason}")
        if listed not in found or not reason or not re.fullmatch(r"[0-9]{1,7}", people) or reason in found[listed]:
            what = f"found '{listed}', '{reason}', '{people}'"
            remedy = f"write one of {', '.join(LISTS)}, a reason that stands once, and a whole number of people"
            problems.append(Problem(where, "not_a_count", what, "", remedy))
        else:
            found[listed][reason] = int(people)
    return found


def _municipalities(path: Path, problems: list[Problem]) -> Iterator[Municipality]:
    try:
        table = read_table(path, required=("cbs_code", "name", "code", "weight", "note"))
    except Refused as refused:
        problems += refused.problems
        return
    for place, row in table.dicts():
        try:
            weight = Decimal(row.get("weight", ""))
        except InvalidOperation:
            weight = Decimal(-1)
        if not re.fullmatch(r"[0-9]{4}", row.get("cbs_code", "")) or not row.get("name") or not 0 < weight < 1000:
            shown = f"'{row.get('cbs_code', '')}', '{row.get('name', '')}', '{row.get('weight', '')}'"
            remedy = "write four digits, a name and a weight above 0"
            problems.append(Problem(place, "not_a_municipality", f"found {shown}", "", remedy))
        else:
            yield Municipality(row["cbs_code"], row["name"], row.get("code", ""), float(weight), row.get("note", ""))


def _checks(plan: RecruitmentPlan, text: YamlText, participants: int) -> Iterator[Problem]:
    words = plan.words

    def problem(path: Sequence[str], what: str, remedy: str) -> Problem:
        where = Where(text.file, text.line_of(tuple(path)), "/".join(path))
        return Problem(where, "does_not_add_up", what, "Everybody on the list starts or leaves with one reason of each list", remedy)

    totals = {name: sum(plan.reasons[name].values()) for name in LISTS}
    if totals["prison_service"] != words.listed - words.listed_and_started:
        what = f"{words.listed} listed less {words.listed_and_started} started are not the {totals['prison_service']} of reasons.csv"
        yield problem(["listed"], what, "correct one of the three")
    if totals["provider"] != words.selected - participants:
        what = f"{words.selected} selected less {participants} participants are not the {totals['provider']} of reasons.csv"
        yield problem(["selected"], what, "correct one of the three")
    if not 0 <= participants - words.listed_and_started <= 1:
        what = f"{participants} participants and {words.listed_and_started} of them listed: one at most may stand outside the list"
        yield problem(["listed_and_started"], what, "write the number of participants, or one less")
    paired: dict[str, int] = {}
    for pair in words.pairs:
        paired[pair.provider] = paired.get(pair.provider, 0) + pair.people
    for reason, people in plan.reasons["provider"].items():
        if paired.pop(reason, 0) != people:
            yield problem(["pairs"], f"the pairs of '{reason}' do not add up to {people}", "let them add up")
    for reason in sorted(paired):
        yield problem(["pairs"], f"reasons.csv has no reason '{reason}' of the provider", "spell it as there")
    for reason, people in plan.beside().items() if not paired else ():
        if people < 0:
            yield problem(["pairs"], f"more pairs have '{reason}' than people left with it", "let fewer have it")
    for name, steps in (("provider", words.leaves_at.provider), ("prison_service", words.leaves_at.prison_service)):
        left = plan.reasons[name] if name == "provider" else plan.beside()
        for reason in sorted({reason for reason, people in left.items() if people > 0} - set(steps)):
            yield problem(["leaves_at", name], f"nothing says at which step somebody leaves with '{reason}'", "name steps and weights")
        for reason, weights in steps.items():
            for step in sorted(set(weights) - set(STEPS[2:-1])):
                yield problem(["leaves_at", name, reason], f"nobody leaves at '{step}'", f"use one of {', '.join(STEPS[2:-1])}")
    for step in sorted(set(STEPS[1:-1]) ^ set(words.days)):
        yield problem(["days"], f"'{step}' stands in one of steps and days only", f"give days for {', '.join(STEPS[1:-1])}")
