-- The figure of every group under one metric. Reads person_values (of one metric), subjects. Gives grp, n, left_out, total,
-- positive, unknown, not_yet, first_index, last_end (days since 1970; null where there are units only).
SELECT
    s.grp,
    CAST(SUM(v.enters) AS BIGINT) AS n,
    CAST(SUM(1 - v.enters) AS BIGINT) AS left_out,
    CAST(SUM(CASE WHEN v.enters = 1 THEN CAST(v.value AS DECIMAL(38, 0)) ELSE 0 END) AS DECIMAL(38, 0)) AS total,
    CAST(SUM(CASE WHEN v.enters = 1 AND v.value > 0 THEN 1 ELSE 0 END) AS BIGINT) AS positive,
    CAST(SUM(v.unknown) AS BIGINT) AS unknown,
    CAST(SUM(v.not_yet) AS BIGINT) AS not_yet,
    MIN(DATE_DIFF('day', DATE '1970-01-01', s.index_date)) AS first_index,
    MAX(DATE_DIFF('day', DATE '1970-01-01', ADD_MONTHS(s.index_date, $window))) AS last_end
FROM person_values AS v
JOIN subjects AS s ON s.subject = v.subject
GROUP BY s.grp
