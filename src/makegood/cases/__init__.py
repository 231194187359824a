"""What happened: rows of files, read once, typed, each knowing its file and line.

Comes in: CSV and Parquet as docs/reference/files.md says. Goes out: typed rows and the problems found.
Must never know: what was agreed, what anything costs.
"""
