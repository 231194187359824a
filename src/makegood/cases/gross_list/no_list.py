"""What a file is that is no list, whatever it is called: told by its first bytes, or by the parts that it packs."""

from __future__ import annotations

from collections.abc import Container

OLE = b"\xd0\xcf\x11\xe0"
"""How the files of Office of before 2007 begin, and those of later with a password."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table")
_EXPORT = "export the list again, as .xlsx or .csv"

NO_LIST = {
    "a_pdf": ("this is a PDF", "ask for the list itself, as .xlsx or .csv"),
    "a_word_file": ("this is a document of Word", "paste its table into Excel and save it as .xlsx"),
    "a_picture": ("this is a picture", "ask for the list itself, as .xlsx or .csv"),
    "a_web_page": ("this is a web page", "open it in Excel and save it as .xlsx"),
    "open_document": ("this is a file of LibreOffice", "open it and save it as .xlsx or .csv"),
    "slides": ("this is a presentation", _EXPORT),
    "with_a_password": ("this Excel file has a password", "save it without a password"),
    "old_excel": ("this is an Excel file of before 2007", "save it as .xlsx or .csv"),
    "a_zip": ("this is a zip file", "unpack it and bring the list in it"),
}
"""Code -> what was found, and what would do."""


def what_it_is(content: bytes) -> str:
    """A code of `NO_LIST`, or nothing where it may be a list."""
    if content.startswith(OLE):
        return _of_ole(content)
    start = content[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if start.startswith(b"%PDF-"):
        return "a_pdf"
    if start.startswith(b"{\\rtf"):
        return "a_word_file"
    # "BM" begins a bitmap and may begin a heading: a bitmap holds a NUL soon after, text nowhere.
    if start.startswith(_PICTURES) and (not start.startswith(b"BM") or b"\x00" in start[:16]):
        return "a_picture"
    if start[4:8] == b"ftyp" or (start.startswith(b"RIFF") and start[8:12] == b"WEBP"):
        return "a_picture"
    return "a_web_page" if start.lower().startswith(_PAGES) else ""


def _of_ole(content: bytes) -> str:
    """Which of the old files of Office: they name their parts in UTF-16."""
    parts = {"WordDocument": "a_word_file", "EncryptedPackage": "with_a_password", "PowerPoint Document": "slides"}
    return next((code for part, code in parts.items() if part.encode("utf-16-le") in content), "old_excel")


def what_is_packed(parts: Container[str]) -> str:
    """The same for a zip file, by the names of its parts."""
    if "xl/workbook.xml" in parts:
        return ""
    if "word/document.xml" in parts:
        return "a_word_file"
    if "ppt/presentation.xml" in parts:
        return "slides"
    return "open_document" if "mimetype" in parts and "content.xml" in parts else "a_zip"
