"""The peers' own virtual environments, made on demand; the project's own stays as it is."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import NotMeasurable
from benchmarks.plan import SCRATCH
from benchmarks.rounds import say


def environment(name: str, *requirements: str) -> Path:
    """Return the Python of the environment `name` with `requirements`, made if it is not there.

    Raises
    ------
    NotMeasurable
        If no Python here can install them; the message holds the installer's last words.
    """
    folder = SCRATCH / "environments" / name
    python, mark = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join(requirements)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return python
    reasons = []
    for base in _pythons():
        say(f"making the environment of {name} with {base}")
        shutil.rmtree(folder, ignore_errors=True)
        reason = _install(base, folder, requirements)
        if reason is None:
            mark.write_text(wanted, encoding="utf-8")
            return python
        reasons.append(f"{base}: {reason}")
    raise NotMeasurable(f"{name} cannot be installed here ({'; '.join(reasons)})")


def same_version(name: str) -> str:
    """Return the requirement of the version that Holdfast itself runs with."""
    return f"{name}=={version(name)}"


def installed(python: Path) -> dict[str, str]:
    """Return the versions of all packages of an environment."""
    listing = _uv("pip", "freeze", "--python", str(python)).stdout
    pairs = (line.partition("==") for line in listing.splitlines())
    return {name: found for name, _, found in pairs if found}


def _pythons() -> list[str]:
    """Return our own Python, and others on the PATH for peers that do not support it yet."""
    others = [
        found
        for minor in (12, 11)
        if (found := shutil.which(f"python3.{minor}")) and _starts(found)
    ]
    return [sys.executable, *others]


def _starts(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _install(base: str, folder: Path, requirements: tuple[str, ...]) -> str | None:
    """Return None, or why not."""
    made = _uv("venv", "--quiet", "--python", base, str(folder))
    if made.returncode:
        return _last_words(made)
    target = str(folder / "bin" / "python")
    done = _uv("pip", "install", "--quiet", "--python", target, *requirements)
    return _last_words(done) if done.returncode else None


def _uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    uv = Path(sys.executable).with_name("uv")
    return subprocess.run([str(uv), *arguments], capture_output=True, text=True, check=False)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join(done.stderr.split())[-300:]
