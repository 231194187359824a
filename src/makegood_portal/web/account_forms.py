"""The forms of logging in: those of django-allauth with our words on them."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgain
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _say(field: forms.Field, label: Any, help_text: Any = "", **attributes: str) -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


def _code(field: forms.Field) -> None:
    _say(
        field,
        _("Code"),
        _("The six digits that your app shows now."),
        inputmode="numeric",
        autocomplete="one-time-code",
        **{"class": "one-time-code"},
    )


class LogIn(LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _say(self.fields["login"], _("E-mail address"), autocomplete="username", spellcheck="false")
        _say(self.fields["password"], _("Password"))


class PasswordAgain(ReauthenticateForm):  # type: ignore[misc]
    """The password, before something that matters."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _say(self.fields["password"], _("Password"))


class NewPassword(ChangePasswordForm):  # type: ignore[misc]
    """Another password. There is no way to ask for a lost one by mail: an administrator gives a new link."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _say(self.fields["oldpassword"], _("The password that you have now"))
        _say(self.fields["password1"], _("New password"), _("At least twelve characters. A sentence is easy to remember."))
        _say(self.fields["password2"], _("The new password again"))


class NewKey(AddWebAuthnForm):  # type: ignore[misc]
    """A security key, and what to call it."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _say(self.fields["name"], _("What do you call it?"), _("For example: key ring, or work telephone."))


class SecondStep(AuthenticateForm):  # type: ignore[misc]
    """The code of the app, or a spare one."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _code(self.fields["code"])
        self.fields["code"].help_text = _("The six digits that your app shows now. No phone at hand? Use one of your spare codes.")


class SecondStepAgain(CodeAgain):  # type: ignore[misc]
    """The code of the app, before something that matters."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _code(self.fields["code"])


class SetApp(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        _code(self.fields["code"])
