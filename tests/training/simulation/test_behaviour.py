from datetime import UTC, date, datetime, timedelta

import polars as pl

from training.simulation.calendar import season_on
from training.simulation.company import Company

ENDS_AT = datetime(2026, 11, 22, tzinfo=UTC)


def counts_before_end(simulated, kind: str, *, days: int) -> pl.DataFrame:
    """Events of a type per customer who signed up over 120 days ago, beside the truth."""
    since = ENDS_AT - timedelta(days=days)
    recent = simulated.activity.filter((pl.col("type") == kind) & (pl.col("occurred_at") >= since))
    old = simulated.customers.filter(pl.col("signed_up_at") < ENDS_AT - timedelta(days=120))
    return (
        old
        .select("customer_id")
        .unique()
        .join(simulated.truth, on="customer_id")
        .join(recent.group_by("customer_id").len(), on="customer_id", how="left")
        .with_columns(pl.col("len").fill_null(0))
    )


def test_leavers_log_in_less_before_they_leave(simulated):
    logins = counts_before_end(simulated, "login", days=60)
    # Still ordering now and then, so not gone yet.
    leaving = logins.filter(pl.col("churn_probability").is_between(0.5, 0.95))["len"].mean()
    staying = logins.filter(pl.col("churn_probability") < 0.2)["len"].mean()
    assert leaving < 0.5 * staying


def test_logins_fall_before_orders(simulated):
    def kept(kind):
        counts = counts_before_end(simulated, kind, days=30)
        leaving = counts.filter(pl.col("churn_probability").is_between(0.3, 0.8))["len"].mean()
        return leaving / counts.filter(pl.col("churn_probability") < 0.2)["len"].mean()

    assert kept("login") < kept("order_placed")


def test_price_notices_are_followed_by_billing_tickets(simulated):
    keys = ["customer_id", "occurred_at"]
    notices = simulated.activity.filter(pl.col("type") == "price_notice").select(keys).sort(keys)
    billing = simulated.activity.filter(
        pl.col("properties").fill_null("").str.contains("billing", literal=True)
    )
    followed = billing.select(keys).join(notices, on="customer_id", suffix="_notice")
    after = followed["occurred_at"] - followed["occurred_at_notice"]
    soon = ((after > timedelta(0)) & (after <= timedelta(days=14))).sum()
    later = ((after > timedelta(days=14)) & (after <= timedelta(days=28))).sum()
    assert soon > 3 * later


def test_some_tickets_are_never_answered(simulated):
    opened, replied = (
        simulated.activity.filter(pl.col("type") == kind).height
        for kind in ("ticket_opened", "ticket_replied")
    )
    assert 0.85 < replied / opened < 0.97


def test_satisfied_customers_say_so(simulated):
    nps = simulated.activity.filter(
        pl.col("properties").fill_null("").str.contains("nps", literal=True)
    )
    assert nps["amount"].is_between(0, 10).all()
    unhappy = nps.filter(pl.col("amount") <= 5)["customer_id"].unique()
    churn = simulated.truth.select("customer_id", "churn_probability")
    is_unhappy = pl.col("customer_id").is_in(unhappy.implode())
    answered = churn.filter(pl.col("customer_id").is_in(nps["customer_id"].unique().implode()))
    assert (
        answered.filter(is_unhappy)["churn_probability"].mean()
        > answered.filter(~is_unhappy)["churn_probability"].mean()
    )


def test_orders_peak_before_christmas_and_rest_at_weekends():

    company = Company()
    assert season_on(company, date(2026, 12, 10)) > season_on(company, date(2026, 10, 8))
    assert season_on(company, date(2027, 1, 14)) < season_on(company, date(2026, 10, 8))
    assert season_on(company, date(2026, 10, 10)) < season_on(company, date(2026, 10, 9))


def test_some_never_finish_their_onboarding(simulated):
    steps = simulated.activity.filter(pl.col("type") == "onboarding_step_completed")
    done = steps.group_by("customer_id").len()["len"]
    assert done.max() == 5
    assert 0.1 < (done < 5).mean() < 0.6
