"""The whole line on the demonstration world: invent, measure, fix the protocol, compare, settle, explain."""

from __future__ import annotations

import csv
import json
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from makegood.cli import main

MATCHED, AMBITION, CAPITAL = 103, 700, 1_200_000


def run(*words: object) -> int:
    return main([str(word) for word in words])


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


pytestmark = pytest.mark.xdist_group("compare-and-settle")  # by one worker: the studies are made once


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """World, protocol, keys, pinned programme, measured records, design, signed effect and settlement."""
    home = tmp_path_factory.mktemp("line")
    world, protocol, programme = home / "world", home / "protocol.yaml", home / "programme.yaml"
    assert run("world", "werk-na-detentie", "--seed", 1, "--out", world, "--quiet") == 0
    assert run("protocol", "draft", "werk-na-detentie", "--out", protocol, "--quiet") == 0
    for party in ("demonstration", "ministry"):
        assert run("protocol", "keygen", "--out", home / party, "--quiet") == 0
    lock = ("protocol", "lock", protocol, "--programme", "werk-na-detentie", "--quiet")
    assert run(*lock, "--on", "2016-05-01", "--key", home / "demonstration.key") == 0
    assert run(*lock, "--key", home / "ministry.key") == 0
    keys = [word for party in ("demonstration", "ministry") for word in ("--public-key", f"{party}={home / party}.pub")]
    assert run("protocol", "pin", protocol, "--programme", "werk-na-detentie", *keys, "--out", programme, "--quiet") == 0
    sides = ("--treated", world / "treated.csv", "--pool", world / "pool.csv")
    assert run("compare", protocol, *sides, "--out", home / "design", "--inside", home / "inside", "--quiet") == 0
    records = [word for name in ("people", "spells", "observations", "coverage") for word in (f"--{name}", world / f"{name}.csv")]
    assert run("measure", programme, *records, "--as-of", "2019-08-01", "--details", "all", "--out", home / "measured", "--quiet") == 0
    signing = ("--key", home / "demonstration.key", "--programme", programme)
    assert run("compare", protocol, *sides, "--outcomes", home / "measured", *signing, "--out", home / "effect", "--quiet") == 0
    facts = ("--measured", home / "measured", "--effect", home / "effect" / "effect.json", "--transactions", world / "transactions.csv")
    assert run("settle", programme, *facts, "--out", home / "settlement", "--quiet") == 0
    return home


def effect_of(folder: Path, metric: str, *, basis: str = "intention_to_treat") -> dict[str, str]:
    findings = json.loads((folder / "effect" / "effect.json").read_text("utf-8"))["content"]["findings"]
    (found,) = [each for each in findings if (each["metric"], each["cohort"], each["basis"]) == (metric, "all", basis)]
    return dict(found)


def test_the_planted_effect_comes_out(folder: Path) -> None:
    """103 of 119 can be matched; among them the programme adds 2 months to the 1.5 of the published control group."""
    months = effect_of(folder, "months_of_work")
    assert (months["n"], months["unmatched_n"]) == (str(MATCHED), "16")
    assert float(months["value"]) == pytest.approx(361 / 103, abs=1e-4)
    assert float(months["ci_low"]) < 2.0 < float(months["ci_high"])
    assert months["reading"] == "more"


def test_nothing_was_planted_on_reconvictions_and_benefit_and_nothing_is_claimed(folder: Path) -> None:
    for metric in ("reconvicted", "months_on_benefit"):
        found = effect_of(folder, metric)
        assert found["reading"] == "inconclusive"
        assert float(found["ci_low"]) < 0 < float(found["ci_high"])


def test_the_pairs_are_those_that_were_planted_as_alike(folder: Path) -> None:
    with (folder / "inside" / "pairs.csv").open(newline="") as file:
        matched = {row["treated"] for row in csv.DictReader(file)}
    with (folder / "world" / "planted.csv").open(newline="") as file:
        assert matched == {row["person"] for row in csv.DictReader(file) if row["matchable"] == "yes"}


def test_the_design_is_the_same_before_and_after_outcomes(folder: Path) -> None:
    before = json.loads((folder / "design" / "design.json").read_text("utf-8"))
    after = json.loads((folder / "effect" / "effect.json").read_text("utf-8"))["content"]["design"]
    assert after["bases"] == before["bases"]


