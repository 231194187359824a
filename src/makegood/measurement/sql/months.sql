-- The months of every person's window: month k runs from index date + (k - 1) months to index date + k months.
-- Reads subjects, month_numbers. Gives person, month, from_day, until_day (days since 1970).
SELECT
    s.subject AS person,
    n.month,
    CAST(DATE_DIFF('day', DATE '1970-01-01', ADD_MONTHS(s.index_date, n.month - 1)) AS BIGINT) AS from_day,
    CAST(DATE_DIFF('day', DATE '1970-01-01', ADD_MONTHS(s.index_date, n.month)) AS BIGINT) AS until_day
FROM subjects AS s
CROSS JOIN month_numbers AS n
WHERE s.index_date IS NOT NULL
