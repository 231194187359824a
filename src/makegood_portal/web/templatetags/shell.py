"""The page around the content: brand, language, who is here, where one can go, what was just done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.contrib.messages import get_messages
from django.template.context import Context
from django.utils.translation import get_language, get_language_info, gettext

from makegood_portal.ledger.access import parts_of_file
from makegood_portal.web.navigation import items_for, tabs_of_file
from makegood_portal.web.notices import UNDO

register = template.Library()
ONE_ROW, SHOWN = 10, 8
"""So many pages stand beside each other on a desk screen; of more, the first stand there and the rest below "More"."""
KINDS = {"success": "ok", "error": "error", "warning": "warning"}


@register.inclusion_tag("components/brand.html")
def brand() -> dict[str, str]:
    """The mark."""
    return {}


@register.inclusion_tag("components/language_switch.html", takes_context=True)
def language_switch(context: Context) -> dict[str, Any]:
    """A button for each other language, in that language."""
    request, now = context.get("request"), get_language()
    others = (
        [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES if code != now] if request else []
    )
    where = request.get_full_path() if request and request.method in ("GET", "HEAD") else "/"
    return {"others": others, "next": where, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/account_menu.html", takes_context=True)
def account_menu(context: Context) -> dict[str, Any]:
    """Who is here, in which role of which organisation, and the way out."""
    held = context.get("held") or []
    return {
        "user": context["user"],
        "held": held,
        "roles": list(dict.fromkeys(place.role for place in held)),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context, *, everything: bool = False) -> dict[str, Any]:
    """The pages that the roles of this user may open."""
    request = context.get("request")
    scope = getattr(request, "scope", None)
    if request is None or scope is None:
        return {"items": []}
    items = items_for(scope.roles, path=request.path)
    shown = SHOWN if len(items) > ONE_ROW else ONE_ROW
    first, rest = items[:shown], items[shown:]
    return {"items": items, "first": first, "rest": rest, "rest_is_here": any(item.current for item in rest), "everything": everything}


@register.inclusion_tag("components/messages.html", takes_context=True)
def page_messages(context: Context) -> dict[str, Any]:
    """What was just done, with the way to undo it where there is one."""
    request = context.get("request")
    said = []
    for message in get_messages(request) if request else []:
        undo = (message.extra_tags or "").removeprefix(UNDO) if (message.extra_tags or "").startswith(UNDO) else ""
        said.append({"text": message.message, "kind": KINDS.get(message.level_tag, "info"), "undo": undo})
    return {"said": said, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def file_tabs(context: Context, candidacy: UUID) -> dict[str, Any]:
    """The pages of a candidate's file, below the heading of each of them."""
    request = context["request"]
    parts = parts_of_file(request.scope, candidacy)
    return {"tabs": tabs_of_file(request.scope.roles, candidacy, parts=parts, path=request.path), "label": gettext("This file")}
