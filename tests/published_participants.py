"""119 invented participants whose answers have the published margins and go together as the published text says."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from random import Random

MARGINS = Path(__file__).parents[1] / "programmes" / "werk-na-detentie" / "world" / "margins.csv"
JUDGED = ("work_potential", "self_reliance", "risk_social_isolation", "participation_ladder_step")
PEOPLE = 119


def the_margins() -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {variable: Counter() for variable in JUDGED}
    for row in csv.DictReader(MARGINS.open(encoding="utf-8")):
        if row["variable"] in found:
            found[row["variable"]][row["code"]] = int(row["total"])
    return found


def participants(seed: int) -> list[dict[str, str]]:
    """119 people whose answers have the published margins and go together as the text says."""
    rng = Random(seed)  # noqa: S311 - deals invented people
    left = the_margins()
    potential = [code for code, count in left["work_potential"].items() for _ in range(count)]
    rng.shuffle(potential)
    people: list[dict[str, str]] = [{"work_potential": code} for code in potential]

    def having(*codes: str) -> list[dict[str, str]]:
        found = [person for person in people if person["work_potential"] in codes]
        rng.shuffle(found)
        return found

    def mark(person: dict[str, str], item: str, code: str) -> None:
        person[item] = code
        left[item][code] -= 1

    for person in having("high")[:2]:
        mark(person, "self_reliance", "low")
    signs = [("self_reliance", "low")] * 3 + [("risk_social_isolation", "high")] * 4 + [("participation_ladder_step", "step1")] * 8
    plus = having("low", "fair")[:13]
    # 15 signs over 13 people: each has one, and two have another of another kind.
    for person, sign in zip(plus, signs[2:], strict=True):
        mark(person, *sign)
    for person, sign in zip(plus[-2:], signs[:2], strict=True):
        mark(person, *sign)
    for item in JUDGED[1:]:
        codes = [code for code, count in left[item].items() for _ in range(count)]
        rng.shuffle(codes)
        for person in people:
            if item not in person:
                person[item] = codes.pop()
        assert codes == []
    return people
