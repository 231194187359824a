"""Two partners' lists of the same people, reconciled without a name: keyed tokens, compared by splink.

Comes in: tokens that each side made of its own list with a shared secret. Goes out: who is on both, who on one only,
who is in doubt and in what the two differ. The secret is another for each pair of partners, so that tokens of one
exchange mean nothing in another.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

CERTAIN = 0.99
POSSIBLE = 0.5
_ONE_IN_A_LIST = 0.001
"""The chance that two persons picked from two lists are one: about one in a thousand for lists of a thousand people."""


@dataclass(frozen=True)
class Tokens:
    """What one list says of one person, each part under the secret; empty where it is not known. `person` is that list's own key."""

    person: str
    family_name: str
    family_start: str
    given_name: str
    given_initial: str
    birth_date: str
    birth_month: str
    birth_swapped: str
    sex: str


@dataclass(frozen=True)
class Link:
    """Somebody on both lists, how probable that is, and the parts in which the lists differ."""

    ours: str
    theirs: str
    probability: float
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Reconciliation:
    """Two lists side by side. Every person of each list stands in exactly one place."""

    linked: tuple[Link, ...]
    doubtful: tuple[Link, ...]
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]


def tokens_of(values: Mapping[str, str], *, person: str, secret: bytes) -> Tokens:
    """Tokens of one person. `values`: `family_name`, `given_name`, `birth_date` (ISO), `sex`, each may be absent."""
    family, given = folded(values.get("family_name", "")), folded(values.get("given_name", ""))
    birth = values.get("birth_date", "")
    year, month, number = birth.split("-") if birth else ("", "", "")

    def token(kind: str, word: str) -> str:
        return hmac.new(secret, f"{kind}:{word}".encode(), hashlib.sha256).hexdigest()[:32] if word else ""

    return Tokens(
        person=person,
        family_name=token("family", family),
        family_start=token("family start", family[:4]),
        given_name=token("given", given),
        given_initial=token("given initial", given[:1]),
        birth_date=token("birth", birth),
        birth_month=token("birth month", birth[:7]),
        birth_swapped=token("birth", f"{year}-{number}-{month}" if birth else ""),
        sex=token("sex", values.get("sex", "")),
    )


