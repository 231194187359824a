"""A programme and its settlement leave in standard formats, and other people's programs read them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from makegood.cli import main
from makegood.programme.reading import shipped

REFERENCE = os.environ.get("MAKEGOOD_REFERENCE_DIR")
ADDED = {"organisations"}
"""What the file says beyond the standard: who the codes are."""


@pytest.fixture(scope="module")
def project() -> Callable[[str, Path], dict[str, Any]]:
    """Export a shipped programme to the INDIGO standard."""

    def exported(name: str, folder: Path) -> dict[str, Any]:
        out = folder / f"{name}.json"
        assert main(["export", name, "--to", "indigo", "--out", str(out), "--quiet"]) == 0
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return found

    return exported


@pytest.mark.skipif(REFERENCE is None, reason="MAKEGOOD_REFERENCE_DIR is not set: the schema of the standard is not here")
@pytest.mark.parametrize("name", shipped())
def test_a_project_fits_the_schema_of_the_standard(name: str, project: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    schema = json.loads((Path(str(REFERENCE)) / "indigo" / "project.json").read_text(encoding="utf-8"))
    content = project(name, tmp_path)
    found = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in jsonschema.Draft7Validator(schema).iter_errors(content)]
    assert found == []
    assert set(content) - set(schema["properties"]) == ADDED
    assert list(_unknown(content, schema, schema)) == [], "a key that the standard does not have would be read by nobody"


def _unknown(content: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "") -> Any:
    """Keys below the top that the schema does not name; it allows any, so validation alone would not see a misspelt one."""
    if "$ref" in schema:
        schema = {**root["definitions"][schema["$ref"].rpartition("/")[2]], **schema}
    if isinstance(content, dict):
        for key, inner in content.items():
            if path or key not in ADDED:
                known = schema.get("properties", {})
                if key not in known:
                    yield f"{path}/{key}"
                else:
                    yield from _unknown(inner, known[key], root, f"{path}/{key}")
    elif isinstance(content, list):
        for inner in content:
            yield from _unknown(inner, schema["items"], root, f"{path}[]")


def test_the_reference_programme_tells_its_money_as_published(project: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """EUR 1.2 million of three investors (Volkskrant, March 2019); 206 of 700 months pay as the terms' reading says."""
    content = project("werk-na-detentie", tmp_path)
    assert content["overall_project_finance"]["total_investment_commitment"]["amount"]["exact"]["value"] == 1_200_000
    due = sum(round(Decimal(capital) * 206 / 700, 2) for capital in (1_200_000, 120_000))  # each line is rounded by itself
    assert content["overall_project_finance"]["total_outcome_payments_made"]["amount"]["value"] == float(due)
    assert [row["organisation_id"]["value"] for row in content["outcome_payment_commitments"]] == ["ministry"]
    assert {row["investor_repayment"]["value"] for row in content["investments"]} == {"Some repayment (but below value of principle)"}
    assert [row["money"]["amount"]["value"] for row in content["transactions"]] == [400_000] * 3
    assert content["service_and_beneficiaries"]["targeted_number_service_users_or_beneficiaries_total"]["value"] == 119
    prices = {row["notes"].split("'")[1]: row for row in content["outcome_pricings"]}
    assert prices["recidivism_reduction"]["price_per_unit"]["amount"]["value"] == 6_100
    assert prices["recidivism_reduction"]["maximum_price_if_all_targets_achieved"]["amount"]["value"] == "61000"
    assert "price_per_unit" not in prices["premium"], "a price that follows the drawings is no amount a unit"
    assert prices["premium"]["price_description"]["value"].endswith("when: {figure: extra_months, from: threshold}")


