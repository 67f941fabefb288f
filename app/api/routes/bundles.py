"""GET /v1/model and /v1/model/card: the bundle in service."""

import math
from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import Response

from app.api import problems
from app.api.access import ModelRead
from app.api.json_route import JsonRoute
from app.api.schemas.bundles import BundleOut, ChurnDefinitionOut, FeatureOut
from app.api.schemas.scores import TierPolicyOut
from app.bundle.opened import RiskBundle
from app.domain.errors import BundleRefused, NoBundleInService
from app.use_cases.manage_models import card_of

router = APIRouter(
    prefix="/v1/model",
    tags=["Model"],
    responses=problems.of(NoBundleInService, BundleRefused),
    route_class=JsonRoute,
)


@router.get("")
def get_bundle(service: ModelRead) -> BundleOut:
    """Describe the bundle in service: what it foresees, what it was trained on, how good it is."""
    bundle = service.bundles.current()
    return _out(bundle, card_of(service.bundles.models, bundle), service.bundles.problem)


@router.get(
    "/card",
    response_class=Response,
    responses={
        HTTPStatus.OK.value: {
            "description": "The card, Markdown",
            "content": {"text/markdown": {"schema": {"type": "string"}}},
        }
    },
)
def get_card(service: ModelRead) -> Response:
    """Return the card of the bundle in service as Markdown."""
    card = card_of(service.bundles.models, service.bundles.current())
    return Response(card, media_type="text/markdown; charset=utf-8")


def _out(bundle: RiskBundle, card: str, problem: str | None) -> BundleOut:
    facts = bundle.manifest.facts
    features = facts.features
    return BundleOut(
        id=bundle.id,
        churn_definition=ChurnDefinitionOut(
            kind=bundle.churn.kind.value,
            event=bundle.churn.event,
            horizon_days=bundle.churn.horizon_days,
            sentence=bundle.churn.sentence,
        ),
        trained_until=facts.trained_until,
        currency=bundle.currency,
        tier_policy=TierPolicyOut.model_validate(bundle.tier_policy, from_attributes=True),
        feature_hash=features.fingerprint,
        features=[
            FeatureOut(name=name, unit=unit, usual=None if math.isnan(usual) else usual)
            for name, unit, usual in zip(features.names, features.units, facts.usual, strict=True)
        ],
        metrics=dict(facts.metrics),
        libraries=dict(facts.libraries),
        signed=bundle.manifest.signature is not None,
        warnings=[problem] if problem else [],
        card=card,
    )
