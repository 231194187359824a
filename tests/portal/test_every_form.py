"""Every form of every page: sent twice, after the session, without its token, from a stale page, forged. One world, each try undone."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.forms import BaseForm
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from makegood_portal import web
from makegood_portal.ledger.models import AuditEntry, Candidacy, Contract, PermissionRequest
from makegood_portal.ledger.words import Kind, Role
from makegood_portal.web import offered
from portal.access_table import ROUTES, role_for
from portal.builders import Side, World, a_questionnaire, client_of
from portal.forms_walked import OF_THE_FRAME, TEXT, Form, Forms, forms_of, undone

HERE = {"Origin": "http://testserver"}
SOON = (timezone.localdate() + timedelta(days=40)).isoformat()
FILL: dict[str, dict[str, Any]] = {
    "appointment_move": {"on": "2999-06-02"},
    "candidate_consents": {"officer": "", "until_on": ""},
    "candidate_contacts": {"value": "06 1234 5678"},
    "candidate_contract": {"track": "basic"},
    "candidate_coordination": {"status": "not_known"},
    "candidate_eligibility_decide": {"answer": "no"},
    "candidate_parallel_help": {"kind": "debt", "until_on": ""},
    "candidate_permissions": dict.fromkeys(("municipality_1", "municipality_2", "municipality_3"), ""),
    "candidate_release": {"release_on": SOON},
    "consent_answer": {"until_on": ""},
    "municipality_usual_care": {"year": "2025", "kinds": ["debt"]},
    "permission": {"answer": "refused"},
    "permission_change": {"answer": "not_ours"},
}
"""Where what is likely does not fit together."""

SENT_BY = {"permission": Role.MUNICIPAL_CONTACT} | dict.fromkeys(
    ("candidate_permissions", "queue", "candidate_step", "candidate_leave", "candidate_come_back"), Role.COORDINATOR
)
"""Whose task it is, where others may look."""


def at_contract(side: Side) -> None:
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="contract_signed")


def signed(side: Side) -> None:
    at_contract(side)
    guide = side.users[Role.COUNSELLOR]
    Contract.objects.create(candidacy=side.candidacy, track="basic", signed_on=timezone.localdate(), signed_with=guide)


def unguided(side: Side) -> None:
    Candidacy.objects.filter(pk=side.candidacy.pk).update(counsellor=None)


BEFORE: dict[str, Callable[[Side], None]] = {"candidate_contract": at_contract, "contract_withdraw": signed, "caseload": unguided}
"""What must be so before the page has its form."""
WITHOUT_MORE = {
    "import_columns", "import_new", "criteria_upload", "reconciliation_new", "municipality_codes",  # a file is needed
    "open_colleagues_file",  # the pseudonym of a colleague's participant
    "role_take_up",  # the code of a link
}  # fmt: skip
"""Forms that are not done as they are filled in here; test_import_list.py, test_criteria.py and others send them whole."""


@dataclass(frozen=True)
class Walked:
    """A form with who sends it and from where."""

    name: str
    role: Role
    form: Form

    def filled(self) -> dict[str, Any]:
        return self.form.filled(FILL.get(self.name.split()[0]))


def every_form(world: World, clients: Mapping[Role, Client]) -> Iterator[Walked]:
    """Each form, with the record that it needs; what is tried with one is undone before the next."""
    seen: set[tuple[str, frozenset[str]]] = set()
    for name, route in ROUTES.items():
        if route.public:
            continue
        role = SENT_BY.get(name, role_for(route))
        with undone():
            if name in BEFORE:
                BEFORE[name](world.ours)
            for number, form in enumerate(forms_of(clients[role], name, route, world.ours)):
                known = (resolve(urlsplit(form.action).path).view_name, frozenset(form.fields))
                if known in seen:
                    continue  # the same button stands on several pages
                seen.add(known)
                with undone():
                    yield Walked(f"{name} {number}" if number else name, role, form)
                clients[role].cookies.pop("messages", None)  # else the next page says what was done here, with a button that undoes it


@pytest.fixture
def clients(world: World) -> dict[Role, Client]:
    world.ours.at(Kind.PRISON).may_hold_bsn = True
    world.ours.at(Kind.PRISON).save()
    a_questionnaire(world.ours.programme)
    found = {role: client_of(user, raise_request_exception=False) for role, user in world.ours.users.items()}
    for client in found.values():
        client.get(reverse("home"))  # what is asked once a session
    return found


def kept(page: str) -> dict[str, str]:
    """What a page keeps of a form that did not come through, to be sent again."""
    return next((form.values for form in Forms(page).found if not any(part in form.action for part in OF_THE_FRAME)), {})


TABLES = [model._meta.db_table for model in apps.get_app_config("ledger").get_models() if model.__name__ not in ("AuditEntry", "SentForm")]
COUNTS = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
ACTS = "SELECT 'acts', count(*) FROM ledger_auditentry WHERE outcome = 'done' AND verb NOT IN ('read', 'list', 'request')"


def rows() -> dict[str, int]:
    """How many rows each table has, but for what is written down of reading and asking."""
    with connection.cursor() as cursor:
        cursor.execute(f"{COUNTS} UNION ALL {ACTS}")
        return dict(cursor.fetchall())


def sent_twice(one: Walked, by: Client) -> tuple[list[str], int]:
    """What went wrong when the form is sent twice, and the status of the first."""
    typed = one.filled()
    first = by.post(one.form.action, typed)
    after = rows()
    second = by.post(one.form.action, typed)
    faults = []
    if first.status_code == 302 and (second.status_code, second["Location"]) != (302, first["Location"]):
        faults.append(f"{one.name}: {second.status_code} the second time")
    if first.status_code != 200 and rows() != after:
        faults.append(f"{one.name}: done again, {[table for table, count in rows().items() if count != after[table]]}")
    return faults, first.status_code


def after_the_session(one: Walked, by: Client) -> tuple[list[str], int]:
    """What is lost when the session ended meanwhile, and the status of what the page with the log-in sends again."""
    typed = {name: value for name, value in one.filled().items() if not isinstance(value, list)}
    ended = Client().post(one.form.action, typed, headers=HERE)
    back = kept(ended.content.decode())
    lost = {name for name, value in typed.items() if back.get(name) != value} - {"csrfmiddlewaretoken", "secret"}
    again = by.post(one.form.action, back)
    faults = [f"{one.name}: {ended.status_code}, lost {lost}"] if ended.status_code != 401 or lost else []
    if again.status_code in (401, 403, 404, 409, 500):
        faults.append(f"{one.name}: {again.status_code} after the log-in")
    return faults, again.status_code


def without_the_token(one: Walked, strict: Client) -> list[str]:
    """Another site cannot send a form in somebody's name; an old page of ours loses no word."""
    typed = {name: value for name, value in one.filled().items() if name != "csrfmiddlewaretoken" and not isinstance(value, list)}
    before = rows()
    ours = strict.post(one.form.action, typed, headers=HERE)
    elsewhere = strict.post(one.form.action, typed, headers={"Origin": "https://elsewhere.example"})
    faults = []
    if (ours.status_code, elsewhere.status_code) != (403, 403) or rows() != before:
        faults.append(f"{one.name}: {ours.status_code}, {elsewhere.status_code} without a token")
    back = kept(ours.content.decode())
    if any(back.get(name) != typed[name] for name in one.form.texts if name in typed and name != "secret"):
        faults.append(f"{one.name}: what was typed is lost without a token")
    if TEXT[:12] in elsewhere.content.decode():
        faults.append(f"{one.name}: another site's words are offered to be sent")
    return faults


