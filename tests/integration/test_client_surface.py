"""Contract C1: all that the official client offers by name is offered by ours.

The official package is walked where it is installed: each public module, class, function, property,
method, parameter, default, field of a named tuple and member of an enumeration. What differs here
is listed in `DELIBERATE`, or it is a fault.

Allowed are more names, more parameters that are optional and by keyword only, and parameters that
are spelled out where the official client has ``*args, **kwargs``; what may be handed on by those is
tested on its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from harness.peer import PeerRunner

from gazewire.client import streaming

DELIBERATE: Mapping[str, str] = {
    # The difference: the row of weaknesses of the official client that it goes with.
    f"{module}.Device.{name} is missing": f"row 28: what its worker waits for, by name of the "
    f"stream; {user} looks into it and lets the KeyError out"
    for module in ("simple", "simple.device")
    for name, user in [
        ("stream_name_start_event_map", "streaming_start"),
        ("stream_name_stop_event_map", "streaming_stop"),
    ]
}

NOT_REAL: Mapping[str, str] = {
    ".imu_pb2": "row 15: its own __all__ lists a name that is gone, so import * fails",
}

BY_KEYWORD_ONLY = "keyword-only"
VARIADIC = {"variadic positional", "variadic keyword"}


@pytest.fixture(scope="module")
def official(peer_python: Path) -> dict[str, Any]:
    surface: dict[str, Any] = PeerRunner(peer_python).run(
        "describe_surface", package="pupil_labs.realtime_api"
    )
    return surface


@pytest.fixture(scope="module")
def ours(official: dict[str, Any]) -> dict[str, Any]:
    names = {module: sorted(description["names"]) for module, description in official.items()}
    surface: dict[str, Any] = PeerRunner(Path(sys.executable)).run(
        "describe_surface", package="gazewire.client", names=names
    )
    return surface


def differences(official: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    for module, theirs in official.items():
        if "error" in ours[module]:
            yield f"{module or 'package'}: cannot be imported: {ours[module]['error']}"
            continue
        for name, their_thing in theirs["names"].items():
            path = f"{module}.{name}"
            our_thing = ours[module]["names"].get(name)
            if our_thing is None:
                yield f"{path} is missing"
            elif our_thing["kind"] != their_thing["kind"]:
                yield f"{path} is a {our_thing['kind']}, not a {their_thing['kind']}"
            else:
                yield from different_things(path, their_thing, our_thing)
        for name in sorted(set(theirs["all"]) - set(theirs["lost"]) - set(ours[module]["all"])):
            yield f"{module}.{name} is not in __all__"


def different_things(path: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    match theirs["kind"]:
        case "function":
            yield from different_calls(path, theirs, ours)
        case "class":
            yield from different_classes(path, theirs, ours)
        case "value" if path != ".__version__" and theirs["value"] not in (None, ours["value"]):
            yield f"{path} is {ours['value']!r}, not {theirs['value']!r}"


def different_classes(path: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    for base in sorted(set(theirs["bases"]) - set(ours["bases"])):
        yield f"{path} is no {base}"
    for aspect in ("fields", "enum", "keys"):
        if aspect in theirs and theirs[aspect] != ours.get(aspect):
            yield f"{path} has the {aspect} {ours.get(aspect)}, not {theirs[aspect]}"
    if "parameters" in theirs:
        yield from different_parameters(path, theirs["parameters"], ours.get("parameters", []))
    for name in theirs["attributes"]:
        if name not in ours["attributes"] and name not in ours["members"]:
            yield f"{path}.{name} is missing"
    for name, their_member in theirs["members"].items():
        our_member = ours["members"].get(name)
        if our_member is None:
            # An attribute of instances is read as a property is.
            if their_member["kind"] != "attribute" or name not in ours["attributes"]:
                yield f"{path}.{name} is missing"
        elif our_member["kind"] != their_member["kind"]:
            yield f"{path}.{name} is a {our_member['kind']}, not a {their_member['kind']}"
        elif their_member["kind"] not in ("attribute", "protocol"):
            yield from different_calls(f"{path}.{name}", their_member, our_member)


def different_calls(path: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    if theirs["awaited"] != ours["awaited"]:
        yield f"{path} is {'not ' if theirs['awaited'] else ''}awaited"
    yield from different_parameters(path, theirs["parameters"], ours["parameters"])


def different_parameters(
    path: str, theirs: list[list[str]], ours: list[list[str]]
) -> Iterator[str]:
    required = [parameter for parameter in theirs if parameter[1] not in VARIADIC]
    got = ours[: len(required)]
    if got != required:
        yield f"{path} takes {got}, not {required}"
    if len(required) == len(theirs):
        for name, kind, default in ours[len(required) :]:
            if kind != BY_KEYWORD_ONLY or default == "required":
                yield f"{path} takes {name} too"


def test_the_walk_finds_what_is_documented(official: dict[str, Any]) -> None:
    # A walk that finds nothing would find no difference either.
    assert {"", "device", "models", "simple", "simple.device", "streaming.gaze"} <= set(official)
    device = official["simple.device"]["names"]["Device"]
    assert device["members"]["receive_gaze_datum"]["parameters"] == [
        ["timeout_seconds", "positional or keyword", "None"]
    ]
    assert official["models"]["names"]["SensorName"]["enum"]["WORLD"] == "'world'"
    assert not [module for module, found in official.items() if "error" in found]


def test_all_that_the_official_client_offers_is_offered(
    official: dict[str, Any], ours: dict[str, Any]
) -> None:
    faults = sorted(set(differences(official, ours)) - set(DELIBERATE))
    assert not faults, "\n".join(faults)


def test_no_deliberate_difference_is_out_of_date(
    official: dict[str, Any], ours: dict[str, Any]
) -> None:
    assert not set(DELIBERATE) - set(differences(official, ours))
    lost = {f"{module}.{name}" for module, found in official.items() for name in found["lost"]}
    assert lost == set(NOT_REAL)


@pytest.mark.parametrize(
    "streamer",
    [
        streaming.RTSPAudioStreamer,
        streaming.RTSPEyeEventStreamer,
        streaming.RTSPGazeStreamer,
        streaming.RTSPImuStreamer,
        streaming.RTSPRawStreamer,
        streaming.RTSPVideoFrameStreamer,
    ],
)
def test_streamers_take_what_the_official_ones_hand_on(
    streamer: type[streaming.RTSPRawStreamer],
) -> None:
    url = "rtsp://127.0.0.1:8086/?camera=gaze"
    assert streamer(url)
    assert streamer(url, 10, 20, None, False)
    assert streamer(url, timeout=10, log_level=20, ssl=None, run_loop=True, media_type="video")


def test_the_asynchronous_device_takes_what_its_base_takes(
    official: dict[str, Any], ours: dict[str, Any]
) -> None:
    base = official["base"]["names"]["DeviceBase"]["parameters"]
    assert ours["device"]["names"]["Device"]["parameters"][: len(base)] == base
