from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("genicam", reason="needs gazewire[genicam], which macOS has not")
pytest.importorskip("harvesters", reason="needs gazewire[genicam], which macOS has not")

import genicam

from gazewire.camera.gentl_producer import GentlProducer, find_producers
from gazewire.errors import UnreadableSourceError

FOLDER = Path(genicam.__file__).parent
CTI = FOLDER / "viky.cti"


def test_producers_are_found_in_the_folders_of_the_standards_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = os.pathsep.join(map(str, (tmp_path / "gone", tmp_path, "", FOLDER)))
    monkeypatch.setenv("GENICAM_GENTL64_PATH", folders)
    (tmp_path / "first.cti").touch()
    (tmp_path / "notes.txt").touch()
    assert find_producers() == [tmp_path / "first.cti", CTI.resolve()]


def test_one_that_is_named_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENICAM_GENTL64_PATH", "/nowhere")
    assert find_producers(str(CTI)) == [CTI.resolve()]


def test_where_there_is_none_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    with pytest.raises(UnreadableSourceError, match=r"install that of the camera's maker.*cti ="):
        find_producers()
    with pytest.raises(UnreadableSourceError, match=r"there is no GenTL producer .*none\.cti"):
        find_producers(str(tmp_path / "none.cti"))


def test_what_is_no_producer_is_told_without_noise(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "torn.cti"
    path.write_text("torn")
    with pytest.raises(UnreadableSourceError, match=r"torn\.cti is no GenTL producer: .*too short"):
        GentlProducer(path)
    assert capfd.readouterr().err == ""


def test_a_producer_is_shared_and_can_be_loaded_again() -> None:
    for _ in range(2):
        first, second = GentlProducer(CTI), GentlProducer(CTI)
        assert [device["serial_number"] for device in first.devices()] == ["0", "1", "2"]
        first.close()
        first.close()
        assert second.devices()[0]["id_"] == "VikyTL_DEV_red"
        second.close()
