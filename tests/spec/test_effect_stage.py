"""The effect stage as an evaluator runs it: what is compared, on which basis, by which rule, and what is refused."""

# ruff: noqa: E501 - a row of a table of cases stands on one line

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from comparison_builders import a_matching, a_protocol, compare
from effect_builders import Found, a_crowd, an_effect
from makegood.cli import main

People = dict[str, list[Any]]
Arms = NDArray[np.bool_]
EFFECT = a_protocol()["effect"]
IN_CALIPER = a_matching(caliper="0.2")


def pairs_of(folder: Path) -> list[tuple[str, str]]:
    with (folder / "inside" / "pairs.csv").open(newline="") as file:
        return [(row["treated"], row["control"]) for row in csv.DictReader(file)]


def within_pairs(found: Found, people: People, outcome: str = "work") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = dict(zip(people["person"], people[outcome], strict=True))
    pairs = pairs_of(found.folder)
    return np.array([values[one] for one, _ in pairs], dtype=float), np.array([values[other] for _, other in pairs], dtype=float)


# The design stage is blind.


def test_the_design_stage_opens_no_file_of_outcomes(tmp_path: Path) -> None:
    """Every file that is opened is written down while the design is made; the file of outcomes is not among them, and the
    design with it is the design without it."""
    people, arms = a_crowd()
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching[0] and event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    alone = compare(tmp_path, people, arms, matching=IN_CALIPER)
    watching[0] = False
    assert alone.code == 0
    assert any(name.endswith("t.csv") for name in opened)
    assert not any(name.endswith("o.csv") for name in opened)
    design = json.loads((tmp_path / "out" / "design.json").read_text("utf-8"))
    found = an_effect(tmp_path, people, arms, matching=IN_CALIPER)
    assert found.result["design"]["bases"] == design["bases"]
    shuffled = {**people, "work": people["work"][::-1]}
    other = an_effect(tmp_path, people, arms, seen=shuffled, matching=IN_CALIPER)
    assert other.result["design"] == found.result["design"]
    assert other.finding()["effect"] != found.finding()["effect"]


def test_outcomes_are_opened_only_after_the_design_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people, arms = a_crowd()
    order: list[str] = []
    from makegood.comparison import outcome_reading, study  # noqa: PLC0415

    def noted(module: Any, name: str, word: str) -> None:
        before = getattr(module, name)

        def call(*given: Any, **named: Any) -> Any:
            order.append(f"{word} begins")
            made = before(*given, **named)
            order.append(f"{word} ends")
            return made

        monkeypatch.setattr(module, name, call)

    noted(study, "design_study", "design")
    noted(outcome_reading, "read_outcomes", "outcomes")
    assert an_effect(tmp_path, people, arms).code == 0
    assert order == ["design begins", "design ends", "outcomes begins", "outcomes ends"]


def test_no_effect_without_a_lock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd()
    an_effect(tmp_path, people, arms)
    (tmp_path / "protocol.lock.json").unlink()
    words = ["--treated", str(tmp_path / "t.csv"), "--pool", str(tmp_path / "p.csv"), "--outcomes", str(tmp_path / "o.csv")]
    assert main(["compare", str(tmp_path / "protocol.yaml"), *words, "--out", str(tmp_path / "other")]) == 2
    told = capsys.readouterr().err
    assert "the protocol is not locked" in told
    assert "fixed before the outcomes were seen" in told
    assert not (tmp_path / "other").exists()


def test_the_hashes_of_all_files_stand_in_the_result(tmp_path: Path) -> None:
    from hashlib import sha256  # noqa: PLC0415

    people, arms = a_crowd()
    found = an_effect(tmp_path, people, arms)
    for name, file in (("treated", "t.csv"), ("pool", "p.csv"), ("outcomes", "o.csv")):
        assert found.result["inputs"][name] == sha256((tmp_path / file).read_bytes()).hexdigest()
    assert found.result["protocol"]["sha256"] == sha256((tmp_path / "protocol.yaml").read_bytes()).hexdigest()


