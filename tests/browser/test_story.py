"""The story of one candidate, as people live it: from the prison's list to the start, each from their own log-in.

The coordinator works at a desk; the candidate is screened on a phone; the municipality answers from a phone too, and so
does the counsellor, who comes by twice, agrees how to keep contact, and signs the contract. The lead sees the funnel move.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from browser.looking import Opens, follow
from makegood_portal.actions.import_list import take_rows_in
from makegood_portal.ledger.models import Candidacy, GrossListImport, Organisation, Party, Programme, User
from makegood_portal.ledger.scope import scope_of
from makegood_portal.ledger.words import Kind, Role
from portal.builders import a_loaded_programme, a_user, an_organisation

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()
OTHERS = ("Bakker", "Visser", "Smit", "Mulder")
"""Who makes the list long enough: a lead counts no group of fewer than five."""
TASKS = {
    "Gecontroleerd door de inrichting": "Controleren", "Voorgelicht": "Voorlichten", "Vragenlijst": "Vragenlijst invullen",
    "Gesprek met de begeleider": "Gesprek voeren", "Toestemming van de gemeente": "Gemeente vragen", "Kennismaking": "Kennismaken",
    "Contract getekend": "Contract tekenen", "Gestart": "Starten",
}  # fmt: skip
"""Step -> what is to be done, as lists of who waits call it."""
LISTED = 2 + len(OTHERS)
SOON = timezone.localdate() + timedelta(weeks=12)


@dataclass(frozen=True)
class Cast:
    """Who plays a part."""

    programme: Programme
    prison: Organisation
    coordinator: User
    counsellor: User
    lead: User
    municipality: Organisation
    contact: User


@pytest.fixture
def cast() -> Cast:
    programme = a_loaded_programme()
    prison = Party.objects.get(programme=programme, site="alphen").organisation
    provider, municipality = an_organisation(Kind.PROVIDER, name="Stap Verder"), an_organisation(Kind.MUNICIPALITY, name="Zwolle")
    for organisation in (provider, municipality):
        Party.objects.create(programme=programme, organisation=organisation)
    return Cast(
        programme=programme,
        prison=prison,
        coordinator=a_user(Role.COORDINATOR, at=prison, name="Vera Bos"),
        counsellor=a_user(Role.COUNSELLOR, at=provider, name="Amir Said"),
        lead=a_user(Role.LEAD, at=provider, name="Loes Vos"),
        municipality=municipality,
        contact=a_user(Role.MUNICIPAL_CONTACT, at=municipality, name="Jan Kuiper"),
    )


def the_list() -> bytes:
    rows = [
        "Nummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum;Gemeente",
        f"101;Jansen;Piet;7-3-1984;m;{SOON:%-d-%-m-%Y};Zwolle",
        f"102;De Vries;Anna;1-5-1990;v;{SOON:%-d-%-m-%Y};Zwolle",
        *(f"20{day};{name};Kim;{day}-2-1991;m;{SOON:%-d-%-m-%Y};Zwolle" for day, name in enumerate(OTHERS, start=1)),
        "103;;Zonder Naam;1-1-1980;m;1-1-2030;Zwolle",
    ]
    return "\n".join(rows).encode()


def the_list_is_taken_in(page: Page, cast: Cast) -> None:
    page.goto("/imports/")
    page.get_by_role("link", name="Lijst inlezen").click()
    page.get_by_label("De lijst", exact=True).set_input_files({"name": "lijst.csv", "mimeType": "text/csv", "buffer": the_list()})
    page.get_by_role("button", name="Lijst bekijken").click()
    for label, column in {"Nummer in de gevangenis": "Nummer", "Datum van vrijlating": "Einddatum"}.items():
        page.get_by_label(label).select_option(column)
    page.get_by_role("button", name="Regels bekijken").click()
    expect(page.get_by_text("Er is nog niets bewaard")).to_be_visible()
    expect(page.get_by_role("cell", name="geweigerd")).to_be_visible()
    page.get_by_role("button", name="Lijst verwerken").click()
    expect(page.get_by_text("U kunt deze pagina sluiten")).to_be_visible()
    listed = GrossListImport.objects.get(prison=cast.prison)
    take_rows_in.now(by=scope_of(cast.coordinator), listed=str(listed.pk))  # what the worker does
    expect(page.get_by_text("De lijst is verwerkt")).to_be_visible()  # without a reload: the page asks by itself


def a_step_is_done_for_everybody(page: Page, step: str) -> None:
    page.goto("/queue/")
    expect(page.get_by_role("heading", name=TASKS[step], level=2)).to_be_visible()
    page.get_by_role("checkbox", name="Vink alles op deze pagina aan").check()
    expect(page.get_by_text(f"{LISTED} aangevinkt")).to_be_visible()
    done = page.get_by_role("button", name="Stap gedaan voor wie is aangevinkt")
    if page.get_by_label("Hoe hoorde de kandidaat ervan?").count():
        follow(done)  # forgotten: the page says so, and keeps the ticks
        expect(page.get_by_text(f"{LISTED} aangevinkt")).to_be_visible()
        page.get_by_label("Hoe hoorde de kandidaat ervan?").select_option("Folder")
    done.click()
    expect(page.get_by_role("status").first).to_contain_text(f"{LISTED} kandidaten")


def a_question_is_answered(page: Page, question: Locator) -> None:
    """The first answer that is offered, or something written; then until it is kept. What is answered already stays."""
    box = question.locator("input[type=text], input[type=date], textarea")
    if question.locator("input[name^=value_]:checked").count() or (box.count() and box.input_value()):
        return
    with page.expect_response(lambda answer: answer.url.endswith("/keep/")) as kept:
        choice = question.locator("input[type=radio], input[type=checkbox]").first
        if box.count():
            written = {"date": SOON.isoformat()}.get(box.get_attribute("type") or "", "Zwolle")
            box.fill("2" if box.get_attribute("inputmode") == "numeric" else written)
            box.blur()
        else:
            choice.check(force=True)
    assert kept.value.ok
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def a_part_is_answered(page: Page) -> None:
    """Each question, also those that an answer brings up."""
    answered: set[str] = set()
    while left := [key for key in page.locator("fieldset[id^=q-]").evaluate_all("all => all.map(e => e.id)") if key not in answered]:
        a_question_is_answered(page, page.locator(f"#{left[0]}"))
        answered.add(left[0])


def the_questionnaire_is_filled_in(page: Page, candidacy: UUID) -> None:
    a_form_is_begun(page, "Vragenlijst", "Screeningsvragenlijst")
    follow(page.get_by_role("button", name="Bewaren en verder"))  # nothing is answered yet: the page says so
    a_part_is_answered(page)
    page.goto("/")  # somebody comes in; the answers stay
    page.goto(f"/candidates/{candidacy}/questionnaires/")
    expect(page.get_by_text("6 van 43 vragen")).to_be_visible()
    follow(page.get_by_role("button", name="Verder Screeningsvragenlijst"))
    all_parts_are_answered(page)
    expect(page.get_by_text("vragen zijn voor het gesprek met de begeleider")).to_be_visible()
    expect(page.get_by_role("button", name="Vragenlijst afronden")).to_have_count(0)


def the_counsellor_judges(page: Page) -> None:
    """What the candidate told stands there; the counsellor adds the own part and finishes the form."""
    the_step_is_opened(page, "Gesprek met de begeleider")
    page.get_by_role("link", name="Vragenlijsten openen").click()
    follow(page.get_by_role("button", name="Verder Screeningsvragenlijst"))
    expect(page.get_by_role("heading", name="Voor de begeleider", level=1)).to_be_visible()
    the_rest_is_answered(page)
    expect(page.get_by_role("status").first).to_contain_text("De vragenlijst is afgerond")


def a_form_is_begun(page: Page, step: str, form: str) -> None:
    the_step_is_opened(page, step)
    page.get_by_role("button", name="Stap gedaan").click()
    expect(page.get_by_role("alert").first).to_contain_text(f"“{form}” is nog niet afgerond")
    page.get_by_role("link", name="Vragenlijsten openen").click()
    follow(page.get_by_role("button", name=f"Beginnen {form}"))


def the_rest_is_answered(page: Page) -> None:
    all_parts_are_answered(page)
    page.get_by_role("button", name="Vragenlijst afronden").click()


def all_parts_are_answered(page: Page) -> None:
    while page.get_by_role("button", name="Bewaren en verder").count():
        a_part_is_answered(page)
        follow(page.get_by_role("button", name="Bewaren en verder"))  # the next part, or the end


def a_short_form_is_filled_in(page: Page, step: str, form: str) -> None:
    a_form_is_begun(page, step, form)
    the_rest_is_answered(page)
    expect(page.get_by_role("status").first).to_contain_text("De vragenlijst is afgerond")


def a_talk_that_stopped_is_finished(page: Page, step: str, form: str) -> None:
    """Nothing was answered: one reason for everything, and the form is finished all the same."""
    a_form_is_begun(page, step, form)
    page.get_by_role("button", name="Bewaren en stoppen").click()
    page.get_by_role("link", name=f"Antwoorden bekijken {form}").click()
    page.get_by_text("Is het gesprek hier gestopt?").click()
    page.get_by_label("Niet gevraagd").check(force=True)
    page.get_by_role("button", name="Deze reden bij alle vragen bewaren").click()
    page.get_by_role("button", name="Vragenlijst afronden").click()
    expect(page.get_by_role("status").first).to_contain_text("De vragenlijst is afgerond")


def the_step_is_done(page: Page, title: str) -> None:
    """From the first page to the candidate's step, and done."""
    the_step_is_opened(page, title)
    page.get_by_role("button", name="Stap gedaan").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Gedaan: {title}")


