"""The bundle in service."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.scores.numbers import TierPolicyOut


class ChurnDefinitionOut(ResponseBody):
    """What the bundle has learned to predict."""

    kind: Annotated[
        Literal["absence", "cancellation"],
        Field(
            description="absence: a customer churns if the event does not happen; cancellation: if "
            "it does",
            examples=["absence"],
        ),
    ]
    event: Annotated[str, Field(description="The type of the event", examples=["order_placed"])]
    horizon_days: Annotated[int, Field(description="How many days ahead it looks", examples=[90])]
    sentence: Annotated[
        str, Field(description="The definition in words", examples=["no order_placed"])
    ]


class FeatureOut(ResponseBody):
    """One feature of the bundle."""

    name: Annotated[str, Field(description="Name in the catalogue", examples=["orders_30d"])]
    unit: Annotated[str, Field(description="Unit of its values", examples=["orders"])]
    usual: Annotated[
        float | None,
        Field(
            description="Median of the population of the training; null: not defined", examples=[4]
        ),
    ]


class BundleOut(ResponseBody):
    """The bundle in service: what it predicts, what it was trained on, and how good it is."""

    id: Annotated[str, Field(description="Id of the bundle", examples=["4f1c0de5a2b94a10"])]
    churn_definition: Annotated[
        ChurnDefinitionOut,
        Field(
            description="What it predicts",
            examples=[
                {
                    "kind": "absence",
                    "event": "order_placed",
                    "horizon_days": 90,
                    "sentence": "no order_placed",
                }
            ],
        ),
    ]
    trained_until: Annotated[
        datetime,
        Field(
            description="It has seen nothing that happened at or after this moment",
            examples=["2026-11-01T00:00:00Z"],
        ),
    ]
    basis: Annotated[
        Literal["learned", "rhythm", "prior"],
        Field(
            description="What its predictions rest on; see `basis` of a score", examples=["learned"]
        ),
    ]
    currency: Annotated[
        str | None,
        Field(
            description="Currency of the amounts it uses; those in others are ignored",
            examples=["EUR"],
        ),
    ]
    tier_policy: Annotated[
        TierPolicyOut,
        Field(
            description="Where the tiers begin for a customer about whom nothing is known",
            examples=[
                {
                    "kind": "value",
                    "version": "value-1",
                    "high_from": 0.35,
                    "medium_from": 0.12,
                    "value_basis": "median",
                    "offer_cost": 5.0,
                }
            ],
        ),
    ]
    feature_hash: Annotated[
        str,
        Field(
            description="Fingerprint of the features and their definitions",
            examples=["b1946ac92492d2347c6235b4d2611184"],
        ),
    ]
    features: Annotated[
        list[FeatureOut],
        Field(
            description="Its features, in the order of the model",
            examples=[[{"name": "orders_30d", "unit": "orders", "usual": 4}]],
        ),
    ]
    metrics: Annotated[
        dict[str, Any],
        Field(
            description="Quality, measured on customers and times that it was not trained on",
            examples=[{"auc": 0.81}],
        ),
    ]
    libraries: Annotated[
        dict[str, str],
        Field(
            description="Versions of the libraries that it was trained with",
            examples=[{"lightgbm": "4.7.0"}],
        ),
    ]
    signed: Annotated[bool, Field(description="Whether it is signed", examples=[False])]
    warnings: Annotated[
        list[str],
        Field(
            description="Why a newly promoted bundle is not in service, and reasons to trust this "
            "one less",
            examples=[[]],
        ),
    ]
    card: Annotated[
        str,
        Field(
            description="Its card as Markdown; also at /v1/model/card",
            examples=["# Churn risk: no order_placed within 90 days"],
        ),
    ]
