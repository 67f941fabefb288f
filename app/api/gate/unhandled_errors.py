"""An answer for errors that no handler answered."""

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.contract.problems.responses import internal_error

log = logging.getLogger("holdfast.api")


class UnhandledErrors:
    """Log each error that leaves the application, and answer 500 if no answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            log.info("client went away")
        except Exception as error:  # noqa: BLE001 - the edge: nothing above would answer
            answer = internal_error(error)
            if not has_begun:
                await answer(scope, receive, send)
