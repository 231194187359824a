"""The municipality that a candidate wrote in own words, found by its name and never guessed."""

from __future__ import annotations

import pytest

from makegood.selection.municipality import meant

KNOWN = {
    "'s-Gravenhage": "0518", "Utrecht": "0344", "Súdwest-Fryslân": "1900", "Kaag en Braassem": "1884", "Leiden": "0546",
    "Delft": "0503", "Bergen (L.)": "0893", "Bergen (NH.)": "0373", "Bergen op Zoom": "0748", "'s-Hertogenbosch": "0796",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("Utrecht", ("0344",), ()),
        ("  UTRECHT ", ("0344",), ()),
        ("gem. Utrecht", ("0344",), ()),
        ("De gemeente Utrecht.", ("0344",), ()),
        ("Sudwest Fryslan", ("1900",), ()),
        ("'s-Gravenhage", ("0518",), ()),
        ("s Gravenhage", ("0518",), ()),
        ("’s-Hertogenbosch", ("0796",), ()),
        ("Kaag en Braassem", ("1884",), ()),
        ("Leiden of Delft", ("0546", "0503"), ()),
        ("Leiden, misschien Delft", ("0546", "0503"), ()),
        ("Delft / Leiden; Delft", ("0503", "0546"), ()),
        ("Bergen (L)", ("0893",), ()),
        ("Bergen", (), ("Bergen",)),  # it may be either of two
        ("Den Haag", ("0518",), ()),  # no list of municipalities says so, everybody else does
        ("gemeente Den Bosch", ("0796",), ()),
        ("Utrechtt", (), ("Utrechtt",)),
        ("bij mijn zus", (), ("bij mijn zus",)),
        ("", (), ()),
        (" , ", (), ()),
    ],
)
def test_a_municipality_is_found_by_its_name_or_not_at_all(text: str, found: tuple[str, ...], left: tuple[str, ...]) -> None:
    answer = meant(text, KNOWN)
    assert (answer.found, answer.left) == (found, left)


def test_a_name_that_two_bear_means_neither() -> None:
    assert meant("hengelo", {"Hengelo": 1, "Hengelo.": 2}).left == ("hengelo",)
