"""One door to all methods: a plan and the covariates in, the matched set out, checked after the fact.

Nothing here raises on data: what is wrong comes back in `Matched.problems`, and a set that matched nobody says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from makegood.comparison import propensity
from makegood.comparison.design import Covariates
from makegood.comparison.entropy import entropy
from makegood.comparison.layout import strata_of
from makegood.comparison.matched import CaliperCheck, Flags, Floats, Matched, Plan, Rows, Score
from makegood.comparison.nearest import ORDERS, nearest
from makegood.comparison.optimal import optimal_pairs
from makegood.comparison.strata import coarsened_exact, exact
from makegood.values.problem import Problem, Where, errors
from makegood.values.problem import nearest as nearest_word

if TYPE_CHECKING:
    from makegood.comparison.in_database import InDatabase
    from makegood.measurement.sql_engine import Database

WIDEST = 2_000
"""Levels of all categories in a model; their normal equations are a table of this width squared."""
CELLS = 300_000_000
"""Coordinates that a Mahalanobis distance may have: 2.4 GB of them."""
METHODS = ("nearest", "optimal", "exact", "coarsened_exact", "entropy")
DISTANCES = ("propensity", "probability", "mahalanobis")
SUPPORTS = ("none", "treated", "pool", "both")


def match(covariates: Covariates, *, plan: Plan, database: Database | None = None) -> Matched:
    """Match the treated to the pool as the plan says. `database` computes scores and blocks in the place of this process.

    The result carries pairs or strata, weights, the score where one was fitted, the caliper measured again on the
    finished pairs, and what the reader should know. An unusable plan or a set without pairs has a problem of severity
    `error` and weights of 0.
    """
    found = check(plan, covariates)
    if errors(found):
        return _nobody(covariates, plan, found)
    way = _METHODS.get(plan.method)
    matched = _paired(covariates, plan, database) if way is None else way(covariates, plan)
    found = [*found, *matched.problems, *_afterwards(matched)]
    return replace(matched, problems=tuple(found))


def check(plan: Plan, covariates: Covariates) -> list[Problem]:
    """What is wrong with a plan, given the covariates that it names."""
    found: list[Problem] = []

    def wrong(path: str, code: str, what: str, remedy: str) -> None:
        found.append(Problem(Where(path=f"matching/{path}"), code, what, "", remedy))

    words: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("method", plan.method, METHODS),
        ("distance", plan.distance, DISTANCES),
        ("order", plan.order or "data", ORDERS),
        ("caliper_unit", plan.caliper_unit, ("sd", "raw")),
        ("discard", plan.discard, SUPPORTS),
    )
    for path, word, known in words:
        if word not in known:
            wrong(path, "unknown_word", f"'{word}' is no {path.replace('_', ' ')} that is known", nearest_word(word, known))
    named = (*plan.score_on, *plan.distance_on, *plan.exact, *(name for name, _bins in plan.bins))
    for name in dict.fromkeys(named):
        if name not in covariates.names:
            wrong("covariates", "unknown_covariate", f"'{name}' is not among the covariates", nearest_word(name, covariates.names))
    if plan.ratio < 1:
        wrong("ratio", "ratio_too_small", f"{plan.ratio} controls a treated cannot be drawn", "ask for 1 or more")
    if plan.caliper is not None and not plan.caliper >= 0:
        wrong("caliper", "negative_caliper", f"a caliper of {plan.caliper} leaves nobody", "give a width of 0 or more, or none")
    if plan.order == "random" and plan.seed is None:
        wrong("seed", "no_seed", "a random order without a seed cannot be repeated", "give a seed")
    if plan.moments < 1:
        wrong("moments", "moments_too_few", f"{plan.moments} moments balance nothing", "ask for 1 or more")
    for name, _bins in plan.bins:
        if name in covariates.category_names:
            wrong(f"bins/{name}", "bins_of_category", f"'{name}' is a category and cannot be cut", "join its levels in the data instead")
    found += _unused(plan)
    modelled = plan.score_on or covariates.names
    columns = sum(len(covariates.category(name).levels) for name in covariates.category_names if name in modelled)
    if columns > WIDEST and (needs_score(plan) or plan.method == "entropy"):
        what = f"the categories have {columns:,} levels together, more than the {WIDEST:,} that a model can tell apart"
        wrong("covariates", "too_many_levels", what, "join rare levels, or ask for equal values (exact) instead")
    if plan.distance == "mahalanobis" and plan.method in ("nearest", "optimal"):
        named = plan.distance_on or covariates.names
        columns = sum(
            len(covariates.category(name).levels) if name in covariates.category_names else 1 for name in named if name in covariates.names
        )
        if columns * covariates.rows > CELLS:
            what = f"{columns:,} columns of {covariates.rows:,} people do not fit into a Mahalanobis distance"
            wrong("distance_on", "too_many_levels", what, "measure the distance on numbers, and ask for equal categories (exact)")
    return found


def _unused(plan: Plan) -> list[Problem]:
    """Words of the plan that its method passes over, said rather than dropped."""
    given = {
        "ratio": plan.ratio != 1,
        "replacement": plan.replacement,
        "order": plan.order not in ("", "data"),
        "caliper": plan.caliper is not None,
        "discard": plan.discard != "none",
    }
    passed_over = {"nearest": (), "optimal": ("replacement", "order")}.get(plan.method, tuple(given))
    words = [word for word in passed_over if given[word]]
    if not words:
        return []
    what = f"{', '.join(words)} {'has' if len(words) == 1 else 'have'} no meaning for the method '{plan.method}'"
    return [Problem(Where(path="matching/method"), "unused_words", what, "the result was made without", "take out of the plan", "warning")]


def needs_score(plan: Plan) -> bool:
    """A propensity score is needed for itself, for a caliper, for common support and for an order by score."""
    return plan.method in ("nearest", "optimal") and (
        plan.distance != "mahalanobis" or plan.caliper is not None or plan.discard != "none" or plan.order in ("largest", "smallest")
    )


def _paired(covariates: Covariates, plan: Plan, database: Database | None) -> Matched:
    strata = strata_of(covariates, names=plan.exact) if plan.exact else None
    source: InDatabase | None = None
    if database is not None and needs_score(plan):
        from makegood.comparison.in_database import InDatabase  # noqa: PLC0415 (loads the SQL tools)

        source = InDatabase(covariates, on=plan.score_on or covariates.names, strata=strata, database=database)
    score, found = propensity.fit(covariates, on=plan.score_on, source=source) if needs_score(plan) else (None, [])
    allowed = None if score is None else supported(score.linear, treated=covariates.treated, discard=plan.discard)
    found += _discarded(covariates, plan, allowed)
    caliper = _caliper(plan, score, allowed)
    width = None if caliper is None else caliper.width
    candidates = None
    if source is not None and score is not None and width is not None:
        values, chances = score.scale(plan.distance), plan.distance == "probability"
        candidates = source.candidates(values, treated=covariates.treated, strata=strata, width=width, probability=chances)
    order = plan.order or ("data" if score is None else "largest")
    if plan.method == "optimal":
        controls, more = optimal_pairs(covariates, plan=plan, score=score, width=width, strata=strata, allowed=allowed)
        found = [*found, *more]
    elif plan.distance == "mahalanobis":
        from makegood.comparison.mahalanobis import by_mahalanobis  # noqa: PLC0415 (its tree loads only when asked for)

        controls, more = by_mahalanobis(
            covariates, plan=plan, score=score, width=width, order=order, strata=strata, allowed=allowed, candidates=candidates
        )
        found = [*found, *more]
    else:
        assert score is not None  # noqa: S101 (a propensity plan always fits one)
        controls = nearest(
            score.scale(plan.distance),
            treated=covariates.treated,
            width=width,
            ratio=plan.ratio,
            replacement=plan.replacement,
            order=order,
            strata=strata,
            seed=plan.seed,
            allowed=allowed,
            candidates=candidates,
        )
    found += [*_indifferent(score), *_short(covariates, plan, strata)]
    return from_pairs(covariates.treated, plan=plan, controls=controls, score=score, caliper=caliper, problems=tuple(found))


def from_pairs(
    treated: Flags, *, plan: Plan, controls: Rows, score: Score | None, caliper: CaliperCheck | None, problems: tuple[Problem, ...]
) -> Matched:
    """Weights, pair numbers and the caliper's check from the finished `controls` (treated, ratio)."""
    weights, subclass = np.zeros(treated.size), np.full(treated.size, -1, dtype=np.int64)
    focal = np.flatnonzero(treated)
    chosen = controls >= 0
    each = chosen.sum(axis=1)
    which, _place = np.nonzero(chosen)
    weights[focal[each > 0]] = 1.0
    if which.size:
        np.add.at(weights, controls[chosen], 1.0 / each[which])
        drawn = np.unique(controls[chosen])
        weights[drawn] *= drawn.size / weights[drawn].sum()
        if not plan.replacement or plan.method == "optimal":
            number = np.cumsum(each > 0) - 1
            subclass[focal[each > 0]] = number[each > 0]
            subclass[controls[chosen]] = number[which]
    if caliper is not None and score is not None and which.size:
        values = score.scale(plan.distance)
        apart = np.abs(values[focal[which]] - values[controls[chosen]])
        caliper = replace(caliper, widest=float(apart.max()), outside=int(np.count_nonzero(apart > caliper.width)))
    return Matched(
        plan=plan, treated=treated, controls=controls, subclass=subclass, weights=weights, score=score, caliper=caliper, problems=problems
    )


