"""The command line as its users call it, in this process."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import holdfast

END = "2026-06-01"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a verb left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty working folder whose settings are the defaults."""
    for name in [name for name in os.environ if name.startswith("HOLDFAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(folder, monkeypatch, capfd) -> Callable[..., Ended]:
    """Call `holdfast` with arguments and return how it ended."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["holdfast", *map(str, arguments)])
        capfd.readouterr()
        try:
            holdfast.main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Ended(code, *capfd.readouterr())

    return run


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> Path:
    """A folder with a small simulated company and a shelf with a bundle trained on it."""
    folder = tmp_path_factory.mktemp("company")
    patch = pytest.MonkeyPatch()
    for arguments in (
        f"simulate --customers 600 --days 400 --seed 3 --end {END} --out {folder}",
        f"train {folder}/activity.parquet --customers {folder}/customers.parquet --until {END} "
        f"--churn-event order_placed --horizon-days 60 --models {folder}/models --promote",
    ):
        patch.setattr(sys, "argv", ["holdfast", *arguments.split()])
        with pytest.raises(SystemExit) as ended:
            holdfast.main()
        assert not ended.value.code
    patch.undo()
    return folder


@pytest.fixture
def models(company, tmp_path) -> Path:
    """A copy of the shelf that a test may damage."""
    return Path(shutil.copytree(company / "models", tmp_path / "models"))
