"""The components of the pages, as template tags. `docs/explanation/look.md` shows each with an example.

Each tag renders one small template of `templates/components/`; unknown words are passed on as attributes of the element
(`hx_post` becomes `hx-post`), so that htmx needs nothing of its own here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import DateField, MultiWidget
from django.forms.utils import flatatt
from django.template.base import Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


def _attributes(words: Mapping[str, Any]) -> SafeString:
    """`hx_post="/x"` as ` hx-post="/x"`; what is false or empty is left out."""
    return flatatt({word.rstrip("_").replace("_", "-"): value for word, value in words.items() if value not in (None, False, "")})


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of `icons.svg`; hidden from a screen reader unless it has a label."""
    told = format_html(' role="img" aria-label="{}"', label) if label else SafeString(' aria-hidden="true" focusable="false"')
    return format_html('<svg class="icon" viewBox="0 0 24 24"{}><use href="{}#{}"></use></svg>', told, static("makegood/icons.svg"), name)


@register.inclusion_tag("components/button.html")
def button(label: str, href: str = "", kind: str = "primary", icon: str = "", about: str = "", **attributes: Any) -> dict[str, Any]:
    """A button, or with `href` a link that looks like one. Kinds: primary (one a page), secondary, subtle, danger.

    `about` is heard and not seen, for one of many like it: "Open" about "WD-4037".
    """
    if not href:
        attributes.setdefault("type", "submit")
    return {"label": label, "href": href, "kind": kind, "icon": icon, "about": about, "attributes": _attributes(attributes)}


@register.inclusion_tag("components/heading.html")
def heading(title: str, lead: str = "", over: str = "") -> dict[str, str]:
    """The title of the page, the line above it and a sentence below."""
    return {"title": title, "lead": lead, "over": over}


@register.inclusion_tag("components/back.html")
def back(href: str, label: str = "") -> dict[str, str]:
    """The way back, at the top of the page."""
    return {"href": href, "label": label}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any, closed: bool = False) -> dict[str, Any]:
    """What is wrong in these forms, each line a link to its field. Nothing where all is well. `closed`: the fields are not on the page."""
    found: list[tuple[str, str]] = []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        found.extend(("", error) for error in form.non_field_errors())
        found.extend(("" if closed else _first(field), _named(field, error)) for field in form for error in field.errors)
    return {"errors": found}


def _first(field: Any) -> str:
    """The control that an error leads to: of several, the first."""
    if isinstance(field.field.widget, MultiWidget):
        return f"{field.auto_id}_0"
    return str(field.subwidgets[0].id_for_label if field.use_fieldset and field.subwidgets else field.id_for_label)


def _named(field: Any, error: str) -> str:
    """An error that does not say what it is about gets the field's label before it."""
    bare = {str(message) for name, message in field.field.error_messages.items() if name in ("required", "incomplete")}
    if error not in bare:
        return error
    return f"{field.label} {error}" if str(field.label).endswith(("?", ".")) else f"{field.label}: {error[:1].lower()}{error[1:]}"


@register.inclusion_tag("components/status.html")
def status(text: str, kind: str = "neutral") -> dict[str, str]:
    """A state in one or two words. Kinds: neutral, info, success, warning, danger; the words must say it without the colour."""
    return {"text": text, "kind": kind}


@register.inclusion_tag("components/progress.html")
def progress(value: float, total: float, words: str, label: str = "") -> dict[str, Any]:
    """How far something is: `value` of `total`, said in `words` too."""
    return {"value": value, "total": max(total, 1), "words": words, "label": label}


@register.inclusion_tag("components/steps.html")
def steps(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """A row of steps: each has `label`, `state` (done, current, todo, stopped), perhaps `detail` and `href`."""
    return {"steps": items, "label": label}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], label: str) -> dict[str, Any]:
    """Links between pages that belong together: each has `label`, `href`, `current`, perhaps `count`."""
    return {"tabs": items, "label": label}


@register.inclusion_tag("components/tasks.html")
def tasks(items: Iterable[Any]) -> dict[str, Any]:
    """Cards of what needs doing: each has `count`, `title`, `why`, `href`, perhaps `urgency` (urgent, soon) and `due`."""
    return {"tasks": items}