def test_the_lock_is_countersigned_and_everything_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--result", folder / "effect" / "effect.json", "--programme", folder / "programme.yaml")
    assert run("protocol", "verify", folder / "protocol.yaml", *words) == 0
    told = capsys.readouterr().out
    assert "signed by demonstration, ministry" in told
    assert "Everything holds." in told
    content = json.loads((folder / "effect" / "effect.json").read_text("utf-8"))["content"]
    assert content["protocol"]["countersigned"] is True


def test_the_money_follows_from_the_signed_figures_by_hand(folder: Path) -> None:
    """The terms by hand: delivered months against 1,332 repay at most half; the share of the ambition repays the rest;
    the premium is a tenth of the capital times that share; each percentage point less reoffending pays 6,100."""
    settled = json.loads((folder / "settlement" / "settlement.json").read_text("utf-8"))
    paid = {payment["line"]: Decimal(payment["amount"]) for payment in settled["outcome_payments"]}
    months, crime = effect_of(folder, "months_of_work"), effect_of(folder, "reconvicted")
    extra = (Decimal(months["value"]) - Decimal(months["comparison_value"])) * MATCHED
    share = extra / AMBITION
    interim = cents(Decimal(409) / 1332 * CAPITAL)  # 361 + 48 planted months
    assert paid["interim_repayment"] == interim
    assert paid["final_repayment"] == cents(share * CAPITAL) - interim
    assert paid["premium"] == cents(share * CAPITAL / 10)
    assert paid["recidivism_reduction"] == cents((Decimal(crime["comparison_value"]) - Decimal(crime["value"])) * 100 * 6100)
    assert sum(paid.values()) == Decimal(settled["total"])


def test_explain_leads_from_the_euro_to_the_signed_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "--settlement", folder / "settlement", "--payment", "premium.ministry") == 0
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "result 'werk-na-detentie-effect:months_of_work:all'" in told
    assert sha256((folder / "effect" / "effect.json").read_bytes()).hexdigest() in told
    made_from = json.loads((folder / "settlement" / "explanation.json").read_text("utf-8"))["provenance"]
    assert made_from["effect_signed_by"] == "demonstration"
    assert made_from["effect_protocol_locked"] == "2016-05-01 by demonstration, ministry"


def test_a_single_changed_digit_pays_nothing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "effect" / "effect.json"
    value = effect_of(folder, "months_of_work")["value"]
    forged = tmp_path / "forged.json"
    forged.write_bytes(path.read_bytes().replace(f'"{value}"'.encode(), b'"9.5049"'))
    assert forged.read_bytes() != path.read_bytes()
    words = ("--measured", folder / "measured", "--effect", forged, "--transactions", folder / "world" / "transactions.csv")
    assert run("settle", folder / "programme.yaml", *words, "--out", tmp_path / "settlement") == 2
    assert "its content is not what was signed" in capsys.readouterr().err
    assert not (tmp_path / "settlement").exists()


def test_the_key_of_this_world_does_not_count_under_the_programme_that_ships(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("settle", "werk-na-detentie", "--measured", folder / "measured", "--effect", folder / "effect" / "effect.json") == 2
    assert "it is signed with another key than the programme names for 'demonstration'" in capsys.readouterr().err


def test_the_published_result_settles_as_a_signed_file(tmp_path: Path) -> None:
    """103 matched, 3.5 months against 1.5: 206 extra months of 700. With the 360.5 months that those 103 delivered, by
    hand: 360.5 / 1332 of 1.2 million now, 206 / 700 of it in all, and a tenth of that as premium."""
    assert run("settle", "werk-na-detentie", "--out", tmp_path / "settlement", "--quiet") == 0
    settled = json.loads((tmp_path / "settlement" / "settlement.json").read_text("utf-8"))
    share = Decimal(206) / AMBITION
    assert Decimal(settled["total"]) == cents(share * CAPITAL) + cents(share * CAPITAL / 10) == Decimal("388457.15")
    made_from = json.loads((tmp_path / "settlement" / "explanation.json").read_text("utf-8"))["provenance"]
    assert made_from["effect_made"] == "stated by the signer"
    assert made_from["effect_signed_by"] == "demonstration"


def test_the_secret_that_signed_the_published_result_is_nowhere() -> None:
    programme = Path(__file__).parents[2] / "programmes" / "werk-na-detentie"
    for path in programme.rglob("*"):
        if path.is_file():
            assert b"PRIVATE KEY" not in path.read_bytes()
