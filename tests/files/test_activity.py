"""Good rows are read, bad rows are rejected with line and reason, whatever a file looks like."""

import gzip
from datetime import UTC, datetime

import polars as pl
import pytest

from app.domain.errors import UnreadableFile
from app.files import FileReading, activities_of, read_activity, with_event_ids, write_rejects

HEADER = "customer_id,occurred_at,type"
GOOD = "c-1,2026-01-01T08:30:00Z,login"
MORNING = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def read(write):
    def read(content, name="activity.csv", **arguments):
        return read_activity(write(content, name), **arguments_of(**arguments))

    return read


def arguments_of(*, now=None, **reading):
    return {"reading": FileReading(**reading), "now": now}


def only_reason(read, row, header=HEADER, **arguments):
    """The reason of the one bad row between two good ones; its line is 3."""
    good = GOOD + "," * (header.count(",") - 2)
    file = read(f"{header}\n{good}\n{row}\n{good}\n", **arguments)
    assert file.good.height == 2
    assert file.rejects["line"].to_list() == [3]
    assert file.rejects["row"].to_list() == [row]
    return file.rejects["reason"][0]


def moment_of(read, text, **arguments):
    file = read(f"{HEADER}\nc-1,{text},login\n", **arguments)
    assert file.rejects["reason"].to_list() == []
    return file.good["occurred_at"][0]


def test_every_field_of_a_row_is_read(read):
    header = "event_id,received_at,channel,amount,currency,ref,properties"
    row = 'e-1,2026-01-02,email,12.50,eur,o-1,"{""a"": 1}"'
    file = read(f"{HEADER},{header}\n{GOOD},{row}\n")

    (activity,) = activities_of(file.good)
    assert (activity.event_id, activity.customer_id, activity.type) == ("e-1", "c-1", "login")
    assert activity.occurred_at == MORNING
    assert activity.received_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert (activity.channel, activity.amount, activity.currency) == ("email", 12.5, "EUR")
    assert (activity.ref, activity.properties) == ("o-1", {"a": 1})


def test_missing_fields_are_none_and_an_event_is_received_when_it_occurs(read):
    (activity,) = activities_of(with_event_ids(read(f"{HEADER}\n{GOOD}\n").good))

    assert activity.received_at == activity.occurred_at == MORNING
    assert (activity.channel, activity.amount, activity.ref) == (None, None, None)
    assert activity.properties == {}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_recognised(read, delimiter):
    file = read(f"{HEADER}\n{GOOD}\n".replace(",", delimiter))
    assert file.good["customer_id"].to_list() == ["c-1"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + f"{HEADER}\n{GOOD}\n".encode(),
        f"{HEADER}\r\n{GOOD}\r\n",
        f"{HEADER}\n{GOOD}",
        f"{HEADER}\n\n{GOOD}\n\n",
        '"customer_id","occurred_at","type"\n"c-1","2026-01-01T08:30:00Z","login"\n',
        " customer_id , occurred_at , type \n c-1 , 2026-01-01T08:30:00Z , login \n",
        f"{HEADER},weather\n{GOOD},rain\n",
    ],
    ids=["BOM", "CRLF", "no last newline", "blank lines", "quotes", "spaces", "unknown column"],
)
def test_the_same_row_in_many_notations(read, content):
    file = read(content)

    assert file.rejects.is_empty()
    assert file.good.select("customer_id", "occurred_at", "type").rows() == [
        ("c-1", MORNING, "login")
    ]


def test_a_gzipped_file_is_read_whatever_its_name(read):
    packed = gzip.compress(f"{HEADER}\n{GOOD}\n".encode())
    assert read(packed, "activity.csv").good.height == 1


def test_a_parquet_file_is_read_whatever_its_name(write, tmp_path):
    path = tmp_path / "activity.csv"
    table = pl.DataFrame({
        "customer_id": [1, None, 3],
        "occurred_at": [MORNING, MORNING, MORNING],
        "type": ["login"] * 3,
        "amount": [float("nan"), 1.0, float("inf")],
    })
    table.write_parquet(path)

    file = read_activity(path)

    assert file.good.select("customer_id", "occurred_at", "amount").rows() == [("1", MORNING, None)]
    assert file.rejects.select("line", "reason").rows() == [
        (2, "customer_id is empty"),
        (3, "amount 'inf' is not finite"),
    ]
    assert '"type":"login"' in file.rejects["row"][0]


