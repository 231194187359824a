"""Users of an organisation, kept by its administrator; and the page on which an invited person chooses a password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms.utils import flatatt
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.users import (
    Invited,
    accept,
    end_role,
    give_role,
    invite,
    lock,
    new_link,
    open_account,
    reset_second_factor,
    take_role_up,
    unlock,
)
from makegood_portal.ledger.queries import users
from makegood_portal.ledger.words import Kind, Role
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tried


class SearchForm(Form):
    """A part of a name or address."""

    name = forms.CharField(label=gettext_lazy("Name or e-mail address"), required=False, max_length=100)


class LongSelect(forms.Select):
    """A select in groups for hundreds of organisations: Django's own fills in a template for each option, which takes longer
    than all else of the page.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        """As `forms.Select`, whose choices are (value, text) or (group, [(value, text)])."""

        def option(key: object, text: object) -> SafeString:
            return format_html(
                '<option value="{}"{}>{}</option>', key, mark_safe(" selected") if str(key) == str(value or "") else "", text
            )

        told = [
            format_html('<optgroup label="{}">{}</optgroup>', key, format_html_join("", "{}", ((option(*one),) for one in text)))
            if isinstance(text, list)
            else option(key, text)
            for key, text in self.choices
        ]
        words = self.build_attrs(self.attrs, attrs)
        given = flatatt({**words, "name": name, "class": f"utrecht-select utrecht-select--html-select {words.get('class', '')}".strip()})
        return format_html("<select{}>{}</select>", given, format_html_join("", "{}", ((one,) for one in told)))


