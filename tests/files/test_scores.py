"""Score files appear whole or not at all."""

from datetime import UTC, datetime

import polars as pl
import pytest

from app.files import write_scores
from app.files.scores import SCHEMA

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCORED = ("c-1", NOW, 0.5, 55, 60, "medium", True, False, "b-1", "[]", "[]", "[]")
UNSCORED = ("c-2", NOW, None, None, None, None, False, False, "b-1", "[]", "[]", "[]")


def table(*rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_parts_become_one_file(tmp_path):
    path = tmp_path / "new" / "scores.parquet"

    assert write_scores(path, [table(SCORED), table(UNSCORED)]) == 2
    assert pl.read_parquet(path).rows() == [SCORED, UNSCORED]


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
    assert pl.read_parquet(path).rows() == [SCORED]
    assert list(tmp_path.iterdir()) == [path]
