"""Build features whenever a line arrives on standard input, and answer with processor seconds.

``python build.py polars|duckdb LOG AS_OF OUT``; the first build is written to OUT as Parquet.
"""

import importlib
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq


def main() -> None:
    """Load the log, then wait for lines."""
    name, log, as_of, out = sys.argv[1:]
    frame = importlib.import_module(f"with_{name}")
    source = frame.opened(Path(log))
    table = frame.build(source, int(as_of))
    pq.write_table(table if name == "duckdb" else table.to_arrow(), out)
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.process_time()
        frame.build(source, int(as_of))
        print(time.process_time() - started, flush=True)


if __name__ == "__main__":
    main()
