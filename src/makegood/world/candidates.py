"""Everybody on the list, and who started from outside it: where, who, with which reason somebody did not start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from makegood.values.month import add_months
from makegood.world.background import Characteristics
from makegood.world.chance import hand_out, shares_of, stream
from makegood.world.names import name
from makegood.world.recruitment_plan import Municipality, RecruitmentPlan
from makegood.world.recruitment_words import SiteWords
from makegood.world.sites import site_of
from makegood.world.specification import Pool, Specification
from makegood.world.stays import Dates

OUTSIDE = ("offence_type", "not_in_prison_data")
"""The participant whom the prison service's data lack."""
_OLD = 66


@dataclass(frozen=True)
class Known:
    """A participant as the rest of the world has them."""

    person: str
    given_name: str
    family_name: str
    entry: Mapping[str, str]
    dates: Dates
    background: Characteristics


@dataclass
class Candidate:
    """Somebody on the way from list to start. Days that are not known yet are filled in by `procedure`."""

    site: str
    sex: str
    given_name: str
    family_name: str
    birth_date: date
    offence_type: str
    municipality: Municipality | None
    listed_on: date | None
    """None for whoever started from outside the list."""
    conviction: str = "first_instance_or_final"
    custody: str = "sentenced"
    citizen_service_number: str = "yes"
    residence_permit_prospect: str = "yes"
    prison_reason: str = ""
    provider_reason: str = ""
    participant: Known | None = None
    candidate: str = ""
    detention_days: int = 0
    released_on: date = date.max
    counsellor: str = ""
    channel: str = ""
    steps: dict[str, date] = field(default_factory=dict)
    """Step -> the day on which it was done."""
    left_at: str = ""
    left_on: date | None = None

    @property
    def selected(self) -> bool:
        """Whether the provider had this candidate on its own list."""
        return self.participant is not None or bool(self.provider_reason)

    @property
    def detained_from(self) -> date:
        """The first day of the sentence."""
        return self.released_on - timedelta(days=self.detention_days)


def candidates(known: Sequence[Known], plan: RecruitmentPlan, specification: Specification, *, seed: int) -> list[Candidate]:
    """Participants first, in their order, then everybody on the list who did not start; numbered along the list."""
    homes = _homes(known, plan, seed=seed)
    own = [_participant(someone, home, plan, seed=seed) for someone, home in zip(known, homes, strict=True)]
    others = list(_others(own, plan, specification, seed=seed))
    everybody = [*own, *others]
    ordered = sorted(
        everybody, key=lambda one: (one.listed_on is None, one.listed_on or date.max, one.site, one.family_name, one.given_name)
    )
    for number, one in enumerate(ordered, start=1):
        one.candidate = f"K{number:04}"
    return everybody


def months_of(site: SiteWords, plan: RecruitmentPlan) -> list[date]:
    """The months whose list a site receives: from the one before it recruits until it stops."""
    first = max(plan.words.first_list, add_months(site.from_.replace(day=1), -1))
    last = plan.words.last_list if site.until is None else min(plan.words.last_list, add_months(site.until.replace(day=1), -1))
    return [month for ahead in range(120) if (month := add_months(first, ahead)) <= last]


def _participant(known: Known, home: Municipality, plan: RecruitmentPlan, *, seed: int) -> Candidate:
    rng = stream(seed, f"candidate/{known.person}")
    site = site_of(known.entry, plan.words)
    age, index = known.background.age, known.dates.index_date
    return Candidate(
        site=site,
        sex=known.background.sex,
        given_name=known.given_name,
        family_name=known.family_name,
        birth_date=_born(age, index, rng=rng),
        offence_type=known.background.offence_type,
        municipality=home,
        listed_on=None if known.entry[OUTSIDE[0]] == OUTSIDE[1] else _listed(known, plan.words.sites[site], plan, rng=rng),
        custody=_custody(rng),
        participant=known,
        detention_days=known.background.detention_days,
        released_on=index - timedelta(days=1),
    )


def _listed(known: Known, site: SiteWords, plan: RecruitmentPlan, *, rng: Random) -> date:
    """The list of the month in which there was time enough before the questionnaire, or of the month before it."""
    began = known.dates.index_date - timedelta(days=1 + known.background.detention_days)
    latest = known.dates.engaged_on.replace(day=1)
    if (known.dates.engaged_on - latest).days < 3:
        latest = add_months(latest, -1)
    earlier = add_months(latest, -1)
    months = months_of(site, plan)
    if rng.random() < 0.3 and earlier in months and earlier > began:
        return earlier
    return max(latest, months[0])


