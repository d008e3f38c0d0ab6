"""Values that the database works out from other columns or tables, as SQL that both databases share.

`{t}` is the row's alias, as in `resolvers.read.selection.Expression`; the aliases of sub-selects end in an underscore,
so that they meet no other.
"""

from __future__ import annotations

from typing import Final

from resolvers.read.selection import Expression, Kind


def full_name(alias: str) -> str:
    """`Last First Middle` of a customer."""
    return f"{alias}.last_name || ' ' || {alias}.first_name || coalesce(' ' || {alias}.middle_name, '')"


def short_name(alias: str) -> str:
    """`Last F. M.` of a customer."""
    initial = "substr({0}.{1}, 1, 1) || '.'"
    first, middle = initial.format(alias, "first_name"), initial.format(alias, "middle_name")
    return f"{alias}.last_name || ' ' || {first} || coalesce(' ' || {middle}, '')"


def display_name(alias: str) -> str:
    """What a customer is called: an organization by its own name, a person by the full one."""
    own = f"CASE WHEN {alias}.customer_type = 'organization' THEN {alias}.organization_name END"
    return f"coalesce({own}, {full_name(alias)})"


def user_name(alias: str) -> str:
    """`Last First` of a user, as far as they are known, else the username."""
    names = f"trim(coalesce({alias}.last_name, '') || ' ' || coalesce({alias}.first_name, ''))"
    return f"coalesce(nullif({names}, ''), {alias}.username)"


CUSTOMER_OF_ROW: Final = Expression(
    f"(SELECT {display_name('c_')} FROM customers c_ WHERE c_.id = {{t}}.customer_id)", Kind.TEXT
)
"""The name of the customer whose id the row has."""

CUSTOMER_OF_CONTRACT: Final = Expression(
    f"(SELECT {display_name('c_')} FROM contracts k_ JOIN customers c_ ON c_.id = k_.customer_id "
    "WHERE k_.id = {t}.contract_id)",
    Kind.TEXT,
)
"""The name of the customer of the row's contract."""

NUMBER_OF_CONTRACT: Final = Expression("(SELECT k_.number FROM contracts k_ WHERE k_.id = {t}.contract_id)", Kind.TEXT)
"""The number of the row's contract."""


def user_of(column: str) -> Expression:
    """The name of the user whose id the row has in `column`."""
    return Expression(f"(SELECT {user_name('u_')} FROM users u_ WHERE u_.id = {{t}}.{column})", Kind.TEXT)


def count_of(table: str, column: str, also: str = "") -> Expression:
    """How many rows of another table name this row in `column`."""
    return Expression(f"(SELECT count(*) FROM {table} n_ WHERE n_.{column} = {{t}}.id{also})", Kind.INTEGER)


def seconds_between(start: str, end: str) -> Expression:
    """Whole seconds from one moment of the row to another."""
    postgres = f"trunc(extract(epoch FROM {{t}}.{end} - {{t}}.{start}))::bigint"
    micros = "(strftime('%s', {{t}}.{0}) * 1000000 + substr({{t}}.{0}, 21, 6))"
    sqlite = f"({micros.format(end)} - {micros.format(start)}) / 1000000"
    return Expression(postgres, Kind.INTEGER, sqlite)
