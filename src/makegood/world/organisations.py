"""Who is around: prisons, municipalities, provider, funders, with staff and contact persons who do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from makegood.world.chance import stream
from makegood.world.names import name
from makegood.world.recruitment_plan import RecruitmentPlan

CBS_YEAR = 2017


@dataclass(frozen=True)
class Organisation:
    """An organisation; a municipality has the code of the statistics office and the year of that code."""

    organisation: str
    kind: str
    name: str
    cbs_code: str = ""
    note: str = ""


@dataclass(frozen=True)
class Member:
    """Somebody who acts in a role. `checked_on` is the last day on which somebody looked whether it is still so."""

    staff: str
    organisation: str
    role: str
    given_name: str
    family_name: str
    email: str
    telephone: str
    checked_on: date | None = None


def organisations(plan: RecruitmentPlan) -> list[Organisation]:
    """Everybody in the trade; names of prisons are those of the programme file."""
    return [
        Organisation("head_office", "prison_service", "Dienst Justitiële Inrichtingen"),
        *(Organisation(site, "prison", words.name) for site, words in plan.words.sites.items()),
        Organisation("work_wise_direct", "provider", "Work-Wise Direct"),
        *(
            Organisation(f"municipality_{home.cbs_code}", "municipality", home.name, home.cbs_code, home.note)
            for home in plan.municipalities
        ),
        Organisation("probation", "probation", "Reclassering"),
        Organisation("agency", "agency", "Uitzendbureau Voorbeeldkracht"),
        Organisation("start_foundation", "investor", "Start Foundation"),
        Organisation("abn_amro_social_impact_fund", "investor", "ABN AMRO Social Impact Fonds"),
        Organisation("oranjefonds", "investor", "Oranjefonds"),
        Organisation("ministry", "outcome_payer", "Ministerie van Justitie en Veiligheid"),
        Organisation("panteia", "evaluator", "Panteia"),
    ]


def staff(plan: RecruitmentPlan, *, seed: int) -> Iterator[Member]:
    """One coordinator a prison, the counsellors and their lead, one person of head office and one of probation."""
    roles = [("head_office", "head_office", "head_office")]
    roles += [(f"coordinator_{site}", site, "coordinator") for site in plan.words.sites]
    roles += [(f"counsellor_{number}", "work_wise_direct", "counsellor") for number in range(1, plan.words.staff.counsellors + 1)]
    roles += [
        ("lead", "work_wise_direct", "lead"),
        ("probation_officer", "probation", "probation_officer"),
        ("agency", "agency", "agency_contact"),
    ]
    for number, (code, organisation, role) in enumerate(roles):
        yield _member(code, organisation, role, number=20_000 + number, seed=seed)


def contacts(plan: RecruitmentPlan, *, seed: int) -> Iterator[Member]:
    """Contact persons of municipalities. Of small ones they are hard to find (lines 2019-2022), so some have none."""
    rng = stream(seed, "contacts")
    for number, home in enumerate(plan.municipalities):
        if not home.code and rng.random() < 0.2:
            continue
        organisation = f"municipality_{home.cbs_code}"
        checked_on = date(2016, 3, 1) + timedelta(days=rng.randint(0, 480))
        yield _member(
            f"contact_{home.cbs_code}", organisation, "municipal_contact", number=30_000 + number, seed=seed, checked_on=checked_on
        )


def _member(code: str, organisation: str, role: str, *, number: int, seed: int, checked_on: date | None = None) -> Member:
    sex = stream(seed, f"staff/{code}").choice(("male", "female"))
    given, family = name(seed, number, sex=sex)
    address = f"{given}.{family}@{organisation.replace('_', '-')}.example".lower()
    # Numbers that are nobody's: the range 0900-0000 is not given out.
    return Member(code, organisation, role, given, family, address, f"0900-0000{number % 1000:03}", checked_on)
