"""Write files that survive a power cut, and lock a folder for one writer at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Names of unfinished files and folders begin with it. Bundle ids have no leading dot, so unfinished
# folders are never taken for bundles.
INCOMING: Final = ".incoming-"
_LOCK_FILE: Final = ".lock"


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file, and return once it is on disk."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file as a whole: readers, and a crash, find the old content or the new."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=INCOMING) as temporary:
        fresh = Path(temporary) / path.name
        write_durably(fresh, content)
        fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Return once the names of the files in `folder` are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for other processes and threads that hold it."""
    with (folder / _LOCK_FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
