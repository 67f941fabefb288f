"""GET /v1/customers/{customer_id}/badge and /badge.svg: the newest stored score at a glance."""

import hashlib
from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header
from starlette.responses import Response

from app.api.badge_svg import badge_svg
from app.api.gate.json_route import JsonRoute
from app.api.gate.quick_route import QuickRoute
from app.api.keys.access import ScoresRead
from app.api.schemas.badges import BadgeOut
from app.api.schemas.path_parameters import CustomerId
from app.api.service import Service
from app.use_cases.scores.stored import NewestScore, newest_score

router = APIRouter(prefix="/v1/customers/{customer_id}", tags=["Badges"], route_class=JsonRoute)
LABEL: Final = "churn risk"
# Dark enough for white text (WCAG AA: 4.5 to 1).
COLORS: Final = {"high": "#b42318", "medium": "#b54708", "low": "#027a48"}
NO_COLOR: Final = "lightgrey"
NO_COLOR_SVG: Final = "#667085"
CACHE_CONTROL: Final = "private, max-age=60"


@router.get("/badge", response_model=BadgeOut)
async def get_badge(customer_id: CustomerId, service: ScoresRead) -> Response:
    """Return the newest stored score in the endpoint schema of shields.io.

    A customer who is unknown, or was never scored, has a grey badge that says so.
    """
    badge = _badge(await service.fetch(newest_score(customer_id)))
    headers = {"Cache-Control": CACHE_CONTROL}
    return Response(badge, headers=headers, media_type="application/json")


@router.get(
    "/badge.svg",
    response_class=Response,
    responses={
        HTTPStatus.OK.value: {
            "description": "The badge",
            "content": {"image/svg+xml": {"schema": {"type": "string"}}},
            "headers": {"ETag": {"description": "Of this badge", "schema": {"type": "string"}}},
        },
        HTTPStatus.NOT_MODIFIED.value: {"description": "The badge you have is the newest"},
    },
)
async def get_badge_svg(
    customer_id: CustomerId,
    service: ScoresRead,
    if_none_match: Annotated[
        str | None, Header(description="The ETag of the badge you have")
    ] = None,
) -> Response:
    """Return the newest stored score as an image whose text says everything."""
    message, color = _look(await service.fetch(newest_score(customer_id)))
    image = badge_svg(LABEL, message, color or NO_COLOR_SVG)
    tag = f'"{hashlib.blake2b(image.encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": CACHE_CONTROL}
    if if_none_match is not None and _matches(if_none_match, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(image, media_type="image/svg+xml", headers=headers)


def quick_badge(service: Service) -> QuickRoute:
    """Return the short way to the badge as JSON."""

    async def answer(customer_id: str) -> bytes | None:
        newest = await service.fetch(newest_score(customer_id))
        return None if newest is None else _badge(newest)

    return QuickRoute("badge", answer, cache_control=CACHE_CONTROL.encode())


def _badge(newest: NewestScore | None) -> bytes:
    message, color = _look(newest)
    return orjson.dumps({
        "schemaVersion": 1,
        "label": LABEL,
        "message": message,
        "color": color or NO_COLOR,
    })


def _look(newest: NewestScore | None) -> tuple[str, str | None]:
    if newest is None:
        return "unknown", None
    if newest.tier is None:
        return "not scored", None
    return f"{newest.tier} {newest.score}", COLORS[newest.tier]


def _matches(header: str, tag: str) -> bool:
    tags = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in tags or tag in tags
