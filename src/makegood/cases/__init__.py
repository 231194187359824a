"""What happened: people, spells, coverage, observations and claims, read from files into columns, with their data quality.

Comes in: CSV and Parquet files as docs/reference/measurement.md defines them. Goes out: `Records`, whole columns of
exact integers (days since 1970, ten-thousandths of an hour), and `Quality`: every oddity counted and listed.
Must never know: what was agreed, which months count, what anything costs.
"""
