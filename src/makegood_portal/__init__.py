"""The portal: what parties keep, may do and see, on PostgreSQL.

Four floors, imports go down only: `config` (the operator) starts `web` (the user), which calls one action of
`actions` (the process owner) or one query of `ledger` (the auditor). All may use the engine, `makegood`; the engine
never imports the portal.
"""
