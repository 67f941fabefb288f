from datetime import UTC, datetime
from pathlib import Path

import orjson
import polars as pl
import pytest

from app.bundle.opening import open_promoted
from app.db.connections.connect import session_factory, writer_factory
from app.db.log.reading import fetch
from app.files.scores import NUMBERS
from app.playbook.read import read_playbook
from app.use_cases.files.import_files import import_activity, import_customers
from app.use_cases.files.score_file import INSUFFICIENT, score_file
from app.use_cases.scores.answers import scoring
from tests.bundles import put_bundle_into_service

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
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


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    return open_promoted(models)


def test_good_rows_go_in_and_bad_ones_into_a_file_with_line_and_reason(database, activity):
    reported = []
    done = import_activity(
        writer_factory(database),
        activity,
        now=NOW,
        on_progress=lambda done, total: reported.append((done, total)),
    )

    assert (done.n_accepted, done.n_duplicates, done.n_rejected) == (6, 0, 1)
    assert done.unknown_types == {"brought_a_cake": 1}
    assert done.rejects_file is not None
    (reject,) = pl.read_csv(done.rejects_file).iter_rows(named=True)
    assert reject["line"] == 7
    assert "someday" in reject["reason"]
    assert reported == [(6, 6)]


def test_importing_activity_twice_adds_nothing(database, activity):
    writers = writer_factory(database)
    import_activity(writers, activity, now=NOW)

    again = import_activity(writers, activity, now=NOW)

    assert (again.n_accepted, again.n_duplicates) == (0, 6)


def test_importing_customers_twice_adds_nothing(database, customers):
    writers = writer_factory(database)
    first = import_customers(writers, customers, now=NOW)
    later = import_customers(writers, customers, now=NOW.replace(day=23))

    assert (first.n_customers, first.n_new, first.n_rejected) == (2, 2, 1)
    assert (later.n_customers, later.n_new) == (2, 0)
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM account_versions").scalar() == 1


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

    assert pl.read_parquet(numbers).equals(pl.read_parquet(whole).select(NUMBERS.names()))


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
