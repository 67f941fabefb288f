from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

MAX_DEVIATION = 4.0  # standard errors; ten deciles go beyond by chance in 1 run of 1,600


def deviations(truth: pl.DataFrame, probability: str, outcome: str) -> np.ndarray:
    """How far the realised share is off the mean probability per decile, in standard errors."""
    deciles = (
        truth
        .sort(probability)
        .with_row_index()
        .with_columns(decile=pl.col("index") * 10 // truth.height)
    )
    p = pl.col(probability)
    by_decile = deciles.group_by("decile", maintain_order=True).agg(
        off=(pl.col(outcome).cast(pl.Float64) - p).sum(), variance=(p * (1 - p)).sum()
    )
    return (by_decile["off"] / (by_decile["variance"].sqrt() + 0.5)).to_numpy()


def test_churn_comes_true_as_often_as_stated(simulated):
    off = deviations(simulated.truth, "churn_probability", "churned")
    assert np.abs(off).max() < MAX_DEVIATION


def test_cancellation_comes_true_as_often_as_stated(simulated):
    running = simulated.truth.filter(pl.col("cancel_probability").is_not_null())
    off = deviations(running, "cancel_probability", "cancelled")
    assert running.height > 300
    assert np.abs(off).max() < MAX_DEVIATION


def test_orders_come_as_many_as_expected(simulated):
    truth = simulated.truth
    expected = truth["expected_orders"].sum()
    assert expected > 1_000
    chance = truth.with_columns(p=pl.col("churn_probability")).filter(pl.col("p") < 1)
    assert chance["expected_orders"].min() >= 0
    # At least this many orders are implied by the probabilities: E[N] >= P(N > 0).
    assert (truth["expected_orders"] >= 1 - truth["churn_probability"] - 0.02).all()


def test_the_truth_has_no_gaps_and_states_its_definition(simulated):
    truth = simulated.truth
    stated = truth.drop("cancel_probability", "cancel_standard_error", "cancelled")
    assert sum(stated.null_count().row(0)) == 0
    assert truth["churn_probability"].is_between(0, 1).all()
    assert truth["definition"].unique().to_list() == ["no order_placed"]
    assert truth["horizon_days"].unique().to_list() == [90]
    assert truth["as_of"].unique().to_list() == [datetime(2026, 11, 22, tzinfo=UTC)]


def test_standard_errors_are_small(simulated):
    assert simulated.truth["churn_standard_error"].max() < 0.03
    assert simulated.truth["churn_standard_error"].mean() < 0.002


def test_a_quarter_to_a_third_of_the_customers_churn(simulated):
    population = simulated.truth.filter("in_population")
    assert 0.25 < population["churn_probability"].mean() < 0.35
    assert simulated.summary.churn_share == pytest.approx(population["churned"].mean())


def test_the_truth_is_far_from_the_base_and_far_from_certain(simulated):
    summary = simulated.summary
    assert 0.1 < summary.truth_log_loss < 0.5 * summary.base_log_loss


def test_subscriptions_have_a_cancel_probability_just_while_they_run(simulated):
    types = ["subscription_started", "subscription_cancelled"]
    last = (
        simulated.activity
        .filter(pl.col("type").is_in(types))
        .sort("customer_id", "occurred_at")
        .group_by("customer_id")
        .agg(pl.col("type").last())
    )
    running = set(last.filter(pl.col("type") == types[0])["customer_id"])
    stated = simulated.truth.filter(pl.col("cancel_probability").is_not_null())["customer_id"]
    # An event of the last days may not have arrived when the log was closed.
    assert len(running ^ set(stated)) <= 0.005 * len(running)