def folded(name: str) -> str:
    """A name as it is compared: without accents, case, hyphens, spaces and the particles that offices put elsewhere."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ij", "y").replace("ß", "ss"))
    words = re.findall(r"[^\W_]+", "".join(mark for mark in plain if not unicodedata.combining(mark)))
    return "".join(word for word in words if word not in _PARTICLES) or "".join(words)


_PARTICLES = {"van", "de", "der", "den", "het", "t", "ter", "ten", "el", "al", "la", "di", "da", "dos", "von"}


def reconcile(ours: Sequence[Tokens], theirs: Sequence[Tokens]) -> Reconciliation:
    """Who is on both lists. A person is linked once, with the most probable other; ties are doubtful, never guessed."""
    if not ours or not theirs:
        return Reconciliation((), (), tuple(sorted(row.person for row in ours)), tuple(sorted(row.person for row in theirs)))
    left, right = ({row.person: row for row in side} for side in (ours, theirs))
    scored = sorted(_scores(ours, theirs), key=lambda row: (-row[2], row[0], row[1]))
    best: dict[tuple[str, str], list[float]] = {}
    for mine, other, probability in scored:
        best.setdefault(("ours", mine), []).append(probability)
        best.setdefault(("theirs", other), []).append(probability)
    linked: list[Link] = []
    doubtful: list[Link] = []
    taken: set[tuple[str, str]] = set()
    for mine, other, probability in scored:
        if ("ours", mine) in taken or ("theirs", other) in taken:
            continue
        rivals = max(best["ours", mine].count(probability), best["theirs", other].count(probability)) > 1
        found = Link(mine, other, round(probability, 4), _differences(left[mine], right[other]))
        (doubtful if rivals or probability < CERTAIN else linked).append(found)
        taken |= {("ours", mine), ("theirs", other)}
    return Reconciliation(
        tuple(sorted(linked, key=lambda link: link.ours)),
        tuple(sorted(doubtful, key=lambda link: link.ours)),
        tuple(sorted(person for person in left if ("ours", person) not in taken)),
        tuple(sorted(person for person in right if ("theirs", person) not in taken)),
    )


def _differences(mine: Tokens, other: Tokens) -> tuple[str, ...]:
    return tuple(part for part in ("family_name", "given_name", "birth_date", "sex") if getattr(mine, part) != getattr(other, part))


def _scores(ours: Sequence[Tokens], theirs: Sequence[Tokens]) -> list[tuple[str, str, float]]:
    """Pairs that share a name or a date, with the probability that they are one person (Fellegi and Sunter, by splink)."""
    import pyarrow as pa  # noqa: PLC0415 - linkage is rare, its libraries are heavy
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415
    from splink.blocking_rule_library import CustomRule  # noqa: PLC0415

    logging.getLogger("splink").setLevel(logging.ERROR)
    database = DuckDBAPI()
    names = [field.name for field in fields(Tokens)]
    tables = [
        database.register(pa.table({name: [getattr(row, name) or None for row in side] for name in names}), dataset_display_name=label)
        for side, label in ((ours, "ours"), (theirs, "theirs"))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=[
            block_on("birth_date"),
            block_on("family_name"),
            block_on("birth_month", "given_initial"),
            block_on("family_start", "given_initial"),
            CustomRule("l.birth_date = r.birth_swapped"),
        ],
        probability_two_random_records_match=_ONE_IN_A_LIST,
        unique_id_column_name="person",
        retain_matching_columns=False,
    )
    linker = Linker(tables, settings, log_level=logging.ERROR)
    predicted: Any = linker.inference.predict(threshold_match_probability=POSSIBLE)
    rows = predicted.as_pyarrow_table().to_pylist()
    return [
        (row["person_l"], row["person_r"], row["match_probability"])
        if row["source_dataset_l"] == "ours"
        else (row["person_r"], row["person_l"], row["match_probability"])
        for row in rows
    ]


def _comparisons() -> list[Any]:
    """How much each agreement weighs: m, the chance of it for one person on two lists; u, for two persons.

    The chances are set, not learnt: lists of a prison are too short to learn from, and a link must not depend on who
    else is on the list. u of a name follows from its spread in the Dutch population, u of a date from 365 x 40 days.
    """
    from splink.comparison_level_library import CustomLevel, ElseLevel, ExactMatchLevel, NullLevel  # noqa: PLC0415
    from splink.comparison_library import CustomComparison  # noqa: PLC0415

    def comparison(column: str, *levels: Any, otherwise: tuple[float, float]) -> Any:
        last = ElseLevel().configure(m_probability=otherwise[0], u_probability=otherwise[1])
        return CustomComparison([NullLevel(column), *levels, last], output_column_name=column)

    def exact(column: str, m: float, u: float) -> Any:
        return ExactMatchLevel(column).configure(m_probability=m, u_probability=u)

    swapped = CustomLevel("birth_date_l = birth_swapped_r").configure(m_probability=0.01, u_probability=0.00007)
    return [
        comparison("family_name", exact("family_name", 0.90, 0.001), exact("family_start", 0.06, 0.003), otherwise=(0.04, 0.996)),
        comparison("given_name", exact("given_name", 0.80, 0.005), exact("given_initial", 0.15, 0.055), otherwise=(0.05, 0.94)),
        comparison("birth_date", exact("birth_date", 0.95, 0.00007), swapped, exact("birth_month", 0.02, 0.002), otherwise=(0.02, 0.99786)),
        comparison("sex", exact("sex", 0.99, 0.85), otherwise=(0.01, 0.15)),
    ]
