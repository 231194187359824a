-- How many months of each state a person has. Reads states (of one metric). Gives subject, counted, unknown, observed,
-- heavy (1: in some month more than 168 hours a week).
SELECT
    person AS subject,
    CAST(SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS BIGINT) AS counted,
    CAST(SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS BIGINT) AS unknown,
    CAST(SUM(CASE WHEN state <> 3 THEN 1 ELSE 0 END) AS BIGINT) AS observed,
    MAX(CASE WHEN $way = 0 AND weight > 1680000 * length THEN 1 ELSE 0 END) AS heavy
FROM states
GROUP BY person
