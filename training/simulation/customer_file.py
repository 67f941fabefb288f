"""The customer file: facts about each customer, and a row for each version of the account."""

import numpy as np
import polars as pl

from app.domain.activity import TYPE_CODES, ActivityType
from training.simulation.chunk import Chunk
from training.simulation.columns import MOMENT, Period, moments, text_ids
from training.simulation.company import PLANS
from training.simulation.events import DAY, SECOND
from training.simulation.traits import ACQUISITION_CHANNELS, CURRENCY, OWNERS

_CONSENTS = ("email", "sms", "push", "phone")  # bits of Traits.consent, lowest first
_VERSION_TYPES = (
    ActivityType.SUBSCRIPTION_STARTED,
    ActivityType.SUBSCRIPTION_RENEWED,
    ActivityType.SUBSCRIPTION_CHANGED,
    ActivityType.SUBSCRIPTION_CANCELLED,
)


def accounts_of(chunk: Chunk, period: Period) -> pl.DataFrame:
    """Return the rows of a customer file, sorted by customer and `valid_from`.

    The first version of each customer is valid from sign-up and has no plan. A new version begins
    when the plan or its price changes, but not when it is renewed at the same price.
    """
    facts = _facts(chunk, period)
    first = pl.DataFrame({
        "customer": facts["customer"],
        "valid_from": facts["signed_up_at"],
    }).with_columns(
        plan=pl.lit("none"),
        price=pl.lit(None, pl.Float64),
        renews_at=pl.lit(None, MOMENT),
        contract=pl.lit("none"),
    )
    versions = pl.concat([first, _versions(chunk, period)])
    rows = facts.join(versions, on="customer").sort("customer", "valid_from")
    return rows.drop("customer")


def _facts(chunk: Chunk, period: Period) -> pl.DataFrame:
    traits = chunk.traits
    numbers = np.arange(len(traits))
    return pl.DataFrame({
        "customer": numbers,
        "customer_id": text_ids(numbers + chunk.first),
        "signed_up_at": moments(traits["signed_up_at"], period),
        "acquisition_channel": np.array(ACQUISITION_CHANNELS)[traits["acquired"]],
        "acquisition_cost": traits["acquisition_cost"],
        "currency": [CURRENCY] * len(traits),
        "owner": np.array(OWNERS)[traits["owner"]],
        **{
            f"consent_{name}": (traits["consent"] >> bit & 1).astype(np.bool_)
            for bit, name in enumerate(_CONSENTS)
        },
    })


def _versions(chunk: Chunk, period: Period) -> pl.DataFrame:
    """Return plan, price and renewal after each subscription event that changed them."""
    log = chunk.log
    kind = log["kind"]
    (at,) = np.isin(kind, [TYPE_CODES[t] for t in _VERSION_TYPES]).nonzero()
    customer = log["customer"][at].astype(np.int64)
    cancelled = kind[at] == TYPE_CODES[ActivityType.SUBSCRIPTION_CANCELLED]
    contracts = np.where(chunk.traits["annual"][customer] > 0, "annual", "monthly")
    frame = pl.DataFrame({
        "customer": customer,
        "valid_from": moments(log["occurred_at"][at], period),
        "plan": np.where(cancelled, "none", np.array(PLANS)[log["number"][at]]),
        "price": log["amount"][at],
        "renews_at": moments((log["until"][at].astype(np.int64) + 1) * DAY - SECOND, period),
        "contract": np.where(cancelled, "none", contracts),
    }).sort("customer", "valid_from", maintain_order=True)
    gone = pl.col("plan") == "none"
    frame = frame.with_columns(
        price=pl.col("price").fill_nan(None),
        renews_at=pl.when(~gone).then("renews_at"),
    )
    before = pl.struct("plan", "price").shift(1).over("customer")
    return frame.filter(before.is_null() | (pl.struct("plan", "price") != before))
