import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from app.domain.activity import ActivityType, Channel, Detail
from training.simulation import simulate

END = date(2026, 11, 22)
ENDS_AT = datetime(2026, 11, 22, tzinfo=UTC)
FILES = ("activity.parquet", "customers.parquet", "truth.parquet")
SMALL = {"n_customers": 60, "n_days": 120, "end": END}


def bytes_in(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def test_same_arguments_give_the_same_bytes(tmp_path):
    for name in ("once", "again"):
        simulate(**SMALL, seed=5, out=tmp_path / name)
    assert bytes_in(tmp_path / "once") == bytes_in(tmp_path / "again")


def test_another_seed_gives_another_company(tmp_path):
    for seed in (5, 6):
        simulate(**SMALL, seed=seed, out=tmp_path / str(seed))
    assert bytes_in(tmp_path / "5") != bytes_in(tmp_path / "6")


def test_more_customers_do_not_change_the_first_ones(tmp_path):
    simulate(**SMALL, seed=5, out=tmp_path / "60")
    simulate(**{**SMALL, "n_customers": 90}, seed=5, out=tmp_path / "90")
    for name in FILES:
        few, many = (pl.read_parquet(tmp_path / folder / name) for folder in ("60", "90"))
        first = many.filter(pl.col("customer_id") <= few["customer_id"].max())
        assert first.equals(few), name


def test_every_activity_type_occurs(simulated):
    internal = {ActivityType.OTHER, ActivityType.ACCOUNT_KNOWN}
    assert set(simulated.activity["type"]) == set(ActivityType) - internal


def test_every_channel_occurs_and_one_of_the_companys_own(simulated):
    known = set(Channel) - {Channel.NONE, Channel.OTHER}
    assert set(simulated.activity["channel"].drop_nulls()) == known | {"marketplace"}


def test_every_topic_and_survey_occurs(simulated):
    properties = [json.loads(text) for text in simulated.activity["properties"].drop_nulls()]
    found = {p.get("topic", p.get("survey")) for p in properties} - {None}
    assert found == set(Detail) - {Detail.NONE, Detail.OTHER}


@pytest.mark.parametrize(
    ("types", "columns"),
    [
        (("order_placed", "order_returned"), ("ref", "amount", "currency")),
        (("ticket_opened", "ticket_replied", "ticket_closed"), ("ref",)),
        (("message_sent", "message_opened", "message_clicked", "message_replied"), ("ref",)),
        (("subscription_started", "subscription_renewed"), ("amount", "currency", "properties")),
        (("payment_failed",), ("amount", "currency")),
        (("survey_answered",), ("amount", "properties")),
        (("feature_used", "onboarding_step_completed", "incident"), ("ref", "amount")),
        (("price_notice",), ("amount",)),
    ],
)
def test_events_carry_what_their_type_promises(simulated, types, columns):
    events = simulated.activity.filter(pl.col("type").is_in(types))
    assert events.height > 0
    assert sum(events.select(columns).null_count().row(0)) == 0


def test_event_ids_are_unique(simulated):
    assert simulated.activity["event_id"].is_unique().all()


def test_nothing_happens_or_arrives_at_or_after_the_end(simulated):
    assert simulated.activity["occurred_at"].max() < ENDS_AT
    assert simulated.activity["received_at"].max() < ENDS_AT


def test_a_few_events_arrive_late_and_none_early(simulated):
    late = simulated.activity["received_at"] - simulated.activity["occurred_at"]
    assert late.min() == timedelta(0)
    assert 0.02 < (late > timedelta(0)).mean() < 0.15


def test_customers_sign_up_before_anything_happens_to_them(simulated):
    signed_up = simulated.customers.group_by("customer_id").agg(pl.col("signed_up_at").first())
    joined = simulated.activity.join(signed_up, on="customer_id", how="left")
    assert (joined["occurred_at"] > joined["signed_up_at"]).all()


def test_answers_to_tickets_and_messages_come_after_them(simulated):
    for first, then in (("ticket_opened", "ticket_replied"), ("message_sent", "message_opened")):
        keys = ["customer_id", "ref"]
        start = simulated.activity.filter(pl.col("type") == first).select(*keys, "occurred_at")
        answer = simulated.activity.filter(pl.col("type") == then).select(*keys, "occurred_at")
        both = answer.join(start, on=keys, suffix="_first")
        assert both.height > 0
        assert (both["occurred_at"] > both["occurred_at_first"]).all()


def test_activity_is_heavy_tailed_around_one_event_or_two_a_week(simulated):
    assert 40 < simulated.summary.events_per_customer_year < 90
    counts = simulated.activity.group_by("customer_id").len()["len"]
    assert counts.quantile(0.99) > 4 * counts.median()


def test_the_summary_counts_what_the_files_hold(simulated):
    assert simulated.summary.n_events == simulated.activity.height
    assert simulated.summary.n_customers == simulated.truth.height
    assert simulated.summary.n_population == simulated.truth["in_population"].sum()


def test_progress_ends_complete(tmp_path):
    seen = []
    simulate(**SMALL, seed=1, out=tmp_path / "out", on_progress=lambda *step: seen.append(step))
    assert seen == [(0, 60), (60, 60)]


def test_a_run_that_is_stopped_leaves_nothing(tmp_path):
    def stop(done, total):
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(**SMALL, seed=1, out=tmp_path / "out", on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_stopped_keeps_the_files_of_an_earlier_one(tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    simulate(**SMALL, seed=1, out=tmp_path)
    before = bytes_in(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        simulate(**SMALL, seed=2, out=tmp_path, on_progress=stop)
    assert bytes_in(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_customers": 0}, "at least one customer, got 0"),
        ({"n_days": 29}, "n_days must lie in 30 to 3650, got 29"),
        ({"seed": -1}, "seed must lie in 0 to 2\\*\\*63 - 1, got -1"),
    ],
)
def test_impossible_arguments_are_refused_by_name(tmp_path, wrong, message):
    arguments = {**SMALL, "seed": 1, **wrong}
    with pytest.raises(ValueError, match=message):
        simulate(**arguments, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
