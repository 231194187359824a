-- Whether a person is in a class of counted months. Reads totals (of the metric of months). Gives subject, value (1: in the
-- class, however the months not yet observed turn out), enters, unknown, not_yet.
WITH sure AS (
    SELECT
        subject,
        counted,
        unknown,
        $window - observed AS still_open,
        counted + CASE WHEN $rule = 'counted' THEN unknown ELSE 0 END AS months
    FROM totals
),

judged AS (
    SELECT
        subject,
        CASE WHEN months >= $at_least AND months + still_open <= $at_most THEN 1 ELSE 0 END AS inside,
        CASE WHEN months + still_open >= $at_least AND months <= $at_most THEN 1 ELSE 0 END AS possible,
        CASE
            WHEN unknown = 0 THEN 0
            WHEN counted >= $at_least AND counted + unknown + still_open <= $at_most THEN 0
            WHEN counted + unknown + still_open < $at_least OR counted > $at_most THEN 0
            ELSE 1
        END AS unsure
    FROM sure
)

SELECT
    subject,
    inside AS value,
    CASE WHEN $rule = 'left_out' AND unsure = 1 THEN 0 ELSE 1 END AS enters,
    unsure AS unknown,
    CASE WHEN possible = 1 AND inside = 0 THEN 1 ELSE 0 END AS not_yet
FROM judged
