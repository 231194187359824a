"""Two partners' lists, reconciled by pseudonymous tokens. Need 20: two lists differ by one person, and nobody could say by whom."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from makegood.cases.linkage import Tokens, folded, reconcile, tokens_of

pytest.importorskip("splink")
SECRET = b"a secret of these two partners"
JANSEN = {"family_name": "Jansen", "given_name": "Piet", "birth_date": "1984-03-07", "sex": "male"}


def tokens(person: str, changes: dict[str, str] | None = None, *, secret: bytes = SECRET) -> Tokens:
    return tokens_of({**JANSEN, **(changes or {})}, person=person, secret=secret)


def people(count: int, seed: int) -> list[dict[str, str]]:
    chance = random.Random(seed)  # noqa: S311 - invented people
    syllables = ["ba", "de", "ki", "lo", "mu", "ra", "se", "ti", "vo", "za"]
    return [
        {
            "family_name": "".join(chance.choices(syllables, k=4)).capitalize(),
            "given_name": "".join(chance.choices(syllables, k=2)).capitalize(),
            "birth_date": (date(1960, 1, 1) + timedelta(days=chance.randrange(14_000))).isoformat(),
            "sex": chance.choice(["male", "female"]),
        }
        for _ in range(count)
    ]


def test_the_one_person_by_whom_two_lists_of_118_and_119_differ_is_named() -> None:
    all_of_them = people(119, seed=1)
    ours = [tokens_of(row, person=f"o{index}", secret=SECRET) for index, row in enumerate(all_of_them)]
    theirs = [tokens_of(row, person=f"t{index}", secret=SECRET) for index, row in enumerate(all_of_them) if index != 57]
    found = reconcile(ours, theirs)
    assert found.only_ours == ("o57",)
    assert found.only_theirs == ()
    assert {(link.ours[1:], link.theirs[1:]) for link in found.linked} == {(str(index), str(index)) for index in range(119) if index != 57}


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"family_name": "Janssen"}, ("family_name",)),
        ({"given_name": "Pieter"}, ("given_name",)),
        ({"birth_date": "1984-07-03"}, ("birth_date",)),
        ({"sex": "female"}, ("sex",)),
    ],
)
def test_a_small_difference_is_linked_and_shown(changes: dict[str, str], differs: tuple[str, ...]) -> None:
    found = reconcile([tokens("o")], [tokens("t", changes)])
    (link,) = (*found.linked, *found.doubtful)
    assert link.differs == differs


def test_another_person_of_the_same_name_is_not_linked() -> None:
    found = reconcile([tokens("o")], [tokens("t", {"birth_date": "1961-11-30"})])
    assert found.linked == ()


def test_two_who_are_equally_alike_are_in_doubt() -> None:
    found = reconcile([tokens("o")], [tokens("t1"), tokens("t2")])
    assert found.linked == ()
    assert len(found.doubtful) == 1
    assert len(found.only_theirs) == 1


def test_tokens_of_another_secret_mean_nothing() -> None:
    found = reconcile([tokens("o")], [tokens("t", secret=b"of two other partners")])
    assert (found.only_ours, found.only_theirs) == (("o",), ("t",))


def test_no_token_holds_what_it_was_made_of() -> None:
    made = tokens("o")
    assert not any(word in repr(made).casefold() for word in ("jansen", "piet", "1984", "male"))


@pytest.mark.parametrize(
    ("written", "compared"),
    [("van der Heijden", "heyden"), ("HEYDEN", "heyden"), ("Müller-Özdemir", "mullerozdemir"), ("d'Angelo", "dangelo"), ("De", "de")],
)
def test_names_are_compared_without_what_offices_write_differently(written: str, compared: str) -> None:
    assert folded(written) == compared


def test_an_empty_list_links_nobody() -> None:
    assert reconcile([], [tokens("t")]).only_theirs == ("t",)
