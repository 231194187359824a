"""What types cannot see in the delivery part: names that lead nowhere, answers that nobody can give, steps out of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import Item, Need
from makegood.programme.reading import Terms
from makegood.programme.walking import walk
from makegood.programme.yaml_text import Place
from makegood.values.problem import Problem, nearest

HERE: Place = ("delivery",)
MINUTES_OF_A_DAY = 24 * 60


def delivery(terms: Terms) -> Iterator[Problem]:
    """Every problem of the delivery part, and of amendments that change criteria."""
    part = terms.programme.delivery
    if part is None:
        return
    for check in (_names, _recorded, _criteria, _support, _steps, _plan):
        yield from check(terms, part)
    yield from _analyses(terms)


def _names(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """Every name leads to a term of this part."""
    for name, step in part.steps.items():
        here: Place = (*HERE, "steps", name)
        yield from _known(terms, (*here, "acts"), step.acts, part.roles, "role")
        yield from _known(terms, (*here, "criteria"), step.criteria, part.criteria, "list of criteria")
        yield from _known(terms, (*here, "instruments"), step.instruments, part.instruments, "instrument")
        yield from _exits(terms, (*here, "exits"), step.exits, part)
    yield from _exits(terms, (*HERE, "exits_at_any_step"), part.exits_at_any_step, part)
    for name, withdrawal in part.contract_withdrawals.items():
        exits = {listed: [code] for listed, code in withdrawal.exits.items()}
        yield from _exits(terms, (*HERE, "contract_withdrawals", name, "exits"), exits, part)
    for name, listing in part.criteria.items():
        yield from _known(terms, (*HERE, "criteria", name, "applied_by"), listing.applied_by, part.roles, "role")
    for name, instrument in part.instruments.items():
        yield from _known(terms, (*HERE, "instruments", name, "filled_in_by"), instrument.filled_in_by, part.roles, "role")
    for name, permission in part.permissions.items():
        here = (*HERE, "permissions", name)
        yield from _known(terms, (*here, "asked_of"), [permission.asked_of], part.roles, "role")
        yield from _known(terms, (*here, "asked_by"), [permission.asked_by], part.roles, "role")
        yield from _known(terms, (*here, "needed_before"), [permission.needed_before], part.order, "step")
    for name, item in part.items.items():
        if item.asked_in is not None:
            yield from _known(terms, (*HERE, "items", name, "asked_in"), [item.asked_in], part.instruments, "instrument")
    if part.plan is not None:
        for index, row in enumerate(part.plan.intake):
            if row.site is not None:
                yield from _known(terms, (*HERE, "plan", "intake", index, "site"), [row.site], part.recruits_from.sites, "site")
        warning = part.plan.early_warning
        if warning is not None:
            yield from _known(terms, (*HERE, "plan", "early_warning", "to"), [warning.to], part.roles, "role")


def _recorded(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """What is recorded in codes can be recorded."""
    for name, kind in part.contact_kinds.items():
        for minutes in kind.one_tap:
            if not 1 <= minutes <= MINUTES_OF_A_DAY:
                what, remedy = f"a contact of {minutes} minutes cannot be", "write minutes from 1 to 1440"
                yield Problem(terms.where((*HERE, "contact_kinds", name, "one_tap")), "not_within_a_day", what, "", remedy)
    for name, withdrawal in part.contract_withdrawals.items():
        for listed, code in withdrawal.exits.items():
            reason = part.reasons[listed].reasons.get(code) if listed in part.reasons else None
            if reason is not None and reason.history_only:
                where = terms.where((*HERE, "contract_withdrawals", name, "exits", listed))
                what, why = f"'{code}' stands in imported history only", "It cannot be recorded for somebody who leaves now"
                yield Problem(where, "history_only_reason", what, why, "choose a reason that may be recorded")
    signs = any(step.kind == "contract" for step in part.steps.values())
    if part.contract_withdrawals and not signs:
        what, why = "no step of this programme is one of a contract", "There is nothing to take back"
        yield Problem(terms.where((*HERE, "contract_withdrawals")), "no_contract_step", what, why, "add the step, or leave these out")
    for name in part.measured_elsewhere:
        if name in part.items:
            what, why = f"'{name}' is asked here, under `items`, and measured elsewhere", "It would be half filled in"
            remedy = "take it out of one of the two"
            yield Problem(terms.where((*HERE, "measured_elsewhere", name)), "asked_and_measured_elsewhere", what, why, remedy)
    yield from _corrections(terms, part)


def _corrections(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """An end date can be corrected to another date, by somebody."""
    rules = part.end_date
    if rules is None:
        return
    here: Place = (*HERE, "end_date")
    for said, needed in (("sources", "corrections"), ("corrections", "sources")):
        if getattr(rules, said) and not getattr(rules, needed):
            what, why = f"`{said}` stand here, and no `{needed}`", "A correction has who says so and why, so none could be recorded"
            yield Problem(terms.where((*here, said)), "half_a_correction", what, why, f"add `{needed}`, or take `{said}` out")
    if rules.corrections and all(one.not_known for one in rules.corrections.values()):
        what, why = "each of these says that the date is not known any more", "Another date could not be recorded"
        remedy = "add one without `not_known`"
        yield Problem(terms.where((*here, "corrections")), "no_other_date", what, why, remedy)


def _exits(terms: Terms, here: Place, exits: Mapping[str, list[str]], part: Delivery) -> Iterator[Problem]:
    yield from _known(terms, here, exits, part.reasons, "list of reasons")
    for listed, codes in exits.items():
        if listed in part.reasons:
            yield from _known(terms, (*here, listed), codes, part.reasons[listed].reasons, "reason")


def _known(terms: Terms, place: Place, names: Iterable[str], known: Iterable[str], noun: str) -> Iterator[Problem]:
    options = set(known)
    for name in names:
        if name not in options:
            what = f"'{name}' is not a {noun} of this programme"
            yield Problem(
                terms.where(place), f"unknown_{noun.rsplit(maxsplit=1)[-1]}", what, "A name must lead to one term", nearest(name, options)
            )


def _criteria(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """A criterion asks of an item what it can answer; no code stands twice; no criterion rests on itself."""
    first: dict[str, str] = {}
    rests: dict[str, set[str]] = {}
    for listed, listing in part.criteria.items():
        for name, criterion in listing.criteria.items():
            here: Place = (*HERE, "criteria", listed, "criteria", name)
            if name in first:
                what = f"'{name}' stands in '{first[name]}' already"
                yield Problem(terms.where(here), "two_meanings", what, "A name must lead to one term", "choose another name")
            first.setdefault(name, listed)
            if criterion.track is not None:
                yield from _known(terms, (*here, "track"), [criterion.track], part.tracks, "track")
            rests[name] = set()
            for place, need in walk(criterion.when, (*here, "when")):
                if not isinstance(need, Need):
                    continue
                if need.criterion is not None:
                    rests[name].add(need.criterion)
                if need.item is not None:
                    yield from _known(terms, (*place, "item"), [need.item], part.items, "item")
                    if need.item in part.items:
                        yield from _asked(terms, place, need, part.items[need.item])
    for name, others in rests.items():
        here = (*HERE, "criteria", first[name], "criteria", name, "when")
        yield from _known(terms, here, sorted(others), rests, "criterion")
        reached, queue = set[str](), list(others)
        while queue:
            other = queue.pop()
            if other not in reached:
                reached.add(other)
                queue += rests.get(other, ())
        if name in reached:
            what = f"the criterion '{name}' rests on itself"
            yield Problem(terms.where(here), "circle", what, "It would never have an answer", "take one of the references out")


def _support(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """A need for support is shown by answers that somebody can give; whether an item may be asked is said with yes or no."""
    for name, need in part.support_needs.items():
        here: Place = (*HERE, "support_needs", name)
        yield from _known(terms, (*here, "shown_by"), need.shown_by, part.items, "item")
        for listed, codes in need.shown_by.items():
            if listed in part.items:
                yield from _shown(terms, (*here, "shown_by", listed), listed, codes, part.items[listed])
    for name, item in part.items.items():
        here = (*HERE, "items", name, "asked_if")
        if item.asked_if is None:
            continue
        yield from _known(terms, here, [item.asked_if], part.items, "item")
        if item.asked_if in part.items and part.items[item.asked_if].answer != "yes_or_no":
            what, why = f"'{item.asked_if}' is not answered with yes or no", "Nobody could say that it may be asked"
            yield Problem(terms.where(here), "not_its_answer", what, why, "name an item with `answer: yes_or_no`")


def _shown(terms: Terms, place: Place, name: str, codes: Iterable[str], item: Item) -> Iterator[Problem]:
    why = "The need could never be shown"
    if item.answer == "number":
        what = f"'{name}' is a number, and has no answers to name"
        yield Problem(terms.where(place), "not_its_answer", what, why, "name an item with choices, or of yes or no")
        return
    known = _answers_of(item)
    for code in codes:
        if code not in known:
            said = "says that there is no answer" if code in item.choices else f"is not an answer to '{name}'"
            yield Problem(terms.where(place), "not_its_answer", f"'{code}' {said}", why, nearest(code, known))


def _answers_of(item: Item) -> set[str]:
    """The answers that say something."""
    return {code for code, choice in item.choices.items() if not choice.no_answer} if item.choices else {"yes", "no"}


def _asked(terms: Terms, place: Place, need: Need, item: Item) -> Iterator[Problem]:
    if item.asked_if is not None:
        what, why = f"'{need.item}' is asked only of who allows it", "Nobody is kept out by what they allowed to be asked for their support"
        yield Problem(terms.where(place), "asked_for_support", what, why, "ask an item without `asked_if`")
    if item.answer == "several":
        what = f"'{need.item}' may have several answers, and a criterion asks for one"
        remedy = "ask an item with `answer: choice`, or show it under `support_needs`"
        yield Problem(terms.where(place), "not_its_answer", what, "The criterion could never be met", remedy)
        return
    if need.is_ is None and item.answer != "number":
        what = f"'{need.item}' is no number, and an edge is asked of it"
        remedy = f"use `is:` with {', '.join(item.choices) or 'yes or no'}"
        yield Problem(terms.where(place), "not_its_answer", what, "The criterion could never be met", remedy)
    if need.is_ is None:
        return
    if item.answer == "number":
        what = f"'{need.item}' is a number, and `is` is asked of it"
        yield Problem(
            terms.where((*place, "is")), "not_its_answer", what, "The criterion could never be met", "use from, above, below or up_to"
        )
        return
    known = _answers_of(item)
    for code in need.is_:
        if code not in known:
            what = f"'{code}' says that there is no answer" if code in item.choices else f"'{code}' is not an answer to '{need.item}'"
            yield Problem(terms.where((*place, "is")), "not_its_answer", what, "The criterion could never be met", nearest(code, known))


def _steps(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """`order` names each step once and ends with the start; permission is asked before it is needed; reasons can be chosen."""
    order: Place = (*HERE, "order")
    yield from _known(terms, order, part.order, part.steps, "step")
    for name in part.steps:
        times = part.order.count(name)
        if times != 1:
            what = f"the step '{name}' stands {times} times in `order`" if times else f"the step '{name}' has no place in `order`"
            yield Problem(terms.where(order), "step_order", what, "A candidate must know one next step", f"name '{name}' there once")
    kinds = [part.steps[name].kind for name in part.order if name in part.steps]
    if kinds.count("start") != 1 or kinds[-1:] != ["start"]:
        what = "the steps do not end with one of kind `start`"
        yield Problem(
            terms.where(order), "step_order", what, "Nobody would ever have started", "let the last step be the start, and no other"
        )
    for name, permission in part.permissions.items():
        if permission.needed_before in part.order and "permission" not in kinds[: part.order.index(permission.needed_before)]:
            what = f"no step of kind `permission` comes before '{permission.needed_before}'"
            where = terms.where((*HERE, "permissions", name, "needed_before"))
            yield Problem(where, "step_order", what, "It would never have been asked", "add such a step before it, or name a later one")
    yield from _start_needs(terms, part)
    for listed, listing in part.reasons.items():
        chosen = {code for step in part.steps.values() for code in step.exits.get(listed, ())} | set(part.exits_at_any_step.get(listed, ()))
        for code, reason in listing.reasons.items():
            place: Place = (*HERE, "reasons", listed, "reasons", code)
            if reason.history_only and code in chosen:
                what = f"'{code}' is for imported history only, and a step lets it be chosen"
                yield Problem(
                    terms.where(place), "history_only", what, "Nobody would have to say why any more", "take it out of the steps' exits"
                )
            if not reason.history_only and reason.retired_on is None and code not in chosen:
                what = f"no step lets '{code}' be chosen"
                remedy = "name it under `exits` of a step, or say `history_only: yes`"
                yield Problem(terms.where(place), "never_chosen", what, "Nobody could record it", remedy, severity="warning")
    for name, step in part.steps.items():
        if step.kind not in ("list", "send", "start") and not any(step.exits.values()) and not part.exits_at_any_step:
            what = f"nobody can leave at '{name}'"
            where = terms.where((*HERE, "steps", name))
            remedy = "name reasons under `exits`"
            yield Problem(where, "no_exit", what, "Who leaves there would stay on the list for ever", remedy, severity="warning")


def _start_needs(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """What a start needs stands at the start, and can be recorded in this programme."""
    rests_on = {"end_date": "end_date", "first_appointment": "contact", "contact_routes": "contact"}
    for name, step in part.steps.items():
        where = terms.where((*HERE, "steps", name, "start_needs"))
        if step.start_needs and step.kind != "start":
            what, why = f"'{name}' is of kind '{step.kind}', and says what a start needs", "Nobody would look at it"
            yield Problem(where, "not_the_start", what, why, "write `start_needs` at the step of kind `start`")
        for need in step.start_needs:
            if getattr(part, rests_on[need]) is None:
                what, why = f"a start needs `{need}`, and no `{rests_on[need]}` stands here", "Nobody could ever start"
                yield Problem(where, "never_started", what, why, f"add `{rests_on[need]}`, or take `{need}` out")


def _plan(terms: Terms, part: Delivery) -> Iterator[Problem]:
    """Stretches of intake of one site do not overlap; shares lie from 0 to 1."""
    if part.plan is None:
        return
    here: Place = (*HERE, "plan")
    for site in {row.site for row in part.plan.intake}:
        rows = sorted((row.from_, row.until, index) for index, row in enumerate(part.plan.intake) if row.site == site)
        for (_, end, _), (start, _, index) in pairwise(rows):
            if start < end:
                what = f"this stretch begins on {start}, before another of the same site has ended"
                where = terms.where((*here, "intake", index))
                yield Problem(where, "stretches_overlap", what, "A day must have one plan", "let the stretches meet")
    warning = part.plan.early_warning
    shares = {"uptake": part.plan.uptake}
    if warning is not None:
        shares |= {
            "early_warning/starts_below": warning.starts_below,
            "early_warning/forecast_below_plan": warning.forecast_below_plan,
        }
    for path, share in shares.items():
        if share is not None and not 0 < share <= 1:
            where = terms.where((*here, *path.split("/")))
            yield Problem(where, "not_a_share", f"{share} is not a share", "", "write a share above 0% and at most 100%")


def _analyses(terms: Terms) -> Iterator[Problem]:
    """A change of criteria carries the analysis of what it does."""
    for name, amendment in terms.programme.amendments.items():
        if not any(change.term.strip("/").startswith("delivery/criteria") for change in amendment.changes):
            continue
        where = terms.where(("amendments", name))
        why = "Criteria decide who is compared with whom, and whether the programme suits who comes in"
        if amendment.analysis is None:
            remedy = "add `analysis`: who would have come in, who would have stayed out; or `not_made: yes` and why"
            yield Problem(where, "no_analysis", f"'{name}' changes criteria of selection without an analysis", why, remedy)
        elif amendment.analysis.not_made:
            what = f"'{name}' changed criteria of selection and nobody looked who would come in or stay out"
            yield Problem(where, "no_analysis", what, why, "look at it now, and amend what turns out wrong", severity="warning")
