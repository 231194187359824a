"""A statement's words and pictures in the cases that no shipped contract shows: money back, several payers, months over time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from a_statement import Written, read_page, written
from builders import a_claim_line, a_line, a_metric, a_programme, a_result, a_transaction, settled, terms_with
from builders import written as written_terms
from makegood.cli import main
from makegood.doors import CROWD_BYTES
from makegood.report.drawing import breadth, wrapped
from makegood.report.engine_sentences import in_dutch
from makegood.report.extra_months import ExtraCounts, extra_over_time, read_extra_months
from makegood.report.language import Language
from makegood.report.lines_chart import parts_of
from makegood.report.months_over_time import MonthCounts, read_months
from makegood.report.statement_content import statement_of
from makegood.report.statement_values import Group
from makegood.settle import Settlement
from makegood.values.problem import Refused

EN, NL = Language("en"), Language("nl")


def group(earned: int, due: int, before: int, now: int) -> Group:
    return Group("A line", Decimal(earned), (), Decimal(before), Decimal(now), Decimal(due), "")


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("the result gives no figure to compare with", "de uitkomst geeft geen cijfer om mee te vergelijken"),
        ("2 of 3 results give no figure to compare with", "2 van 3 uitkomsten geven geen cijfer om mee te vergelijken"),
        ("no result", "er is geen uitkomst"),
    ],
)
def test_a_figure_that_is_missing_is_told_in_dutch_inside_another_sentence(missing: str, told: str) -> None:
    assert in_dutch(f"not known yet: {missing}") == f"nog niet bekend: {told}"
    assert in_dutch(f"nothing is paid while the limit 'most' is not known: {missing}") == (
        f"zolang de grens 'most' niet bekend is wordt niets betaald: {told}"
    )


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        (group(100, 100, 0, 100), [("now", 0, 100)]),
        (group(100, 60, 0, 60), [("now", 0, 60), ("cut", 60, 100)]),
        (group(100, 100, 40, 60), [("before", 0, 40), ("now", 40, 100)]),
        (group(100, 80, 50, 30), [("before", 0, 50), ("now", 50, 80), ("cut", 80, 100)]),
        (group(30, 30, 50, -20), [("before", 0, 30), ("cut", 30, 50)]),
        (group(30, 30, 50, 0), [("before", 0, 30)]),
        (group(0, 0, 50, -50), [("cut", 0, 50)]),
    ],
)
def test_a_bar_tells_what_became_of_each_euro(case: Group, parts: list[tuple[str, int, int]]) -> None:
    assert [(part.colour, int(part.start), int(part.end)) for part in parts_of(case)] == parts


def answer(statement: Written, lang: str = "en") -> str:
    return statement.page("nl" if lang == "nl" else "en").all("div", class_="answer")[0].text


def paid_back() -> Settlement:
    """A hundred a job: five were paid for, then two turned out to be none."""
    agreement = a_programme()
    first = settled(agreement, results=[a_result(5)], as_of="2022-12-31")
    return settled(agreement, results=[a_result(3)], paid=[first])


def test_money_back_is_said_as_such_in_both_languages() -> None:
    statement = written(paid_back())
    assert "To be paid back now" in answer(statement)
    assert "to The payer" in answer(statement)
    assert "Earlier settlements paid €500; €300 is due in all." in answer(statement)
    assert "Nu terug te betalen" in answer(statement, "nl")
    assert "€\u00a0200" in answer(statement, "nl")
    lines = next(each for each in statement.page("en").all("section") if each.attributes.get("id") == "lines").text
    assert "so The payer gets €200 back" in statement.page("en").all("main")[0].text
    assert "To be paid back" in lines


def test_payers_that_pay_and_get_back_stand_a_line_each() -> None:
    """The other payer takes over the whole line, so the first gets its part back."""
    shares = {"payer": {"share": {"by": [{"until": "2023-01-01", "is": "100%"}, {"otherwise": "yes", "is": "0%"}]}}}
    shares |= {"other_payer": {"share": {"by": [{"until": "2023-01-01", "is": "0%"}, {"otherwise": "yes", "is": "100%"}]}}}
    agreement = a_programme(outcome_payment_commitments=shares)
    first = settled(agreement, results=[a_result(2, observed_until="2022-06-30")], as_of="2022-12-31")
    now = settled(agreement, results=[a_result(2, observed_until="2024-06-30")], paid=[first])
    statement = written(now)
    assert "The payer gets €200 back." in answer(statement)
    assert "The other payer pays €200 now." in answer(statement)


def test_amounts_of_a_table_all_have_cents_where_one_has() -> None:
    agreement = a_programme(outcome_pricings={"job": a_line(price="99.95"), "other": a_line(metric="job", price="100")})
    page = written(settled(agreement, results=[a_result(1)])).page("en")
    table = next(each for each in page.all("section") if each.attributes.get("id") == "lines").all("table")[0].text
    assert "€99.95" in table
    assert "€100.00" in table
    assert "€199.95" in table
    assert "€100 " not in table


def test_a_running_contract_does_not_call_capital_lost() -> None:
    invested = {
        "calendar": {"starts_on": "2020-01-01", "ends_on": "2030-01-01"},
        "investments": {"loan": {"investor": "investor", "committed": "1000"}},
        "investor_repayment": {"capital": {"pays": "principal", "to": "loan"}},
    }
    settlement = settled(a_programme(**invested), results=[a_result(2)], transactions=[a_transaction("drawing", 1000)])
    page = written(settlement).page("en")
    investors = next(each for each in page.all("section") if each.attributes.get("id") == "investors").text
    assert "Not repaid yet" in investors
    assert "still running" in investors
    assert "€200 is repaid so far" in page.all("div", class_="answer")[0].text


def test_a_statement_of_nothing_is_a_whole_page() -> None:
    statement = written(settled(a_programme(), results=[a_result(0)]))
    assert "Nothing is to be paid now." in answer(statement)
    assert "Er hoeft nu niets te worden betaald." in answer(statement, "nl")
    assert statement.pdf("en").startswith(b"%PDF-")


MONTHLY = {
    "calendar": {"starts_on": "2020-01-01", "observation_months": "3"},
    "outcome_metrics": {
        "worked": a_metric(unit="month", measured={"months_of": "employment", "counts_when": {"average_hours": "24"}, "value": "total"}),
    },
    "figures": {"aim": {"is": "12", "title": {"en": "Months aimed at", "nl": "Beoogde maanden"}}},
    "outcome_pricings": {"worked": a_line(metric="worked", counts={"ratio": [{"result": "worked"}, "aim"]}, price="1000")},
}
COUNTS = MonthCounts(
    "worked", 2, ((date(2020, 2, 1), 1, 0), (date(2020, 2, 15), 1, 1), (date(2020, 3, 1), 2, 0), (date(2020, 4, 1), 0, 0)), 1
)
"""Two persons: four months counted, one unknown, one not yet observed."""


def months_of(value: int) -> Settlement:
    return settled(a_programme(**MONTHLY), results=[a_result(value, metric="worked")])


def test_months_add_up_by_calendar_month_to_what_was_settled_beside_their_target() -> None:
    [months] = statement_of(months_of(4), language=NL, months=[COUNTS]).months
    assert months.points == ((date(2020, 2, 1), 0), (date(2020, 3, 1), 2), (date(2020, 4, 1), 4), (date(2020, 5, 1), 4))
    assert (months.total, months.unknown, months.not_yet, months.persons) == (4, 1, 1, 2)
    assert [(mark.title, int(mark.value)) for mark in months.marks] == [("Beoogde maanden", 12)]


def test_months_of_another_measurement_are_not_drawn() -> None:
    assert statement_of(months_of(5), language=EN, months=[COUNTS]).months == ()


def test_the_page_says_what_nobody_watched() -> None:
    text = written(months_of(4), months=[COUNTS]).page("en").all("main")[0].text
    assert "How 4 months of 2 persons added up." in text
    assert "One month is unknown: no source was watching. One month is not observed yet." in text


def measured_folder(folder: Path) -> Path:
    """Months as a measurement keeps them: p1 and p2 took part, c1 and c2 did not."""
    state = {("p1", 1): "counted", ("p1", 2): "counted", ("p2", 1): "unknown", ("p2", 2): "counted", ("c1", 1): "counted"}
    rows = [
        {
            "metric": "worked",
            "person": person,
            "month": month,
            "until": date(2020, 1 + month, 1),
            "state": state.get((person, month), "not counted"),
        }
        for person in ("p1", "p2", "c1", "c2")
        for month in (1, 2)
    ]
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "person_months.parquet")
    people = [
        {"metric": "worked", "person": person, "arm": "programme" if person[0] == "p" else "comparison", "enters": True}
        for person in ("p1", "p2", "c1", "c2")
    ]
    pq.write_table(pa.Table.from_pylist(people), folder / "person_results.parquet")
    return folder


def test_months_are_read_of_participants_only(tmp_path: Path) -> None:
    [counts] = read_months(measured_folder(tmp_path / "m"))
    assert counts == MonthCounts("worked", 2, ((date(2020, 2, 1), 1, 1), (date(2020, 3, 1), 2, 0)), 0)
    assert read_months(tmp_path) == ()


def test_extra_months_are_participants_less_their_controls(tmp_path: Path) -> None:
    """p1 beside c1 and c2 at half each, p2 beside c2: month 1 gives 1 - 1/2, month 2 gives 2 more."""
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("set,treated,control,weight\n1,p1,c1,0.5\n1,p1,c2,0.5\n2,p2,c2,1\n", encoding="utf-8")
    [counts] = read_extra_months(measured_folder(tmp_path / "m"), pairs)
    assert counts == ExtraCounts("worked", 2, ((0, Decimal(0)), (1, Decimal("0.5")), (2, Decimal("2.5"))))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("set,treated\n1,p1\n", "these are no pairs that can be read"),
        ("set,treated,control,weight\n1,p1,c9,1\n", "the months of 1 persons in it were not kept, such as 'c9'"),
        ("", "these are no pairs that can be read"),
    ],
)
def test_pairs_that_do_not_fit_are_refused(content: str, says: str, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=says):
        read_extra_months(measured_folder(tmp_path / "m"), pairs)


def test_extra_months_that_contradict_the_settled_effect_are_not_drawn() -> None:
    effect = {
        "worked": a_metric(unit="month", effect={"form": "difference", "counterfactual": [{"kind": "matched_group"}]}, pools="mean_by_n")
    }
    agreement = a_programme(
        outcome_metrics=effect,
        figures={"extra": {"title": "Extra months", "product": [{"effect": "worked"}, 2]}},
        outcome_pricings={"worked": a_line(metric="worked", counts="extra", price="10", when={"figure": "extra", "from": 1})},
    )
    result = a_result("2", metric="worked", comparison_value="0.75", comparison_kind="matched_group", n=2)
    targets = statement_of(settled(agreement, results=[result]), language=EN).targets
    fits = ExtraCounts("worked", 2, ((0, Decimal(0)), (1, Decimal("2.5"))))
    [drawn] = extra_over_time([fits], targets)
    assert (drawn.title, drawn.shown, [int(mark.value) for mark in drawn.marks]) == ("Extra months", "2.5", [1])
    other = ExtraCounts("worked", 2, ((0, Decimal(0)), (1, Decimal("3.5"))))
    assert list(extra_over_time([other], targets)) == []


def test_words_of_a_chart_are_broken_by_their_breadth() -> None:
    assert wrapped("Eerste kwalificatie op niveau 3", 400) == ["Eerste kwalificatie op niveau 3"]
    lines = wrapped("Eerste kwalificatie op niveau 3", 160)
    assert " ".join(lines) == "Eerste kwalificatie op niveau 3"
    assert all(breadth(each) <= 160 for each in lines)
    assert wrapped("Arbeidsongeschiktheidsverzekering", 50) == ["Arbeidsongeschiktheidsverzekering"]
    assert breadth("MMMM", bold=True) > breadth("MMMM") > breadth("iiii")


def test_pairs_without_a_picture_to_draw_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settle", "newpin", "--pairs", str(tmp_path / "pairs.csv"), "--out", str(tmp_path / "s")]) == 2
    assert "pairs only serve to draw months over time" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_a_payment_for_each_of_many_stays_a_statement_that_can_be_read() -> None:
    agreement = a_programme(
        outcome_pricings={"job": a_line(for_each="cohort")},
        cohorts={f"c{number}": {"title": f"Cohort {number}"} for number in range(400)},
    )
    settlement = settled(agreement, results=[a_result(1, cohort=f"c{number}") for number in range(400)])
    statement = written(settlement)
    lines = next(each for each in statement.page("en").all("section") if each.attributes.get("id") == "lines")
    assert len(lines.all("tr")) == 1 + 300 + 1
    assert "100 more payments are in the total" in lines.text
    assert "€40,000" in lines.all("tfoot")[0].text
    assert statement.pdf("nl").startswith(b"%PDF-")


def test_a_crowd_of_claims_has_a_statement_too(tmp_path: Path) -> None:
    """Thirty thousand claims are read as columns; each second one of a person is refused, and told by its reason once."""
    terms = terms_with(outcome_pricings={"job": a_claim_line(sequence={"times": 1})})
    (tmp_path / "programme.yaml").write_text(written_terms(terms), encoding="utf-8")
    rows = [f"claim{number:06d},job,2021-0{1 + number % 9}-01,person{number // 2:06d},,,,,\n" for number in range(30_000)]
    head = "claim,metric,achieved_on,person,cohort,class,phase,payer,reason\n"
    (tmp_path / "claims.csv").write_text(head + "".join(rows), encoding="utf-8")
    assert (tmp_path / "claims.csv").stat().st_size > CROWD_BYTES
    words = ["--claims", str(tmp_path / "claims.csv"), "--as-of", "2024-12-31", "--out", str(tmp_path / "s"), "--quiet"]
    assert main(["settle", str(tmp_path / "programme.yaml"), *words]) == 0
    page = read_page((tmp_path / "s" / "statement.html").read_text(encoding="utf-8"))
    text = page.all("main")[0].text
    assert "€1,500,000" in page.all("div", class_="answer")[0].text
    assert "15,000 claims are not paid" in page.all("div", class_="answer")[0].text
    assert "and 14,988 more, in claims.csv" in text
    assert "30,000 claims" in text
    assert (tmp_path / "s" / "statement.pdf").stat().st_size > 10_000
