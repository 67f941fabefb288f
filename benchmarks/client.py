"""A small HTTP client for load where wrk is not installed: raw sockets, kept open, no pipelining.

It costs more per request than wrk does; on its own core it still keeps up with about 10,000
answers a second.
"""

import asyncio
import statistics
import sys
import time
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit


def main() -> None:
    """Send the requests of a file (see load.lua) and print what came of it."""
    url, targets, connections, seconds = sys.argv[1:5]
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
    requests = _requests(Path(targets).read_text(encoding="utf-8"), f"{host}:{port}")
    print(asyncio.run(_load(host, port, requests, int(connections), float(seconds))))


def _requests(text: str, host: str) -> list[bytes]:
    rows = [line.split("\t") for line in text.splitlines()]
    headers = "".join(f"{row[1]}: {row[2]}\r\n" for row in rows if row[0] == "H")
    return [
        _request(row[1], row[2], host, headers, row[3].encode()) for row in rows if row[0] == "R"
    ]


def _request(method: str, path: str, host: str, headers: str, body: bytes) -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n".encode() + body


async def _load(
    host: str, port: int, requests: list[bytes], connections: int, seconds: float
) -> str:
    turns = cycle(requests)
    latencies: list[float] = []
    refused = [0]
    started = time.perf_counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        while time.perf_counter() - started < seconds:
            sent = time.perf_counter()
            writer.write(next(turns))
            if not await _good_answer(reader):
                refused[0] += 1
            latencies.append(time.perf_counter() - sent)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    took = time.perf_counter() - started
    p50, p99 = (statistics.quantiles(latencies, n=100)[at] * 1e3 for at in (49, 98))
    return (
        f'RESULT {{"requests": {len(latencies)}, "seconds": {took:.6f}, "p50_ms": {p50:.4f}, '
        f'"p99_ms": {p99:.4f}, "refused": {refused[0]}, "broken": 0}}'
    )


async def _good_answer(reader: asyncio.StreamReader) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return head.split(b" ", 2)[1].startswith(b"2")


if __name__ == "__main__":
    main()
