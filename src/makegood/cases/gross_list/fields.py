"""What a list may say of a candidate, under which headings it is known, and how each is read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Read = Callable[[str, date], tuple[str, str]]
"""(cell, day of the list) -> (value as text, what was corrected or nothing). Raises UnreadableError saying what would do."""
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_OTHER_MONTHS = {"mar": 3, "may": 5, "oct": 10, "maa": 3}
_SEXES = {"m": "male", "man": "male", "male": "male", "v": "female", "vrouw": "female", "f": "female", "female": "female",
          "x": "other", "anders": "other", "other": "other", "o": "unknown", "onbekend": "unknown", "unknown": "unknown"}  # fmt: skip
LONGEST_NUMBER = 100
"""Signs of a prison's own number that are kept; a part of one would be another number."""
_READ_AS_OTHER = {"x"}
"""A sex that is read and said: the sign means another one in a passport, and nothing known in many a system."""
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.[ -]?)+|[^\W\d_]")
_UNKNOWN = {"", "-", "?", "n.v.t.", "nvt", "onbekend", "unknown", "n/a"}


class UnreadableError(ValueError):
    """A cell that cannot be read. `code` is stable; the words say what would do, and repeat no value."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Field:
    """One thing that a list says. `required`: a row without it is refused. `sensitive`: kept encrypted, never shown in a list."""

    name: str
    read: Read
    headings: tuple[str, ...]
    required: bool = False
    sensitive: bool = False


def read_name(cell: str, _on: date) -> tuple[str, str]:
    """A name in one line without double spaces; a name in capitals only is written as a name.

    Signs that nobody sees (zero width, direction of writing, control) are taken out: with one, a name is never found again.
    """
    seen = "".join(sign for sign in cell if sign.isspace() or not unicodedata.category(sign).startswith("C"))
    if seen != cell and seen.strip():
        value, _corrected = read_name(seen.strip(), _on)
        return value, "invisible"
    if any(character in cell for character in "<>{}=|\\^~") or cell[0] in "+-@":
        raise UnreadableError("no_name", "this is no name; write letters, spaces, hyphens, apostrophes")
    if not any(character.isalpha() for character in cell):
        raise UnreadableError("no_name", "a name has letters")
    if len(cell) > 100:
        raise UnreadableError("long_name", f"a name of {len(cell)} characters is longer than 100")
    value = unicodedata.normalize("NFC", " ".join(cell.split()))
    if len(value) > 3 and value.isupper():
        return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), value), "capitals"
    return value, "spaces" if value != unicodedata.normalize("NFC", cell) else ""


def read_given_name(cell: str, on: date) -> tuple[str, str]:
    """A given name. Initials alone are kept, and said: they tell people apart badly, next month too."""
    value, corrected = read_name(cell, on)
    return value, "initials" if _INITIALS.fullmatch(value) else corrected


def read_day(cell: str, on: date) -> tuple[str, str]:
    """A date as ISO text; day-month-year as the Dutch write it is turned round. A year of two digits is refused.

    A number alone is read as Excel counts days, where that comes to a day of somebody's life.
    """
    text = cell.strip().lower()
    if is_serial(text):
        return _counted(int(re.split("[.,]", text)[0]), on), "serial"
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t]0{1,2}:00(?::00)?(?:\.0+)?)?", text)
    dutch = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2}|[a-z]{3,9})\.?[-/. ](\d{4})", text)
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if iso or compact:
        year, month, number = (int(part) for part in (iso or compact).groups())  # type: ignore[union-attr]
    elif dutch:
        number, year = int(dutch[1]), int(dutch[3])
        month = int(dutch[2]) if dutch[2].isdigit() else _month(dutch[2])
    elif re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", text):
        raise UnreadableError("two_digit_year", "a year of two digits could be of two centuries; write four, as in 1984-03-07")
    else:
        raise UnreadableError("no_date", "this is no date; write year-month-day, as in 1984-03-07")
    try:
        value = date(year, month, number).isoformat()
    except ValueError:
        raise UnreadableError("no_such_day", "this day does not exist; look it up and correct it") from None
    return value, "" if value == text else "date"


def is_serial(cell: str) -> bool:
    """Whether a cell holds a number as Excel counts days, with a part of a day or without."""
    return re.fullmatch(r"[1-9]\d{0,4}([.,]\d+)?", cell.strip()) is not None


def _counted(days: int, on: date) -> str:
    # Excel counts from 1 January 1900 and takes that year for a leap year: its numbers are right from 61, 1 March 1900.
    # A number such as 2016 is rather a year than the day in 1905 that it counts to.
    value = date(1899, 12, 30) + timedelta(days)
    if days < 61 or 1900 <= days <= 2199 or not -110 <= value.year - on.year <= 50:
        raise UnreadableError("no_date", "this number is no date; write year-month-day, as in 1984-03-07")
    return value.isoformat()


def _month(word: str) -> int:
    month = _OTHER_MONTHS.get(word[:3]) or (MONTHS.index(word[:3]) + 1 if word[:3] in MONTHS else 0)
    if not month:
        raise UnreadableError("no_month", "this month has no name that is known here; write year-month-day, as in 1984-03-07")
    return month


def read_birth_date(cell: str, on: date) -> tuple[str, str]:
    """A date of birth of somebody between 12 and 110 years old on the day of the list."""
    value, corrected = read_day(cell, on)
    years = (on - date.fromisoformat(value)).days / 365.25
    if years < 12 or years > 110:
        raise UnreadableError("not_born_then", "nobody on this list was born then; look it up and correct it")
    return value, corrected


def read_sex(cell: str, _on: date) -> tuple[str, str]:
    """`male`, `female`, `other` or `unknown`."""
    sign = cell.casefold().rstrip(".")
    value = _SEXES.get(sign)
    if value is None:
        raise UnreadableError("no_sex", "this is no sex that is known here; write man, vrouw, anders or onbekend")
    return value, "other_sex" if sign in _READ_AS_OTHER else ""


def is_sex(cell: str) -> bool:
    """Whether a cell says a sex."""
    return cell.casefold().rstrip(".") in _SEXES


def read_words(cell: str, _on: date) -> tuple[str, str]:
    """Words in one line; what a spreadsheet would carry out as a formula is refused."""
    if cell[0] in "=+@\t" or (cell[0] == "-" and len(cell) > 1 and not cell[1:2].isalpha()):
        raise UnreadableError("formula", "a spreadsheet would carry this out as a formula; paste the value alone")
    if re.search(r"<\s*/?\s*[a-z!]", cell, re.IGNORECASE):
        raise UnreadableError("code_of_a_page", "this looks like code of a web page; write plain words")
    value = " ".join(cell.split())
    return value, "spaces" if value != cell else ""


def read_bsn(cell: str, _on: date) -> tuple[str, str]:
    """A citizen service number of nine digits that passes the 11-test."""
    digits = re.sub(r"[ .-]", "", cell)
    value = digits.zfill(9) if len(digits) == 8 else digits
    if not passes_eleven(value):
        raise UnreadableError("no_bsn", "this is no citizen service number: it fails the 11-test")
    return value, "" if value == cell else "number"


def may_be_bsn(text: str) -> bool:
    """Whether a text is what a citizen service number looks like: nine digits, however they are parted, that pass the 11-test."""
    return passes_eleven(re.sub(r"[\s.-]", "", text))


def read_number(cell: str, on: date) -> tuple[str, str]:
    """The prison's own number, in one line. What may be a citizen service number is none: it would be kept for all to read."""
    value, corrected = read_words(cell, on)
    if may_be_bsn(value):
        raise UnreadableError("maybe_bsn", "this may be a citizen service number; leave the column out")
    if len(value) > LONGEST_NUMBER:
        raise UnreadableError("long_number", f"a number of {len(value)} signs is longer than {LONGEST_NUMBER}")
    return value, corrected