@pytest.mark.parametrize("name", shipped())
def test_what_refers_is_there(name: str, project: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    content = project(name, tmp_path)
    sources, metrics, organisations = ({row["id"] for row in content[part]} for part in ("sources", "outcome_metrics", "organisations"))
    for part, rows in content.items():
        for row in rows if isinstance(rows, list) else [rows]:
            assert set(filter(None, row.get("source_ids", "").split(","))) <= sources, part
            assert row.get("outcome_metric_id", {}).get("value") in metrics | {None}, part
            for key in ("organisation_id", "payer_organisation_id", "sending_organisation_id", "receiving_organisation_id"):
                assert row.get(key, {}).get("value") in organisations | {None}, (part, key)


def test_claims_leave_as_counts_and_never_name_a_person(project: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    text = json.dumps(project("innovation-fund", tmp_path))
    assert "claims accepted" in text
    claims = (shipped()["innovation-fund"] / "claims.csv").read_text(encoding="utf-8").splitlines()
    persons = {line.split(",")[claims[0].split(",").index("person")] for line in claims[1:]}
    assert persons
    assert not [person for person in persons if f'"{person}"' in text or f" {person} " in text]


def test_terms_alone_make_a_project_without_results(tmp_path: Path) -> None:
    copy = tmp_path / "programme.yaml"
    copy.write_bytes((shipped()["newpin"] / "programme.yaml").read_bytes())
    out = tmp_path / "new" / "newpin.json"
    assert main(["export", str(copy), "--to", "indigo", "--out", str(out), "--quiet"]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert not {"results", "transactions", "outcome_payments", "stage_development"} & set(content)
    assert content["outcome_metrics"][0]["id"] == "restoration_rate"


@pytest.mark.parametrize("name", shipped())
def test_bean_check_accepts_the_journal(name: str, tmp_path: Path) -> None:
    out = tmp_path / "journal.beancount"
    assert main(["export", name, "--to", "beancount", "--out", str(out), "--quiet"]) == 0
    program = Path(sys.executable).parent / "bean-check"
    if not program.exists():
        pytest.skip("bean-check is not installed")
    checked = subprocess.run([str(program), str(out)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_journal_of_a_settlement_is_the_one_in_its_folder(tmp_path: Path) -> None:
    folder = _settled(tmp_path / "s")
    assert main(["export", "newpin", "--to", "beancount", "--settlement", str(folder), "--out", str(tmp_path / "j"), "--quiet"]) == 0
    assert (tmp_path / "j").read_bytes() == (tmp_path / "s" / "journal.beancount").read_bytes()


def _settled(folder: Path, name: str = "newpin") -> Path:
    assert main(["settle", name, "--out", str(folder), "--quiet"]) == 0
    return folder


def _broken(folder: Path) -> Path:
    told = json.loads((_settled(folder) / "settlement.json").read_text(encoding="utf-8"))
    (folder / "settlement.json").write_text(json.dumps({key: told[key] for key in ("programme", "programme_sha256")}), encoding="utf-8")
    return folder


def _of_another_text(folder: Path) -> Path:
    path = _settled(folder) / "settlement.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "programme_sha256": "0" * 64}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder, "there is no readable settlement.json in this folder"),
        (lambda folder: _settled(folder, "educate-girls"), "this settles 'educate-girls', not 'newpin'"),
        (_of_another_text, "the programme file has changed since this was settled"),
        (_broken, "this settlement cannot be used"),
    ],
)
def test_a_settlement_that_does_not_fit_is_refused(
    make: Callable[[Path], Path], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert main(["export", "newpin", "--to", "indigo", "--settlement", str(make(tmp_path / "s")), "--out", str(out)]) == 2
    assert says in capsys.readouterr().err
    assert not out.exists()


def test_a_journal_needs_a_settlement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "programme.yaml"
    copy.write_bytes((shipped()["newpin"] / "programme.yaml").read_bytes())
    assert main(["export", str(copy), "--to", "beancount", "--out", str(tmp_path / "j")]) == 2
    assert "no settlement was named" in capsys.readouterr().err
    assert not (tmp_path / "j").exists()


@pytest.mark.parametrize("out", [".", "file/below"])
def test_an_output_that_cannot_be_written_is_refused(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("a file", encoding="utf-8")
    assert main(["export", "newpin", "--to", "indigo", "--out", out]) == 2
    assert "this is a f" in capsys.readouterr().err or out != "."
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
