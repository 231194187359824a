"""The demonstration world comes into the register like any other history; its counts are the published ones.

Published: 1,299 on the lists, 118 of them started, 1,181 did not, one entrant outside them; 223 selected (table 7, appendix table 10).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from makegood.cli import main
from makegood.values.problem import Refused
from makegood_portal.actions.criteria import count_criteria
from makegood_portal.actions.import_world import import_world
from makegood_portal.ledger.models import Answer, Candidacy, ContactRoute, PermissionRequest, SelectionEvent, User
from makegood_portal.ledger.queries import questionnaires
from makegood_portal.ledger.scope import scope_of, scope_of_system, scoped
from portal.builders import a_loaded_programme

pytestmark = pytest.mark.django_db
OPERATOR = scope_of_system("load")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    assert main(["world", "werk-na-detentie", "--seed", "1", "--pool", "0", "--out", str(out), "--quiet"]) == 0
    return out


def test_the_published_counts_stand_in_the_register(folder: Path) -> None:
    programme = a_loaded_programme()
    import_world(folder, programme=programme, by=OPERATOR)
    listed = Candidacy.objects.filter(list_month__isnull=False)
    assert (listed.count(), Candidacy.objects.filter(list_month=None).count()) == (1299, 1)
    assert (listed.filter(state="started").count(), listed.filter(state="left").count()) == (118, 1181)
    assert Candidacy.objects.filter(state="started").count() == 119
    not_recorded = SelectionEvent.objects.filter(reason_source="prison_service", reason="not_recorded")
    assert not_recorded.count() == 414
    assert (PermissionRequest.objects.count(), ContactRoute.objects.count()) > (100, 100)
    assert import_world(folder, programme=programme, by=OPERATOR) == {}
    lead = scope_of(User.objects.get(memberships__role="lead"))
    with scoped(lead):
        (found, *_), _ = questionnaires.missing(lead)
    assert found.responses > 100
    with scoped(lead):
        counts = count_criteria(by=lead, on=programme.pk, day=date(2016, 10, 2), today=date(2026, 11, 30)).counts["started"]
    guide = next(one for one in counts["before"] if one["criterion"] == "employability")
    # Need 45: the process evaluation could check 83, of whom 31 meet the guide (its lines 2635-2646).
    judged = Answer.objects.filter(item="work_potential", status="given", candidacy__state="started").values("candidacy").distinct()
    assert (judged.count(), guide["yes"]) == (83, 31)
    assert guide["yes"] + guide["no"] + guide["unknown"] == counts["assessed"] >= 83


def test_a_folder_without_its_files_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"gross_list\.csv"):
        import_world(tmp_path, programme=a_loaded_programme(), by=OPERATOR)
    assert Candidacy.objects.count() == 0
