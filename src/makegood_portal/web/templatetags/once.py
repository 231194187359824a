"""The token that makes a form count once."""

from __future__ import annotations

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def once_token() -> SafeString:
    """A hidden field with a fresh token."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4())
