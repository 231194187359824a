"""What may leave a closed environment, seen by somebody who wants to know more than that.

The attacker of these tests is written here, on its own: it reads what was released, writes down everything that must
hold between the figures, and asks scipy for the least and greatest number of persons that fits.
"""

# ruff: noqa: E501 - the rules of a study stand on one line each
from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize

from comparison_builders import a_matching
from effect_builders import Found, a_crowd, an_effect
from makegood.comparison.cell_bounds import Figure, Name, Relation
from makegood.comparison.disclosure import Release, count_figure, release, rounded_count, total_figure
from makegood.comparison.protocol_terms import SmallCells

People = dict[str, list[Any]]
Arms = NDArray[np.bool_]


def cells(minimum: int = 10, **words: Any) -> SmallCells:
    return SmallCells.model_validate({"minimum": str(minimum), "dominance": "none", "round_counts_to": "1", "decimals": "4", **words})


# The attacker.


@dataclass
class Attacker:
    """Unknown whole numbers, what is known of each, and sums that must hold."""

    names: list[str] = field(default_factory=list)
    known: dict[str, tuple[float, float]] = field(default_factory=dict)
    sums: list[dict[str, float]] = field(default_factory=list)

    def of(self, name: str) -> str:
        if name not in self.names:
            self.names.append(name)
        return name

    def learns(self, name: str, low: float, high: float | None = None) -> None:
        before = self.known.get(self.of(name), (0.0, np.inf))
        self.known[name] = (max(before[0], low), min(before[1], low if high is None else high))

    def knows_sum(self, whole: str, parts: Sequence[str]) -> None:
        self.sums.append({self.of(whole): 1.0, **{self.of(part): -1.0 for part in parts}})

    def range_of(self, name: str) -> tuple[float, float]:
        """The least and greatest value of `name` that fits all of it."""
        size = len(self.names)
        place = {each: index for index, each in enumerate(self.names)}
        matrix = np.zeros((len(self.sums), size))
        for row, terms in enumerate(self.sums):
            for each, factor in terms.items():
                matrix[row, place[each]] += factor
        low, high = np.array([self.known.get(each, (0.0, np.inf)) for each in self.names]).T
        found = []
        for sign in (1.0, -1.0):
            cost = np.zeros(size)
            cost[place[name]] = sign
            answer = optimize.milp(
                cost,
                constraints=optimize.LinearConstraint(matrix, 0, 0) if len(self.sums) else None,
                integrality=np.ones(size),
                bounds=optimize.Bounds(low, np.minimum(high, 1e6)),
            )
            assert answer.status == 0, answer.message
            found.append(sign * answer.fun)
        return found[0], found[1]


# Tables of two ways.

