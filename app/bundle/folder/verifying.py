"""Load a bundle's booster in a process of its own.

Run as ``python -m app.bundle.folder.verifying FOLDER``.

A damaged text model does not raise in LightGBM, it crashes the process or loops. So nobody loads
one before a child with a deadline has: first the hash, then LightGBM, then the golden rows.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from app.bundle.folder.golden import compare_golden_rows
from app.bundle.folder.reading import BOOSTER_FILE, read_manifest_of, read_trusted
from app.bundle.trees.booster import BoosterScorer
from app.domain.errors import BundleRefused

CHECK_TIMEOUT_SECONDS: Final = 60.0  # takes 1 s; importing LightGBM took 6.5 s on a loaded machine
_REFUSED: Final = 3  # exit code of a child that says why
_ROOT: Final = Path(__file__).parents[3]


def check_in_child(folder: Path, *, timeout_seconds: float = CHECK_TIMEOUT_SECONDS) -> None:
    """Return if a fresh process loads the booster of `folder` and answers the golden rows right.

    Raises
    ------
    BundleRefused
        If it does not, crashes, or takes longer than `timeout_seconds`.
    """
    source = folder / BOOSTER_FILE
    try:
        child = subprocess.run(  # noqa: S603 - our own module; the path is an argument, no shell
            [sys.executable, "-m", "app.bundle.folder.verifying", str(folder.resolve())],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleRefused(
            f"{source} did not load within {timeout_seconds:g} s: train a new bundle"
        ) from error
    if child.returncode == _REFUSED:
        raise BundleRefused(child.stderr.strip())
    if child.returncode != 0:
        last_words = (child.stderr.strip() or "no message").splitlines()[-1]
        raise BundleRefused(
            f"{source} cannot be loaded, the checking process ended with code "
            f"{child.returncode} ({last_words:.200}): train a new bundle"
        )


def main() -> int:
    """Check the folder named on the command line; 0 = sound, 3 = refused with a reason."""
    folder = Path(sys.argv[1])
    try:
        # The parent has compared features and signature; the bytes are compared again here.
        expected = read_manifest_of(folder).facts.features
        trusted = read_trusted(folder, expected=expected, key=None)
        scorer = BoosterScorer(trusted.booster_text)
        compare_golden_rows(scorer, trusted.manifest.golden_rows, source=str(folder / BOOSTER_FILE))
    except BundleRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
