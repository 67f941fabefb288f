"""Half of the features with DuckDB, in which it is slower than Polars in all of them.

One pass with filtered aggregates, gaps by a window over orders alone.
"""

from pathlib import Path

import duckdb
from kinds import KINDS

_ORDERS = """
WITH events AS (
  SELECT customer_id, kind, ref, amount, ($as_of - occurred_at) / 86400000000 AS age FROM log
  WHERE occurred_at < $as_of AND received_at < $as_of
), gaps AS (
  SELECT customer_id, age,
         lag(age) OVER (PARTITION BY customer_id ORDER BY age DESC) - age AS gap
  FROM events WHERE kind = {order}
), rhythm AS (
  SELECT customer_id, avg(gap) AS order_gap_mean_days, stddev_samp(gap) AS order_gap_std_days,
         median(gap) AS order_gap_median_days, max(gap) AS order_gap_longest_days,
         arg_min(gap, age) AS order_gap_last_days
  FROM gaps GROUP BY customer_id
), counts AS (
  SELECT customer_id, {counts} FROM events GROUP BY customer_id
)
SELECT counts.*, rhythm.* EXCLUDE (customer_id),
       CASE WHEN order_gap_mean_days > 0 THEN days_since_order / order_gap_mean_days END
         AS order_gap_ratio,
       {trends}
FROM counts LEFT JOIN rhythm USING (customer_id)
"""
_WINDOWS = {
    "logins": ("login", (7, 30, 60, 90)),
    "feature_uses": ("feature_used", (30, 60, 90)),
    "orders": ("order_placed", (30, 60, 90, 180, 365)),
    "returns": ("order_returned", (90,)),
    "tickets": ("ticket_opened", (30, 90)),
    "payments_failed": ("payment_failed", (30, 90)),
    "messages_sent": ("message_sent", (30,)),
    "incidents": ("incident", (30,)),
}
_SINCE = {
    "days_since_login": "login",
    "days_since_feature_use": "feature_used",
    "days_since_order": "order_placed",
    "days_since_return": "order_returned",
    "days_since_ticket": "ticket_opened",
    "days_since_payment_failed": "payment_failed",
}
_TRENDS = (
    ("login_trend_30d", "logins_30d", "logins_60d"),
    ("usage_trend_30d", "feature_uses_30d", "feature_uses_60d"),
    ("order_trend_90d", "orders_90d", "orders_180d"),
    ("spend_trend_30d", "spend_30d", "spend_60d"),
    ("spend_trend_60d", "spend_60d", "spend_120d"),
    ("spend_trend_90d", "spend_90d", "spend_180d"),
)


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a database in memory with the log; not part of the measured time."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("CREATE TABLE log AS SELECT * FROM read_parquet($1)", [str(path)])
    return connection


def build(connection: duckdb.DuckDBPyConnection, as_of: int) -> object:
    """Return one row per customer."""
    text = _ORDERS.format(
        order=KINDS["order_placed"], counts=",\n".join(_counts()), trends=",\n".join(_trends())
    )
    return connection.sql(text, params={"as_of": as_of}).to_arrow_table()


def _counts() -> list[str]:
    found = [
        f"count(*) FILTER (WHERE kind = {KINDS[kind]} AND age <= {days}) AS {name}_{days}d"
        for name, (kind, windows) in _WINDOWS.items()
        for days in windows
    ]
    found += [
        f"min(age) FILTER (WHERE kind = {KINDS[kind]}) AS {name}" for name, kind in _SINCE.items()
    ]
    order = f"kind = {KINDS['order_placed']}"
    found += [
        f"coalesce(sum(amount) FILTER (WHERE {order} AND age <= {days}), 0) AS spend_{days}d"
        for days in (30, 60, 90, 120, 180, 365)
    ]
    login = f"kind = {KINDS['login']}"
    return [
        *found,
        f"coalesce(sum(amount) FILTER (WHERE {order}), 0) AS spend_total",
        f"avg(amount) FILTER (WHERE {order}) AS order_amount_mean",
        f"count(*) FILTER (WHERE {order}) AS orders_total",
        f"max(age) FILTER (WHERE {order}) AS days_since_first_order",
        f"count(DISTINCT ref) FILTER (WHERE kind = {KINDS['feature_used']} AND age <= 30) "
        "AS features_distinct_30d",
        f"(max(age) FILTER (WHERE {login}) - min(age) FILTER (WHERE {login})) / "
        f"nullif(count(*) FILTER (WHERE {login}) - 1, 0) AS login_gap_mean_days",
    ]


def _trends() -> list[str]:
    return [
        f"CASE WHEN {both} - {last} > 0 THEN {last} / ({both} - {last}) END AS {name}"
        for name, last, both in _TRENDS
    ]
