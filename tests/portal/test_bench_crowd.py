"""The invented crowd of the bench still fits the tables: a bench that does not fill measures nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from benchmarks.portal_crowd import load
from makegood_portal.ledger.models import Candidacy, Response

pytestmark = pytest.mark.django_db


def test_a_small_crowd_fills_the_register(tmp_path: Path) -> None:
    counted = load(tmp_path, candidates=300, started=30, seed=1, today=timezone.localdate())
    assert Candidacy.objects.count() == 300
    assert Candidacy.objects.filter(state="started").count() == 30
    assert all(number > 0 for number in counted.values()), counted
    assert not Response.objects.filter(asked_count=0).exists()
