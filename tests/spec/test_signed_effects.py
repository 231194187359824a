"""A comparison that decides money: signed by the evaluator under the pinned protocol, or refused with the reason."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import a_line, terms_with, written
from comparison_builders import a_protocol
from makegood.cli import main
from makegood.comparison.signed_result import render
from makegood.comparison.signing import key_pair, read_private_key

Settle = Callable[..., tuple[int, str, str]]
RESULTS = "result,metric,cohort,value,comparison_value,comparison_kind,n,observed_until,status\n"
ROW = {
    "result": "r1",
    "metric": "work",
    "cohort": "all",
    "value": "9",
    "comparison_value": "7",
    "comparison_kind": "matched_group",
    "n": "50",
    "observed_until": "2024-06-30",
    "status": "final",
}


class Case:
    """A programme that pays 1,000 for each unit of the effect on `work`, its locked protocol, the keys of the parties."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programme, self.protocol, self.results = (folder / name for name in ("programme.yaml", "protocol.yaml", "results.csv"))
        for party in ("evaluator", "payer", "stranger"):
            pair = key_pair(sha256(party.encode()).digest())
            (folder / f"{party}.key").write_bytes(pair.private_pem)
            (folder / f"{party}.pub").write_text(pair.public, "ascii")
        self.protocol.write_text(
            yaml.safe_dump(a_protocol(programme="trial", outcomes={"work": {"value": "mean"}, "job": {"value": "mean"}}))
        )
        assert main(["protocol", "lock", str(self.protocol), "--key", str(folder / "evaluator.key"), "--quiet"]) == 0
        self.results.write_text(RESULTS + ",".join(ROW.values()) + "\n")
        self.write_programme()

    def write_programme(self, *, metrics: dict[str, Any] | None = None, **terms: Any) -> None:
        pin = {"kind": "matched_group", "protocol_sha256": self.digest}
        compared = {"title": "Work", "unit": "month", "effect": {"form": "difference", "counterfactual": [pin]}}
        parties = {
            **terms_with()["parties"],
            "evaluator": {"name": "The evaluator", "roles": ["evaluator"], "public_key": self.public("evaluator")},
            "payer": {"name": "The payer", "roles": ["outcome_payer"], "public_key": self.public("payer")},
        }
        self.programme.write_text(
            written(
                terms_with(
                    programme="trial",
                    parties=parties,
                    outcome_metrics={"work": compared, **(metrics or {})},
                    figures={"gain": {"effect": "work"}},
                    outcome_pricings={"work": a_line(metric="work", counts="gain", price="1000")},
                    **terms,
                )
            )
        )

    @property
    def digest(self) -> str:
        return sha256(self.protocol.read_bytes()).hexdigest()

    def public(self, party: str) -> str:
        return (self.folder / f"{party}.pub").read_text("ascii")

    def signed(self, *words: str, party: str = "evaluator", key: str | None = None) -> Path:
        out = self.folder / "effect.json"
        words = (
            "--results",
            str(self.results),
            "--key",
            str(self.folder / f"{key or party}.key"),
            "--party",
            party,
            "--out",
            str(out),
            *words,
        )
        assert main(["protocol", "sign", str(self.protocol), *words, "--quiet"]) == 0
        return out


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture
def settle(case: Case, capsys: pytest.CaptureFixture[str]) -> Settle:
    def call(*words: object) -> tuple[int, str, str]:
        code = main(["settle", str(case.programme), *(str(word) for word in words), "--as-of", "2024-12-31", "--format", "json"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_signed_result_under_the_pinned_protocol_pays(case: Case, settle: Settle) -> None:
    code, out, _err = settle("--effect", case.signed(), "--out", case.folder / "settlement")
    assert code == 0
    assert json.loads(out)["total"] == "2000.00"
    made_from = json.loads((case.folder / "settlement" / "explanation.json").read_text("utf-8"))["provenance"]
    assert made_from["effect_signed_by"] == "evaluator"
    assert made_from["effect_protocol"] == case.digest
    assert made_from["effect"] == sha256((case.folder / "effect.json").read_bytes()).hexdigest()


def test_no_byte_of_it_can_be_changed(case: Case, settle: Settle) -> None:
    """Every byte, one at a time: another letter, a digit, a blank, the signature itself."""
    path = case.signed()
    whole = path.read_bytes()
    forged = case.folder / "forged.json"
    for place in range(0, len(whole), 7):
        byte = whole[place]
        forged.write_bytes(whole[:place] + bytes([byte ^ 1]) + whole[place + 1 :])
        code, _out, err = settle("--effect", forged)
        assert code == 2, f"byte {place} ({whole[max(0, place - 20) : place + 20]!r}) was changed and nobody saw it"
        assert "forged.json: " in err


CHANGES = {
    "a figure": lambda text: text.replace('"9"', '"19"'),
    "blanks": lambda text: text.replace(": ", ":  ", 1),
    "another line end": lambda text: text.replace("\n", "\r\n"),
    "a key more": lambda text: text.replace('{\n "content"', '{\n "approved": true,\n "content"'),
    "an escaped letter": lambda text: text.replace('"work"', '"w\\u006frk"', 1),
    "a signature in another spelling": lambda text: text.replace('=="\n}', '="\n}'),
    "a shorter file": lambda text: text[:-200],
    "a second result": lambda text: text.replace('"results": [', '"results": [{"metric": "work", "result": "r0", "value": "99"},'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_refused_with_the_reason(change: str, case: Case, settle: Settle) -> None:
    path = case.signed()
    text = path.read_text("utf-8")
    changed = CHANGES[change](text)
    assert changed != text
    path.write_bytes(changed.encode())
    code, out, err = settle("--effect", path)
    assert (code, out) == (2, "")
    assert "is not what was signed" in err or "bytes differ from those that were signed" in err or "this is not a signed result" in err
    assert "ask the evaluator for the file as it was signed" in err


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"[1]", b'{"content": 3, "signature": 4}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_signed_result_is_refused(content: bytes, case: Case, settle: Settle) -> None:
    path = case.folder / "odd.json"
    path.write_bytes(content)
    code, _out, err = settle("--effect", path)
    assert code == 2
    assert "odd.json: this is not a" in err


# Who may sign.


def test_only_an_evaluator_of_the_programme_may_sign(case: Case, settle: Settle) -> None:
    """The payer has a key, to countersign the protocol with; a result under it would be the payer's own."""
    code, _out, err = settle("--effect", case.signed(party="payer"))
    assert code == 2
    assert "it is signed by 'payer', whose public key the programme does not name (it names 'evaluator')" in err


def test_a_stranger_cannot_sign_in_the_evaluators_name(case: Case, settle: Settle) -> None:
    code, _out, err = settle("--effect", case.signed(party="evaluator", key="stranger"))
    assert code == 2
    assert "it is signed with another key than the programme names for 'evaluator'" in err


def test_a_programme_without_keys_or_pin_takes_no_comparison(case: Case, settle: Settle) -> None:
    effect = case.signed()
    terms = yaml.load(case.programme.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes text only
    terms["parties"]["evaluator"]["roles"] = ["adviser"]
    case.programme.write_text(yaml.safe_dump(terms, sort_keys=False))
    code, _out, err = settle("--effect", effect)
    assert code == 2
    assert "no evaluator of the programme has a public key" in err
    plain = {"form": "difference", "counterfactual": [{"kind": "matched_group"}]}
    case.write_programme(metrics={"work": {"title": "Work", "unit": "month", "effect": plain}})
    code, _out, err = settle("--effect", effect)
    assert code == 2
    assert "the programme pins no protocol" in err


# Under what.


def test_a_result_under_another_protocol_is_refused(case: Case, settle: Settle) -> None:
    case.protocol.write_text(case.protocol.read_text("utf-8").replace("seed: 1", "seed: 2"))
    words = ["--reason", "Another draw.", "--expected-effect", "None.", "--key", str(case.folder / "evaluator.key"), "--quiet"]
    assert main(["protocol", "lock", str(case.protocol), *words]) == 0
    code, _out, err = settle("--effect", case.signed())
    assert code == 2
    assert "it was made under the protocol" in err
    assert "run the comparison under the pinned protocol, or amend the programme" in err


def test_once_the_amended_protocol_is_pinned_the_settlement_says_that_it_was_amended(case: Case, settle: Settle) -> None:
    case.protocol.write_text(case.protocol.read_text("utf-8").replace("seed: 1", "seed: 2"))
    words = ["--on", "2024-02-01", "--reason", "Another draw.", "--expected-effect", "None.", "--key", str(case.folder / "evaluator.key")]
    assert main(["protocol", "lock", str(case.protocol), *words, "--quiet"]) == 0
    case.write_programme()
    code, out, _err = settle("--effect", case.signed())
    assert code == 0
    problems = {problem["code"]: problem for problem in json.loads(out)["problems"]}
    assert problems["protocol_amended"]["severity"] == "warning"
    assert "the protocol was amended on 2024-02-01: Another draw." in problems["protocol_amended"]["what"]


def test_a_result_of_another_programme_is_refused(case: Case, settle: Settle) -> None:
    case.protocol.write_text(case.protocol.read_text("utf-8").replace("programme: trial", "programme: other"))
    (case.folder / "protocol.lock.json").unlink()
    assert main(["protocol", "lock", str(case.protocol), "--key", str(case.folder / "evaluator.key"), "--quiet"]) == 0
    case.write_programme()
    code, _out, err = settle("--effect", case.signed())
    assert code == 2
    assert "it is a result of the programme 'other', not of 'trial'" in err


def test_terms_may_grow_by_amendment_after_the_result_and_not_be_edited(case: Case, settle: Settle) -> None:
    effect = case.signed("--programme", str(case.programme))
    assert settle("--effect", effect)[0] == 0
    terms = yaml.load(case.programme.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes text only
    later = {
        "from": "2024-09-01",
        "reason": "A better title.",
        "expected_effect": "None.",
        "review_on": "2024-12-01",
        "changes": [{"term": "outcome_metrics/work/title", "was": "Work", "becomes": "Months of work"}],
    }
    case.programme.write_text(yaml.safe_dump({**terms, "amendments": {"retitled": later}}, sort_keys=False))
    code, _out, err = settle("--effect", effect)
    assert code == 0, err
    terms["outcome_metrics"]["work"]["title"] = "Something else"
    case.programme.write_text(yaml.safe_dump(terms, sort_keys=False))
    code, _out, err = settle("--effect", effect)
    assert code == 2
    assert "it was made for another text of the programme" in err


def test_a_result_of_a_newer_version_is_refused_and_of_an_older_one_is_not(case: Case, settle: Settle) -> None:
    effect = case.signed()
    content = json.loads(effect.read_text("utf-8"))["content"]
    for version, expected in (("99.0.0", 2), ("0.0.1", 0), ("unheard of", 2)):
        content["software"]["version"] = version
        effect.write_bytes(render(content, party="evaluator", key=read_private_key(case.folder / "evaluator.key")))
        code, _out, err = settle("--effect", effect)
        assert code == expected
        assert (f"it was made by version {version}, this is" in err) == (expected == 2)


# Of what it speaks.


def test_it_speaks_of_the_metrics_for_which_its_protocol_is_pinned_and_of_no_other(case: Case, settle: Settle) -> None:
    case.results.write_text(RESULTS + ",".join(ROW.values()) + "\n" + ",".join({**ROW, "result": "r2", "metric": "job"}.values()) + "\n")
    case.write_programme(metrics={"job": {"title": "Jobs", "unit": "month"}})
    code, out, _err = settle("--effect", case.signed())
    assert code == 0
    told = json.loads(out)
    assert told["total"] == "2000.00"
    (problem,) = [problem for problem in told["problems"] if problem["code"] == "not_pinned"]
    assert "it speaks of 'job' too, for which the terms do not pin this protocol" in problem["what"]


def test_a_result_pinned_for_one_metric_does_not_count_for_another(case: Case, settle: Settle) -> None:
    """Two metrics under two protocols: the one protocol cannot supply the other's result."""
    other = {"kind": "matched_group", "protocol_sha256": "ab" * 32}
    job = {"title": "Jobs", "unit": "month", "effect": {"form": "difference", "counterfactual": [other]}}
    case.write_programme(metrics={"job": job})
    case.results.write_text(RESULTS + ",".join({**ROW, "metric": "job"}.values()) + "\n")
    code, out, _err = settle("--effect", case.signed())
    assert code == 0
    told = json.loads(out)
    assert told["total"] == "0.00"
    assert [problem["code"] for problem in told["problems"] if problem["code"] == "not_pinned"] == ["not_pinned"]


def test_a_comparison_that_nobody_signed_is_refused_where_a_protocol_is_pinned(case: Case, settle: Settle) -> None:
    code, _out, err = settle("--results", case.results)
    assert code == 2
    assert "result 'r1' compares 'work', and nobody signed it" in err
    assert "`--effect effect.json`" in err


def test_unless_the_terms_say_that_it_is_accepted(case: Case, settle: Settle) -> None:
    pin = {"kind": "matched_group", "protocol_sha256": case.digest, "unsigned": "accepted"}
    case.write_programme(metrics={"work": {"title": "Work", "unit": "month", "effect": {"form": "difference", "counterfactual": [pin]}}})
    code, out, _err = settle("--results", case.results)
    assert (code, json.loads(out)["total"]) == (0, "2000.00")


def test_a_signed_result_replaces_what_was_typed_for_its_metric(case: Case, settle: Settle) -> None:
    effect = case.signed()
    case.results.write_text(RESULTS + ",".join({**ROW, "value": "99"}.values()) + "\n")
    code, out, _err = settle("--results", case.results, "--effect", effect)
    assert (code, json.loads(out)["total"]) == (0, "2000.00")


def test_only_columns_of_a_result_can_be_signed(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    with case.results.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*ROW, "validated_by"])
        writer.writerow([*ROW.values(), "evaluator"])
    words = ["--results", str(case.results), "--key", str(case.folder / "evaluator.key"), "--out", str(case.folder / "x.json")]
    assert main(["protocol", "sign", str(case.protocol), *words]) == 2
    assert "'validated_by' is not for the evaluator to sign" in capsys.readouterr().err
    assert not (case.folder / "x.json").exists()


def test_verify_says_the_same_before_anybody_settles(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    effect = case.signed(party="payer")
    words = ["protocol", "verify", str(case.protocol), "--result", str(effect), "--programme", str(case.programme)]
    assert main(words) == 1
    assert "it is signed by 'payer'" in capsys.readouterr().out
    case.signed()
    assert main(words) == 0
    assert "Everything holds." in capsys.readouterr().out
