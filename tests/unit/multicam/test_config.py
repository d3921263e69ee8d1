from __future__ import annotations

import json
from pathlib import Path

import pytest

from gazewire.multicam import CamerasConfig, ConfigError, load_config
from gazewire.multicam.experiment import find_experiment
from gazewire.wire.camera import ImageForm


def loaded(folder: Path, text: str, name: str = "cameras.toml") -> CamerasConfig:
    path = folder / name
    path.write_text(text)
    return load_config(path)


def test_a_camera_needs_nothing_but_to_be_there(tmp_path: Path) -> None:
    (camera,) = loaded(tmp_path, "[[cameras]]\n").cameras
    assert (camera.id, camera.name, camera.source) == ("0-synthetic", "0-synthetic", "synthetic")
    assert camera.forms[0] is ImageForm.JSON


@pytest.mark.parametrize(
    ("source", "id"),
    [
        ("synthetic:9", "9-synthetic"),
        ("pylon:0815-0000", "0815-0000-pylon"),
        ("genicam:16401324", "16401324-genicam"),
        ("gentl:16401324", "16401324-genicam"),
        ("aravis:127.0.0.1", "127.0.0.1-aravis"),
        ("v4l2:/dev/video0", "video0-opencv"),
        ("films/mouse.mp4", "mouse-file"),
    ],
)
def test_an_id_is_serial_and_kind(tmp_path: Path, source: str, id: str) -> None:
    assert loaded(tmp_path, f'[[cameras]]\nsource = "{source}"\n').cameras[0].id == id


@pytest.mark.parametrize("table", ["[socket_config]", "[server_config]"])
def test_rates_are_where_document_and_program_have_them(tmp_path: Path, table: str) -> None:
    text = f"{table}\nput_rate = 20\n[[cameras]]\n[[cameras]]\nput_rate = 5\npull_rate = 7\n"
    config = loaded(tmp_path, text)
    assert [config.rates_of(camera) for camera in config.cameras] == [(20, 10), (5, 7)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[cameras]]\n\n[[cameras]]\nfps = 'x'\n", r"line 4, cameras\[1\].fps: Expected `float`"),
        ("[[cameras]]\nfsp = 30\n", r"line 2, cameras\[0\].fsp: Object contains unknown field"),
        ("[[cameras]]\nfps = 0\n", r"line 2, cameras\[0\].fps: Expected `float` > 0"),
        ("put_rate = 'x'\n[[cameras]]\n", r"line 1, put_rate: Expected"),
        ("[[cameras]]\npublish = ['gif']\n", r"line 2, cameras\[0\].publish"),
        ("", "required field `cameras`"),
        ("[[cameras]]\nfps = \n", "line 2"),
        ("[[cameras]]\nid='a'\n[[cameras]]\nid='a'\n", "two cameras have the id a"),
    ],
)
def test_an_error_names_line_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        loaded(tmp_path, text)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_config(tmp_path / "none.toml")


DEFAULT_PAIR = {
    "pub_server_address": "tcp://localhost:5555",
    "pull_server_address": "tcp://localhost:5556",
}


def test_the_incumbents_file_is_read_as_it_is(tmp_path: Path) -> None:
    entry = {
        "name": "left",
        "unique_id": "12-synthetic",
        "fps": "60",  # a text until somebody edits it
        "exposure_time": 15000,
        "gain": 0,
        "pixel_format": "Mono",
        "external_trigger": False,
        "downsampling_factor": 1,
        **DEFAULT_PAIR,
    }
    text = json.dumps([entry, entry | {"unique_id": "a-b-pylon", "name": None}])
    first, second = loaded(tmp_path, text, "camera_configs.json").cameras
    assert (first.id, first.source, first.fps, first.exposure_us) == (
        "12-synthetic",
        "synthetic:12",
        60.0,
        15_000.0,
    )
    assert (second.id, second.name, second.source) == ("a-b-pylon", "a-b-pylon", "pylon:a-b")
    # Its cameras all have one address, of which the first has the better right.
    assert (first.images, first.boxes) == tuple(DEFAULT_PAIR.values())
    assert (second.images, second.boxes) == (None, None)


@pytest.mark.parametrize(
    ("id", "source", "trigger"),
    [
        ("16401324-spinnaker", "genicam:16401324", "Line2"),
        ("7-ximea", "genicam:7", "external"),
        ("7-pylon", "pylon:7", "external"),
    ],
)
def test_cameras_of_the_incumbent_are_reached_by_the_standard_and_wait_for_the_same_edge(
    tmp_path: Path, id: str, source: str, trigger: str
) -> None:
    text = json.dumps([{"unique_id": id, "external_trigger": True}])
    (camera,) = loaded(tmp_path, text, "camera_configs.json").cameras
    assert (camera.id, camera.source, camera.trigger) == (id, source, trigger)


def test_a_kind_of_camera_that_is_not_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no camera of the kind lytro"):
        loaded(tmp_path, '[{"unique_id": "1-lytro"}]', "camera_configs.json")


def test_an_experiment_is_a_folder_or_a_file_with_subjects(tmp_path: Path) -> None:
    config = loaded(tmp_path, "[[cameras]]\nname = 'left'\n")
    assert find_experiment(config, None)[1] == Path("recordings")
    assert find_experiment(config, "mice")[1] == Path("recordings/mice")
    file = tmp_path / "experiment.json"
    file.write_text(
        json.dumps(
            {
                "data_dir": "data",
                "n_cameras": 1,
                "n_columns": 1,
                "cameras": [{"label": "left", "subject_id": "m7"}],
            }
        )
    )
    found, folder = find_experiment(config, str(file))
    assert (found.cameras[0].subject, folder) == ("m7", Path("data"))


@pytest.mark.parametrize("name", ["", "..", "a/b", "none.json"])
def test_what_is_no_experiment_is_told(tmp_path: Path, name: str) -> None:
    config = loaded(tmp_path, "[[cameras]]\n")
    with pytest.raises(ConfigError):
        find_experiment(config, name)
