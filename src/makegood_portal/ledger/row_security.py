"""The rules of `access` as row-level security, the rights of the runtime role, and the triggers of append-only tables.

Everything here is applied again, whole, after each migration, in one transaction: the database never holds a policy
that is not written in the code.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from makegood_portal.ledger import counting
from makegood_portal.ledger.access import ASKED_FOR, CLOSED_TO, HISTORY_WITH, ONLY_ROWS, PART_OF, RULES, TOLD_OF_CONSENT, Bond, Part, Rule
from makegood_portal.ledger.shown import LISTED
from makegood_portal.ledger.words import Kind, Role

APPEND_ONLY = frozenset(
    {
        "ledger_auditentry",
        "ledger_auditseal",
        "ledger_breakglass",
        "ledger_coordination",
        "ledger_criteriaanalysis",
        "ledger_criteriaproposal",
        "ledger_eligibilityassessment",
        "ledger_eligibilityoverride",
        "ledger_note",
        "ledger_permissionreminder",
        "ledger_programmeversion",
        "ledger_releasedate",
        "ledger_selectionevent",
    }
)
ERASABLE = frozenset(
    {
        "ledger_identity",
        "ledger_citizennumber",
        "ledger_contactroute",
        "ledger_prisonnumber",
        "ledger_appointment",
        "ledger_importrow",
        "ledger_reconciliation",
        "ledger_answer",
        "ledger_sentform",
    }
)
"""Tables from which the runtime role may delete: what erasure and retention remove."""

FIXED = frozenset({"id", "recorded_at", "candidacy_id", "person_id", "programme_id", "party_id", "purpose"})
"""Columns that nobody changes after the insert, in tables with personal data: a record cannot be moved to another person or
programme, and a consent not to another party or purpose."""

CONSENT_COUNTS = "{0}state = 'given' AND {0}answered_on <= ledger_today() AND {0}until_on > ledger_today()"
"""When a consent counts: given, and of today."""

FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION ledger_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('makegood.user', true), '')::uuid $$;
CREATE OR REPLACE FUNCTION ledger_scope(role text) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('makegood.' || role, true), ''), '{}')::uuid[] $$;
CREATE OR REPLACE FUNCTION ledger_duty() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('makegood.system', true), '') $$;
CREATE OR REPLACE FUNCTION ledger_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (now() AT TIME ZONE 'TIME_ZONE')::date $$;
CREATE OR REPLACE FUNCTION ledger_consents(what text, role text, OUT candidacy uuid, OUT party uuid) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
-- Past row-level security, else the policy of the candidacies would ask that of the consents, which asks that of the candidacies.
$$ SELECT k.candidacy_id, k.party_id FROM ledger_consent k WHERE k.party_id = ANY (ledger_scope(role)) AND k.purpose = what
   AND CONSENT_COUNTS $$;
CREATE OR REPLACE FUNCTION ledger_programmes(role text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(p.programme_id), '{}') FROM ledger_party p WHERE p.organisation_id = ANY (ledger_scope(role)) $$;
CREATE OR REPLACE FUNCTION ledger_opened() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(b.candidacy_id), '{}') FROM ledger_breakglass b WHERE b.user_id = ledger_user() AND b.until_at > now() $$;
CREATE OR REPLACE FUNCTION ledger_consented(what text, role text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
-- As `ledger_consents`, but by itself: to go through its rows once more takes twice as long.
$$ SELECT coalesce(array_agg(k.candidacy_id), '{}') FROM ledger_consent k WHERE k.party_id = ANY (ledger_scope(role)) AND k.purpose = what
   AND CONSENT_COUNTS $$;
CREATE OR REPLACE FUNCTION ledger_agreed(candidacy uuid, party uuid, what text, role text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM ledger_consent k WHERE k.candidacy_id = candidacy AND k.party_id = party AND k.purpose = what
   AND party = ANY (ledger_scope(role)) AND CONSENT_COUNTS) $$;
CREATE OR REPLACE FUNCTION ledger_asked_about(what text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(c.person_id), '{}') FROM ledger_permissionrequest r JOIN ledger_candidacy c ON c.id = r.candidacy_id
   JOIN ledger_consents(what, 'municipal_contact') k ON k.candidacy = r.candidacy_id AND k.party = r.municipality_id
   WHERE r.municipality_id = ANY (ledger_scope('municipal_contact')) AND r.state <> 'draft' $$;
CREATE OR REPLACE FUNCTION ledger_provider_of(candidacy uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT provider_id FROM ledger_candidacy WHERE id = candidacy $$;
CREATE OR REPLACE FUNCTION ledger_person_of(candidacy uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT person_id FROM ledger_candidacy WHERE id = candidacy $$;
CREATE OR REPLACE FUNCTION ledger_on_the_way(candidacy uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
-- A municipality does not see the file, and changes its answer only until somebody started or left. Of others it learns nothing.
$$ SELECT EXISTS (SELECT 1 FROM ledger_candidacy c JOIN ledger_permissionrequest r ON r.candidacy_id = c.id
     WHERE c.id = ledger_on_the_way.candidacy AND c.state = 'open' AND r.municipality_id = ANY (ledger_scope('municipal_contact'))) $$;
CREATE OR REPLACE FUNCTION ledger_colleagues_file(code text, OUT candidacy uuid, OUT person uuid, OUT provider uuid) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT c.id, c.person_id, c.provider_id FROM ledger_candidacy c JOIN ledger_person p ON p.id = c.person_id
   WHERE p.pseudonym = code AND p.erased_at IS NULL AND NOT c.closed_to_provider AND c.provider_id = ANY (ledger_scope('counsellor')) $$;
-- Whom somebody at the door says they are: name and birth date whole and alike, in the own provider, and one person alone.
CREATE OR REPLACE FUNCTION ledger_named_at_the_door(name text, born date, OUT candidacy uuid, OUT person uuid, OUT provider uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH said AS (SELECT regexp_replace(trim(ledger_plain(name)), '[[:space:]]+', ' ', 'g') AS name),
   alike AS (
     SELECT c.id, c.person_id, c.provider_id, c.state <> 'left' AS there FROM ledger_identity i
     JOIN ledger_candidacy c ON c.id = i.candidacy_id JOIN ledger_person p ON p.id = c.person_id, said
     WHERE i.born_on = born AND p.erased_at IS NULL AND c.provider_id = ANY (ledger_scope('counsellor')) AND NOT c.closed_to_provider
       AND i.given_names <> '' AND said.name IN (
         ledger_plain(concat_ws(' ', i.given_names, nullif(i.prefix, ''), i.family_name)),
         ledger_plain(concat_ws(' ', i.given_names, i.family_name)),
         ledger_plain(concat_ws(' ', split_part(i.given_names, ' ', 1), nullif(i.prefix, ''), i.family_name)),
         ledger_plain(concat_ws(' ', split_part(i.given_names, ' ', 1), i.family_name))))
   SELECT a.id, a.person_id, a.provider_id FROM alike a
   WHERE a.there = (SELECT bool_or(b.there) FROM alike b) AND 1 = (SELECT count(*) FROM alike b WHERE b.there = a.there) $$;
-- How often the asker looked for somebody who was not there, in the last hour.
CREATE OR REPLACE FUNCTION ledger_missed_at_the_door() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM ledger_auditentry e WHERE e.actor = ledger_user() AND e.verb = 'break_glass' AND e.outcome = 'refused'
   AND e.facts ->> 'code' = 'not_found' AND e.at > now() - interval '1 hour' $$;
CREATE OR REPLACE FUNCTION ledger_only_an_answer() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- Whoever asked may change the request; the municipality may do nothing but answer it, and change its answer for a while.
  IF OLD.municipality_id = ANY (ledger_scope('municipal_contact')) AND (
      NOT (OLD.state = 'asked'
        OR (OLD.state IN ('granted', 'granted_with_conditions', 'refused', 'not_ours') AND ledger_on_the_way(OLD.candidacy_id)))
      OR NEW.state NOT IN ('granted', 'granted_with_conditions', 'refused', 'not_ours')
      OR NEW.answered_by_id IS DISTINCT FROM ledger_user()
      OR ROW(NEW.municipality_id, NEW.parallel, NEW.says, NEW.asked_by_id, NEW.asked_on, NEW.deadline_on, NEW.withdrawn_because)
        IS DISTINCT FROM ROW(OLD.municipality_id, OLD.parallel, OLD.says, OLD.asked_by_id, OLD.asked_on, OLD.deadline_on,
          OLD.withdrawn_because)) THEN
    RAISE EXCEPTION 'only_an_answer: a municipality answers a request and changes nothing else in it' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION ledger_note_audited() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM set_config('makegood.audited', pg_current_xact_id()::text, true); RETURN NEW; END $$;
CREATE OR REPLACE FUNCTION ledger_demand_audit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF current_setting('makegood.audited', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'not_audited: % on % in a transaction without an audit entry', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ledger_guard_closing() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- Only `ledger_close` changes to whom a file is closed, whatever else somebody may write of it.
  IF current_user = 'RUNTIME' THEN
    RAISE EXCEPTION 'only_by_a_form: to whom a file is closed follows from what the candidate says in a form' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION ledger_demand_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ BEGIN
  -- The file carries a copy of the newest release date: who may not write that history writes no other date into the copy.
  IF (SELECT c.release_on FROM ledger_candidacy c WHERE c.id = NEW.id) IS DISTINCT FROM
      (SELECT r.release_on FROM ledger_releasedate r WHERE r.candidacy_id = NEW.id ORDER BY r.recorded_at DESC LIMIT 1) THEN
    RAISE EXCEPTION 'release_without_history: a release date changes together with its history' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- Whole records go at the end of their retention, by the owner of the tables; the audit never.
  IF TG_OP = 'DELETE' AND ledger_duty() = 'retention' AND TG_TABLE_NAME NOT LIKE 'ledger_audit%'
      AND current_user = (SELECT tableowner FROM pg_tables WHERE schemaname = TG_TABLE_SCHEMA AND tablename = TG_TABLE_NAME) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'append_only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501'; END $$;
"""

