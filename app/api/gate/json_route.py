"""Routes that read JSON strictly, and say what is wrong with what they refuse."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.api.contract.problems.field_errors import MAX_ERRORS, unknown_parameter
from app.api.contract.problems.kinds import INVALID_REQUEST, UNSUPPORTED_MEDIA
from app.api.contract.problems.responses import RefusedError
from app.api.gate.body_headers import has_body


class JsonRequest(Request):
    """A request whose body is parsed by orjson.

    orjson refuses what the standard library accepts: NaN, Infinity and 1e999, lone surrogates,
    bytes that are not UTF-8, and nesting that would exhaust the stack.
    """

    async def json(self) -> Any:  # noqa: ANN401 - JSON can be anything until a schema has validated it
        """Return the body as Python values."""
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route that accepts JSON only, and only the query parameters that it knows.

    A misspelt parameter would otherwise be ignored without anybody noticing.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that FastAPI calls for each request."""
        handler = super().get_route_handler()
        takes_body = self.body_field is not None
        known = frozenset(field.alias for field in self.dependant.query_params)

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                _require_known(request, known)
            if not takes_body:
                return await handler(request)
            _require_json(request)
            return await handler(JsonRequest(request.scope, request.receive))

        return strict


def _require_known(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if not unknown:
        return
    takes = (
        f"the parameters here are {', '.join(sorted(known))}" if known else "there are none here"
    )
    raise RefusedError(
        INVALID_REQUEST,
        f"unknown query parameter {unknown[0][:100]!r}: {takes}",
        fields=[unknown_parameter(name, takes) for name in unknown[:MAX_ERRORS]],
    )


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and (media_type or has_body(request.scope)):
        raise RefusedError(
            UNSUPPORTED_MEDIA,
            f"send the header Content-Type: application/json, got {media_type[:100] or 'none'!r}",
        )
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise RefusedError(
            UNSUPPORTED_MEDIA, f"send the body as it is, got encoding {encoding[:100]!r}"
        )
