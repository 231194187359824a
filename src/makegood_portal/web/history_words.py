"""What the history and the log call acts, parts of a file, fields and codes: data, so that no page shows an internal name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Words = Mapping[str, str | Promise]

VERBS: Words = {
    "read": gettext_lazy("Opened"),
    "list": gettext_lazy("Saw people on a list"),
    "request": gettext_lazy("Asked for a page"),
    "add_contact": gettext_lazy("Added a contact person"),
    "add_local_programme": gettext_lazy("Added a local programme"),
    "add_parallel_help": gettext_lazy("Added other help"),
    "add_route": gettext_lazy("Added a way to keep contact"),
    "answer_consent": gettext_lazy("Recorded the answer about consent"),
    "answer_permission": gettext_lazy("Answered for the municipality"),
    "ask_again": gettext_lazy("Asked municipalities again"),
    "ask_permission": gettext_lazy("Asked the municipality"),
    "assign_counsellor": gettext_lazy("Chose the counsellor"),
    "assign_counsellor_together": gettext_lazy("Chose the counsellor of several"),
    "begin": gettext_lazy("Began a questionnaire"),
    "begin_register_form": gettext_lazy("Began the form of the file"),
    "break_glass": gettext_lazy("Opened a colleague's file"),
    "change_answer": gettext_lazy("Changed the answer of the municipality"),
    "close_file": gettext_lazy("Closed or opened the file, as the candidate says"),
    "come_back": gettext_lazy("Took up again who left"),
    "compare_list": gettext_lazy("Compared a partner's list"),
    "contact_back": gettext_lazy("Put back a contact person"),
    "contact_left": gettext_lazy("Took out a contact person"),
    "correct_release_date": gettext_lazy("Corrected the release date"),
    "count_criteria": gettext_lazy("Counted who meets the criteria"),
    "decide_otherwise": gettext_lazy("Decided otherwise than the advice"),
    "end_parallel_help": gettext_lazy("Recorded that other help is over"),
    "end_role": gettext_lazy("Ended a role"),
    "end_route": gettext_lazy("Took out a way to keep contact"),
    "erase_person": gettext_lazy("Erased a person"),
    "export_audit": gettext_lazy("Took out the log"),
    "finish": gettext_lazy("Finished a questionnaire"),
    "forget_comparison": gettext_lazy("Deleted a comparison of lists"),
    "give_role": gettext_lazy("Gave a role"),
    "_take_up": gettext_lazy("Took up a role"),
    "hand_over": gettext_lazy("Handed over"),
    "import_world": gettext_lazy("Took in a data folder"),
    "invite": gettext_lazy("Invited a user"),
    "keep_advice": gettext_lazy("Kept the advice"),
    "keep_answers": gettext_lazy("Kept answers"),
    "keep_from_form": gettext_lazy("Kept what a form says about contact"),
    "leave": gettext_lazy("Recorded that the candidate does not go on"),
    "leave_the_rest": gettext_lazy("Gave one reason for all questions that were open"),
    "link_lists": gettext_lazy("Compared two lists"),
    "load_programme": gettext_lazy("Loaded the programme file"),
    "lock": gettext_lazy("Locked a user out"),
    "log_contact": gettext_lazy("Recorded a contact"),
    "look_at_change": gettext_lazy("Looked at a change of criteria"),
    "look_at_codes": gettext_lazy("Looked at codes of municipalities"),
    "look_at_file": gettext_lazy("Looked at an amended programme file"),
    "move_appointment": gettext_lazy("Moved the appointment"),
    "name_columns": gettext_lazy("Named the columns of a list"),
    "new_link": gettext_lazy("Made a new link to log in"),
    "open_again": gettext_lazy("Opened a finished questionnaire to put something right"),
    "pass_step": gettext_lazy("Did a step"),
    "pass_step_together": gettext_lazy("Did a step for several"),
    "leave_together": gettext_lazy("Recorded why several leave"),
    "come_back_together": gettext_lazy("Took several up again"),
    "plan_first_appointment": gettext_lazy("Planned the first appointment"),
    "propose_change": gettext_lazy("Proposed a change of criteria"),
    "put_list_aside": gettext_lazy("Put a list aside"),
    "put_notice_away": gettext_lazy("Put a notice away"),
    "receive_list": gettext_lazy("Brought a list"),
    "say_first_line": gettext_lazy("Said what the first line of a list holds"),
    "record_appointment": gettext_lazy("Recorded whether the appointment took place"),
    "record_citizen_number": gettext_lazy("Recorded the citizen service number"),
    "record_consent": gettext_lazy("Recorded consent"),
    "record_coordination": gettext_lazy("Recorded coordination with the municipality"),
    "record_usual_care": gettext_lazy("Recorded usual care"),
    "reinstate_contract": gettext_lazy("Let the contract count again"),
    "remind": gettext_lazy("Reminded"),
    "remind_municipality": gettext_lazy("Reminded the municipality"),
    "reset_second_factor": gettext_lazy("Reset a second factor"),
    "retention": gettext_lazy("Erased what may be kept no longer"),
    "release_guided": gettext_lazy("Took the counsellor out: the role ended"),
    "settle_changed": gettext_lazy("Took the municipality's other answer in"),
    "settle_granted": gettext_lazy("Took the municipality's permission in"),
    "sign_contract": gettext_lazy("Recorded the contract"),
    "still_right": gettext_lazy("Checked a contact person"),
    "strike_contact": gettext_lazy("Took out a contact"),
    "take_answer_away": gettext_lazy("Took an answer away"),
    "take_contacts_out": gettext_lazy("Took out contacts or phases as a file"),
    "policy": gettext_lazy("Changed who may see what"),
    "take_organisations_in": gettext_lazy("Took in a list of organisations"),
    "let_administrator_in": gettext_lazy("Let in an administrator"),
    "take_codes_in": gettext_lazy("Took in codes of municipalities"),
    "take_refused_rows_out": gettext_lazy("Took out the refused lines of a list as a file"),
    "take_funnel_out": gettext_lazy("Took out the funnel as a file"),
    "take_list_in": gettext_lazy("Took a list in"),
    "take_reasons_back": gettext_lazy("Took back one reason for all questions that were open"),
    "take_step_back": gettext_lazy("Took a step back"),
    "take_steps_back": gettext_lazy("Took a step back for several"),
    "tell_of_answer": gettext_lazy("Told who works with the candidate of the municipality's answer"),
    "unlock": gettext_lazy("Let a user log in again"),
    "withdraw": gettext_lazy("Withdrew a request for permission"),
    "withdraw_consent": gettext_lazy("Recorded that consent was taken back"),
    "withdraw_contract": gettext_lazy("Took the contract back"),
}
"""Act -> its words."""

PARTS: Words = {
    "candidacy": gettext_lazy("overview"),
    "identity": gettext_lazy("name and birth date"),
    "citizen_number": gettext_lazy("citizen service number"),
    "selection": gettext_lazy("steps"),
    "release": gettext_lazy("release date"),
    "notes": gettext_lazy("notes"),
    "screening": gettext_lazy("questionnaires"),
    "eligibility": gettext_lazy("advice"),
    "permission": gettext_lazy("permission"),
    "contract": gettext_lazy("contract"),
    "contact": gettext_lazy("contact"),
    "consent": gettext_lazy("consent"),
    "cooperation": gettext_lazy("cooperation"),
    "history": gettext_lazy("history"),
}
"""Part of a file -> its words."""

FIELDS: Words = {
    "about": gettext_lazy("About"),
    "about_table": gettext_lazy("About"),
    "answer": gettext_lazy("May take part"),
    "answered_on": gettext_lazy("Answered on"),
    "asked": gettext_lazy("Questions asked"),
    "asked_on": gettext_lazy("Asked on"),
    "at": gettext_lazy("When"),
    "at_item": gettext_lazy("Question"),
    "born_on": gettext_lazy("Birth date"),
    "channel": gettext_lazy("How they heard of it"),
    "conditions": gettext_lazy("Conditions"),
    "consent_on": gettext_lazy("Agreed on"),
    "contract_on": gettext_lazy("Contract signed on"),
    "criteria": gettext_lazy("Criteria looked at"),
    "deadline_on": gettext_lazy("Due on"),
    "ended_on": gettext_lazy("Ended on"),
    "erased_at": gettext_lazy("Erased on"),
    "exit_reason": gettext_lazy("Reason to leave"),
    "family_name": gettext_lazy("Family name"),
    "finished_at": gettext_lazy("Finished on"),
    "free_text": gettext_lazy("In own words"),
    "from_on": gettext_lazy("From"),
    "given_names": gettext_lazy("Given names"),
    "group": gettext_lazy("Group"),
    "handed_over_on": gettext_lazy("Handed over on"),
    "happened_on": gettext_lazy("Day"),
    "closed_to_evaluator": gettext_lazy("Closed to the evaluator"),
    "closed_to_provider": gettext_lazy("Closed to the provider"),
    "holder": gettext_lazy("Of whom"),
    "item": gettext_lazy("Question"),
    "kind": gettext_lazy("Kind"),
    "left_on": gettext_lazy("Left on"),
    "list_month": gettext_lazy("Month of the list"),
    "list_token": gettext_lazy("Mark on the list"),
    "medium": gettext_lazy("Filled in on"),
    "minutes": gettext_lazy("Minutes"),
    "missing": gettext_lazy("Missing answers"),
    "municipality": gettext_lazy("Municipality"),
    "number": gettext_lazy("Number in the prison"),
    "outcome": gettext_lazy("Outcome"),
    "parallel": gettext_lazy("Several asked"),
    "phase": gettext_lazy("Phase"),
    "place": gettext_lazy("Where"),
    "prefix": gettext_lazy("Prefix"),
    "pseudonym": gettext_lazy("Number"),
    "purpose": gettext_lazy("For what"),
    "reason": gettext_lazy("Reason"),
    "reason_source": gettext_lazy("List of reasons"),
    "reasons": gettext_lazy("Reasons"),
    "reference_time": gettext_lazy("About which time"),
    "release_on": gettext_lazy("Release"),
    "said_no": gettext_lazy("No about sharing that still counts"),
    "sent_on": gettext_lazy("Sent on"),
    "sex": gettext_lazy("Sex"),
    "signed_on": gettext_lazy("Signed on"),
    "source": gettext_lazy("Source"),
    "stage": gettext_lazy("Involved"),
    "started_on": gettext_lazy("Started on"),
    "starts_on": gettext_lazy("Starts on"),
    "state": gettext_lazy("State"),
    "status": gettext_lazy("State"),
    "step": gettext_lazy("Step"),
    "step_due_on": gettext_lazy("Step due on"),
    "step_since": gettext_lazy("In this step since"),
    "struck_on": gettext_lazy("Taken out on"),
    "text": gettext_lazy("Text"),
    "to": gettext_lazy("To"),
    "track": gettext_lazy("Track"),
    "until_on": gettext_lazy("Until"),
    "value": gettext_lazy("Value"),
    "way": gettext_lazy("How it was said"),
    "with_role": gettext_lazy("With whom"),
    "with_whom": gettext_lazy("With"),
    "withdrawn_at": gettext_lazy("Taken back at"),
    "withdrawn_because": gettext_lazy("Why not asked any more"),
    "withdrawn_on": gettext_lazy("Taken back on"),
    "withdrawn_reason": gettext_lazy("Why taken back"),
    "withdrawn_step": gettext_lazy("Step at that time"),
    "works_from": gettext_lazy("Works from"),
}
"""Field of a record about a person -> its words."""

CODES: Words = {
    "open": gettext_lazy("on the way"),
    "started": gettext_lazy("started"),
    "left": gettext_lazy("left"),
    "planned": gettext_lazy("planned"),
    "kept": gettext_lazy("took place"),
    "missed": gettext_lazy("did not take place"),
    "moved": gettext_lazy("moved"),
    "cancelled": gettext_lazy("cancelled"),
    "asked": gettext_lazy("asked"),
    "granted": gettext_lazy("granted"),
    "granted_with_conditions": gettext_lazy("granted with conditions"),
    "refused": gettext_lazy("refused"),
    "not_ours": gettext_lazy("not of this municipality"),
    "withdrawn": gettext_lazy("taken back"),
    "given": gettext_lazy("given"),
    "not_asked": gettext_lazy("not asked"),
    "not_known": gettext_lazy("not known"),
    "known": gettext_lazy("known to the municipality"),
    "agreed": gettext_lazy("agreed"),
    "finished": gettext_lazy("finished"),
    "done": gettext_lazy("done"),
    "reached": gettext_lazy("came to this step"),
    "passed": gettext_lazy("done"),
    "exited": gettext_lazy("left here"),
    "reopened": gettext_lazy("taken back"),
    "before_start": gettext_lazy("before the start"),
    "first_week": gettext_lazy("first appointment"),
    "screen": gettext_lazy("screen"),
    "paper": gettext_lazy("paper"),
    "self": gettext_lazy("the candidate"),
    "counsellor": gettext_lazy("the counsellor"),
    "case_manager": gettext_lazy("the case manager"),
    "file": gettext_lazy("the file"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "unknown": gettext_lazy("not known"),
    "gross_list": gettext_lazy("the monthly list"),
    "another_granted": gettext_lazy("another municipality said yes"),
    "consent_withdrawn": gettext_lazy("the candidate does not agree any more"),
    "True": gettext_lazy("yes"),
    "False": gettext_lazy("no"),
}
"""Code that the portal itself writes -> its words; the codes of a programme have theirs in its file."""


OWN_WORDS = frozenset({
    "family_name", "given_names", "prefix", "municipality", "place", "holder", "with_whom", "conditions", "text", "pseudonym", "number",
    "to",
})  # fmt: skip
"""Fields in which somebody wrote what they liked: shown as they are."""


def value_said(text: str, known: Mapping[str, str], field: str = "") -> str:
    """A value as people read it: days in full, codes in words (`known`: those of the programme file), the rest as it is."""
    if field in OWN_WORDS:
        return text
    if text in known:
        return known[text]
    if text in CODES:
        return str(CODES[text])
    moment = _moment(text)
    if isinstance(moment, datetime):
        return date_format(timezone.localtime(moment), "j F Y, H:i")
    return date_format(moment, "j F Y") if moment else text


def _moment(text: str) -> date | None:
    if len(text) < 10 or text[4:5] != "-":
        return None
    try:
        moment = parse_datetime(text) if len(text) > 10 else None
        return moment if moment is not None and timezone.is_aware(moment) else parse_date(text)
    except ValueError:
        return None
