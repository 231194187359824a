"""Proof of the room `world`: over many seeds every published count holds, 103 people find a match, and an evaluator
who matches on the characteristics finds the planted effect on average.

Run with `python -m benchmarks.proof_world [SEEDS]`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from statistics import mean, stdev

import numpy as np
from sklearn.linear_model import LogisticRegression

from makegood.world.invent import World, invent
from makegood.world.reading import read_plan

FOLDER = Path(__file__).parents[1] / "programmes" / "werk-na-detentie" / "world"
SEEDS = 60


def rows(seeds: int = SEEDS) -> Iterator[tuple[str, str]]:
    """What was shown, and the figure."""
    plan = read_plan(FOLDER)
    cells, matched, effects, naive, again = 0, Counter[int](), [], [], []
    for seed in range(seeds):
        world = invent(plan, seed=seed)
        cells += wrong_cells(world)
        pairs = pairs_of(world)
        everybody = world.everybody
        matched[len(pairs)] += 1
        effects.append(mean(everybody[one].months - everybody[other].months for one, other in pairs))
        naive.append(mean(one.months for one in world.participants) - mean(one.months for one in world.pool))
        again.append(mean(len(everybody[one].life.observations) - len(everybody[other].life.observations) for one, other in pairs))
    yield "worlds", str(seeds)
    yield "published counts that do not hold", str(cells)
    yield "matched pairs: number of worlds", ", ".join(f"{pairs}: {count}" for pairs, count in sorted(matched.items()))
    yield "planted effect, months", "2.00"
    yield "found after matching, mean (standard error of the mean)", f"{mean(effects):.2f} ({stdev(effects) / seeds**0.5:.2f})"
    yield "standard deviation of one evaluation", f"{stdev(effects):.2f}"
    yield "found against the whole pool", f"{mean(naive):.2f}"
    yield "planted effect on reconvictions, points", "0.0"
    yield "found after matching", f"{100 * mean(again):.1f} ({100 * stdev(again) / seeds**0.5:.1f})"


def wrong_cells(world: World) -> int:
    """Counts of the plan that the participants do not meet."""
    wrong = 0
    for margin in world.plan.margins:
        found = Counter(one.entry["status"] for one in world.participants if one.entry[margin.variable] == margin.code)
        wrong += found.total() != margin.total
        wrong += sum(found[group] != count for group, count in margin.groups.items())
    return wrong


def pairs_of(world: World) -> list[tuple[int, int]]:
    """Nearest propensity score within 0.2 standard deviations of its logit, hardest first, no control used twice."""
    people = [astuple(one.background) for one in world.everybody]
    codes = [(place, code) for place in (0, 2, 3, 4) for code in sorted({row[place] for row in people})[1:]]
    table = np.array(
        [[*(float(row[place]) for place in (1, 5, 6, 7, 8)), *(float(row[place] == code) for place, code in codes)] for row in people]
    )
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    treated = np.arange(len(people)) < len(world.participants)
    chance = LogisticRegression(C=1e6, max_iter=5000).fit(table, treated).predict_proba(table)[:, 1]
    score = np.log(chance / (1 - chance))
    caliper = 0.2 * score.std()
    free = ~treated
    pairs = []
    for one in sorted(np.flatnonzero(treated), key=lambda place: -score[place]):
        far = np.where(free, np.abs(score - score[one]), np.inf)
        nearest = int(far.argmin())
        if far[nearest] <= caliper:
            free[nearest] = False
            pairs.append((int(one), nearest))
    return pairs


if __name__ == "__main__":
    for shown, figure in rows(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS):
        print(f"{shown:60} {figure}")
