"""Customer files: facts about customers, and versions of their accounts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.domain.customers import AccountVersion, Customer
from app.files.file_reading import DEFAULT_READING, FileReading
from app.files.moment_validation import require_known_time_zone, validate_moment
from app.files.tables import read_tables
from app.files.validated_rows import ValidatedRows, split_rejects, validate_row
from app.files.validation import (
    ValidatedColumn,
    first_reasons,
    validate_boolean,
    validate_currency,
    validate_number,
    validate_text,
)

CONSENTS: Final = ("consent_email", "consent_sms", "consent_push", "consent_phone")
FACTS: Final = (
    "signed_up_at",
    "acquisition_channel",
    "acquisition_cost",
    "currency",
    "owner",
    *CONSENTS,
)
TERMS: Final = ("plan", "price", "renews_at", "contract")
FIELDS: Final = ("customer_id", *FACTS, "valid_from", *TERMS)
_TOLERANCE: Final = timedelta(days=1)  # wrong clocks and zones are off by less


@dataclass(frozen=True, slots=True)
class CustomersFile:
    """The contents of a customer file: `good` has the columns of `FIELDS`, one version per row.

    `rejects` are as in `ActivityFile`.
    """

    good: pl.DataFrame
    rejects: pl.DataFrame


def read_customers(
    path: Path, *, reading: FileReading = DEFAULT_READING, now: datetime | None = None
) -> CustomersFile:
    """Read and validate a CSV, gzipped CSV or Parquet file; `reading` interprets its columns.

    Several rows of one customer are several versions of the account; each fact is taken from the
    last row in which it is not empty. If `now` is given, sign-ups more than a day later are
    rejected.

    Raises
    ------
    UnreadableFile
        If the file is not a table or lacks the column customer_id.
    """
    chunks = list(customer_chunks(path, reading=reading, now=now))
    return CustomersFile(
        good=pl.concat([chunk.good for chunk in chunks]),
        rejects=pl.concat([chunk.rejects for chunk in chunks]),
    )


def customer_chunks(
    path: Path, *, reading: FileReading = DEFAULT_READING, now: datetime | None = None
) -> Iterator[ValidatedRows]:
    """Yield the validated rows chunk by chunk, at least one chunk, in the order of the file."""
    require_known_time_zone(reading.timezone)
    for table in read_tables(path, fields=FIELDS, required=("customer_id",), reading=reading):
        columns = _validated_columns(table, timezone=reading.timezone, now=now)
        values = table.select(column.value.alias(column.name) for column in columns)
        reasons = first_reasons(table, [validate_row(), *columns])
        yield split_rejects(table, values.select(FIELDS), reasons)


def facts_of(good: pl.DataFrame) -> pl.DataFrame:
    """Return one row per customer with the last value of each fact that is not empty."""
    last = (pl.col(name).drop_nulls().last() for name in FACTS)
    return good.group_by("customer_id", maintain_order=True).agg(*last)


def versions_of(good: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that describe an account; of several with one `valid_from` the last counts.

    `valid_from` is null where the file does not say since when a version is valid.
    """
    describes_account = pl.any_horizontal(pl.col(name).is_not_null() for name in TERMS)
    versions = good.filter(describes_account).select("customer_id", "valid_from", *TERMS)
    return versions.unique(["customer_id", "valid_from"], keep="last", maintain_order=True)


def customers_of(
    good: pl.DataFrame, *, now: datetime
) -> Iterator[tuple[Customer, tuple[AccountVersion, ...]]]:
    """Yield each customer with all versions; one without `valid_from` is valid from `now`."""
    versions: dict[str, list[AccountVersion]] = {}
    for customer_id, valid_from, *terms in versions_of(good).iter_rows():
        version = AccountVersion(customer_id, valid_from or now, *terms)
        versions.setdefault(customer_id, []).append(version)
    for row in facts_of(good).iter_rows(named=True):
        customer = _customer(row)
        yield customer, tuple(versions.get(customer.customer_id, ()))


def _customer(row: Mapping[str, Any]) -> Customer:
    consent = {
        name.removeprefix("consent_"): row[name] for name in CONSENTS if row[name] is not None
    }
    facts = {name: value for name, value in row.items() if name not in CONSENTS}
    return Customer(**facts, consent=consent)


def _validated_columns(
    table: pl.DataFrame, *, timezone: str | None, now: datetime | None
) -> list[ValidatedColumn]:
    """Return the columns in the order in which a row's first reason is looked for."""
    latest = None if now is None else now + _TOLERANCE
    signed_up_at = table["signed_up_at"]
    moments = ("valid_from", "renews_at")
    numbers = ("acquisition_cost", "price")
    texts = ("acquisition_channel", "owner", "plan", "contract")
    return [
        validate_text("customer_id", required=True),
        validate_moment("signed_up_at", signed_up_at, timezone=timezone, not_after=latest),
        *(validate_moment(name, table[name], timezone=timezone) for name in moments),
        *(validate_number(name, table.schema[name]) for name in numbers),
        validate_currency("currency", table["currency"]),
        *(validate_text(name) for name in texts),
        *(validate_boolean(name) for name in CONSENTS),
    ]
