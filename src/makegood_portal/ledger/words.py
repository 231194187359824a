"""Words that are the same everywhere: roles and kinds of organisation, and which role stands in which kind.

Steps, reasons, criteria, instruments and tracks are not here: they come from the programme file.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What an organisation is."""

    PRISON = "prison", _("prison")
    PRISON_SERVICE = "prison_service", _("prison service")
    PROVIDER = "provider", _("provider")
    MUNICIPALITY = "municipality", _("municipality")
    PROBATION = "probation", _("probation service")
    AGENCY = "agency", _("employment agency")
    INVESTOR = "investor", _("investor")
    OUTCOME_PAYER = "outcome_payer", _("outcome payer")
    EVALUATOR = "evaluator", _("evaluator")
    OPERATOR = "operator", _("operator of this portal")


class Role(TextChoices):
    """What a user is in an organisation."""

    COORDINATOR = "coordinator", _("coordinator")
    HEAD_OFFICE = "head_office", _("head office")
    COUNSELLOR = "counsellor", _("counsellor")
    LEAD = "lead", _("lead")
    MUNICIPAL_CONTACT = "municipal_contact", _("municipal contact")
    PROBATION_OFFICER = "probation_officer", _("probation officer")
    AGENCY_CONTACT = "agency_contact", _("agency contact")
    INVESTOR = "investor", _("investor")
    OUTCOME_PAYER = "outcome_payer", _("outcome payer")
    EVALUATOR = "evaluator", _("evaluator")
    ADMINISTRATOR = "administrator", _("administrator")


KINDS_OF_ROLE: dict[Role, frozenset[Kind]] = {
    Role.COORDINATOR: frozenset({Kind.PRISON}),
    Role.HEAD_OFFICE: frozenset({Kind.PRISON_SERVICE}),
    Role.COUNSELLOR: frozenset({Kind.PROVIDER}),
    Role.LEAD: frozenset({Kind.PROVIDER}),
    Role.MUNICIPAL_CONTACT: frozenset({Kind.MUNICIPALITY}),
    Role.PROBATION_OFFICER: frozenset({Kind.PROBATION}),
    Role.AGENCY_CONTACT: frozenset({Kind.AGENCY}),
    Role.INVESTOR: frozenset({Kind.INVESTOR}),
    Role.OUTCOME_PAYER: frozenset({Kind.OUTCOME_PAYER}),
    Role.EVALUATOR: frozenset({Kind.EVALUATOR}),
    Role.ADMINISTRATOR: frozenset(Kind),
}
MAY_HOLD_BSN = frozenset({Kind.PRISON, Kind.PRISON_SERVICE, Kind.MUNICIPALITY})
