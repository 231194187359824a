"""The stored statement: titles of the terms, money and days as people write them, charts that are shapes and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from makegood_portal.ledger.models import ProgrammeVersion
from makegood_portal.ledger.words import Role
from portal.builders import World, a_loaded_programme, client_of

pytestmark = pytest.mark.django_db
CHART = (
    '<figure><svg class="chart wide" role="img" aria-labelledby="chart-lines-wide-t chart-lines-wide-d">'
    '<title id="chart-lines-wide-t">Lines &amp; payers</title><desc id="chart-lines-wide-d">Repaid: all.</desc>'
    '<rect x="0" width="10" height="2"/></svg></figure>'
)


def settlement(sha256: str) -> dict[str, Any]:
    line = {
        "metric": "months_delivered",
        "units": "0.27",
        "earned": "324774.77",
        "due": "324774.77",
        "paid_before": "0",
        "amount": "324774.77",
    }
    unknown = {**line, "units": None, "earned": "0.00", "due": "0.00", "amount": "0"}
    return {
        "title": "Work after prison", "programme_sha256": sha256, "as_of": "2019-08-01", "currency": "EUR", "total": "388457.15",
        "outcome_payments": [
            {"line": "interim_repayment", "payer": "ministry", **line},
            {"line": "recidivism_reduction", "payer": "ministry", **unknown},
        ],
        "investor_repayments": [
            {
                "investment": "oranjefonds", "investor": "oranjefonds", "drawn": "400000", "repaid": "129485.71", "loss": "270514.29",
                "annual_return": "-0.293071",
            },
        ],
        "assumptions": [{"path": "rounding"}],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MAKEGOOD_HOME", tmp_path)
    (tmp_path / "statement").mkdir()
    return tmp_path / "statement"


def reader(world: World, language: str) -> Client:
    client = client_of(world.ours.users[Role.INVESTOR])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def kept(folder: Path, sha256: str) -> None:
    (folder / "settlement.json").write_text(json.dumps(settlement(sha256)), encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Repayment on months of work delivered", "€388,457.15", "1\u00a0August 2019", "−29.3%", "no result known yet"]),
        ("nl", ["Terugbetaling op geleverde maanden werk", "€\u00a0388.457,15", "1\u00a0augustus 2019", "−29,3%", "Ministerie"]),
    ],
)  # fmt: skip
def test_people_read_words_and_not_codes(world: World, folder: Path, language: str, said: list[str]) -> None:
    programme = a_loaded_programme()
    kept(folder, ProgrammeVersion.objects.get(programme=programme).sha256)
    page = reader(world, language).get("/statement/").content.decode()
    assert [words for words in said if words not in page] == []
    assert "interim_repayment" not in page
    assert "324774.77" not in page


def test_without_its_terms_a_code_is_shown_as_words(world: World, folder: Path) -> None:
    kept(folder, "0" * 64)
    page = reader(world, "en").get("/statement/").content.decode()
    assert "Interim repayment" in page
    assert "Work after prison" in page


def test_charts_come_from_the_statement_and_hold_shapes_only(world: World, folder: Path) -> None:
    kept(folder, "0" * 64)
    bad = CHART.replace("chart-lines", "chart-evil").replace("<rect", "<script>alert(1)</script><rect")
    handler = CHART.replace("chart-lines", "chart-click").replace("<rect", '<rect onclick="alert(1)"')
    (folder / "statement.html").write_text(CHART + bad + handler, encoding="utf-8")
    page = reader(world, "en").get("/statement/").content.decode()
    assert page.count('<svg class="chart') == 1
    assert "Lines &amp; payers" in page
    assert "alert(1)" not in page


def test_no_statement_and_no_page_of_it(world: World, folder: Path) -> None:
    assert "empty" in reader(world, "en").get("/statement/").content.decode()
    assert reader(world, "en").get("/statement/document/").status_code == 404
    (folder / "statement.html").write_text(CHART, encoding="utf-8")
    assert reader(world, "en").get("/statement/document/")["Content-Type"] == "text/html"
