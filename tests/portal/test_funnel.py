"""The funnel over the register: as of any day, from dated events, for each role what it may count.

Needs 19, 27, 28, 29, 39, 42 and 43. Published: 1,299 on the lists, 223 selected, 119 started, one of them from outside
the lists (table 7, appendix table 10).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from a_world import day, rows_of
from makegood.cli import main
from makegood.selection.funnel import Listed, Taken, by_site, count_by, reasons_of, together
from makegood.selection.shares import Share
from makegood_portal.actions.import_world import import_world
from makegood_portal.ledger.models import Organisation, User
from makegood_portal.ledger.queries import funnel
from makegood_portal.ledger.queries.funnel import FEW, Funnel
from makegood_portal.ledger.scope import scope_of, scope_of_system, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import a_loaded_programme, a_user, client_of

pytestmark = pytest.mark.django_db
AFTER_ALL = date(2018, 5, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    assert main(["world", "werk-na-detentie", "--seed", "1", "--pool", "0", "--out", str(out), "--quiet"]) == 0
    return out


def counted(user: User, *, as_of: date, **more: object) -> Funnel:
    scope = scope_of(user)
    with scoped(scope):
        found = funnel.funnel(scope, as_of=as_of, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_register_counts_what_was_published(folder: Path) -> None:
    programme = a_loaded_programme()
    import_world(folder, programme=programme, by=scope_of_system("load"))
    service = Organisation.objects.filter(kind=Kind.PRISON_SERVICE).first()
    office = a_user(Role.HEAD_OFFICE, at=service)
    found = counted(office, as_of=AFTER_ALL)
    assert (found.listed, found.chosen, found.started, found.outside) == (1299, 223, 119, 1)
    assert (found.uptake.n, found.uptake.of) == (118, 1299)
    assert found.dropped == Share(104, 223)
    steps = {line.code: line.shares.reached for line in found.steps}
    assert steps["started"] == 118
    assert steps["list_drawn_up"] == 1299

    # The same as the engine counts from the files, on three days, prison by prison and reason by reason.
    listed = [Listed(row["candidate"], row["prison"], day(row["listed_on"])) for row in rows_of("gross_list.csv", seed=1)]
    events = rows_of("selection_events.csv", seed=1)
    taken = [
        Taken(
            row["candidate"], row["step"], "exit" if row["outcome"] == "exit" else "done", day(row["on"]), row["reason_list"], row["reason"]
        )
        for row in events
    ]
    names = {row["organisation"]: row["name"] for row in rows_of("organisations.csv", seed=1)}
    for as_of in (date(2016, 11, 15), date(2017, 2, 1), AFTER_ALL):
        found = counted(office, as_of=as_of)
        order = [line.code for line in found.steps]
        groups = count_by(by_site, listed, taken, order=order, as_of=as_of)
        whole = together(groups.values())
        assert (found.listed, found.uptake.n) == (whole.listed, whole.reached["started"])
        assert [line.shares.reached for line in found.steps] == [whole.reached[step] for step in order]
        assert sum(line.left for line in found.steps) == whole.left
        assert {line.names[0]: (line.listed, line.started.n, line.open) for line in found.by_prison} == {
            names[site]: (one.listed, one.reached["started"], one.open) for site, one in groups.items()
        }
        assert all(one.total <= found.dropped.n for one in found.dropped_reasons)
        assert [share.n for _, share in found.reasons[0].rows] == [share.n for share in reasons_of(whole, "prison_service").values()]
    # In the middle of intake the plan, the forecast and the warnings of the file.
    middle = counted(office, as_of=date(2017, 2, 1))
    assert middle.planned == 150
    assert middle.forecast is not None
    assert middle.forecast.so_far < 119 <= middle.forecast.high
    assert {"starts_below", "forecast_below_plan"} <= {one.rule for one in middle.warnings}

    # The lead counts the same without seeing them: no prison and no reason of a few.
    lead = User.objects.get(memberships__role="lead")
    told = counted(lead, as_of=AFTER_ALL)
    assert (told.listed, told.chosen, told.started) == (1299, 223, 119)
    assert min(line.listed for line in told.by_prison) >= FEW
    assert all(share.n >= FEW for one in told.reasons for _, share in one.rows)
    assert [one.total for one in told.reasons] == [one.total for one in found.reasons]
    # Appendix table 10: 104 of the selected did not start.
    provider = next(one for one in found.dropped_reasons if one.total == 104)
    assert sum(share.n for _, share in provider.rows) == 104
    # Waiting: with who still waits; and between being selected and release.
    assert found.before_release is not None
    assert found.before_release.done > 200
    informed = next(line for line in found.steps if line.code == "informed")
    assert informed.wait is not None
    assert informed.wait.median_days is not None
    assert all(line.filled is not None and line.filled.of > line.filled.n > 0 for line in found.by_prison if line.chosen.n > FEW)

    page = client_of(lead).get(reverse("funnel"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count('<svg viewBox="0 0 360') == 2
    assert "<dd>1299</dd>" in text
    assert "<dd>119" in text
