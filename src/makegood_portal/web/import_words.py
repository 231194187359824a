"""What the pages of a list say: its fields, what becomes of a row and why, how its file was read and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from makegood.cases.gross_list.fields import DATES
from makegood.values.problem import Problem as FileProblem
from makegood_portal.ledger.queries.imports import Problem, RowLine

WORDS = {
    "number": gettext_lazy("Number in the prison"),
    "family_name": gettext_lazy("Family name"),
    "prefix": gettext_lazy("Prefix of the family name"),
    "given_name": gettext_lazy("Given name"),
    "whole_name": gettext_lazy("Whole name"),
    "birth_date": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "detained_since": gettext_lazy("Detained since"),
    "release_on": gettext_lazy("Release date"),
    "municipality": gettext_lazy("Municipality"),
    "offence_type": gettext_lazy("Type of offence"),
    "wing": gettext_lazy("Wing"),
    "bsn": gettext_lazy("Citizen service number"),
}
OUTCOMES = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("on record, new release date"),
    "filled": gettext_lazy("on record, municipality filled in"),
    "unchanged": gettext_lazy("on record already"),
    "refused": gettext_lazy("refused"),
}
KINDS = {"new": "success", "changed": "info", "filled": "info", "refused": "danger"}
REMARKS = {
    "missing": gettext_lazy("This is needed. Ask for it, and correct the list."),
    "unreadable": gettext_lazy("This cannot be read. Write it as in the example, or leave it empty."),
    "two_digit_year": gettext_lazy("The year has two digits. Write four, as in 7-3-1984."),
    "no_date": gettext_lazy("This is no date. Write day, month and year, as in 7-3-1984."),
    "no_month": gettext_lazy("This month is not known. Write it as a number, as in 7-3-1984."),
    "no_such_day": gettext_lazy("This day does not exist. Look it up."),
    "not_born_then": gettext_lazy("Nobody on this list can be born on that day. Look it up, and correct the list."),
    "from_1904": gettext_lazy("This number counts from 1904. Give the column the form of a date."),
    "no_name": gettext_lazy("This is no name. Write letters, as in De Vries."),
    "long_name": gettext_lazy("This name is too long. Write at most 100 letters."),
    "one_name": gettext_lazy("This is not a family name and a given name. Write both, as in Boom, Kees."),
    "two_commas": gettext_lazy("Two commas leave open what the family name is. Write it first, then one comma: Boom, Kees."),
    "no_sex": gettext_lazy("This is not known. Write man, vrouw, anders or onbekend."),
    "formula": gettext_lazy("A spreadsheet would compute this. Write the value alone."),
    "code_of_a_page": gettext_lazy("This looks like code. Write plain words."),
    "no_bsn": gettext_lazy("This is no citizen service number. Look it up."),
    "maybe_bsn": gettext_lazy("This may be a citizen service number. It is not kept here; leave the column out."),
    "long_number": gettext_lazy("This number is too long. Write at most 100 signs."),
    "unknown": gettext_lazy("This is not known."),
    "not_in_directory": gettext_lazy("There is no one municipality of this name. Choose it when you ask permission."),
    "other_name": gettext_lazy("This municipality has another name in the directory."),
    "differs": gettext_lazy("Neither of these two is taken over. Look up which is right, and correct the list."),
    "who": gettext_lazy("The number is the same, the person is not. Neither line is taken in. Correct the list."),
    "from_line": gettext_lazy("This is taken from the other line of this person."),
    "twice": gettext_lazy("This person stands on the list twice."),
    "none_counts": gettext_lazy("This person stands on the list twice, and a third line has the same number. None of them is taken in."),
    "reversed": gettext_lazy("The dates contradict each other. Look them up."),
    "capitals": gettext_lazy("Written in capitals; now as a name."),
    "spaces": gettext_lazy("Spaces were too many."),
    "number": gettext_lazy("Written as nine digits."),
    "invisible": gettext_lazy("Signs that nobody sees were taken out."),
    "serial": gettext_lazy("A number of Excel was read as a date."),
    "initials": gettext_lazy("These are initials. Ask for the name: with another name next month this is a new person."),
    "filled_in": gettext_lazy("It was not known. It is filled in from this list."),
    "other_sex": gettext_lazy("Read as other. Look whether that is right."),
    "last_word": gettext_lazy("The last word was read as the family name. Look whether that is right."),
}
"""Code of a remark -> what people read, without any value: that is how it stands when the values are deleted."""
LEFT_OUT = frozenset({
    "unreadable", "two_digit_year", "no_date", "no_month", "no_such_day", "from_1904", "no_sex", "formula", "code_of_a_page",
    "no_bsn", "long_number", "unknown", "not_in_directory",
})  # fmt: skip
"""Codes of remarks after which nothing is known of the field; a row that comes in says what that does."""
UNQUOTED = frozenset({"capitals", "spaces", "invisible", "number"})
"""The row shows already what became of these."""
SEXES = {
    "male": gettext_lazy("man"),
    "female": gettext_lazy("woman"),
    "other": gettext_lazy("other"),
    "unknown": gettext_lazy("not known"),
}


FILES = {
    "empty_file": gettext_lazy("The file is empty. Export the list again."),
    "too_large": gettext_lazy("The list is too large. Send at most 20 MB and 50,000 rows."),
    "too_wide": gettext_lazy("The list has too many columns. Send at most 200."),
    "old_excel": gettext_lazy("This is an Excel file of before 2007. Save it as .xlsx or .csv."),
    "with_a_password": gettext_lazy("This Excel file has a password. Save it without a password."),
    "a_pdf": gettext_lazy("This is a PDF. Ask for the list itself, from Excel (.xlsx) or as a text file (.csv)."),
    "a_word_file": gettext_lazy("This is a document of Word. Paste its table into Excel, and save it as .xlsx."),
    "a_picture": gettext_lazy("This is a picture. Ask for the list itself, from Excel (.xlsx) or as a text file (.csv)."),
    "a_web_page": gettext_lazy("This is a web page. Open it in Excel, and save it as .xlsx."),
    "open_document": gettext_lazy("This is a file of LibreOffice. Open it, and save it as .xlsx or .csv."),
    "a_zip": gettext_lazy("This is a zip file. Unpack it, and bring the list that is in it."),
    "slides": gettext_lazy("This is a presentation. Ask for the list itself, from Excel (.xlsx) or as a text file (.csv)."),
    "not_xlsx": gettext_lazy("This Excel file is damaged. Save it again, or as .csv."),
    "unpacks_too_large": gettext_lazy("The file holds more than a list. Send the list alone, without pictures and other sheets."),
    "merged_cells": gettext_lazy("Cells are merged. Unmerge them and fill in each cell."),
    "name_twice": gettext_lazy("Choose the whole name, or family name and given name. Not both."),
    "not_csv": gettext_lazy("A line of the file cannot be read. Check its quotes, or send the list as .xlsx."),
    "binary_file": gettext_lazy("This is no list. Send a file from Excel (.xlsx) or a text file (.csv)."),
    "wrong_encoding": gettext_lazy("The letters of this file cannot be read. Save it as .xlsx."),
    "repeated_column": gettext_lazy("Two columns have the same name. Give one of them another name."),
    "no_rows": gettext_lazy("There is nobody on the list. Send a list with at least one row."),
    "ragged_row": gettext_lazy("There are more cells than in the header. Look for a separator inside a cell, or send the list as .xlsx."),
    "long_cell": gettext_lazy("A cell holds a very long text. Shorten it."),
    "missing_column": gettext_lazy("The list has no such column."),
    "not_mapped": gettext_lazy("Choose a column. Without it nobody can be told apart."),
    "mapped_twice": gettext_lazy("One column is chosen twice. Choose it once."),
    "no_bsn_here": gettext_lazy("Your organisation may not keep citizen service numbers. Leave the column out."),
}
"""Code of a problem of a file or of its columns -> what people read."""


def value_words(field: str, value: str) -> str:
    """A value as people read it: a day in full, a sex as a word."""
    if field == "sex":
        return str(SEXES.get(value, value))
    try:
        return date_format(date.fromisoformat(value), "j F Y") if field in DATES else value
    except ValueError:  # as it stood in the cell
        return value


def remarks_of(row: RowLine) -> list[str]:
    """What is to be said of a row. That a date was written in another way is said once, not with each row."""
    codes = {problem.code for problem in row.problems}
    # Of two people with one number neither comes in: then there is no line that counts.
    passed = {"date", "twice"} if "who" in codes else {"date"}
    if row.outcome == "unchanged":  # somebody else filled it in before the list was taken in
        passed.add("filled_in")
    return [_remark(problem, row) for problem in row.problems if problem.code not in passed]


def _remark(problem: Problem, row: RowLine) -> str:
    """The field, what stands in the cell where that is still known, and what is the matter with it."""
    label = str(WORDS.get(problem.field, ""))
    if problem.found and problem.code not in UNQUOTED:
        label = f"{label} “{value_words(problem.field, problem.found)}”"
    words = f"{label}: {_sentence(problem, row)}" if label else _sentence(problem, row)
    if problem.code in LEFT_OUT and row.outcome != "refused":
        rest = _("It is left empty.") if row.outcome == "new" else _("What is on record stays.")
        words = f"{words} {rest}"
    return words


def _sentence(problem: Problem, row: RowLine) -> str:
    said = str(REMARKS.get(problem.code, problem.words))
    there = {"line": problem.line, "there": value_words(problem.field, problem.there)}
    if problem.code in ("differs", "who") and problem.there:
        return _("Line %(line)s says “%(there)s”.") % there + f" {said}"
    if problem.code in ("differs", "who"):
        return _("Line %(line)s says otherwise.") % there + f" {said}"
    if problem.code == "twice" and problem.line:
        return _counts(row) % there
    if problem.code == "none_counts" and problem.line:
        return _("The same person stands on line %(line)s. That line is not taken in either: the number is of somebody else too.") % there
    if problem.code == "from_line":
        return _("Taken from line %(line)s, which is about the same person.") % there
    if problem.code == "other_name" and problem.there:
        return _("Read as %(there)s.") % there
    if problem.code == "serial" and problem.field in row.values:
        return _("The number of Excel was read as %(day)s.") % {"day": value_words(problem.field, row.values[problem.field])}
    if problem.code == "reversed":
        return _reversed(problem.field, row) or said
    return said


def _counts(row: RowLine) -> str:
    """Of whom the line of before counts: whole, or but for what the lines contradict each other in."""
    if any(problem.code == "differs" for problem in row.problems):
        return _("The same person stands on line %(line)s. That line counts, but for what the lines contradict each other in.")
    return _("The same person stands on line %(line)s. That line counts.")


def _reversed(field: str, row: RowLine) -> str:
    """Which two dates contradict each other; nothing where they are deleted."""
    days = {name: value_words(name, row.values[name]) for name in DATES if name in row.values}
    if field == "release_on" and {"release_on", "detained_since"} <= days.keys():
        return _("%(release_on)s is not after %(detained_since)s, the day since which this person is detained. Look both up.") % days
    if field == "detained_since" and {"birth_date", "detained_since"} <= days.keys():
        return _("%(detained_since)s is not after %(birth_date)s, the date of birth. Look both up.") % days
    return ""


def file_words(problem: FileProblem) -> str:
    """What is wrong with a file, and on which line."""
    words = str(FILES.get(problem.code, problem.what))
    if problem.code == "merged_cells":
        words = _("These cells are merged: %(cells)s. Unmerge them and fill in each cell.") % {"cells": problem.where.path}
    return _("Line %(line)s: %(words)s") % {"line": problem.where.line, "words": words} if problem.where.line else words


def note_words(note: Mapping[str, Any] | str) -> str:
    """How the file was read, in words; a list of before has its sentence already."""
    if isinstance(note, str):
        return note
    number, said = note["number"], {"n": note["number"], "name": note["name"]}
    if note["code"] == "read_as":
        return _("The file was read as %(name)s. Look whether names with accents are right.") % said
    if note["code"] == "other_sheets":
        one = _("The list was read from the sheet %(name)s.") % said
        rest = ngettext("%(n)s other sheet was not read.", "%(n)s other sheets were not read.", number) % said
        return f"{one} {rest}"
    if note["code"] == "from_1904":
        return _("This Excel file counts days from 1904. A number in a column of dates is not read.")
    if note["code"] == "no_names":
        return _("The columns of this list have no names. They are called A, B, C. The first line is read as a person.")
    if note["code"] == "hidden_rows":
        return ngettext("%(n)s hidden row was read too.", "%(n)s hidden rows were read too.", number) % said
    return ngettext("%(n)s line above the header was passed over.", "%(n)s lines above the header were passed over.", number) % said
