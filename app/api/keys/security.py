"""Which requests may pass: API keys as bearer tokens, with one scope per route."""

from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool

from app.api.contract.problems.kinds import NOT_AUTHENTICATED, SCOPE_MISSING
from app.api.contract.problems.responses import RefusedError, problem_responses
from app.api.keys.key_cache import KeyCache
from app.domain.keys import Scope
from app.use_cases.keys.verify import VerifiedKey

MAX_TOKEN_CHARACTERS: Final = 200
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="holdfast"'}


class RequireScope(SecurityBase):
    """A dependency that refuses requests whose key lacks `scope`, and returns the service."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.scheme_name = "ApiKey"
        self.model: Any = HTTPBearer(
            description="An API key as `Authorization: Bearer hf_…`; make one with "
            "`holdfast keys create`. A revoked key works for at most 5 seconds more."
        )

    def is_met_by(self, authorization: str, keys: KeyCache) -> bool:
        """Return whether the header has a cached key with the scope; if not, `__call__` decides."""
        token = _token(authorization)
        key = None if token is None else keys.cached(token)
        return key is not None and self.scope in key.scopes

    async def __call__(self, request: Request) -> object:
        """Return the service.

        Raises
        ------
        RefusedError
            Without a valid key (401), or with one that lacks the scope (403).
        """
        keys = cast("KeyCache", request.app.state.keys)
        key = await _valid_key(request.headers.get("authorization"), keys)
        if self.scope not in key.scopes:
            raise RefusedError(
                SCOPE_MISSING,
                f"the key {key.key_id} lacks the scope {self.scope.value}; "
                f"it has: {', '.join(sorted(key.scopes)) or 'none'}",
            )
        return cast("object", request.app.state.service)


def key_problems() -> dict[int | str, dict[str, Any]]:
    """Return the `responses` that every route with a key has."""
    responses = problem_responses(NOT_AUTHENTICATED, SCOPE_MISSING)
    responses[HTTPStatus.UNAUTHORIZED.value]["headers"] = {
        "WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}
    }
    return responses


async def _valid_key(header: str | None, keys: KeyCache) -> VerifiedKey:
    token = _token(header or "")
    if token is None:
        raise RefusedError(
            NOT_AUTHENTICATED,
            "send an API key in the header `Authorization: Bearer hf_…`",
            headers=_CHALLENGE,
        )
    key = keys.cached(token) or await run_in_threadpool(keys.verified, token)
    if key is None:
        raise RefusedError(
            NOT_AUTHENTICATED,
            "the API key is unknown or revoked: make one with `holdfast keys create`",
            headers=_CHALLENGE,
        )
    return key


def _token(header: str) -> str | None:
    """Return the token of the header Authorization, or None if it has none of a possible length."""
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= MAX_TOKEN_CHARACTERS:
        return None
    return token
