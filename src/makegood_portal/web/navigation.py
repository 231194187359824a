"""The main menu: which pages stand in it, in which order. Who may open them stands at the pages themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from makegood_portal.ledger.access import Part


@dataclass(frozen=True)
class Place:
    """A page of the menu: its route, its word, its drawing in `icons.svg`, and in a sentence what one finds there."""

    route: str
    label: str | Promise
    icon: str
    about: str | Promise


MENU = (
    Place("home", _("Today"), "today", _("What needs doing, and why.")),
    Place("candidates", _("Candidates"), "people", _("Everybody you may see, soonest release first.")),
    Place("queue", _("Queue"), "list", _("Step by step: who waits for what.")),
    Place("caseload", _("Counsellors"), "people", _("Who has no counsellor yet, and who could guide them.")),
    Place("permissions", _("Permissions"), "permission", _("What was asked of a municipality, and the answer.")),
    Place("planner", _("Planner"), "calendar", _("Who is released when, and how much time is left.")),
    Place("imports", _("Lists"), "upload", _("The monthly list of each prison.")),
    Place("questionnaires", _("Questionnaires"), "question", _("Who answered, and what is missing.")),
    Place("funnel", _("Funnel"), "funnel", _("From list to start, per prison and month, against the plan.")),
    Place("contact_files", _("Contacts"), "list", _("How much contact there was, and the files for the evaluation.")),
    Place("municipalities", _("Municipalities"), "municipality", _("Whom to call, and when that was last checked.")),
    Place("criteria", _("Criteria"), "settings", _("Who may take part, and what a change would do.")),
    Place("users", _("Users"), "people", _("Who may log in for your organisation.")),
    Place("audit", _("Log"), "list", _("Who did what, and when.")),
    Place("statement", _("Statement"), "money", _("What was earned and paid, line by line.")),
    Place("plain_text", _("Clear letter"), "book", _("Whether a letter is easy to read.")),
)


@dataclass(frozen=True)
class Item:
    """A link of the menu. `current`: `page` on the page itself, `true` on one below it."""

    href: str
    label: str | Promise
    icon: str
    about: str | Promise
    current: str


def items_for(roles: Collection[str], *, path: str) -> list[Item]:
    """The links that these roles may follow; a page that is not there (yet) is left out."""
    found = []
    for place, href in _menu_of(frozenset(roles)):
        below = href != "/" and path.startswith(href)
        found.append(Item(href, place.label, place.icon, place.about, "page" if path == href else "true" if below else ""))
    return found


@lru_cache(maxsize=256)
def _menu_of(roles: frozenset[str]) -> tuple[tuple[Place, str], ...]:
    """What does not change while a process lives: each page asked it twice, and a sixth of a small page's time went there."""
    known = ((place, _address(place.route)) for place in MENU)
    return tuple((place, href) for place, href in known if href and _may_open(href, roles))


FILE = (
    ("candidate", _("Overview"), Part.CANDIDACY),
    ("candidate_questionnaires", _("Questionnaires"), Part.SCREENING),
    ("candidate_eligibility", _("Advice"), Part.ELIGIBILITY),
    ("candidate_consents", _("Consent"), Part.CONSENT),
    ("candidate_permissions", _("Permission"), Part.PERMISSION),
    ("candidate_contract", _("Contract"), Part.CONTRACT),
    ("candidate_contacts", _("Contact"), Part.CONTACT),
    ("candidate_cooperation", _("Cooperation"), Part.COOPERATION),
    ("candidate_history", _("History"), Part.SELECTION),
)
"""The pages of one candidate's file, each a route with `candidacy` in its address, and the part of the file that it shows."""
ANYBODY = UUID(int=0)


@dataclass(frozen=True)
class Tab:
    """A page of a file."""

    label: str | Promise
    href: str
    current: bool


def tabs_of_file(roles: Collection[str], candidacy: UUID, *, parts: Collection[Part], path: str) -> list[Tab]:
    """The pages of this candidate's file that will open: for these roles, with these parts of it readable.

    The page that is open, or the one above it, is marked.
    """
    found = [(label, _address(route, candidacy=candidacy)) for route, label, part in _file_of(frozenset(roles)) if part in parts]
    here = max((href for _, href in found if path.startswith(href)), key=len, default="")
    return [Tab(label, href, href == here) for label, href in found]


@lru_cache(maxsize=256)
def _file_of(roles: frozenset[str]) -> tuple[tuple[str, str | Promise, Part], ...]:
    """As `_menu_of`: who may open a page of a file is the same whosever file it is."""
    known = ((place, _address(place[0], candidacy=ANYBODY)) for place in FILE)
    return tuple(place for place, href in known if href and _may_open(href, roles))


def _address(route: str, **parts: object) -> str:
    """The address of a route; empty where the page is not there (yet)."""
    try:
        return reverse(route, kwargs=parts or None)
    except NoReverseMatch:
        return ""


def _may_open(href: str, roles: Collection[str]) -> bool:
    allowed: frozenset[str] = getattr(resolve(href).func, "roles", frozenset())
    return not allowed or not allowed.isdisjoint(roles)
