"""A condition as finished SQL: to build the conditions of the access rules anew took most of a page's time in Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Model, Q
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

_INSIDE = re.compile(r'(?<![\w"])([U-Z]\d+)(?=[. ])')
"""How Django names tables inside a subquery: U0, U1, V0. It gives the same names to the table around it, where that is in one itself."""


class Finished(Func):
    """A condition on the rows of one table: SQL that names the table, and its parameters.

    Where a query gives the table another name, as in a subquery, that name is filled in: it is the one of the row's own key.
    """

    def __init__(self, table: str, sql: str, parameters: Sequence[Any]) -> None:
        super().__init__(F("pk"), output_field=BooleanField())
        self.table, self.sql, self.parameters = table, sql, tuple(parameters)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, Sequence[Any]]:  # type: ignore[override] # noqa: ARG002
        """The condition for the name that the table has in this query."""
        (row,) = self.get_source_expressions()
        if not isinstance(row, Col) or row.target.model._meta.db_table != self.table:
            raise TypeError(f"a condition on {self.table} was asked of something else: {row}")
        if row.alias == self.table:
            return self.sql, self.parameters
        return self.sql.replace(f'"{self.table}".', f"{compiler.quote_name_unless_alias(row.alias)}."), self.parameters


def finish(model: type[Model], condition: Q) -> Q:
    """The condition on rows of a model, built and compiled; an empty Q stays empty.

    It comes back as it was where it joins another table: finished SQL carries no join. What no row can meet is said so.
    """
    if not condition:
        return condition
    query = model._default_manager.filter(condition).order_by().query
    if any(used for alias, used in query.alias_refcount.items() if alias != query.base_table):
        return condition
    try:
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).compile(query.where)
    except EmptyResultSet:
        return Q(pk__in=[])
    own = _INSIDE.sub(r"inside_\1", sql)
    return Q(Finished(model._meta.db_table, f"({own})", parameters))