def test_each_form_counts_once_outlives_the_session_and_is_taken_from_its_own_page_alone(world: World, clients: dict[Role, Client]) -> None:
    """The questionnaire too: what was typed stands in the page that leads to the log-in, and is sent from there."""
    strict = {role: client_of(user, enforce_csrf_checks=True) for role, user in world.ours.users.items()}
    faults: list[str] = []
    done: dict[str, int] = {}
    again: dict[str, int] = {}
    for one in every_form(world, clients):
        by = clients[one.role]
        with undone():
            found, done[one.name] = sent_twice(one, by)
            faults += found
        with undone():
            found, again[one.name] = after_the_session(one, by)
            faults += found
        faults += without_the_token(one, strict[one.role])
    assert faults == []
    assert {name for name, status in done.items() if status not in (200, 302)} == WITHOUT_MORE
    assert sum(status == 302 for status in done.values()) > 40
    assert again["response"] == 302


def test_no_other_method_reaches_a_page(world: World, clients: dict[Role, Client]) -> None:
    faults = []
    for name, route in ROUTES.items():
        with undone():
            address, client = reverse(name, kwargs=route.kwargs(world.ours)), clients[role_for(route)]
            before = rows()
            if name == "set_language":
                continue  # Django's own page leads back whatever the method, and changes nothing but with POST
            if route.post is not None and client.get(address).status_code != 405:
                faults.append(f"GET {name}")
            if name != "open_colleagues_file":
                faults += [
                    f"{method} {name}" for method in ("PUT", "PATCH", "DELETE") if client.generic(method, address).status_code != 405
                ]
            if rows() != before:
                faults.append(f"{name}: something was done")
    assert faults == []


