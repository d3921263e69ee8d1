from pathlib import Path

import msgspec
import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Blink, Fixation, Onset, Saccade
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import (
    KEEPALIVE,
    Keepalive,
    UnknownEyeEvent,
    parse_eye_event,
    serialize_eye_event,
)

VECTORS = Path(__file__).parents[3] / "vectors" / "eye_events"

CASES = {
    "fixation": Fixation(
        start_unix_ns=1_744_625_967_695_094_306,
        end_unix_ns=1_744_625_968_135_465_306,
        start_gaze_px=(870.0199584960938, 311.0625),
        end_gaze_px=(730.7664794921875, 264.4870300292969),
        mean_gaze_px=(839.43115234375, 280.5098876953125),
        amplitude_px=146.83596801757812,
        amplitude_deg=9.18490982055664,
        mean_velocity_px_s=272.82110595703125,
        max_velocity_px_s=1415.25048828125,
    ),
    "saccade": Saccade(
        start_unix_ns=1_744_625_900_502_677_306,
        end_unix_ns=1_744_625_900_562_676_306,
        start_gaze_px=(768.2272338867188, 685.6964721679688),
        end_gaze_px=(716.1095581054688, 493.5322570800781),
        mean_gaze_px=(747.7811279296875, 597.7672119140625),
        amplitude_px=199.10633850097656,
        amplitude_deg=12.716423988342285,
        mean_velocity_px_s=3318.313232421875,
        max_velocity_px_s=7444.6396484375,
    ),
    "fixation_onset": Onset(kind="fixation", start_unix_ns=1_744_626_187_872_119_306),
    "saccade_onset": Onset(kind="saccade", start_unix_ns=1_744_626_187_872_119_306),
    "blink": Blink(start_unix_ns=1_744_626_029_708_811_306, end_unix_ns=1_744_626_029_919_061_306),
}


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_and_written(name):
    payload = load_vector(VECTORS / f"{name}.hex")
    assert parse_eye_event(payload) == CASES[name]
    assert serialize_eye_event(CASES[name]) == payload


def test_a_keepalive_is_read_and_written():
    assert load_vector(VECTORS / "keepalive.hex") == KEEPALIVE
    assert parse_eye_event(KEEPALIVE) == Keepalive()


def test_a_keepalive_may_be_longer():
    assert parse_eye_event(KEEPALIVE + bytes(56)) == Keepalive()


@pytest.mark.parametrize("type_", [6, -1, 2**31 - 1])
def test_an_unknown_type_is_handed_out_raw(type_):
    payload = type_.to_bytes(4, signed=True) + b"more"
    assert parse_eye_event(payload) == UnknownEyeEvent(type_, payload)


@pytest.mark.parametrize("name", CASES)
def test_bytes_after_the_layout_are_ignored(name):
    payload = load_vector(VECTORS / f"{name}.hex")
    assert parse_eye_event(payload + b"later versions") == CASES[name]


@pytest.mark.parametrize("name", CASES)
def test_an_event_cut_short_is_the_peers_fault(name):
    payload = load_vector(VECTORS / f"{name}.hex")
    for size in range(len(payload)):
        with pytest.raises(RemoteProtocolError):
            parse_eye_event(payload[:size])


@pytest.mark.parametrize(
    "event",
    [
        Onset(kind="fixation", start_unix_ns=1 << 63),
        Blink(start_unix_ns=0, end_unix_ns=-(1 << 63) - 1),
        msgspec.structs.replace(CASES["fixation"], amplitude_px=1e39),
        msgspec.structs.replace(CASES["saccade"], start_unix_ns=1 << 63),
    ],
)
def test_a_number_that_does_not_fit_is_our_fault(event):
    with pytest.raises(LocalProtocolError):
        serialize_eye_event(event)
