"""The bundle in service, and the cards of all bundles."""

import math
from http import HTTPStatus
from pathlib import Path as FolderPath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path
from starlette.responses import Response

from app.api.contract.negotiation import preferred
from app.api.contract.problems.responses import problem_responses
from app.api.gate.json_route import JsonRoute
from app.api.keys.access import ModelRead
from app.api.schemas.bundles import BundleOut, ChurnDefinitionOut, FeatureOut
from app.api.schemas.scores.numbers import TierPolicyOut
from app.bundle.folder.manifest import BundleFacts
from app.bundle.risk_bundle import RiskBundle
from app.domain.churn import ChurnDefinition
from app.domain.errors import BundleNotFound, BundleRefused, NoBundleInService
from app.use_cases.bundles.shelf import Card, card_of
from app.use_cases.scores.encoding import encode_tier_policy
from app.use_cases.scores.tiers import policy_without_value

MARKDOWN: Final = "text/markdown"
PAGE: Final = "text/html"
# The page is one file that loads and runs nothing; its style is part of it.
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)

router = APIRouter(
    tags=["Model"],
    route_class=JsonRoute,
)

Accept = Annotated[
    str,
    Header(
        description="text/html for a page with plots; otherwise the card is Markdown",
        examples=[PAGE],
    ),
]
BundleId = Annotated[
    str,
    Path(
        description="Id of a bundle on the shelf",
        pattern="^[0-9a-f]{16}$",
        examples=["4f1c0de5a2b94a10"],
    ),
]
_CARD_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    HTTPStatus.OK.value: {
        "description": "The card, as the header Accept asks for it",
        "content": {kind: {"schema": {"type": "string"}} for kind in (MARKDOWN, PAGE)},
    }
}


@router.get("/v1/model", responses=problem_responses(NoBundleInService, BundleRefused))
def get_bundle(service: ModelRead) -> BundleOut:
    """Describe the bundle in service: what it predicts, what it was trained on, how good it is."""
    bundle = service.bundles.current()
    card = _markdown_of(service.bundles.models, bundle)
    return _bundle_out(bundle, card, service.bundles.problem)


@router.get(
    "/v1/model/card",
    response_class=Response,
    responses=_CARD_RESPONSES | problem_responses(NoBundleInService, BundleRefused),
)
def get_card(service: ModelRead, accept: Accept = MARKDOWN) -> Response:
    """Return the card of the bundle in service."""
    return _card_response(card_of(service.bundles.models, service.bundles.current().id), accept)


@router.get(
    "/v1/models/{bundle_id}/card",
    response_class=Response,
    responses=_CARD_RESPONSES | problem_responses(BundleNotFound, BundleRefused),
)
def get_card_of_bundle(
    service: ModelRead, bundle_id: BundleId, accept: Accept = MARKDOWN
) -> Response:
    """Return the card of any bundle on the shelf, in service or not."""
    return _card_response(card_of(service.bundles.models, bundle_id), accept)


def _markdown_of(models: FolderPath, bundle: RiskBundle) -> str:
    try:
        return card_of(models, bundle.id).markdown
    except BundleNotFound:  # it was removed from the shelf while in service
        return ""


def _card_response(card: Card, accept: str) -> Response:
    headers = {"Vary": "Accept"}
    if card.page is not None and preferred(accept, (MARKDOWN, PAGE)) == PAGE:
        headers["Content-Security-Policy"] = _PAGE_POLICY
        return Response(card.page, media_type=f"{PAGE}; charset=utf-8", headers=headers)
    return Response(card.markdown, media_type=f"{MARKDOWN}; charset=utf-8", headers=headers)


def _bundle_out(bundle: RiskBundle, card: str, problem: str | None) -> BundleOut:
    facts = bundle.manifest.facts
    return BundleOut(
        id=bundle.id,
        churn_definition=_churn_out(bundle.churn),
        trained_until=facts.trained_until,
        currency=bundle.currency,
        basis=facts.basis.value,
        tier_policy=TierPolicyOut.model_validate(
            encode_tier_policy(policy_without_value(bundle.tier_policy))
        ),
        feature_hash=facts.features.fingerprint,
        features=_features_out(facts),
        metrics=dict(facts.metrics),
        libraries=dict(facts.libraries),
        signed=bundle.manifest.signature is not None,
        warnings=[*([problem] if problem else []), *(each.text for each in bundle.warnings)],
        card=card,
    )


def _churn_out(churn: ChurnDefinition) -> ChurnDefinitionOut:
    return ChurnDefinitionOut(
        kind=churn.kind.value,
        event=churn.event,
        horizon_days=churn.horizon_days,
        sentence=churn.sentence,
    )


def _features_out(facts: BundleFacts) -> list[FeatureOut]:
    features = facts.features
    return [
        FeatureOut(name=name, unit=unit, usual=None if math.isnan(usual) else usual)
        for name, unit, usual in zip(features.names, features.units, facts.usual, strict=True)
    ]
