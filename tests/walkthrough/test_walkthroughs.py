"""The walk-throughs of the documentation, run as they stand."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.walkthrough.pages import differences, steps_of

ROOT = Path(__file__).parents[2]
SHOP = ROOT.parent / "shared" / "data" / "online_retail"
TOLERANCE = 0.03
# Only a command that hangs is an error: how long a training takes depends on the machine.
HANGS_SECONDS = 1_800


def test_cdnow_goes_from_the_raw_file_to_the_http_answer(tmp_path):
    answer = follow(ROOT / "docs" / "walkthrough-cdnow.md", tmp_path)

    assert answer["customer_id"] == "00002"
    assert answer["horizon_days"] == 273
    assert 0.5 < answer["probability"] < 1


@pytest.mark.skipif(not SHOP.is_dir(), reason=f"the shop's data is not at {SHOP}")
def test_the_shop_goes_from_the_raw_file_to_the_http_answer(tmp_path):
    answer = follow(ROOT / "docs" / "walkthrough-shop.md", tmp_path, SHOP=str(SHOP))

    assert answer["customer_id"] == "14911"
    assert answer["tier"] == "low"


def follow(page: Path, folder: Path, **variables: str) -> dict:
    """Run the commands of a page in `folder`; return the HTTP answer that they end with."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    for step in steps_of(page):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", step.commands],
            cwd=folder,
            env={**clean, "PATH": path, **variables},
            capture_output=True,
            text=True,
            timeout=HANGS_SECONDS,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{step.commands}\n{printed}"
        if step.promised is not None:
            assert differences(step.promised, printed, tolerance=TOLERANCE) == [], printed
    return json.loads((folder / "answer.json").read_text())
