"""How long the phases of a track last, from the days of contacts: nobody has to write down when a phase begins.

A phase begins on the day of its first contact, the first of them with the start of the track at the latest; it lasts until
the next phase begins. The last one lasts until somebody leaves, or goes on. A phase never begins before the one that it
follows: a contact that was written under a later phase too early moves nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

BEFORE_START = "before_start"
"""The phase of contacts before the track began; the others are those of the programme file."""


@dataclass(frozen=True)
class PhaseLength:
    """From when until when a phase lasted; `until_on` is the first day after it, None while it goes on."""

    phase: str
    from_on: date
    until_on: date | None
    days: int
    """Days, of a phase that goes on those until `on`."""


def phase_lengths(
    first_contacts: Iterable[tuple[str, date]], *, order: Sequence[str], started_on: date | None, left_on: date | None, on: date
) -> tuple[PhaseLength, ...]:
    """The phases that have begun by `on`, in their order. `first_contacts`: a phase and the day of a contact in it.

    Phases without a contact are left out; what is not in `order` is not a phase of this track. Contacts before the start
    that are followed by none end with the start.
    """
    first: dict[str, date] = {}
    for phase, day in first_contacts:
        if day <= on:
            first[phase] = min(day, first.get(phase, day))
    known = [phase for phase in (BEFORE_START, *order) if phase in first]
    first_of_track = next((phase for phase in known if phase != BEFORE_START), "")
    begins: list[date] = []
    for phase in known:
        day = first[phase]
        if started_on is not None and phase == first_of_track:
            day = min(day, started_on)
        begins.append(max(day, begins[-1]) if begins else day)
    last = min((day for day in (left_on, on) if day is not None), default=on)
    found = []
    for index, (phase, day) in enumerate(zip(known, begins, strict=True)):
        ends = begins[index + 1] if index + 1 < len(begins) else left_on if left_on is not None and left_on <= on else None
        if ends is None and phase == BEFORE_START and started_on is not None and started_on <= on:
            ends = max(started_on, day)
        found.append(PhaseLength(phase, day, ends, max(0, ((ends or last) - day).days)))
    return tuple(found)
