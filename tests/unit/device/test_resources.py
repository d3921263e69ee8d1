import shutil
from pathlib import Path

import pytest

from gazewire.device.refusals import Refusal
from gazewire.device.resources import Resources, read_battery_level


def supply(root: Path, name: str, **files: str) -> None:
    folder = root / name
    folder.mkdir()
    for file, content in files.items():
        (folder / file).write_text(content + "\n")


@pytest.mark.parametrize(
    ("level", "state"), [(100, "OK"), (16, "OK"), (15, "LOW"), (6, "LOW"), (5, "CRITICAL")]
)
def test_the_state_of_the_battery_follows_its_level(level: int, state: str) -> None:
    assert Resources(battery_level=level, memory=0).battery_state == state


@pytest.mark.parametrize(
    ("memory", "state"),
    [
        (5 * 10**9 + 1, "OK"),
        (5 * 10**9, "LOW"),
        (500 * 10**6 + 1, "LOW"),
        (500 * 10**6, "CRITICAL"),
        (0, "CRITICAL"),
    ],
)
def test_the_state_of_the_storage_follows_the_free_bytes(memory: int, state: str) -> None:
    assert Resources(battery_level=100, memory=memory).memory_state == state


def test_the_free_space_is_that_of_the_disk_on_which_the_folder_will_be(tmp_path: Path) -> None:
    measured = Resources.measure(tmp_path / "not" / "there" / "yet")
    assert 0 < measured.memory <= shutil.disk_usage(tmp_path).total
    assert not (tmp_path / "not").exists()


def test_what_is_to_be_refused_is_told_as_critical(tmp_path: Path) -> None:
    measured = Resources.measure(tmp_path, {Refusal.BATTERY, Refusal.STORAGE})
    assert (measured.battery_level, measured.battery_state) == (3, "CRITICAL")
    assert (measured.memory, measured.memory_state) == (100 * 10**6, "CRITICAL")


def test_a_machine_on_the_mains_is_full(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="1")
    assert read_battery_level(tmp_path) == 100
    assert read_battery_level(tmp_path / "no such folder") == 100


def test_the_battery_is_read(tmp_path: Path) -> None:
    supply(tmp_path, "AC", type="Mains", online="0")
    supply(tmp_path, "BAT0", type="Battery", capacity="42", status="Discharging")
    assert read_battery_level(tmp_path) == 42


def test_two_batteries_are_taken_together(tmp_path: Path) -> None:
    supply(tmp_path, "BAT0", type="Battery", capacity="20", scope="System")
    supply(tmp_path, "BAT1", type="Battery", capacity="60")
    assert read_battery_level(tmp_path) == 40


def test_the_battery_of_a_mouse_is_not_the_machine_s(tmp_path: Path) -> None:
    supply(tmp_path, "hidpp_battery_0", type="Battery", scope="Device", capacity="5")
    assert read_battery_level(tmp_path) == 100


@pytest.mark.parametrize("capacity", ["", "unknown", "150", "-1"])
def test_a_battery_that_does_not_know_is_harmless(tmp_path: Path, capacity: str) -> None:
    supply(tmp_path, "BAT0", type="Battery", capacity=capacity)
    assert 0 <= read_battery_level(tmp_path) <= 100
