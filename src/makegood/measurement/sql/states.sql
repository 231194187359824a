-- The state and weight of every month under one rule.
-- Reads months, spells, watched. $way: 0 average hours, 1 contract hours on a share of days, 2 any day.
-- Gives person, month, weight (sum of hours x days in ten-thousandths, or days that satisfy the rule),
-- length (days), state (0 not counted, 1 counted, 2 unknown, 3 not yet observed).
WITH bounds AS (
    SELECT person, MIN(from_day) AS begin_day, COALESCE(MAX(CASE WHEN until_day <= $as_of THEN until_day END), MIN(from_day)) AS observed_day
    FROM months
    WHERE month <= $window
    GROUP BY person
),

watch AS (
    SELECT person, start_day, end_day
    FROM watched
    WHERE $covered AND kind = $kind_name
    UNION ALL
    SELECT person, begin_day, observed_day
    FROM bounds
    WHERE NOT $covered
),

-- Spells of the kind, as far as a source was watching and the months are observed.
segment AS (
    SELECT
        s.person,
        GREATEST(s.start_day, w.start_day, b.begin_day) AS start_day,
        LEAST(s.end_day, w.end_day, b.observed_day) AS end_day,
        s.hours
    FROM spells AS s
    JOIN bounds AS b ON b.person = s.person
    JOIN watch AS w ON w.person = s.person
    WHERE
        s.kind = $kind
        AND GREATEST(s.start_day, w.start_day, b.begin_day) < LEAST(s.end_day, w.end_day, b.observed_day)
),

-- How much runs from each day on: hours of the contracts that run, or the number of spells.
change AS (
    SELECT person, start_day AS day, CASE WHEN $way = 2 THEN 1 ELSE hours END AS rise
    FROM segment
    WHERE $way = 2 OR ($way = 1 AND hours >= 0)
    UNION ALL
    SELECT person, end_day AS day, CASE WHEN $way = 2 THEN -1 ELSE -hours END AS rise
    FROM segment
    WHERE $way = 2 OR ($way = 1 AND hours >= 0)
),

turn AS (
    SELECT person, day, CAST(SUM(rise) AS BIGINT) AS rise
    FROM change
    GROUP BY person, day
),

stretch AS (
    SELECT
        person,
        day AS start_day,
        LEAD(day) OVER (PARTITION BY person ORDER BY day) AS end_day,
        SUM(rise) OVER (PARTITION BY person ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS level
    FROM turn
),

part AS (
    SELECT person, start_day, end_day, hours AS weight, 0 AS hidden
    FROM segment
    WHERE $way = 0 AND hours >= 0
    UNION ALL
    SELECT person, start_day, end_day, 0 AS weight, 1 AS hidden
    FROM segment
    WHERE $way <> 2 AND hours < 0
    UNION ALL
    SELECT person, start_day, end_day, 1 AS weight, 0 AS hidden
    FROM stretch
    WHERE end_day IS NOT NULL AND level >= $level
),

weighed AS (
    SELECT
        m.person,
        m.month,
        CAST(SUM(p.weight * (LEAST(p.end_day, m.until_day) - GREATEST(p.start_day, m.from_day))) AS BIGINT) AS weight,
        MAX(p.hidden) AS hidden
    FROM part AS p
    JOIN months AS m ON m.person = p.person AND p.start_day < m.until_day AND p.end_day > m.from_day
    WHERE m.month <= $window
    GROUP BY m.person, m.month
),

lit AS (
    SELECT m.person, m.month, SUM(LEAST(w.end_day, m.until_day) - GREATEST(w.start_day, m.from_day)) AS days
    FROM watched AS w
    JOIN months AS m ON m.person = w.person AND w.start_day < m.until_day AND w.end_day > m.from_day
    WHERE $covered AND w.kind = $kind_name AND m.month <= $window
    GROUP BY m.person, m.month
)

SELECT
    m.person,
    m.month,
    COALESCE(x.weight, 0) AS weight,
    m.until_day - m.from_day AS length,
    CASE
        WHEN m.until_day > $as_of THEN 3
        WHEN $way = 2 AND COALESCE(x.weight, 0) >= $need THEN 1
        WHEN $way <> 2 AND COALESCE(x.weight, 0) * $per >= $need * (m.until_day - m.from_day) THEN 1
        WHEN $covered AND COALESCE(l.days, 0) < m.until_day - m.from_day THEN 2
        WHEN COALESCE(x.hidden, 0) = 1 THEN 2
        ELSE 0
    END AS state
FROM months AS m
LEFT JOIN weighed AS x ON x.person = m.person AND x.month = m.month
LEFT JOIN lit AS l ON l.person = m.person AND l.month = m.month
WHERE m.month <= $window
