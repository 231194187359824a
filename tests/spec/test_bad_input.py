"""What cannot be used is refused: exit code 2, each problem with file, place, what was found and what would do.

All through the command line's door. Nothing is left behind, and no reader ever sees a traceback.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from builders import a_claim_line, a_line, a_metric, terms_with, written
from makegood.cli import main

RESULTS = "result,metric,cohort,value\nr1,job,all,3\n"
CLAIMS = "claim,metric,achieved_on,person\nc1,job,2021-01-01,p1\n"
TRANSACTIONS = "transaction,date,kind,from,to,amount,currency\nt1,2020-01-01,drawing,investor,provider,1000,EUR\n"


@dataclass(frozen=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Bad:
    """Input that cannot be used, and the words in which it must be refused."""

    name: str
    says: tuple[str, ...]
    """Every one of these stands on stderr; `{folder}` is the folder of the files."""
    terms: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """More words on the command line, after the programme and the usual files."""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Run a command in this process."""

    def call(*words: object) -> Told:
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            code = int(ended.code or 0) if not isinstance(ended.code, str) else 2
        said = capsys.readouterr()
        return Told(code, said.out, said.err)

    return call


def settle_words(folder: Path, *, terms: Mapping[str, Any], files: Mapping[str, str | bytes]) -> list[str]:
    """The files of a case written down, and the command that settles them into `out`."""
    content: dict[str, str | bytes] = {"programme.yaml": written(terms_with(**terms)), "results.csv": RESULTS, **files}
    for name, data in content.items():
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    words = ["settle", str(folder / "programme.yaml"), "--as-of", "2024-12-31", "--out", str(folder / "out")]
    for name in ("results", "claims", "transactions"):
        if f"{name}.csv" in content:
            words += [f"--{name}", str(folder / f"{name}.csv")]
    return words


def lines_of(programme: str, *lines: str) -> dict[str, str]:
    """A programme file with these lines, for tests of how the text itself is read."""
    return {"programme.yaml": programme + "\n".join(lines) + "\n"}


PLAIN = written(terms_with())
CLAIMED = {"outcome_pricings": {"job": a_claim_line()}}
INVESTED = {
    "investments": {"senior": {"investor": "investor", "committed": "1000"}},
    "investor_repayment": {"capital": {"pays": "principal", "to": "investments"}},
}


def a_price(**price: Any) -> dict[str, Any]:
    return {"outcome_pricings": {"job": a_line(price=price)}}


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{name}: &{name} [{', '.join('*' + chr(ord(name) - 1) for _ in range(9))}]" for name in "bcdefghi"
)