def supported(score: Floats, *, treated: Flags, discard: str) -> Flags | None:
    """(rows,) who is left when those outside the other side's range of scores are discarded; None: everybody.

    As MatchIt's `discard`: a score equal to the other side's lowest or highest is inside.
    """
    if discard == "none":
        return None
    ours, theirs = score[treated], score[~treated]
    if discard == "both":
        return np.asarray((score >= max(ours.min(), theirs.min())) & (score <= min(ours.max(), theirs.max())))
    other = theirs if discard == "treated" else ours
    return np.asarray((score >= other.min()) & (score <= other.max()))


def _discarded(covariates: Covariates, plan: Plan, allowed: Flags | None) -> list[Problem]:
    if allowed is None or allowed.all():
        return []
    ours, theirs = (int(np.count_nonzero(~allowed & arm)) for arm in (covariates.treated, ~covariates.treated))
    what = f"{ours:,} treated and {theirs:,} of the pool lie outside the other side's range of scores and were left out"
    why = f"the plan says `discard: {plan.discard}`; what is found holds for people like those who stay"
    return [Problem(Where(path="matching/discard"), "discarded", what, why, "look at who they are before reading an effect", "warning")]


def _caliper(plan: Plan, score: Score | None, allowed: Flags | None) -> CaliperCheck | None:
    if plan.caliper is None or score is None:
        return None
    values = score.scale(plan.distance)
    left = values if allowed is None else values[allowed]
    spread = float(np.std(left, ddof=1)) if left.size > 1 else 0.0
    width = plan.caliper * spread if plan.caliper_unit == "sd" else plan.caliper
    return CaliperCheck(asked=plan.caliper, unit=plan.caliper_unit, sd=spread, width=width, widest=0.0, outside=0)