def passes_eleven(value: str) -> bool:
    """The 11-test of a BSN: nine digits, weights 9 to 2 and -1, a sum that 11 divides."""
    if not re.fullmatch(r"[0-9]{9}", value) or value == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, value, strict=True)) % 11 == 0


_NUMBERS = (
    "registratienummer",
    "nummer",
    "dossiernummer",
    "celnummer dossier",
    "gedetineerdennummer",
    "gedetineerdennr",
    "gedetineerde nummer",
    "ged.nr",
    "detentienummer",
    "registratienr",
    "nr",
    "number",
    "registration number",
)
_FAMILY = ("achternaam", "geslachtsnaam", "familienaam", "family name", "surname", "last name")
_WHOLE = (
    "naam",
    "volledige naam",
    "hele naam",
    "naam voluit",
    "naam gedetineerde",
    "naam en voornaam",
    "achternaam en voornaam",
    "achternaam, voornaam",
    "voornaam achternaam",
    "name",
    "full name",
)
_GIVEN = ("voornaam", "voornamen", "eerste voornaam", "roepnaam", "given name", "first name")
_RELEASE = (
    "einddatum detentie",
    "ontslagdatum",
    "vermoedelijke invrijheidstelling",
    "datum vrij",
    "datum invrijheidstelling",
    "vrij op",
    "datum vrijlating",
    "vrijlatingsdatum",
    "vermoedelijke ontslagdatum",
    "ontslag op",
    "einde detentie",
    "vi-datum",
    "release date",
    "einddatum",
)
_SINCE = (
    "datum insluiting",
    "insluiting",
    "in detentie sinds",
    "ingesloten op",
    "ingesloten sinds",
    "insluitdatum",
    "insluitingsdatum",
    "begindatum detentie",
    "aanvang detentie",
    "detained since",
    "start detention",
)
_BORN = ("geboortedatum", "geb.datum", "geb datum", "geb.dat.", "gebdatum", "geboren op", "geboren", "date of birth", "birth date")
_TOWNS = (
    "gemeente",
    "woonplaats",
    "gemeente van vestiging",
    "vestigingsgemeente",
    "woongemeente",
    "gemeente van inschrijving",
    "municipality",
)

FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("number", read_number, _NUMBERS),
        Field("family_name", read_name, _FAMILY, required=True),
        Field("prefix", read_words, ("tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels", "prefix")),
        # Initials are no given name: who has no other column chooses it, and each row says so.
        Field("given_name", read_given_name, _GIVEN, required=True),
        # Instead of the three above: `whole_name.read_whole_name` tells them apart.
        Field("whole_name", read_name, _WHOLE, required=True),
        Field("birth_date", read_birth_date, _BORN, required=True),
        Field("sex", read_sex, ("geslacht", "m/v", "m/v/x", "man/vrouw", "sekse", "sex", "gender")),
        Field("detained_since", read_day, _SINCE),
        Field("release_on", read_day, _RELEASE),
        Field("municipality", read_words, _TOWNS),
        Field("offence_type", read_words, ("delict", "delictcategorie", "delictsoort", "offence", "offence type")),
        Field("wing", read_words, ("afdeling", "afd.", "unit", "wing", "cel")),
        Field("bsn", read_bsn, ("bsn", "burgerservicenummer", "citizen service number"), sensitive=True),
    )
}  # fmt: skip
"""Name -> field. A list needs no more than the required ones; a column that is mapped to none is not kept."""

IN_PARTS = ("family_name", "prefix", "given_name")
"""The fields of a name. A list has these, or one column with the whole name; never both."""


def required_with(mapping: Container[str]) -> tuple[str, ...]:
    """The fields without which a list cannot do, given that these are mapped: a name in parts, or the whole name."""
    instead = IN_PARTS if "whole_name" in mapping else ("whole_name",)
    return tuple(name for name, field in FIELDS.items() if field.required and name not in instead)


DATES = tuple(name for name, field in FIELDS.items() if field.read in (read_day, read_birth_date))
"""The fields that hold a day."""


def read_cell(name: str, cell: str, on: date, *, counts_from_1904: bool) -> tuple[str, str]:
    """A cell of a field as text, and what was corrected; raises UnreadableError saying what would do.

    `counts_from_1904`: as an old Mac did, four years later than everybody else. A day is then not guessed from a number.
    """
    if counts_from_1904 and name in DATES and is_serial(cell):
        raise UnreadableError("from_1904", "this number counts from 1904; give the column the form of a date")
    return FIELDS[name].read(cell, on)


def suggest_mapping(header: Sequence[str]) -> dict[str, str]:
    """Field -> heading, as far as headings are known or nearly so; each heading once."""
    folded = {" ".join(heading.casefold().replace("_", " ").split()): heading for heading in header if heading}
    found: dict[str, str] = {}
    for near in (1.0, 0.86):
        for field in FIELDS.values():
            if field.name in found:
                continue
            for known in (field.name.replace("_", " "), *field.headings):
                match = difflib.get_close_matches(known, [word for word in folded if folded[word] not in found.values()], 1, near)
                if match:
                    found[field.name] = folded[match[0]]
                    break
    return _with_one_name(found)


def _with_one_name(found: dict[str, str]) -> dict[str, str]:
    """A column "Naam" holds the family name where another holds the given name or the prefix, else the whole name."""
    if "whole_name" in found and set(found) & set(IN_PARTS):
        heading = found.pop("whole_name")
        if "family_name" not in found:
            found["family_name"] = heading
    return found


def is_unknown(cell: str) -> bool:
    """Whether a cell says that something is not known, rather than what it is."""
    return cell.strip().casefold() in _UNKNOWN
