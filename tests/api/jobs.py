"""Jobs as tests follow them."""

import time

from fastapi.testclient import TestClient


def wait_for_end(client: TestClient, location: str, *, within_seconds: float = 30) -> dict:
    """Return the job at `location` once it has ended."""
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        job = client.get(location).json()
        if job["state"] not in {"queued", "in_progress"}:
            return job
        time.sleep(0.02)
    raise AssertionError(f"{location} did not end within {within_seconds} seconds: {job}")
