"""Pages, documents, files: what was worked out, for people and for other programs.

Comes in: settlements, agreements. Goes out: JSON, HTML, text, standard formats. Must never know: how a figure is
computed; it shows what it is given.
"""
