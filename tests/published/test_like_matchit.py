"""The how-to for users of MatchIt: all its pairs are those of a walk of MatchIt's search on scores that statsmodels finds."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import statsmodels.api as sm

from makegood.comparison.design import covariates
from makegood.comparison.matched import Plan
from makegood.comparison.matching import match
from matchit_walk import by_score
from pages import ROOT

PAGE = ROOT / "docs" / "how-to" / "match-like-matchit.md"


def test_every_pair_of_the_page(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    script = re.search(r"python - <<'END'\n(.*?)\nEND\n", text, re.DOTALL)
    assert script is not None
    subprocess.run([sys.executable, "-c", script[1]], check=True, cwd=tmp_path)
    with (tmp_path / "people.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    treated = np.array([row["treat"] == "1" for row in rows])
    numbers = {name: np.array([float(row[name]) for row in rows]) for name in ("age", "months", "income")}
    region = np.array([row["region"] for row in rows])
    design = np.column_stack([np.ones(treated.size), *numbers.values(), *((region == level) for level in "NSW")]).astype(float)
    score = design @ sm.GLM(treated.astype(float), design, family=sm.families.Binomial()).fit(tol=1e-12).params
    expected = by_score(score.tolist(), treated.tolist(), limit=0.2 * float(score.std(ddof=1)))
    made, _problems = covariates(treated, columns={**numbers, "region": region}, categories=("region",))
    assert made is not None
    found = match(made, plan=Plan(caliper=0.2))
    pairs = {int(row): [int(one)] for row, one in zip(found.treated_rows, found.controls[:, 0], strict=True) if one >= 0}
    assert pairs == expected
    assert len(pairs) == 57
    promised = re.findall(r"^\d+,(\d+),(\d+),1$", text, re.MULTILINE)
    assert len(promised) == 3
    assert all(pairs[int(one) - 1] == [int(other) - 1] for one, other in promised)