DROP_EVERY_POLICY = """
DO $$ DECLARE old record; BEGIN
  FOR old IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP POLICY %I ON %I', old.policyname, old.tablename);
  END LOOP;
  FOR old IN SELECT viewname FROM pg_views WHERE schemaname = 'public' AND viewname LIKE 'ledger\\_%' LOOP
    EXECUTE format('DROP VIEW %I', old.viewname);
  END LOOP;
END $$
"""
"""Also those that somebody made by hand: policies add up, and one too many opens a table. The views that they look in, too."""


def _in_scope(column: str, role: Role) -> str:
    # The cast makes it an array computed once a statement, not a subquery for each row.
    return f"{column} = ANY ((SELECT ledger_scope('{role}'))::uuid[])"


def _holds(*roles: Role) -> str:
    return "(" + " OR ".join(f"cardinality((SELECT ledger_scope('{role}'))) > 0" for role in roles) + ")"


ME = "(SELECT ledger_user())"
SOMEBODY = f"({ME} IS NOT NULL OR (SELECT ledger_duty()) <> '')"
INTAKE = _holds(Role.COORDINATOR, Role.LEAD, Role.COUNSELLOR)


def _of_programmes(column: str, role: Role) -> str:
    return f"{column} = ANY ((SELECT ledger_programmes('{role}'))::uuid[])"


