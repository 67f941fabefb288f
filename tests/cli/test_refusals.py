"""Each mistake gets a sentence that names the thing and what to do, and never a stack trace."""

import gzip
import socket

import pytest


def assert_refused(ended, *words):
    assert ended.code == 1, ended
    assert ended.err.splitlines()[-1].startswith("holdfast: ")
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err


def test_without_migrations_the_command_that_makes_them_is_named(call, company, folder):
    (folder / "data").mkdir()

    assert_refused(call("import", "activity", company / "activity.parquet"), "holdfast migrate")


def test_a_port_in_use_is_named_with_the_option_that_chooses_another(call):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert_refused(call("serve", "--port", port), str(port), "in use", "--port")


def test_a_shelf_without_a_promoted_bundle_says_how_to_get_one(call, company):
    ended = call(
        "score", company / "activity.parquet", "--as-of", "2026-06-01", "--models", "empty",
        "--out", "x",
    )  # fmt: skip

    assert_refused(ended, "empty", "holdfast train", "--promote")


@pytest.mark.parametrize("name", ["manifest.json", "booster.txt", "reference.json"])
def test_a_flipped_byte_is_reported_with_its_file_and_the_bundle_is_not_promoted(
    call, models, name
):
    (folder,) = (path for path in models.iterdir() if path.is_dir())
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)

    assert_refused(call("models", "verify", folder.name, "--models", models), name)
    assert_refused(call("models", "promote", folder.name, "--models", models), name)


def test_an_unknown_bundle_is_named(call, models):
    assert_refused(call("models", "verify", "0123456789abcdef", "--models", models), "0123456789ab")


def test_a_missing_column_lists_what_was_found_and_how_to_map_it(call, folder):
    (folder / "log.csv").write_text("who,when,type\nc-1,2026-01-01,login\n")
    call("migrate")

    ended = call("import", "activity", "log.csv")

    assert_refused(ended, "log.csv", "who, when, type", "--map")


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "empty"), (b"PAR1 no parquet at all PAR1", "Parquet"), (b"\x00\xff\xfe", "log.csv")],
)
def test_a_file_in_no_known_format_is_named(call, folder, content, word):
    (folder / "log.csv").write_bytes(content)
    call("migrate")

    assert_refused(call("import", "activity", "log.csv"), word)


def test_bad_rows_are_reported_with_their_lines_and_good_rows_go_in(call, folder):
    rows = [
        "\ufeffcustomer_id;occurred_at;type;amount",
        "c-1;2026-01-01T10:00:00Z;order_placed;10",
        "c-2;yesterday;order_placed;10",
        "c-3;2026-01-01T10:00:00Z;order_placed;1e308",
        "c-4;2026-01-01T10:00:00;login;",
        ";2026-01-01T10:00:00Z;login;",
        "c-6;2026-01-01T10:00:00Z;visited_booth;",
    ]
    (folder / "log.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    call("migrate")

    ended = call("import", "activity", "log.csv.gz")

    assert ended.code == 3
    assert ended.out.startswith("2 events recorded, 0 already known, 4 rejected")
    assert "visited_booth (1)" in ended.err
    rejects = (folder / "log.csv.gz.rejects.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in rejects] == ["line", "3", "4", "5", "6"]


def test_moments_without_a_zone_are_imported_once_their_zone_is_given(call, folder):
    (folder / "log.csv").write_text("customer_id,occurred_at,type\nc-1,2026-01-01 10:00,login\n")
    call("migrate")

    assert call("import", "activity", "log.csv").code == 3
    assert call("import", "activity", "log.csv", "--timezone", "Europe/London").code == 0


def test_a_cut_off_before_all_activity_is_refused_with_the_reason(call, company):
    ended = call(
        "train", company / "activity.parquet", "--until", "2001-01-01", "--churn-event",
        "order_placed", "--models", "m",
    )  # fmt: skip

    assert_refused(ended, "no activity before")


def test_a_setting_that_is_not_valid_is_named(call, monkeypatch):
    monkeypatch.setenv("HOLDFAST_PORT", "eighty")

    assert_refused(call("migrate"), "HOLDFAST_PORT", "eighty")


@pytest.mark.parametrize(
    "options",
    [[], ["--churn-event", "order_placed", "--cancellation-event", "subscription_cancelled"]],
)
def test_churn_must_be_defined_exactly_once(call, company, options):
    ended = call("train", company / "activity.parquet", "--until", "2026-06-01", *options)

    assert ended.code == 2
    assert "--churn-event" in ended.err


@pytest.mark.parametrize("option", [("--until", "soon"), ("--until", "2026-06-01T10:00:00")])
def test_a_date_that_cannot_be_read_says_how_to_write_one(call, company, option):
    ended = call("train", company / "activity.parquet", "--churn-event", "order_placed", *option)

    assert ended.code == 2
    assert option[1] in ended.err


PAYS = ["--offer-cost", "10", "--contact-cost", "1", "--save-rate", "0.3"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (PAYS, "--tier-policy value"),
        (["--capacity-per-week", "5"], "--tier-policy value"),
        (["--tier-policy", "value"], "needs --offer-cost"),
        (["--tier-policy", "value", *PAYS[:4]], "needs --offer-cost"),
        (["--tier-policy", "value", *PAYS, "--offer-cost", "ten"], "'ten'"),
        (["--tier-policy", "value", *PAYS, "--offer-cost", "10,10"], "each once"),
        (["--tier-policy", "value", *PAYS, "--save-rate", "1.5"], "save rate"),
        (["--tier-policy", "value", *PAYS, "--contact-cost", "0"], "contact cost"),
        (["--tier-policy", "value", *PAYS, "--contact-cost", "nan"], "contact cost"),
        (["--tier-policy", "profit"], "profit"),
    ],
)
def test_costs_of_contact_that_make_no_tiers_are_named(call, company, options, named):
    ended = call(
        "train", company / "activity.parquet", "--until", "2026-06-01",
        "--churn-event", "order_placed", *options,
    )  # fmt: skip

    assert ended.code == 2
    assert named in ended.err
