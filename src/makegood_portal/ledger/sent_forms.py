"""A form that comes twice (a double click, a repeat after a broken connection) is done once."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from makegood_portal.ledger.scope import Scope


def first_time(scope: Scope, token: UUID) -> bool:
    """Claim the token. A second request with it waits for the first to end, and then gets False."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_sentform (token, user_id, recorded_at, led_to) VALUES (%s, %s, now(), '') ON CONFLICT DO NOTHING",
            [token, scope.user],
        )
        return bool(cursor.rowcount == 1)


def led_to(scope: Scope, token: UUID) -> str:
    """Where the first one led."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT led_to FROM ledger_sentform WHERE token = %s AND user_id = %s", [token, scope.user])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def remember(scope: Scope, token: UUID, address: str) -> None:
    """Note where it led; an empty address forgets the token, so that a corrected form can be sent."""
    with connection.cursor() as cursor:
        if address:
            cursor.execute("UPDATE ledger_sentform SET led_to = %s WHERE token = %s AND user_id = %s", [address[:400], token, scope.user])
        else:
            cursor.execute("DELETE FROM ledger_sentform WHERE token = %s AND user_id = %s", [token, scope.user])