def _sql_of(rule: Rule, c: str) -> str:
    """The rule for one row. Whatever is looked up is an array, found once a statement, so that an index can serve it."""
    parts = []
    if rule.organisation:
        parts.append(_in_scope(f"{c}.{rule.organisation}_id", rule.role))
    if rule.bond is Bond.OWN:
        parts.append(f"{c}.{rule.user}_id = {ME}")
    if rule.bond is Bond.PROGRAMME:
        parts.append(_of_programmes(f"{c}.programme_id", rule.role))
    if rule.bond is Bond.BROKEN_GLASS:
        parts.append(f"{c}.id = ANY ((SELECT ledger_opened())::uuid[])")
    if rule.until:
        parts.append(f"{c}.{rule.until} IS NULL")
    if rule.unless:
        parts.append(f"NOT {c}.{rule.unless}")
    if rule.steps:
        named = f"SELECT 1 FROM ledger_programme p WHERE p.id = {c}.programme_id AND {c}.step = ANY (p.{rule.steps})"  # noqa: S608
        parts.append(f"EXISTS ({named})")
    if rule.consent and rule.organisation and rule.bond is Bond.OWN:
        # Of few people: each is looked up by itself, sooner than all consents to the organisation are gathered.
        parts.append(f"ledger_agreed({c}.id, {c}.{rule.organisation}_id, '{rule.consent}', '{rule.role}')")
    elif rule.consent:
        parts.append(f"{c}.id = ANY ((SELECT ledger_consented('{rule.consent}', '{rule.role}'))::uuid[])")  # for the index
        agreed = f"FROM ledger_consents('{rule.consent}', '{rule.role}')"
        if rule.organisation:
            parts.append(f"({c}.id, {c}.{rule.organisation}_id) IN (SELECT candidacy, party {agreed})")
        else:
            parts.append(f"{c}.id IN (SELECT candidacy {agreed})")
    return "(" + " AND ".join(parts) + ")"