@pytest.mark.parametrize("rows_per_group", [1_000, 70_000, 400_000])
def test_rejects_of_a_long_parquet_file_have_its_rows(tmp_path, rows_per_group):
    path, bad = tmp_path / "a.parquet", [1, 70_001, 299_999, 400_000]
    table = pl.select(row=pl.int_range(1, 400_001)).select(
        customer_id=pl.when(~pl.col("row").is_in(bad)).then(pl.format("c-{}", pl.col("row") % 7)),
        occurred_at=pl.lit(MORNING),
        type=pl.lit("login"),
        ref=pl.col("row").cast(pl.String),
    )
    table.write_parquet(path, row_group_size=rows_per_group)

    file = read_activity(path)

    assert file.rejects["line"].to_list() == bad
    assert file.good["ref"].to_list() == [str(n) for n in range(1, 400_001) if n not in bad]


def test_local_timestamps_of_a_parquet_file_need_a_zone(tmp_path):
    path = tmp_path / "a.parquet"
    naive = datetime(2026, 7, 1, 9, 0)  # noqa: DTZ001 - the point
    pl.DataFrame({"customer_id": ["c"], "occurred_at": [naive], "type": ["login"]}).write_parquet(
        path
    )

    assert "--timezone" in read_activity(path).rejects["reason"][0]
    found = read_activity(path, reading=FileReading(timezone="Europe/London")).good["occurred_at"][
        0
    ]
    assert found == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T08:30:00Z", MORNING),
        ("2026-01-01 08:30:00+00:00", MORNING),
        ("2026-01-01T09:30+01:00", MORNING),
        ("2026-01-01T05:00:00-0330", MORNING),
        ("2026-01-01T18:30:00+10", MORNING),
        ("2026-01-01T08:30:00.25Z", MORNING.replace(microsecond=250_000)),
        ("2026-01-01", MORNING.replace(hour=0, minute=0)),
    ],
)
def test_moments_are_read_in_utc(read, text, expected):
    assert moment_of(read, text) == expected


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-07-01 09:00", 8), ("2026-07-01T09:00:00Z", 9), ("2026-01-01 09:00", 9)],
)
def test_moments_without_a_zone_are_local_to_the_one_given(read, text, hour):
    assert moment_of(read, text, timezone="Europe/London").hour == hour