TABLES = st.integers(2, 4).flatmap(
    lambda rows: st.integers(2, 4).flatmap(
        lambda columns: st.lists(st.lists(st.integers(0, 40), min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )
)


def table_figures(table: Sequence[Sequence[int]], rule: SmallCells) -> tuple[list[Figure], list[Relation], dict[Name, int]]:
    """Cells, sums of rows and columns, and the whole."""
    counts: dict[Name, int] = {}
    relations: list[Relation] = []
    rows, columns = range(len(table)), range(len(table[0]))
    for i, j in itertools.product(rows, columns):
        counts[(f"r{i}", f"c{j}")] = table[i][j]
    for i in rows:
        counts[(f"r{i}", "all")] = sum(table[i])
        relations.append(((1.0, (f"r{i}", "all")), *((-1.0, (f"r{i}", f"c{j}")) for j in columns)))
    for j in columns:
        counts[("all", f"c{j}")] = sum(row[j] for row in table)
        relations.append(((1.0, ("all", f"c{j}")), *((-1.0, (f"r{i}", f"c{j}")) for i in rows)))
    counts[("all", "all")] = sum(map(sum, table))
    relations.append(((1.0, ("all", "all")), *((-1.0, (f"r{i}", "all")) for i in rows)))
    relations.append(((1.0, ("all", "all")), *((-1.0, ("all", f"c{j}")) for j in columns)))
    return [count_figure(name, count, rule=rule) for name, count in counts.items()], relations, counts


def attacked(released: Release, relations: Sequence[Relation], counts: Mapping[Name, int], *, step: int) -> Attacker:
    attacker = Attacker()
    for relation in relations:
        (_one, whole), *parts = relation
        attacker.knows_sum("/".join(whole), ["/".join(part) for _factor, part in parts])
    for name, count in counts.items():
        attacker.of("/".join(name))
        if name in released.published:
            shown = round_half_up(count, step)
            attacker.learns("/".join(name), max(0, shown - step // 2), shown + step // 2)
    return attacker


def round_half_up(count: int, step: int) -> int:
    return int(np.floor(count / step + 0.5)) * step


@given(table=TABLES, step=st.sampled_from([1, 5]))
@settings(max_examples=40, deadline=None)
def test_no_small_cell_of_a_table_can_be_narrowed_below_the_minimum(table: list[list[int]], step: int) -> None:
    rule = cells(10, round_counts_to=str(step))
    figures, relations, counts = table_figures(table, rule)
    released = release(figures, relations=relations)
    attacker = attacked(released, relations, counts, step=step)
    for name, count in counts.items():
        if 0 < count < 10:
            assert name not in released.published
            low, high = attacker.range_of("/".join(name))
            assert low <= count <= high
            assert high - low >= 10, f"{name} is {count}; what was published leaves {low:g} to {high:g}"


def test_a_table_without_small_cells_is_published_whole() -> None:
    figures, relations, _counts = table_figures([[20, 30], [40, 0]], cells(10))
    assert release(figures, relations=relations).refused == ()


def test_one_small_cell_takes_others_with_it_and_the_list_does_not_say_which() -> None:
    figures, relations, _counts = table_figures([[3, 40, 50], [60, 70, 80], [20, 30, 25]], cells(10))
    released = release(figures, relations=relations)
    assert ("r0", "c0") in released.refused
    assert len(released.refused) >= 4  # with one alone in its row or column the sums would give it back
    assert ("all", "all") in released.published
    assert all(isinstance(name, tuple) and all(isinstance(part, str) for part in name) for name in released.refused)


def test_a_total_that_one_person_makes_up_is_refused() -> None:
    """Dominance: with 12 persons the cell is large enough, but one of them holds nine tenths of the total."""
    rule = cells(10, dominance="50%")
    spread, dominated = np.full(12, 5.0), np.array([100.0, *[1.0] * 11])
    assert not total_figure(("a",), spread, rule=rule, low=None, high=None).sensitive
    assert total_figure(("a",), dominated, rule=rule, low=None, high=None).sensitive
    assert not total_figure(("a",), dominated, rule=cells(10), low=None, high=None).sensitive
    two = np.array([60.0, 55.0, *[1.0] * 20])
    assert not total_figure(("a",), two, rule=rule, low=None, high=None).sensitive
    assert total_figure(("a",), two, rule=cells(10, dominance="50%", largest_contributors="2"), low=None, high=None).sensitive


@pytest.mark.parametrize(
    ("count", "step", "shown"), [(103, 1, 103), (103, 5, 105), (102, 5, 100), (0, 5, 0), (3, 10, 0), (5, 10, 10), (15, 10, 20)]
)
def test_counts_leave_as_multiples_of_the_step(count: int, step: int, shown: int) -> None:
    assert rounded_count(count, rule=cells(10, round_counts_to=str(step))) == shown == round_half_up(count, step)


# A whole release, attacked.


def released_counts(design: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """(group, label, persons) as anybody can work them out: sizes, and shares of levels times sizes."""
    for basis in design["bases"]:
        mark = basis["basis"]
        sizes = {"treated": "treated" if mark == "intention_to_treat" else "started", "pool": "pool"}
        sizes |= {part: f"{part} ({mark})" for part in ("matched", "unmatched", "controls")}
        for part, count in basis["sizes"].items():
            if count is not None:
                yield sizes[part], "", int(count)
        for row in basis.get("balance", ()):
            for part, column in (
                ("treated", "treated_before"),
                ("pool", "control_before"),
                ("matched", "treated_after"),
                ("controls", "control_after"),
            ):
                if row["kind"] == "category" and row[column] is not None:
                    yield sizes[part], row["name"], round(float(row[column]) * int(basis["sizes"][part]))
        for row in basis.get("unmatched_beside_matched", ()):
            if row["kind"] == "category":
                for part in ("unmatched", "matched"):
                    if row[part] is not None:
                        yield sizes[part], row["name"], round(float(row[part]) * int(basis["sizes"][part]))
    chosen = design["selectivity"]
    for key, groups in (("participants_beside_pool", ("treated", "pool")), ("started_beside_not_started", ("started", "not started"))):
        for row in chosen.get(key, ()):
            for group in groups:
                share = row.get(group.replace(" ", "_"))
                if "[" in row["name"] and share is not None:
                    yield group, row["name"], round(float(share) * ALL[group])
    for name, counts in chosen.get("mix", {}).items():
        for group in ("treated", "started", "pool"):
            if counts.get(group) is not None:
                yield group, f"mix[{name}]", int(counts[group])
    for item in chosen.get("what_if", ()):
        for group in ("treated", "pool"):
            for part, count in item[group].items():
                if count is not None:
                    yield group, f"criteria {item['criteria']}[{part}]", int(count)


ALL: dict[str, int] = {}
"""Size of a group, for the attacker who knows how many were selected and started from elsewhere."""


def truth(people: People, arms: Arms, inside: Path) -> dict[tuple[str, str], int]:
    """(group, level) -> persons, counted from the files that stayed inside."""
    pairs = [line.split(",") for line in (inside / "pairs.csv").read_text("utf-8").splitlines()[1:]]
    matched, controls = {row[1] for row in pairs}, {row[2] for row in pairs}
    who: dict[str, set[str]] = {
        "treated": {person for person, arm in zip(people["person"], arms, strict=True) if arm},
        "pool": {person for person, arm in zip(people["person"], arms, strict=True) if not arm},
        "matched (intention_to_treat)": matched,
        "controls (intention_to_treat)": controls,
    }
    who["unmatched (intention_to_treat)"] = who["treated"] - matched
    who["started"] = {
        person for person, word in zip(people["person"], people["started"], strict=True) if person in who["treated"] and word == "yes"
    }
    who["not started"] = who["treated"] - who["started"]
    levels = dict(zip(people["person"], people["region"], strict=True))
    found = {(group, ""): len(members) for group, members in who.items()}
    for group, members in who.items():
        for level in sorted(set(people["region"])):
            found[(group, f"region[{level}]")] = sum(levels[person] == level for person in members)
    return found


def a_study(folder: Path, *, seed: int, minimum: int, capsys: Any) -> tuple[Found, People, Arms]:
    people, arms = a_crowd(treated=70, pool=300, seed=seed)
    draw = np.random.default_rng(seed)
    rare = draw.random(arms.size)
    people["region"] = np.select([rare < 0.08, rare < 0.3, rare < 0.6], ["island", "north", "east"], "south").tolist()
    found = an_effect(
        folder, people, arms, "--inside", str(folder / "inside"), capsys=capsys,
        matching=a_matching(caliper="0.05"),
        columns={"person": "person", "started": "started"},
        outcomes={"work": {"value": "mean"}, "durable": {"value": "share"}},
        small_cells={"minimum": minimum, "dominance": "none", "round_counts_to": 1, "decimals": 4},
        selectivity={
            "mix": {"easy": {"all_of": [{"variable": "months", "at_least": 8}]}, "hard": {"all_of": [{"variable": "months", "at_most": 1}]}, "target": {}},
            "criteria": {"mainland": {"all_of": [{"variable": "region", "is_one_of": ["north", "east", "south"]}]}, "worked": {"all_of": [{"variable": "months", "at_least": 1}]}},
        },
    )  # fmt: skip
    return found, people, arms


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_an_attacker_cannot_narrow_down_any_small_cell_of_a_released_design(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Need 125: what stands for too few people is not shown, nor can it be worked out from what is."""
    minimum = 8
    found, people, arms = a_study(tmp_path, seed=seed, minimum=minimum, capsys=capsys)
    design = json.loads(found.text("design.json"))
    real = truth(people, arms, tmp_path / "inside")
    levels = sorted({label for _group, label in real if label})
    groups = sorted({group for group, _label in real})
    ALL.update({group: real[(group, "")] for group in groups})
    attacker = Attacker()
    for group in groups:
        attacker.knows_sum(f"{group}|", [f"{group}|{level}" for level in levels])
    for level in ["", *levels]:
        attacker.knows_sum(f"treated|{level}", [f"started|{level}", f"not started|{level}"])
        attacker.knows_sum(f"treated|{level}", [f"matched (intention_to_treat)|{level}", f"unmatched (intention_to_treat)|{level}"])
    for group in groups:
        attacker.knows_sum(f"{group}|criteria mainland[in]", [f"{group}|{level}" for level in levels if "island" not in level])
        attacker.knows_sum(
            f"{group}|", [f"{group}|criteria mainland[in]", f"{group}|criteria mainland[out]", f"{group}|criteria mainland[unknown]"]
        )
    learned = 0
    for group, label, count in released_counts(design):
        if (group, label) in real:
            assert count == real[(group, label)], "the release must be true"
        name = f"{group}|{label}"
        if name in attacker.names:
            attacker.learns(name, count)
            learned += 1
    small = {key: count for key, count in real.items() if key[1] and 0 < count < minimum}
    assert small
    assert learned > 10
    for (group, label), count in small.items():
        low, high = attacker.range_of(f"{group}|{label}")
        assert low <= count <= high
        assert high - low >= minimum, f"{group} {label} is {count}; the release leaves {low:g} to {high:g}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_attacker_cannot_narrow_down_who_has_an_outcome(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The share times the number gives persons with the outcome, of all who were selected and of those who started; what
    lies between the two bases may be few."""
    minimum = 8
    found, people, arms = a_study(tmp_path, seed=seed, minimum=minimum, capsys=capsys)
    started = {person for person, word, arm in zip(people["person"], people["started"], arms, strict=True) if arm and word == "yes"}
    has = {person for person, value in zip(people["person"], people["durable"], strict=True) if value == 1}
    attacker = Attacker()
    for basis in ("intention_to_treat", "started"):
        attacker.knows_sum(f"{basis}|n", [f"{basis}|with", f"{basis}|without"])
        finding = found.finding("durable", basis=basis)
        if finding["state"] == "refused":
            assert set(finding) == {"metric", "cohort", "basis", "settled", "state", "words"}
            continue
        attacker.learns(f"{basis}|n", int(finding["n"]))
        attacker.learns(f"{basis}|with", round(float(finding["value"]) * int(finding["n"])))
    pairs = [line.split(",") for line in (tmp_path / "inside" / "pairs.csv").read_text("utf-8").splitlines()[1:]]
    matched = {row[1] for row in pairs}
    real = {"intention_to_treat|with": len(matched & has), "intention_to_treat|without": len(matched - has)}
    for name, count in real.items():
        if 0 < count < minimum:
            low, high = attacker.range_of(name)
            assert high - low >= minimum
    assert started  # the other basis is there


def test_what_is_refused_stands_there_by_name_and_without_a_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, people, arms = a_study(tmp_path, seed=1, minimum=8, capsys=capsys)
    design = json.loads(found.text("design.json"))
    assert design["refused"]
    assert all(re.fullmatch(r"(count|total) / [^/]+( / .+)?", name) for name in design["refused"])
    real = truth(people, arms, tmp_path / "inside")
    hidden = {name.split(" / ")[2] for name in design["refused"] if name.startswith("count / treated /") and "region" in name}
    for row in design["bases"][0]["balance"]:
        if row["name"] in hidden:
            assert row["treated_before"] is None
            assert row["smd_before"] is None  # with the pool's share it would give the treated share back
    assert any(0 < real[("treated", label)] < 8 for label in hidden)


def test_the_page_inside_shows_what_the_released_page_may_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, people, arms = a_study(tmp_path, seed=1, minimum=8, capsys=capsys)
    inside = json.loads((tmp_path / "inside" / "design.json").read_text("utf-8"))
    real = truth(people, arms, tmp_path / "inside")
    shown = {row["name"]: row["treated_before"] for row in inside["bases"][0]["balance"]}
    assert float(shown["region[island]"]) == pytest.approx(real[("treated", "region[island]")] / 70, abs=5e-5)
    assert "Stays inside" in (tmp_path / "inside" / "design.html").read_text("utf-8")
    assert "Stays inside" not in found.text("design.html")
    assert inside["refused"] == []


def test_no_persons_code_leaves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, people, _arms = a_study(tmp_path, seed=1, minimum=8, capsys=capsys)
    codes = set(people["person"])
    for path in (tmp_path / "out").iterdir():
        assert not codes & set(re.findall(r"\bp\d{4}\b", path.read_text("utf-8"))), path.name
    assert not codes & set(re.findall(r"\bp\d{4}\b", found.out + found.err))


def test_no_single_persons_figure_leaves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ranges and the widest pair are figures of one or two persons: the released design has none of them."""
    found, _people, _arms = a_study(tmp_path, seed=1, minimum=8, capsys=capsys)
    design = json.loads(found.text("design.json"))
    basis = design["bases"][0]
    assert "widest" not in basis["caliper"]
    assert set(basis["overlap"]) == {"edges", "treated", "pool", "matched_controls", "outside"}
    for part, size in (("treated", 70), ("pool", 300)):
        shares = [float(share) * size for share in basis["overlap"][part]]
        blocks = [sum(group) for _value, group in ((key, list(each)) for key, each in itertools.groupby(shares))]
        assert all(block == 0 or block >= 8 - 0.05 for block in blocks)


def test_rounded_counts_leave_as_such_and_pay_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd(treated=73)
    rule = {"minimum": 5, "dominance": "none", "round_counts_to": 5, "decimals": 3}
    found = an_effect(tmp_path, people, arms, capsys=capsys, small_cells=rule)
    assert found.result["results"][0]["n"] == "75"
    assert found.finding()["n"] == "75"
    sizes = found.result["design"]["bases"][0]["sizes"]
    assert all(int(count) % 5 == 0 for count in sizes.values() if count is not None)


def test_two_without_a_match_do_not_take_the_balance_of_the_others_with_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Need 123: who differs before matching may have to stay inside; how alike the matched groups are need not."""
    people, arms = a_crowd(treated=40, pool=300)
    for row, age in ((0, -20.0), (1, -18.0)):  # far from everybody in the pool
        people["age"][row] = age
    cut = {"minimum": 5, "dominance": "none", "round_counts_to": 1, "decimals": 4}
    found = an_effect(tmp_path, people, arms, capsys=capsys, matching=a_matching(caliper="0.2"), small_cells=cut)
    design = json.loads(found.text("design.json"))["bases"][0]
    assert design["sizes"]["unmatched"] is None
    assert design["sizes"]["matched"] is not None
    for row in design["balance"]:
        assert row["smd_after"] is not None, row["name"]
        assert row["treated_before"] is None or row["kind"] == "category", "with the mean after matching it would give two people away"


def test_a_few_of_the_pool_who_were_not_drawn_are_not_given_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd(treated=40, pool=42)
    cut = {"minimum": 5, "dominance": "none", "round_counts_to": 1, "decimals": 4}
    found = an_effect(tmp_path, people, arms, capsys=capsys, small_cells=cut)
    rows = {row["name"]: row for row in json.loads(found.text("design.json"))["bases"][0]["balance"]}
    for name in ("age", "months", "propensity score"):
        assert rows[name]["control_after"] is not None
        assert rows[name]["control_before"] is None, "42 times this less 40 times the mean after is what two people add up to"
