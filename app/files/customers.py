"""Customer files: facts of customers, and versions of their accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from app.domain.customers import AccountVersion, Customer
from app.files import validation
from app.files.file_reading import AS_IT_STANDS, FileReading
from app.files.tables import read_tables
from app.files.validated import JudgedRows, broken, judged_rows
from app.files.validation import Checked

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


_FUTURE: Final = timedelta(days=1)  # clocks and zones are wrong by less


@dataclass(frozen=True, slots=True)
class CustomersFile:
    """What a file holds: `good` has the columns of `FIELDS`; `rejects` as in `ActivityFile`."""

    good: pl.DataFrame
    rejects: pl.DataFrame


def read_customers(
    path: Path, *, reading: FileReading = AS_IT_STANDS, now: datetime | None = None
) -> CustomersFile:
    """Read a CSV, gzipped CSV or Parquet file; `reading` says how to understand its columns.

    Where `now` is given, rows that sign up more than a day after it are refused: that is a mistake.

    Several rows of one customer are several versions of the account; of the facts the last that
    is not empty holds.
    """
    parts = list(customer_parts(path, reading=reading, now=now))
    return CustomersFile(
        good=pl.concat([part.good for part in parts]),
        rejects=pl.concat([part.rejects for part in parts]),
    )


def customer_parts(
    path: Path, *, reading: FileReading = AS_IT_STANDS, now: datetime | None = None
) -> Iterator[JudgedRows]:
    """Yield at least one part of what `read_customers` reads, in the order of the file."""
    validation.check_zone(reading.timezone)
    for table in read_tables(path, fields=FIELDS, required=("customer_id",), reading=reading):
        checked = _checks(table, timezone=reading.timezone, now=now)
        values = table.select(check.value.alias(check.name) for check in checked)
        reasons = validation.reasons(table, checked, broken())
        yield judged_rows(table, values.select(FIELDS), reasons)


def facts_of(good: pl.DataFrame) -> pl.DataFrame:
    """Return one row per customer with the last of each fact that is not empty."""
    last = (pl.col(name).drop_nulls().last() for name in FACTS)
    return good.group_by("customer_id", maintain_order=True).agg(*last)


def versions_of(good: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that say something of an account; of one moment the last counts.

    `valid_from` is null where the file does not say since when.
    """
    says = pl.any_horizontal(pl.col(name).is_not_null() for name in TERMS)
    versions = good.filter(says).select("customer_id", "valid_from", *TERMS)
    return versions.unique(["customer_id", "valid_from"], keep="last", maintain_order=True)


def customers_of(
    good: pl.DataFrame, *, now: datetime
) -> Iterator[tuple[Customer, tuple[AccountVersion, ...]]]:
    """Yield each customer with all versions; a version without `valid_from` is valid from `now`."""
    versions: dict[str, list[AccountVersion]] = {}
    for customer_id, valid_from, *terms in versions_of(good).iter_rows():
        version = AccountVersion(customer_id, valid_from or now, *terms)
        versions.setdefault(customer_id, []).append(version)
    for row in facts_of(good).iter_rows(named=True):
        consent = {
            name.removeprefix("consent_"): row.pop(name)
            for name in CONSENTS
            if row[name] is not None
        }
        facts = {name: value for name, value in row.items() if name not in CONSENTS}
        customer = Customer(**facts, consent=consent)
        yield customer, tuple(versions.get(customer.customer_id, ()))


def _checks(table: pl.DataFrame, *, timezone: str | None, now: datetime | None) -> list[Checked]:
    moments = ("valid_from", "renews_at")
    latest = None if now is None else now + _FUTURE
    signed_up_at = table["signed_up_at"]
    return [
        validation.text("customer_id", required=True),
        validation.moment("signed_up_at", signed_up_at, timezone=timezone, not_after=latest),
        *(validation.moment(name, table[name], timezone=timezone) for name in moments),
        *(validation.number(name, table.schema[name]) for name in ("acquisition_cost", "price")),
        validation.currency("currency", table["currency"]),
        *(validation.text(name) for name in ("acquisition_channel", "owner", "plan", "contract")),
        *(validation.truth(name) for name in CONSENTS),
    ]
