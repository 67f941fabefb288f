"""The baseline: FastAPI, SQLAlchemy, pandas, Booster.predict and shap, each as its manual shows.

It is meant to be fair: the booster, its explainer and the engine are made once, at start; the
key and the history are each one query by index; pandas splits a history by type once. It runs in
its own environment and imports nothing of Holdfast.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap
from fastapi import Depends, FastAPI, Header, HTTPException
from features import features_of
from numpy.typing import NDArray
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

MODEL = Path(os.environ["BASELINE_BUNDLE"])
MANIFEST = json.loads((MODEL / "manifest.json").read_text(encoding="utf-8"))
N_REASONS = 5

engine = create_engine(os.environ["BASELINE_DATABASE_URL"])
sessions = sessionmaker(engine)
booster = lgb.Booster(model_file=str(MODEL / "booster.txt"))
names = booster.feature_name()
explainer = shap.TreeExplainer(booster)
app = FastAPI()

KEY = text("SELECT key_id FROM api_keys WHERE sha256 = :sha256 AND revoked_at IS NULL")
CUSTOMER = text("SELECT customer_id, signed_up_at FROM customers WHERE customer_id = :customer_id")
ACTIVITY = text(
    "SELECT occurred_at, received_at, type, channel, amount, ref, properties FROM activity "
    "WHERE customer_id = :customer_id AND occurred_at < :as_of AND received_at < :as_of "
    "ORDER BY occurred_at"
)
ACCOUNT = text(
    "SELECT valid_from, price, renews_at FROM account_versions "
    "WHERE customer_id = :customer_id AND valid_from < :as_of ORDER BY valid_from"
)


class Reason(BaseModel):
    """One feature that moved the score."""

    feature: str
    value: float | None
    contribution: float
    direction: str


class Answer(BaseModel):
    """The score of one customer, and why."""

    customer_id: str
    as_of: datetime
    probability: float
    score: int
    tier: str
    reasons: list[Reason]
    signals: list[str]


def session() -> Iterator[Session]:
    """Yield a session for one request."""
    with sessions() as opened:
        yield opened


Database = Annotated[Session, Depends(session)]


def checked_key(database: Database, authorization: Annotated[str, Header()]) -> None:
    """Refuse a request without a key that works."""
    sha256 = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    if database.execute(KEY, {"sha256": sha256}).first() is None:
        raise HTTPException(401, "unknown key")


@app.get("/healthz")
def health() -> dict[str, str]:
    """Say that the service is up."""
    return {"status": "ok"}


@app.get("/v1/customers/{customer_id}/score", dependencies=[Depends(checked_key)])
def score(customer_id: str, database: Database) -> Answer:
    """Return the score of a customer as of now."""
    as_of = datetime.now(UTC)
    asked = {"customer_id": customer_id, "as_of": int(as_of.timestamp() * 1e6)}
    customer = database.execute(CUSTOMER, asked).first()
    if customer is None:
        raise HTTPException(404, "unknown customer")
    activity = pd.read_sql(ACTIVITY, database.connection(), params=asked)
    account = pd.read_sql(ACCOUNT, database.connection(), params=asked)
    measured = features_of(activity, account, signed_up_at=customer.signed_up_at, as_of=as_of)
    return _answer(customer_id, as_of, measured)


def _answer(customer_id: str, as_of: datetime, measured: dict[str, float]) -> Answer:
    row = pd.DataFrame([measured]).reindex(columns=names).astype(float)
    calibration = MANIFEST["calibration"]
    raw = float(booster.predict(row, raw_score=True, num_threads=1)[0])
    probability = float(1 / (1 + np.exp(-(calibration["slope"] * raw + calibration["intercept"]))))
    contributions = explainer.shap_values(row)[0] * calibration["slope"]
    return Answer(
        customer_id=customer_id,
        as_of=as_of,
        probability=probability,
        score=round(100 * probability),
        tier=_tier(probability),
        reasons=_reasons(row, contributions),
        signals=_signals(measured),
    )


def _tier(probability: float) -> str:
    policy = MANIFEST["tier_policy"]
    if probability >= policy["high_from"]:
        return "high"
    return "medium" if probability >= policy["medium_from"] else "low"


def _reasons(row: pd.DataFrame, contributions: NDArray[np.float64]) -> list[Reason]:
    strongest = np.argsort(-np.abs(contributions))[:N_REASONS]
    return [
        Reason(
            feature=names[i],
            value=None if np.isnan(row.iat[0, i]) else float(row.iat[0, i]),
            contribution=float(contributions[i]),
            direction="raises" if contributions[i] > 0 else "lowers",
        )
        for i in strongest
    ]


def _signals(measured: dict[str, float]) -> list[str]:
    rules = {
        "no_login": measured["days_since_login"] > 30,
        "usage_falling": measured["usage_trend_30d"] < 0.5,
        "order_gap_widening": measured["order_gap_ratio"] > 2,
        "spend_falling": measured["spend_trend_90d"] < 0.5,
        "ticket_unanswered": measured["oldest_open_ticket_hours"] > 48,
        "payment_failed": measured["payments_failed_30d"] > 0,
        "renewal_near": measured["days_to_renewal"] < 30,
        "nps_low": measured["nps_last"] <= 6,
    }
    return [name for name, fires in rules.items() if fires]
