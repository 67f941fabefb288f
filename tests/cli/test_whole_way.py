import json
import sqlite3
from contextlib import closing

import polars as pl

from tests.cli.conftest import END


def test_a_log_becomes_a_file_of_scores_without_a_database(call, company, folder):
    ended = call(
        "score", company / "activity.parquet", "--customers", company / "customers.parquet",
        "--as-of", END, "--models", company / "models", "--out", "scores.parquet",
    )  # fmt: skip

    scores = pl.read_parquet(folder / "scores.parquet")
    assert ended.code == 0
    assert "600 customers scored" in ended.out
    assert scores["customer_id"].n_unique() == scores.height == 600
    known = scores.filter("sufficient_history")
    assert known["probability"].is_between(0, 1).all()
    assert set(known["tier"]) == {"high", "medium", "low"}
    assert json.loads(known["reasons"][0])[0]["text"]
    assert not list(folder.glob("*.db"))


def test_the_same_log_imported_gives_the_same_scores(call, company, folder):
    call("migrate")
    call("import", "customers", company / "customers.parquet")
    call("import", "activity", company / "activity.parquet")
    rescored = call("rescore", "--as-of", END, "--models", company / "models")
    call(
        "score", company / "activity.parquet", "--customers", company / "customers.parquet",
        "--as-of", END, "--models", company / "models", "--out", "scores.parquet",
    )  # fmt: skip

    assert "600 customers scored" in rescored.out
    with closing(sqlite3.connect(folder / "data" / "holdfast.db")) as database:
        kept = dict(database.execute("SELECT customer_id, probability FROM current_scores"))
    written = pl.read_parquet(folder / "scores.parquet").sort("customer_id")
    assert kept == dict(written.select("customer_id", "probability").iter_rows())


def test_importing_twice_adds_nothing(call, company):
    call("migrate")
    first = call("import", "activity", company / "activity.parquet")
    again = call("import", "activity", company / "activity.parquet")

    n_events = pl.read_parquet(company / "activity.parquet").height
    assert first.out.startswith(f"{n_events:,} events recorded")
    assert again.out.startswith(f"0 events recorded, {n_events:,} already known")


def test_the_same_seed_and_data_give_the_same_bundle(call, company, folder):
    again = call(
        "train", company / "activity.parquet", "--customers", company / "customers.parquet",
        "--until", END, "--churn-event", "order_placed", "--horizon-days", "60", "--models", "m",
    )  # fmt: skip

    (theirs,) = (path for path in (company / "models").iterdir() if path.is_dir())
    (ours,) = (path for path in (folder / "m").iterdir() if path.is_dir())
    assert again.code == 0
    assert ours.name == theirs.name
    assert {p.name: p.read_bytes() for p in ours.iterdir()} == {
        p.name: p.read_bytes() for p in theirs.iterdir()
    }


def test_what_happens_from_the_cut_off_on_is_not_read(call, company, folder):
    early = "2026-04-01"
    log = pl.read_parquet(company / "activity.parquet")
    cut = pl.lit(early).str.to_datetime(time_unit="us", time_zone="UTC")
    known = (pl.col("occurred_at") < cut) & (pl.col("received_at") < cut)
    log.filter(known).write_parquet(folder / "before.parquet")

    names = [
        call("train", path, "--until", early, "--churn-event", "order_placed", "--horizon-days",
             "60", "--models", "m").out.split("Bundle ")[-1].split(" ")[0]
        for path in (company / "activity.parquet", folder / "before.parquet")
    ]  # fmt: skip

    assert names[0] == names[1]


def test_contracts_churn_by_cancellation(call, company, folder):
    ended = call(
        "train", company / "activity.parquet", "--customers", company / "customers.parquet",
        "--until", END, "--cancellation-event", "subscription_cancelled", "--horizon-days", "60",
        "--models", "m",
    )  # fmt: skip

    assert ended.code == 0
    listed = call("models", "list", "--models", "m").out
    assert "subscription_cancelled or no renewal within 60 days" in listed


def test_tiers_by_value_go_from_the_options_into_every_answer(call, company, folder):
    trained = call(
        "train", company / "activity.parquet", "--customers", company / "customers.parquet",
        "--until", END, "--churn-event", "order_placed", "--horizon-days", "60", "--models", "m",
        "--tier-policy", "value", "--offer-cost", "25,10", "--contact-cost", "2",
        "--save-rate", "0.3", "--capacity-per-week", "40", "--promote",
    )  # fmt: skip
    assert trained.code == 0
    assert "Contacting High and Medium once is expected to earn" in trained.out

    scored = call(
        "score", company / "activity.parquet", "--customers", company / "customers.parquet",
        "--as-of", END, "--models", "m", "--out", "scores.parquet",
    )  # fmt: skip
    assert scored.code in (0, 3)
    scores = pl.read_parquet("scores.parquet").filter("sufficient_history")
    assert scores.filter(pl.col("tier") != "low").height == 40
    assert scores["expected_revenue_12m"].null_count() < scores.height
    (bundle,) = (path for path in (folder / "m").iterdir() if path.is_dir())
    assert {"value_orders.txt", "value_revenue.txt"} >= {
        path.name for path in bundle.glob("value_*")
    }
    assert "value-d10+25-f2-g0.3-n40" in (bundle / "card.md").read_text()
