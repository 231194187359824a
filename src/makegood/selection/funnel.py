"""From list to start: how many reached each step, who left where and why, as it was known to have happened by a day.

Counting is one pass over records (`count_by`); what is said of the counts (`shares_of`, `flows_of`) needs the counts
only, so that a database may count in its own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

from makegood.selection.shares import Share

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Listed:
    """A candidate on a list."""

    candidate: str
    site: str
    listed_on: date
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was done, or at which a candidate left.

    One exit may have a row for each list of reasons, since two organisations may record different ones.
    """

    candidate: str
    step: str
    outcome: Literal["done", "exit"]
    on: date
    reason_list: str | None = None
    reason: str | None = None


@dataclass
class Counts:
    """The state of a group on a day. `reached[step]`: did this step, or a later one of the order."""

    listed: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    left_after: Counter[str] = field(default_factory=Counter)
    """Last step done before leaving -> candidates who left."""
    exits: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(step at which they left, list of reasons, reason) -> candidates; each list counts every exit that it knows."""
    open: int = 0
    """On the way: neither started nor left."""

    @property
    def left(self) -> int:
        """Candidates who left."""
        return self.left_after.total()


def by_site(listed: Listed) -> str:
    """Groups by the place of recruitment."""
    return listed.site


def by_month(listed: Listed) -> date:
    """Groups by the month in which somebody came on the list; its first day."""
    return listed.listed_on.replace(day=1)


def by_channel(listed: Listed) -> str | None:
    """Groups by the way in which somebody heard of the programme."""
    return listed.channel


def count_by(
    group: Callable[[Listed], Key], listed: Iterable[Listed], taken: Iterable[Taken], *, order: Sequence[str], as_of: date
) -> dict[Key, Counts]:
    """The funnel of each group as of a day: what happened later does not count. Groups come in the order of the list.

    Who did something after leaving is back on the way. The last step of `order` is the start. A step that is no
    longer in `order` counts as none.
    """
    place = {step: number for number, step in enumerate(order)}
    last: dict[str, tuple[date, bool]] = {}
    furthest: dict[str, int] = {}
    exits: dict[str, dict[str | None, Taken]] = {}
    for row in sorted((row for row in taken if row.on <= as_of), key=lambda row: (row.on, row.outcome == "exit")):
        leaves = row.outcome == "exit"
        if leaves:
            exits.setdefault(row.candidate, {})[row.reason_list] = row
        else:
            furthest[row.candidate] = max(furthest.get(row.candidate, -1), place.get(row.step, -1))
            exits.pop(row.candidate, None)
        last[row.candidate] = (row.on, leaves)
    groups: dict[Key, Counts] = {}
    for someone in listed:
        if someone.listed_on > as_of:
            continue
        counts = groups.setdefault(group(someone), Counts())
        counts.listed += 1
        reached = furthest.get(someone.candidate, -1)
        for step in order[: reached + 1]:
            counts.reached[step] += 1
        if reached == len(order) - 1:
            continue
        if last.get(someone.candidate, (None, False))[1]:
            counts.left_after[order[reached] if reached >= 0 else ""] += 1
            for row in exits.get(someone.candidate, {}).values():
                counts.exits[row.step, row.reason_list or "", row.reason or ""] += 1
        else:
            counts.open += 1
    return groups


def counted(
    standing: Iterable[tuple[int, Literal["open", "left"], int]], exits: Iterable[tuple[str, str, str, int]], *, order: Sequence[str]
) -> Counts:
    """The counts of a group that a database counted: how many stand after so many steps of `order`, and their exits.

    `standing`: steps done, whether they left, candidates. Who did all steps has started, whatever is told later.
    `exits`: step, list of reasons, reason, candidates.
    """
    counts = Counts()
    for done, state, candidates in standing:
        counts.listed += candidates
        for step in order[:done]:
            counts.reached[step] += candidates
        if done >= len(order):
            continue
        if state == "left":
            counts.left_after[order[done - 1] if done else ""] += candidates
        else:
            counts.open += candidates
    for step, listing, reason, candidates in exits:
        counts.exits[step, listing, reason] += candidates
    return counts


def together(groups: Iterable[Counts]) -> Counts:
    """Several groups as one."""
    whole = Counts()
    for counts in groups:
        whole.listed += counts.listed
        whole.open += counts.open
        whole.reached.update(counts.reached)
        whole.left_after.update(counts.left_after)
        whole.exits.update(counts.exits)
    return whole


@dataclass(frozen=True)
class StepShares:
    """One step of the funnel: how many reached it, of those who reached the step before, and of the list."""

    step: str
    reached: int
    of_step_before: Share
    of_list: Share


def shares_of(counts: Counts, *, order: Sequence[str], level: float = 0.95) -> list[StepShares]:
    """Every step with its shares and their Wilson intervals. Candidates still on the way count as not there yet."""
    rows = []
    before = counts.listed
    for step in order:
        reached = counts.reached[step]
        rows.append(StepShares(step, reached, Share(reached, before, level), Share(reached, counts.listed, level)))
        before = reached
    return rows


def starts_of(counts: Counts, *, order: Sequence[str], level: float = 0.95) -> Share:
    """Starts of those on the list: the uptake."""
    return Share(counts.reached[order[-1]], counts.listed, level)


def reasons_of(counts: Counts, reason_list: str) -> dict[str, Share]:
    """Reason -> those who left with it, of everybody who left with a reason of this list; the most frequent first."""
    found: Counter[str] = Counter()
    for (_, listed, reason), number in counts.exits.items():
        if listed == reason_list:
            found[reason] += number
    return {reason: Share(number, found.total()) for reason, number in sorted(found.items(), key=lambda item: (-item[1], item[0]))}


@dataclass(frozen=True)
class Flow:
    """A ribbon of the picture: so many went from one place to another. `to` is a step, `left` or `open`."""

    source: str
    to: str
    candidates: int


def flows_of(counts: Counts, *, order: Sequence[str]) -> list[Flow]:
    """The ribbons of a Sankey picture: from the list through the steps, and out of each. What comes in goes out."""
    flows = []
    names = ["", *order]
    here = counts.listed
    for number, step in enumerate(order):
        source, reached, left = names[number], counts.reached[step], counts.left_after[names[number]]
        ribbons = [Flow(source, step, reached), Flow(source, "left", left), Flow(source, "open", here - reached - left)]
        flows += [flow for flow in ribbons if flow.candidates]
        here = reached
    return flows


def reached_in(counts: Mapping[Key, Counts], step: str) -> dict[Key, Share]:
    """Group -> those who reached a step, of its list; for a comparison of sites or months with their intervals."""
    return {key: Share(group.reached[step], group.listed) for key, group in counts.items()}
