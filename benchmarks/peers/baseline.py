"""Starting the straightforward service (see straightforward/service.py)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile

from benchmarks.environments import environment, installed, same_version
from benchmarks.servers import Server, free_port, running

_FOLDER = Path(__file__).with_name("straightforward")
REQUIREMENTS = (
    *(same_version(name) for name in ("fastapi", "uvicorn", "sqlalchemy", "lightgbm")),
    "uvloop",
    "httptools",
    "pandas",
    "shap",
)


def own_copy(database: Path) -> str:
    """Return the URL of a copy of a SQLite file, with the index that this service reads by."""
    copied = database.with_name("straightforward.db")
    copyfile(database, copied)
    with closing(sqlite3.connect(copied)) as connection:
        connection.execute("CREATE INDEX by_customer ON activity (customer_id, occurred_at)")
    return f"sqlite:///{copied}"


@contextmanager
def straightforward(bundle: Path, database_url: str) -> Iterator[Server]:
    """Serve full answers from the same bundle and the same data in one worker."""
    python, port = environment("straightforward", *REQUIREMENTS), free_port()
    command = [
        str(python), "-m", "uvicorn", "service:app", "--port", str(port), "--no-access-log",
    ]  # fmt: skip  # options beside their values
    with running(
        "straightforward",
        command,
        port=port,
        ready_path="/healthz",
        cwd=_FOLDER,
        environment={
            "OMP_NUM_THREADS": "1",
            "BASELINE_BUNDLE": str(bundle),
            "BASELINE_DATABASE_URL": database_url,
        },
    ) as server:
        yield server


def versions() -> dict[str, str]:
    """Return the versions of what this peer runs on."""
    found = installed(environment("straightforward", *REQUIREMENTS))
    names = ("fastapi", "uvicorn", "sqlalchemy", "lightgbm", "pandas", "shap", "numpy")
    return {name: found[name] for name in names if name in found}
