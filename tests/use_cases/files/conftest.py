"""A small activity file and a customer file, each with one bad row."""

from pathlib import Path

import pytest

ACTIVITY = """customer_id,occurred_at,type,amount,currency
a,2026-09-01T10:00:00Z,order_placed,10,EUR
a,2026-10-01T10:00:00Z,order_placed,20,EUR
a,2026-10-01T10:00:00Z,order_placed,20,EUR
b,2026-10-20T10:00:00Z,order_placed,5,EUR
b,2026-10-20,brought_a_cake,,
broken,someday,order_placed,1,EUR
c,2026-10-25T10:00:00Z,login,,
"""
CUSTOMERS = """customer_id,signed_up_at,currency,plan,price
a,2026-01-01,EUR,pro,29
d,2026-02-01,EUR,,
,2026-02-01,EUR,,
"""


@pytest.fixture
def activity(tmp_path) -> Path:
    path = tmp_path / "activity.csv"
    path.write_text(ACTIVITY, encoding="utf-8")
    return path


@pytest.fixture
def customers(tmp_path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS, encoding="utf-8")
    return path
