"""The features of one customer with pandas: masks, counts, sums and gaps.

Not all that Holdfast measures (what is left out is NaN for the booster, and costs nothing here),
but most of it, under the same names.
"""

import json
from datetime import datetime

import numpy as np
import pandas as pd

RESPONSES = ("message_opened", "message_clicked", "message_replied")
COMPANY = (
    "ticket_replied", "ticket_closed", "subscription_renewed", "payment_failed", "message_sent",
    "price_notice", "incident",
)  # fmt: skip  # reads as the list it is


def features_of(
    activity: pd.DataFrame, account: pd.DataFrame, *, signed_up_at: int | None, as_of: datetime
) -> dict[str, float]:
    """Return the features by name; NaN = not defined."""
    activity["days_ago"] = (as_of.timestamp() * 1e6 - activity["occurred_at"]) / 86_400_000_000
    by_type = dict(list(activity.groupby("type")))
    empty = activity.iloc[:0]

    def of(name: str) -> pd.DataFrame:
        return by_type.get(name, empty)

    found = {
        **_logins(of("login")),
        **_usage(of("feature_used")),
        **_orders(of("order_placed")),
        **_spend(of("order_placed")),
        **_returns(of("order_returned"), of("order_placed")),
        **_tickets(of("ticket_opened"), of("ticket_replied"), of("ticket_closed")),
        **_subscription(activity, account, as_of),
        **_payments(of("payment_failed")),
        **_messages(of("message_sent"), activity[activity["type"].isin(RESPONSES)]),
        **_surveys(of("survey_answered")),
        **_onboarding(of("onboarding_step_completed")),
        **_notices(of("price_notice"), of("incident")),
    }
    return found | _tenure(activity, signed_up_at, as_of)


def _count(events: pd.DataFrame, days: int, *, until: int = 0) -> int:
    return int(((events["days_ago"] <= days) & (events["days_ago"] > until)).sum())


def _total(events: pd.DataFrame, days: int, *, until: int = 0) -> float:
    return float(
        events.loc[(events["days_ago"] <= days) & (events["days_ago"] > until), "amount"].sum()
    )


def _since(events: pd.DataFrame) -> float:
    return float(events["days_ago"].min())


def _ratio(value: float, base: float) -> float:
    return value / base if base > 0 else np.nan


def _logins(logins: pd.DataFrame) -> dict[str, float]:
    gap = -logins["days_ago"].diff().mean()
    recent = logins[logins["days_ago"] <= 30]
    return {
        **{f"logins_{days}d": _count(logins, days) for days in (7, 30, 60, 90)},
        "login_days_30d": recent["days_ago"].astype(int).nunique(),
        "days_since_login": _since(logins),
        "login_gap_mean_days": gap,
        "login_gap_ratio": _ratio(_since(logins), gap),
        "login_trend_30d": _ratio(len(recent), _count(logins, 60, until=30)),
    }


def _usage(uses: pd.DataFrame) -> dict[str, float]:
    recent = uses[uses["days_ago"] <= 30]
    return {
        "feature_uses_30d": len(recent),
        "feature_uses_90d": _count(uses, 90),
        "feature_volume_30d": recent["amount"].fillna(1).sum(),
        "features_distinct_30d": recent["ref"].nunique(),
        "usage_trend_30d": _ratio(len(recent), _count(uses, 60, until=30)),
        "days_since_feature_use": _since(uses),
    }


def _orders(orders: pd.DataFrame) -> dict[str, float]:
    gaps = -orders["days_ago"].diff().dropna()
    since = _since(orders)
    return {
        "orders_total": len(orders),
        **{f"orders_{days}d": _count(orders, days) for days in (30, 60, 90, 180, 365)},
        "order_days_total": orders["days_ago"].astype(int).nunique(),
        "order_trend_90d": _ratio(_count(orders, 90), _count(orders, 180, until=90)),
        "days_since_order": since,
        "days_since_first_order": orders["days_ago"].max(),
        "order_gap_last_days": gaps.iloc[-1] if len(gaps) else np.nan,
        "order_gap_mean_days": gaps.mean(),
        "order_gap_std_days": gaps.std(),
        "order_gap_median_days": gaps.median(),
        "order_gap_longest_days": gaps.max(),
        "order_gap_ratio": _ratio(since, gaps.mean()),
        "order_gap_longest_ratio": _ratio(since, gaps.max()),
    }


def _spend(orders: pd.DataFrame) -> dict[str, float]:
    amounts = orders["amount"].dropna()
    return {
        "spend_total": amounts.sum(),
        **{f"spend_{days}d": _total(orders, days) for days in (30, 60, 90, 365)},
        **{
            f"spend_trend_{days}d": _ratio(
                _total(orders, days), _total(orders, 2 * days, until=days)
            )
            for days in (30, 60, 90)
        },
        "order_amount_mean": amounts.mean(),
        "order_amount_last_ratio": _ratio(amounts.iloc[-1], amounts.mean())
        if len(amounts)
        else np.nan,
    }


def _returns(returns: pd.DataFrame, orders: pd.DataFrame) -> dict[str, float]:
    return {
        "returns_90d": _count(returns, 90),
        "return_share_365d": _ratio(_count(returns, 365), _count(orders, 365)),
        "days_since_return": _since(returns),
    }


