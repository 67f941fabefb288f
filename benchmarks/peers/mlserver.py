"""MLServer serving the bare booster: no history, no features, no reasons."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.environments import environment, installed, same_version
from benchmarks.load import Call
from benchmarks.plan import SCRATCH
from benchmarks.servers import Server, free_port, running

REQUIREMENTS = ("mlserver==1.7.1", "mlserver-lightgbm==1.7.1", same_version("lightgbm"))
PATH = "/v2/models/churn/infer"


@contextmanager
def mlserver(booster: Path) -> Iterator[Server]:
    """Serve `booster` in one process; its worker pool and its metrics server are off.

    Both cost it requests on one core. OMP_NUM_THREADS=1 keeps LightGBM from starting threads that
    the core has no room for.
    """
    python = environment("mlserver", *REQUIREMENTS)
    folder, port = SCRATCH / "mlserver", free_port()
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_endpoint": None,
        "parallel_workers": 0,
        "debug": False,
    }
    model = {
        "name": "churn",
        "implementation": "mlserver_lightgbm.LightGBMModel",
        "parameters": {"uri": str(booster)},
    }
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "model-settings.json").write_text(json.dumps(model), encoding="utf-8")
    with running(
        "mlserver",
        [str(python.with_name("mlserver")), "start", str(folder)],
        port=port,
        ready_path="/v2/models/churn/ready",
        environment={"OMP_NUM_THREADS": "1"},
    ) as server:
        yield server


def versions() -> dict[str, str]:
    """Return the versions of what this peer runs on."""
    found = installed(environment("mlserver", *REQUIREMENTS))
    return {
        name: found[name]
        for name in ("mlserver", "lightgbm", "fastapi", "uvicorn")
        if name in found
    }


def calls(features: NDArray[np.float64]) -> list[Call]:
    """Return one request per row of features.

    JSON has no NaN: what is undefined is sent as 0.
    """
    return [Call(PATH, "POST", _body(row)) for row in np.nan_to_num(features)]


def _body(row: NDArray[np.float64]) -> str:
    values = {"name": "features", "shape": [1, len(row)], "datatype": "FP64", "data": row.tolist()}
    return json.dumps({"inputs": [values]}, separators=(",", ":"))
