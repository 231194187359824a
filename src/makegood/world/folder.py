"""A world as the files of a data folder: CSV with the fixed columns, what was planted, and a manifest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from itertools import chain, count

from makegood.values.fingerprint import sha256_of
from makegood.world.background import Characteristics
from makegood.world.invent import Control, Participant, World
from makegood.world.manifest import manifest
from makegood.world.records import Spell
from makegood.world.recruitment_files import recruitment_files

BACKGROUND = tuple(field.name for field in fields(Characteristics))
SPELLS = ("spell", "person", "kind", "start", "end", "hours_per_week", "contract", "source")


def data_folder(world: World) -> dict[str, str]:
    """Every file of the folder, name -> text; `manifest.json` carries the SHA-256 of each other one."""
    lives = [someone.life for someone in world.everybody]
    files = {
        "people.csv": _people(world),
        "spells.csv": _spells("S", chain.from_iterable(life.spells for life in lives)),
        "coverage.csv": _csv(
            ("person", "kind", "source", "start", "end"),
            ([row.person, row.kind, row.source, row.start, row.end] for life in lives for row in life.coverage),
        ),
        "observations.csv": _csv(
            ("observation", "subject", "metric", "date", "value", "unit", "cohort", "source"),
            (
                [f"O{number:06}", row.subject, row.metric, row.on, row.value, row.unit, row.cohort, row.source]
                for number, row in zip(count(1), chain.from_iterable(life.observations for life in lives), strict=False)
            ),
        ),
        "transactions.csv": _csv(
            ("transaction", "date", "kind", "from", "to", "amount", "currency"),
            (
                [f"T{number:03}", row.on, row.kind, row.giver, row.taker, row.amount, row.currency]
                for number, row in enumerate(world.transactions, start=1)
            ),
        ),
        "characteristics.csv": _characteristics(world.everybody),
        "treated.csv": _treated(world),
        "pool.csv": _characteristics(world.pool),
        "history.csv": _spells("H", chain.from_iterable(life.before for life in lives)),
        "register.csv": _register(world),
        "planted.csv": _csv(
            ("person", "matchable", "expected_months_without", "months_with"),
            (
                [someone.person, "yes" if someone.matchable else "no", f"{someone.expected_months:.4f}", someone.months]
                for someone in world.participants
            ),
        ),
        "names.csv": _csv(
            ("person", "given_name", "family_name"),
            ([someone.person, someone.given_name, someone.family_name] for someone in world.participants),
        ),
        "differences.csv": _csv(
            ("difference", "kind", "variable", "code", "group", "published", "used", "why", "source"),
            (
                [row.difference, row.kind, row.variable, row.code, row.group, row.published, row.used, row.why, row.source]
                for row in world.plan.differences
            ),
        ),
    }
    if world.recruitment is not None and world.plan.recruitment is not None:
        files |= recruitment_files(world.recruitment, world.plan.recruitment.words, seed=world.seed, csv=_csv)
    hashes = {file: sha256_of(text.encode("utf-8")) for file, text in files.items()}
    files["manifest.json"] = json.dumps(manifest(world, files=hashes), ensure_ascii=False, indent=2) + "\n"
    return files


def _people(world: World) -> str:
    cohort = world.plan.specification.cohort
    own = (
        [someone.person, cohort, "programme", someone.dates.index_date, someone.dates.engaged_on, someone.dates.left_on]
        for someone in world.participants
    )
    others = ([someone.person, cohort, "comparison", someone.index_date, "", ""] for someone in world.pool)
    return _csv(("person", "cohort", "arm", "index_date", "engaged_on", "left_on"), chain(own, others))


def _characteristics(people: Iterable[Participant | Control]) -> str:
    rows = ([someone.person, *(getattr(someone.background, name) for name in BACKGROUND)] for someone in people)
    return _csv(("person", *BACKGROUND), rows)


def _treated(world: World) -> str:
    work = world.plan.specification.work
    never = {history.code for history in work.histories if not history.started}
    rows = (
        [
            someone.person,
            "no" if someone.entry[work.variable] in never else "yes",
            *(getattr(someone.background, name) for name in BACKGROUND),
        ]
        for someone in world.participants
    )
    return _csv(("person", "started", *BACKGROUND), rows)


def _spells(prefix: str, spells: Iterable[Spell]) -> str:
    ordered = sorted(spells, key=lambda spell: (spell.person, spell.start, spell.kind, spell.end or date.max, spell.hours_per_week or 0))
    return _csv(
        SPELLS,
        (
            [f"{prefix}{number:06}", row.person, row.kind, row.start, row.end, row.hours_per_week, row.contract, row.source]
            for number, row in enumerate(ordered, start=1)
        ),
    )


def _register(world: World) -> str:
    variables = list(world.participants[0].entry)
    return _csv(("person", *variables), ([someone.person, *someone.entry.values()] for someone in world.participants))


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
