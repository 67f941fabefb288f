"""Whole processes that serve: what they must not load, and machines that cannot run our kernels."""

import json
import subprocess
import sys

import pytest

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
WITHOUT_MACHINE_CODE = """
import json, sys
from pathlib import Path
sys.modules["llvmlite"] = None  # its import fails
from fastapi.testclient import TestClient
from app.main import create_app
from app.settings import Settings
database_url, models, token, path = sys.argv[1:]
app = create_app(Settings(database_url=database_url, models=Path(models)))
with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as client:
    response = client.get(path)
print(response.text)
"""


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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_machine_code_the_answer_is_the_same_and_the_log_says_what_is_missing(
    client, with_history, database_url, models, new_key
):
    whole = client.get(f"/v1/customers/{with_history}/score").json()
    path = f"/v1/customers/{with_history}/score?as_of={whole['as_of']}"
    whole = client.get(path).json()

    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_MACHINE_CODE, database_url, str(models), new_key(), path],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    found = json.loads(ended.stdout.splitlines()[-1])
    assert numbers_of(found) == pytest.approx(numbers_of(whole), rel=1e-9, abs=1e-9)
    assert texts_of(found) == texts_of(whole)
    assert "kernels cannot run as machine code, so they run as Python" in ended.stderr
    assert "LightGBM answers instead" in ended.stderr


def numbers_of(answer) -> dict[str, float]:
    return {key: x for key, x in leaves_of(answer).items() if isinstance(x, int | float)}


def texts_of(answer) -> dict[str, object]:
    return {key: x for key, x in leaves_of(answer).items() if not isinstance(x, int | float)}


def leaves_of(answer, path="") -> dict[str, object]:
    """Every number and text of a document by its path, but for what says when it was answered."""
    if isinstance(answer, dict):
        items = [(f"{path}/{key}", value) for key, value in answer.items()]
    elif isinstance(answer, list):
        items = [(f"{path}/{i}", value) for i, value in enumerate(answer)]
    else:
        return {path: answer}
    return {key: x for inner in items for key, x in leaves_of(inner[1], inner[0]).items()}