def _others(own: Sequence[Candidate], plan: RecruitmentPlan, specification: Specification, *, seed: int) -> Iterator[Candidate]:
    """Everybody on the list who did not start. Reasons and sites have their counts; which goes with which is chance."""
    rng = stream(seed, "candidates")
    words, pool = plan.words, specification.background.pool
    started: dict[str, int] = {}
    for one in own:
        if one.listed_on is not None:
            started[one.site] = started.get(one.site, 0) + 1
    sites = [name for name, site in words.sites.items() for _ in range(site.listed - started.get(name, 0))]
    rng.shuffle(sites)
    reasons = [("", reason) for reason, people in plan.beside().items() for _ in range(people)]
    reasons += [(pair.provider, pair.prison_service) for pair in words.pairs for _ in range(pair.people)]
    rng.shuffle(reasons)
    months = {name: _spread(months_of(site, plan), sites.count(name), rng=rng) for name, site in words.sites.items()}
    offences = hand_out(len(reasons), pool.offence_type, rng=rng)
    near = [home for home in plan.municipalities if not home.far]
    for number, (site, (provider, prison)) in enumerate(zip(sites, reasons, strict=True)):
        sex = "female" if words.sites[site].women else "male"
        given, family = name(seed, 10_000 + number, sex=sex)
        listed_on = _taken(months[site], before=words.last_list if provider else date.max)
        yield Candidate(
            site=site,
            sex=sex,
            given_name=given,
            family_name=family,
            birth_date=_born(_OLD + rng.randint(0, 6) if prison == "age_over_65" else _age(pool, rng=rng), listed_on, rng=rng),
            offence_type=offences[number],
            municipality=_home(prison, plan, near, rng=rng),
            listed_on=listed_on,
            custody=_custody(rng),
            citizen_service_number="no" if prison == "no_citizen_service_number" else "yes",
            residence_permit_prospect="no" if prison.startswith("no_address") and rng.random() < 0.4 else "yes",
            prison_reason=prison,
            provider_reason=provider,
        )


def _spread(months: Sequence[date], people: int, *, rng: Random) -> list[date]:
    """As many people on each list of a site as on another, the rest where chance has it."""
    counts = shares_of(people, {month: 0.5 + rng.random() for month in months})
    found = [month for month, count in counts.items() for _ in range(count)]
    rng.shuffle(found)
    return found


def _taken(months: list[date], *, before: date) -> date:
    """A list of the site; whoever was selected was not on the last one, for which little time was left."""
    place = next((place for place, month in enumerate(months) if month < before), 0)
    return months.pop(place)


def _homes(known: Sequence[Known], plan: RecruitmentPlan, *, seed: int) -> list[Municipality]:
    """A municipality for each participant: the named ones as published, all others but one at least once."""
    rng = stream(seed, "homes")
    by_code = {home.code: home for home in plan.municipalities if home.code}
    others = [home for home in plan.municipalities if not home.code and not home.far]
    elsewhere = [place for place, someone in enumerate(known) if someone.entry["municipality"] not in by_code]
    chosen = rng.sample(others, min(len(others) - 1, len(elsewhere)))
    chosen += rng.choices(chosen, weights=[home.weight for home in chosen], k=len(elsewhere) - len(chosen))
    rng.shuffle(chosen)
    homes = dict(zip(elsewhere, chosen, strict=True))
    return [homes[place] if place in homes else by_code[someone.entry["municipality"]] for place, someone in enumerate(known)]


def _home(prison: str, plan: RecruitmentPlan, near: Sequence[Municipality], *, rng: Random) -> Municipality | None:
    """Where somebody will live: far away or nowhere where the reason says so, in Amsterdam for its own list of offenders."""
    if prison == "municipality_out_of_range":
        return rng.choice([home for home in plan.municipalities if home.far])
    if prison == "top600_habitual_offender":
        return next(home for home in plan.municipalities if home.code == "amsterdam")
    if prison.startswith("no_address") or rng.random() < 0.05:
        return None
    return rng.choices(near, weights=[home.weight for home in near])[0]


def _custody(rng: Random) -> str:
    return "arrestee" if rng.random() < 0.25 else "sentenced"


def _age(pool: Pool, *, rng: Random) -> int:
    """Most prisoners are young men; participants were older (lines 2649-2651)."""
    return int(rng.triangular(pool.ages.least, pool.ages.most + 1, pool.ages.least + 7))


def _born(age: int, on: date, *, rng: Random) -> date:
    """A birth date with which somebody has this age on a day."""
    return add_months(on, -12 * age) - timedelta(days=rng.randint(0, 360))