def test_an_amendment_stands_in_the_result_and_on_the_page(tmp_path: Path) -> None:
    people, arms = a_crowd()
    an_effect(tmp_path, people, arms)
    (tmp_path / "protocol.yaml").write_text((tmp_path / "protocol.yaml").read_text().replace("seed: 1", "seed: 2"))
    words = ["--on", "2025-06-01", "--reason", "Another draw was agreed.", "--expected-effect", "None."]
    assert main(["protocol", "lock", str(tmp_path / "protocol.yaml"), *words, "--quiet"]) == 0
    files = ["--treated", str(tmp_path / "t.csv"), "--pool", str(tmp_path / "p.csv"), "--outcomes", str(tmp_path / "o.csv")]
    assert (
        main(
            [
                "compare",
                str(tmp_path / "protocol.yaml"),
                *files,
                "--out",
                str(tmp_path / "out"),
                "--key",
                str(tmp_path / "evaluator.key"),
                "--quiet",
            ]
        )
        == 0
    )
    content = json.loads((tmp_path / "out" / "effect.json").read_text("utf-8"))["content"]
    (amendment,) = content["protocol"]["amendments"]
    assert (amendment["on"], amendment["reason"], amendment["changes"]) == ("2025-06-01", "Another draw was agreed.", [["seed", "1", "2"]])
    for page in ("effect.html", "design.html", "effect.md"):
        assert "Another draw was agreed." in (tmp_path / "out" / page).read_text("utf-8")


# What is estimated.


def test_the_effect_is_the_difference_between_matched_groups(tmp_path: Path) -> None:
    people, arms = a_crowd()
    found = an_effect(tmp_path, people, arms, "--inside", str(tmp_path / "inside"), matching=IN_CALIPER)
    ours, theirs = within_pairs(found, people)
    told = found.finding()
    assert float(told["value"]) == pytest.approx(ours.mean(), abs=1e-6)
    assert float(told["comparison_value"]) == pytest.approx(theirs.mean(), abs=1e-6)
    assert float(told["effect"]) == pytest.approx((ours - theirs).mean(), abs=2e-6)
    spread = (ours - theirs).std(ddof=1) / np.sqrt(ours.size)
    assert float(told["se"]) == pytest.approx(spread * np.sqrt((2 * ours.size - 1) / (2 * ours.size - 2)), abs=1e-6)
    row = next(row for row in found.result["results"] if row["metric"] == "work")
    assert (row["value"], row["comparison_value"], row["n"]) == (told["value"], told["comparison_value"], str(ours.size))
    assert (row["comparison_kind"], row["arm_basis"], row["status"]) == ("matched_group", "intention_to_treat", "final")


def test_the_planted_effect_lies_in_the_interval(tmp_path: Path) -> None:
    people, arms = a_crowd(treated=300, pool=2_000, effect=2.0)
    told = an_effect(tmp_path, people, arms, matching=IN_CALIPER).finding()
    assert float(told["ci_low"]) < 2.0 < float(told["ci_high"])
    assert told["reading"] == "more"


def test_who_was_selected_stands_beside_who_started(tmp_path: Path) -> None:
    """Need 85: those who dropped out stay in; the settled basis is everybody who was selected."""
    people, arms = a_crowd()
    terms: dict[str, Any] = {"columns": {"person": "person", "started": "started"}, "matching": IN_CALIPER}
    found = an_effect(tmp_path, people, arms, **terms)
    selected, started = found.finding(), found.finding(basis="started")
    assert (selected["settled"], started["settled"]) == (True, False)
    count = sum(word == "yes" for word, arm in zip(people["started"], arms, strict=True) if arm)
    sizes = {basis["basis"]: basis["sizes"]["treated"] for basis in found.result["design"]["bases"]}
    assert sizes == {"intention_to_treat": "60", "started": str(count)}
    assert {row["arm_basis"] for row in found.result["results"]} == {"intention_to_treat"}
    assert "settles on all who were selected" in " ".join(started["words"]["en"]["payment"])