CASES = [
    # the file as a whole
    Bad("empty programme", ("programme.yaml: the file is empty", "What would do"), files={"programme.yaml": ""}),
    Bad("empty results", ("results.csv: the file is empty", "write at least the header"), files={"results.csv": ""}),
    Bad("blank results", ("results.csv: the file is empty",), files={"results.csv": "\n \n"}),
    Bad("binary programme", ("programme.yaml: this is a binary file",), files={"programme.yaml": bytes(range(256)) * 4}),
    Bad("binary results", ("results.csv: this is a binary file",), files={"results.csv": b"PK\x03\x04\0\0\0" * 40}),
    Bad(
        "a programme in Latin-1",
        ("programme.yaml:2: byte", "not UTF-8", "save the file as UTF-8"),
        files={"programme.yaml": "a: b\ntitle: café\n".encode("latin-1")},
    ),
    Bad(
        "results in Latin-1",
        ("results.csv:2: byte", "not UTF-8", "UTF-8"),
        files={"results.csv": "result,metric,cohort,value\né,job,all,3\n".encode("latin-1")},
    ),
    Bad("results in UTF-16", ("results.csv", "binary"), files={"results.csv": RESULTS.encode("utf-16")}),
    Bad(
        "semicolons",
        ("results.csv:1: the columns are separated by semicolons", "save the file with commas"),
        files={"results.csv": RESULTS.replace(",", ";")},
    ),
    Bad("an unclosed quote", ("results.csv", "not CSV", "quotes"), files={"results.csv": 'result,metric,cohort,value\nr1,"job,all,3\n'}),
    Bad(
        "a YAML bomb",
        ("programme.yaml:1: '&a' is an anchor", "programme.yaml:2: '*a' repeats another place", "write the term out"),
        files={"programme.yaml": BOMB},
    ),
    Bad("two documents", ("programme.yaml:2: a second document starts here",), files={"programme.yaml": "a: b\n---\nc: d\n"}),
    Bad(
        "a tag",
        ("programme.yaml:1: '!!python/name:os.system' is a tag", "remove it"),
        files={"programme.yaml": "a: !!python/name:os.system x\n"},
    ),
    Bad("a tab", ("programme.yaml:2", "not YAML", "indent with spaces"), files={"programme.yaml": "a:\n\tb: c\n"}),
    Bad("a list", ("programme.yaml:1", "holds no terms", "start with `programme: name`"), files={"programme.yaml": "- a\n- b\n"}),
    Bad(
        "nested without end",
        ("programme.yaml:1: terms are nested more than 40 deep",),
        files={"programme.yaml": "a: " + "[" * 500 + "]" * 500},
    ),
    Bad(
        "a million columns",
        ("results.csv:1: the header is longer than 20000 characters",),
        files={"results.csv": ",".join(f"c{n}" for n in range(1_000_000)) + "\n"},
    ),
    Bad(
        "three hundred columns",
        ("results.csv:1: 300 columns are more than 200",),
        files={"results.csv": ",".join(f"c{n}" for n in range(300)) + "\n"},
    ),
    Bad(
        "a programme of three million bytes",
        ("programme.yaml: this is more than the 2000000 bytes",),
        files={"programme.yaml": b"#" * 3_000_000},
    ),
    # columns and values of tables
    Bad(
        "missing column",
        ("results.csv:1 value: the column 'value' is missing", "add it"),
        files={"results.csv": "result,metric,cohort\nr1,job,all\n"},
    ),
    Bad(
        "extra column",
        ("results.csv:1 valeu: 'valeu' is not a column of this file", "did you mean 'value'?", "column 'value' is missing"),
        files={"results.csv": "result,metric,cohort,valeu\nr1,job,all,3\n"},
    ),
    Bad(
        "column twice",
        ("results.csv:1 value: the column 'value' stands twice", "keep one"),
        files={"results.csv": "result,metric,cohort,value,value\nr1,job,all,3,3\n"},
    ),
    Bad("ragged row", ("results.csv:3: 5 values stand under 4 columns",), files={"results.csv": RESULTS + "r2,job,all,3,4\n"}),
    Bad(
        "a value missing",
        ("results.csv:2 value: 'value' is empty", "fill it in"),
        files={"results.csv": "result,metric,cohort,value\nr1,job,all,\n"},
    ),
    Bad(
        "30 February in a table",
        ("claims.csv:2 achieved_on: '2021-02-30' is not a day of the calendar",),
        CLAIMED,
        {"claims.csv": CLAIMS.replace("01-01", "02-30")},
    ),
    Bad(
        "a Dutch date",
        ("claims.csv:2 achieved_on: '01-05-2021' is not a date", "2016-05-01"),
        CLAIMED,
        {"claims.csv": CLAIMS.replace("2021-01-01", "01-05-2021")},
    ),
    Bad(
        "a decimal comma",
        ("results.csv:2 value: '1,5' has a comma", "1 234.5"),
        files={"results.csv": 'result,metric,cohort,value\nr1,job,all,"1,5"\n'},
    ),
    Bad("not a number", ("results.csv:2 value: 'NaN' is not a number",), files={"results.csv": RESULTS.replace(",3", ",NaN")}),
    Bad(
        "claim twice",
        ("claims.csv:3 claim: the claim 'c1' stands here a second time, first on line 2",),
        CLAIMED,
        {"claims.csv": CLAIMS + "c1,job,2021-02-01,p1\n"},
    ),
    Bad(
        "result twice",
        ("results.csv:3 result: the result 'r1' stands here a second time",),
        files={"results.csv": RESULTS + "r1,job,all,4\n"},
    ),
    Bad(
        "two results about the same",
        ("results.csv:3 result: 'r2' and 'r1' speak of the same thing",),
        files={"results.csv": RESULTS + "r2,job,all,4\n"},
    ),
    # facts that do not fit the terms
    Bad(
        "unknown metric in results",
        ("results.csv:2 metric: 'jobb' is not a metric of this programme", "did you mean 'job'?"),
        files={"results.csv": RESULTS.replace("job", "jobb")},
    ),
    Bad(
        "unknown cohort",
        ("results.csv:2 cohort: 'first' is not a cohort of this programme",),
        files={"results.csv": RESULTS.replace("all", "first")},
    ),
    Bad(
        "claim before the index date",
        ("claims.csv:2 achieved_on: achieved on 2019-12-31, before the index date of the contract, 2020-01-01",),
        CLAIMED,
        {"claims.csv": CLAIMS.replace("2021-01-01", "2019-12-31")},
    ),
    Bad(
        "a correction of nothing",
        ("claims.csv:2 replaces: 'c1' replaces 'c0', which is not a claim of this file", "bring the claim"),
        CLAIMED,
        {"claims.csv": "claim,metric,achieved_on,replaces\nc1,job,2021-01-01,c0\n"},
    ),
    Bad(
        "corrections in a circle",
        ("claims.csv:2 replaces: 'c1' replaces itself", "claims.csv:3 replaces: 'c2' replaces itself"),
        CLAIMED,
        {"claims.csv": "claim,metric,achieved_on,replaces\nc1,job,2021-01-01,c2\nc2,job,2021-01-02,c1\n"},
    ),
    Bad(
        "evidence missing",
        ("claims.csv:2 evidence: claim 'c1' counts as validated without evidence", "name the document (payslip)"),
        {"outcome_pricings": {"job": a_claim_line(evidence="payslips")}, "evidence": {"payslips": {"kinds": "payslip"}}},
        {"claims.csv": CLAIMS},
    ),
    Bad(
        "another version of the report",
        ("results.csv:2 report_version: report_version is 2, the terms pin 1", "bring the pinned version"),
        {"outcome_metrics": {"job": a_metric(evidence="report")}, "evidence": {"report": {"report_version": "1"}}},
        {"results.csv": "result,metric,cohort,value,report_version\nr1,job,all,3,2\n"},
    ),
    Bad(
        "another version of the report, pinned by the line",
        ("results.csv:2 report_version: report_version is 2, the terms pin 1",),
        {"outcome_pricings": {"job": a_line(evidence="report")}, "evidence": {"report": {"report_version": "1"}}},
        {"results.csv": "result,metric,cohort,value,report_version\nr1,job,all,3,2\n"},
    ),
    Bad(
        "another file of the report",
        ("results.csv:2 report_sha256: report_sha256 is empty, the terms pin abc",),
        {"outcome_metrics": {"job": a_metric(evidence="report")}, "evidence": {"report": {"report_sha256": "abc"}}},
    ),
    Bad(
        "another unit",
        ("results.csv:2 unit: the unit is 'month', the terms measure 'job'", "convert it to job"),
        files={"results.csv": "result,metric,cohort,value,unit\nr1,job,all,3,month\n"},
    ),
    Bad(
        "more accepted than measured",
        ("results.csv:2 accepted: 4 accepted of 3",),
        files={"results.csv": "result,metric,cohort,value,accepted\nr1,job,all,3,4\n"},
    ),
    Bad(
        "another comparison than agreed",
        ("results.csv:2", "compares with a modelled, the terms with a matched_group"),
        {"outcome_metrics": {"job": a_metric(effect={"form": "difference", "counterfactual": [{"kind": "matched_group"}]})}},
        {"results.csv": "result,metric,cohort,value,comparison_kind,comparison_value\nr1,job,all,3,modelled,1\n"},
    ),
    Bad("fewer than no persons", ("results.csv:2 n: n is -3",), files={"results.csv": "result,metric,cohort,value,n\nr1,job,all,3,-3\n"}),
    Bad("a p-value of 5", ("results.csv:2 p: p is 5",), files={"results.csv": "result,metric,cohort,value,p\nr1,job,all,3,5\n"}),
    Bad(
        "a period that ends before it starts",
        ("results.csv:2 period_end: ",),
        files={"results.csv": "result,metric,cohort,value,period_start,period_end\nr1,job,all,3,2021-01-01,2020-01-01\n"},
    ),
    Bad(
        "money in another currency",
        ("transactions.csv:2 currency: GBP stands here, the programme settles in EUR", "convert"),
        INVESTED,
        {"transactions.csv": TRANSACTIONS.replace("EUR", "GBP")},
    ),
    Bad(
        "money from nobody",
        ("transactions.csv:2 from: 'bank' is not a from of this programme",),
        INVESTED,
        {"transactions.csv": TRANSACTIONS.replace("investor", "bank")},
    ),
    Bad(
        "a negative drawing",
        ("transactions.csv:2 amount: the amount is -1000", "swap from and to"),
        INVESTED,
        {"transactions.csv": TRANSACTIONS.replace(",1000", ",-1000")},
    ),
    Bad("half a cent", ("transactions.csv:2 amount: 0.005",), INVESTED, {"transactions.csv": TRANSACTIONS.replace(",1000", ",0.005")}),
    Bad(
        "drawn from somebody who did not invest",
        ("transactions.csv:2 from: 'payer' has no investment to draw on",),
        INVESTED,
        {"transactions.csv": TRANSACTIONS.replace("investor", "payer")},
    ),
    # terms
    Bad(
        "30 February in the terms",
        ("programme.yaml:6 calendar/starts_on: '2018-02-30' is not a day of the calendar",),
        files={"programme.yaml": "programme: a\ntitle: A\ncurrency: EUR\nrounding: {rule: half_up}\ncalendar:\n  starts_on: 2018-02-30\n"},
    ),
    Bad(
        "unknown word",
        ("outcome_pricings/job/prise: 'prise' is not a word that stands here", "did you mean 'price'?", "`price` is missing"),
        {"outcome_pricings": {"job": {"title": "A", "metric": "job", "prise": "100"}}},
    ),
    Bad(
        "negative price", ("outcome_pricings/job/price: the price is negative: -100",), {"outcome_pricings": {"job": a_line(price="-100")}}
    ),
    Bad(
        "negative price in steps",
        ("outcome_pricings/job/price/rows/0/is: the price is negative: -5",),
        a_price(steps={"result": "job"}, rows=[{"is": "-5"}]),
    ),
    Bad(
        "negative price by class",
        ("outcome_pricings/job/price/by/0/is: the price is negative: -5",),
        {**a_price(by=[{"class": "a", "is": "-5"}, {"otherwise": "yes", "is": "5"}]), "classes": {"a": "A"}},
    ),
    Bad("cap below floor", ("price/at_most: at most 3 and at least 5 cannot both hold",), a_price(result="job", at_least="5", at_most="3")),
    Bad(
        "overlapping steps",
        ("price/rows/1: this row starts at 5, the one before ends at 7",),
        a_price(steps={"result": "job"}, rows=[{"below": "7", "is": "1"}, {"from": "5", "is": "2"}]),
    ),
    Bad(
        "steps that share an edge",
        ("price/rows/1", "both include it"),
        a_price(steps={"result": "job"}, rows=[{"up_to": "7", "is": "1"}, {"from": "7", "is": "2"}]),
    ),
    Bad(
        "gap in steps",
        ("price/rows/1: nothing is said of values from 5 to 7", "let the rows meet"),
        a_price(steps={"result": "job"}, rows=[{"below": "5", "is": "1"}, {"from": "7", "is": "2"}]),
    ),
    Bad(
        "a pinhole in steps",
        ("nothing is said of values of exactly 7",),
        a_price(steps={"result": "job"}, rows=[{"below": "7", "is": "1"}, {"above": "7", "is": "2"}]),
    ),
    Bad(
        "negative price by another name",
        ("outcome_pricings/job/price: the price is negative: -100",),
        {"outcome_pricings": {"job": a_line(price="fee")}, "figures": {"fee": "-100"}},
    ),
    Bad(
        "cap below floor by another name",
        ("price/at_most: at most 3 and at least 5 cannot both hold",),
        {**a_price(result="job", at_least="five", at_most="3"), "figures": {"five": {"is": "5"}}},
    ),
    Bad(
        "overlapping steps by another name",
        ("price/rows/1: this row starts at 5, the one before ends at 7",),
        {**a_price(steps={"result": "job"}, rows=[{"below": "seven", "is": "1"}, {"from": "5", "is": "2"}]), "figures": {"seven": "7"}},
    ),
    Bad("a negative limit", ("limits/most/at_most: at_most is negative: -1",), {"limits": {"most": {"at_most": "-1"}}}),
    Bad(
        "points that go back",
        ("price/rows/1: the point at 5 does not lie above 7",),
        a_price(points={"result": "job"}, rows=[{"at": "7", "is": "1"}, {"at": "5", "is": "2"}]),
    ),
    Bad(
        "a result asked for a claim",
        ("outcome_pricings/job/price: `this_claim` asks for the claim that is being priced, and 'job' is not priced claim by claim",),
        {"outcome_pricings": {"job": a_line(price="turn")}, "figures": {"turn": {"this_claim": "turn"}}},
    ),
    Bad(
        "a class of no months",
        ("outcome_metrics/job/measured/class_of: 'job' classifies persons by the months of 'job', which counts no months",),
        {"outcome_metrics": {"job": a_metric(measured={"class_of": "job", "at_least": "3"})}},
    ),
    Bad(
        "a moment that nobody knows",
        ("figures/x/elapsed/since: 'contract_begin' is not a moment", "did you mean 'contract_"),
        {"figures": {"x": {"elapsed": {"since": "contract_begin"}}}},
    ),
    Bad(
        "the same counterfactual day twice",
        ("outcome_metrics/job/effect/counterfactual/1: two counterfactuals apply on one day",),
        {
            "outcome_metrics": {
                "job": a_metric(effect={"form": "points", "counterfactual": [{"kind": "matched_group"}, {"kind": "modelled"}]})
            }
        },
    ),
    Bad(
        "an amendment of another text",
        ("amendments/a/changes/0/term: 'outcome_pricings/job/price' was 100, not 90", "write `was: 100`"),
        {
            "amendments": {
                "a": {
                    "from": "2021-01-01",
                    "reason": "R",
                    "expected_effect": "E",
                    "review_on": "2022-01-01",
                    "changes": [{"term": "outcome_pricings/job/price", "was": "90", "becomes": "120"}],
                }
            }
        },
    ),
    Bad(
        "an example after itself",
        ("examples/a/after: 'a' comes after this one itself",),
        {"examples": {"a": {"as_of": "2021-01-01", "after": "a", "owes": "0"}}},
    ),
    Bad(
        "currency mismatch",
        ("outcome_pricings/job/price: GBP stands here, the programme settles in EUR",),
        {"outcome_pricings": {"job": a_line(price="GBP 100")}},
    ),
    Bad(
        "shares of 90%",
        ("outcome_payment_commitments: the payers' shares add up to 90%",),
        {"outcome_payment_commitments": {"payer": {"share": "90%"}}},
    ),
    Bad(
        "figures in a circle",
        ("figures/a: the figure 'a' depends on itself", "figures/b: the figure 'b' depends on itself"),
        {"figures": {"a": {"sum": ["b"]}, "b": {"sum": ["a"]}}},
    ),
    Bad(
        "a line that waits for itself",
        ("outcome_pricings/job/sequence: the line 'job' must wait for itself",),
        {"outcome_pricings": {"job": a_claim_line(sequence={"after": "job"})}},
    ),
    Bad(
        "lines that earn by each other",
        ("the line 'job' depends on its own earnings",),
        {"outcome_pricings": {"job": a_line(net_of="other"), "other": a_line(net_of="job")}},
    ),
    Bad(
        "an effect compared with itself",
        ("depends on itself",),
        {
            "outcome_metrics": {
                "job": a_metric(effect={"form": "difference", "counterfactual": [{"kind": "fixed_rate", "is": {"effect": "job"}}]})
            }
        },
    ),
    Bad(
        "a commitment that is itself",
        ("depends on itself",),
        {"investments": {"senior": {"investor": "investor", "committed": {"committed": "senior"}}}},
    ),
    Bad("no exit plan", ("programme.yaml", "exit_plan: `exit_plan` is missing", "add `exit_plan:` here"), {"exit_plan": None}),
    Bad("an assumption without why", ("an assumed term must say why",), {"rounding": {"rule": "half_up", "assumed": "yes"}}),
    # paths
    Bad("a folder instead of results", ("{folder}: this is a folder", "name the file in it"), words=("--results", "{folder}")),
    Bad("no such file", ("{folder}/none.csv: there is no such file",), words=("--claims", "{folder}/none.csv")),
    Bad(
        "a spreadsheet",
        ("a.xlsx: '.xlsx' is not a kind of file that is read here", "write CSV"),
        files={"a.xlsx": b"PK"},
        words=("--results", "{folder}/a.xlsx"),
    ),
    Bad(
        "a text that calls itself Parquet",
        ("a.parquet: this cannot be read as Parquet",),
        files={"a.parquet": b"hello"},
        words=("--results", "{folder}/a.parquet"),
    ),
    Bad("a file instead of the output folder", ("results.csv: this is a file", "name a folder"), words=("--out", "{folder}/results.csv")),
    Bad(
        "an output folder below a file",
        ("results.csv/deep/out: ", "name a folder that can be written"),
        words=("--out", "{folder}/results.csv/deep/out"),
    ),
    Bad("no folder of earlier settlements", ("none: there is no such folder",), words=("--paid", "{folder}/none")),
    Bad("a folder without settlements", ("{folder}: no settlement.json lies here",), words=("--paid", "{folder}")),
    Bad("30 February on the command line", ("--as-of: '2018-02-30' is not a day of the calendar",), words=("--as-of", "2018-02-30")),
    Bad("today is never assumed", ("--as-of", "'today' is not a date"), words=("--as-of", "today")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_refused_in_words_and_leaves_nothing(case: Bad, tmp_path: Path, run: Callable[..., Told]) -> None:
    words = settle_words(tmp_path, terms=case.terms, files=case.files)
    before = sorted(path.name for path in tmp_path.iterdir())
    told = run(*words, *(word.format(folder=tmp_path) for word in case.words))
    assert told.code == 2
    assert told.out == ""
    for said in case.says:
        assert said.format(folder=tmp_path) in told.err
    assert "Traceback" not in told.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_problem_is_a_line_of_its_own(case: Bad, tmp_path: Path, run: Callable[..., Told]) -> None:
    told = run(*settle_words(tmp_path, terms=case.terms, files=case.files), *(word.format(folder=tmp_path) for word in case.words))
    assert all(line.startswith(("makegood: ", "makegood settle: ", "usage: ", "  ")) for line in told.err.splitlines())


PROGRAMME_CASES = [case for case in CASES if not case.words and set(case.files) <= {"programme.yaml"} and (case.terms or case.files)]


@pytest.mark.parametrize("case", PROGRAMME_CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("command", ["check", "terms"])
def test_other_commands_refuse_the_same_terms(case: Bad, command: str, tmp_path: Path, run: Callable[..., Told]) -> None:
    if case.name in ("another file of the report", "another version of the report"):
        return
    settle_words(tmp_path, terms=case.terms, files=case.files)
    told = run(command, tmp_path / "programme.yaml")
    facts = {"evidence missing", "another file of the report"}
    assert told.code == (0 if case.name in facts else 2)
    if told.code:
        assert told.out == ""
        assert all(said.format(folder=tmp_path) in told.err for said in case.says)


def test_a_folder_without_a_programme(tmp_path: Path, run: Callable[..., Told]) -> None:
    told = run("settle", tmp_path, "--results", tmp_path / "r.csv", "--as-of", "2024-12-31")
    assert told.code == 2
    assert f"{tmp_path}: this is a folder" in told.err
    assert f"{tmp_path / 'r.csv'}: there is no such file" in told.err


def test_a_worked_example_that_cannot_be_settled_is_no_answer(tmp_path: Path, run: Callable[..., Told]) -> None:
    """A sum that differs is the answer no; rows that do not fit are input that cannot be used."""
    wrong = {"a": {"as_of": "2024-01-01", "results": [{"metric": "jobb", "value": "1"}], "owes": "100", "why": "W"}}
    differs = {"a": {"as_of": "2024-01-01", "results": [{"metric": "job", "value": "1"}], "owes": "90", "why": "W"}}
    for examples, code, says in ((wrong, 2, "'jobb' is not a metric of this programme"), (differs, 1, "expects 90, the terms give 100")):
        settle_words(tmp_path, terms={"examples": examples}, files={})
        told = run("check", tmp_path / "programme.yaml")
        assert (told.code, says in told.err) == (code, True)


def test_what_cannot_be_read_is_named(tmp_path: Path, run: Callable[..., Told]) -> None:
    """A file that the machine refuses to give: rights and bad disks look alike to us."""
    words = settle_words(tmp_path, terms={}, files={})
    (tmp_path / "results.csv").unlink()
    (tmp_path / "results.csv").symlink_to("/proc/self/mem")
    told = run(*words)
    assert told.code == 2
    assert f"{tmp_path / 'results.csv'}: " in told.err
    assert "cannot be read" in told.err
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_made(tmp_path: Path, run: Callable[..., Told]) -> None:
    words = [word if word != str(tmp_path / "out") else "/proc/nowhere/out" for word in settle_words(tmp_path, terms={}, files={})]
    told = run(*words)
    assert told.code == 2
    assert "/proc/nowhere/out: " in told.err
    assert "name a folder that can be written" in told.err


@pytest.mark.parametrize("before", [False, True], ids=["new folder", "folder with an earlier settlement"])
def test_a_full_disk_leaves_nothing_half_written(before: bool, tmp_path: Path) -> None:
    """Files larger than ten thousand bytes cannot be written here; what stood there before stays as it was."""
    words = settle_words(tmp_path, terms={}, files={})
    if before:
        subprocess.run([sys.executable, "-m", "makegood", *words, "--data-only"], check=True, capture_output=True)
    held = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*")}
    code = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)); runpy.run_module('makegood', run_name='__main__', alter_sys=True)"
    told = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert told.returncode == 2, told.stderr
    assert f"makegood: {tmp_path / 'out'}: File too large" in told.stderr
    assert "Nothing was left behind" in told.stderr
    assert "Traceback" not in told.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*")} == held
    assert (tmp_path / "out").exists() == before
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"outcome_payments": 3, "as_of": "x", "fingerprint": 1}', "\0\1"])
def test_an_earlier_settlement_that_was_tampered_with(content: str, tmp_path: Path, run: Callable[..., Told]) -> None:
    words = settle_words(tmp_path, terms={}, files={})
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "settlement.json").write_text(content)
    told = run(*words, "--paid", tmp_path / "earlier")
    assert told.code == 2
    assert str(tmp_path / "earlier") in told.err
    assert "settle" in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "out").exists()
