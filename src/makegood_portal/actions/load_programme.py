"""Taking a programme file into the register: append-only, under its SHA-256, never orphaning a code that is in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from makegood.instrument.questionnaire import Questionnaire as Form
from makegood.instrument.stored import as_plain
from makegood.instrument.xlsform import read_xlsform
from makegood.programme.checking import check_terms
from makegood.programme.delivery import Delivery
from makegood.programme.delivery_steps import Instrument
from makegood.programme.reading import Agreement, find_programme, read_agreement
from makegood.values.problem import Problem, Refused, Where, nearest
from makegood_portal.ledger import audit, terms
from makegood_portal.ledger.access import CLOSED_TO
from makegood_portal.ledger.models import (
    Answer,
    AnswerStatus,
    Candidacy,
    ContactMoment,
    ContactRoute,
    Contract,
    Coordination,
    EligibilityOverride,
    Organisation,
    ParallelHelp,
    Party,
    Programme,
    ProgrammeVersion,
    Questionnaire,
    ReleaseDate,
    SelectionEvent,
    UsualCare,
)
from makegood_portal.ledger.models.contract import WITH_EXIT
from makegood_portal.ledger.models.release_date import FROM_A_LIST
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
    programme.with_head_office = terms.steps_with_head_office(agreement)
    programme.save(update_fields=["with_head_office"])
    _take_in_sites(programme, programme_terms.delivery)
    taken = _take_in_instruments(programme, programme_terms.delivery, path.parent)
    closed = _close_as_said(programme, programme_terms.delivery)
    audit.record(by, "load_programme", facts={"sha256": agreement.sha256, "instruments": taken, **closed})
    return programme


def _close_as_said(programme: Programme, delivery: Delivery) -> dict[str, int]:
    """Whoever said no before the file said to whom that closes theirs: column -> how many files are closed by it now."""
    closed: dict[str, int] = {}
    for who, column in CLOSED_TO.items():
        items = [item for one in delivery.instruments.values() for item, to in one.objections.items() if to == who]
        noes = Answer.objects.filter(candidacy=OuterRef("pk"), item__in=items, status=AnswerStatus.GIVEN, value="no")
        rows = Candidacy.objects.filter(Exists(noes), programme=programme, **{column: False})
        rows = rows.filter(handed_over_on=None) if who == "provider" else rows
        number = rows.update(**{column: True}) if items else 0
        closed |= {column: number} if number else {}
    return closed


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
    questions: dict[str, set[str]] = {}
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
        questions[code] = {item.name for item in form.items}
        problems += _not_carried_over(delivery, instrument, form, str(folder / instrument.file))
        for item in form.items:
            if item.name in delivery.measured_elsewhere:
                where, what = (
                    Where(str(folder / instrument.file), path=item.name),
                    f"'{item.name}' is measured elsewhere, and this form asks it",
                )
                remedy = "take the question out of the form, or the name out of `measured_elsewhere`"
                problems.append(Problem(where, "asked_and_measured_elsewhere", what, "It would be half filled in", remedy))
        taken[code] = sha256(content).hexdigest()
        Questionnaire.objects.get_or_create(
            programme=programme, code=code, sha256=taken[code], defaults={"title": form.title, "definition": as_plain(form)}
        )
    problems += _not_asked(delivery, questions, str(folder))
    if problems:
        raise Refused(problems)
    return taken


def _not_carried_over(delivery: Delivery, instrument: Instrument, form: Form, file: str) -> Iterator[Problem]:
    """Answers about contact that could not be offered where it is kept: no way that the terms know, or no day."""
    routes = form.item(instrument.contact_routes or "")
    known = delivery.contact.routes if delivery.contact else {}
    for choice in routes.choices if routes else ():
        if choice.code not in known:
            what, why = f"'{choice.code}' is no way to keep contact of this programme", "It could not be kept when it is chosen"
            yield Problem(Where(file, path=f"{instrument.contact_routes}"), "no_such_route", what, why, nearest(choice.code, known))
    first = form.item(instrument.first_appointment or "")
    if first is not None and first.kind != "date":
        what, why = f"'{first.name}' asks no date", "The day of the first appointment would never be found"
        yield Problem(Where(file, path=first.name), "no_date", what, why, "make it a question of type date")


def _not_asked(delivery: Delivery, questions: Mapping[str, set[str]], folder: str) -> Iterator[Problem]:
    """Questions that the terms name and the forms, as far as they could be read (code -> names), do not ask."""
    named = [
        (f"instruments/{code}/{key}", name, questions[code])
        for code, one in delivery.instruments.items()
        for key, names in (
            ("consents", one.consents),
            ("consents_until", [one.consents_until]),
            ("objections", one.objections),
            ("contact_routes", [one.contact_routes]),
            ("first_appointment", [one.first_appointment]),
        )
        for name in names
        if code in questions
    ]
    asked = {name for names in questions.values() for name in names}
    named += [(f"permissions/{code}/named_in", one.named_in, asked) for code, one in delivery.permissions.items()]
    for path, name, known in named:
        if name is not None and name not in known:
            what, why = f"no form asks '{name}' here", "Its answer would never be found"
            yield Problem(Where(folder, path=f"delivery/{path}"), "no_such_question", what, why, nearest(name, known))


def orphans(programme: UUID, agreement: Agreement, where: Where) -> Iterator[Problem]:
    """Codes that records use and no version of the new text knows: a code retires, it never vanishes."""
    known = [here.delivery for day in agreement.versions() if (here := agreement.on(day).programme).delivery is not None]
    codes = _named(known)
    for part, words in _used(programme).items():
        for word in sorted(words - codes[part]):
            what, why = f"'{word}' is not among its {part}, and records use it", "Nobody could read those records any more"
            remedy = f"put '{word}' back, with `retired_on` where it is no longer in use"
            yield Problem(Where(where.file, 0, f"delivery/{part}/{word}"), "orphaned_code", what, why, remedy)


def _used(programme: UUID) -> dict[str, set[str]]:
    """Part of the delivery -> the codes of it that records of the programme use."""
    of = {"candidacy__programme": programme}
    candidacies, events = Candidacy.objects.filter(programme=programme), SelectionEvent.objects.filter(**of)
    coordinated, dates = Coordination.objects.filter(**of), ReleaseDate.objects.filter(**of)
    care = UsualCare.objects.filter(programme=programme)
    return {
        "steps": _stand(candidacies, "step") | _stand(events, "step"),
        "reasons": _stand(events, "reason"),
        "tracks": _stand(candidacies, "track") | _stand(Contract.objects.filter(**of), "track"),
        "channels": _stand(candidacies, "channel"),
        "contact/routes": _stand(ContactRoute.objects.filter(**of), "kind"),
        "contact_kinds": _stand(ContactMoment.objects.filter(**of), "kind"),
        "other_help": _stand(ParallelHelp.objects.filter(**of), "kind"),
        "override_reasons": _stand(EligibilityOverride.objects.filter(**of), "reason"),
        "contract_withdrawals": _stand(Contract.objects.filter(**of), "withdrawn_reason", WITH_EXIT),
        "coordination/statuses": _stand(coordinated, "status"),
        "coordination/with_roles": _stand(coordinated, "with_role"),
        "usual_care/kinds": {kind for kinds in care.values_list("kinds", flat=True) for kind in kinds},
        "usual_care/sources": _stand(care, "source"),
        "end_date/sources": _stand(dates, "source", FROM_A_LIST),
        "end_date/corrections": _stand(dates, "reason"),
        "items": _stand(Answer.objects.filter(**of, item__in=_items_of(programme)), "item"),
    }


def _stand(rows: QuerySet[Any], column: str, *but: str) -> set[str]:
    """The codes in a column, without `but`: those that the portal itself writes."""
    return set(rows.exclude(**{f"{column}__in": ["", *but]}).order_by().values_list(column, flat=True).distinct())


def _named(known: Sequence[Delivery]) -> dict[str, set[str]]:
    """Part of the delivery -> the codes that one of these versions names."""
    codes: dict[str, set[str]] = defaultdict(set)
    for delivery in known:
        parts: dict[str, Mapping[str, Any]] = {
            "steps": delivery.steps,
            "tracks": delivery.tracks,
            "channels": delivery.channels,
            "contact_kinds": delivery.contact_kinds,
            "other_help": delivery.other_help,
            "override_reasons": delivery.override_reasons,
            "contract_withdrawals": delivery.contract_withdrawals,
            "items": delivery.items,
        }
        if delivery.contact:
            parts["contact/routes"] = delivery.contact.routes
        if delivery.coordination:
            parts["coordination/statuses"] = delivery.coordination.statuses
            parts["coordination/with_roles"] = delivery.coordination.with_roles
        if delivery.usual_care:
            parts["usual_care/kinds"], parts["usual_care/sources"] = delivery.usual_care.kinds, delivery.usual_care.sources
        if delivery.end_date:
            parts["end_date/sources"], parts["end_date/corrections"] = delivery.end_date.sources, delivery.end_date.corrections
        for part, named in parts.items():
            codes[part] |= set(named)
        codes["reasons"] |= {code for listing in delivery.reasons.values() for code in listing.reasons}
    return codes


def _items_of(programme: UUID) -> set[str]:
    """Items that criteria of the terms as loaded last look at; questions that are no item of theirs may come and go."""
    try:
        agreement = terms.agreement_of(programme)
    except terms.NoTermsError:
        return set()
    known = [agreement.on(day).programme.delivery for day in agreement.versions()]
    return {code for delivery in known if delivery is not None for code in delivery.items}
