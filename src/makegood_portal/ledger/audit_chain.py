"""The audit as a chain: batches of entries under keyed hashes, each covering the one before; and its proof.

A seal is HMAC-SHA256, with the key `audit` of the key file, over the seal before it and every entry of the batch in
canonical form. Whoever can write to the database but has not the key file cannot change, remove, reorder or slip in an
entry without `verify` saying where. The last seals are also noted in a file beside the keys, so that a chain that was
cut off at its end shows too. Encrypted values are covered as they lie there: erasing a person's key leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone

from makegood_portal.ledger.models import AuditEntry, AuditSeal

BATCH = 5_000
SETTLED = timedelta(minutes=15)
"""No transaction lasts longer: an entry whose number lies before seals of that age and is in none of them was slipped in."""
HEADS = "audit-seals.log"
START = "0" * 64
_LOCK = 5_091_580  # any number, the same for all sealers
COLUMNS = [
    "number",
    "at",
    "actor",
    "acting_as",
    "verb",
    "part",
    "table",
    "row",
    "candidacy",
    "person",
    "outcome",
    "facts",
    "sealed",
    "request",
    "shown",
]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A place where the chain does not hold; `seal` and `entry` are numbers, 0 where it is about neither."""

    what: str
    seal: int = 0
    entry: int = 0


def seal() -> int:
    """Seal up to `BATCH` entries that are in no seal; how many. Run it in the scope of the duty `seal`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditSeal.objects.order_by("-number").first()
    waiting = list(_unsealed()[:BATCH])
    if not waiting:
        return 0
    before = last.hash if last else START
    numbers = [row["number"] for row in waiting]
    made = AuditSeal(at=timezone.now(), entries=_ranges(numbers), count=len(numbers), before=before)
    made.hash = _hash(made, waiting)
    made.save(force_insert=True)
    transaction.on_commit(lambda: _note(made))
    return len(numbers)


def _unsealed() -> Any:
    recent = AuditSeal.objects.filter(at__gte=timezone.now() - SETTLED)
    older = AuditSeal.objects.filter(at__lt=timezone.now() - SETTLED).order_by("-number").first()
    floor = max((last for _, last in older.entries), default=0) if older else 0
    rows = AuditEntry.objects.filter(number__gt=floor).order_by("number").values(*COLUMNS)
    for made in recent:
        for first, last in made.entries:
            rows = rows.exclude(number__range=(first, last))
    return rows


def verify() -> tuple[Fault, ...]:
    """Every place where entries, seals and the noted heads do not agree; empty when the audit is whole."""
    return tuple(_faults())


def counts() -> tuple[int, int, datetime | None]:
    """How many entries are sealed, how many wait, and when the last seal was made: of what came later nothing is proven yet."""
    made = AuditSeal.objects.aggregate(total=Sum("count"), last=Max("at"))
    sealed = made["total"] or 0
    return sealed, AuditEntry.objects.count() - sealed, made["last"]


def _faults() -> Iterator[Fault]:
    before, sealed, seals, newest_settled = START, set[int](), dict[int, str](), 0
    horizon = timezone.now() - SETTLED
    for made in AuditSeal.objects.order_by("number").iterator():
        seals[made.number] = made.hash
        numbers = {number for first, last in made.entries for number in range(first, last + 1)}
        if made.before != before:
            yield Fault(what="a seal before this one is missing or was changed", seal=made.number)
        if twice := sealed & numbers:
            yield Fault(what="an entry is sealed twice", seal=made.number, entry=min(twice))
        rows = list(AuditEntry.objects.filter(number__in=numbers).order_by("number").values(*COLUMNS))
        found = {row["number"] for row in rows}
        if len(numbers) != made.count:
            yield Fault(what="the list of entries was changed", seal=made.number)
        for missing in sorted(numbers - found):
            yield Fault(what="a sealed entry is gone", seal=made.number, entry=missing)
        if found == numbers and not hmac.compare_digest(_hash(made, rows), made.hash):
            yield Fault(what="an entry in this batch, or its seal, was changed", seal=made.number, entry=min(numbers, default=0))
        sealed |= numbers
        before = made.hash
        if made.at < horizon:
            newest_settled = max([newest_settled, *numbers])
    for number in AuditEntry.objects.filter(number__lte=newest_settled).order_by("number").values_list("number", flat=True).iterator():
        if number not in sealed:
            yield Fault(what="an entry was slipped in behind the chain", entry=number)
    yield from _heads_disagree(seals)


def _heads_disagree(seals: dict[int, str]) -> Iterator[Fault]:
    for number, noted in _noted():
        if number not in seals:
            yield Fault(what="a noted seal is gone: the chain was cut off", seal=number)
        elif seals[number] != noted:
            yield Fault(what="a seal is not the one that was noted: the chain was made again", seal=number)


def _hash(of: AuditSeal, rows: Iterable[dict[str, Any]]) -> str:
    key = bytes.fromhex(settings.MAKEGOOD_KEYS["audit"])
    made = hmac.new(key, f"{of.before} {_word(of.at)}".encode(), hashlib.sha256)
    for row in rows:
        made.update(b"\n" + _canonical(row))
    return made.hexdigest()


def _canonical(row: dict[str, Any]) -> bytes:
    # Without a list it is as it was before lists were written down: seals of that time go on to hold.
    words = [_word(row[name]) for name in COLUMNS if name != "shown" or row[name] is not None]
    return json.dumps(words, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _word(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list):
        return [_word(one) for one in value]
    return value if isinstance(value, dict | int | str | None) else str(value)


def _ranges(numbers: list[int]) -> list[list[int]]:
    """[1, 2, 3, 7] as [[1, 3], [7, 7]]."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def _heads() -> Path:
    return Path(settings.MAKEGOOD_HOME) / HEADS


def _note(made: AuditSeal) -> None:
    _heads().parent.mkdir(parents=True, exist_ok=True)
    with _heads().open("a", encoding="utf-8") as file:
        file.write(f"{made.number} {made.hash}\n")


def _noted() -> Iterator[tuple[int, str]]:
    if _heads().is_file():
        for line in _heads().read_text(encoding="utf-8").splitlines():
            number, _, noted = line.partition(" ")
            if number.isdigit() and noted:
                yield int(number), noted
