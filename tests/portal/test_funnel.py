"""The funnel over the register: as of any day, from dated events, for each role what it may count.

Needs 19, 27, 28, 29, 32, 33, 39, 42 and 43. Published: 1,299 on the lists, 223 selected, 119 started, one of them from outside
the lists (table 7, appendix table 10).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from a_world import day, rows_of
from makegood.cli import main
from makegood.selection.funnel import Listed, Taken, by_site, count_by, reasons_of, together
from makegood.selection.shares import Share
from makegood_portal.actions.import_world import import_world
from makegood_portal.ledger.models import AuditEntry, Candidacy, Identity, Organisation, Party, User
from makegood_portal.ledger.queries import funnel, funnel_counts
from makegood_portal.ledger.queries.funnel import FEW, Funnel, GroupLine, enough
from makegood_portal.ledger.scope import scope_of, scope_of_system, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, a_loaded_programme, a_user, an_event, an_organisation, client_of

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

    # The work of a step for who plans staff: two hours for each whom a counsellor met; the start itself has no minutes in the file.
    met = {row["candidate"] for row in events if row["step"] == "acquaintance" and row["outcome"] == "done"}
    hours = {line.code: line.hours for line in found.steps}
    assert (hours["acquaintance"], hours["started"]) == (2 * len(met), None)

    # What each way of recruiting brings, counted again from the rows.
    told_by = Counter(row["channel"] for row in events if row["step"] == "informed" and row["outcome"] == "done" and row["channel"])
    assert sorted(line.informed for line in found.channels) == sorted(told_by.values())
    assert sum(line.started.n for line in found.channels) <= 119

    # The file to take along: counts alone, dates as dates, and written down.
    browser = client_of(lead)
    answer = browser.get(reverse("funnel_xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert (cells[3][1], cells[3][3], cells[3][4]) == ("totals", "started", 119)
    assert isinstance(cells[1][0], datetime)
    rows = list(csv.DictReader(io.StringIO(browser.get(reverse("funnel_csv") + "?as_of=2017-02-01").content.decode("utf-8-sig"))))
    assert [row["n"] for row in rows if (row["part"], row["item"]) == ("totals", "started")] == [str(middle.started)]
    families = set(Identity.objects.values_list("family_name", flat=True))
    assert not families & {word for row in rows for word in row.values()}
    entries = AuditEntry.objects.filter(verb="take_funnel_out", actor=lead.pk)
    assert [(entry.facts["what"], entry.facts["form"]) for entry in entries.order_by("at")] == [("funnel", "xlsx"), ("funnel", "csv")]

    # The first page warns the lead while intake runs.
    scope = scope_of(lead)
    with scoped(scope):
        assert funnel.warnings(scope, today=date(2017, 2, 1), of=[programme.pk]) == middle.warnings
        assert funnel.warnings(scope, today=AFTER_ALL, of=[programme.pk]) == []

    page = client_of(lead).get(reverse("funnel"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count('<svg viewBox="0 0 360') == 2
    assert "<dd>1299</dd>" in text
    assert "Hoeveel werk elke stap is" in text
    assert "<dd>119" in text


def line(listed: int, name: str = "A") -> GroupLine:
    none = Share(0, listed)
    return GroupLine(names=(name,), month=None, listed=listed, chosen=none, started=none, started_of_chosen=none, open=0)


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ([9, 8], [9, 8]),
        ([9, 3, 2], [9, 5]),
        ([9, 20, 1], [20, 10]),  # one alone would follow from the total: it goes with the next smallest
        ([3], []),
        ([2, 2], []),
        ([], []),
    ],
)
def test_groups_of_a_few_go_together_until_they_are_enough(sizes: list[int], shown: list[int]) -> None:
    assert [one.listed for one in enough([line(size) for size in sizes])] == shown


@pytest.fixture
def ours(world: World) -> Side:
    """Our side with its own first candidate out of the way: every test makes its own."""
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(list_month=date(2099, 1, 1))
    return world.ours


def listed(side: Side, count: int = 1, **more: object) -> list[Candidacy]:
    words: dict[str, Any] = {"programme": side.programme, "prison": side.at(Kind.PRISON), "list_month": date(2026, 1, 1)} | more
    return [a_candidacy(**words) for _ in range(count)]


def test_who_left_and_came_back_is_on_the_way_and_what_was_taken_back_never_counted(ours: Side) -> None:
    (one,) = listed(ours)
    first = an_event(one, step="list_checked", outcome="passed", happened_on=date(2026, 2, 1))
    exit_ = {"step": "informed", "outcome": "exited", "reason": "not_suitable", "reason_source": "prison_service"}
    an_event(one, happened_on=date(2026, 2, 10), **exit_)
    an_event(one, step="informed", outcome="reopened", happened_on=date(2026, 2, 10))
    coordinator = ours.users[Role.COORDINATOR]

    def on(day: date) -> tuple[int, int, int]:
        found = counted(coordinator, as_of=day)
        steps = {line.code: line for line in found.steps}
        return steps["list_checked"].shares.reached, sum(line.left for line in found.steps), sum(line.waiting for line in found.steps)

    assert on(date(2026, 1, 31)) == (0, 0, 1)
    assert on(date(2026, 2, 9)) == (1, 0, 1)
    assert on(date(2026, 2, 10)) == (1, 0, 1)  # left and came back on one day
    an_event(one, happened_on=date(2026, 2, 20), **exit_)
    assert on(date(2026, 2, 20)) == (1, 1, 0)
    assert counted(coordinator, as_of=date(2026, 2, 20)).reasons[0].total == 1
    an_event(one, step="list_checked", outcome="reopened", happened_on=date(2026, 2, 25), corrects=first)
    assert on(date(2026, 2, 9))[0] == 0


def test_a_list_that_comes_before_its_month_counts_from_the_first_thing_done(ours: Side) -> None:
    """What the queue says waits and what the funnel says is on the way are the same people."""
    (early,) = listed(ours, list_month=date(2026, 2, 1))
    an_event(early, step="list_drawn_up", outcome="passed", happened_on=date(2026, 1, 28))
    coordinator = ours.users[Role.COORDINATOR]
    assert counted(coordinator, as_of=date(2026, 1, 27)).listed == 0
    found = counted(coordinator, as_of=date(2026, 1, 28))
    assert (found.listed, sum(line.waiting for line in found.steps)) == (1, 1)
    assert [line.listed for line in found.by_month] == [1]


def test_each_role_counts_what_it_may_and_a_lead_no_few(ours: Side, world: World) -> None:
    elsewhere = an_organisation(Kind.PRISON)
    Party.objects.create(programme=ours.programme, organisation=elsewhere)
    listed(ours, 4)
    listed(ours, 7, prison=elsewhere)
    day = date(2026, 3, 1)
    assert counted(ours.users[Role.HEAD_OFFICE], as_of=day).listed == 11
    assert counted(ours.users[Role.EVALUATOR], as_of=day).listed == 11
    assert counted(ours.users[Role.COORDINATOR], as_of=day).listed == 4
    assert not counted(ours.users[Role.COORDINATOR], as_of=day).whole
    lead = counted(ours.users[Role.LEAD], as_of=day)
    assert lead.listed == 11
    assert [(line.listed, len(line.names)) for line in lead.by_prison] == [(11, 2)]
    assert [name for _, name in lead.prisons] == [elsewhere.name]
    # A prison of four cannot be chosen by a lead: the choice counts as none.
    assert counted(ours.users[Role.LEAD], as_of=day, prison=ours.at(Kind.PRISON).pk).listed == 11
    assert counted(ours.users[Role.HEAD_OFFICE], as_of=day, prison=ours.at(Kind.PRISON).pk).listed == 4
    # Another programme's numbers are nobody's here, whatever the address says.
    other = counted(ours.users[Role.HEAD_OFFICE], as_of=day, programme=world.theirs.programme.pk)
    assert other.programme == ours.programme.pk
    for role in (Role.COUNSELLOR, Role.INVESTOR, Role.MUNICIPAL_CONTACT, Role.ADMINISTRATOR):
        scope = scope_of(ours.users[role])
        with scoped(scope), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_funnel(%s, %s, %s, '', '')", [ours.programme.pk, day, ["started"]])
            assert cursor.fetchall() == [], role
            cursor.execute("SELECT * FROM ledger_intake(%s, %s, 'started', 'informed')", [ours.programme.pk, day])
            assert cursor.fetchall() == [], role


def test_addresses_that_mean_nothing_are_no_fault(ours: Side) -> None:
    listed(ours, 6)
    client = client_of(ours.users[Role.HEAD_OFFICE], headers={"Accept-Language": "en"})
    for query in ("?as_of=x", "?as_of=2999-01-01", "?prison=1&month=2016-13", "?programme=%00", "?as_of=0001-01-01"):
        assert client.get(reverse("funnel") + query).status_code == 200, query
    assert "still to come" in client.get(reverse("funnel") + "?as_of=2999-01-01").content.decode()
    assert "Nobody was on a list yet" in client.get(reverse("funnel") + "?as_of=2000-01-01").content.decode()


def test_many_are_counted_once_and_kept_and_the_page_says_when(ours: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(ours, 6)
    office, day = ours.users[Role.HEAD_OFFICE], date(2026, 3, 1)
    assert counted(office, as_of=day).listed == 6
    listed(ours, 1)
    assert counted(office, as_of=day).listed == 7  # few: fresh each time
    monkeypatch.setattr(funnel_counts, "KEPT_ABOVE", 3)
    first = counted(office, as_of=day)
    listed(ours, 1)
    again = counted(office, as_of=day)
    assert (again.listed, again.counted_at) == (7, first.counted_at)
    assert counted(ours.users[Role.COORDINATOR], as_of=day).listed == 8  # another's counts are kept apart
