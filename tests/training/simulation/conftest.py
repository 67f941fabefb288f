from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from training.simulation import SimulationSummary, simulate

END = date(2026, 11, 22)
N_CUSTOMERS, N_DAYS, SEED = 2_500, 400, 3


class Simulated(NamedTuple):
    folder: Path
    summary: SimulationSummary
    activity: pl.DataFrame
    customers: pl.DataFrame
    truth: pl.DataFrame


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Simulated:
    folder = tmp_path_factory.mktemp("simulated") / "company"
    summary = simulate(n_customers=N_CUSTOMERS, n_days=N_DAYS, seed=SEED, end=END, out=folder)
    names = ("activity", "customers", "truth")
    frames = (pl.read_parquet(folder / f"{name}.parquet") for name in names)
    return Simulated(folder, summary, *frames)
