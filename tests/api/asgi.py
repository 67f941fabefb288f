"""A connection as a server gives it to an ASGI application, for tests of single middlewares."""

import asyncio


class Connection:
    """Sends the messages that it is given, and remembers what the application sends."""

    def __init__(self, *messages: dict, then_silence: bool = False) -> None:
        self.messages = list(messages)
        self.then_silence = then_silence
        self.sent: list[dict] = []

    async def receive(self) -> dict:
        if not self.messages and self.then_silence:
            await asyncio.Event().wait()
        return self.messages.pop(0)

    async def send(self, message: dict) -> None:
        self.sent.append(message)

    def post_to(self, app) -> list[dict]:
        scope = {"type": "http", "method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}
        asyncio.run(app(scope, self.receive, self.send))
        return self.sent


def part(body: bytes, *, more: bool = True) -> dict:
    """A message with a part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}