class SeatForm(Form):
    """A role in an organisation. A choice names both: a closed select shows nothing of its group."""

    seat = forms.ChoiceField(
        label=gettext_lazy("Which role, where?"),
        help_text=gettext_lazy("In groups by kind of organisation, each by name."),
        widget=LongSelect,
    )

    def __init__(self, *args: Any, seats: Mapping[Kind, list[tuple[UUID, str, list[Role]]]], **words: Any) -> None:
        super().__init__(*args, **words)
        groups = [
            (capfirst(kind.label), [(f"{key}/{role.value}", f"{name}: {role.label}") for key, name, roles in here for role in roles])
            for kind, here in seats.items()
        ]
        self.fields["seat"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[UUID, str]:
        """The organisation and the role."""
        organisation, _slash, role = self.cleaned_data["seat"].partition("/")
        return UUID(organisation), role


class InviteForm(SeatForm):
    """Somebody new."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    field_order = ("name", "email", "seat")


class TakeUpForm(Form):
    """The code of the link."""

    secret = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("What stands after # in the link that you got. Is it not filled in? Open the link once more."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-from-fragment": "yes"}),
    )


class WelcomeForm(TakeUpForm):
    """The code of the link, and a password, twice."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["secret"].help_text = _("What stands after # in the link that you got. Often it is filled in already.")

    password = forms.CharField(
        label=gettext_lazy("Your new password"), max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=gettext_lazy("The same once more"), max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Typed twice the same."""
        words = super().clean() or {}
        if words.get("password") and words.get("again") and words["password"] != words["again"]:
            self.add_error("again", _("This is not the same password. Type it once more."))
        return words


@require_safe
@page(Role.ADMINISTRATOR)
def user_list(request: Asked) -> HttpResponse:
    """Users of the asker's organisations."""
    form, number = SearchForm(request.GET), request.GET.get("page", "1")
    search = form.cleaned_data["name"] if form.is_valid() else ""
    page_number = int(number) if number.isdigit() and len(number) < 6 else 1
    found = users.page(request.scope, today=timezone.localdate(), search=search, number=page_number)
    return render(request, "users/list.html", {"page": found, "search": form})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.ADMINISTRATOR)
def user_invite(request: Asked) -> HttpResponse:
    """Somebody new; sent, the page shows the link, once."""
    form = InviteForm(request.POST or None, seats=users.seats(request.scope))
    if request.method == "POST" and form.is_valid():
        organisation, role = form.chosen()
        words = {"name": form.cleaned_data["name"], "email": form.cleaned_data["email"], "role": role}
        done: list[Invited] = []
        if tried(form, lambda: done.append(invite(by=request.scope, on=organisation, today=timezone.localdate(), **words))):
            return _given(request, done[0])
    return render(request, "users/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.ADMINISTRATOR)
def user(request: Asked, user_: UUID) -> HttpResponse:
    """One user; with a POST, one more role."""
    found = open_account(by=request.scope, on=user_, today=timezone.localdate())
    if found is None:
        raise Http404
    form = SeatForm(request.POST or None, seats=users.seats(request.scope))
    if request.method == "POST" and form.is_valid():
        organisation, role = form.chosen()
        today = timezone.localdate()
        done: list[Invited] = []
        if tried(form, lambda: done.append(give_role(by=request.scope, on=user_, organisation=organisation, role=role, today=today))):
            return _given(request, done[0])
    return render(request, "users/one.html", {"found": found, "form": form}, status=422 if form.errors else 200)


@require_POST
@page(Role.ADMINISTRATOR)
def role_end(request: Asked, user_: UUID, membership: UUID) -> HttpResponse:
    """This role no more."""
    return _done(request, user_, lambda: end_role(by=request.scope, on=membership, today=timezone.localdate()), _("The role has ended."))


@require_POST
@page(Role.ADMINISTRATOR)
def user_lock(request: Asked, user_: UUID) -> HttpResponse:
    """Out, at once."""
    return _done(request, user_, lambda: lock(by=request.scope, on=user_, today=timezone.localdate()), _("The account is locked."))


@require_POST
@page(Role.ADMINISTRATOR)
def user_unlock(request: Asked, user_: UUID) -> HttpResponse:
    """In again."""
    return _done(request, user_, lambda: unlock(by=request.scope, on=user_, today=timezone.localdate()), _("The account is open again."))


@require_POST
@page(Role.ADMINISTRATOR)
def user_second_factor(request: Asked, user_: UUID) -> HttpResponse:
    """A new second step at the next log-in."""
    said = _("At the next log-in a new second step is set.")
    return _done(request, user_, lambda: reset_second_factor(by=request.scope, on=user_, today=timezone.localdate()), said)


@require_POST
@page(Role.ADMINISTRATOR)
def user_link(request: Asked, user_: UUID) -> HttpResponse:
    """A new link, shown once."""
    try:
        made = new_link(by=request.scope, on=user_, today=timezone.localdate())
    except NotYours:
        raise
    except Refusal as refusal:
        notices.careful(request, f"{refusal.what} {refusal.remedy}".strip())
        return redirect("user", user_=user_)
    return _shown(request, made)


@sensitive_post_parameters("secret", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """For whoever has a link: choose a password. The secret stands in the fragment, so that no log ever holds it."""
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = {"secret": form.cleaned_data["secret"], "password": form.cleaned_data["password"]}
        if tried(form, lambda: accept(**words)):
            notices.done(request, _("Your password is set. Now log in."))
            return redirect("account_login")
    context = {"form": form, "rules": password_validators_help_texts()}
    return render(request, "users/welcome.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def role_take_up(request: Asked) -> HttpResponse:
    """For whoever has an account and a link that offers a role."""
    form = TakeUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret, today = form.cleaned_data["secret"], timezone.localdate()
        if tried(form, lambda: take_role_up(by=request.scope, secret=secret, today=today)):
            notices.done(request, _("You have this role from today."))
            return redirect("home")
    return render(request, "users/take_up.html", {"form": form}, status=422 if form.errors else 200)


def _given(request: Asked, made: Invited) -> HttpResponse:
    if made.secret:
        return _shown(request, made)
    notices.done(request, _("The role is added."))
    return redirect("user", user_=made.user.pk)


def _shown(request: Asked, made: Invited) -> HttpResponse:
    link = f"{request.build_absolute_uri(reverse('role_take_up' if made.offered else 'welcome'))}#{made.secret}"
    admitted = users.one(request.scope, made.user.pk, today=timezone.localdate())
    words = {"user_": made.user, "link": link, "held": admitted.held if admitted else (), "offered": made.offered, "known": admitted}
    response = render(request, "users/link.html", words)
    response["Content-Location"] = reverse("user", args=[made.user.pk]) if admitted else reverse("users")
    return response


def _done(request: Asked, key: UUID, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except NotYours:
        raise
    except Refusal as refusal:
        notices.careful(request, f"{refusal.what} {refusal.remedy}".strip())
    else:
        notices.done(request, said)
    return redirect("user", user_=key)


PATHS = [
    path("users/", user_list, name="users"),
    path("users/invite/", user_invite, name="user_invite"),
    path("users/<uuid:user_>/", user, name="user"),
    path("users/<uuid:user_>/lock/", user_lock, name="user_lock"),
    path("users/<uuid:user_>/unlock/", user_unlock, name="user_unlock"),
    path("users/<uuid:user_>/second-factor/", user_second_factor, name="user_second_factor"),
    path("users/<uuid:user_>/link/", user_link, name="user_link"),
    path("users/<uuid:user_>/roles/<uuid:membership>/end/", role_end, name="role_end"),
    path("welcome/", welcome, name="welcome"),
    path("welcome/role/", role_take_up, name="role_take_up"),
]
