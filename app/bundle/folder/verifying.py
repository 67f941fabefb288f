"""Load a bundle's booster in a child process first, because LightGBM may crash on it.

A damaged text model does not raise an error in LightGBM: it crashes the process, or loops forever.
So the service must not load a booster before a child process with a deadline has compared its hash,
loaded it and answered the golden rows with it.

Run as ``python -m app.bundle.folder.verifying FOLDER``.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from app.bundle.folder.golden_rows import verify_golden_rows
from app.bundle.folder.reading import BOOSTER_FILE, read_manifest, read_verified
from app.bundle.trees.booster_scorer import BoosterScorer
from app.domain.errors import BundleRefused

# It takes 1 s; importing LightGBM alone took 6.5 s on a busy machine.
VERIFICATION_TIMEOUT_SECONDS: Final = 60.0
_REFUSED: Final = 3  # exit code of a child that gives a reason
_ROOT: Final = Path(__file__).parents[3]


def verify_in_child_process(
    folder: Path, *, timeout_seconds: float = VERIFICATION_TIMEOUT_SECONDS
) -> None:
    """Refuse the bundle unless a child process loads its booster and answers the golden rows.

    Raises
    ------
    BundleRefused
        If the child refuses the bundle, crashes, or takes longer than `timeout_seconds`.
    """
    source = folder / BOOSTER_FILE
    try:
        child = _run_child(folder, timeout_seconds)
    except subprocess.TimeoutExpired as error:
        raise BundleRefused(
            f"{source} did not load within {timeout_seconds:g} s: train a new bundle"
        ) from error
    if child.returncode == _REFUSED:
        raise BundleRefused(child.stderr.strip())
    if child.returncode != 0:
        last_line = (child.stderr.strip() or "no message").splitlines()[-1]
        raise BundleRefused(
            f"{source} cannot be loaded: the process that tried to ended with code "
            f"{child.returncode} ({last_line:.200}): train a new bundle"
        )


def main() -> int:
    """Verify the folder named on the command line; 0 = verified, 3 = refused with a reason."""
    folder = Path(sys.argv[1])
    try:
        # The parent has validated the features and the signature. The hashes are compared again
        # here, because this process is the one that loads the booster.
        expected = read_manifest(folder).facts.features
        verified = read_verified(folder, expected=expected, key=None)
        scorer = BoosterScorer(verified.booster_text)
        golden_rows = verified.manifest.golden_rows
        verify_golden_rows(scorer, golden_rows, source=str(folder / BOOSTER_FILE))
    except BundleRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return _REFUSED
    return 0


def _run_child(folder: Path, timeout_seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own module; the path is an argument, no shell
        [sys.executable, "-m", "app.bundle.folder.verifying", str(folder.resolve())],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
