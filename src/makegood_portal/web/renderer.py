"""How Django draws forms: fields and widgets from our templates."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` give the fields of `components/field.html`."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"