def _rules(part: Part, *, writing: bool) -> list[Rule]:
    return [rule for rule in RULES if part in (rule.writes if writing else rule.reads)]


def _any_rule(part: Part, c: str, *, writing: bool) -> str:
    return " OR ".join(_sql_of(rule, c) for rule in _rules(part, writing=writing)) or "false"


def views() -> dict[str, str]:
    """View -> the candidacies of which the asker may read or write a part: keys only, and never more than the rules give.

    A policy that looks in the table of candidacies would have that table's own policy applied once more, for each row of
    each table; a view of the owner is looked in as it is. It is a security barrier, as a policy is.
    """
    found = {}
    for part in sorted(set(PART_OF.values())):
        for mode, writing in (("reads", False), ("writes", True)):
            found[f"ledger_{mode}_{part}"] = _rules(part, writing=writing)
    for table, role in ONLY_ROWS:
        part = PART_OF[table]
        found[f"ledger_reads_{part}_{role}"] = [rule for rule in _rules(part, writing=False) if rule.role is role]
        found[f"ledger_reads_{part}_whole"] = [rule for rule in _rules(part, writing=False) if (table, rule.role) not in ONLY_ROWS]
    return {name: " UNION ALL ".join(map(_candidacies_of, rules)) or "SELECT NULL::uuid AS id WHERE false" for name, rules in found.items()}


def _candidacies_of(rule: Rule) -> str:
    """Asked first whether the asker has the role at all: where not, nothing is looked for."""
    return f"SELECT c.id FROM ledger_candidacy c WHERE (SELECT {_holds(rule.role)}) AND {_sql_of(rule, 'c')}"  # noqa: S608 - our own words


def _through_candidacy(table: str, part: Part, *, writing: bool) -> str:
    def among(view: str) -> str:
        return f"EXISTS (SELECT 1 FROM {view} f WHERE f.id = {table}.candidacy_id)"  # noqa: S608 - our own words

    only = {role: words for (of, role), words in ONLY_ROWS.items() if of == table}
    if writing or not only:
        return among(f"ledger_{'writes' if writing else 'reads'}_{part}")
    arms = [among(f"ledger_reads_{part}_whole")]
    arms += [f"({table}.{column} = {value} AND {among(f'ledger_reads_{part}_{role}')})" for role, (column, value) in only.items()]
    return " OR ".join(arms)


