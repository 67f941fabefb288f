"""What a process loads that serves: start-up time and memory rest on what it leaves out."""

import subprocess
import sys

from app.use_cases.warm_up import warm_up

LEFT_OUT = (
    "joblib",
    "lightgbm",
    "numba",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
)


def test_the_service_starts_and_answers_without_compiler_learner_and_data_frames(
    sqlite_url, models
):
    warm_up()  # as `holdfast warm-up` does once

    assert _loaded_by_serving(sqlite_url, models) == "[]"


def _loaded_by_serving(database_url, models) -> str:
    script = f"""
import sys
from pathlib import Path
import holdfast, uvicorn
from fastapi.testclient import TestClient
from app.cli import service
from app.main import create_app
from app.settings import Settings
app = create_app(Settings(database_url={database_url!r}, models=Path({str(models)!r})))
with TestClient(app) as client:
    assert client.get("/readyz").status_code == 200
print([name for name in {LEFT_OUT!r} if name in sys.modules])
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()
