"""A protocol to begin with: the programme's metrics and the files' columns written down, every choice with its words."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from makegood.comparison.file_forms import columns_in, open_table
from makegood.comparison.pinning import GROUPS
from makegood.programme.metric import OutcomeMetric
from makegood.programme.reading import find_programme
from makegood.programme.root import Programme
from makegood.values.problem import Problem, Refused, Where

FEW = 12
"""A column of whole numbers with at most so many values is drafted as a category."""


def shipped_protocol(reference: str) -> bytes | None:
    """The protocol that stands beside a programme's file, None where there is none."""
    path = find_programme(reference).parent / "protocol.yaml"
    return path.read_bytes() if path.is_file() else None


def draft(programme: Programme, *, treated: Path | None, pool: Path | None) -> str:
    """The text of a protocol for a programme. Raises Refused where a file cannot be used.

    `treated` and `pool`: files whose shared columns become the variables; the first column of the treated file names the
    person. Without them the variables of the example have to be replaced.
    """
    person, variables = _variables(treated, pool) if treated is not None else ("person", list(EXAMPLE))
    outcomes = list(_outcomes(programme)) or [
        "  outcome: {value: mean, better: more, pays_on: point_estimate}   # no metric has an effect yet"
    ]
    return TEMPLATE.format(
        programme=programme.programme,
        index=_line(programme.calendar.index_date or "The first day on which a person can be observed."),
        person=person,
        variables="\n".join(variables),
        outcomes="\n".join(outcomes),
    )


def _line(words: object) -> str:
    text = str(words)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _outcomes(programme: Programme) -> Iterator[str]:
    for name, metric in programme.outcome_metrics.items():
        compared = metric.effect is not None and any(row.kind in GROUPS for row in metric.effect.counterfactual)
        if compared or (metric.measured is not None and not metric.payable):
            kind = "share" if metric.unit.startswith("share") else "mean"
            yield f"  {name}: {{value: {kind}, unit: {metric.unit}, better: {metric.better}, pays_on: {_pays_on(metric, compared)}}}"


def _pays_on(metric: OutcomeMetric, compared: bool) -> str:
    if not (metric.payable and compared):
        return "nothing"
    return "significant_difference" if metric.effect is not None and metric.effect.significant_at is not None else "point_estimate"


def _variables(treated: Path, pool: Path | None) -> tuple[str, list[str]]:
    names, problems = columns_in(treated)
    if problems:
        raise Refused(problems)
    person, *others = names
    if pool is not None:
        there, problems = columns_in(pool)
        if problems:
            raise Refused(problems)
        if person not in there:
            what, remedy = f"there is no column '{person}', the first of {treated}", "let the first column of both files name the person"
            raise Refused([Problem(Where(str(pool), 0, person), "missing_column", what, "", remedy)])
        others = [name for name in others if name in there]
    table, problems = open_table(treated, wanted=dict.fromkeys(others, "category"))
    if table is None:
        raise Refused(problems)
    return person, [_variable(name, table[name]) for name in others]


def _variable(name: str, column: pa.ChunkedArray) -> str:
    values = column.cast(pa.string())
    missing = values.null_count
    there = pc.drop_null(values)
    try:
        numbers = there.cast(pa.float64())
    except pa.ArrowInvalid:
        numbers = None
    distinct = pc.unique(there).to_pylist()
    gap = f"; missing for {missing}, so not matched on" if missing else ""
    matching = ", matching: no" if missing else ""
    key = name if name.isidentifier() and name.islower() else f"v_{hashlib.sha256(name.encode()).hexdigest()[:4]}"
    named = "" if key == name else f", column: {_line(name)}"
    if numbers is not None and len(numbers) and (len(distinct) > FEW or any("." in word for word in distinct)):
        low, high = pc.min(numbers).as_py(), pc.max(numbers).as_py()
        return f"  {key}: {{kind: number{named}{matching}}}   # {low:g} to {high:g}{gap}"
    shown = textwrap.shorten(", ".join(sorted(distinct)), 60, placeholder=" …")
    return f"  {key}: {{kind: category{named}{matching}}}   # {len(distinct)} values: {shown}{gap}"


EXAMPLE = (
    "  age: {kind: number}",
    "  sex: {kind: category}",
    "  months_worked_before: {kind: number, window: {from_months: 24, to_months: 0}}",
)

TEMPLATE = """\
# An evaluation protocol: who is compared with whom, fixed before anyone sees outcomes. Every word: docs/reference/protocol.md.
protocol: {programme}-effect
programme: {programme}

population: Who could have taken part, where and when.
treatment: What the participants received.
index_date: {index}
comparison_index_date: The same day for somebody in the pool, who received nothing on it.

columns: {{person: {person}}}      # and `cohort: COLUMN`, `started: COLUMN` (yes or no) of the treated file, where there are such

# Known before the index date. `matching: no`: reported, not matched on.
variables:
{variables}

matching:
  method: nearest            # or optimal, exact, coarsened_exact, entropy
  distance: propensity       # or mahalanobis
  caliper: 0.2               # of a standard deviation of the score; none: everybody gets a match, however far off
  ratio: 1
  replacement: no
  order: largest             # treated with the highest scores first, as MatchIt does

estimand: att                # the effect on those who took part
participants: intention_to_treat     # or started

outcomes:
{outcomes}

effect:
  estimator: difference      # or regression, with adjust_for: [variables]
  standard_errors: cluster_pairs
  confidence: 0.95
  bootstrap: 999
  exact_test_below: 30
  missing_outcomes: refused  # or left_out

multiple_testing: {{method: holm}}     # or benjamini_hochberg, none
minimum_sample: 30           # below it the fall-back, or no effect
unmatched: excluded          # or at_mean

small_cells: {{minimum: 10, dominance: 0.5, round_counts_to: 1, decimals: 2}}     # what the keeper of the data asks
balance: {{smd: 0.1, variance_ratio: 2, unmatched: 0.2}}

seed: 1
"""
