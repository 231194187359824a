"""Counting without seeing: functions of the database that give numbers over a programme, and never a person.

Who leads a project must know how many stand on a list whose people are not theirs to see. These functions run as the
owner of the tables; each asks first who is asking (`ledger_counts`), by the roles of `access`. What they give are
counts over groups; for who may not see the persons, `queries.funnel` puts groups of a few together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from makegood_portal.ledger.access import CLOSED_TO, COUNT_OWN, COUNT_WHOLE, HISTORY_WITH, ONLY_ROWS, PART_OF, RULES, SEE_EACH, Bond, Part
from makegood_portal.ledger.words import Role

_ROLES = {
    "whole": sorted(COUNT_WHOLE), "each": sorted(SEE_EACH), "own": sorted(COUNT_OWN), "everybody": sorted(COUNT_WHOLE - {Role.EVALUATOR}),
}  # fmt: skip


def _party(roles: Sequence[str], columns: str = "1") -> str:
    scopes = " OR ".join(f"p.organisation_id = ANY (ledger_scope('{role}'))" for role in roles)
    return f"SELECT {columns} FROM ledger_party p WHERE p.programme_id = of AND ({scopes})"  # noqa: S608 - our own words


_COUNTS = f"""
DROP FUNCTION IF EXISTS ledger_counts(uuid);
CREATE FUNCTION ledger_counts(of uuid, OUT whole boolean, OUT small boolean, OUT prisons uuid[], OUT everybody boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS ({_party(_ROLES["whole"])}), NOT EXISTS ({_party(_ROLES["whole"])}) OR EXISTS ({_party(_ROLES["each"])}),
   ARRAY({_party(_ROLES["own"], "p.organisation_id")} ORDER BY 1), EXISTS ({_party(_ROLES["everybody"])}) $$;
"""
_KNOWN = f"(may.everybody OR NOT c.{CLOSED_TO['evaluator']})"
"""Who said no to research is in no count of the evaluator: small groups would tell what became of them."""

# Just after a long list came in the database has no statistics yet, takes everything for one row, and would run through
# all events once for each candidate: minutes instead of a moment. So no loops in loops, and the marks are made once. Of the
# whole all events are read once; of a prison or two only theirs, by the index that an array uses without a loop: of the two
# arms of `mine` and `done` one gives nothing, and is not run.
# Waits come as arrays, a row a prison and step: a row for each number of days was three quarters of all rows, and to
# fetch and keep them took as long as to count.
_FUNNEL = f"""
DROP FUNCTION IF EXISTS ledger_funnel(uuid, date, text[], text, text);
CREATE FUNCTION ledger_funnel(of uuid, as_of date, steps text[], inform text, chosen text)
RETURNS TABLE (what text, prison uuid, month date, place int, state text, step text, listing text, reason text, day date, days int[],
  each int[], n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET enable_nestloop = off AS $$
WITH may AS MATERIALIZED (SELECT * FROM ledger_counts(of)),
mine AS MATERIALIZED (
  SELECT c.id, c.prison_id, c.list_month, c.release_on, c.channel::text FROM ledger_candidacy c CROSS JOIN may
  WHERE c.programme_id = of AND may.whole AND {_KNOWN}
  UNION ALL SELECT c.id, c.prison_id, c.list_month, c.release_on, c.channel::text FROM ledger_candidacy c
  WHERE c.programme_id = of AND c.prison_id = ANY (ARRAY(SELECT unnest(may.prisons) FROM may WHERE NOT may.whole))
),
taken_back AS MATERIALIZED (SELECT corrects_id FROM ledger_selectionevent WHERE corrects_id IS NOT NULL),
done AS MATERIALIZED (
  SELECT e.candidacy_id, e.outcome, array_position(steps, e.step::text) AS place, e.step, e.happened_on, e.recorded_at,
    e.reason_source, e.reason
  FROM mine JOIN ledger_selectionevent e ON e.candidacy_id = mine.id
  WHERE (SELECT whole FROM may) AND e.happened_on <= as_of AND e.id NOT IN (SELECT corrects_id FROM taken_back)
  UNION ALL
  SELECT e.candidacy_id, e.outcome, array_position(steps, e.step::text), e.step, e.happened_on, e.recorded_at, e.reason_source, e.reason
  FROM ledger_selectionevent e
  WHERE NOT (SELECT whole FROM may) AND e.candidacy_id = ANY (ARRAY(SELECT id FROM mine WHERE NOT (SELECT whole FROM may)))
    AND e.happened_on <= as_of AND e.id NOT IN (SELECT corrects_id FROM taken_back)
),
marks AS MATERIALIZED (
  SELECT candidacy_id,
    max(place) FILTER (WHERE outcome = 'passed') AS place,
    max(happened_on) FILTER (WHERE outcome = 'passed') AS done_on,
    max(happened_on) FILTER (WHERE outcome = 'passed' AND place = cardinality(steps)) AS started_on,
    max(happened_on) FILTER (WHERE outcome = 'passed' AND step = inform) AS informed_on,
    max(happened_on) FILTER (WHERE outcome = 'passed' AND step = chosen) AS chosen_on,
    max(happened_on) FILTER (WHERE outcome = 'exited') AS exit_on,
    max(recorded_at) FILTER (WHERE outcome = 'exited') AS exit_at,
    max(happened_on) FILTER (WHERE outcome = 'reopened') AS back_on,
    max(recorded_at) FILTER (WHERE outcome = 'reopened') AS back_at
  FROM done GROUP BY candidacy_id
),
stand AS MATERIALIZED (
  SELECT c.id, c.prison_id, c.list_month, c.release_on, c.channel, coalesce(m.place, 0) AS place,
    m.done_on, m.started_on, m.informed_on, m.chosen_on,
    m.exit_on, m.back_on, m.back_at,
    -- Who did something after leaving is back on the way; on one day it counts what was recorded last.
    CASE WHEN m.exit_on IS NULL OR coalesce(m.place, 0) = cardinality(steps) OR m.exit_on < m.done_on OR m.exit_on < m.back_on
           OR (m.exit_on = m.back_on AND m.exit_at < m.back_at) THEN 'open' ELSE 'left' END AS state
  FROM mine c LEFT JOIN marks m ON m.candidacy_id = c.id
  -- The list of a month comes before the month begins: who stands on it counts from the first day on which something was done.
  WHERE c.list_month <= as_of OR m.candidacy_id IS NOT NULL
),
exits AS (
  SELECT DISTINCT ON (s.id, e.reason_source) s.prison_id, s.list_month, s.place, e.step::text, e.reason_source::text, e.reason::text
  FROM stand s JOIN done e ON e.candidacy_id = s.id
  WHERE s.state = 'left' AND e.outcome = 'exited' AND e.happened_on >= coalesce(s.done_on, e.happened_on)
    AND (s.back_on IS NULL OR e.happened_on > s.back_on OR (e.happened_on = s.back_on AND e.recorded_at > s.back_at))
  ORDER BY s.id, e.reason_source, e.happened_on DESC, e.recorded_at DESC
),
passed AS (
  SELECT candidacy_id, place, happened_on - lag(happened_on) OVER (PARTITION BY candidacy_id ORDER BY happened_on, place) AS days
  FROM done WHERE outcome = 'passed'
),
waited AS (
  SELECT s.prison_id, p.place, 'done' AS state, p.days, count(*)::int AS number FROM passed p JOIN stand s ON s.id = p.candidacy_id
  WHERE p.days IS NOT NULL AND p.place IS NOT NULL GROUP BY 1, 2, 4
  UNION ALL SELECT prison_id, place + 1, state, CASE state WHEN 'left' THEN exit_on ELSE as_of END - done_on, count(*)::int FROM stand
  WHERE place BETWEEN 1 AND cardinality(steps) - 1 GROUP BY 1, 2, 3, 4
),
before AS (
  SELECT prison_id, release_on - chosen_on AS days, count(*)::int AS number FROM stand
  WHERE chosen_on IS NOT NULL AND release_on IS NOT NULL GROUP BY 1, 2
),
filled AS MATERIALIZED (
  SELECT s.prison_id, r.state, sum(r.asked_count)::int AS asked, sum(r.given_count) AS given, count(*) AS forms
  FROM stand s JOIN ledger_response r ON r.candidacy_id = s.id WHERE r.started_on <= as_of GROUP BY 1, 2
)
SELECT 'stand', prison_id, list_month, place, state, '', '', '', NULL::date, NULL::int[], NULL::int[], count(*) FROM stand
  GROUP BY 2, 3, 4, 5
UNION ALL SELECT 'exit', prison_id, list_month, place, '', step, reason_source, reason, NULL, NULL, NULL, count(*) FROM exits
  GROUP BY 2, 3, 4, 6, 7, 8
UNION ALL SELECT 'start', prison_id, list_month, NULL, '', '', '', '', started_on, NULL, NULL, count(*) FROM stand
  WHERE started_on IS NOT NULL GROUP BY 2, 3, 9
UNION ALL SELECT 'informed', prison_id, NULL, NULL, '', '', '', '', max(informed_on), NULL, NULL, count(*) FROM stand
  WHERE informed_on IS NOT NULL GROUP BY 2
UNION ALL SELECT 'channel', prison_id, list_month, place, '', channel, '', '', NULL, NULL, NULL, count(*) FROM stand
  WHERE informed_on IS NOT NULL AND channel <> '' GROUP BY 2, 3, 4, 6
UNION ALL SELECT 'before', prison_id, NULL, NULL, '', '', '', '', NULL, array_agg(days), array_agg(number), sum(number) FROM before
  GROUP BY 2
UNION ALL SELECT 'wait', prison_id, NULL, place, state, '', '', '', NULL, array_agg(days), array_agg(number), sum(number) FROM waited
  GROUP BY 2, 4, 5
UNION ALL SELECT 'filled', prison_id, NULL, NULL, state, '', '', '', NULL, ARRAY[asked], NULL, given FROM filled
UNION ALL SELECT 'begun', prison_id, NULL, NULL, state, '', '', '', NULL, NULL, NULL, forms FROM filled
$$;
"""  # noqa: S608 - our own words

_INTAKE = f"""
CREATE OR REPLACE FUNCTION ledger_intake(of uuid, as_of date, started text, inform text)
RETURNS TABLE (what text, prison uuid, day date, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH may AS MATERIALIZED (SELECT * FROM ledger_counts(of)),
done AS (
  SELECT c.prison_id, e.step, e.happened_on FROM ledger_selectionevent e JOIN ledger_candidacy c ON c.id = e.candidacy_id CROSS JOIN may
  WHERE e.step IN (started, inform) AND e.outcome = 'passed' AND e.happened_on <= as_of AND c.programme_id = of
    AND (may.whole AND {_KNOWN} OR c.prison_id = ANY (may.prisons))
    AND e.id NOT IN (SELECT corrects_id FROM ledger_selectionevent WHERE corrects_id IS NOT NULL)
)
SELECT 'start', NULL::uuid, happened_on, count(*) FROM done WHERE step = started GROUP BY 3
UNION ALL SELECT 'informed', prison_id, max(happened_on), count(*) FROM done WHERE step = inform GROUP BY 2
$$;
"""  # noqa: S608 - our own words


# What row-level security says of each answer follows from the response that it belongs to, but for answers in own words:
# so it is asked once a response. The views give the asker's own candidacies, also to a function of the owner.
_SCREENING = PART_OF["ledger_answer"]
_MISSING = f"""
CREATE OR REPLACE FUNCTION ledger_missing(forms uuid[])
RETURNS TABLE (questionnaire uuid, item text, asked bigint, given bigint, refused bigint, not_asked bigint, not_known bigint, blank bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET enable_sort = off AS $$
WITH seen AS MATERIALIZED (
  SELECT r.id, r.questionnaire_id, r.asked, r.candidacy_id IN (SELECT v.id FROM ledger_reads_{_SCREENING}_whole v) AS whole
  FROM ledger_response r
  WHERE r.questionnaire_id = ANY (forms) AND r.candidacy_id IN (SELECT v.id FROM ledger_reads_{_SCREENING} v)
),
asked AS (
  SELECT s.questionnaire_id, i.item, count(*) AS number
  FROM seen s CROSS JOIN LATERAL jsonb_array_elements_text(s.asked) AS i(item) GROUP BY 1, 2
), answered AS (
  SELECT s.questionnaire_id, a.item::text, count(*) FILTER (WHERE a.status = 'given') AS given,
         count(*) FILTER (WHERE a.status = 'refused') AS refused, count(*) FILTER (WHERE a.status = 'not_asked') AS not_asked,
         count(*) FILTER (WHERE a.status = 'not_known') AS not_known, count(*) AS number
  FROM seen s JOIN ledger_answer a ON a.response_id = s.id
  WHERE a.response_id = ANY (ARRAY(SELECT id FROM seen)) AND s.asked ? a.item AND (s.whole OR NOT a.free_text) GROUP BY 1, 2
)
SELECT questionnaire_id, asked.item, asked.number, coalesce(answered.given, 0), coalesce(answered.refused, 0),
  coalesce(answered.not_asked, 0), coalesce(answered.not_known, 0), greatest(asked.number - coalesce(answered.number, 0), 0)
FROM asked LEFT JOIN answered USING (questionnaire_id, item)
$$;
"""  # noqa: S608 - our own words
if PART_OF["ledger_response"] is not _SCREENING or {of for of, _ in ONLY_ROWS} != {"ledger_answer"}:
    raise RuntimeError("ledger_missing counts by the response: look at it again")

# Each response carries how many questions it asks, how many have an answer or a reason and how many answers were given; of
# the first two also without those in own words, which evaluators do not read. Whatever changes an answer has its response
# counted again, erasure too. Plans of a trigger are kept: one of when there were no answers yet would run through all of
# them for each response.
_FILLED = """
CREATE OR REPLACE FUNCTION ledger_count_filled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE own text[];
BEGIN
  SELECT coalesce(array_agg(i.item ->> 'name'), '{}') INTO own
  FROM ledger_questionnaire q, jsonb_array_elements(q.definition -> 'items') AS i(item)
  WHERE q.id = NEW.questionnaire_id AND i.item ->> 'kind' = 'text';
  SELECT count(*), count(*) FILTER (WHERE item <> ALL (own)) INTO NEW.asked_count, NEW.asked_closed
  FROM jsonb_array_elements_text(NEW.asked) AS a(item);
  SELECT count(DISTINCT a.item), count(DISTINCT a.item) FILTER (WHERE a.item <> ALL (own)), count(*) FILTER (WHERE a.status = 'given')
  INTO NEW.answered_count, NEW.answered_closed, NEW.given_count FROM ledger_answer a WHERE a.response_id = NEW.id AND NEW.asked ? a.item;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION ledger_count_answers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
BEGIN
  UPDATE ledger_response SET asked = asked WHERE id IN (SELECT response_id FROM changed);
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS count_filled ON ledger_response;
CREATE TRIGGER count_filled BEFORE INSERT OR UPDATE OF asked, questionnaire_id ON ledger_response
  FOR EACH ROW EXECUTE FUNCTION ledger_count_filled();
DROP TRIGGER IF EXISTS count_inserted ON ledger_answer;
DROP TRIGGER IF EXISTS count_updated ON ledger_answer;
DROP TRIGGER IF EXISTS count_deleted ON ledger_answer;
CREATE TRIGGER count_inserted AFTER INSERT ON ledger_answer REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_count_answers();
CREATE TRIGGER count_updated AFTER UPDATE ON ledger_answer REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_count_answers();
CREATE TRIGGER count_deleted AFTER DELETE ON ledger_answer REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_count_answers();
"""

_COMPLETENESS = f"""
CREATE OR REPLACE FUNCTION ledger_filled(closed boolean) RETURNS TABLE (candidacy uuid, asked bigint, answered bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT r.candidacy_id, sum(CASE WHEN closed THEN r.asked_closed ELSE r.asked_count END),
  sum(CASE WHEN closed THEN r.answered_closed ELSE r.answered_count END)
FROM ledger_response r WHERE r.candidacy_id IN (SELECT v.id FROM ledger_reads_{_SCREENING} v) GROUP BY r.candidacy_id
$$;
CREATE OR REPLACE FUNCTION ledger_filled_by_counsellor(closed boolean)
RETURNS TABLE (counsellor uuid, files bigint, asked bigint, answered bigint, without bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT c.counsellor_id, count(*), coalesce(sum(t.asked), 0)::bigint, coalesce(sum(t.answered), 0)::bigint,
  count(*) FILTER (WHERE t.asked IS NULL)
FROM ledger_candidacy c LEFT JOIN ledger_filled(closed) t ON t.candidacy = c.id
WHERE c.id IN (SELECT v.id FROM ledger_reads_{Part.CANDIDACY} v) GROUP BY c.counsellor_id
$$;
CREATE OR REPLACE FUNCTION ledger_differing() RETURNS TABLE (item text, files bigint, differ bigint, examples uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' AS $$
WITH again AS MATERIALIZED (
  SELECT a.candidacy_id, a.item FROM ledger_answer a
  WHERE a.status = 'given' AND NOT a.free_text AND a.candidacy_id = ANY (ARRAY(
    SELECT r.candidacy_id FROM ledger_response r WHERE r.candidacy_id IN (SELECT v.id FROM ledger_reads_{_SCREENING} v)
  ))
  GROUP BY 1, 2 HAVING count(*) > 1
), newest AS (
  SELECT DISTINCT ON (a.candidacy_id, a.item, a.source) a.candidacy_id, a.item, a.value
  FROM again JOIN ledger_answer a USING (candidacy_id, item) WHERE a.status = 'given' AND NOT a.free_text
  ORDER BY a.candidacy_id, a.item, a.source, a.happened_on DESC, a.recorded_at DESC
), twice AS (
  SELECT candidacy_id, item, count(DISTINCT value) AS differing FROM newest GROUP BY 1, 2 HAVING count(*) > 1
)
SELECT b.item, count(*), count(*) FILTER (WHERE b.differing > 1),
  (array_agg(b.candidacy_id ORDER BY b.candidacy_id) FILTER (WHERE b.differing > 1))[1:20]
FROM twice b GROUP BY b.item ORDER BY 3 DESC, b.item
$$;
"""  # noqa: S608 - our own words

# A number that is begun fits a few hundred: whether the asker may know each is looked up one by one, where all whom they may know
# would be gathered first. Whoever sees people by their consent alone is slower that way: their consents are gathered once.
_BY_CONSENT = " OR ".join(f"cardinality(ledger_scope('{role}')) > 0" for role in sorted({r.role for r in RULES if r.bond is Bond.CONSENT}))
# A condition on letters in the middle of a name cannot go before row-level security, so no index would serve it: the
# names are looked up here first, then whether the asker may know them. No index serves one or two letters in the middle
# of something: these are looked for at its beginning, as somebody expects who knows a short name or begins to write.
# A name is found with and without its accents, however it is looked for: `ledger_plain` of migration 0028.
_NAMED = rf"""
CREATE OR REPLACE FUNCTION ledger_named(word text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH looked AS (
  SELECT upper(word) AS whole, around || regexp_replace(upper(word), '([\\%_])', '\\\1', 'g') || '%' AS part,
    around || regexp_replace(ledger_plain(word), '([\\%_])', '\\\1', 'g') || '%' AS name
  FROM (SELECT CASE WHEN length(word) > 2 THEN '%' ELSE '' END AS around) begins
),
names AS MATERIALIZED (
  SELECT i.candidacy_id AS id FROM ledger_identity i, looked WHERE ledger_plain(i.family_name) LIKE looked.name
  UNION SELECT i.candidacy_id FROM ledger_identity i, looked WHERE ledger_plain(i.given_names) LIKE looked.name
  UNION SELECT i.candidacy_id FROM ledger_identity i, looked WHERE looked.whole = ANY (string_to_array(upper(i.prefix), ' '))
),
prison_numbers AS MATERIALIZED (
  SELECT p.candidacy_id AS id FROM ledger_prisonnumber p, looked WHERE upper(p.number) LIKE looked.part
),
numbers AS MATERIALIZED (
  SELECT c.id FROM ledger_person p JOIN ledger_candidacy c ON c.person_id = p.id, looked WHERE p.pseudonym LIKE looked.part
)
SELECT n.id FROM names n WHERE EXISTS (SELECT 1 FROM ledger_reads_{Part.IDENTITY} v WHERE v.id = n.id)
UNION SELECT n.id FROM prison_numbers n WHERE EXISTS (SELECT 1 FROM ledger_reads_{Part.CONTACT} v WHERE v.id = n.id)
UNION SELECT n.id FROM numbers n CROSS JOIN LATERAL (SELECT 1 FROM ledger_reads_{Part.CANDIDACY} v WHERE v.id = n.id LIMIT 1) may
  WHERE (SELECT NOT ({_BY_CONSENT}))
UNION SELECT n.id FROM numbers n WHERE (SELECT {_BY_CONSENT}) AND EXISTS (SELECT 1 FROM ledger_reads_{Part.CANDIDACY} v WHERE v.id = n.id)
$$;
"""  # noqa: S608 - our own words

# Who saw somebody on lists, for whoever may read the history of that file. The entries themselves hold the keys of the
# others on those lists, so they are counted here and not read there.
_LISTED = f"""
DROP FUNCTION IF EXISTS ledger_listed(uuid);
CREATE FUNCTION ledger_listed(of uuid)
RETURNS TABLE (who text, acting_as text, times bigint, first timestamptz, last timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT coalesce(u.name, '')::text, e.acting_as::text, count(*), min(e.at), max(e.at)
FROM ledger_auditentry e LEFT JOIN ledger_user u ON u.id = e.actor
WHERE e.shown IS NOT NULL AND e.shown @> ARRAY[of] AND EXISTS (SELECT 1 FROM ledger_reads_{HISTORY_WITH} v WHERE v.id = of)
GROUP BY e.actor, 1, 2 ORDER BY 5 DESC
$$;
"""  # noqa: S608 - our own words


def functions() -> Iterator[str]:
    """The statements that make them, in order; each may run again."""
    yield from (_COUNTS, _FUNNEL, _INTAKE, _FILLED)


def functions_of_views() -> Iterator[str]:
    """Those that look in the views of the policies, so that they are made after these; each may run again."""
    yield from (_MISSING, _COMPLETENESS, _NAMED, _LISTED)