def test_cohorts_stand_beside_the_pooled_result(tmp_path: Path) -> None:
    people, arms = a_crowd()
    terms: dict[str, Any] = {"columns": {"person": "person", "cohort": "cohort"}, "matching": IN_CALIPER}
    found = an_effect(tmp_path, people, arms, "--inside", str(tmp_path / "inside"), **terms)
    cohort = dict(zip(people["person"], people["cohort"], strict=True))
    work = dict(zip(people["person"], people["work"], strict=True))
    for name in ("spring", "autumn"):
        pairs = [(one, other) for one, other in pairs_of(tmp_path) if cohort[one] == name]
        told = found.finding(cohort=name)
        assert told["n"] == str(len(pairs))
        assert float(told["effect"]) == pytest.approx(np.mean([work[one] - work[other] for one, other in pairs]), abs=2e-6)
    assert int(found.finding()["n"]) == sum(int(found.finding(cohort=name)["n"]) for name in ("spring", "autumn"))
    assert {row["cohort"] for row in found.result["results"]} == {"all", "spring", "autumn"}


def test_p_values_of_several_outcomes_are_read_together(tmp_path: Path) -> None:
    people, arms = a_crowd()
    people["durable"] = [int(value > 5) for value in people["work"]]
    terms: dict[str, Any] = {
        "outcomes": {"work": {"value": "mean"}, "durable": {"value": "share"}, "months": {"value": "mean"}},
        "multiple_testing": {"method": "holm"},
        "matching": IN_CALIPER,
    }
    found = an_effect(tmp_path, people, arms, **terms)
    told = [found.finding(metric) for metric in terms["outcomes"]]
    expected = multipletests([float(each["p"]) for each in told], method="holm")[1]
    assert [float(each["p_adjusted"]) for each in told] == pytest.approx(expected, abs=3e-6)


def test_below_its_limit_the_exact_test_counts(tmp_path: Path) -> None:
    people, arms = a_crowd(treated=12, pool=100)
    effect = {**EFFECT, "exact_test_below": 20}
    found = an_effect(tmp_path, people, arms, "--inside", str(tmp_path / "inside"), effect=effect)
    ours, theirs = within_pairs(found, people)
    expected = stats.permutation_test((ours, theirs), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf)
    told = found.finding()
    assert told["exact_test"]["enumerated"] is True
    assert float(told["p"]) == pytest.approx(expected.pvalue, abs=1e-6)


def test_below_the_minimum_without_a_fall_back_nothing_is_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd(treated=20)
    found = an_effect(tmp_path, people, arms, capsys=capsys, minimum_sample=30)
    told = found.finding()
    assert found.code == 1
    assert (told["state"], told["why"]) == ("withheld", "below_minimum")
    assert found.result["results"] == []
    assert "nothing can be stated of any metric" in found.err
    assert "smaller than the 30 people that the protocol asks" in " ".join(told["words"]["en"]["found"])
    assert "not a finding that the programme did nothing" in " ".join(told["words"]["en"]["payment"])


def test_below_the_minimum_the_fall_back_mixes_estimators_by_weight(tmp_path: Path) -> None:
    people, arms = a_crowd(treated=20)
    fall_back = [
        {"estimator": "difference", "weight": "50%"},
        {"estimator": "before_after", "weight": "30%", "before": "months"},
        {"estimator": "fixed", "weight": "20%", "value": "5"},
    ]
    found = an_effect(tmp_path, people, arms, "--inside", str(tmp_path / "inside"), minimum_sample=30, fall_back=fall_back)
    ours, theirs = within_pairs(found, people)
    before, _ = within_pairs(found, people, "months")
    expected = 0.5 * (ours.mean() - theirs.mean()) + 0.3 * (ours.mean() - before.mean()) + 0.2 * (ours.mean() - 5)
    told = found.finding()
    assert told["fallback"] is True
    assert float(told["effect"]) == pytest.approx(expected, abs=2e-6)
    assert told["estimator"] == "50% difference_in_means + 30% before_after + 20% fixed_level"
    assert "its fall-back was used" in " ".join(told["words"]["en"]["found"])


def test_a_pair_without_its_outcome_is_left_out_and_counted(tmp_path: Path) -> None:
    people, arms = a_crowd()
    gone = {**people, "work": ["" if row in (3, 8) else value for row, value in enumerate(people["work"])]}
    effect = {**EFFECT, "missing_outcomes": "left_out"}
    whole = an_effect(tmp_path, people, arms, effect=effect).finding()
    told = an_effect(tmp_path, people, arms, seen=gone, effect=effect).finding()
    assert (int(told["n"]), told["unknown_n"]) == (int(whole["n"]) - 2, "2")
    assert "Of 2 matched people the outcome is not known" in " ".join(told["words"]["en"]["limits"])


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    people, arms = a_crowd()
    first = an_effect(tmp_path, people, arms, effect={**EFFECT, "bootstrap": 499}).text("effect.json")
    assert an_effect(tmp_path, people, arms, effect={**EFFECT, "bootstrap": 499}).text("effect.json") == first


