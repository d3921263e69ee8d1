from __future__ import annotations

import math

import pytest

from gazewire.errors import SourceError, UndecodableSourceError, UnreadableSourceError

pytest.importorskip("av", reason="gazewire.recording needs the extra [video]")

from gazewire.recording import GazeTable

START = 1_790_000_000_123_456_789
T = 1_700_000_000_000_000_001

VENDOR_HEADER = (
    "section id,recording id,timestamp [ns],gaze x [px],gaze y [px],worn,"
    "fixation id,blink id,azimuth [deg],elevation [deg]"
)


@pytest.fixture
def table(tmp_path):
    def table(*lines: str, name: str = "gaze.csv", end: str = "\n") -> GazeTable:
        path = tmp_path / name
        path.write_bytes("".join(line + end for line in lines).encode())
        return GazeTable(path)

    return table


def rows(table: GazeTable) -> list[tuple[int, float, float, bool]]:
    return [
        (datum.timestamp_unix_ns - START, datum.x_px, datum.y_px, datum.worn)
        for datum in table.data(START)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_vendors_export_is_read(table, end):
    read = table(
        VENDOR_HEADER,
        f"s,r,{T},801.123,602.5,1.0,1,,0.1,-0.2",
        f"s,r,{T + 5_000_000},802.0,603.0,0.0,,1,0.1,-0.2",
        end=end,
    )
    assert rows(read) == [(0, 801.123, 602.5, True), (5_000_000, 802.0, 603.0, False)]
    assert read.rate_hz == 200.0
    assert len(read) == 2


def test_our_own_columns_are_read_in_any_order(table):
    read = table("worn,y_px,extra,x_px,timestamp_unix_ns", f"true,2,?,1,{T}", f"0,4,?,3,{T + 7}")
    assert rows(read) == [(0, 1, 2, True), (7, 3, 4, False)]


@pytest.mark.parametrize("column", ["timestamp_s", "time_s"])
def test_relative_seconds_count_from_the_videos_first_frame(table, column):
    read = table(f"{column},x_px,y_px", "-0.5,1,2", "0.005,3,4", "1e1,5,6")
    assert rows(read) == [
        (-500_000_000, 1, 2, True),
        (5_000_000, 3, 4, True),
        (10_000_000_000, 5, 6, True),
    ]


def test_unix_times_are_laid_on_the_video_by_the_world_timestamps_beside(tmp_path, table):
    (tmp_path / "world_timestamps.csv").write_text(
        f"section id,recording id,timestamp [ns]\ns,r,{T - 123}\ns,r,{T + 5}\n"
    )
    read = table("timestamp_unix_ns,x_px,y_px", f"{T},1,2", f"{T - 200},3,4")
    assert rows(read) == [(-77, 3, 4, True), (123, 1, 2, True)]


def test_relative_times_need_no_world_timestamps(tmp_path, table):
    (tmp_path / "world_timestamps.csv").write_text("nonsense")
    assert rows(table("time_s,x_px,y_px", "1,2,3")) == [(1_000_000_000, 2, 3, True)]


def test_world_timestamps_that_tell_nothing_are_refused(tmp_path, table):
    (tmp_path / "world_timestamps.csv").write_text("timestamp [ns]\nsoon\n")
    with pytest.raises(UndecodableSourceError, match="does not tell when the video begins"):
        table("timestamp_unix_ns,x_px,y_px", f"{T},1,2")


def test_rows_are_sorted_and_of_equal_instants_the_first_counts(table):
    read = table("time_s,x_px,y_px", "2,20,0", "1,10,0", "2,99,0", "3,30,0")
    assert [x for _, x, _, _ in rows(read)] == [10, 20, 30]


def test_rate_is_that_of_the_typical_distance(table):
    read = table("time_s,x_px,y_px", *(f"{t},0,0" for t in (0, 0.01, 0.02, 0.03, 5, 5.01)))
    assert read.rate_hz == pytest.approx(100)


def test_byte_order_mark_blank_lines_and_quotes_are_fine(table):
    read = table('\ufeff"time_s", x_px ,y_px', "", '"1","2","3"', "")
    assert rows(read) == [(1_000_000_000, 2, 3, True)]


def test_row_without_coordinates_is_left_out(table):
    assert rows(table("time_s,x_px,y_px,worn", "0,,,1", "1,2,3,1")) == [(1_000_000_000, 2, 3, True)]


@pytest.mark.parametrize(
    "row",
    [
        "x,1,2,1",
        "1,?,2,1",
        "1,2,,1",
        "1,2",
        "1,nan,2,1",
        "1,inf,2,1",
        "1,2,3,perhaps",
        "1e300,1,2,1",
    ],
)
def test_broken_row_is_refused_by_its_line(table, row):
    with pytest.raises(UndecodableSourceError, match=r"gaze\.csv, line 4: this is not a row"):
        table("time_s,x_px,y_px,worn", "0,1,2,1", "", row)


def test_fraction_of_a_nanosecond_is_a_broken_row(table):
    with pytest.raises(UndecodableSourceError, match="line 2"):
        table("timestamp_unix_ns,x_px,y_px", f"{T}.5,1,2")


@pytest.mark.parametrize(
    "header", ["", "time,x,y", "x_px,y_px", "time_s,x_px", "timestamp_unix_ns"]
)
def test_table_without_the_columns_is_refused(table, header):
    with pytest.raises(UndecodableSourceError, match="must name the columns"):
        table(header, "1,2,3")


def test_table_without_rows_is_refused(table):
    with pytest.raises(UndecodableSourceError, match="has no row with gaze"):
        table("time_s,x_px,y_px", "1,,")


@pytest.mark.parametrize("content", [b"time_s,x_px,y_px\n\xff\xfe\n", b"\x00\x01\x02", b"\xff"])
def test_bytes_that_are_no_text_give_only_our_error(tmp_path, content):
    path = tmp_path / "gaze.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError):
        GazeTable(path)


def test_missing_table_is_told(tmp_path):
    with pytest.raises(UnreadableSourceError, match="cannot be opened") as caught:
        GazeTable(tmp_path / "gaze.csv")
    assert caught.value.source == str(tmp_path / "gaze.csv")


def test_data_can_be_read_again_from_another_start(table):
    read = table("time_s,x_px,y_px", "1,2,3")
    assert [datum.timestamp_unix_ns for datum in read.data(5)] == [1_000_000_005]
    assert [datum.timestamp_unix_ns for datum in read.data(6)] == [1_000_000_006]
    assert not any(math.isnan(datum.x_px) for datum in read.data(0))
