"""Writing the three files chunk by chunk; they appear when all of them are complete."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

FILES = ("activity.parquet", "customers.parquet", "truth.parquet")


class FrameWriter:
    """Appends frames to one Parquet file, a row group or more each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def append(self, frame: pl.DataFrame) -> None:
        """Write the rows of a frame; all frames have the columns of the first."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Complete the file."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def files_in(out: Path) -> Iterator[tuple[FrameWriter, ...]]:
    """Yield a writer for each of FILES, which appear in `out` only if the block ends well.

    They are written into a hidden folder inside `out`. A killed run leaves at most that folder, and
    the next run removes it.
    """
    new_folder = not out.exists()
    unfinished = out / ".partial"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            writers = tuple(FrameWriter(unfinished / name) for name in FILES)
            for writer in writers:
                stack.callback(writer.close)
            yield writers
        for name in FILES:
            (unfinished / name).replace(out / name)
    finally:
        shutil.rmtree(unfinished)
        if new_folder and not any(out.iterdir()):
            out.rmdir()
