"""Which track suits a candidate, with the reasons in words. Advice, not a decision: an override is recorded with its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from makegood.programme.delivery import Delivery
from makegood.programme.term import InTwoLanguages
from makegood.selection.answers import Answers
from makegood.selection.criteria import in_force, needs_of
from makegood.selection.needs import Decided, Verdict, decide
from makegood.selection.words import Code, both, listed, of, reasons


@dataclass(frozen=True)
class Advice:
    """The track that is advised, and what could make it another one.

    Tracks stand from light to intensive, and the most intensive one that suits is advised. Where a more intensive one
    is still unknown, `could_become` names it and `missing` the items that would decide.
    """

    track: str | None
    suits: dict[str, Verdict]
    """Track -> whether the candidate suits it; tracks without a criterion are left out."""
    could_become: tuple[str, ...]
    missing: tuple[str, ...]
    says: InTwoLanguages


def advise(
    delivery: Delivery, answers: Answers, *, on: date, lists: Collection[str] | None = None, without: Collection[str] = ()
) -> Advice:
    """The advice by the criteria in force on a day that advise a track; only those of `lists` where given, none of `without`."""
    whens = needs_of(delivery)
    found: dict[str, Decided] = {}
    for _, name, criterion in in_force(delivery, on=on, lists=lists):
        if criterion.track is None or name in without:
            continue
        track = delivery.tracks[criterion.track]
        if track.retired_on is not None and track.retired_on <= on:
            continue
        decided = decide(criterion.when, answers, items=delivery.items, whens=whens)
        found[criterion.track] = _stronger(found.get(criterion.track), decided)
    order = [track for track in delivery.tracks if track in found]
    suited = [track for track in order if found[track].verdict == "yes"]
    advised = suited[-1] if suited else None
    heavier = order[order.index(advised) + 1 :] if advised else order
    could_become = tuple(track for track in heavier if found[track].verdict == "unknown")
    missing = tuple(dict.fromkeys(item for track in could_become for item in found[track].missing))
    suits = {track: found[track].verdict for track in order}
    return Advice(advised, suits, could_become, missing, _says(delivery, advised, found, could_become, missing))


def _stronger(one: Decided | None, other: Decided) -> Decided:
    """Of two criteria for one track: a yes before an unknown before a no."""
    rank = {"yes": 2, "unknown": 1, "no": 0}
    return other if one is None or rank[other.verdict] > rank[one.verdict] else one


def _says(
    delivery: Delivery, advised: str | None, found: dict[str, Decided], could_become: tuple[str, ...], missing: tuple[str, ...]
) -> InTwoLanguages:
    titles = {track: delivery.tracks[track].title for track in found}
    items = [delivery.items[item].title for item in missing]
    because = reasons(found[advised].because, delivery.items) if advised else ()
    if not found:
        return InTwoLanguages(en="No criterion advises a track.", nl="Geen criterium adviseert een traject.")

    def say(language: Code) -> str:
        dutch = language == "nl"
        if advised:
            text = f"{'Advies' if dutch else 'Advice'}: {of(titles[advised], language)}. "
            text += "; ".join(of(reason, language) for reason in because) + "."
        elif could_become:
            text = "Nog geen advies." if dutch else "No advice yet."
        else:
            text = "Geen traject past bij de antwoorden." if dutch else "No track suits the answers."
        if could_become:
            tracks = listed((of(titles[track], language) for track in could_become), language, ("or", "of"))
            asked = "; ".join(of(title, language) for title in items)
            text += (
                f" Het kan nog {tracks} worden; wat ontbreekt: {asked}." if dutch else f" It may become {tracks}; what is missing: {asked}."
            )
        return text

    return both(say)
