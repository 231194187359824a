"""The terms of a programme as they stand in the register: its newest version, read once a process, asked on a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial
from typing import Protocol, TypeVar
from uuid import UUID

from django.utils.translation import get_language

from makegood.instrument.questionnaire import Questionnaire
from makegood.instrument.stored import from_plain
from makegood.programme.checking import check_terms
from makegood.programme.delivery import Delivery
from makegood.programme.reading import Agreement, agreement_from
from makegood.programme.root import Programme
from makegood.programme.term import InTwoLanguages
from makegood.programme.yaml_text import parse_yaml_text
from makegood_portal.ledger.models import ProgrammeVersion
from makegood_portal.ledger.models import Questionnaire as StoredQuestionnaire
from makegood_portal.ledger.scope import known
from makegood_portal.ledger.words import Role


class Coded(Protocol):
    """A term that is chosen by its code: it has words, and may retire."""

    @property
    def title(self) -> InTwoLanguages:
        """What people call it."""

    @property
    def retired_on(self) -> date | None:
        """From this day it cannot be chosen."""


C = TypeVar("C", bound=Coded)


class NoTermsError(LookupError):
    """A programme without a loaded file, or a file without a delivery part: an operator's mistake."""


def steps_with_head_office(agreement: Agreement) -> list[str]:
    """The steps in which the head office acts under any of the terms, and the one after: until that is done it can be undone."""
    found: set[str] = set()
    for day in agreement.versions():
        delivery = agreement.on(day).programme.delivery
        for place, step in enumerate(delivery.order if delivery else ()):
            if delivery and Role.HEAD_OFFICE in delivery.steps[step].acts:
                found |= {*delivery.order[place : place + 2]}
    return sorted(found)


def agreement_of(programme: UUID) -> Agreement:
    """The agreement as loaded last. One query; the text is read once a process."""
    versions = ProgrammeVersion.objects.filter(programme=programme).order_by("-recorded_at").values_list("sha256", flat=True)
    newest = known(("newest terms", programme), versions.first)
    if newest is None:
        raise NoTermsError(f"no terms are loaded for programme {programme}: makegood db load")
    return agreement_under(programme, newest)


def agreement_under(programme: UUID, sha256: str) -> Agreement:
    """The agreement as one version says it."""
    if sha256 not in _READ:
        text = ProgrammeVersion.objects.filter(programme=programme, sha256=sha256).values_list("text", flat=True).get()
        _READ[sha256] = agreement_from(parse_yaml_text(text.encode(), file=f"terms {sha256[:12]}"), check=check_terms)
    return _READ[sha256]


_READ: dict[str, Agreement] = {}
"""SHA-256 -> agreement: a text never changes, so a process reads it once."""


def programme_on(programme: UUID, day: date) -> Programme:
    """The programme under the terms in force on a day."""
    return agreement_of(programme).on(day).programme


def delivery_on(programme: UUID, day: date) -> Delivery:
    """How the programme is delivered under the terms in force on a day."""
    found = programme_on(programme, day).delivery
    if found is None:
        raise NoTermsError(f"the terms of programme {programme} have no delivery part")
    return found


def deliveries_on(programmes: Collection[UUID], day: date) -> dict[UUID, Delivery]:
    """Programme -> how it is delivered, of those whose terms are loaded. One query, however many programmes."""
    found: dict[UUID, Delivery] = {}
    wanted = sorted(set(programmes))
    if len(wanted) > 1:
        _look_up_together(wanted)
    for programme in wanted:
        with suppress(NoTermsError):
            found[programme] = delivery_on(programme, day)
    return found


def title_on(programme: UUID, day: date, *, else_: str) -> str:
    """What a programme is called in the language of the page; `else_` where no terms are loaded that say it."""
    try:
        return said(programme_on(programme, day).title)
    except NoTermsError:
        return else_


def title_in_both(programme: UUID, day: date, *, else_: str) -> dict[str, str]:
    """What a programme is called, by language: for words that are kept, and read by who speaks the other one."""
    try:
        title = programme_on(programme, day).title
    except NoTermsError:
        return {"en": else_}
    return {language: said(title, language) for language in ("en", "nl")}


def programme_titles(names: Mapping[UUID, str], day: date) -> dict[UUID, str]:
    """Programme -> what it is called in the language of the page. `names`: programme -> what to say where no terms are loaded.

    One query, however many programmes.
    """
    if len(names) > 1:
        _look_up_together(sorted(names))
    return {programme: title_on(programme, day, else_=name) for programme, name in names.items()}


def _look_up_together(programmes: Sequence[UUID]) -> None:
    """The newest version of each of these programmes is known until the block ends."""
    versions = ProgrammeVersion.objects.filter(programme__in=programmes).order_by("programme", "-recorded_at").distinct("programme")
    newest = known(("newest terms", *programmes), lambda: dict(versions.values_list("programme", "sha256")))
    for programme in programmes:
        known(("newest terms", programme), partial(newest.get, programme))


def step_titles(programmes: Collection[UUID], day: date) -> dict[tuple[UUID, str], str]:
    """(programme, step) -> what people call it, for the programmes whose terms are loaded; two queries at most a programme."""
    return {
        (programme, name): said(step.title)
        for programme, delivery in deliveries_on(programmes, day).items()
        for name, step in delivery.steps.items()
    }


def reason_titles(programme: UUID, day: date) -> dict[tuple[str, str], str]:
    """(list, code) -> what people call a reason; codes that retired are still known."""
    return {
        (name, code): said(reason.title)
        for delivery in deliveries_on({programme}, day).values()
        for name, listing in delivery.reasons.items()
        for code, reason in listing.reasons.items()
    }


def in_use(codes: Mapping[str, C], on: date) -> dict[str, C]:
    """The codes that may be chosen on a day: those that have not retired."""
    return {code: one for code, one in codes.items() if one.retired_on is None or on < one.retired_on}


def titles(codes: Mapping[str, C]) -> dict[str, str]:
    """Code -> what people call it; those that retired too, since old records keep them."""
    return {code: said(one.title) for code, one in codes.items()}


def questionnaires_of(programme: UUID, codes: Collection[str] = ()) -> dict[str, tuple[UUID, Questionnaire]]:
    """Instrument -> (key, questionnaire) of the newest version of each. One query."""
    rows = StoredQuestionnaire.objects.filter(programme=programme).order_by("recorded_at")
    rows = rows.filter(code__in=codes) if codes else rows
    return {code: (key, questionnaire(key)) for code, key in rows.values_list("code", "id")}


@lru_cache(maxsize=64)
def questionnaire(key: UUID) -> Questionnaire:
    """A version of an instrument: it never changes, so it is read once a process."""
    return from_plain(StoredQuestionnaire.objects.values_list("definition", flat=True).get(pk=key))


def title_of_form(programme: UUID, code: str, form: Questionnaire, day: date) -> str:
    """What people call a questionnaire, in the language of the page; what the programme file does not name, as its own sheet does."""
    delivery = deliveries_on({programme}, day).get(programme)
    if delivery is not None and code in delivery.instruments:
        return said(delivery.instruments[code].title)
    return form.sections.get(code, {}).get((get_language() or "en")[:2]) or form.title


def said(words: InTwoLanguages | None, language: str = "") -> str:
    """Words of the programme file in the language of the page."""
    if words is None:
        return ""
    return (words.nl or words.en) if (language or get_language() or "en").startswith("nl") else words.en