@register.inclusion_tag("components/filters.html", takes_context=True)
def filters(context: Context, form: Any, label: str = "") -> dict[str, Any]:
    """A form of search words and choices, sent with GET; folded until something is chosen. What cannot be chosen is no choice."""
    chosen = [
        {"label": bound.label, "value": _shown(bound), "name": name}
        for name in form.fields
        if (bound := form[name]).value() not in (None, "", [], False) and not bound.is_hidden and not bound.errors
    ]
    request = context["request"]
    for chip in chosen:
        query = request.GET.copy()
        query.pop(chip["name"], None)
        query.pop("page", None)
        chip["without"] = f"?{query.urlencode()}"
    return {"form": form, "chosen": chosen, "open": chosen or (form.is_bound and form.errors), "label": label, "path": request.path}


def _shown(bound: Any) -> str:
    choices = dict(getattr(bound.field, "choices", []) or [])
    day = parse_date(str(bound.value())) if isinstance(bound.field, DateField) else None
    return date_format(day, "j F Y") if day else str(choices.get(bound.value(), bound.value()))


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any) -> dict[str, Any]:
    """Links to the other pages of a list; keeps the filters that stand in the address.

    `page` is a page of Django's paginator, or anything with `number` and `more` (a list too long to count).
    """
    query = context["request"].GET.copy()
    query.pop("page", None)
    counted = isinstance(page, Page)
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1) if counted else []
    last = page.has_next() if counted else page.more
    said = {"before": page.number - 1, "after": page.number + 1 if last else 0, "several": page.number > 1 or last}
    return said | {"page": page, "counted": counted, "pages": pages, "query": f"{query.urlencode()}&" if query else ""}


class _Block(Node):
    """A component around content that the page writes: `{% notice … %}…{% endnotice %}`."""

    def __init__(
        self, name: str, defaults: Mapping[str, Any], order: tuple[str, ...], given: list[Any], words: dict[str, Any], content: NodeList
    ) -> None:
        self.name, self.defaults, self.order, self.given, self.words, self.content = name, defaults, order, given, words, content
        self.nodelist = content

    def render(self, context: Context) -> SafeString:
        found = dict(self.defaults) | dict(zip(self.order, (value.resolve(context) for value in self.given), strict=False))
        extra = {word: value.resolve(context) for word, value in self.words.items()}
        found |= {word: extra.pop(word) for word in list(extra) if word in found}
        with context.push(**{f"in_{self.name}": found}):
            content = self.content.render(context)
        return render_to_string(
            f"components/{self.name}.html",
            found
            | {
                "content": content,
                "attributes": _attributes(extra),
                "request": context.get("request"),
                "csrf_token": context.get("csrf_token"),
            },
        )


def _block(name: str, *order: str, **defaults: Any) -> None:
    """Register a block tag: its words in their order, with what they are when left out. The first is asked for."""

    def compiled(parser: Parser, token: Token) -> _Block:
        bits = token.split_contents()[1:]
        given: list[Any] = []
        while bits and not token_kwargs(bits[:1], parser):
            given.append(parser.compile_filter(bits.pop(0)))
        words: dict[str, Any] = {}
        while bits:
            pair = token_kwargs(bits[:1], parser)
            if not pair:
                raise template.TemplateSyntaxError(f"'{name}' has '{bits[0]}' after a named word")
            words.update(pair)
            bits.pop(0)
        if len(given) > len(order):
            raise template.TemplateSyntaxError(f"'{name}' takes {', '.join(order) or 'no words'}; {len(given)} given")
        missing = [word for word in order if word not in defaults and word not in words and word not in order[: len(given)]]
        if missing:
            raise template.TemplateSyntaxError(f"'{name}' lacks {', '.join(missing)}")
        content = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return _Block(name, dict.fromkeys(order) | defaults, order, given, words, content)

    register.tag(name, compiled)


_block("notice", "kind", "title", kind="info", title="")
_block("card", "title", "href", title="", href="")
_block("empty_state", "title", "icon", icon="inbox")
_block("facts")
_block("fact", "label", "change", "change_label", change="", change_label="")
_block("confirm", "id", "label", "title", "kind", kind="secondary", about="")
_block("figure", "title", "says", says="")
_block("details", "label", "open", open=False)
_block("form", "action", "method", "id", "form", action="", method="post", id="", form=None)


