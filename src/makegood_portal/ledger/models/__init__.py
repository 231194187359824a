"""The tables, a file each. Only the ledger and the actions import them; pages read through `ledger.queries`."""

from makegood_portal.ledger.models.audit import AuditEntry, AuditSeal
from makegood_portal.ledger.models.break_glass import BreakGlass
from makegood_portal.ledger.models.candidacy import Candidacy, State
from makegood_portal.ledger.models.citizen_number import CitizenNumber
from makegood_portal.ledger.models.consent import Consent, ConsentState
from makegood_portal.ledger.models.contact import Appointment, ContactRoute
from makegood_portal.ledger.models.contract import Contract
from makegood_portal.ledger.models.cooperation import ContactMoment, Coordination, ParallelHelp
from makegood_portal.ledger.models.criteria import CriteriaAnalysis, CriteriaProposal
from makegood_portal.ledger.models.eligibility import EligibilityAssessment, EligibilityOverride
from makegood_portal.ledger.models.gross_list import ColumnMapping, FirstLine, GrossListImport, ImportRow, ImportState, RowOutcome
from makegood_portal.ledger.models.identity import Identity, Sex
from makegood_portal.ledger.models.invitation import Invitation
from makegood_portal.ledger.models.membership import Membership
from makegood_portal.ledger.models.municipality import LocalProgramme, MunicipalityContact, MunicipalityDetails, UsualCare
from makegood_portal.ledger.models.note import Note
from makegood_portal.ledger.models.notice import Notice
from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.permission import PermissionReminder, PermissionRequest, PermissionState
from makegood_portal.ledger.models.person import Person, PersonKey
from makegood_portal.ledger.models.prison_number import PrisonNumber
from makegood_portal.ledger.models.programme import Party, Programme, ProgrammeVersion
from makegood_portal.ledger.models.questionnaire import Answer, AnswerStatus, Questionnaire, Response
from makegood_portal.ledger.models.reconciliation import Reconciliation, ReconciliationState
from makegood_portal.ledger.models.release_date import ReleaseDate
from makegood_portal.ledger.models.selection_event import Outcome, SelectionEvent
from makegood_portal.ledger.models.sent_form import SentForm
from makegood_portal.ledger.models.user import User

__all__ = [
    "Answer",
    "AnswerStatus",
    "Appointment",
    "AuditEntry",
    "AuditSeal",
    "BreakGlass",
    "Candidacy",
    "CitizenNumber",
    "ColumnMapping",
    "Consent",
    "ConsentState",
    "ContactMoment",
    "ContactRoute",
    "Contract",
    "Coordination",
    "CriteriaAnalysis",
    "CriteriaProposal",
    "EligibilityAssessment",
    "EligibilityOverride",
    "FirstLine",
    "GrossListImport",
    "Identity",
    "ImportRow",
    "ImportState",
    "Invitation",
    "LocalProgramme",
    "Membership",
    "MunicipalityContact",
    "MunicipalityDetails",
    "Note",
    "Notice",
    "Organisation",
    "Outcome",
    "ParallelHelp",
    "Party",
    "PermissionReminder",
    "PermissionRequest",
    "PermissionState",
    "Person",
    "PersonKey",
    "PrisonNumber",
    "Programme",
    "ProgrammeVersion",
    "Questionnaire",
    "Reconciliation",
    "ReconciliationState",
    "ReleaseDate",
    "Response",
    "RowOutcome",
    "SelectionEvent",
    "SentForm",
    "Sex",
    "State",
    "User",
    "UsualCare",
]
