"""What a reader of the folder must know: that it is invented, from what, and which answer was planted."""

from __future__ import annotations

from collections.abc import Mapping

from makegood import __version__
from makegood.values.fingerprint import decimal_text
from makegood.world.invent import World

OTHER_FILES = {
    "register.csv": "participants: status on the status date and every published variable; months_in_programme is a stored value",
    "characteristics.csv": "both arms: what to match on, from before the index date; months before are of the 24 before detention",
    "treated.csv": "the participants' rows of characteristics.csv and who started, as `makegood compare --treated` takes them",
    "pool.csv": "the comparison pool's rows of characteristics.csv, as `makegood compare --pool` takes them",
    "history.csv": "both arms: last detention, work and benefit before it, in the columns of spells.csv; gives characteristics.csv",
    "planted.csv": "participants: the answer; an evaluator does not look here",
    "names.csv": "participants: made-up names",
    "differences.csv": "each published figure that was not used as printed, and why",
}
"""The files that are not part of the fixed interface."""
RECRUITMENT_FILES = {
    "gross_list.csv": "candidates as the monthly lists of the prison service have them; release_on is the date known then",
    "outside_list.csv": "whoever started without having been on a list, in the same columns",
    "selection_events.csv": "dated steps and exits with the actor; an exit has a row for each list that has a reason",
    "release_dates.csv": "the history of release dates; the last of a candidate is the day of release",
    "permissions.csv": "requests to municipalities, reminders (with a space between) and answers",
    "answers.csv": "the questionnaire of those selected: an answer, or which kind of no answer, and whose",
    "contact_routes.csv": "how those selected can be reached after release",
    "provider_list.csv": "those selected as the provider's own list has them, at times spelled otherwise and without the prison's key",
    "links.csv": "the answer to the linkage: candidate, participant (person), entry of the provider's list",
    "organisations.csv": "everybody in the trade; municipalities with their code of the statistics office and its year",
    "staff.csv": "who acts: the actors of selection_events.csv",
    "contacts.csv": "contact persons of municipalities, with the day on which somebody looked last; some have none",
}
"""The recruitment side, where a world has one."""


def manifest(world: World, *, files: Mapping[str, str]) -> dict[str, object]:
    """The manifest as plain values; `files` is name -> SHA-256."""
    words = world.plan.specification
    alike = [someone for someone in world.participants if someone.matchable]
    planted = words.planted
    recruited = world.plan.recruitment.words if world.plan.recruitment else None
    return {
        "world": words.world,
        "invented": "Nobody in this folder exists; counts of participants are the published ones, people and dates are made up.",
        "seed": world.seed,
        "generator": f"makegood {__version__}",
        "status_on": words.status_on.isoformat(),
        "observed_until": words.observed_until.isoformat(),
        "window_months": words.window_months,
        "people": {"programme": len(world.participants), "comparison": len(world.pool)},
        "planted": {
            "metric": f"months of work of at least {words.work.hours} hours a week, of {words.window_months}",
            "matchable_participants": len(alike),
            "outside_support": len(world.participants) - len(alike),
            "months_with": planted.months_with,
            "months_without_expected": planted.months_without,
            "mean_with": _mean(planted.months_with, len(alike)),
            "mean_without_expected": _mean(planted.months_without, len(alike)),
            "effect_on_months": _mean(planted.months_with - planted.months_without, len(alike)),
            "effect_on_reconvictions": "0: one rule for both arms",
            "effect_on_months_of_benefit": "0: one rule for both arms",
            "months_model": planted.months_model.model_dump(),
            "mean_of_the_whole_pool": _mean(sum(someone.months for someone in world.pool), len(world.pool)),
            "why_matching_matters": "most of the pool worked more before detention than participants did, and works more after it",
        },
        "money": {
            "committed": decimal_text(words.money.commitment.amount),
            "currency": words.money.currency,
            "source": words.money.commitment.source,
        },
        "recruitment": None
        if recruited is None
        else {
            "listed": recruited.listed,
            "listed_and_started": recruited.listed_and_started,
            "selected": recruited.selected,
            "started": len(world.participants),
        },
        "assumptions": [*words.assumptions, *(recruited.assumptions if recruited else ())],
        "differences": len(world.plan.differences),
        "other_files": {**OTHER_FILES, **(RECRUITMENT_FILES if recruited else {})},
        "files": dict(sorted(files.items())),
    }


def _mean(total: int, people: int) -> str:
    return f"{total / people:.4f}" if people else ""