def _indifferent(score: Score | None) -> list[Problem]:
    if score is None or np.ptp(score.linear) > 0:
        return []
    what = "everybody has the same propensity score, so the order of the data alone decides who is paired"
    return [Problem(Where(path="matching/distance"), "no_distance", what, "", "name covariates that differ", "warning")]


def _short(covariates: Covariates, plan: Plan, strata: NDArray[np.int64] | None) -> list[Problem]:
    """Too few controls for every treated to get the ratio asked."""
    treated = int(np.count_nonzero(covariates.treated))
    if strata is not None:
        count = int(strata.max()) + 1
        ours = np.bincount(strata[covariates.treated], minlength=count)
        theirs = np.bincount(strata[~covariates.treated], minlength=count)
        without = int(ours[theirs == 0].sum())
        if without:
            what = f"{without} of {treated} treated have nobody in the pool who is equal on {', '.join(plan.exact)}"
            remedy = "join levels, or match those covariates by distance"
            return [Problem(Where(path="matching/exact"), "empty_strata", what, "they stay unmatched", remedy, "warning")]
        return []
    pool = covariates.rows - treated
    if not plan.replacement and pool < treated * plan.ratio:
        what = f"the pool of {pool} cannot give {plan.ratio} to each of {treated} treated"
        why = "without replacement some treated stay without, and the order decides who"
        return [Problem(Where(path="matching/ratio"), "fewer_controls", what, why, "match with replacement, or widen the pool", "warning")]
    return []


def _afterwards(matched: Matched) -> list[Problem]:
    if matched.subclass.max() < 0 and not matched.weights.any():
        place = "caliper" if matched.caliper is not None else "method"
        what = "nobody could be matched"
        if matched.caliper is not None:
            what += f": no control lies within {matched.caliper.width:.4g} of any treated on the score"
        why = "there is no comparison group, so no effect can be stated"
        return [Problem(Where(path=f"matching/{place}"), "nobody_matched", what, why, "look at the overlap plot before widening anything")]
    if matched.caliper is not None and not matched.caliper.holds:
        what = f"{matched.caliper.outside} pairs lie outside the caliper"
        return [Problem(Where(path="matching/caliper"), "caliper_broken", what, "the result may not be used", "report this as a defect")]
    return []


def _nobody(covariates: Covariates, plan: Plan, problems: list[Problem]) -> Matched:
    treated = int(np.count_nonzero(covariates.treated))
    return Matched(
        plan=plan,
        treated=covariates.treated,
        controls=np.full((treated, max(plan.ratio, 0)), -1, dtype=np.int64),
        subclass=np.full(covariates.rows, -1, dtype=np.int64),
        weights=np.zeros(covariates.rows),
        problems=tuple(problems),
    )


_METHODS: Mapping[str, Callable[[Covariates, Plan], Matched]] = {
    "exact": exact,
    "coarsened_exact": coarsened_exact,
    "entropy": entropy,
}
