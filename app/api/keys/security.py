"""Who may do what: API keys as bearer tokens, one scope per route."""

from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool

from app.api.contract import problems
from app.api.contract.problems import RefusedError
from app.api.keys.key_ring import KeyRing
from app.domain.scopes import Scope

MAX_TOKEN_CHARACTERS: Final = 200
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="holdfast"'}


class Allowed(SecurityBase):
    """A dependency that lets a request pass if its key has `scope`, and returns the service."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.scheme_name = "ApiKey"
        self.model: Any = HTTPBearer(
            description="An API key as `Authorization: Bearer hf_…`; make one with "
            "`holdfast keys create`. A revoked key works for at most 5 seconds more."
        )

    def is_known(self, keys: KeyRing, authorization: str) -> bool:
        """Return whether a header is known to let a request pass; if not, `__call__` decides."""
        key = keys.remembered(_token(authorization))
        return key is not None and self.scope in key.scopes

    async def __call__(self, request: Request) -> object:
        """Return the service, or refuse the request.

        Raises
        ------
        RefusedError
            Without a valid key (401), or with one that lacks the scope (403).
        """
        keys = cast("KeyRing", request.app.state.keys)
        token = _token(request.headers.get("authorization"))
        key = keys.remembered(token)
        if key is None:
            key = await run_in_threadpool(keys.verified, token)
        if key is None:
            raise RefusedError(
                problems.NOT_AUTHENTICATED,
                "the API key is unknown or revoked: make one with `holdfast keys create`",
                headers=_CHALLENGE,
            )
        if self.scope not in key.scopes:
            raise RefusedError(
                problems.SCOPE_MISSING,
                f"the key {key.key_id} lacks the scope {self.scope.value}; "
                f"it has: {', '.join(sorted(key.scopes)) or 'none'}",
            )
        return cast("object", request.app.state.service)


def problems_of_keys() -> dict[int | str, dict[str, Any]]:
    """Return the `responses` that every route behind a key has."""
    responses = problems.of(problems.NOT_AUTHENTICATED, problems.SCOPE_MISSING)
    responses[HTTPStatus.UNAUTHORIZED.value]["headers"] = {
        "WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}
    }
    return responses


def _token(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= MAX_TOKEN_CHARACTERS:
        raise RefusedError(
            problems.NOT_AUTHENTICATED,
            "send an API key in the header `Authorization: Bearer hf_…`",
            headers=_CHALLENGE,
        )
    return token