# What is refused.


def outcomes_of(people: People, **change: Any) -> People:
    return {"person": people["person"], "work": people["work"], **change}


BAD: dict[str, tuple[Any, str]] = {
    "other persons": (lambda people: outcomes_of(people, person=[*people["person"][:-2], "x1", "x2"]), "2 of 460 persons are neither treated nor in the pool: rows 459, 460"),
    "a person twice": (lambda people: outcomes_of(people, person=[people["person"][1], *people["person"][1:]]), "1 person stands there more than once: rows 1, 2"),
    "no person": (lambda people: outcomes_of(people, person=["", *people["person"][1:]]), "1 rows name no person"),
    "a missing outcome": (lambda people: outcomes_of(people, work=["", *people["work"][1:]]), "'work' is not known of 1 of"),
    "words for numbers": (lambda people: outcomes_of(people, work=["many", *people["work"][1:]]), "1 value is not a number: 'many' (row 1)"),
    "an infinite value": (lambda people: outcomes_of(people, work=["inf", *people["work"][1:]]), "1 value is infinite, in row 1"),
    "a value outside the range": (lambda people: outcomes_of(people, work=[25, *people["work"][1:]]), "1 value lies outside 0 to 24, the range that the protocol says: row 1"),
    "another column": (lambda people: {"person": people["person"], "wrok": people["work"]}, "there is no column 'work'"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_outcomes_that_cannot_be_used_are_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd()
    change, says = BAD[name]
    found = an_effect(
        tmp_path, people, arms, seen=change(people), capsys=capsys, outcomes={"work": {"value": "mean", "lowest": 0, "highest": 24}}
    )
    assert found.code == 2
    assert says in found.err
    assert "o.csv" in found.err
    assert found.result == {}


def test_codes_that_lost_their_zeros_are_told_from_other_persons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd()
    zeros = {**people, "person": [f"{row:05}" for row in range(1, arms.size + 1)]}
    found = an_effect(tmp_path, zeros, arms, seen=outcomes_of(people, person=list(range(1, arms.size + 1))), capsys=capsys)
    assert found.code == 2
    assert "a program dropped the zeros in front" in found.err
    assert "is not known of" not in found.err  # one cause is told once


def test_a_share_is_one_or_nought(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd()
    people["durable"] = [2, *people["durable"][1:]]
    found = an_effect(tmp_path, people, arms, capsys=capsys, outcomes={"durable": {"value": "share"}})
    assert found.code == 2
    assert "a share counts persons with 1 or 0, found 2" in found.err


def test_a_comparison_without_a_key_says_that_it_will_not_settle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd()
    an_effect(tmp_path, people, arms)
    files = ["--treated", str(tmp_path / "t.csv"), "--pool", str(tmp_path / "p.csv"), "--outcomes", str(tmp_path / "o.csv")]
    assert main(["compare", str(tmp_path / "protocol.yaml"), *files, "--out", str(tmp_path / "plain")]) == 0
    assert "Not signed, so `makegood settle --effect` will refuse it: give --key FILE." in capsys.readouterr().err
    assert (tmp_path / "plain" / "effect.unsigned.json").exists()
    assert not (tmp_path / "plain" / "effect.json").exists()


def test_money_follows_the_figures_that_leave(tmp_path: Path) -> None:
    """What is signed is what is paid on: rounded once, as the protocol says."""
    people, arms = a_crowd()
    cells = {"minimum": 5, "dominance": "none", "round_counts_to": 1, "decimals": 1}
    found = an_effect(tmp_path, people, arms, small_cells=cells)
    row = found.result["results"][0]
    assert Decimal(row["value"]).as_tuple().exponent >= -1  # type: ignore[operator]
    assert Decimal(found.finding()["value"]) == Decimal(row["value"])