def policies() -> dict[str, dict[str, str]]:
    """Table -> SELECT, INSERT, UPDATE and DELETE -> condition. Every table with personal data stands here."""
    found: dict[str, dict[str, str]] = {}
    for table, part in PART_OF.items():
        if table == "ledger_candidacy":
            reads, writes = _any_rule(part, table, writing=False), _any_rule(part, table, writing=True)
        else:
            reads, writes = (_through_candidacy(table, part, writing=writing) for writing in (False, True))
        found[table] = {"SELECT": reads, "INSERT": writes, "UPDATE": writes, "DELETE": writes}
    # Only where a law lets the prison hold it, whatever the application thinks.
    kept_here = (
        " AND EXISTS (SELECT 1 FROM ledger_candidacy c JOIN ledger_organisation o ON o.id = c.prison_id"
        " WHERE c.id = ledger_citizennumber.candidacy_id AND o.may_hold_bsn)"
    )
    found["ledger_citizennumber"] = {verb: f"({condition}){kept_here}" for verb, condition in found["ledger_citizennumber"].items()}
    allowed = f"SELECT candidacy, party FROM ledger_consents('{ASKED_FOR}', '{Role.MUNICIPAL_CONTACT}')"  # noqa: S608 - our own words
    municipality = (
        f"({_in_scope('municipality_id', Role.MUNICIPAL_CONTACT)} AND state <> 'draft' AND (candidacy_id, municipality_id) IN ({allowed}))"
    )
    for verb in ("SELECT", "UPDATE"):
        found["ledger_permissionrequest"][verb] += f" OR {municipality}"
    for role, purpose in TOLD_OF_CONSENT.items():
        counts = f"{CONSENT_COUNTS.format('')} AND purpose = '{purpose}'"
        found["ledger_consent"]["SELECT"] += f" OR ({_in_scope('party_id', role)} AND {counts})"
    own_list = _in_scope("prison_id", Role.COORDINATOR)
    seen = "EXISTS (SELECT 1 FROM ledger_candidacy c WHERE c.person_id = {})"
    request = "EXISTS (SELECT 1 FROM ledger_permissionrequest r WHERE r.id = request_id)"
    opens_own = f"user_id = {ME} AND {_in_scope('provider_id', Role.COUNSELLOR)} AND provider_id = ledger_provider_of(candidacy_id)"
    administered = _in_scope("organisation_id", Role.ADMINISTRATOR)
    # The operator answers for the whole; an organisation's own administrator for what its users do.
    operates = f"SELECT 1 FROM ledger_organisation o WHERE o.kind = '{Kind.OPERATOR}' AND {_in_scope('o.id', Role.ADMINISTRATOR)}"  # noqa: S608
    operator = f"(SELECT EXISTS ({operates}))"
    # What somebody did while they worked there, and not while they worked for another organisation too. The day on which a role
    # ends counts with both: until the hour they worked there.
    that_day = f"(ledger_auditentry.at AT TIME ZONE '{settings.TIME_ZONE}')::date"
    at_work = (
        "EXISTS (SELECT 1 FROM ledger_membership m WHERE m.user_id = ledger_auditentry.actor AND {}"  # noqa: S608 - our own words
        f" AND m.from_on <= {that_day} AND (m.until_on IS NULL OR m.until_on >= {that_day}))"
    )
    of_their_users = (
        f"(actor IN (SELECT m.user_id FROM ledger_membership m WHERE m.{administered})"  # noqa: S608
        f" AND {at_work.format(f'm.{administered}')} AND NOT {at_work.format(f'NOT m.{administered}')})"
    )
    file = _any_rule(HISTORY_WITH, "c", writing=False)
    of_their_files = f"EXISTS (SELECT 1 FROM ledger_candidacy c WHERE c.id = ledger_auditentry.candidacy AND ({file}))"  # noqa: S608
    own_analysis = _in_scope("organisation_id", Role.LEAD)
    evaluates = _of_programmes("programme_id", Role.EVALUATOR)
    asked = f"person_id = ANY ((SELECT ledger_asked_about('{ASKED_FOR}'))::uuid[])"
    key = f"{INTAKE} OR {seen.format('ledger_personkey.person_id')} OR {asked}"
    duty = "(SELECT ledger_duty()) = 'seal'"
    found |= {
        "ledger_person": {"SELECT": seen.format("ledger_person.id"), "INSERT": INTAKE, "UPDATE": seen.format("ledger_person.id")},
        "ledger_personkey": {"SELECT": key, "INSERT": INTAKE, "UPDATE": seen.format("ledger_personkey.person_id")},
        "ledger_columnmapping": {"SELECT": own_list, "INSERT": own_list, "UPDATE": own_list},
        "ledger_grosslistimport": {
            "SELECT": f"{own_list} OR {_of_programmes('programme_id', Role.HEAD_OFFICE)}",
            "INSERT": own_list,
            "UPDATE": own_list,
        },
        "ledger_importrow": {"SELECT": own_list, "INSERT": own_list, "UPDATE": own_list, "DELETE": own_list},
        "ledger_permissionreminder": {"SELECT": request, "INSERT": request},
        "ledger_notice": {"SELECT": f"to_id = {ME} OR (SELECT ledger_duty()) = 'remind'", "INSERT": SOMEBODY, "UPDATE": f"to_id = {ME}"},
        "ledger_criteriaanalysis": {
            "SELECT": f"{own_analysis} OR {evaluates}",
            "INSERT": f"by_id = {ME} AND ({own_analysis} OR ({evaluates} AND {_in_scope('organisation_id', Role.EVALUATOR)}))",
        },
        "ledger_criteriaproposal": {
            "SELECT": " OR ".join(_of_programmes("programme_id", role) for role in (Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR)),
            "INSERT": f"by_id = {ME} AND {_of_programmes('programme_id', Role.LEAD)}",
        },
        "ledger_reconciliation": {
            "SELECT": f"{own_analysis} OR {evaluates}",
            "INSERT": f"by_id = {ME} AND {own_analysis}",
            "UPDATE": own_analysis,
            "DELETE": own_analysis,
        },
        "ledger_breakglass": {"SELECT": f"user_id = {ME} OR {_in_scope('provider_id', Role.LEAD)}", "INSERT": opens_own},
        "ledger_sentform": dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), f"user_id = {ME}"),
        "ledger_auditentry": {
            "SELECT": f"actor = {ME} OR {operator} OR {duty} OR {of_their_users} OR {of_their_files}",
            "INSERT": f"actor IS NULL OR actor = {ME}",
        },
        "ledger_auditseal": {"SELECT": f"{operator} OR {duty}", "INSERT": duty},
    }
    return found


