"""How request bodies become JSON: strictly, and with a reason where they do not."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.api import problems
from app.api.guard import has_body


class JsonRequest(Request):
    """A request whose body is read by orjson.

    It refuses what the standard library lets through: NaN, Infinity and 1e999, lone surrogates,
    text that is no UTF-8, and nesting that would exhaust the stack.
    """

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything until a schema has seen it
        """Return the body as Python values."""
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route that takes JSON, says so when it gets anything else, and reads it strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that FastAPI calls for each request."""
        handler = super().get_route_handler()
        if self.body_field is None:
            return handler

        async def strict(request: Request) -> Response:
            _require_json(request)
            return await handler(JsonRequest(request.scope, request.receive))

        return strict


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and (media_type or has_body(request.scope)):
        raise problems.RefusedError(
            problems.UNSUPPORTED_MEDIA,
            f"send the header Content-Type: application/json, got {media_type[:100] or 'none'!r}",
        )
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise problems.RefusedError(
            problems.UNSUPPORTED_MEDIA, f"send the body as it is, got encoding {encoding[:100]!r}"
        )
