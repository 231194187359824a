-- A person's value under a metric of months. Reads totals. Gives subject, value, enters, unknown, not_yet.
SELECT
    subject,
    counted + CASE WHEN $rule = 'counted' THEN unknown ELSE 0 END AS value,
    CASE WHEN $rule = 'left_out' AND unknown > 0 THEN 0 ELSE 1 END AS enters,
    unknown,
    $window - observed AS not_yet
FROM totals
