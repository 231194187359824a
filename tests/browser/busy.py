"""Much to do, with the longest words that happen: what fills each badge and cell of the pages, so that a narrow screen shows it."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from makegood_portal.ledger import history, terms
from makegood_portal.ledger.models import (
    Candidacy,
    GrossListImport,
    LocalProgramme,
    MunicipalityDetails,
    Organisation,
    Party,
    PermissionRequest,
    User,
)
from makegood_portal.ledger.queries import permissions
from makegood_portal.ledger.scope import scope_of_system, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, a_candidacy, a_consent, an_event, an_organisation

PRISON = "Penitentiaire inrichting Krimpen aan den IJssel"
TOWNS = ("Krimpen aan den IJssel", "Hendrik-Ido-Ambacht", "Noordwijkerhout-Lissebroek")
NAMES = ("Van Hoogstraten-Wijkhuizen", "Wolfeschlegelsteinhausen", "Bint Abdelmoutalib el Khattabi")


def make_busy(side: Side) -> None:
    """People in every step, some late, some asked about, in two prisons and with municipalities of long names."""
    today = timezone.localdate()
    towns = [an_organisation(Kind.MUNICIPALITY, name=name) for name in TOWNS]
    for number, town in enumerate(towns):
        MunicipalityDetails.objects.create(municipality=town, cbs_code=f"99{number:02}", cbs_year=2026, answers_within_days=14)
        LocalProgramme.objects.create(
            municipality=town, name="Werk en Inkomen voor Iedereen", for_whom="Iedereen met een uitkering", excludes=True,
            from_on=date(2020, 1, 1),
        )  # fmt: skip
    second = an_organisation(Kind.PRISON, name="Penitentiair complex Heerhugowaard-Zuyder Bos")
    Party.objects.create(programme=side.programme, organisation=second)
    Organisation.objects.filter(pk=side.at(Kind.PRISON).pk).update(name=PRISON)
    User.objects.filter(pk=side.users[Role.COUNSELLOR].pk).update(name="Wilhelmina van Hoogstraten-Wijkhuizen")
    for step in terms.delivery_on(side.programme.pk, today).order:
        for place, name in enumerate(NAMES):
            candidacy = a_candidacy(
                name=name, identity={"given_names": "Maximiliaan Theodoor"}, programme=side.programme, municipality=towns[place],
                prison=second if place == 1 else side.at(Kind.PRISON), provider=side.at(Kind.PROVIDER),
                counsellor=None if place == 2 else side.users[Role.COUNSELLOR], probation=side.at(Kind.PROBATION),
                probation_officer=side.users[Role.PROBATION_OFFICER], step=step,
                step_due_on=today + timedelta(days=20 * place - 20), release_on=today + timedelta(days=15 + 20 * place),
            )  # fmt: skip
            an_event(candidacy)
            a_consent(candidacy, side.at(Kind.PROBATION), "supervision")
            a_consent(candidacy, side.at(Kind.AGENCY), "work")
            if step in ("permission_asked", "acquaintance"):
                _asked(candidacy, towns[place], place, today)
                _asked(candidacy, side.at(Kind.MUNICIPALITY), place, today)
    for number, state in enumerate(("mapping", "preview", "running", "done")):
        GrossListImport.objects.create(
            programme=side.programme, prison=side.at(Kind.PRISON), month=date(2026, 4 + number, 1), sha256=f"{number}" * 64, state=state,
            file_name="maandelijkse_brutolijst_gedetineerden_krimpen_aan_den_ijssel.xlsx", by=side.users[Role.COORDINATOR],
            counts={"rows": 12_345, "new": 1_234, "refused": 1_234},
        )  # fmt: skip


def _asked(candidacy: Candidacy, town: Organisation, place: int, today: date) -> None:
    """One that waits until a day with a long name, one that is late, and one that said no or yes, but."""
    a_consent(candidacy, town)
    with scoped(scope := scope_of_system("world", everywhere={Role.LEAD: [candidacy.provider_id]})):  # type: ignore[list-item]
        says = history.seal(candidacy.person_id, permissions.says(scope, candidacy))
    september = date(today.year + (today.month >= 9), 9, 30)
    more = (
        {"state": "asked", "deadline_on": september},
        {"state": "asked", "deadline_on": today - timedelta(days=3)},
        {
            "state": "granted_with_conditions" if candidacy.step == "acquaintance" else "refused", "deadline_on": today,
            "answered_on": today, "conditions": "Alleen als de bijstandsuitkering doorloopt" if candidacy.step == "acquaintance" else "",
        },
    )[place]  # fmt: skip
    PermissionRequest.objects.create(
        candidacy=candidacy, municipality=town, asked_on=today - timedelta(days=20), says=says, parallel=True, **more
    )
