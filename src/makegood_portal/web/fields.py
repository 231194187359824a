"""Form fields of our own: dates that the browser helps to pick, and dates that people know by heart."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

MISSING = (("refused", _("Refused to answer")), ("not_asked", _("Was not asked")), ("not_known", _("Does not know")))
"""Why there is no answer: an answer too."""

OF_DJANGO = (
    gettext_noop("This field is required."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)
"""What Django says in its own words, and we in plainer Dutch.

How long a text may be is said after it was sent: a browser that knows it (`maxlength`) cuts off what is pasted without a
word. `widgets/attrs.html` leaves it out, but for the boxes of a date.
"""


class PickedDate(forms.DateInput):
    """The browser's own calendar, for a day in the near future or past."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class PickedDateField(forms.DateField):
    """A date to pick: an appointment, a deadline."""

    widget = PickedDate


class DateParts(forms.MultiWidget):
    """Day, month, year: three boxes, as on paper."""

    template_name = "components/date_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off", **(attrs or {})}
        super().__init__([forms.TextInput({**box, "maxlength": size}) for size in (2, 2, 4)])

    def decompress(self, value: Any) -> list[Any]:
        """The three boxes of a date."""
        return [value.day, value.month, value.year] if isinstance(value, date) else [None, None, None]


class KnownDateField(forms.MultiValueField):
    """A date that somebody knows by heart or reads from a document: a birth date, a release date."""

    widget = DateParts
    default_error_messages = {
        "incomplete": _("Fill in day, month and year."),
        "invalid": _("This date does not exist. Check day, month and year."),
    }

    def __init__(self, **words: Any) -> None:
        parts = [forms.CharField(required=False, max_length=size) for size in (2, 2, 4)]
        super().__init__(parts, require_all_fields=False, **words)

    def compress(self, data_list: list[Any]) -> date | None:
        """The date of the three boxes, or nothing where all are empty."""
        if not any(data_list):
            return None
        if not all(data_list) or len(data_list) != 3:
            raise ValidationError(self.error_messages["incomplete"], "incomplete")
        try:
            day, month, year = (int(part) for part in data_list)
            return date(year, month, day)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], "invalid") from None


class AnswerField(forms.ChoiceField):
    """One of some answers, or why there is none: refused, not asked, not known."""

    widget = forms.RadioSelect

    def __init__(self, *, answers: list[tuple[str, Any]], **words: Any) -> None:
        super().__init__(choices=[("", answers), (_("Or: no answer"), list(MISSING))], **words)
