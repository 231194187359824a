"""The matched set joined with one outcome, a row for each place that a person takes in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from makegood.comparison.matched import Flags, Floats, Matched, Rows


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What an estimator sees; all arrays have one length, a control that serves two treated stands there twice.

    `outcome`, `weight`: numbers; `treated`: which arm; `group`: the pair, set or stratum (from 0); `unit`: row number
    of the person; `traits`: (rows, p) columns to adjust for. `sets`: True when a group is one treated with its
    controls. `unknown`: matched treated who were left out because an outcome of theirs or of all their controls is not
    known; `reused`: True when a person may stand there more than once.
    """

    outcome: Floats
    treated: Flags
    weight: Floats
    group: Rows
    unit: Rows
    traits: Floats
    sets: bool
    reused: bool = False
    unknown: int = 0

    @property
    def n(self) -> int:
        """Treated persons."""
        return int(np.count_nonzero(self.treated))

    @property
    def comparison_n(self) -> int:
        """Persons of the comparison group, each once."""
        return int(np.unique(self.unit[~self.treated]).size)

    @property
    def pairs(self) -> bool:
        """True when every group is one treated and one control."""
        return self.sets and self.n * 2 == self.outcome.size

    def pair_outcomes(self) -> tuple[Floats, Floats]:
        """(pairs,) outcomes of the treated and of their controls, in the same order. For pairs only."""
        order = np.lexsort((~self.treated, self.group))
        both = self.outcome[order].reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def with_outcome(self, outcome: Floats) -> Sample:
        """The same persons with another outcome."""
        return replace(self, outcome=outcome)


def sample_of(matched: Matched, *, outcome: Floats, traits: Floats, among: Flags | None = None) -> Sample | None:
    """The sample for one outcome; None where nobody of both arms is left.

    `outcome`: (rows,) nan where not known; `traits`: (rows, p); `among`: (rows,) restricts the treated, to a cohort
    for instance; their controls come with them. In strata the controls are weighed anew for the treated that remain.
    For entropy weights, which stand for all treated at once, `among` gives None.
    """
    chosen = np.ones(matched.treated.size, dtype=bool) if among is None else among
    known = ~np.isnan(outcome)
    if matched.controls.shape[1] == 0:
        return _from_weights(matched, outcome=outcome, traits=traits, chosen=chosen, known=known)
    ours, theirs, _weights = matched.pairs()
    inside = chosen[ours]
    asked = np.unique(ours[inside]).size
    keep = inside & known[ours] & known[theirs]
    ours, theirs = ours[keep], theirs[keep]
    if ours.size == 0:
        return None
    focal, group = np.unique(ours, return_inverse=True)
    each = np.bincount(group)
    unit = np.concatenate([focal, theirs])
    return Sample(
        outcome=outcome[unit],
        treated=np.arange(unit.size) < focal.size,
        weight=np.concatenate([np.ones(focal.size), 1.0 / each[group]]),
        group=np.concatenate([np.arange(focal.size), group]).astype(np.int64),
        unit=unit,
        traits=traits[unit],
        sets=True,
        reused=bool(np.unique(theirs).size < theirs.size),
        unknown=int(asked - focal.size),
    )


def _from_weights(matched: Matched, *, outcome: Floats, traits: Floats, chosen: Flags, known: Flags) -> Sample | None:
    strata = bool(np.any(matched.subclass >= 0))
    if not strata and not chosen[matched.treated].all():
        return None
    inside = (matched.weights > 0) & (chosen | ~matched.treated)
    keep = inside & known
    weight = np.where(keep, matched.weights, 0.0)
    group = matched.subclass if strata else np.zeros(known.size, dtype=np.int64)
    if strata:
        size = int(group.max()) + 1
        ours = np.bincount(group[keep & matched.treated], minlength=size)
        theirs = np.bincount(group[keep & ~matched.treated], minlength=size)
        alone = (ours == 0) | (theirs == 0)
        keep &= ~alone[group]
        weight = np.where(matched.treated, 1.0, ours[group] / np.maximum(theirs[group], 1))
    unit = np.flatnonzero(keep)
    treated = matched.treated[unit]
    if treated.all() or not treated.any():
        return None
    return Sample(
        outcome=outcome[unit],
        treated=treated,
        weight=weight[unit],
        group=group[unit],
        unit=unit,
        traits=traits[unit],
        sets=False,
        unknown=int(np.count_nonzero(inside & matched.treated) - np.count_nonzero(treated)),
    )
