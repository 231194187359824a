"""The main menu: which pages stand in it, in which order. Who may open them stands at the pages themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """A page of the menu: its route, its word, its drawing in `icons.svg`."""

    route: str
    label: str | Promise
    icon: str


MENU = (
    Place("home", _("Today"), "today"),
    Place("candidates", _("Candidates"), "people"),
    Place("queue", _("Queue"), "list"),
    Place("permissions", _("Permissions"), "permission"),
    Place("planner", _("Planner"), "calendar"),
    Place("imports", _("Lists"), "upload"),
    Place("questionnaires", _("Questionnaires"), "question"),
    Place("funnel", _("Funnel"), "funnel"),
    Place("municipalities", _("Municipalities"), "municipality"),
    Place("criteria", _("Criteria"), "settings"),
    Place("statement", _("Statement"), "money"),
)


@dataclass(frozen=True)
class Item:
    """A link of the menu. `current`: `page` on the page itself, `true` on one below it."""

    href: str
    label: str | Promise
    icon: str
    current: str


def items_for(roles: Collection[str], *, path: str) -> list[Item]:
    """The links that these roles may follow; a page that is not there (yet) is left out."""
    found = []
    for place in MENU:
        try:
            href = reverse(place.route)
        except NoReverseMatch:
            continue
        allowed: frozenset[str] = getattr(resolve(href).func, "roles", frozenset())
        if allowed and allowed.isdisjoint(roles):
            continue
        below = href != "/" and path.startswith(href)
        found.append(Item(href, place.label, place.icon, "page" if path == href else "true" if below else ""))
    return found
