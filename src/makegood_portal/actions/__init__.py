"""What one may do: an action is one verb with `by=` and `on=`, one transaction, audited. Jobs live here too.

Comes in: who, on what, and the facts. Goes out: the changed record, or a `Refusal` that says what would do. It must
never know a page.
"""