def changed_meanwhile(world: World) -> None:
    """A colleague did the step and put something right."""
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(version=F("version") + 1, step="informed")
    answered = PermissionRequest.objects.filter(state="asked")
    answered.update(version=F("version") + 1, state="refused", answered_on=F("asked_on"))


def left_meanwhile(world: World) -> None:
    """A colleague recorded that the candidate left."""
    gone = {"state": "left", "exit_reason": "not_suitable", "left_on": timezone.localdate()}
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(version=F("version") + 1, **gone)
    PermissionRequest.objects.update(version=F("version") + 1, state="withdrawn")


def gone_meanwhile(world: World) -> None:
    """The file went to another prison, another provider, another counsellor."""
    there = {"prison": world.theirs.at(Kind.PRISON), "provider": world.theirs.at(Kind.PROVIDER), "counsellor": None}
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(version=F("version") + 1, **there)


def told(one: Walked, answer: Any, typed: dict[str, Any], how: str) -> list[str]:
    """Whether who is refused is told, with everything that was typed in words still on the page."""
    if answer.status_code >= 500:
        return [f"{one.name}: {answer.status_code}, {how}"]
    if answer.status_code < 400:
        return []  # it was still possible
    page = answer.content.decode()
    words = [typed[name] for name in one.form.texts if typed.get(name) == TEXT]
    faults = (
        [f"{one.name}: {answer.status_code}, the words are gone, {how}"] if any(html.escape(word) not in page for word in words) else []
    )
    if "<h1" not in page or (answer.status_code == 422 and "data-error-summary" not in page):
        faults.append(f"{one.name}: {answer.status_code}, without a word, {how}")
    return faults


def test_who_sends_a_stale_page_is_told_and_keeps_the_words(world: World, clients: dict[Role, Client]) -> None:
    faults: list[str] = []
    for one in every_form(world, clients):
        for meanwhile in (changed_meanwhile, left_meanwhile, gone_meanwhile):
            with undone():
                typed = one.filled()
                meanwhile(world)
                faults += told(one, clients[one.role].post(one.form.action, typed, headers=HERE), typed, meanwhile.__name__)
    assert faults == []


CHOSEN = ("radio", "select", "checkbox", "hidden")
OWN = {"csrfmiddlewaretoken", "once", "seen", "page", "section", "caseload.candidate", "queue.candidate"}
"""Of the page itself, told elsewhere (a second editor), or where one looks; ticks of several candidates are tried below."""
FREE = {
    "citizen_number_record.number", "candidate_permissions.agrees", "candidate_first_appointment.took_place",
    "contacts_from_form.value_shelter", "municipality_programme_new.excludes", "candidate_erase.sure",
}  # fmt: skip
"""Not chosen from a list: a number that was typed before, and boxes for which only being ticked counts."""


def test_choices_that_were_not_offered_are_refused_and_written_down(world: World, clients: dict[Role, Client]) -> None:
    """Other people's ids, other organisations' choices and invented ones, in each field in which something is chosen."""
    faults, tried = [], 0
    forged = [str(world.theirs.at(Kind.PROVIDER).pk), str(world.theirs.candidacy.pk), str(uuid4()), "invented"]
    for one in every_form(world, clients):
        for name, chosen in one.form.fields.items():
            where = f"{one.name.split()[0]}.{name}"
            if chosen.kind not in CHOSEN or not {name, where}.isdisjoint(OWN | FREE) or not (chosen.value or any(chosen.choices)):
                continue
            tried += 1
            with undone():
                before, written = rows(), AuditEntry.objects.filter(outcome="refused").count()
                answer = clients[one.role].post(one.form.action, one.filled() | {name: forged[tried % len(forged)]})
                if answer.status_code not in (403, 404, 409, 422) or rows() != before:
                    faults.append(f"{where}: {answer.status_code}")
                entry = AuditEntry.objects.filter(outcome="refused").order_by("-number").first()
                if AuditEntry.objects.filter(outcome="refused").count() == written or entry is None:
                    faults.append(f"{where}: not written down")
                elif entry.actor != world.ours.users[one.role].pk or any(word in str(entry.facts) for word in (TEXT[:12], "invented")):
                    faults.append(f"{where}: {entry.facts}")
    assert faults == []
    assert tried > 40


