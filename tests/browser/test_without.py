"""The work of a day without scripts, and without a mouse: whoever has an old computer or no steady hand gets it done too."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Page, expect

from browser.looking import Opens, follow
from browser.test_log_in import code_of, with_app
from browser.test_story import Cast, cast, the_list
from makegood_portal.actions.import_list import take_rows_in
from makegood_portal.ledger import history
from makegood_portal.ledger.models import Candidacy, GrossListImport, PermissionRequest, Response
from makegood_portal.ledger.scope import scope_of
from portal.builders import TODAY, a_candidacy, a_consent

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["cast"]
MOST_PARTS = 20


def a_request(cast: Cast) -> PermissionRequest:
    """A question that waits for the municipality."""
    candidacy = a_candidacy(programme=cast.programme, prison=cast.prison, name="Jansen", step="permission_asked")
    a_consent(candidacy, cast.municipality)
    says = {
        "name": "Sanne Jansen",
        "born_on": "1990-05-17",
        "prison": "Alphen",
        "release_on": "2026-06-01",
        "programme": "Werk na Detentie",
    }
    return PermissionRequest.objects.create(
        candidacy=candidacy, municipality=cast.municipality, state="asked", asked_on=TODAY, deadline_on=TODAY,
        says=history.seal(candidacy.person_id, says),
    )  # fmt: skip


def test_a_log_in_without_scripts(opens: Opens, cast: Cast) -> None:
    with_app(cast.coordinator)
    page = opens(scripts=False).new_page()
    page.goto("/")
    page.get_by_label("E-mailadres").fill(cast.coordinator.email)
    page.get_by_label("Wachtwoord").fill("wrong horse")
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_text("Het e-mailadres of het wachtwoord klopt niet").first).to_be_visible()
    page.get_by_label("Wachtwoord").fill("correct horse")
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_label("Code").fill(code_of())
    page.get_by_role("button", name="Inloggen", exact=True).click()
    expect(page.get_by_text(f"U bent ingelogd als {cast.coordinator.name}")).to_be_visible()


def test_a_list_without_scripts(opens: Opens, cast: Cast) -> None:
    page = opens(cast.coordinator, size="desk", scripts=False).new_page()
    page.goto("/imports/new/")
    page.get_by_label("De lijst", exact=True).set_input_files({"name": "lijst.csv", "mimeType": "text/csv", "buffer": the_list()})
    page.get_by_role("button", name="Lijst bekijken").click()
    for label, column in {"Nummer in de gevangenis": "Nummer", "Datum van vrijlating": "Einddatum"}.items():
        page.get_by_label(label).select_option(column)
    page.get_by_role("button", name="Regels bekijken").click()
    follow(page.get_by_role("button", name="Lijst verwerken"))
    listed = GrossListImport.objects.get(prison=cast.prison)
    take_rows_in.now(by=scope_of(cast.coordinator), listed=str(listed.pk))
    page.reload()
    expect(page.get_by_text("De lijst is verwerkt")).to_be_visible()
    page.goto("/candidates/")
    page.get_by_label("Naam of nummer").fill("vries")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("link", name="Anna De Vries")).to_be_visible()
    assert "vries" not in page.url.lower()


def every_part_is_answered(page: Page) -> None:
    """Part by part, as far as the parts go."""
    for _ in range(MOST_PARTS):
        if not page.get_by_role("button", name="Bewaren en verder").count():
            return
        for question in page.locator("fieldset[id^=q-]").all():
            box = question.locator("input[type=text], textarea")
            if box.count():
                box.fill("2" if box.get_attribute("inputmode") == "numeric" else "Zwolle")
            elif not question.locator("input[name^=value_]:checked").count():
                question.locator("input[type=radio], input[type=checkbox]").first.check(force=True)
        follow(page.get_by_role("button", name="Bewaren en verder"))


def test_a_questionnaire_without_scripts(opens: Opens, cast: Cast) -> None:
    one = a_candidacy(programme=cast.programme, prison=cast.prison, step="questionnaire")
    page = opens(cast.coordinator, scripts=False).new_page()
    page.goto(f"/candidates/{one.pk}/questionnaires/")
    follow(page.get_by_role("button", name="Beginnen Screeningsvragenlijst"))
    for _ in range(2):  # without a script an answer brings up its follow-up questions when it is saved: the end leads back to them
        every_part_is_answered(page)
        if not page.get_by_text("hebben nog een antwoord nodig").count():
            break
        page.goto(f"/candidates/{one.pk}/questionnaires/")
        follow(page.get_by_role("button", name="Verder Screeningsvragenlijst"))
    expect(page.get_by_text("vragen zijn voor het gesprek met de begeleider")).to_be_visible()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("finished", "Dit antwoord is niet bewaard. Druk op Bewaren en verder"),
        ("logged out", "Dit antwoord is niet bewaard. Druk op Bewaren en verder"),
        ("no connection", "Dit antwoord is niet bewaard: er is geen verbinding"),
    ],
)
def test_an_answer_that_is_not_kept_says_so(opens: Opens, cast: Cast, what: str, said: str) -> None:
    one = a_candidacy(programme=cast.programme, prison=cast.prison, step="questionnaire")
    page = opens(cast.coordinator).new_page()
    page.goto(f"/candidates/{one.pk}/questionnaires/")
    follow(page.get_by_role("button", name="Beginnen Screeningsvragenlijst"))
    while not page.locator("#items input[type=radio]").count():
        follow(page.get_by_role("button", name="Bewaren en verder"))
    choices = page.locator("#items fieldset").filter(has=page.locator("input[name^=value_][type=radio]")).first.locator(".choice")
    line = page.locator("#kept")
    choices.first.click()
    expect(line).to_have_text("Bewaard.")
    if what == "finished":  # in another window
        Response.objects.update(state="finished", finished_at=timezone.now())
    elif what == "logged out":
        page.context.clear_cookies()
    else:
        page.route("**/keep/", lambda route: route.abort())
    choices.nth(1).click()
    expect(line).to_contain_text(said)
    expect(line).to_be_in_viewport()
    Response.objects.update(state="open", finished_at=None)
    page.unroute_all()
    if what != "logged out":
        choices.first.click()
        expect(line).to_have_text("Bewaard.")


@pytest.mark.parametrize(
    ("what", "said"),
    [("logged out", "Dit deel van de pagina is niet bijgewerkt"), ("no connection", "Er is geen verbinding")],
)
def test_a_search_that_gets_no_answer_says_so(opens: Opens, cast: Cast, what: str, said: str) -> None:
    a_candidacy(programme=cast.programme, prison=cast.prison, name="Jansen")
    page = opens(cast.coordinator).new_page()
    page.goto("/candidates/")
    cookies: list[SetCookieParam] = [
        {"name": one["name"], "value": one["value"], "domain": one["domain"], "path": one["path"]} for one in page.context.cookies()
    ]
    if what == "logged out":
        page.context.clear_cookies()
    else:
        page.route("**/candidates/", lambda route: route.abort())
    page.get_by_label("Naam of nummer").fill("jansen")
    for _again in range(2):
        with page.expect_event("requestfinished" if what == "logged out" else "requestfailed"):  # its answer sets cookies too
            page.get_by_role("button", name="Zoeken").click()
        expect(page.locator(".not-new")).to_contain_text(said)
        expect(page.locator(".not-new")).to_be_in_viewport()
    page.context.add_cookies(cookies)
    page.unroute_all()
    page.get_by_role("button", name="Zoeken").click()
    expect(page.locator(".not-new")).to_have_count(0)
    expect(page.locator("#found")).to_contain_text("Jansen")


def test_an_answer_of_the_municipality_without_scripts(opens: Opens, cast: Cast) -> None:
    asked = a_request(cast)
    page = opens(cast.contact, scripts=False).new_page()
    page.goto("/permissions/")
    page.get_by_role("link", name="Jansen").click()
    page.get_by_label("Nee", exact=True).check(force=True)
    page.get_by_role("button", name="Antwoord versturen").click()
    expect(page.get_by_text("Schrijf op waarom niet").first).to_be_visible()  # the error summary, and the answer still ticked
    expect(page.get_by_label("Nee", exact=True)).to_be_checked()
    page.get_by_label("De voorwaarden, of waarom niet").fill("Geen plek in de opvang.")
    page.get_by_role("button", name="Antwoord versturen").click()
    expect(page.get_by_text("Uw antwoord is verstuurd")).to_be_visible()
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("refused", "Geen plek in de opvang.")


def tab_to(page: Page, words: str, *, most: int = 80) -> None:
    """Tab until the control with these words has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate("(e => (e.labels?.[0] ?? e).innerText)(document.activeElement)")
        if said and words in said:
            return
    raise AssertionError(f"{words} is not reached with the Tab key")


def test_an_answer_of_the_municipality_with_the_keyboard_alone(opens: Opens, cast: Cast) -> None:
    asked = a_request(cast)
    page = opens(cast.contact, size="desk").new_page()
    page.goto("/")
    tab_to(page, "Vraag om toestemming")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Toestemming", level=1)).to_be_visible()
    tab_to(page, "Jansen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sanne Jansen", level=1)).to_be_visible()
    tab_to(page, "Ja")
    page.keyboard.press("ArrowDown")  # from "Yes" to "Yes, under conditions"
    page.keyboard.press("Tab")
    page.keyboard.type("Alleen met een adres in Zwolle.")
    tab_to(page, "Antwoord versturen")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Uw antwoord is verstuurd")).to_be_visible()
    asked.refresh_from_db()
    assert (asked.state, asked.conditions) == ("granted_with_conditions", "Alleen met een adres in Zwolle.")
    assert Candidacy.objects.get(pk=asked.candidacy_id).step == "acquaintance"  # the yes was the step
