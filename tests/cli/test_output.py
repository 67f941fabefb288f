from pathlib import Path

import pytest
import typer

from app.cli import output


def test_results_go_to_stdout_and_notes_to_stderr(capsys):
    output.echo("a result")
    output.note("a note")

    assert capsys.readouterr() == ("a result\n", "a note\n")


def test_a_refusal_ends_with_its_reason_and_code_1(capsys):
    with pytest.raises(SystemExit) as ended:
        output.fail("no bundle is promoted")

    assert ended.value.code == 1
    assert capsys.readouterr().err == "holdfast: no bundle is promoted\n"


def test_rejected_rows_end_with_code_3_and_name_the_file(capsys):
    with pytest.raises(typer.Exit) as ended:
        output.exit_if_rejected(1_200, [None, Path("log.csv.rejects.csv")])

    assert ended.value.exit_code == 3
    assert "1,200 rows were rejected; see log.csv.rejects.csv" in capsys.readouterr().err


def test_without_rejected_rows_nothing_ends(capsys):
    output.exit_if_rejected(0, [None])

    assert capsys.readouterr() == ("", "")


def test_a_table_into_a_pipe_is_not_wrapped(capsys):
    output.echo_table(("name", "text"), [("a", "x" * 300)])

    assert "x" * 300 in capsys.readouterr().out
