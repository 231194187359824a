"""Agreement meets facts: from dated records to the months and outcomes of each person, and the figure of each cohort.

Comes in: the measurement terms of the outcome metrics, `Records`, an as-of date. Goes out: a `Measurement`: states of
months, figures per person, figures per cohort and arm, findings on data quality, and the files that carry them.
Must never know: a price, a payer's limit, what anything is worth.
"""
