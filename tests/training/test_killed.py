"""A training run that is killed leaves a shelf on which nothing is half there."""

import signal
import subprocess
import sys

import pytest

from app.bundle.shelf import list_bundles

PROGRAM = """
import os, signal, sys
from pathlib import Path
from tests.training.shops import NO_ORDER, UNTIL, shop
from training.train import train
from app.bundle.folder import writing as write

fatal = sys.argv[2]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def on_progress(stage, done, total):
    if stage == fatal:
        die()

def deadly(path, content, durably=write.write_durably):
    durably(path, content)
    if fatal == "a file" and path.name == "booster.txt":
        die()

write.write_durably = deadly
log = shop(n_customers=250)
train(log, churn=NO_ORDER, until=UNTIL, models=Path(sys.argv[1]), on_progress=on_progress)
"""


@pytest.mark.parametrize("moment", ["Learning", "a file"])
def test_a_run_that_is_killed_leaves_no_half_bundle(tmp_path, moment):
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path, moment], check=False, capture_output=True
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert list_bundles(tmp_path) == []
