"""What was agreed: the terms of an outcomes contract, as one dated, sourced, executable file.

Comes in: a programme file (YAML). Goes out: a typed `Programme` and the problems found, each with file and line.
Must never know: records, persons, results; how anything is computed.
"""
