"""The logs that are measured on, as histories."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY, parse_moment, to_micros
from app.features.history import History, group_and_sort
from app.files.activity import read_activity
from app.files.customers import read_customers
from app.files.histories import base_currency, history_of

ORDER, RETURN = TYPE_CODES["order_placed"], TYPE_CODES["order_returned"]


@dataclass(frozen=True, slots=True)
class Case:
    """One log, one cut-off, one horizon: what may be read, and what is asked."""

    name: str
    history: History
    until: int
    churn: ChurnDefinition
    truth: NDArray[np.float64] | None = None  # true probability per customer; NaN = outside
    outcomes: NDArray[np.float64] | None = None  # per customer, where the log ends at the cut-off


def no_order(horizon_days: int) -> ChurnDefinition:
    """Return "no order within so many days"."""
    return ChurnDefinition(ChurnKind.ABSENCE, "order_placed", horizon_days)


def online_retail(path: Path) -> History:
    """Return UCI Online Retail from ``online_retail_invoices.csv.gz``; zero invoices are none."""
    table = pl.read_csv(path, try_parse_dates=True)
    table = table.filter((pl.col("amount") > 0) | pl.col("is_cancel"))
    ids, codes = np.unique(table["CustomerID"].to_numpy(), return_inverse=True)
    moments = table["invoice_date"].cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
    return group_and_sort(
        customer_ids=[str(i) for i in ids],
        customer_codes=codes,
        occurred_at=moments,
        kind=np.where(table["is_cancel"].to_numpy(), RETURN, ORDER).astype(np.int16),
        amount=np.abs(table["amount"].to_numpy()),
        ref=np.arange(1, len(table) + 1),
    )


def cdnow(path: Path) -> History:
    """Return CDNOW from ``CDNOW_master.txt`` (id, yyyymmdd, discs, dollars)."""
    rows = [line.split() for line in path.read_text().splitlines()[1:] if line.strip()]
    ids, codes = np.unique([row[0] for row in rows], return_inverse=True)
    epoch = date(1970, 1, 1)
    days = [
        (datetime.strptime(r[1], "%Y%m%d").replace(tzinfo=UTC).date() - epoch).days for r in rows
    ]
    return group_and_sort(
        customer_ids=ids.tolist(),
        customer_codes=codes,
        occurred_at=np.array(days) * MICROSECONDS_PER_DAY,
        kind=np.full(len(rows), ORDER, np.int16),
        amount=np.array([float(row[3]) for row in rows]),
        ref=np.arange(1, len(rows) + 1),
    )


def simulated(folder: Path) -> Case:
    """Return the company that ``holdfast simulate`` wrote, with the truth beside it."""
    activity = read_activity(folder / "activity.parquet").good
    customers = read_customers(folder / "customers.parquet").good
    history = history_of(activity, customers, currency=base_currency(activity))
    truth = pl.read_parquet(folder / "truth.parquet")
    position = {customer_id: i for i, customer_id in enumerate(truth["customer_id"])}
    rows = [position[customer_id] for customer_id in history.customer_ids]
    return Case(
        f"simulated, {len(truth):,} customers",
        history,
        to_micros(truth["as_of"][0]),
        no_order(int(truth["horizon_days"][0])),
        truth["churn_probability"].cast(pl.Float64).to_numpy()[rows],
        truth["churned"].cast(pl.Float64).to_numpy()[rows],
    )


def micros(day: str) -> int:
    """Return the midnight (UTC) that begins `day`."""
    return to_micros(parse_moment(day))
