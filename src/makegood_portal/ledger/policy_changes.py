"""Who may see what changes by a change of the code, or of who may hold a BSN; each such change stands in the audit.

What is compared is what the database itself says before and after: a policy that somebody changed by hand is put right
by the next `db migrate`, and that is written down too.
"""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.db import connection, transaction

from makegood_portal.ledger import audit, row_security
from makegood_portal.ledger.models import Organisation
from makegood_portal.ledger.scope import Scope, scope_of_system

_STATE = """
SELECT 'policy ' || tablename || ' ' || policyname, concat_ws(' | ', permissive, roles::text, cmd, qual, with_check)
  FROM pg_policies WHERE schemaname = 'public'
UNION ALL
SELECT 'view ' || relname, concat_ws(' | ', array_to_string(reloptions, ' '), pg_get_userbyid(relowner), pg_get_viewdef(oid))
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' AND relname LIKE 'ledger\\_%%'
UNION ALL
SELECT 'row security ' || relname, concat_ws(' ', relrowsecurity, relforcerowsecurity)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT 'rights ' || table_name, string_agg(DISTINCT privilege_type, ' ' ORDER BY privilege_type)
  FROM information_schema.table_privileges WHERE table_schema = 'public' AND grantee = %(runtime)s GROUP BY table_name
UNION ALL
SELECT 'columns ' || table_name, string_agg(privilege_type || ' ' || column_name, ' ' ORDER BY privilege_type, column_name)
  FROM information_schema.column_privileges WHERE table_schema = 'public' AND grantee = %(runtime)s GROUP BY table_name
UNION ALL
SELECT 'function ' || proname, pg_get_functiondef(oid)
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'ledger\\_%%'
UNION ALL
SELECT 'trigger ' || relname || ' ' || tgname, pg_get_triggerdef(t.oid) || ' ' || tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
"""


def in_force() -> dict[str, str]:
    """What the database enforces: policies, the views that they look in, rights of the runtime role, functions and triggers."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"runtime": settings.MAKEGOOD_RUNTIME_ROLE})
        return dict(cursor.fetchall())


def fingerprint(state: dict[str, str]) -> str:
    """SHA-256 of what is enforced: two databases with the same one let the same roles see the same rows."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def bring_into_force(*, before: dict[str, str]) -> tuple[str, ...]:
    """Apply the rules of the code as the owner of the tables, and write down what differs from before; returns what changed."""
    with transaction.atomic():
        row_security.apply()
        after = in_force()
        changed = tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))
        if changed:
            facts = {"changed": list(changed), "before": fingerprint(before), "after": fingerprint(after)}
            audit.record(scope_of_system("migrate"), "policy", facts=facts)
    return changed


def write_down_bsn(by: Scope, organisation: Organisation) -> None:
    """Which organisation may hold the citizen service number is data, and a change of it is a change of who may see what."""
    facts = {"changed": ["may_hold_bsn"], "may_hold_bsn": organisation.may_hold_bsn, "kind": organisation.kind}
    audit.record(by, "policy", table=organisation._meta.db_table, row=organisation.pk, facts=facts)
