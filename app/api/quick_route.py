"""A short way to the routes that are asked all the time.

What FastAPI does for a request (dependencies, parameters, exit stacks) costs as much as scoring a
customer. A plain question, without a query and with an everyday id, needs none of it: it goes
straight to the same function. Everything else takes FastAPI's way, which also publishes the
contract and says what is wrong with a request; a test holds both ways equal.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.api.security import Allowed
from app.api.service import Service

EVERYDAY_ID: Final = "[A-Za-z0-9._-]{1,200}"  # what most ids are; `app.api.fields.Text` takes more
Endpoint: TypeAlias = Callable[[str, Service], Awaitable[Response]]


class QuickRoute(BaseRoute):
    """GET `path`, which names the customer, answered by ``endpoint(customer_id, service)``."""

    def __init__(self, path: str, allowed: Allowed, endpoint: Endpoint) -> None:
        self.path = path
        self._match = re.compile(
            path.replace("{customer_id}", f"(?P<customer_id>{EVERYDAY_ID})")
        ).fullmatch
        self._allowed = allowed
        self._endpoint = endpoint

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the request is a plain one."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return Match.NONE, {}
        found = self._match(scope["path"])
        if found is None:
            return Match.NONE, {}
        return Match.FULL, {"path_params": found.groupdict(), "route": self}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        service = await self._allowed(Request(scope, receive))
        response = await self._endpoint(scope["path_params"]["customer_id"], service)
        await response(scope, receive, send)
