from __future__ import annotations

import pytest

from gazewire.errors import DeviceRefusedError
from gazewire.model import Recording
from gazewire.recording import RecordingSession, RecordingState

T0 = 1_790_000_000_000_000_000
ONE_S = 1_000_000_000


def started() -> RecordingSession:
    session = RecordingSession()
    session.start("first", T0)
    return session


def saved() -> RecordingSession:
    session = started()
    session.stop_and_save(T0 + ONE_S)
    return session


def discarded() -> RecordingSession:
    session = started()
    session.cancel(T0 + ONE_S)
    return session


def failed() -> RecordingSession:
    session = started()
    session.fail("no space", T0 + ONE_S)
    return session


AT_REST = [RecordingSession, saved, discarded, failed]


@pytest.mark.parametrize("at_rest", AT_REST)
def test_start_is_announced_from_every_state_at_rest(at_rest):
    session = at_rest()

    assert session.start("next", T0 + 5 * ONE_S) == (Recording(id="next", action="START"),)
    assert session.state is RecordingState.RECORDING
    assert session.recording_id == "next"


def test_stop_and_save_announces_stop_then_save_with_the_measured_duration():
    session = started()

    assert session.stop_and_save(T0 + 3 * ONE_S) == (
        Recording(id="first", action="STOP", rec_duration_ns=3 * ONE_S),
        Recording(id="first", action="SAVE", rec_duration_ns=3 * ONE_S),
    )
    assert session.state is RecordingState.SAVED


def test_cancel_announces_stop_then_discard():
    session = started()

    assert [component.action for component in session.cancel(T0 + ONE_S)] == ["STOP", "DISCARD"]
    assert session.state is RecordingState.DISCARDED


def test_failure_announces_error_with_its_reason():
    session = started()

    assert session.fail("no space", T0 + ONE_S) == (
        Recording(id="first", action="ERROR", message="no space", rec_duration_ns=ONE_S),
    )
    assert session.state is RecordingState.FAILED


def test_failure_after_the_stop_keeps_the_duration_of_the_stop():
    (component,) = saved().fail("last fragment lost", T0 + 9 * ONE_S)

    assert component.action == "ERROR"
    assert component.rec_duration_ns == ONE_S


def test_second_start_is_refused_and_changes_nothing():
    session = started()

    with pytest.raises(DeviceRefusedError, match="Already recording") as refusal:
        session.start("second", T0 + ONE_S)

    assert refusal.value.status == 500
    assert session.recording_id == "first"
    assert session.stop_and_save(T0 + ONE_S)[0].rec_duration_ns == ONE_S


@pytest.mark.parametrize("at_rest", AT_REST)
@pytest.mark.parametrize("command", ["stop_and_save", "cancel"])
def test_ending_what_is_not_recording_is_refused(at_rest, command):
    session = at_rest()
    state = session.state

    with pytest.raises(DeviceRefusedError, match="Not recording"):
        getattr(session, command)(T0 + 2 * ONE_S)

    assert session.state is state


@pytest.mark.parametrize("at_rest", [RecordingSession, discarded, failed])
def test_nothing_can_fail_where_nothing_is_recorded_or_kept(at_rest):
    with pytest.raises(DeviceRefusedError, match="Not recording"):
        at_rest().fail("no space", T0)


def test_status_measures_the_duration_anew():
    session = started()

    assert session.status(T0 + 7).rec_duration_ns == 7
    assert session.status(T0 + 9).rec_duration_ns == 9


@pytest.mark.parametrize("at_rest", AT_REST)
def test_status_and_id_are_none_where_nothing_is_recorded(at_rest):
    session = at_rest()

    assert session.status(T0) is None
    assert session.recording_id is None


def test_duration_is_never_negative():
    assert started().stop_and_save(T0 - 5)[0].rec_duration_ns == 0