def test_a_field_that_a_form_does_not_have_undoes_it_and_is_written_down(world: World, clients: dict[Role, Client]) -> None:
    """Whoever adds a field hopes that something reads it: a role, another organisation, a state."""
    faults, done = [], 0
    for number, one in enumerate(every_form(world, clients)):
        field = ("is_staff", "candidacy_id", "organisation", "state_", "file_")[number % 5]
        with undone():
            allowed = clients[one.role].post(one.form.action, one.filled()).status_code < 400
        with undone():
            before = rows()
            answer = clients[one.role].post(one.form.action, one.filled() | {field: "yes"})
            if answer.status_code < 400 or rows() != before:
                faults.append(f"{one.name}: {answer.status_code} with {field}")
            done += allowed
            written = AuditEntry.objects.filter(outcome="refused", facts__code="not_offered").order_by("-number").first()
            if allowed and (written is None or written.facts["fields"] != [field] or answer.status_code != 409):
                faults.append(f"{one.name}: {field} is not written down")
    assert faults == []
    assert done > 40


def test_a_form_that_is_undone_says_so_alone(world: World, clients: dict[Role, Client]) -> None:
    """Nothing says that it was done, and no button takes back something else; a field that is gone and was left empty is no matter."""
    client, page = clients[Role.COORDINATOR], reverse("candidate_step", args=[world.ours.candidacy.pk])
    form = {"step": "list_checked", "happened_on": timezone.localdate().isoformat()}
    refused = client.post(page, form | {"counsellor": "yes"}).content.decode()
    assert "Dit kan niet" in refused
    assert "Gedaan" not in refused
    assert client.post(page, form | {"counsellor": ""}).status_code == 302


def test_every_form_of_ours_notes_what_it_did_not_offer() -> None:
    modules = [import_module(f"{web.__name__}.{found.name}") for found in iter_modules(web.__path__)]
    forms = {one for module in modules for one in vars(module).values() if isinstance(one, type) and issubclass(one, BaseForm)}
    of_allauth = f"{web.__name__}.account_forms"  # nothing is chosen there
    ours = {one for one in forms if one.__module__.startswith(web.__name__) and one.__module__ != of_allauth}
    assert len(ours) > 30
    assert {one.__name__ for one in ours if not issubclass(one, offered.Form)} == set()


def test_ticks_of_other_peoples_candidates_are_refused_and_written_down(world: World, clients: dict[Role, Client]) -> None:
    theirs, programme = str(world.theirs.candidacy.pk), str(world.ours.programme.pk)
    step = {"happened_on": "2026-03-02", "programme": programme, "step": "list_checked"}
    forms: dict[str, tuple[Role, dict[str, Any]]] = {
        "queue": (Role.COORDINATOR, step | {"candidate": [theirs]}),
        "caseload": (Role.LEAD, {"counsellor": str(world.ours.users[Role.COUNSELLOR].pk), "candidate": [theirs]}),
    }
    for name, (role, form) in forms.items():
        with undone():
            written = AuditEntry.objects.filter(outcome="refused").count()
            answer = clients[role].post(reverse(name), form)
            assert answer.status_code in (403, 422), name
            assert AuditEntry.objects.filter(outcome="refused").count() > written, name
            before = Candidacy.objects.get(pk=theirs)
            assert (before.step, before.counsellor_id) == ("list_checked", world.theirs.users[Role.COUNSELLOR].pk)


def test_a_file_form_says_that_the_file_must_be_chosen_again(world: World, clients: dict[Role, Client]) -> None:
    file = SimpleUploadedFile("lijst.csv", b"a;b")
    place = f"{world.ours.at(Kind.PRISON).pk}/{world.ours.programme.pk}"
    ended = Client().post(reverse("import_new"), {"place": place, "month": "2026-03", "file": file}, headers=HERE)
    assert ended.status_code == 401
    assert "Alleen het bestand" in ended.content.decode()
    assert clients[Role.COORDINATOR].post(reverse("import_new"), kept(ended.content.decode())).status_code == 422
