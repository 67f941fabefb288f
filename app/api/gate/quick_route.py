"""A quick way to the routes that are asked most.

What the framework does for a request (layers, routing, dependencies, parameters, exit stacks)
costs as much as scoring a customer. A plain request, with an everyday id and a key that was
verified moments ago, needs none of it. Every other request takes FastAPI's way, which also
publishes the contract and says what is wrong with a request. Both ways must give the same answer;
`tests/api/routes/test_scores.py` compares them.
"""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.gate.body_headers import BODY_HEADERS
from app.api.gate.metrics import Metrics
from app.domain.errors import HoldfastError

log = logging.getLogger("holdfast.api")
# What most ids look like; `app.api.contract.fields.Text` allows more.
EVERYDAY_ID: Final = "[A-Za-z0-9._-]{1,200}"
_PATH: Final = "/v1/customers/{customer_id}/"
QuickAnswer: TypeAlias = Callable[[str], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class QuickRoute:
    """GET ``/v1/customers/{customer_id}/`` and `name`.

    `answer` takes the customer's id and returns JSON, or None if FastAPI has to answer.
    """

    name: str
    answer: QuickAnswer
    cache_control: bytes

    @property
    def path(self) -> str:
        """The path as logs and metrics name it."""
        return f"{_PATH}{self.name}"


class QuickRoutes:
    """Answer plain requests at once, and pass all others on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Sequence[QuickRoute],
        is_allowed: Callable[[str], bool],
        metrics: Metrics,
    ) -> None:
        self.app = app
        self._is_allowed = is_allowed  # by the value of the header Authorization
        self._failures = _Failures(metrics)
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
        """Return the answer to a plain request, and note its route; None for any other request."""
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
        except HoldfastError:  # such as no bundle in service: FastAPI's way states the problem
            return None
        except Exception as error:  # noqa: BLE001 - FastAPI's way tries again, and answers in any case
            self._failures.record(route.path, error)
            return None
        if answer is not None:
            scope["route"] = route
        return answer


class _Failures:
    """Counts what quick routes fail with, and logs each class of error once per process.

    An error's message may name a customer, so only its class and its place in the code are logged.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._logged: set[str] = set()

    def record(self, route: str, error: Exception) -> None:
        """Count the error, and log it if it is the first of its class."""
        reason = type(error).__name__
        self._metrics.count_fallback(route, reason)
        if reason in self._logged:
            return
        self._logged.add(reason)
        log.warning(
            "a quick route failed, and FastAPI answers instead; further failures of this class are "
            "counted in holdfast_quick_route_fallbacks_total and not logged",
            extra={"route": route, "reason": reason, "raised_at": _place(error)},
        )


def _place(error: Exception) -> str:
    """Return the file, line and function that raised the error."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the only such header of a request without a body; otherwise None."""
    found = None
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                return None
            found = value.decode("latin-1")
        elif name in BODY_HEADERS:
            return None
    return found
