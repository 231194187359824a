"""Taking a programme file into the register: append-only, under its SHA-256, never orphaning a code that is in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.db import transaction

from makegood.instrument.stored import as_plain
from makegood.instrument.xlsform import read_xlsform
from makegood.programme.checking import check_terms
from makegood.programme.delivery import Delivery
from makegood.programme.reading import Agreement, find_programme, read_agreement
from makegood.values.problem import Problem, Refused, Where
from makegood_portal.ledger import audit, terms
from makegood_portal.ledger.models import (
    Answer,
    Candidacy,
    ContactMoment,
    ContactRoute,
    Contract,
    EligibilityOverride,
    Organisation,
    ParallelHelp,
    Party,
    Programme,
    ProgrammeVersion,
    Questionnaire,
    SelectionEvent,
)
from makegood_portal.ledger.models.contract import WITH_EXIT
from makegood_portal.ledger.scope import Scope


@transaction.atomic
def load_programme(reference: str, *, by: Scope, on: date, why: str = "") -> Programme:
    """Take the file of a programme in: its text, its sites as organisations, its instruments. The operator's act, as the owner.

    `reference` is a path or the name of a programme that ships. Loading the same text again changes nothing. Raises
    Refused with every problem of the file, of its instruments, and of codes that records still use.
    """
    path = find_programme(reference)
    agreement = read_agreement(reference, check=check_terms)
    programme_terms = agreement.on(on).programme
    where = Where(agreement.text.file)
    if programme_terms.delivery is None:
        what, remedy = "this programme has no `delivery` part", "add how people come to take part"
        raise Refused([Problem(where, "no_delivery", what, "The register would not know its steps", remedy)])
    programme = Programme.objects.filter(code=programme_terms.programme).first()
    if programme is not None:
        problems = list(orphans(programme.pk, agreement, where))
        if problems:
            raise Refused(problems)
    else:
        programme = Programme.objects.create(code=programme_terms.programme, name=programme_terms.title.nl or programme_terms.title.en)
    if not ProgrammeVersion.objects.filter(programme=programme, sha256=agreement.sha256).exists():
        ProgrammeVersion.objects.create(
            programme=programme, sha256=agreement.sha256, text=path.read_text(encoding="utf-8"), in_force_from=on, why=why
        )
    _take_in_sites(programme, programme_terms.delivery)
    taken = _take_in_instruments(programme, programme_terms.delivery, path.parent)
    audit.record(by, "load_programme", facts={"sha256": agreement.sha256, "instruments": taken})
    return programme


def _take_in_sites(programme: Programme, delivery: Delivery) -> None:
    kind = delivery.recruits_from.organisation
    for code, site in delivery.recruits_from.sites.items():
        if Party.objects.filter(programme=programme, site=code).exists():
            continue
        organisation, _ = Organisation.objects.get_or_create(kind=kind, name=site.title.nl or site.title.en)
        Party.objects.create(programme=programme, organisation=organisation, site=code, from_on=site.from_)


def _take_in_instruments(programme: Programme, delivery: Delivery, folder: Path) -> dict[str, str]:
    taken: dict[str, str] = {}
    problems: list[Problem] = []
    for code, instrument in delivery.instruments.items():
        try:
            content = (folder / instrument.file).read_bytes()
            form = read_xlsform(content, name=instrument.file)
        except OSError:
            problems.append(
                Problem(Where(str(folder / instrument.file)), "no_such_file", "there is no such file", "", "put the form there")
            )
            continue
        except Refused as refused:
            problems += refused.problems
            continue
        taken[code] = sha256(content).hexdigest()
        Questionnaire.objects.get_or_create(
            programme=programme, code=code, sha256=taken[code], defaults={"title": form.title, "definition": as_plain(form)}
        )
    if problems:
        raise Refused(problems)
    return taken


def orphans(programme: UUID, agreement: Agreement, where: Where) -> Iterator[Problem]:
    """Codes that records use and no version of the new text knows: a code retires, it never vanishes."""
    known = [here.delivery for day in agreement.versions() if (here := agreement.on(day).programme).delivery is not None]
    candidacies = Candidacy.objects.filter(programme=programme)
    of = {"candidacy__programme": programme}
    events = SelectionEvent.objects.filter(**of)
    used: dict[str, set[str]] = {
        "steps": {*candidacies.values_list("step", flat=True).distinct(), *events.values_list("step", flat=True).distinct()},
        "reasons": {reason for reason in events.values_list("reason", flat=True).distinct() if reason},
        "tracks": {
            *(track for track in candidacies.values_list("track", flat=True).distinct() if track),
            *Contract.objects.filter(**of).values_list("track", flat=True).distinct(),
        },
        "channels": {channel for channel in candidacies.values_list("channel", flat=True).distinct() if channel},
        "contact/routes": set(ContactRoute.objects.filter(**of).values_list("kind", flat=True).distinct()),
        "contact_kinds": set(ContactMoment.objects.filter(**of).order_by().values_list("kind", flat=True).distinct()),
        "other_help": set(ParallelHelp.objects.filter(**of).order_by().values_list("kind", flat=True).distinct()),
        "override_reasons": set(EligibilityOverride.objects.filter(**of).values_list("reason", flat=True).distinct()),
        "contract_withdrawals": set(
            Contract.objects.filter(**of)
            .exclude(withdrawn_reason__in=["", WITH_EXIT])
            .values_list("withdrawn_reason", flat=True)
            .distinct()
        ),
        "items": set(Answer.objects.filter(**of, item__in=_items_of(programme)).values_list("item", flat=True).distinct()),
    }
    codes: dict[str, set[str]] = {
        "steps": {code for delivery in known for code in delivery.steps},
        "reasons": {code for delivery in known for reasons in delivery.reasons.values() for code in reasons.reasons},
        "tracks": {code for delivery in known for code in delivery.tracks},
        "channels": {code for delivery in known for code in delivery.channels},
        "contact/routes": {code for delivery in known if delivery.contact for code in delivery.contact.routes},
        "contact_kinds": {code for delivery in known for code in delivery.contact_kinds},
        "other_help": {code for delivery in known for code in delivery.other_help},
        "override_reasons": {code for delivery in known for code in delivery.override_reasons},
        "contract_withdrawals": {code for delivery in known for code in delivery.contract_withdrawals},
        "items": {code for delivery in known for code in delivery.items},
    }
    for part, words in used.items():
        for word in sorted(words - codes[part]):
            what, why = f"'{word}' is not among its {part}, and records use it", "Nobody could read those records any more"
            remedy = f"put '{word}' back, with `retired_on` where it is no longer in use"
            yield Problem(Where(where.file, 0, f"delivery/{part}/{word}"), "orphaned_code", what, why, remedy)


def _items_of(programme: UUID) -> set[str]:
    """Items that criteria of the terms as loaded last look at; questions that are no item of theirs may come and go."""
    try:
        agreement = terms.agreement_of(programme)
    except terms.NoTermsError:
        return set()
    known = [agreement.on(day).programme.delivery for day in agreement.versions()]
    return {code for delivery in known if delivery is not None for code in delivery.items}
