"""Makegood: from an agreed sentence to a dated fact to a euro, and back.

The rooms are the chapters of an outcomes contract, in the order in which a reader meets them: values,
programme, cases, measurement, comparison, payment, finance, settle, world, report. A room imports only
rooms that come before it.
"""

__version__ = "0.1.0"
