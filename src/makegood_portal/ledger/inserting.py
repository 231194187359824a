"""Many rows of one table in few statements, from plain values: for lists of thousands, where Django's objects cost more
than all that the database does with them. The policies of the table hold as for any insert.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from makegood_portal.ledger.models.row import Row

AT_ONCE = 10_000
"""So many rows go in one statement, whose text stays within tens of megabytes."""


def insert(model: type[Row], rows: Sequence[Mapping[str, Any]], **same: Any) -> list[UUID]:
    """Insert `rows`, column -> value, with the values `same` for all; what neither gives takes the default of its field.

    Columns are named as in the table (`person_id`). Each row has the columns of the first. A row without `id` gets a random
    one. Returns the keys in the order of the rows. Raises LookupError for a column that the table does not have.
    """
    if not rows:
        return []
    keys = [row.get("id") or uuid4() for row in rows]
    each = ["id", *(name for name in rows[0] if name != "id")]
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    strange = ({*each} | {*same}) - {*fields}
    if strange:
        raise LookupError(f"{model._meta.db_table} has no {', '.join(sorted(strange))}")
    others = {"recorded_at": timezone.now(), **same}
    others |= {name: field.get_default() for name, field in fields.items() if name not in each and name not in others}
    quote = connection.ops.quote_name
    kinds = {name: field.db_type(connection) for name, field in fields.items()}
    into = ", ".join(quote(name) for name in (*each, *others))
    values = ", ".join([*(f"r.{quote(name)}" for name in each), *(f"%s::{kinds[name]}" for name in others)])
    table = ", ".join(f"{quote(name)} {kinds[name]}" for name in each)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({into}) SELECT {values} FROM json_to_recordset(%s) AS r({table})"  # noqa: S608 - names of fields
    given = [_plain(fields[name], value) for name, value in others.items()]
    told = [{**row, "id": key} for row, key in zip(rows, keys, strict=True)]
    with connection.cursor() as cursor:
        for first in range(0, len(told), AT_ONCE):
            cursor.execute(sql, [*given, json.dumps(told[first : first + AT_ONCE], cls=_Values)])
    return keys


class _Values(DjangoJSONEncoder):
    """Bytes as PostgreSQL reads them, beside what Django writes of dates and keys."""

    def default(self, o: Any) -> Any:
        return f"\\x{o.hex()}" if isinstance(o, bytes) else super().default(o)


def _plain(field: Any, value: Any) -> Any:
    return json.dumps(value, cls=_Values) if isinstance(field, models.JSONField) and value is not None else value
