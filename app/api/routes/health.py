"""Health, for orchestrators; these routes need no key and reveal nothing about customers."""

from typing import cast

from fastapi import APIRouter, Request

from app.api.contract.problems.responses import problem_responses
from app.api.schemas.health import AliveOut, LiveOut, ReadyOut, ServerReadyOut
from app.api.service import Service
from app.domain.errors import BundleRefused, DatabaseNotReady, NoBundleInService

router = APIRouter(tags=["Health"])
_NOT_READY = problem_responses(DatabaseNotReady, NoBundleInService, BundleRefused)


@router.get("/healthz")
async def get_alive() -> AliveOut:
    """Confirm that the process answers; restart it if this fails."""
    return AliveOut(status="alive")


@router.get("/readyz", responses=_NOT_READY)
def get_ready(request: Request) -> ReadyOut:
    """Say whether database and bundle can be used, otherwise which one cannot and what to do."""
    service = cast("Service", request.app.state.service)
    service.database.require_migrated()
    bundle = service.bundles.current()
    problem = service.bundles.problem
    return ReadyOut(status="ready", bundle_id=bundle.id, warnings=[problem] if problem else [])


@router.get("/v2/health/live")
async def get_live() -> LiveOut:
    """Confirm that the process answers, for KServe clients."""
    return LiveOut(live=True)


@router.get("/v2/health/ready", responses=_NOT_READY)
def get_server_ready(request: Request) -> ServerReadyOut:
    """Say whether the service is ready, for KServe clients."""
    get_ready(request)
    return ServerReadyOut(ready=True)
