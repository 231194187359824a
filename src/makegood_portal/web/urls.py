"""Every address. A new one must stand in `tests/portal/access_table.py`, else the suite fails."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from makegood_portal.web import (
    agreements,
    break_glass,
    candidates,
    citizen_number,
    errors,
    health,
    imports,
    municipalities,
    permissions,
    plain_text,
    questionnaires,
    queue,
    start,
    statement,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.home, name="home"),
    path("notices/<uuid:notice>/put-away/", start.put_away, name="put_notice_away"),
    path("healthz", health.healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("candidates/", candidates.candidate_list, name="candidates"),
    path("candidates/open/", break_glass.open_colleagues_file, name="open_colleagues_file"),
    path("candidates/<uuid:candidacy>/", candidates.candidate, name="candidate"),
    path("candidates/<uuid:candidacy>/citizen-number/", citizen_number.citizen_number, name="citizen_number"),
    path("candidates/<uuid:candidacy>/citizen-number/record/", citizen_number.citizen_number_record, name="citizen_number_record"),
    path("candidates/<uuid:candidacy>/step/", queue.candidate_step, name="candidate_step"),
    path("candidates/<uuid:candidacy>/leave/", queue.candidate_leave, name="candidate_leave"),
    path("candidates/<uuid:candidacy>/step-back/", queue.candidate_step_back, name="candidate_step_back"),
    path("candidates/<uuid:candidacy>/come-back/", queue.candidate_come_back, name="candidate_come_back"),
    path("candidates/<uuid:candidacy>/questionnaires/", questionnaires.candidate_questionnaires, name="candidate_questionnaires"),
    path("candidates/<uuid:candidacy>/questionnaires/<slug:code>/begin/", questionnaires.questionnaire_begin, name="questionnaire_begin"),
    path("questionnaires/", questionnaires.questionnaires_missing, name="questionnaires"),
    path("questionnaires/<uuid:response>/", questionnaires.response, name="response"),
    path("questionnaires/<uuid:response>/keep/", questionnaires.response_keep, name="response_keep"),
    path("questionnaires/<uuid:response>/finish/", questionnaires.response_finish, name="response_finish"),
    path("questionnaires/<uuid:response>/answers/", questionnaires.response_answers, name="response_answers"),
    path("questionnaires/<uuid:response>/paper/", questionnaires.response_paper, name="response_paper"),
    path("candidates/<uuid:candidacy>/permission/", permissions.candidate_permissions, name="candidate_permissions"),
    path("candidates/<uuid:candidacy>/contract/", agreements.candidate_contract, name="candidate_contract"),
    path("candidates/<uuid:candidacy>/contact/", agreements.candidate_contacts, name="candidate_contacts"),
    path("candidates/<uuid:candidacy>/first-appointment/", agreements.candidate_first_appointment, name="candidate_first_appointment"),
    path("contact-routes/<uuid:route>/end/", agreements.route_end, name="route_end"),
    path("municipalities/", municipalities.municipality_list, name="municipalities"),
    path("municipalities/<uuid:municipality_>/", municipalities.municipality, name="municipality"),
    path("municipalities/<uuid:municipality_>/contacts/new/", municipalities.municipality_contact_new, name="municipality_contact_new"),
    path(
        "municipalities/<uuid:municipality_>/programmes/new/", municipalities.municipality_programme_new, name="municipality_programme_new"
    ),
    path("municipality-contacts/<uuid:contact>/still-right/", municipalities.contact_still_right, name="contact_still_right"),
    path("municipality-contacts/<uuid:contact>/gone/", municipalities.contact_gone, name="contact_gone"),
    path("plain-text/", plain_text.plain_text, name="plain_text"),
    path("permissions/", permissions.permission_list, name="permissions"),
    path("permissions/<uuid:request_>/", permissions.permission, name="permission"),
    path("permissions/<uuid:request_>/remind/", permissions.permission_remind, name="permission_remind"),
    path("permissions/<uuid:request_>/withdraw/", permissions.permission_withdraw, name="permission_withdraw"),
    path("statement/", statement.statement, name="statement"),
    path("statement/document/", statement.statement_document, name="statement_document"),
    path("queue/", queue.queue_page, name="queue"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<uuid:listed>/", imports.import_one, name="import"),
    path("imports/<uuid:listed>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<uuid:listed>/take-in/", imports.import_take_in, name="import_take_in"),
    path("imports/<uuid:listed>/put-aside/", imports.import_put_aside, name="import_put_aside"),
]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