class _Table(Node):
    """`{% table caption column column … %}` with rows and cells; on a phone each row becomes a card.

    `tight=True`: on a phone one list of rows of two or three lines, for a list of many that say little each. `even=True`: on
    a desk the width of a column does not follow from what stands in it, so that several tables under each other stand in line.
    """

    def __init__(self, caption: Any, columns: list[Any], words: dict[str, Any], nodelist: NodeList) -> None:
        self.caption, self.columns, self.words, self.nodelist = caption, columns, words, nodelist

    def render(self, context: Context) -> SafeString:
        said = [value.resolve(context) for value in self.columns]
        columns = [word if isinstance(word, Column) else Column(str(word)) for word in said]
        words = {word: value.resolve(context) for word, value in self.words.items()}
        with context.push(table_columns=columns):
            rows = self.nodelist.render(context)
        plain, tight, even = (bool(words.pop(word, False)) for word in ("plain", "tight", "even"))
        shown = words.pop("show_caption", False)
        return render_to_string(
            "components/table.html",
            {
                "caption": self.caption.resolve(context),
                "columns": columns,
                "rows": rows,
                "plain": plain,
                "tight": tight,
                "even": even,
                "show_caption": shown,
                "attributes": _attributes(words),
            },
        )


@dataclass(frozen=True)
class Column:
    """A column of a table: of numbers (to the right, in line), or with a label that is heard and not seen."""

    label: str
    number: bool = False
    hidden: bool = False


@register.filter
def numbers(label: str) -> Column:
    """`_("Days left")|numbers`: a column of numbers."""
    return Column(label, number=True)


@register.filter
def unseen(label: str) -> Column:
    """`_("Choose")|unseen`: a column of tick boxes or buttons, its label for the screen reader only."""
    return Column(label, hidden=True)


class _Row(Node):
    def __init__(self, nodelist: NodeList, words: dict[str, Any]) -> None:
        self.nodelist, self.words = nodelist, words

    def render(self, context: Context) -> SafeString:
        attributes = _attributes({word: value.resolve(context) for word, value in self.words.items()})
        with context.push(table_place=[0]):
            cells = mark_safe(self.nodelist.render(context))  # noqa: S308 (the cells escaped themselves)
        return format_html('<tr role="row"{}>{}</tr>', attributes, cells)


class _Cell(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        columns, place = context["table_columns"], context["table_place"]
        number, place[0] = place[0], place[0] + 1
        column = columns[number]
        content = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 (what a template renders is escaped)
        if number == next((place for place, one in enumerate(columns) if not one.hidden), 0):
            return format_html('<th scope="row" role="rowheader" class="utrecht-table__cell">{}</th>', content)
        label = "" if column.hidden else column.label
        kind = " is-number number" if column.number else ""
        return format_html(
            '<td role="cell" class="utrecht-table__cell{}" data-label="{}"><div class="cell">{}</div></td>', kind, label, content
        )


@register.tag("table")
def _table(parser: Parser, token: Token) -> _Table:
    bits = token.split_contents()[1:]
    words = {}
    while bits and (pair := token_kwargs(bits[-1:], parser)):
        words.update(pair)
        bits.pop()
    if len(bits) < 2:
        raise template.TemplateSyntaxError("'table' takes a caption and the label of each column")
    caption, *columns = [parser.compile_filter(bit) for bit in bits]
    nodelist = parser.parse(("endtable",))
    parser.delete_first_token()
    return _Table(caption, columns, words, nodelist)


@register.tag("row")
def _row(parser: Parser, token: Token) -> _Row:
    words = token_kwargs(token.split_contents()[1:], parser)
    nodelist = parser.parse(("endrow",))
    parser.delete_first_token()
    return _Row(nodelist, words)


@register.tag("cell")
def _cell(parser: Parser, _token: Token) -> _Cell:
    nodelist = parser.parse(("endcell",))
    parser.delete_first_token()
    return _Cell(nodelist)