def _tickets(opened: pd.DataFrame, replied: pd.DataFrame, closed: pd.DataFrame) -> dict[str, float]:
    waiting = opened[~opened["ref"].isin(replied["ref"]) & ~opened["ref"].isin(closed["ref"])]
    recent = opened[opened["days_ago"] <= 90]
    first = replied.groupby("ref")["days_ago"].max()
    topics = opened.loc[opened["days_ago"] <= 30, "properties"].map(_topic)
    return {
        "tickets_30d": _count(opened, 30),
        "tickets_90d": len(recent),
        "tickets_prior_60d": _count(opened, 90, until=30),
        "billing_tickets_30d": int((topics == "billing").sum()),
        "tickets_open": int((~opened["ref"].isin(closed["ref"])).sum()),
        "oldest_open_ticket_hours": waiting["days_ago"].max() * 24,
        "ticket_first_reply_hours_mean_90d": (recent["days_ago"] - recent["ref"].map(first)).mean()
        * 24,
        "days_since_ticket": _since(opened),
    }


def _topic(properties: str | None) -> str | None:
    return json.loads(properties).get("topic") if properties else None


def _subscription(
    activity: pd.DataFrame, account: pd.DataFrame, as_of: datetime
) -> dict[str, float]:
    contract = activity[activity["type"].str.startswith("subscription_")]
    starts = contract[contract["type"] == "subscription_started"]
    cancelled = contract[contract["type"] == "subscription_cancelled"]
    subscribed = len(contract) > 0 and contract["type"].iloc[-1] != "subscription_cancelled"
    prices = account["price"].dropna()
    renews_at = account["renews_at"].dropna()
    now = as_of.timestamp() * 1e6
    return {
        "subscribed": float(subscribed),
        "subscription_age_days": _since(starts) if subscribed else np.nan,
        "days_to_renewal": (renews_at.iloc[-1] - now) / 86_400_000_000
        if len(renews_at)
        else np.nan,
        "plan_price": prices.iloc[-1] if len(prices) else np.nan,
        "renewals_total": int((contract["type"] == "subscription_renewed").sum()),
        "cancellations_total": len(cancelled),
        "days_since_cancellation": _since(cancelled),
    }


def _payments(failed: pd.DataFrame) -> dict[str, float]:
    return {
        "payments_failed_30d": _count(failed, 30),
        "payments_failed_90d": _count(failed, 90),
        "days_since_payment_failed": _since(failed),
    }


def _messages(sent: pd.DataFrame, responses: pd.DataFrame) -> dict[str, float]:
    recent = sent[sent["days_ago"] <= 90]
    first = responses.groupby("ref")["days_ago"].max()
    recent_half_year = sent[sent["days_ago"] <= 180]
    hours = (recent_half_year["days_ago"] - recent_half_year["ref"].map(first)) * 24
    by_channel = hours.groupby(recent_half_year["channel"]).mean()
    return {
        "messages_sent_30d": _count(sent, 30),
        "message_open_share_90d": _ratio(recent["ref"].isin(responses["ref"]).sum(), len(recent)),
        "days_since_message_response": _since(responses),
        **{f"{channel}_response_hours_mean_180d": hour for channel, hour in by_channel.items()},
    }


def _surveys(answers: pd.DataFrame) -> dict[str, float]:
    surveys = answers["properties"].map(lambda p: json.loads(p).get("survey") if p else None)
    nps, csat = answers.loc[surveys == "nps", "amount"], answers.loc[surveys == "csat", "amount"]
    return {
        "nps_last": nps.iloc[-1] if len(nps) else np.nan,
        "csat_last": csat.iloc[-1] if len(csat) else np.nan,
        "days_since_survey": _since(answers),
    }


def _onboarding(steps: pd.DataFrame) -> dict[str, float]:
    done = steps["ref"].nunique()
    return {
        "onboarding_steps_done": done,
        "onboarding_share": done / steps["amount"].max() if len(steps) else 0.0,
        "days_since_onboarding_step": _since(steps),
    }


def _notices(notices: pd.DataFrame, incidents: pd.DataFrame) -> dict[str, float]:
    return {
        "days_since_price_notice": _since(notices),
        "price_notice_percent_last": notices["amount"].iloc[-1] if len(notices) else np.nan,
        "incidents_30d": _count(incidents, 30),
        "incident_minutes_14d": _total(incidents, 14),
    }


def _tenure(activity: pd.DataFrame, signed_up_at: int | None, as_of: datetime) -> dict[str, float]:
    own = activity[~activity["type"].isin(COMPANY)]
    signed_up_days = (
        np.nan
        if signed_up_at is None
        else (as_of.timestamp() * 1e6 - signed_up_at) / 86_400_000_000
    )
    return {
        "tenure_days": np.nanmax([signed_up_days, activity["days_ago"].max(), 0]),
        "days_since_activity": _since(own),
        "activities_30d": _count(own, 30),
        "activity_trend_30d": _ratio(_count(own, 30), _count(own, 60, until=30)),
        "channels_distinct_90d": own.loc[own["days_ago"] <= 90, "channel"].nunique(),
    }
