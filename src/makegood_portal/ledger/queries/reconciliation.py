"""Lists of partners that were compared with the register: who is on both, on one only, and in what they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from makegood.cases.linkage import Reconciliation as Compared
from makegood.cases.linkage import Tokens, tokens_of
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, Identity, Party, Reconciliation, State
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.sealing import seal, unseal
from makegood_portal.ledger.shown import note
from makegood_portal.ledger.words import Role

READERS = (Role.LEAD, Role.EVALUATOR)
SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in the outcome: by name for the lead, by pseudonym for the evaluator; `key` is the partner's own."""

    id: UUID | None
    label: str
    key: str
    differs: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One list beside the register. `shown` of each kind at most."""

    row: Reconciliation
    only_ours: Sequence[Person]
    only_theirs: Sequence[str]
    doubtful: Sequence[Person]
    differing: Sequence[Person]
    own: bool
    """Whether the asker's organisation brought the list, and so reads names."""


def places(scope: Scope) -> list[tuple[UUID, UUID, str]]:
    """Programme, organisation and title of the programme, where the asker may bring a list. Two queries."""
    rows = Party.objects.filter(organisation__in=scope.where(Role.LEAD), programme__active=True)
    found = list(rows.order_by("programme__name").values_list("programme", "organisation", "programme__name"))
    titles = terms.programme_titles({programme: name for programme, _organisation, name in found}, timezone.localdate())
    return [(programme, organisation, titles[programme]) for programme, organisation, _name in found]


def lists(scope: Scope) -> list[Reconciliation]:
    """The lists that were compared, newest first."""
    return list(_visible(scope).select_related("programme", "by")[:50])


def _visible(scope: Scope) -> QuerySet[Reconciliation]:
    mine = Q(organisation__in=scope.where(Role.LEAD))
    parties = Party.objects.filter(organisation__in=scope.where(Role.EVALUATOR)).values("programme")
    return Reconciliation.objects.filter(mine | Q(programme__in=parties))


def our_tokens(scope: Scope, programme: UUID, *, covers: str, secret: bytes) -> list[Tokens]:
    """Tokens of the candidates whose names the asker may read. One query; no name leaves this function."""
    rows = access.visible(Identity.objects.filter(candidacy__programme=programme), scope)
    if covers == "started":
        rows = rows.filter(candidacy__state=State.STARTED)
    found = []
    for key, family, given, born_on, sex in rows.values_list("candidacy_id", "family_name", "given_names", "born_on", "sex").iterator():
        values = {"family_name": family, "given_name": given, "birth_date": born_on.isoformat() if born_on else ""}
        if sex != "unknown":
            values["sex"] = sex
        found.append(tokens_of(values, person=str(key), secret=secret))
    return found


def seal_lists(key: UUID, ours: Sequence[Tokens], theirs: Sequence[Tokens]) -> bytes:
    """Both lists as they wait for the comparison: tokens, encrypted."""
    text = json.dumps({"ours": [asdict(row) for row in ours], "theirs": [asdict(row) for row in theirs]})
    return seal("list", text.encode(), bound_to=key)


def unseal_lists(row: Reconciliation) -> tuple[list[Tokens], list[Tokens]]:
    """What `seal_lists` wrote."""
    found = json.loads(unseal("list", row.sealed_list or b"", bound_to=row.pk))
    return [Tokens(**one) for one in found["ours"]], [Tokens(**one) for one in found["theirs"]]


def seal_outcome(key: UUID, found: Compared) -> bytes:
    """The outcome as it is kept, encrypted."""
    return seal("list", json.dumps(asdict(found)).encode(), bound_to=key)


def outcome(scope: Scope, key: UUID) -> Outcome | None:
    """One list; None: not there and not yours are the same answer. Call it through `actions.reconcile`."""
    row = _visible(scope).select_related("programme", "by").filter(pk=key).first()
    if row is None:
        return None
    own = row.organisation_id in scope.where(Role.LEAD)
    found = json.loads(unseal("list", row.sealed_result, bound_to=row.pk)) if row.sealed_result else {}
    differing = [link for link in found.get("linked", []) if link["differs"]]
    doubtful = found.get("doubtful", [])
    only = found.get("only_ours", [])[:SHOWN]
    labels = _labels(scope, {*only, *(link["ours"] for link in (*differing, *doubtful)[: 2 * SHOWN])}, named=own)
    return Outcome(
        row=row,
        only_ours=[_person(key_, "", (), labels) for key_ in only],
        only_theirs=found.get("only_theirs", [])[:SHOWN],
        # Beside a pseudonym no key of the partner: who holds that list would know who it is.
        doubtful=[_person(one["ours"], one["theirs"] if own else "", one["differs"], labels) for one in doubtful[:SHOWN]],
        differing=[_person(one["ours"], one["theirs"] if own else "", one["differs"], labels) for one in differing[:SHOWN]],
        own=own,
    )


def _person(key: str, theirs: str, differs: Sequence[str], labels: Mapping[UUID, str]) -> Person:
    known = UUID(key)
    return Person(id=known if known in labels else None, label=labels.get(known, ""), key=theirs, differs=differs)


def _labels(scope: Scope, keys: set[str], *, named: bool) -> dict[UUID, str]:
    """Name or pseudonym of those whom the asker may still see."""
    pseudonyms = access.visible(Candidacy.objects.filter(pk__in=keys), scope).values_list("id", "person__pseudonym")
    found = dict(pseudonyms)
    note(*found)
    if named:
        for one in access.visible(Identity.objects.filter(candidacy__in=list(found)), scope):
            found[one.candidacy_id] = name_of(one, of=one.candidacy_id) or found.get(one.candidacy_id, "")
    return found