CLOSE = f"""
CREATE OR REPLACE FUNCTION ledger_close(of uuid, provider boolean, evaluator boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  -- Past row-level security: whoever writes down the no of a candidate may be the one who is not to see the file from now on.
  IF NOT EXISTS (SELECT 1 FROM ledger_writes_{Part.CONSENT} v WHERE v.id = of)
      OR current_setting('makegood.audited', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'not_yours: what this candidate agrees to is not yours to write down, or it is not audited' USING ERRCODE = '42501';
  END IF;
  -- Handed over in the same moment: then the provider keeps it, else nobody could act any more.
  UPDATE ledger_candidacy SET {CLOSED_TO["provider"]} = provider AND handed_over_on IS NULL, {CLOSED_TO["evaluator"]} = evaluator
  WHERE id = of;
END $$;
"""  # noqa: S608 - our own words


ERASE = f"""
CREATE OR REPLACE FUNCTION ledger_erase_the_rest(of uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  -- Past row-level security: a lead sees no citizen service number and no list, and both go when a person is erased.
  IF NOT EXISTS (SELECT 1 FROM ledger_writes_{Part.IDENTITY} v WHERE v.id = of)
      OR NOT EXISTS (SELECT 1 FROM ledger_person p WHERE p.id = ledger_person_of(of) AND p.erased_at IS NOT NULL)
      OR current_setting('makegood.audited', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'not_yours: this person is not yours to erase, or it is not audited' USING ERRCODE = '42501';
  END IF;
  DELETE FROM ledger_citizennumber WHERE candidacy_id = of;
  DELETE FROM ledger_importrow WHERE became_id = of;
  DELETE FROM ledger_notice WHERE candidacy_id = of;
END $$;
"""  # noqa: S608 - our own words


OPEN_TABLES = frozenset(
    {
        "ledger_user",
        "ledger_membership",
        "ledger_invitation",
        "ledger_organisation",
        "ledger_municipalitydetails",
        "ledger_municipalitycontact",
        "ledger_localprogramme",
        "ledger_usualcare",
        "ledger_programme",
        "ledger_programmeversion",
        "ledger_party",
        "ledger_questionnaire",
    }
)
"""Tables of ours without data on persons in a programme."""


