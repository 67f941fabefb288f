"""Load on a server: how many requests it answers, and how quickly."""

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cores import LOADING, pinned
from benchmarks.plan import PROJECT, SCRATCH

_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    path: str
    method: str = "GET"
    body: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What a server answered; latencies are of all answers of the turn."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


def check_answer(url: str, call: Call, headers: Mapping[str, str]) -> bytes:
    """Return the body of one answer; anything but a success raises."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        url + call.path, call.body.encode() or None, dict(headers), method=call.method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        body: bytes = answer.read()
        return body


def load(
    url: str,
    calls: Sequence[Call],
    *,
    headers: Mapping[str, str],
    connections: int,
    seconds: float,
) -> Load:
    """Send `calls` in turn over `connections` kept open for `seconds`, from the core of the load.

    With wrk where it is installed, else with the client beside this file. An answer other than a
    success, or none, raises RuntimeError: a figure counts good answers only.
    """
    targets = _written(calls, headers)
    command = _command(url, targets, connections, seconds)
    with pinned(LOADING):
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    found = json.loads(line.removeprefix("RESULT "))
    if found.pop("refused") + found.pop("broken"):
        raise RuntimeError(f"{url}{calls[0].path} did not answer every request well: {line}")
    return Load(**found)


def _command(url: str, targets: Path, connections: int, seconds: float) -> list[str]:
    if shutil.which("wrk") and float(seconds).is_integer():
        options = f"-t1 -c{connections} -d{seconds:g}s --timeout 30s".split()
        return ["wrk", *options, "-s", str(_SCRIPT), url, "--", str(targets)]
    program = [sys.executable, "-m", "benchmarks.client"]
    return [*program, url, str(targets), str(connections), str(seconds)]


def _written(calls: Sequence[Call], headers: Mapping[str, str]) -> Path:
    targets = SCRATCH / "targets.tsv"
    lines = [f"H\t{name}\t{value}" for name, value in headers.items()]
    lines += [f"R\t{call.method}\t{call.path}\t{call.body}" for call in calls]
    targets.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return targets
