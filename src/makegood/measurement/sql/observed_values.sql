-- A subject's value from observations, in millionths. Reads subjects, observations, watched.
-- Persons are observed in their window, units at any time; both up to and on the as-of date.
-- Gives subject, value, enters, unknown, not_yet; a unit without an observation is absent.
WITH bounds AS (
    SELECT
        subject,
        CASE WHEN index_date IS NULL THEN 0 ELSE 1 END AS is_person,
        CASE WHEN index_date IS NULL THEN -2147483648 ELSE DATE_DIFF('day', DATE '1970-01-01', index_date) END AS begin_day,
        CASE
            WHEN index_date IS NULL THEN 2147483647
            ELSE DATE_DIFF('day', DATE '1970-01-01', ADD_MONTHS(index_date, $window))
        END AS end_day
    FROM subjects
),

taken AS (
    SELECT
        o.subject,
        o.value,
        ROW_NUMBER() OVER (PARTITION BY o.subject ORDER BY o.day, o.observation) AS nth,
        COUNT(*) OVER (PARTITION BY o.subject) AS times
    FROM observations AS o
    JOIN bounds AS b ON b.subject = o.subject
    WHERE o.metric = $observed AND o.day >= b.begin_day AND o.day < b.end_day AND o.day <= $as_of
),

summed AS (
    SELECT
        subject,
        MAX(times) AS times,
        CAST(SUM(CAST(value AS DECIMAL(38, 0))) AS BIGINT) AS total,
        MAX(CASE WHEN nth = 1 THEN value END) AS first_seen,
        MAX(CASE WHEN nth = times THEN value END) AS last_seen
    FROM taken
    GROUP BY subject
),

whole AS (
    SELECT DISTINCT w.person
    FROM watched AS w
    JOIN bounds AS b ON b.subject = w.person
    WHERE w.kind = $observed AND w.start_day <= b.begin_day AND w.end_day >= LEAST(b.end_day, $as_of)
),

known AS (
    SELECT
        b.subject,
        b.is_person,
        COALESCE(s.times, 0) AS times,
        COALESCE(s.total, 0) AS total,
        s.first_seen,
        s.last_seen,
        CASE WHEN b.is_person = 1 AND b.end_day > $as_of THEN 1 ELSE 0 END AS still_open,
        CASE
            WHEN $spoken_of AND b.is_person = 1 AND w.person IS NULL AND LEAST(b.end_day, $as_of) > b.begin_day THEN 1
            ELSE 0
        END AS blind
    FROM bounds AS b
    LEFT JOIN summed AS s ON s.subject = b.subject
    LEFT JOIN whole AS w ON w.person = b.subject
),

valued AS (
    SELECT
        subject,
        still_open,
        CASE
            WHEN $take = 'count' THEN times * 1000000
            WHEN $take = 'any' AND times > 0 THEN 1000000
            WHEN $take = 'any' AND $rule = 'counted' AND blind = 1 THEN 1000000
            WHEN $take = 'sum' THEN total
            WHEN $take = 'mean' AND times > 0 AND total < 0 THEN -((2 * -total + times) // (2 * times))
            WHEN $take = 'mean' AND times > 0 THEN (2 * total + times) // (2 * times)
            WHEN $take = 'first' AND times > 0 THEN first_seen
            WHEN $take = 'last' AND times > 0 THEN last_seen
            WHEN $take = 'change' AND times > 1 THEN last_seen - first_seen
            ELSE 0
        END AS value,
        CASE
            WHEN $take IN ('count', 'sum') THEN blind
            WHEN $take = 'any' THEN CASE WHEN times = 0 THEN blind ELSE 0 END
            WHEN times > CASE WHEN $take = 'change' THEN 1 ELSE 0 END THEN 0
            ELSE 1
        END AS unknown
    FROM known
    WHERE is_person = 1 OR times > 0
)

SELECT
    subject,
    CAST(value AS BIGINT) AS value,
    CASE
        WHEN $take IN ('mean', 'first', 'last', 'change') AND unknown = 1 THEN 0
        WHEN $rule = 'left_out' AND unknown = 1 THEN 0
        ELSE 1
    END AS enters,
    CASE WHEN $take IN ('mean', 'first', 'last', 'change') AND still_open = 1 THEN 0 ELSE unknown END AS unknown,
    still_open AS not_yet
FROM valued
