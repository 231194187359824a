"""`python -m tools.messages`: the Dutch texts of the portal. English stands in the code, Dutch in `locale/nl/*.po`.

One small file a screen (`imports.po` for `templates/imports/…` and `web/imports.py`), so that two people who work on two
screens never edit one file. Set-up compiles them together into the one catalogue that Django reads. Run without words,
the tool adds what is missing, with an empty translation, and takes out what is gone; the tests refuse an empty one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PORTAL = Path(__file__).parents[1] / "src" / "makegood_portal"
LOCALE = PORTAL / "web" / "locale"
DUTCH = LOCALE / "nl"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TOGETHER = {
    **dict.fromkeys(["mfa", "allauth", "accounts.py", "account_forms.py"], "account"),
    **dict.fromkeys(["components", "django", "templatetags", "fields.py", "navigation.py", "notices.py"], "look"),
}
"""Folders and modules of `web` whose texts stand in one file."""
Key = tuple[str | None, str]


def key(message: Message) -> Key:
    """Context and English text: what identifies a message."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def home_of(path: Path) -> str:
    """The file of texts that a source belongs to: its screen."""
    room, *rest = path.relative_to(PORTAL).parts
    if room != "web":
        return room
    if rest[0] == "templates":
        return "look" if len(rest) == 2 else TOGETHER.get(rest[1], rest[1])
    return TOGETHER.get(rest[0], path.stem)


def sources() -> list[Path]:
    """Python and templates of the portal; migrations say nothing to a person."""
    found = [*PORTAL.rglob("*.py"), *(PORTAL / "web" / "templates").rglob("*.html"), *(PORTAL / "web" / "templates").rglob("*.txt")]
    return sorted(path for path in found if "migrations" not in path.parts)


def used() -> Iterator[tuple[Path, Message]]:
    """Every text in the code, with the file it stands in."""
    if not settings.configured:
        settings.configure()
    for path in sources():
        text = path.read_text(encoding="utf-8")
        code = text if path.suffix == ".py" else templatize(text, origin=str(path))
        for _line, words, _comments, context in extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS):
            yield path, Message(words, context=context)


def catalogues() -> dict[str, Catalog]:
    """The files of Dutch texts by screen."""
    read = {}
    for path in sorted(DUTCH.glob("*.po")):
        with path.open("rb") as file:
            read[path.stem] = read_po(file, locale="nl", abort_invalid=True)
    return read


def renewed() -> dict[str, int]:
    """Write an empty entry for each text that no file has, and take out what the code says no more; the number added, by screen."""
    files = catalogues()
    asked = {key(message): (path, message) for path, message in used()}
    known: set[Key] = set()
    changed = set()
    for home in sorted(files, key=lambda name: (name != "look", name)):
        for message in [message for message in files[home] if message.id]:
            if key(message) in known or key(message) not in asked:  # said twice, or no more
                files[home].delete(message.id, message.context)
                changed.add(home)
            known.add(key(message))
    added: dict[str, int] = {}
    for found, (path, message) in asked.items():
        if found in known:
            continue
        home = home_of(path)
        catalogue = files.setdefault(home, Catalog(locale="nl", fuzzy=False))
        catalogue.add(message.id, string=("", "") if message.pluralizable else "", context=message.context)
        added[home] = added.get(home, 0) + 1
    DUTCH.mkdir(parents=True, exist_ok=True)
    for home in changed | set(added):
        with (DUTCH / f"{home}.po").open("wb") as file:
            write_po(file, files[home], width=0, sort_output=True, omit_header=True, no_location=True)
    return added


def compile_all() -> Path:
    """One catalogue for Django out of all files."""
    whole = Catalog(locale="nl", fuzzy=False)
    for catalogue in catalogues().values():
        for message in catalogue:
            if message.id and message.string:
                whole.add(message.id, string=message.string, context=message.context)
    target = DUTCH / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, whole)
    return target


def main() -> int:
    """Bring the files in line with the code, then compile."""
    for home, number in sorted(renewed().items()):
        print(f"{home}.po: {number} text{'s' if number > 1 else ''} without Dutch")
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
