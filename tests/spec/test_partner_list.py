"""A partner's list becomes tokens as it is read. Need 20."""

from __future__ import annotations

import io
import zipfile
from dataclasses import astuple
from datetime import date

import pytest

from makegood.cases.linkage import Tokens, tokens_of
from makegood.cases.partner_list import PARTS, read_partner_list
from makegood.values.problem import Refused

SECRET = b"of these two"
TODAY = date(2017, 9, 1)
LIST = "sleutel;achternaam;voornaam;geboortedatum;geslacht\nD1;Jansen;Piet;07-03-1984;m\nD2;de Vries;Anna;1990-05-01;v\n"


def read(text: str | bytes) -> tuple[Tokens, ...]:
    content = text if isinstance(text, bytes) else text.encode()
    return read_partner_list(content, name="list", secret=SECRET, on=TODAY).tokens


def test_names_become_the_tokens_that_we_make_of_our_own() -> None:
    piet = {"family_name": "Jansen", "given_name": "Piet", "birth_date": "1984-03-07", "sex": "male"}
    assert read(LIST)[0] == tokens_of(piet, person="D1", secret=SECRET)
    assert not any(word in repr(read(LIST)).casefold() for word in ("jansen", "vries", "1984", "anna"))


@pytest.mark.parametrize("heading", ["entry", "Kenmerk", "person", "Own key"])
def test_the_key_may_be_called_as_partners_call_it(heading: str) -> None:
    """`entry` is how the world writes the provider's list."""
    assert read(LIST.replace("sleutel", heading, 1)) == read(LIST)


def test_a_list_of_tokens_is_taken_as_it_is() -> None:
    made = read(LIST)
    text = "\n".join([",".join(("person", *PARTS)), *(",".join(astuple(row)) for row in made)])
    assert read(text) == made


def test_what_cannot_be_read_counts_as_not_known() -> None:
    found = read_partner_list(LIST.replace("1990-05-01", "01-05-90").encode(), name="list", secret=SECRET, on=TODAY)
    assert (found.unreadable, found.tokens[1].birth_date, bool(found.tokens[1].family_name)) == (1, "", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("sleutel;achternaam;voornaam;geboortedatum\n", "no_rows"),
        ("achternaam;voornaam;geboortedatum\nJansen;Piet;1984-03-07\n", "no_key"),
        ("sleutel;achternaam\nD1;Jansen\n", "nothing_to_compare"),
        (LIST.replace("D2", "D1"), "key_twice"),
        (LIST.replace("D2", ""), "no_key"),
        (LIST.replace("D2", "=HYPERLINK(1)"), "bad_key"),
        (LIST.replace("D2", "999990019"), "bad_key"),
        ("person,family_name,family_start,birth_month\nD1,Jansen,abc,1984\n", "no_token"),
        (b"PK\x03\x04 not a workbook", "not_xlsx"),
    ],
)
def test_a_list_that_cannot_be_compared_is_refused_without_repeating_a_name(text: str | bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text)
    assert next(problem.code for problem in refused.value.problems) == code
    assert not any("ansen" in str(problem) for problem in refused.value.problems)


def test_a_zip_bomb_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 210_000_000)
    with pytest.raises(Refused) as refused:
        read(packed.getvalue())
    assert refused.value.problems[0].code == "unpacks_too_large"