def test_a_bare_date_is_its_midnight_in_the_zone_given(read):
    found = moment_of(read, "2026-07-01", timezone="Europe/London")
    assert found == datetime(2026, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-10-25 01:30", "2026-03-29 01:30:00"])
def test_moments_that_a_clock_shows_twice_or_never_are_refused(read, text):
    reason = only_reason(read, f"c-1,{text},login", timezone="Europe/London")
    assert reason == (
        f"occurred_at '{text}' does not exist, or exists twice, on the clocks of Europe/London"
    )


def test_an_unknown_zone_is_refused_at_once(write):
    with pytest.raises(UnreadableFile, match="Europe/Lundon"):
        read_activity(write(f"{HEADER}\n{GOOD}\n"), reading=FileReading(timezone="Europe/Lundon"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",2026-01-01,login", "customer_id is empty"),
        ("c-1,,login", "occurred_at is empty"),
        ("c-1,2026-01-01,", "type is empty"),
        (f"{'x' * 201},2026-01-01,login", "customer_id 'x"),
        (
            "c-1,2026-01-01 08:30,login",
            "occurred_at '2026-01-01 08:30' has no time zone: say",
        ),
        ("c-1,yesterday,login", "occurred_at 'yesterday' is not an ISO 8601 date or moment"),
        ("c-1,2026-02-30,login", "occurred_at '2026-02-30' is not an ISO 8601"),
        ("c-1,2026-01-01T25:00:00Z,login", "is not an ISO 8601"),
        ("c-1,0001-01-01,login", "occurred_at '0001-01-01' is not in the years 1900 to 2199"),
        (
            "c-1,2026-01-01,account_known",
            "type 'account_known' is reserved for events that Holdfast makes itself",
        ),
        ("c-1,2026-01-01", "the line has 2 fields, the header has 3"),
        ("c-1,2026-01-01,login,x", "the line has 4 fields, the header has 3"),
        ('"c-1",2026-01-01', "the line has 2 fields, the header has 3"),
        ('"c-1,2026-01-01,login', "a quote is not closed on its line, or misplaced"),
        ("c-\x001,2026-01-01,login", "the line contains a NUL byte"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(read, row, reason):
    assert reason in only_reason(read, row)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1e308", "amount '1e308' is larger than 1e+12"),
        ("nan", "amount 'nan' is not finite"),
        ("-inf", "amount '-inf' is not finite"),
        ("12 EUR", "amount '12 EUR' is not a number; use a point for decimals"),
    ],
)
def test_a_bad_amount_is_named(read, value, reason):
    assert only_reason(read, f"{GOOD},{value}", f"{HEADER},amount") == reason


def test_a_decimal_comma_is_rejected(read):
    file = read(f"{HEADER},amount\n{GOOD},x\n".replace(",", ";").replace("x", "12,50"))
    assert "use a point for decimals" in file.rejects["reason"][0]


def test_a_currency_has_three_letters(read):
    reason = only_reason(read, f"{GOOD},Euro", f"{HEADER},currency")
    assert reason == "currency 'Euro' is not a three-letter currency code such as EUR"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[1]", "are not a JSON object"),
        ("{x}", "are not valid JSON: "),
        ('{"a":' * 9 + "1" + "}" * 9, "are nested deeper than 8"),
        ('{"a":"' + "x" * 8192 + '"}', "are longer than 8192 bytes"),
    ],
)
def test_bad_properties_are_named(read, value, reason):
    quoted = '"' + value.replace('"', '""') + '"'
    assert reason in only_reason(read, f"{GOOD},{quoted}", f"{HEADER},properties")


def test_an_invalid_renewal_date_is_named(read):
    row = 'c-1,2026-01-01,subscription_renewed,"{""renews_at"": ""soon""}"'
    reason = only_reason(read, row, f"{HEADER},properties")
    assert reason.startswith("renews_at in the properties: 'soon' is no ISO 8601")


def test_the_far_future_is_refused_where_now_is_known(read):
    now = datetime(2026, 1, 10, tzinfo=UTC)
    row = "c-1,2026-01-12,login"

    assert only_reason(read, row, now=now) == "occurred_at '2026-01-12' lies in the future"
    assert read(f"{HEADER}\n{row}\n").good.height == 1
    assert read(f"{HEADER}\nc-1,2026-01-10T12:00:00Z,login\n", now=now).good.height == 1


def test_a_line_that_is_not_utf8_is_rejected_alone(read):
    file = read(f"{HEADER}\n{GOOD}\n".encode() + b"caf\xe9,2026-01-01,login\n" + GOOD.encode())

    assert file.good.height == 2
    assert file.rejects.select("line", "reason").rows() == [(3, "the line is not UTF-8 text")]


def test_a_header_alone_is_a_file_without_rows(read):
    file = read(HEADER)
    assert file.good.is_empty()
    assert file.rejects.is_empty()