def the_step_is_opened(page: Page, title: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=TASKS[title]).first.click()
    page.get_by_role("link", name="Piet Jansen").click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def the_lead_gives_him_a_counsellor(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Kandidaat zonder begeleider").click()
    page.get_by_role("checkbox", name="Piet Jansen").check(force=True)
    page.get_by_role("button", name="Deze begeleider geven").click()
    expect(page.get_by_role("alert").first).to_be_visible()  # nobody was chosen: said, and the tick is kept
    expect(page.get_by_role("checkbox", name="Piet Jansen")).to_be_checked()
    page.get_by_label("Welke begeleider?").select_option(label="Amir Said (begeleidt 0 mensen)")
    page.get_by_role("button", name="Deze begeleider geven").click()
    expect(page.get_by_role("status").first).to_contain_text("1 kandidaat heeft nu een begeleider")


def the_municipality_is_asked(page: Page) -> None:
    the_step_is_opened(page, "Toestemming van de gemeente")
    page.get_by_role("link", name="Gemeente vragen").click()
    page.get_by_label("Gemeente", exact=True).select_option("Zwolle (geen e-mailadres bekend)")
    expect(page.get_by_text("in de vragenlijst").first).to_be_visible()  # said yes to it there, so it is not asked again
    expect(page.get_by_label("De kandidaat vindt het goed")).to_have_count(0)
    page.get_by_role("button", name="Verzoek versturen").click()
    expect(page.get_by_role("status").first).to_be_visible()


def the_file_is_handed_over(page: Page, candidacy: UUID) -> None:
    page.goto(f"/candidates/{candidacy}/")
    page.get_by_role("button", name="Overdragen aan de uitvoerder").click()
    page.get_by_role("button", name="Overdragen", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Overgedragen aan de uitvoerder")
    tabs = page.get_by_role("navigation", name="Dit dossier").get_by_role("link")
    for address in [link.get_attribute("href") for link in tabs.all()]:
        answer = page.goto(address or "")
        assert answer is not None
        assert answer.ok, address  # every tab that is left opens


def contact_is_agreed(page: Page) -> None:
    the_step_is_opened(page, "Kennismaking")
    page.get_by_role("link", name="Afspreken hoe u contact houdt").click()
    page.get_by_label("Eigen telefoon").check(force=True)
    page.get_by_label("Nummer of adres").fill("06 12345678")
    page.get_by_role("button", name="Deze manier bewaren").click()
    expect(page.get_by_role("cell", name="06 12345678")).to_be_visible()
    page.get_by_role("link", name="Eerste afspraak plannen").click()
    page.get_by_label("Tijd").fill("10:00")
    page.get_by_label("Waar", exact=True).fill("Stadskantoor Zwolle")
    page.get_by_role("button", name="Afspraak plannen").click()
    expect(page.get_by_text("Stadskantoor Zwolle")).to_be_visible()


def the_contract_is_signed(page: Page) -> None:
    the_step_is_opened(page, "Contract getekend")
    page.get_by_role("link", name="Contract vastleggen").click()
    page.get_by_label("Basis").check(force=True)
    page.get_by_role("button", name="Contract vastleggen").click()
    expect(page.get_by_role("status").first).to_contain_text("Het contract is vastgelegd")


def they_meet_after_an_early_release(page: Page) -> None:
    """A start needs the release and a first appointment that was kept: the step says what is missing, and where it is recorded."""
    the_step_is_opened(page, "Gestart")
    follow(page.get_by_role("button", name="Stap gedaan"))
    expect(page.get_by_role("alert").first).to_contain_text("Niemand start vóór die dag")
    page.get_by_role("link", name="Was het eerder? Verbeter de datum").click()
    page.get_by_label("Nieuwe datum van vrijlating").fill(TODAY.isoformat())
    page.get_by_label("Casemanager").check(force=True)
    page.get_by_label("Eerder vrij").check(force=True)
    page.get_by_role("button", name="Nieuwe datum vastleggen").click()
    the_step_is_opened(page, "Gestart")
    page.get_by_role("link", name="Leg vast of die is geweest").click()
    page.get_by_role("link", name="Andere dag").click()
    page.get_by_label("Dag", exact=True).fill(TODAY.isoformat())
    page.get_by_role("button", name="Afspraak verzetten").click()
    page.get_by_role("button", name="Doorgegaan", exact=False).first.click()
    expect(page.get_by_role("status").first).to_contain_text("de afspraak is doorgegaan")


def the_municipality_says_yes(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Vraag om toestemming").click()
    page.get_by_role("link", name="Jansen").click()
    page.get_by_label("Ja", exact=True).check(force=True)
    page.get_by_role("button", name="Antwoord versturen").click()
    expect(page.get_by_role("status")).to_contain_text("Uw antwoord is verstuurd")


def started_in_the_funnel(page: Page) -> str:
    """How many started, as the lead reads it."""
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Trechter").first.click()
    expect(page.get_by_role("heading", name="Trechter", level=1)).to_be_visible()
    return page.locator(".big-number", has_text="Gestart").locator("dd").inner_text().split()[0]


def test_from_the_list_to_the_start(opens: Opens, cast: Cast) -> None:
    desk = opens(cast.coordinator, size="desk").new_page()
    the_list_is_taken_in(desk, cast)
    a_step_is_done_for_everybody(desk, "Gecontroleerd door de inrichting")
    a_step_is_done_for_everybody(desk, "Voorgelicht")
    piet = Candidacy.objects.get(identity__family_name="Jansen")
    phone = opens(cast.coordinator, size="phone").new_page()
    a_short_form_is_filled_in(phone, "Vragenlijst", "Toestemming om gegevens te delen")
    the_questionnaire_is_filled_in(phone, piet.pk)
    the_step_is_done(phone, "Vragenlijst")

    lead = opens(cast.lead, size="desk").new_page()
    the_lead_gives_him_a_counsellor(lead)
    counsellor = opens(cast.counsellor, size="phone").new_page()
    the_counsellor_judges(counsellor)
    the_step_is_done(counsellor, "Gesprek met de begeleider")

    the_municipality_is_asked(desk)
    the_municipality_says_yes(opens(cast.contact, size="phone").new_page())
    desk.goto(f"/candidates/{piet.pk}/permission/")
    expect(desk.get_by_text("Toestemming gegeven").first).to_be_visible()
    the_file_is_handed_over(desk, piet.pk)  # the yes was the prison's last step: the candidate is at the acquaintance

    a_talk_that_stopped_is_finished(counsellor, "Kennismaking", "Kennismaking en contactkaart")
    contact_is_agreed(counsellor)
    the_step_is_done(counsellor, "Kennismaking")
    the_contract_is_signed(counsellor)
    assert started_in_the_funnel(lead) == "0"
    they_meet_after_an_early_release(counsellor)
    the_step_is_done(counsellor, "Gestart")
    assert started_in_the_funnel(lead) == "1"
    piet.refresh_from_db()
    assert (piet.state, piet.track, piet.contract_on, piet.started_on) == ("started", "basic", TODAY, TODAY)
