"""One file is scored into another: one row per customer, with the numbers of the database."""

from datetime import UTC, datetime

import orjson
import polars as pl
import pytest

from app.bundle.opening import open_promoted
from app.db.connections.connect import session_factory, writer_factory
from app.db.log.reading import fetch
from app.files.scores import NUMBERS_SCHEMA
from app.playbook.read import read_playbook
from app.use_cases.files.import_files import import_activity
from app.use_cases.files.score_file import INSUFFICIENT, score_file
from app.use_cases.scores.answers import scoring
from tests.bundles import put_bundle_into_service

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    return open_promoted(models)


def test_a_file_is_scored_into_one_row_per_customer(tmp_path, activity, customers, bundle):
    out = tmp_path / "scores.parquet"
    reported = []

    done = score_file(
        activity,
        bundle,
        read_playbook(),
        as_of=AS_OF,
        out=out,
        customers=customers,
        on_progress=lambda done, total: reported.append((done, total)),
    )

    table = pl.read_parquet(out)
    assert table["customer_id"].to_list() == ["a", "b", "c", "d"]
    assert table["sufficient_history"].to_list() == [True, True, False, False]
    assert done.tiers[INSUFFICIENT] == 2
    assert sum(done.tiers.values()) == done.n_customers == 4
    assert done.n_rejected == 2
    assert len(done.rejects_files) == 2
    assert reported[-1] == (4, 4)


def test_the_file_and_the_database_give_the_same_numbers(tmp_path, database, activity, bundle):
    playbook = read_playbook()
    out = tmp_path / "scores.parquet"
    score_file(activity, bundle, playbook, as_of=AS_OF, out=out)
    import_activity(writer_factory(database), activity, now=NOW)
    with session_factory(database)() as session:
        scored = fetch(session, scoring(bundle, playbook, ["a", "b", "c"], as_of=AS_OF))
    answers = [orjson.loads(each.answer) for each in scored]

    for row, answer in zip(pl.read_parquet(out).iter_rows(named=True), answers, strict=True):
        for name in ("customer_id", "probability", "score", "percentile", "tier"):
            assert row[name] == answer[name]
        for name in ("reasons", "signals", "interventions"):
            assert orjson.loads(row[name]) == answer[name]


def test_numbers_alone_are_the_same_numbers(tmp_path, activity, customers, bundle):
    whole, numbers = tmp_path / "whole.parquet", tmp_path / "numbers.parquet"
    score_file(activity, bundle, read_playbook(), as_of=AS_OF, out=whole, customers=customers)
    score_file(activity, bundle, None, as_of=AS_OF, out=numbers, customers=customers)

    assert pl.read_parquet(numbers).equals(pl.read_parquet(whole).select(NUMBERS_SCHEMA.names()))


@pytest.mark.parametrize("with_reasons", [False, True])
def test_a_log_that_goes_through_files_gives_the_same_scores(
    tmp_path, activity, customers, bundle, with_reasons
):
    playbook = read_playbook() if with_reasons else None
    at_once, by_parts = tmp_path / "1.parquet", tmp_path / "2.parquet"
    options = {"as_of": AS_OF, "customers": customers}
    one = score_file(activity, bundle, playbook, out=at_once, **options)
    other = score_file(
        activity,
        bundle,
        playbook,
        out=by_parts,
        rows_in_memory=2,
        rows_per_partition=2,
        min_rows_for_processes=2,
        n_workers=2,
        **options,
    )

    assert one == other
    assert pl.read_parquet(at_once).equals(pl.read_parquet(by_parts).sort("customer_id"))
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_scores_are_stale_where_the_log_has_been_silent(tmp_path, activity, bundle):
    def is_stale(as_of):
        score_file(activity, bundle, None, as_of=as_of, out=tmp_path / "scores.parquet")
        return pl.read_parquet(tmp_path / "scores.parquet")["stale"].unique().to_list()

    assert is_stale(AS_OF) == [False]
    assert is_stale(AS_OF.replace(day=3)) == [True]
