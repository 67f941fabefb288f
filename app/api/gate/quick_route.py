"""A short way to the routes that are asked all the time.

What the framework does for a request (layers, routing, dependencies, parameters, exit stacks) costs
as much as scoring a customer. A plain question, with an everyday id and a key that was verified a
moment ago, needs none of it. Everything else takes FastAPI's way, which also publishes the contract
and says what is wrong with a request; a test holds both ways equal.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.gate.bodies import BODY_HEADERS

EVERYDAY_ID: Final = (
    "[A-Za-z0-9._-]{1,200}"  # what most ids are; `app.api.contract.fields.Text` takes more
)
_PATH: Final = "/v1/customers/{customer_id}/"
QuickAnswer: TypeAlias = Callable[[str], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class QuickRoute:
    """GET ``/v1/customers/{customer_id}/`` and `name`.

    `answer` takes the customer's id and returns JSON, or None if the framework has to answer.
    """

    name: str
    answer: QuickAnswer
    cache_control: bytes

    @property
    def path(self) -> str:
        """The path as logs and metrics name it."""
        return f"{_PATH}{self.name}"


class QuickRoutes:
    """Answer plain questions at once, and pass everything else on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Sequence[QuickRoute],
        is_allowed: Callable[[str], bool],
    ) -> None:
        self.app = app
        self._is_allowed = is_allowed  # by the value of the header Authorization
        self._routes = {route.name: route for route in routes}
        ids = _PATH.replace("{customer_id}", f"({EVERYDAY_ID})")
        self._match = re.compile(f"{ids}({'|'.join(self._routes)})").fullmatch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        answer = None
        if scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]:
            answer = await self._answer(scope)
        if answer is None:
            await self.app(scope, receive, send)
            return
        headers = [
            (b"cache-control", scope["route"].cache_control),
            (b"content-length", b"%d" % len(answer)),
            (b"content-type", b"application/json"),
        ]
        await send({
            "type": "http.response.start",
            "status": HTTPStatus.OK.value,
            "headers": headers,
        })
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: Scope) -> bytes | None:
        """Return the answer to a plain question, and note the route; None for any other."""
        found = self._match(scope["path"])
        if found is None:
            return None
        customer_id, name = found.groups()
        route = self._routes[name]
        authorization = _authorization(scope["headers"])
        try:
            if authorization is None or not self._is_allowed(authorization):
                return None
            answer = await route.answer(customer_id)
        except Exception:  # noqa: BLE001 - the long way meets the same, and says what is wrong
            return None
        if answer is not None:
            scope["route"] = route
        return answer


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the only such header of a request without a body; None where it is another one."""
    found = None
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                return None
            found = value.decode("latin-1")
        elif name in BODY_HEADERS:
            return None
    return found