def test_columns_are_renamed_and_constants_filled_in(read):
    file = read(
        "InvoiceNo,CustomerID,date\n536365,17850,2010-12-01\n",
        mapping={"InvoiceNo": "ref", "CustomerID": "customer_id", "date": "occurred_at"},
        constants={"type": "order_placed"},
    )
    assert file.good.select("customer_id", "type", "ref").rows() == [
        ("17850", "order_placed", "536365")
    ]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", {}, "is empty"),
        (f"\n{GOOD}\n", {}, "first line of .* is empty"),
        (
            "id,when\n1,2\n",
            {},
            "no column customer_id .*has id, when: .*--map COLUMN=customer_id",
        ),
        (HEADER, {"mapping": {"x": "type"}}, "no column 'x' to map; it has customer_id,"),
        (HEADER, {"mapping": {"type": "kind"}}, "no field 'kind'; the fields are event_id,"),
        (HEADER, {"constants": {"kind": "x"}}, "no field 'kind'"),
        ("a,a\n1,2\n", {}, "column 'a' more than once"),
        (b"\xff\xfec\x00", {}, "UTF-16"),
        (b"PK\x03\x04xlsx", {}, "Excel"),
        (b"\x00\x01\x02\x03", {}, "NUL byte"),
        (b"caf\xe9,x\n", {}, "not UTF-8 text"),
        (b"\x1f\x8b\x08\x00 broken", {}, "cannot read"),
        (b"PAR1 cut off", {}, "cut off"),
        (b"PAR1 broken inside PAR1", {}, "cannot read the Parquet file"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_as_a_whole(write, content, arguments, message):
    path = write(content)
    with pytest.raises(UnreadableFile, match=message) as caught:
        read_activity(path, **arguments_of(**arguments))
    assert "activity.csv" in str(caught.value) or "no field" in str(caught.value)


def test_a_parquet_file_in_name_only_is_refused(write):
    with pytest.raises(UnreadableFile, match="named like a Parquet file but is not one"):
        read_activity(write(f"{HEADER}\n{GOOD}\n", "a.parquet"))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="No such file"):
        read_activity(tmp_path / "activity.csv")


def test_a_file_larger_than_a_chunk_keeps_its_line_numbers(write, monkeypatch):
    monkeypatch.setattr("app.files.formats.CHUNK_BYTES", 100)
    rows = [GOOD] * 50
    rows[40] = "c-1,never,login"

    file = read_activity(write("\n".join([HEADER, *rows])))

    assert file.good.height == 49
    assert file.rejects["line"].to_list() == [42]


def test_unknown_types_are_kept_and_counted(read):
    rows = ["c-1,2026-01-01,walked_in"] * 2 + ["c-1,2026-01-01,rang"] + [GOOD]
    file = read("\n".join([HEADER, *rows]))

    assert file.good.height == 4
    assert file.unknown_types == {"walked_in": 2, "rang": 1}


def test_the_first_row_with_an_event_id_counts(read):
    file = read(f"event_id,{HEADER}\ne-1,c-1,2026-01-01,login\ne-1,c-2,2026-01-02,login\n")

    assert file.good["customer_id"].to_list() == ["c-1"]
    assert file.n_duplicates == 1


def test_rows_without_event_id_are_distinguished_by_content_and_repetition(read):
    content = f"{HEADER},amount\n{GOOD},1.5\n{GOOD},1.50\n{GOOD},2\n"
    first, again, other = with_event_ids(read(content).good)["event_id"]

    assert again == f"{first}-2"
    assert other not in {first, again}
    assert with_event_ids(read(content).good)["event_id"].to_list() == [first, again, other]


def test_derived_event_ids_never_change(read):
    header = f"{HEADER},channel,amount,currency,ref,properties"
    file = read(f'{header}\n{GOOD},web,12.5,EUR,o-1,"{{""a"":1}}"\n')

    assert with_event_ids(file.good)["event_id"].to_list() == ["e89c190334547d1fe7aa2e617bd9ca1e"]


def test_given_event_ids_stay(read):
    file = read(f"{HEADER},event_id\n{GOOD},e-1\n{GOOD},\n")
    given, made = with_event_ids(file.good)["event_id"]

    assert given == "e-1"
    assert len(made) == 32


def test_rejected_rows_are_written_beside_their_file(write):
    path = write(f"{HEADER}\nc-1,never,login\n")
    file = read_activity(path)

    written = write_rejects(path, file.rejects)

    assert written.name == "activity.csv.rejects.csv"
    assert pl.read_csv(written).select("line", "row").rows() == [(2, "c-1,never,login")]
    assert write_rejects(path, file.rejects.clear()) is None
