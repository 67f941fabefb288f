import subprocess
import sys

import pytest
from typer.main import get_command

import holdfast

VERBS = [
    "simulate", "train", "evaluate", "compare", "score", "rescore", "monitor", "serve",
    "migrate", "warm-up", "import activity", "import customers", "models list", "models promote",
    "models verify", "keys create", "keys list", "keys revoke",
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(call, verb):
    ended = call(*verb.split(), "--help")

    assert ended.code == 0
    assert f"holdfast {verb}" in ended.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_says_what_it_is(verb):
    command = get_command(holdfast.root)
    for word in verb.split():
        command = command.commands[word]

    assert [parameter.name for parameter in command.params if not parameter.help] == []


def test_without_a_verb_all_of_them_are_listed(call):
    listed = call("--help").out

    assert all(verb.split()[0] in listed for verb in VERBS)


def test_help_loads_nothing_that_a_verb_works_with():
    asked = [sys.executable, "-c", "import sys, holdfast; print(*sys.modules)"]
    loaded = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()

    heavy = {
        "numpy",
        "sqlalchemy",
        "fastapi",
        "pydantic",
        "llvmlite",
        "numba",
        "lightgbm",
        "polars",
    }
    assert heavy & set(loaded) == set()
