"""The simulated company that everything is measured on, made by the product's own commands.

Each step is made once and kept under ``.bench/world-…``; the folder's name holds what it depends
on, so that a change of the features or of the tables makes another one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.bundle.promoted import promoted_id
from app.db.tables import MIGRATED_TO
from app.domain.moments import to_micros
from app.features.catalogue import FINGERPRINT
from app.features.engine import features_of
from app.files.activity import read_activity
from app.files.customers import read_customers
from app.files.histories import history_of
from benchmarks.plan import PROJECT, SCRATCH, Plan
from benchmarks.rounds import say

HOLDFAST = Path(sys.executable).with_name("holdfast")
HORIZON_DAYS = 90


@dataclass(frozen=True, slots=True)
class World:
    """The files of the company, and a bundle trained on them."""

    folder: Path

    @property
    def activity(self) -> Path:
        """The log, as `holdfast simulate` writes it."""
        return self.folder / "activity.parquet"

    @property
    def customers(self) -> Path:
        """What is known of the customers."""
        return self.folder / "customers.parquet"

    @property
    def models(self) -> Path:
        """The shelf."""
        return self.folder / "models"

    @property
    def end(self) -> str:
        """The first day after the log."""
        return (self.folder / "end").read_text(encoding="ascii")

    @property
    def bundle(self) -> Path:
        """The promoted bundle."""
        return self.models / str(promoted_id(self.models))


@dataclass(frozen=True, slots=True)
class Database:
    """A database that holds the company, scored once, and a key for it."""

    url: str
    key: str


def holdfast(*arguments: object, environment: Mapping[str, str] | None = None) -> str:
    """Run the command line and return what it printed; a failure raises with its last words."""
    done = subprocess.run(
        [str(HOLDFAST), *map(str, arguments)],
        env={**os.environ, **(environment or {})},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = " ".join(done.stderr.split())[-500:]
        raise RuntimeError(f"holdfast {' '.join(map(str, arguments))} failed: {words}")
    return done.stdout


def world(plan: Plan) -> World:
    """Return the company of `plan` with a trained bundle, made on the first call."""
    today = datetime.now(UTC).date().isoformat()
    name = f"world-{plan.n_customers}-{today}-{FINGERPRINT[:8]}"
    made = World(SCRATCH / name)
    if not (made.folder / "trained").exists():
        made.folder.mkdir(parents=True, exist_ok=True)
        _simulate(made, plan, today)
        _train(made)
        (made.folder / "trained").touch()
    return made


def sqlite_database(company: World) -> Database:
    """Return the company in a SQLite file, made on the first call."""
    path = company.folder / f"holdfast-{MIGRATED_TO}.db"
    return database(company, f"sqlite:///{path}", company.folder / f"sqlite-key-{MIGRATED_TO}")


def database(company: World, url: str, key_file: Path) -> Database:
    """Import the company into the database at `url` and score it, unless `key_file` is there."""
    if not key_file.exists():
        environment = {"HOLDFAST_DATABASE_URL": url, "HOLDFAST_MODELS": str(company.models)}
        for arguments in (
            ("migrate",),
            ("import", "customers", company.customers),
            ("import", "activity", company.activity),
            ("rescore",),
        ):
            say(f"holdfast {' '.join(map(str, arguments[:2]))} ({url.partition(':')[0]})")
            holdfast(*arguments, environment=environment)
        key = holdfast("keys", "create", "benchmark", "--quiet", environment=environment)
        key_file.write_text(key.strip(), encoding="ascii")
    return Database(url, key_file.read_text(encoding="ascii"))


def customer_ids(company: World) -> list[str]:
    """Return the customers who have a score, in an order that has nothing to do with the file's."""
    orders = pl.scan_parquet(company.activity).filter(pl.col("type") == "order_placed")
    ids = orders.select(pl.col("customer_id").unique()).collect()["customer_id"]
    found: list[str] = ids.sort().shuffle(seed=1).to_list()
    return found


def measured_features(company: World) -> NDArray[np.float64]:
    """Return the features of the customers as of the end of the log, one row each."""
    kept = company.folder / "features.npy"
    if not kept.exists():
        log = read_activity(company.activity).good
        history = history_of(log, read_customers(company.customers).good, currency="EUR")
        as_of = to_micros(datetime.fromisoformat(company.end).replace(tzinfo=UTC))
        np.save(kept, features_of(history, as_of=as_of))
    found: NDArray[np.float64] = np.load(kept)
    return found


def description(company: World) -> dict[str, object]:
    """Return the size of the company and of its booster, for the results."""
    counts = pl.scan_parquet(company.activity).group_by("customer_id").len().collect()["len"]
    booster = (company.bundle / "booster.txt").read_text(encoding="utf-8")
    leaves = [int(line[11:]) for line in booster.splitlines() if line.startswith("num_leaves=")]
    return {
        "n_customers": len(counts),
        "n_events": int(counts.sum()),
        "events_per_customer": {
            "mean": round(float(counts.mean() or 0), 1),  # type: ignore[arg-type] # a column of counts has a number for a mean
            "median": float(counts.median() or 0),  # type: ignore[arg-type] # as above
            "p99": float(counts.quantile(0.99) or 0),
            "most": int(counts.max() or 0),  # type: ignore[call-overload] # as above
        },
        "n_trees": len(leaves),
        "most_leaves": max(leaves),
        "bundle_bytes": sum(file.stat().st_size for file in company.bundle.iterdir()),
        "bundle_metrics": json.loads((company.bundle / "manifest.json").read_text("utf-8"))[
            "metrics"
        ]["test"],
    }


def _simulate(made: World, plan: Plan, today: str) -> None:
    say(f"holdfast simulate: {plan.n_customers} customers, {plan.n_days} days")
    options = ("--customers", plan.n_customers, "--days", plan.n_days, "--seed", 7)
    holdfast("simulate", *options, "--end", today, "--out", made.folder)
    (made.folder / "end").write_text(today, encoding="ascii")


def _train(made: World) -> None:
    say("holdfast train")
    churn = ("--churn-event", "order_placed", "--horizon-days", HORIZON_DAYS)
    files = (made.activity, "--customers", made.customers, "--models", made.models)
    holdfast("train", *files, "--until", made.end, *churn, "--promote")
