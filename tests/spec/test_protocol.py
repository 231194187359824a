"""The protocol as a file: all of its problems at once, its lock, its amendments, and what is written from it."""

# ruff: noqa: E501 - a row of a table of cases stands on one line
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import terms_with, written
from comparison_builders import a_matching, a_protocol
from makegood.cli import main
from makegood.comparison.lock import lock_path
from makegood.comparison.protocol_reading import read_protocol
from makegood.comparison.signing import key_pair, signature_holds
from makegood.programme.checking import check_terms
from makegood.programme.reading import read_agreement

Run = Callable[..., "Told"]


@dataclass(frozen=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> Told:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Told(code, said.out, said.err)

    return call


def the_file(folder: Path, **terms: Any) -> Path:
    path = folder / "protocol.yaml"
    path.write_text(yaml.safe_dump(a_protocol(**terms), sort_keys=False), "utf-8")
    return path


def a_key(folder: Path, name: str) -> tuple[Path, str]:
    """A key pair made from the name: (secret file, public key)."""
    pair = key_pair(sha256(name.encode()).digest())
    path = folder / f"{name}.key"
    path.write_bytes(pair.private_pem)
    return path, pair.public


# What is wrong is said at once, each with its line and what would do.


def test_every_problem_of_a_protocol_is_reported_together(tmp_path: Path, run: Run) -> None:
    effect = {**a_protocol()["effect"], "confidence": "95"}
    told = run("protocol", "lock", the_file(tmp_path, matching=a_matching(calliper="0.2", method="nearst"), effect=effect, seed="one"))
    assert told.code == 2
    assert "matching/calliper: 'calliper' is not a word that stands here" in told.err
    assert "did you mean 'caliper'?" in told.err
    assert "matching/method: 'nearst' is not one of the words that may stand here" in told.err
    assert "did you mean 'nearest'?" in told.err
    assert "effect: confidence lies from 50% up to, not including, 100%" in told.err
    assert "seed: 'one'" in told.err
    assert not lock_path(tmp_path / "protocol.yaml").exists()


@dataclass(frozen=True)
class Wrong:
    """Terms that do not hold together, and the words in which they are refused."""

    name: str
    says: str
    terms: dict[str, Any]


EFFECT = a_protocol()["effect"]
CELLS = a_protocol()["small_cells"]
WRONG = [
    Wrong("a name that no variable has", "matching/exact: 'regoin' is no variable of this protocol", {"matching": a_matching(exact=["regoin"])}),
    Wrong("exact on what is not matched on", "'region' is exact but has `matching: no`", {"matching": a_matching(exact=["region"]), "variables": {"age": {"kind": "number"}, "region": {"kind": "category", "matching": "no"}}}),
    Wrong("a caliper of nothing", "What would do: write `caliper: none` for none", {"matching": a_matching(caliper="0")}),
    Wrong("no controls", "matching: ratio is the number of controls for each treated person, 1 or more", {"matching": a_matching(ratio=0)}),
    Wrong("nothing to match on", "variables: no variable is matched on", {"variables": {"age": {"kind": "number", "matching": "no"}}}),
    Wrong("no outcome", "outcomes: no outcome metric is named", {"outcomes": {}}),
    Wrong("a word of the report", "a variable cannot be called 'cohort', a word of the report", {"variables": {"cohort": {"kind": "category"}}}),
    Wrong("adjusting without a regression", "`estimator: regression` and `adjust_for` go together", {"effect": {**EFFECT, "adjust_for": ["age"]}}),
    Wrong("a bootstrap of five", "bootstrap is a number of draws, 99 to 100 000, or 0 for none", {"effect": {**EFFECT, "bootstrap": 5}}),
    Wrong("a window after the index date", "a window lies before the index date", {"variables": {"age": {"kind": "number", "window": {"from_months": 3, "to_months": 9}}}}),
    Wrong("weights that do not add up", "the weights for 'work' add up to 0.7, not to 1", {"fall_back": [{"estimator": "difference", "weight": "0.7"}]}),
    Wrong("a fall-back without its before", "`before` (the variable measured before) goes with before_after", {"fall_back": [{"estimator": "before_after", "weight": 1}]}),
    Wrong("before of a category", "'region' is a category; only a number can be compared with before", {"fall_back": [{"estimator": "before_after", "weight": 1, "before": "region"}]}),
    Wrong("starters that nobody names", "no column says who did: add `started: COLUMN`", {"participants": "started"}),
    Wrong("power of an unknown outcome", "power/expected/0/metric: 'wrok' is no outcome of this protocol", {"power": {"expected": [{"metric": "wrok", "sd": 3}]}}),
    Wrong("power without a spread", "say the spread in one way", {"power": {"expected": [{"metric": "work"}]}}),
    Wrong("a dominance of 500%", "dominance is a share above 0% and at most 100%, or none", {"small_cells": {**CELLS, "dominance": "5"}}),
    Wrong("criteria on an unknown trait", "selectivity/criteria/strict: 'agee' is no variable of this protocol", {"selectivity": {"criteria": {"strict": {"all_of": [{"variable": "agee", "at_least": 20}]}}}}),
    Wrong("a condition that says nothing", "a condition names a variable and says at_least / at_most, or is_one_of", {"selectivity": {"criteria": {"strict": {"all_of": [{"variable": "age"}]}}}}),
    Wrong("an expected class that is none", "'hardest' is no class of this protocol", {"selectivity": {"mix": {"hard": {}}, "expected_mix": {"hardest": "10%"}}}),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_what_does_not_hold_together_is_refused(wrong: Wrong, tmp_path: Path, run: Run) -> None:
    told = run("protocol", "lock", the_file(tmp_path, **wrong.terms))
    assert told.code == 2
    assert wrong.says in told.err
    assert "What would do" in told.err


def test_what_is_not_said_is_not_fixed(tmp_path: Path, run: Run) -> None:
    """The words that change an answer have no usual value."""
    protocol = a_protocol()
    for word in ("estimand", "participants", "unmatched", "minimum_sample", "seed"):
        del protocol[word]
    protocol["matching"] = {key: value for key, value in a_matching().items() if key not in ("caliper", "ratio", "replacement", "order")}
    protocol["effect"] = {"estimator": "difference"}
    path = tmp_path / "protocol.yaml"
    path.write_text(yaml.safe_dump(protocol), "utf-8")
    told = run("protocol", "lock", path)
    missing = (
        "estimand", "participants", "unmatched", "minimum_sample", "seed", "matching/caliper", "matching/ratio", "matching/replacement",
        "matching/order", "effect/standard_errors", "effect/confidence", "effect/bootstrap", "effect/missing_outcomes",
    )  # fmt: skip
    assert all(f"{word}: `{word.rpartition('/')[2]}` is missing" in told.err for word in missing)


# The lock.


def test_a_lock_names_the_hash_that_sha256sum_prints(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    told = run("protocol", "lock", path, "--on", "2025-01-15", "--format", "json")
    digest = sha256(path.read_bytes()).hexdigest()
    assert json.loads(told.out)["protocol_sha256"] == digest
    lock = json.loads(lock_path(path).read_text("utf-8"))
    assert [(entry["sha256"], entry["on"]) for entry in lock["entries"]] == [(digest, "2025-01-15")]
    assert run("protocol", "verify", path).code == 0


def test_locking_the_same_text_twice_changes_nothing(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    run("protocol", "lock", path)
    before = lock_path(path).read_bytes()
    assert run("protocol", "lock", path).code == 0
    assert lock_path(path).read_bytes() == before


def test_a_changed_text_is_not_the_locked_one(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    run("protocol", "lock", path, "--on", "2025-01-15")
    the_file(tmp_path, seed=2)
    held = run("protocol", "verify", path)
    assert held.code == 1
    assert "the protocol's text has the hash" in held.out
    told = run("protocol", "lock", path)
    assert told.code == 2
    assert "this text is not the one that was locked on 2025-01-15" in told.err
    assert "restore the locked text, or amend it: --reason and --expected-effect" in told.err


def test_even_a_comment_is_a_change(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    run("protocol", "lock", path)
    path.write_text(path.read_text("utf-8") + "# harmless\n", "utf-8")
    assert run("protocol", "verify", path).code == 1


def amended(folder: Path, run: Run) -> Path:
    path = the_file(folder)
    run("protocol", "lock", path, "--on", "2025-01-15")
    the_file(folder, matching=a_matching(caliper="0.2"))
    words = ("--on", "2025-03-01", "--reason", "Distant pairs were found.", "--expected-effect", "Fewer pairs, less bias.")
    assert run("protocol", "lock", path, *words).code == 0
    return path


def test_an_amendment_says_what_changed_why_and_what_is_expected(tmp_path: Path, run: Run) -> None:
    path = amended(tmp_path, run)
    first, second = json.loads(lock_path(path).read_text("utf-8"))["entries"]
    assert second["previous"]
    assert first["sha256"] != second["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert second["changes"] == [["matching/caliper", "absent", "0.2"]]
    told = run("protocol", "verify", path)
    assert told.code == 0
    assert "amended 2025-03-01: Distant pairs were found.; expected: Fewer pairs, less bias." in told.out


def test_an_amendment_is_not_dated_before_what_it_changes(tmp_path: Path, run: Run) -> None:
    path = amended(tmp_path, run)
    the_file(tmp_path, seed=9)
    told = run("protocol", "lock", path, "--on", "2025-02-01", "--reason", "x", "--expected-effect", "y")
    assert "the amendment is dated 2025-02-01, before the text that it changes (2025-03-01)" in told.err


@pytest.mark.parametrize("change", ["reason", "on", "sha256"])
def test_rewriting_the_history_of_a_lock_breaks_its_chain(change: str, tmp_path: Path, run: Run) -> None:
    path = amended(tmp_path, run)
    lock = json.loads(lock_path(path).read_text("utf-8"))
    lock["entries"][0][change] = {"reason": "another", "on": "2024-01-01", "sha256": "0" * 64}[change]
    lock_path(path).write_text(json.dumps(lock), "utf-8")
    told = run("protocol", "verify", path)
    assert told.code == 1
    assert "entry 2 does not follow the entry before it" in told.out


def test_two_parties_sign_a_lock_and_a_stranger_does_not_count(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    evaluator, public = a_key(tmp_path, "evaluator")
    payer, other = a_key(tmp_path, "payer")
    alone = run("protocol", "lock", path, "--key", evaluator)
    assert "The date of the lock counts when a second party countersigns" in alone.out
    both = run("protocol", "lock", path, "--key", payer)
    assert "signed by evaluator, payer" in both.out
    keys = ("--public-key", f"evaluator={public}", "--public-key", f"payer={other}")
    assert run("protocol", "verify", path, *keys).code == 0
    swapped = run("protocol", "verify", path, "--public-key", f"evaluator={other}", "--public-key", f"payer={other}")
    assert swapped.code == 1
    assert "'evaluator' signs with a key that the programme does not name" in swapped.out


def test_a_signature_under_a_lock_is_over_all_of_its_entry(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    key, public = a_key(tmp_path, "evaluator")
    run("protocol", "lock", path, "--on", "2025-01-15", "--key", key)
    lock = json.loads(lock_path(path).read_text("utf-8"))
    entry = lock["entries"][0]
    (signature,) = entry.pop("signatures")
    assert signature_holds(entry, signature=signature["signature"], public_key=public)
    lock["entries"][0] = {**entry, "on": "2024-01-15", "signatures": [signature]}
    lock_path(path).write_text(json.dumps(lock), "utf-8")
    assert "the signature of 'evaluator' does not fit the entry" in run("protocol", "verify", path).out


def test_a_file_that_is_no_lock_is_refused(tmp_path: Path, run: Run) -> None:
    path = the_file(tmp_path)
    for text in ("", "[]", '{"format": "makegood-lock/1", "entries": []}', "\x00"):
        lock_path(path).write_text(text, "utf-8")
        told = run("protocol", "lock", path)
        assert told.code == 2
        assert "this is not a lock file" in told.err


# Keys.


def test_a_secret_key_is_for_its_owner_only_and_is_never_replaced(tmp_path: Path, run: Run) -> None:
    told = run("protocol", "keygen", "--out", tmp_path / "keys" / "evaluator")
    secret = tmp_path / "keys" / "evaluator.key"
    assert told.code == 0
    assert secret.stat().st_mode & 0o077 == 0
    assert (tmp_path / "keys" / "evaluator.pub").read_text("ascii").strip() in told.out
    assert secret.read_text("ascii") not in told.out
    before = secret.read_bytes()
    again = run("protocol", "keygen", "--out", tmp_path / "keys" / "evaluator")
    assert again.code == 2
    assert "a key of this name is there already" in again.err
    assert secret.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\x00\x01"])
def test_what_is_no_secret_key_is_refused_without_showing_it(content: bytes, tmp_path: Path, run: Run) -> None:
    key = tmp_path / "broken.key"
    key.write_bytes(content)
    told = run("protocol", "lock", the_file(tmp_path), "--key", key)
    assert told.code == 2
    assert "this is not an unencrypted private key in PEM form" in told.err
    assert "AAAA" not in told.err


def test_a_public_key_in_the_terms_must_be_one(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "programme.yaml"
    parties = {**terms_with()["parties"], "evaluator": {"name": "E", "roles": ["evaluator"], "public_key": "c2hvcnQ="}}
    path.write_text(written(terms_with(parties=parties)), "utf-8")
    told = run("check", path)
    assert told.code == 2
    assert "parties/evaluator/public_key: this is no public key: it holds 5 bytes, not 32" in told.err


# The programme: checking against it, pinning in it, drafting from it.


def compared_programme(folder: Path) -> Path:
    """A programme whose metric `work` is compared with a matched group; comments and both styles of YAML in it."""
    metric = {
        "title": "Work",
        "unit": "month",
        "better": "more",
        "effect": {"form": "difference", "counterfactual": [{"kind": "matched_group"}]},
    }
    parties = {**terms_with()["parties"], "evaluator": {"name": "The evaluator", "roles": ["evaluator"]}}
    text = written(
        terms_with(
            programme="werk-na-detentie", outcome_metrics={"job": terms_with()["outcome_metrics"]["job"], "work": metric}, parties=parties
        )
    )
    path = folder / "programme.yaml"
    path.write_text("# The terms.\n" + text, "utf-8")
    return path


def test_a_lock_is_checked_against_the_programme(tmp_path: Path, run: Run) -> None:
    programme = compared_programme(tmp_path)
    wrong = {"wrok": {"value": "mean"}, "work": {"value": "mean", "unit": "weeks", "better": "fewer"}}
    told = run("protocol", "lock", the_file(tmp_path, outcomes=wrong), "--programme", programme)
    assert told.code == 2
    assert "'wrok' is no outcome metric of the programme" in told.err
    assert "did you mean 'work'?" in told.err
    assert "unit is 'weeks' here and 'month' in the programme" in told.err
    assert "better is 'fewer' here and 'more' in the programme" in told.err
    other = run("protocol", "lock", the_file(tmp_path, programme="other"), "--programme", programme)
    assert "the protocol is written for 'other', this programme is 'werk-na-detentie'" in other.err


def test_pinning_writes_the_hash_and_the_keys_and_nothing_else(tmp_path: Path, run: Run) -> None:
    programme, protocol = compared_programme(tmp_path), the_file(tmp_path)
    _secret, public = a_key(tmp_path, "evaluator")
    out = tmp_path / "pinned.yaml"
    told = run("protocol", "pin", protocol, "--programme", programme, "--public-key", f"evaluator={public}", "--out", out)
    assert told.code == 0
    old, new = read_agreement(programme, check=check_terms).on(None).programme, read_agreement(out, check=check_terms).on(None).programme
    digest = sha256(protocol.read_bytes()).hexdigest()
    assert new.outcome_metrics["work"].effect.counterfactual[0].protocol_sha256 == digest  # type: ignore[union-attr]
    assert new.parties["evaluator"].public_key == public
    before, after = programme.read_text("utf-8").splitlines(), out.read_text("utf-8").splitlines()
    assert [line for line in after if "protocol_sha256" not in line and "public_key" not in line] == [
        line for line in before if line in after
    ]
    assert after[0] == "# The terms."
    assert old.model_dump(exclude={"outcome_metrics", "parties"}) == new.model_dump(exclude={"outcome_metrics", "parties"})


def test_pinning_again_replaces_the_pin(tmp_path: Path, run: Run) -> None:
    programme, protocol = compared_programme(tmp_path), the_file(tmp_path)
    run("protocol", "pin", protocol, "--programme", programme, "--out", programme)
    the_file(tmp_path, seed=2)
    assert run("protocol", "pin", protocol, "--programme", programme, "--out", programme).code == 0
    assert programme.read_text("utf-8").count("protocol_sha256") == 1
    assert sha256(protocol.read_bytes()).hexdigest() in programme.read_text("utf-8")


def test_what_cannot_be_pinned_is_said(tmp_path: Path, run: Run) -> None:
    programme, protocol = compared_programme(tmp_path), the_file(tmp_path)
    words = ("--metric", "job", "--public-key", f"nobody={a_key(tmp_path, 'nobody')[1]}")
    told = run("protocol", "pin", protocol, "--programme", programme, *words, "--out", tmp_path / "p.yaml")
    assert told.code == 2
    assert "'job' is not compared with a group" in told.err
    assert "'nobody' is no party" in told.err
    assert not (tmp_path / "p.yaml").exists()


def test_a_draft_takes_metrics_from_the_programme_and_variables_from_the_files(tmp_path: Path, run: Run) -> None:
    (tmp_path / "t.csv").write_text(
        "pid,age,sex,Region 2,only_here\n" + "".join(f"{n},{20 + n},{'mf'[n % 2]},r{n % 3},1\n" for n in range(40))
    )
    (tmp_path / "p.csv").write_text("pid,sex,age,Region 2\nx,m,30,r1\n")
    out = tmp_path / "drafted.yaml"
    told = run(
        "protocol", "draft", compared_programme(tmp_path), "--treated", tmp_path / "t.csv", "--pool", tmp_path / "p.csv", "--out", out
    )
    assert told.code == 0
    made = read_protocol(out).terms
    assert made.columns.person == "pid"
    kinds = {variable.column or name: variable.kind for name, variable in made.variables.items()}
    assert kinds == {"age": "number", "sex": "category", "Region 2": "category"}
    assert list(made.outcomes) == ["work"]
    assert run("protocol", "draft", compared_programme(tmp_path), "--out", out).code == 2  # it replaces nothing


def test_a_programme_that_ships_with_a_protocol_gives_it_as_it_is(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "protocol.yaml"
    assert run("protocol", "draft", "werk-na-detentie", "--out", out).code == 0
    pins = read_agreement("werk-na-detentie", check=check_terms).on(None).programme.outcome_metrics["months_of_work"].effect
    assert pins is not None
    assert pins.counterfactual[0].protocol_sha256 == sha256(out.read_bytes()).hexdigest()
