"""Who takes part, from a list: a CSV file with one organisation a line. The operator's act, as the owner of the tables.

An organisation is found by its site of the programme, by the code of its municipality, by its kind and name, and else by
the name that it had before (`former_name`). What is found is put right, what is not is added; nothing is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from makegood.values.problem import Problem, Refused, Where, nearest
from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.csv_cells import cells_of
from makegood_portal.actions.municipality_codes import FIRST_YEAR, LAST_YEAR, four_digits
from makegood_portal.ledger import policy_changes, terms
from makegood_portal.ledger.models import MunicipalityDetails, Organisation, Party, Programme
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import MAY_HOLD_BSN, Kind

REQUIRED = ("kind", "name")
COLUMNS = (*REQUIRED, "former_name", "cbs_code", "cbs_year", "may_hold_bsn", "programme", "site")
MOST_BYTES = 500_000
YES_NO = {"yes": True, "no": False, "": None}


@dataclass(frozen=True)
class Line:
    """A line of the list, as it stands there."""

    number: int
    kind: str
    name: str
    former_name: str
    cbs_code: str
    cbs_year: str
    may_hold_bsn: str
    programme: str
    site: str


@dataclass
class Taken:
    """What the list did, counted. `parties`: how many became a party of a programme."""

    new: int = 0
    changed: int = 0
    same: int = 0
    parties: int = 0


@dataclass
class _Register:
    """What stands there already: parties by programme and site, municipalities by code, organisations by kind and name."""

    programmes: dict[str, Programme]
    sites: dict[tuple[str, str], Organisation]
    parties: dict[tuple[str, object], Party]
    details: dict[str, MunicipalityDetails]
    named: dict[tuple[str, str], Organisation]
    of_terms: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    """Programme -> the kind of its sites, and their codes."""

    def found(self, line: Line) -> Organisation | None:
        """The organisation that a line speaks of."""
        if line.site and (one := self.sites.get((line.programme, line.site))):
            return one
        if line.cbs_code and (details := self.details.get(line.cbs_code)):
            return details.municipality
        return self.named.get((line.kind, line.name.casefold())) or self.named.get((line.kind, line.former_name.casefold()))


@action()
def take_organisations_in(*, by: Scope, on: None, file: Path) -> Taken:
    """Take a list in, all of it or nothing; the same list again changes nothing. Raises Refused with every problem, by line."""
    del on
    where = Where(str(file))
    lines = _read(file.read_bytes(), where)
    known = _register()
    problems = [problem for line in lines for problem in _problems_of(line, known, Where(where.file, line.number))]
    problems = problems or list(_together(lines, known, where))
    if problems:
        raise Refused(problems)
    taken = Taken()
    for line in lines:
        _take(line, known, taken, by)
    fact(lines=len(lines), **asdict(taken))
    return taken


def _read(content: bytes, where: Where) -> list[Line]:
    """The lines of a list, comma or semicolon."""
    rows = cells_of(content, where, most=MOST_BYTES)
    header = [word.strip().casefold() for word in rows[0]] if rows else []
    top = Where(where.file, 1)
    if len(header) != len(set(header)) or not set(REQUIRED) <= set(header):
        remedy = f"begin with the columns kind and name, and as it fits {', '.join(COLUMNS[2:])}, each once"
        raise Refused([Problem(top, "columns_missing", "the first line does not name the columns", "", remedy)])
    unknown = [word for word in header if word not in COLUMNS]
    if unknown:
        raise Refused([Problem(top, "unknown_column", f"there is no column '{word}'", "", nearest(word, COLUMNS)) for word in unknown])
    filled = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    longer = [number for number, row in filled if len(row) > len(header)]
    if longer:
        what, remedy = "this line has more cells than the first", "put a name with a comma in it between quotes"
        raise Refused([Problem(Where(where.file, number), "too_many_cells", what, "", remedy) for number in longer])
    if not filled:
        raise Refused([Problem(where, "empty_file", "the list has no organisations", "", "write a line for each")])
    return [_line(number, dict(zip(header, map(str.strip, row), strict=False))) for number, row in filled]


def _line(number: int, row: Mapping[str, str]) -> Line:
    words = {name: row.get(name, "") for name in COLUMNS}
    words |= {name: words[name].casefold() for name in ("kind", "may_hold_bsn")}
    return Line(number, **words | {"cbs_code": four_digits(words["cbs_code"])})


def _register() -> _Register:
    parties = list(Party.objects.select_related("organisation", "programme"))
    rows = MunicipalityDetails.objects.select_related("municipality")
    found = _Register(
        programmes={one.code: one for one in Programme.objects.all()},
        sites={(one.programme.code, one.site): one.organisation for one in parties if one.site},
        parties={(one.programme.code, one.organisation_id): one for one in parties},
        details={one.cbs_code: one for one in rows},
        named={(one.kind, one.name.casefold()): one for one in Organisation.objects.all()},
    )
    for code, programme in found.programmes.items():
        try:
            agreement = terms.agreement_of(programme.pk)
        except terms.NoTermsError:
            continue
        said = [delivery.recruits_from for day in agreement.versions() if (delivery := agreement.on(day).programme.delivery)]
        if said:
            found.of_terms[code] = (str(said[-1].organisation), {site for one in said for site in one.sites})
    return found


def _problems_of(line: Line, known: _Register, where: Where) -> Iterator[Problem]:
    """What is wrong with one line by itself."""
    if line.kind not in set(Kind):
        yield Problem(where, "unknown_kind", f"there is no kind of organisation '{line.kind}'", "", nearest(line.kind, set(Kind)))
        return
    if not line.name or len(line.name) > 200:
        yield Problem(where, "missing_value", "the name is missing or longer than 200 letters", "", "write the name")
    yield from _problems_of_a_municipality(line, where)
    if line.may_hold_bsn not in YES_NO:
        what = f"may_hold_bsn is '{line.may_hold_bsn}'"
        yield Problem(where, "not_yes_or_no", what, "", "write yes or no, or leave it empty to keep what is known")
    elif line.may_hold_bsn == "yes" and line.kind not in MAY_HOLD_BSN:
        what, why = f"no law gives a {line.kind} the citizen service number", "The database would not keep it either"
        yield Problem(where, "may_not_hold_bsn", what, why, f"write no; yes is for {', '.join(sorted(MAY_HOLD_BSN))}")
    yield from _problems_of_a_party(line, known, where)


def _problems_of_a_municipality(line: Line, where: Where) -> Iterator[Problem]:
    if (line.cbs_code or line.cbs_year) and line.kind != Kind.MUNICIPALITY:
        what = f"a {line.kind} has no code of the statistics office"
        yield Problem(where, "not_a_municipality", what, "", "leave cbs_code and cbs_year empty, or write municipality as its kind")
        return
    if bool(line.cbs_code) != bool(line.cbs_year):
        what, why = "cbs_code and cbs_year do not stand together", "A code belongs to a year, since municipalities merge"
        yield Problem(where, "missing_value", what, why, "write both, or neither")
        return
    if line.cbs_code and not (len(line.cbs_code) == 4 and line.cbs_code.isascii() and line.cbs_code.isdecimal()):
        yield Problem(where, "not_a_code", f"'{line.cbs_code}' is no code of a municipality", "", "write four digits, such as 0363")
    year = int(line.cbs_year) if line.cbs_year.isascii() and line.cbs_year.isdecimal() else 0
    if line.cbs_year and not FIRST_YEAR <= year <= LAST_YEAR:
        yield Problem(where, "not_a_year", f"'{line.cbs_year}' is no year of a list of codes", "", "write it as 2026")


def _problems_of_a_party(line: Line, known: _Register, where: Where) -> Iterator[Problem]:
    if line.site and not line.programme:
        yield Problem(where, "missing_value", "a site without its programme", "", "write the code of the programme too")
        return
    if not line.programme:
        return
    if line.programme not in known.programmes:
        what = f"there is no programme '{line.programme}' in the register"
        remedy = nearest(line.programme, known.programmes) if known.programmes else "load it first: makegood db load"
        yield Problem(where, "unknown_programme", what, "", remedy)
        return
    kind, sites = known.of_terms.get(line.programme, ("", set()))
    if not line.site:
        return
    if line.site not in sites:
        what = f"'{line.site}' is no site of {line.programme}"
        yield Problem(where, "unknown_site", what, "Its lists would belong nowhere", nearest(line.site, sites))
    elif line.kind != kind:
        what = f"the sites of {line.programme} are of kind {kind}, and this line says {line.kind}"
        yield Problem(where, "wrong_kind", what, "", f"write {kind}, or leave the site empty")


def _together(lines: list[Line], known: _Register, where: Where) -> Iterator[Problem]:
    """What is wrong with lines beside each other: nothing twice, and no name that somebody else has."""
    asked: dict[tuple[str, ...], int] = {}
    said: dict[str, tuple[int, list[str]]] = {}
    for line in lines:
        here, one = Where(where.file, line.number), known.found(line)
        me = str(one.pk) if one else f"{line.kind}/{line.name.casefold()}"
        keys = [("party", me, line.programme), ("site", line.programme, line.site)] if line.site else [("party", me, line.programme)]
        keys += [("code", line.cbs_code, line.programme)] if line.cbs_code else []
        if before := next((asked[key] for key in keys if key in asked), 0):
            what, remedy = f"line {before} speaks of the same one", "leave one line; a second is for one more programme"
            yield Problem(here, "twice", what, "", remedy)
            continue
        asked |= dict.fromkeys(keys, line.number)
        words = [line.name, line.may_hold_bsn, line.cbs_code, line.cbs_year]
        number, earlier = said.setdefault(me, (line.number, words))
        if earlier != words:
            what = f"line {number} says something else of the same organisation"
            yield Problem(here, "says_both", what, "", "write the same name, code and may_hold_bsn in both")
        if one is not None:
            yield from _beside_what_is_known(line, one, known, here)


def _beside_what_is_known(line: Line, one: Organisation, known: _Register, where: Where) -> Iterator[Problem]:
    other = known.named.get((line.kind, line.name.casefold()))
    if other is not None and other.pk != one.pk:
        what, why = f"another {line.kind} is called '{line.name}' already", "Two of a kind cannot have one name"
        yield Problem(where, "name_taken", what, why, "write another name, or leave out the site or code that is not its own")
    if one.kind != line.kind:
        what = f"'{one.name}' is known as {one.kind}, and this line says {line.kind}"
        yield Problem(where, "wrong_kind", what, "", f"write {one.kind}")
        return
    held = known.parties.get((line.programme, one.pk))
    if line.site and held is not None and held.site not in {"", line.site}:
        what = f"'{one.name}' is the site '{held.site}' of {line.programme}, and this line says '{line.site}'"
        yield Problem(where, "other_site", what, "Its lists would move with it", f"write {held.site}")


def _take(line: Line, known: _Register, taken: Taken, by: Scope) -> None:
    """One line that is right: the organisation, its code, its part in the programme."""
    one, flag = known.found(line), YES_NO[line.may_hold_bsn]
    was = one.may_hold_bsn if one else False
    if one is None:
        one = add(Organisation(kind=line.kind, name=line.name, may_hold_bsn=bool(flag)))
        taken.new += 1
        touched = True
    else:
        wanted: dict[str, object] = {"name": line.name} | ({} if flag is None else {"may_hold_bsn": flag})
        differs = any(getattr(one, name) != value for name, value in wanted.items())
        change(one, columns=wanted)
        taken.changed += differs
        touched = differs
    if one.may_hold_bsn != was:
        policy_changes.write_down_bsn(by, one)
    known.named[line.kind, line.name.casefold()] = one
    details = _take_code(line, one, known)
    party = _take_part(line, one, known)
    taken.parties += party
    if not touched:
        taken.changed += details or party
        taken.same += not (details or party)


def _take_code(line: Line, one: Organisation, known: _Register) -> bool:
    """The code of a municipality; a newer year is never put back. Whether something changed."""
    if not line.cbs_code:
        return False
    row = known.details.get(line.cbs_code) or MunicipalityDetails.objects.filter(municipality=one).first()
    year = int(line.cbs_year)
    if row is None:
        row = add(MunicipalityDetails(municipality=one, cbs_code=line.cbs_code, cbs_year=year))
    elif year < row.cbs_year or (row.cbs_code, row.cbs_year) == (line.cbs_code, year):
        return False
    else:
        change(row, cbs_code=line.cbs_code, cbs_year=year)
    known.details[line.cbs_code] = row
    return True


def _take_part(line: Line, one: Organisation, known: _Register) -> bool:
    """Its part in the programme of the line. Whether something changed."""
    if not line.programme:
        return False
    party = known.parties.get((line.programme, one.pk))
    if party is None:
        party = add(Party(programme=known.programmes[line.programme], organisation=one, site=line.site))
    elif not line.site or party.site == line.site:
        return False
    else:
        change(party, site=line.site)
    known.parties[line.programme, one.pk] = party
    return True
