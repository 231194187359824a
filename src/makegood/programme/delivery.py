"""How a programme is delivered up to the start: whom it is for, the steps, the reasons, the tracks and the plan."""

from __future__ import annotations

from pydantic import Field

from makegood.programme.delivery_criteria import CriteriaList, Item, MeasuredElsewhere, SupportNeed
from makegood.programme.delivery_people import Channel, ContactRules, Duty, EndDate, OrganisationKind, Site, StaffRole
from makegood.programme.delivery_recorded import ContactKind, ContractWithdrawal, Coordination, OtherHelp, OverrideReason, UsualCare
from makegood.programme.delivery_steps import Instrument, Permission, ReasonList, Step
from makegood.programme.delivery_tracks import IntakePlan, Track
from makegood.programme.scalars import Name, Names
from makegood.programme.term import Term, Words


class RecruitsFrom(Term):
    """Where candidates are recruited."""

    organisation: OrganisationKind
    """The kind of organisation."""
    title: Words
    """What people call one of them."""
    sites: dict[Name, Site] = Field(min_length=1)
    """The ones that take part."""


class Delivery(Term):
    """How a programme is delivered, from a list of candidates to a start. No payment rests on it.

    Criteria, reasons, channels and tracks are amended as any other term; a change of criteria must carry the
    `analysis` of who would have come in or stayed out.
    """

    recruits_from: RecruitsFrom
    """Where candidates are recruited."""
    roles: dict[StaffRole, Duty] = Field(min_length=1)
    """Who acts; a role that does not stand here has no part in the programme."""
    items: dict[Name, Item] = {}
    """What is asked or registered of a candidate and looked at by a criterion or a need for support."""
    support_needs: dict[Name, SupportNeed] = {}
    """With what candidates may need help, and which answers show it."""
    measured_elsewhere: dict[Name, MeasuredElsewhere] = {}
    """What is not asked here on purpose; no form of this programme may ask it."""
    criteria: dict[Name, CriteriaList] = {}
    """Who may take part, list by list."""
    instruments: dict[Name, Instrument] = {}
    """Questionnaires and forms."""
    reasons: dict[Name, ReasonList] = Field(min_length=1)
    """Why candidates do not start, list by list."""
    steps: dict[Name, Step] = Field(min_length=1)
    """What happens on the way; `order` says in which order."""
    order: list[Name] = Field(min_length=1)
    """The names of the steps, from the first to the start."""
    exits_at_any_step: dict[Name, Names] = {}
    """For each list of reasons: those with which a candidate may leave at every step but the first and the last."""
    permissions: dict[Name, Permission] = {}
    """Who outside must permit."""
    end_date: EndDate | None = None
    """The date to which preparation counts down."""
    channels: dict[Name, Channel] = {}
    """How candidates hear of the programme."""
    contact: ContactRules | None = None
    """How participants are reached after the end date."""
    contact_kinds: dict[Name, ContactKind] = {}
    """Kinds of contact that are recorded, the most usual first."""
    other_help: dict[Name, OtherHelp] = {}
    """Kinds of help that may run beside the programme."""
    override_reasons: dict[Name, OverrideReason] = {}
    """Why somebody decides otherwise than the criteria or the advice."""
    contract_withdrawals: dict[Name, ContractWithdrawal] = {}
    """Why a signed contract is taken back before the start."""
    coordination: Coordination | None = None
    """How work is coordinated with the municipality; absent: it is not recorded."""
    usual_care: UsualCare | None = None
    """What municipalities do without the programme; absent: it is not recorded."""
    tracks: dict[Name, Track] = Field(min_length=1)
    """What participants are offered, from light to intensive."""
    plan: IntakePlan | None = None
    """How many are expected to start."""