def statements() -> Iterator[str]:
    """Everything, in order. Each may run again."""
    runtime = connection.ops.quote_name(settings.MAKEGOOD_RUNTIME_ROLE)
    functions = FUNCTIONS.replace("'TIME_ZONE'", f"'{settings.TIME_ZONE}'").replace("CONSENT_COUNTS", CONSENT_COUNTS.format("k."))
    yield functions.replace("'RUNTIME'", f"'{settings.MAKEGOOD_RUNTIME_ROLE}'")
    yield from counting.functions()
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {runtime}"
    for table in sorted(connection.introspection.table_names()):
        yield f"REVOKE ALL ON {connection.ops.quote_name(table)} FROM {runtime}"
        yield f"GRANT {_rights(table)} ON {connection.ops.quote_name(table)} TO {runtime}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {runtime}"
    yield DROP_EVERY_POLICY
    for view, words in views().items():
        yield f"CREATE VIEW {view} WITH (security_barrier) AS {words}"
        yield f"REVOKE ALL ON {view} FROM {runtime}"
        yield f"GRANT SELECT ON {view} TO {runtime}"
    yield from counting.functions_of_views()
    yield CLOSE
    yield ERASE
    for table, conditions in policies().items():
        yield from _secured(table, conditions, runtime)
    yield "DROP TRIGGER IF EXISTS only_an_answer ON ledger_permissionrequest"
    yield ("CREATE TRIGGER only_an_answer BEFORE UPDATE ON ledger_permissionrequest FOR EACH ROW EXECUTE FUNCTION ledger_only_an_answer()")
    yield "DROP TRIGGER IF EXISTS note_audited ON ledger_auditentry"
    # That a list was shown says nothing of what else was done meanwhile.
    noted = f"BEFORE INSERT ON ledger_auditentry FOR EACH ROW WHEN (NEW.verb <> '{LISTED}')"
    yield f"CREATE TRIGGER note_audited {noted} EXECUTE FUNCTION ledger_note_audited()"
    for table in sorted({*PART_OF, "ledger_personkey"}):
        # Looked at when the transaction ends: nothing is changed about a person that is not written down.
        yield f"DROP TRIGGER IF EXISTS demand_audit ON {table}"
        yield (
            f"CREATE CONSTRAINT TRIGGER demand_audit AFTER INSERT OR UPDATE OR DELETE ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW WHEN (current_user = '{settings.MAKEGOOD_RUNTIME_ROLE}') EXECUTE FUNCTION ledger_demand_audit()"
        )
    yield "DROP TRIGGER IF EXISTS demand_history ON ledger_candidacy"
    yield (
        "CREATE CONSTRAINT TRIGGER demand_history AFTER UPDATE OF release_on ON ledger_candidacy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        f" WHEN (OLD.release_on IS DISTINCT FROM NEW.release_on AND current_user = '{settings.MAKEGOOD_RUNTIME_ROLE}')"
        " EXECUTE FUNCTION ledger_demand_history()"
    )
    yield "DROP TRIGGER IF EXISTS guard_closing ON ledger_candidacy"
    closing = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in CLOSED_TO.values())
    yield (
        f"CREATE TRIGGER guard_closing BEFORE UPDATE ON ledger_candidacy FOR EACH ROW WHEN ({closing})"
        " EXECUTE FUNCTION ledger_guard_closing()"
    )
    for table in sorted(APPEND_ONLY):
        yield f"DROP TRIGGER IF EXISTS append_only_rows ON {table}"
        yield f"DROP TRIGGER IF EXISTS append_only_table ON {table}"
        yield f"CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
        yield f"CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"


def _rights(table: str) -> str:
    if table == "django_migrations":
        return "SELECT"
    if table in APPEND_ONLY:
        return "SELECT, INSERT"
    if not table.startswith("ledger_"):
        return "SELECT, INSERT, UPDATE, DELETE"
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    changeable = ", ".join(connection.ops.quote_name(name) for name in columns if name not in FIXED or table in OPEN_TABLES)
    return f"SELECT, INSERT, UPDATE ({changeable})" + (", DELETE" if table in ERASABLE else "")


def _secured(table: str, conditions: dict[str, str], runtime: str) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    for verb in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        if verb not in conditions:
            continue
        condition = conditions[verb]
        if verb == "INSERT":
            yield f"CREATE POLICY may_insert ON {table} FOR INSERT TO {runtime} WITH CHECK ({condition})"
        elif verb == "UPDATE":
            # What one may change one may change into anything that one may still read: a hand-over gives a file away.
            yield f"CREATE POLICY may_update ON {table} FOR UPDATE TO {runtime} USING ({condition}) WITH CHECK ({conditions['SELECT']})"
        else:
            yield f"CREATE POLICY may_{verb.lower()} ON {table} FOR {verb} TO {runtime} USING ({condition})"


def unplaced() -> list[str]:
    """Tables of ours that no one decided about: neither secured nor declared to be without persons."""
    ours = {model._meta.db_table for model in apps.get_app_config("ledger").get_models()}
    return sorted(ours - set(policies()) - OPEN_TABLES)


def lift() -> None:
    """Before a migration: no policy stands in its way. Row-level security stays on, so meanwhile nobody sees anything."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DROP_EVERY_POLICY)


def apply() -> None:
    """Bring the database's security in line with the code, as the owner of the tables."""
    forgotten = unplaced()
    if forgotten:
        raise RuntimeError(f"no access is decided for {', '.join(forgotten)}: see ledger/access.py and ledger/row_security.py")
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)
