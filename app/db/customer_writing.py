"""Write customers and versions of their accounts: in bulk, replacing what was there."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection

# Rows of the tables customers and account_versions, in the order of the columns below; moments in
# microseconds since the epoch (UTC), consent as JSON.
CustomerRecord: TypeAlias = tuple[
    str, int | None, str | None, float | None, str | None, str | None, str
]
VersionRecord: TypeAlias = tuple[str, int, str | None, float | None, int | None, str | None, bytes]

_CUSTOMER_KEY: Final = ("customer_id",)
_CUSTOMER_FACTS: Final = (
    "signed_up_at", "acquisition_channel", "acquisition_cost", "currency", "owner", "consent"
)  # fmt: skip  # one per line would say no more
_VERSION_KEY: Final = ("customer_id", "valid_from")
_VERSION_FACTS: Final = ("plan", "price", "renews_at", "contract", "packed")


def write_customers(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Write customers, replacing the facts of those who exist."""
    _upsert(connection, "customers", _CUSTOMER_KEY, _CUSTOMER_FACTS, records)


def write_versions(connection: Connection, records: Sequence[VersionRecord]) -> None:
    """Write versions of accounts, replacing those of the same customer and moment."""
    _upsert(connection, "account_versions", _VERSION_KEY, _VERSION_FACTS, records)


def _upsert(
    connection: Connection,
    table: str,
    key: tuple[str, ...],
    facts: tuple[str, ...],
    records: Sequence[tuple[object, ...]],
) -> None:
    if not records:
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    columns = key + facts
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - constants of this file
        f"VALUES ({', '.join([mark] * len(columns))}) ON CONFLICT ({', '.join(key)}) "
        f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in facts)}",
        list(records),
    )
