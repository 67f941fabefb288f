"""Score files appear whole or not at all."""

from datetime import UTC, datetime

import polars as pl
import pytest

from app.files import write_scores
from app.files.scores import SCHEMA

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KNOWN = {"customer_id": "c-1", "as_of": NOW, "stale": False, "bundle_id": "b-1"}
FOUND = {"reasons": "[]", "signals": "[]", "interventions": "[]"}
RISK = {"probability": 0.5, "score": 55, "percentile": 60, "tier": "medium"}
VALUE = {"expected_orders_12m": 2.0, "expected_revenue_12m": 31.5, "value_at_risk": 15.75}
SCORED = KNOWN | FOUND | RISK | VALUE | {"sufficient_history": True, "next_order_expected_at": NOW}
UNSCORED = KNOWN | FOUND | {"customer_id": "c-2", "sufficient_history": False}


def table(*rows):
    return pl.DataFrame([row_of(row) for row in rows], schema=SCHEMA, orient="row")


def row_of(known):
    return tuple(known.get(name) for name in SCHEMA)


def test_parts_become_one_file(tmp_path):
    path = tmp_path / "new" / "scores.parquet"

    assert write_scores(path, [table(SCORED), table(UNSCORED)]) == 2
    assert pl.read_parquet(path).rows() == [row_of(SCORED), row_of(UNSCORED)]


def test_nobody_to_score_is_a_file_without_rows(tmp_path):
    path = tmp_path / "scores.parquet"

    assert write_scores(path, []) == 0
    assert pl.read_parquet(path).schema == pl.Schema(SCHEMA)


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "scores.parquet"
    write_scores(path, [table(SCORED)])

    def parts():
        yield table(UNSCORED)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scores(path, parts())
    assert pl.read_parquet(path).rows() == [row_of(SCORED)]
    assert list(tmp_path.iterdir()) == [path]
