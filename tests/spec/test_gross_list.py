"""A prison's list: what is read, corrected and refused. Nothing is lost in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from makegood.cases.gross_list.fields import UnreadableError, passes_eleven, read_birth_date, read_day, read_name, suggest_mapping
from makegood.cases.gross_list.file import MAX_BYTES, ListFile, Note, read_list
from makegood.cases.gross_list.judging import JudgedRow, check_mapping, judge
from makegood.cases.gross_list.whole_name import read_whole_name
from makegood.values.problem import Refused

ON = date(2016, 6, 1)
HEADER = "Registratienummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum detentie"
MAPPING = {"number": "Registratienummer", "family_name": "Achternaam", "given_name": "Voornaam", "birth_date": "Geboortedatum",
           "sex": "Geslacht", "release_on": "Einddatum detentie"}  # fmt: skip


def a_list(*rows: str, header: str = HEADER) -> ListFile:
    return read_list("\n".join([header, *rows]).encode(), name="lijst.csv")


def judged(*rows: str) -> list[JudgedRow]:
    return list(judge(a_list(*rows), MAPPING, on=ON))


def a_workbook(*rows: Sequence[object], merge: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_list(content, name="lijst.csv")
    return refused.value.problems[0].code


def test_a_clean_row_is_accepted_as_it_stands() -> None:
    assert judged("1001;Jansen;Piet;1984-03-07;man;2016-09-01") == [
        JudgedRow(2, "accepted", {"number": "1001", "family_name": "Jansen", "given_name": "Piet", "birth_date": "1984-03-07",
                                  "sex": "male", "release_on": "2016-09-01"})
    ]  # fmt: skip


@pytest.mark.parametrize("hidden", ["Jan\u200bsen", "\u202eJansen", "Jan\x01sen", "\ufeffJansen", "Jansen\u2066", "\x1b Jansen"])
def test_signs_that_nobody_sees_are_taken_out_of_a_name(hidden: str) -> None:
    """With one in it nobody would find this person, and next month they would be somebody else."""
    assert read_name(hidden, ON) == ("Jansen", "invisible")


def test_a_name_of_such_signs_alone_is_none() -> None:
    with pytest.raises(UnreadableError):
        read_name("\u200b\u202e", ON)


def test_dutch_dates_and_capitals_are_corrected_and_said() -> None:
    (row,) = judged("1001;VAN DIJK-PEETERS;Piet;7-3-1984;M;1 sep 2016")
    assert row.verdict == "corrected"
    assert row.values["family_name"] == "Van Dijk-Peeters"
    assert (row.values["birth_date"], row.values["release_on"]) == ("1984-03-07", "2016-09-01")
    assert {(remark.field, remark.code) for remark in row.remarks} == {
        ("family_name", "capitals"), ("birth_date", "date"), ("release_on", "date")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("1;;Piet;1984-03-07;m;2016-09-01", "family_name", "missing"),
        ("1;Jansen;Piet;onbekend;m;2016-09-01", "birth_date", "missing"),
        ("1;Jansen;Piet;7-3-84;m;2016-09-01", "birth_date", "two_digit_year"),
        ("1;Jansen;Piet;30-2-1984;m;2016-09-01", "birth_date", "no_such_day"),
        ("1;Jansen;Piet;2014-03-07;m;2016-09-01", "birth_date", "not_born_then"),
        ("1;=cmd|'/c calc'!A1;Piet;1984-03-07;m;2016-09-01", "family_name", "no_name"),
        ("1;<script>alert(1)</script>;Piet;1984-03-07;m;2016-09-01", "family_name", "no_name"),
        ("=1+1;Jansen;Piet;1984-03-07;m;2016-09-01", "number", "formula"),
        ("1;Jansen;12345;1984-03-07;m;2016-09-01", "given_name", "no_name"),
    ],
)
def test_a_row_that_cannot_come_in_is_refused_with_its_reason(row: str, field: str, code: str) -> None:
    (found,) = judged(row)
    assert found.verdict == "refused"
    assert (field, code) in {(remark.field, remark.code) for remark in found.remarks}


def test_an_unreadable_release_date_loses_the_date_and_not_the_person() -> None:
    (row,) = judged("1;Jansen;Piet;1984-03-07;m;binnenkort")
    assert row.verdict == "corrected"
    assert "release_on" not in row.values


JANSEN = "7;Jansen;Piet;1984-03-07;m;2016-02-14"


@pytest.mark.parametrize(
    ("second", "said_first", "said_second", "counts"),
    [
        (JANSEN, [], ["twice"], JANSEN),
        (JANSEN.replace("02-14", "02-20"), ["release_on differs"], ["twice", "release_on differs"], "7;Jansen;Piet;1984-03-07;male;"),
        (JANSEN.replace("7;", "8;", 1), ["number differs"], ["twice", "number differs"], ";Jansen;Piet;1984-03-07;male;2016-02-14"),
        (JANSEN.replace("Piet", "P."), ["given_name who"], ["twice", "given_name who", "given_name initials"], ""),
        (JANSEN.replace("1984", "1985"), ["birth_date who"], ["twice", "birth_date who"], ""),
    ],
    ids=["the same", "another release date", "another number", "another name", "another birth date"],
)
def test_no_row_of_one_person_wins_in_silence(second: str, said_first: list[str], said_second: list[str], counts: str) -> None:
    first, again = judged(JANSEN, second)
    assert [f"{remark.field} {remark.code}".strip() for remark in first.remarks] == said_first
    assert [f"{remark.field} {remark.code}".strip() for remark in again.remarks] == said_second
    assert {remark.line for remark in first.remarks if remark.line} <= {3}
    assert again.remarks[0].words == "the same person stands on line 2"
    assert (again.verdict, first.verdict) == ("refused", "refused" if not counts else "corrected" if said_first else "accepted")
    if counts and said_first:
        assert ";".join(first.values.get(name, "") for name in MAPPING) == counts


def test_what_differs_is_shown_with_both_values() -> None:
    first, again = judged(JANSEN, JANSEN.replace("02-14", "02-20"))
    assert (first.remarks[0].found, first.remarks[0].there) == ("2016-02-14", "2016-02-20")
    assert (again.remarks[1].found, again.remarks[1].there, again.remarks[1].line) == ("2016-02-20", "2016-02-14", 2)


def test_what_one_row_of_a_person_knows_is_taken_from_there() -> None:
    first, _again, third = judged(JANSEN.replace("2016-02-14", "onbekend"), JANSEN, JANSEN.replace("02-14", "02-20"))
    assert "release_on" not in first.values, "the two that know it do not agree"
    assert third.remarks[1].line == 3
    first, _again = judged(JANSEN.replace("2016-02-14", "onbekend"), JANSEN)
    assert first.values["release_on"] == "2016-02-14"
    assert [(remark.code, remark.line) for remark in first.remarks] == [("from_line", 3)]


def test_a_row_that_is_refused_keeps_nobody_out() -> None:
    first, second = judged("7;Jansen;;1984-03-07;m;2016-09-01", JANSEN)
    assert (first.verdict, second.verdict) == ("refused", "accepted")


@pytest.mark.parametrize(
    ("row", "field", "code", "value"),
    [
        ("1;Jansen;Piet;1984-03-07;m;onbekend", "release_on", "unknown", ""),
        ("1;Jansen;Piet;1984-03-07;m;", "release_on", "", ""),
        ("1;Jansen;Piet;1984-03-07;m;5-6-79", "release_on", "two_digit_year", ""),
        ("1;Jansen;Piet;1984-03-07;q;2016-09-01", "sex", "no_sex", ""),
        ("7" * 101 + ";Jansen;Piet;1984-03-07;m;2016-09-01", "number", "long_number", ""),
        ("7" * 100 + ";Jansen;Piet;1984-03-07;m;2016-09-01", "number", "", "7" * 100),
        ("1;Jansen;Piet;1984-03-07;x;2016-09-01", "sex", "other_sex", "other"),
        ("1;Jansen;P.J.;1984-03-07;m;2016-09-01", "given_name", "initials", "P.J."),
        ("1;Jansen;Jo;1984-03-07;m;2016-09-01", "given_name", "", "Jo"),
    ],
)
def test_what_is_not_known_or_cannot_be_read_is_said_with_what_stood_there(row: str, field: str, code: str, value: str) -> None:
    (found,) = judged(row)
    assert found.verdict != "refused"
    assert [remark.code for remark in found.remarks] == ([code] if code else [])
    assert found.values.get(field, "") == value
    if code:
        assert found.remarks[0].found == row.split(";")[list(MAPPING).index(field)]


def test_what_is_sensitive_is_never_repeated() -> None:
    rows = ["1;Jansen;Piet;1984-03-07;m;123", "2;Bos;Jan;1984-03-07;m;999990019", "2;Bos;Jan;1984-03-07;m;999990020"]
    file = a_list(*rows, header=HEADER.replace("Einddatum detentie", "BSN"))
    mapping = {name: heading for name, heading in MAPPING.items() if name != "release_on"} | {"bsn": "BSN"}
    found = list(judge(file, mapping, on=ON))
    remarks = [remark for row in found for remark in row.remarks if remark.field == "bsn"]
    assert {remark.code for remark in remarks} == {"no_bsn", "differs"}
    assert {(remark.found, remark.there) for remark in remarks} == {("", "")}


def test_remarks_never_repeat_what_stood_in_a_cell() -> None:
    (row,) = judged("1;Zonderling<b>;Piet;1984-03-07;m;2016-09-01")
    assert "Zonderling" not in "".join(remark.words for remark in row.remarks)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1984-03-07", "1984-03-07"), ("07-03-1984", "1984-03-07"), ("7/3/1984", "1984-03-07"), ("7 maart 1984", "1984-03-07"),
     ("7 mrt. 1984", "1984-03-07"), ("19840307", "1984-03-07"), ("29-02-1984", "1984-02-29")],
)  # fmt: skip
def test_a_date_as_offices_write_it(cell: str, value: str) -> None:
    assert read_day(cell, ON)[0] == value


def test_nobody_on_the_list_is_a_child_or_120_years_old() -> None:
    for cell in ("2010-01-01", "1890-01-01", "2017-01-01"):
        with pytest.raises(ValueError, match="nobody"):
            read_birth_date(cell, ON)


@pytest.mark.parametrize("name", ["O'Brien", "Müller", "de la Cruz", "Wiśniewski", "Đặng", "ter Braak-Özdemir"])
def test_names_are_of_all_kinds(name: str) -> None:
    assert read_name(name, ON) == (name, "")


@pytest.mark.parametrize(
    ("number", "passes"), [("999990019", True), ("999990020", True), ("999990021", False), ("000000000", False), ("12345", False)]
)
def test_the_eleven_test(number: str, passes: bool) -> None:
    # 9x(9+8+7+6+5) + 2x1 - 9 = 308 = 28x11; 315 + 2x2 - 0 = 319 = 29x11; 315 + 2x2 - 1 = 318
    assert passes_eleven(number) is passes


def test_headings_are_recognised_nearly_spelt_too() -> None:
    header = ["Geslachtsnaam", "Voornaam ", "geb.datum", "M/V", "Ontslag datum", "Opmerking"]
    assert suggest_mapping(header) == {
        "family_name": "Geslachtsnaam", "given_name": "Voornaam ", "birth_date": "geb.datum", "sex": "M/V", "release_on": "Ontslag datum"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Gedetineerdennr", "number"), ("Ged.nr", "number"), ("Nr", "number"), ("Ingesloten op", "detained_since"),
        ("Aanvang detentie", "detained_since"), ("Vrij op", "release_on"), ("Datum vrijlating", "release_on"),
        ("Naam", "whole_name"), ("Naam gedetineerde", "whole_name"),
        ("Geboren op", "birth_date"), ("M/V/X", "sex"), ("Woongemeente", "municipality"), ("Familienaam", "family_name"),
        ("Voorletters", ""), ("Voorletter(s)", ""), ("Opmerkingen", ""),
    ],
)  # fmt: skip
def test_a_heading_means_one_thing_or_nothing(heading: str, field: str) -> None:
    assert suggest_mapping([heading]) == ({field: heading} if field else {})


def test_a_title_above_the_header_is_passed_over() -> None:
    file = read_list(f"Lijst mei 2016\n\n{HEADER}\n1;Jansen;Piet;1984-03-07;m;2016-09-01\n".encode(), name="l.csv")
    assert file.header[1] == "Achternaam"
    assert [line for line, _ in file.rows] == [4]
    assert file.notes == (Note("above_header", 1),)


def test_a_list_saved_by_an_old_windows_is_read_and_said() -> None:
    file = read_list(f"{HEADER}\n1;Müller;René;1984-03-07;m;2016-09-01".encode("cp1252"), name="l.csv")
    assert file.rows[0][1][1:3] == ("Müller", "René")
    assert file.notes == (Note("read_as", name="Windows-1252"),)


def test_excel_dates_are_dates_and_numbers_have_no_point() -> None:
    content = a_workbook(HEADER.split(";"), [1001.0, "Jansen", "Piet", date(1984, 3, 7), "m", date(2016, 9, 1)])
    (row,) = judge(read_list(content, name="lijst.xlsx"), MAPPING, on=ON)
    assert row.verdict == "accepted"
    assert (row.values["number"], row.values["birth_date"]) == ("1001", "1984-03-07")


def test_a_formula_in_excel_refuses_its_row() -> None:
    content = a_workbook(HEADER.split(";"), ["=A1", "Jansen", "Piet", "1984-03-07", "m", "2016-09-01"])
    (row,) = judge(read_list(content, name="lijst.xlsx"), MAPPING, on=ON)
    assert row.verdict == "refused"


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 250_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\x00" * 40, "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "a_picture"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old_excel"),
        (b"PK\x03\x04broken", "not_xlsx"),
        (HEADER.encode(), "no_rows"),
        (f"{HEADER};Achternaam\n1;a;b;c;d;e;f".encode(), "repeated_column"),
        (f"{HEADER}\n1;Jansen;Piet;1984-03-07;m;2016-09-01;stray".encode(), "ragged_row"),
        (f'{HEADER}\n1;"Jansen;Piet'.encode(), "not_csv"),
        (f"{HEADER}\n1;{'x' * 3000};Piet;1984-03-07;m;2016-09-01".encode(), "long_cell"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (a_workbook(HEADER.split(";"), ["1", "Jansen", "Piet"], ["2", None, "Jan"], merge="B2:B3"), "merged_cells"),
        (_zip_bomb(), "unpacks_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_mapping_is_checked_as_a_whole() -> None:
    with pytest.raises(Refused) as refused:
        check_mapping(a_list("1;a;b;c;d;e"), {"family_name": "Achternam", "bsn": "Geslacht", "sekse": "Geslacht"}, may_hold_bsn=False)
    codes = {problem.code for problem in refused.value.problems}
    assert codes == {"missing_column", "not_mapped", "no_bsn_here", "unknown_field", "mapped_twice"}
    assert "did you mean 'Achternaam'?" in str(refused.value)


def _repacked(content: bytes, **parts: bytes) -> bytes:
    """A workbook with parts added or replaced, as another program would write it; `__` stands for a slash."""
    out = io.BytesIO()
    fresh = {name.replace("__", "/"): part for name, part in parts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in fresh:
                after.writestr(name, before.read(name))
        for name, part in fresh.items():
            after.writestr(name, part)
    return out.getvalue()


def _a_million_empty_rows() -> bytes:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(1, 1_000_001))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows + b"</sheetData></worksheet>"
    return _repacked(a_workbook(HEADER.split(";")), **{"xl__worksheets__sheet1.xml": sheet})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"{HEADER}\n1;Jan\x00sen;Piet;1984-03-07;m;2016-09-01".encode(), "binary_file"),
        (a_workbook([*HEADER.split(";"), "Achternaam"], ["1", "a", "b", "c", "d", "e", "f"]), "repeated_column"),
        (_repacked(a_workbook(HEADER.split(";")), **{"[Content_Types].xml": b"<!DOCTYPE x [<!ENTITY a '&a;'>]><x>&a;</x>"}), "not_xlsx"),
    ],
    ids=["a NUL in a name", "two columns of one name", "an entity in the xml"],
)
def test_what_would_fill_the_memory_or_deceive_is_refused_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_million_empty_rows_are_counted_before_they_are_read() -> None:
    assert refusal(_a_million_empty_rows()) == "too_large"


def test_a_second_line_of_headings_is_a_row_that_is_refused() -> None:
    first, second = judged("nr;naam;naam;dd-mm-jjjj;m/v;dd-mm-jjjj", "1;Jansen;Piet;1984-03-07;m;2016-09-01")
    assert (first.verdict, second.verdict) == ("refused", "accepted")


@pytest.mark.parametrize(
    ("cell", "value"),
    # Excel counts 1 January 1900 as 1: 7 March 1984 is 30748, 1 January 2018 is 43101, 1 September 2016 is 42614.
    [("30748", "1984-03-07"), ("43101", "2018-01-01"), ("42614.75", "2016-09-01"), ("42614,5", "2016-09-01")],
)
def test_a_number_as_excel_counts_days_is_a_day(cell: str, value: str) -> None:
    assert read_day(cell, ON) == (value, "serial")


@pytest.mark.parametrize(
    "cell",
    ["0", "1", "60", "61", "365", "1984", "2016", "2199", "61000", "99999", "430101", "030748", "-30748", "30748.", "3.07.48"],
    ids=lambda cell: f"{cell} is none",
)
def test_a_number_that_is_no_day_of_a_life_is_not_guessed_at(cell: str) -> None:
    with pytest.raises(ValueError, match=r"no date|two digits"):
        read_day(cell, ON)


@pytest.mark.parametrize(("day", "refused"), [("60", True), ("61", False)])
def test_excel_is_not_believed_before_the_leap_day_that_never_was(day: str, refused: bool) -> None:
    # Excel has a 29 February 1900, its 60; from 1 March on its numbers are right.
    if refused:
        with pytest.raises(ValueError, match="no date"):
            read_day(day, date(1910, 1, 1))
    else:
        assert read_day(day, date(1910, 1, 1)) == ("1900-03-01", "serial")


@pytest.mark.parametrize("cells", [("1", "Jansen", "Piet", 30748, "m", 42614.5), ("1", "Jansen", "Piet", "30748", "m", "42614")])
def test_a_day_without_the_form_of_a_date_is_corrected_and_said(cells: tuple[object, ...]) -> None:
    (row,) = judge(read_list(a_workbook(HEADER.split(";"), cells), name="l.xlsx"), MAPPING, on=ON)
    assert row.verdict == "corrected"
    assert (row.values["birth_date"], row.values["release_on"]) == ("1984-03-07", "2016-09-01")
    assert {(remark.field, remark.code) for remark in row.remarks} == {("birth_date", "serial"), ("release_on", "serial")}


def test_a_number_that_is_not_in_a_column_of_days_stays_a_number() -> None:
    (row,) = judged("43101;Jansen;Piet;1984-03-07;m;2016-09-01")
    assert (row.verdict, row.values["number"]) == ("accepted", "43101")


def test_a_workbook_that_counts_from_1904_says_so_and_no_day_is_guessed() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    for cells in (HEADER.split(";"), ["1", "Jansen", "Piet", date(1984, 3, 7), "m", 42614]):
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    file = read_list(out.getvalue(), name="l.xlsx")
    assert file.notes == (Note("from_1904"),)
    (row,) = judge(file, MAPPING, on=ON)
    assert row.values["birth_date"] == "1984-03-07"
    assert "release_on" not in row.values


def test_macros_are_never_carried_out_and_the_list_is_read() -> None:
    content = _repacked(
        a_workbook(HEADER.split(";"), ["1", "Jansen", "Piet", "1984-03-07", "m", "2016-09-01"]),
        **{"xl__vbaProject.bin": b"\xd0\xcf\x11\xe0"},
    )
    (row,) = judge(read_list(content, name="lijst.xlsm"), MAPPING, on=ON)
    assert row.verdict == "accepted"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_list_that_says_its_alphabet_is_read_in_it(encoding: str) -> None:
    file = read_list(f"{HEADER}\n1;Müller;René;1984-03-07;m;2016-09-01".encode(encoding), name="l.csv")
    assert file.rows[0][1][1:3] == ("Müller", "René")


ROW = ("1", "Jansen", "Piet", "1984-03-07", "m", "2016-09-01")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_list_is_read_whatever_separates_its_cells(separator: str, quote: str) -> None:
    lines = [separator.join(f"{quote}{cell}{quote}" for cell in cells) for cells in (HEADER.split(";"), ROW)]
    (row,) = judge(read_list("\r\n".join(lines).encode(), name="l.csv"), MAPPING, on=ON)
    assert (row.verdict, row.values["family_name"]) == ("accepted", "Jansen")


def test_a_separator_inside_quotes_separates_nothing() -> None:
    (row,) = judged('1;"Jansen";"Piet ""Pé"" ; Jan";1984-03-07;m;2016-09-01')
    assert (row.values["given_name"], row.values["release_on"]) == ('Piet "Pé" ; Jan', "2016-09-01")


def _with_a_password(content: bytes) -> bytes:
    """A zip whose parts say that they are locked: bit 0 of their flags."""
    locked = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = locked.find(mark)
        while found >= 0:
            locked[found + at] |= 1
            found = locked.find(mark, found + 4)
    return bytes(locked)


def _that_lies_about_its_size() -> bytes:
    """A sheet of 60 MB that says it has 100 bytes."""
    rows = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + b" " * 60_000_000
    content = bytearray(_repacked(a_workbook(HEADER.split(";")), **{"xl__worksheets__sheet1.xml": rows}))
    found = content.rfind(b"PK\x01\x02", 0, content.rfind(b"xl/worksheets/sheet1.xml"))
    content[found + 24 : found + 28] = (100).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le"), "with_a_password"),
        (_with_a_password(a_workbook(HEADER.split(";"), list(ROW))), "not_xlsx"),
        (_that_lies_about_its_size(), "not_xlsx"),
        (f"{HEADER}\n{';'.join(ROW)}".encode("utf-16-le"), "binary_file"),
        (b"<html><body><table><tr><td>Achternaam</td></tr></table></body></html>", "a_web_page"),
    ],
    ids=[
        "xlsx with a password",
        "a locked zip",
        "a size that lies",
        "utf-16 that does not say so",
        "html called xls",
    ],
)
def test_what_only_looks_like_a_list_is_refused_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def _packed(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


@pytest.mark.parametrize("name", ["lijst.xlsx", "lijst.csv"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "a_pdf"),
        (b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n", "a_pdf"),
        (_packed(word__document_xml="<w:document/>"), "a_word_file"),
        (b"{\\rtf1\\ansi Achternaam}", "a_word_file"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 60 + "WordDocument".encode("utf-16-le"), "a_word_file"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 60 + "Workbook".encode("utf-16-le"), "old_excel"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "a_picture"),
        (b"GIF89a\x01\x00\x01\x00", "a_picture"),
        (b"BM\x3a\x00\x00\x00\x00\x00", "a_picture"),
        (b"II*\x00\x08\x00\x00\x00", "a_picture"),
        (b"\x00\x00\x00\x18ftypheic", "a_picture"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a_picture"),
        (_packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<x/>"), "open_document"),
        (_packed(ppt__presentation_xml="<p/>"), "slides"),
        (_packed(lijst="x"), "a_zip"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "a_web_page"),
    ],
)
def test_a_file_that_is_no_list_is_told_by_what_it_holds(content: bytes, code: str, name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_list(content, name=name)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_heading_that_begins_as_a_bitmap_does_is_a_heading() -> None:
    assert read_list(b"BMW;Achternaam\n1;Jansen", name="l.csv").header == ("BMW", "Achternaam")


def test_cells_that_are_merged_across_a_title_are_no_list_of_merged_cells() -> None:
    file = read_list(a_workbook(["Lijst mei 2016"], HEADER.split(";"), list(ROW), merge="A1:F1"), name="l.xlsx")
    assert [cells[1] for _line, cells in file.rows] == ["Jansen"]


def test_merged_cells_of_a_title_are_passed_over_however_many_lines_they_take() -> None:
    content = a_workbook(["Lijst mei 2016"], [None], HEADER.split(";"), list(ROW), merge="A1:F2")
    file = read_list(content, name="lijst.xlsx")
    assert [cells[1] for _line, cells in file.rows] == ["Jansen"]
    assert file.notes == (Note("above_header", 1),)


@pytest.mark.parametrize("merge", ["B2:B3", "B2:C2", "A1:B1", "A4:F4"])
def test_merged_cells_of_the_list_itself_are_refused_by_what_they_are_called(merge: str) -> None:
    with pytest.raises(Refused) as refused:
        read_list(a_workbook(HEADER.split(";"), list(ROW), list(ROW), ["Einde"], merge=merge), name="lijst.xlsx")
    (problem,) = refused.value.problems
    assert (problem.code, problem.where.path) == ("merged_cells", merge)


PERSONS = (
    "1;Boom;Kees;7-3-1984;m;1-9-2016",
    "2;De Vries;Anna;1990-05-01;v;2016-10-01",
    "3;Bos;Jan;2-2-1970;m;onbekend",
)


@pytest.mark.parametrize(
    "rows",
    [
        PERSONS,
        PERSONS[:1],
        ("G-17;Boom;Kees;;m;", "G-18;Bos;Jan;1-1-1970;m;1-9-2016"),
        ("Boom;Kees;Utrecht", "Bos;Jan;Zwolle"),
        ("1;Naam;Kees;7-3-1984;m;1-9-2016", "2;Bos;Jan;1-1-1970;m;1-9-2016"),
        ("Lijst mei 2016", "", *PERSONS),
    ],
    ids=["dates", "one person alone", "a number, and no date", "nothing that is known", "somebody called Naam", "below a title"],
)
def test_a_list_without_names_of_columns_loses_nobody_and_names_no_column_after_a_person(rows: tuple[str, ...]) -> None:
    content = "\n".join(rows).encode()
    file = read_list(content, name="l.csv")
    people = [row for row in rows if ";" in row]
    assert file.first_line == "unsaid"
    assert file.header == tuple("ABCDEF"[: people[0].count(";") + 1])
    assert [";".join(cells) for _line, cells in file.rows] == people
    assert file.notes[-1] == Note("no_names")
    said = read_list(content, name="l.csv", first_line="person")
    assert (said.first_line, said.header, said.rows) == ("person", file.header, file.rows)


def test_a_first_line_of_which_somebody_says_that_it_names_the_columns_names_them() -> None:
    file = read_list(b"Nom;Prenom;Ne le\nBoom;Kees;1984-03-07", name="l.csv", first_line="names")
    assert (file.first_line, file.header, len(file.rows)) == ("names", ("Nom", "Prenom", "Ne le"), 1)


@pytest.mark.parametrize(
    "header",
    [HEADER, "nr;achternaam;voornaam;geb.datum;m/v;vrij op", "Naam;Geboren op;x1;x2;x3;x4", "BMW;Achternaam;2016;2017;q;y"],
)
def test_a_line_with_known_names_names_the_columns(header: str) -> None:
    assert read_list(f"{header}\n{PERSONS[0]}\n{PERSONS[1]}".encode(), name="l.csv").first_line == "names"


def test_names_that_were_mapped_before_are_no_longer_asked_about() -> None:
    content = b"Nom;Prenom;Ne le\nBoom;Kees;1984-03-07"
    assert read_list(content, name="l.csv").first_line == "unsaid"
    assert read_list(content, name="l.csv", known=["Nom", "Prenom", "Ne le"]).first_line == "names"


def test_a_last_line_is_no_header_whatever_was_mapped_before() -> None:
    file = a_list("1;Jansen;Piet;1984-03-07;m;2016-09-01")
    again = read_list(f"{HEADER}\n{';'.join(ROW)}".encode(), name="l.csv", known=list(ROW))
    assert again.header == file.header


def test_columns_without_a_name_are_called_as_a_spreadsheet_calls_them() -> None:
    file = read_list((";".join(f"x{place}y" for place in range(29)) + "\n").encode() * 2, name="l.csv")
    assert file.header[25:29] == ("Z", "AA", "AB", "AC")


@pytest.mark.parametrize(
    ("cell", "given", "prefix", "family", "said"),
    [
        ("Boom, Kees", "Kees", "", "Boom", []),
        ("Kees van den Boom", "Kees", "van den", "Boom", []),
        ("Boom, Kees van den", "Kees", "van den", "Boom", []),
        ("van den Boom, Kees", "Kees", "van den", "Boom", []),
        ("VAN DEN BOOM, KEES", "Kees", "van den", "Boom", ["whole_name capitals"]),
        ("Anna Maria de Vries", "Anna Maria", "de", "Vries", []),
        ("Jan Smit-de Boer", "Jan", "", "Smit-de Boer", []),
        ("Jan van Smit - de Boer", "Jan", "van", "Smit-de Boer", []),
        ("Youssef El Idrissi", "Youssef", "el", "Idrissi", []),
        ("Fatima Ben Ali", "Fatima", "", "Ben Ali", []),
        ("Ben Ali", "Ben", "", "Ali", []),
        ("Piet van 't Hof", "Piet", "van 't", "Hof", []),
        ("K. Boom", "K.", "", "Boom", ["given_name initials"]),
        ("Juan Garcia Lopez", "Juan Garcia", "", "Lopez", ["whole_name last_word"]),
        ("Garcia Lopez, Juan", "Juan", "", "Garcia Lopez", []),
    ],
)
def test_a_whole_name_is_told_apart(cell: str, given: str, prefix: str, family: str, said: list[str]) -> None:
    parts, changes = read_whole_name(cell, ON)
    assert (parts["given_name"], parts.get("prefix", ""), parts["family_name"]) == (given, prefix, family)
    assert [f"{field} {code}" for field, code in changes] == said


@pytest.mark.parametrize(
    ("cell", "code"),
    [("Boom", "one_name"), ("Boom,", "one_name"), (", Kees", "one_name"), ("van den Boom", "one_name"), ("Boom, van", "one_name"),
     ("Boom, Kees, jr", "two_commas"), ("Boom 12", "no_name"), ("=Boom, Kees", "no_name"), ("", "missing"), ("onbekend", "missing")],
)  # fmt: skip
def test_a_name_that_cannot_be_told_apart_refuses_its_row(cell: str, code: str) -> None:
    file = a_list(f'1;"{cell}";1984-03-07', header="Nummer;Naam;Geboortedatum")
    (row,) = judge(file, suggest_mapping(file.header), on=ON)
    assert row.verdict == "refused"
    assert [(remark.field, remark.code) for remark in row.remarks] == [("whole_name", code)]


def test_a_column_naam_is_the_family_name_beside_a_given_name() -> None:
    assert suggest_mapping(["Naam", "Voornaam"]) == {"family_name": "Naam", "given_name": "Voornaam"}
    assert suggest_mapping(["Naam", "Achternaam", "Voornaam"]) == {"family_name": "Achternaam", "given_name": "Voornaam"}


def test_a_list_has_a_name_whole_or_in_parts() -> None:
    file = a_list("1;Boom, Kees;1984-03-07", header="Nummer;Naam;Geboren")
    check_mapping(file, {"whole_name": "Naam", "birth_date": "Geboren"}, may_hold_bsn=False)
    for mapping, codes in (
        ({"whole_name": "Naam", "prefix": "Nummer", "birth_date": "Geboren"}, ["name_twice"]),
        ({"birth_date": "Geboren"}, ["not_mapped", "not_mapped"]),
        ({"family_name": "Naam", "birth_date": "Geboren"}, ["not_mapped"]),
    ):
        with pytest.raises(Refused) as refused:
            check_mapping(file, mapping, may_hold_bsn=False)
        assert [problem.code for problem in refused.value.problems] == codes


def test_the_same_person_is_known_whether_the_name_is_whole_or_in_parts() -> None:
    file = a_list('1;"Boom, Kees";1984-03-07', '2;"Kees Boom";1984-03-07', header="Nummer;Naam;Geboren")
    first, again = judge(file, {"whole_name": "Naam", "birth_date": "Geboren"}, on=ON)
    assert (first.verdict, [remark.code for remark in again.remarks]) == ("accepted", ["twice"])


def test_where_nobody_knows_who_is_meant_no_line_counts() -> None:
    rows = judged(JANSEN, JANSEN, JANSEN.replace("Piet", "Karel"))
    assert {row.verdict for row in rows} == {"refused"}
    assert [[remark.code for remark in row.remarks] for row in rows] == [["who"], ["none_counts"], ["twice", "who"]]
