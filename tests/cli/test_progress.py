from app.cli.progress import progress_bar, progress_bars


def test_without_a_terminal_each_stage_prints_one_line_when_it_is_done(capsys):
    with progress_bars() as on_stage:
        for stage in ("learn", "test"):
            for done in (0, 500, 1000, 1000):
                on_stage(stage, done, 1000)

    assert capsys.readouterr().err == "learn: 1,000 done\ntest: 1,000 done\n"


def test_a_stage_that_was_not_completed_prints_nothing(capsys):
    with progress_bar("Importing events") as on_progress:
        on_progress(3, 10)

    assert capsys.readouterr() == ("", "")
