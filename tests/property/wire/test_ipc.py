from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.model import (
    Annotation,
    Circle3d,
    DatumReference,
    DispersionFixation,
    Ellipse,
    EyeModel,
    GazeRay,
    MappedGaze,
    Notification,
    PupilDatum,
    Sphere,
)
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    RAW_DATA_KEY,
    DelayQueue,
    HmdFrame,
    Message,
    Subscription,
    SubscriptionSet,
    WireFixation,
    annotation_map,
    decode_blink,
    decode_fixation,
    decode_frame,
    decode_gaze,
    decode_log_record,
    decode_map,
    decode_pupil,
    decode_surface,
    encode_map,
    encode_struct,
    notification_message,
    parse_annotation,
    parse_notification,
    wire_gaze,
    wire_pupil,
)

ZERO_NS = 1_700_000_000_000_000_000
TIMEBASE = TimeBase(ZERO_NS)

real = st.floats(allow_nan=False, width=64) | st.integers(-(2**53), 2**53)
point2 = st.tuples(real, real)
point3 = st.tuples(real, real, real)
# Within 52 days of its zero, a double tells nanoseconds apart.
instants = st.integers(ZERO_NS - 2**52, ZERO_NS + 2**52)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
numbers = st.integers(-(2**63), 2**64 - 1)
plain = st.recursive(
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False) | text | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
maps = st.dictionaries(text.filter(lambda key: key != RAW_DATA_KEY), plain, max_size=6)
ellipses = st.builds(Ellipse, center_px=point2, axes_px=point2, angle_deg=real)
eye_models = st.builds(
    EyeModel,
    sphere=st.builds(Sphere, center_mm=point3, radius_mm=real),
    projected_sphere=ellipses,
    circle=st.builds(Circle3d, center_mm=point3, normal=point3, radius_mm=real),
    confidence=real,
    theta_rad=real,
    phi_rad=real,
)


def pupils(eye_id, models):
    return st.builds(
        PupilDatum,
        eye_id=st.just(eye_id),
        detector=st.just("2d") if models is None else st.just("3d"),
        method=text,
        timestamp_unix_ns=instants,
        norm_pos=point2,
        diameter_px=real,
        ellipse=ellipses,
        confidence=real,
        model=st.none() if models is None else models,
    )


def rays(eye_id):
    return st.builds(GazeRay, eye_id=st.just(eye_id), center_mm=point3, normal=point3)


@st.composite
def gazes(draw):
    eyes = draw(st.sampled_from([(0,), (1,), (0, 1)]))
    three_d = draw(st.booleans())
    models = eye_models if three_d else None
    return MappedGaze(
        timestamp_unix_ns=draw(instants),
        confidence=draw(real),
        base=tuple(draw(pupils(eye_id, models)) for eye_id in eyes),
        norm_pos=draw(point2) if not three_d else draw(st.none() | point2),
        rays=tuple(draw(rays(eye_id)) for eye_id in eyes) if three_d else (),
        point_mm=draw(point3) if three_d else None,
    )


def whole_numbers(value, key=""):
    if isinstance(value, dict):
        return set().union(*(whole_numbers(item, name) for name, item in value.items()))
    if isinstance(value, list | tuple):
        return set().union(*(whole_numbers(item, key) for item in value))
    return {key} if isinstance(value, int) and not isinstance(value, bool) else set()


@given(st.sampled_from([0, 1]).flatmap(lambda eye: pupils(eye, None) | pupils(eye, eye_models)))
def test_a_pupil_survives_the_wire_and_all_its_real_numbers_are_floats(datum):
    wire = wire_pupil(datum, TIMEBASE)
    message = Message.parse(Message.from_struct(wire.topic, wire).serialize())
    assert decode_pupil(message).datum(TIMEBASE) == datum
    assert whole_numbers(message.map()) == {"id"}


@given(gazes())
def test_gaze_survives_the_wire_and_all_its_real_numbers_are_floats(gaze):
    wire = wire_gaze(gaze, TIMEBASE)
    message = Message.parse(Message.from_struct(wire.topic, wire).serialize())
    assert decode_gaze(message).gaze(TIMEBASE) == gaze
    assert whole_numbers(message.map()) == {"id"}


references = st.builds(DatumReference, topic=text, timestamp_unix_ns=instants)


@given(
    st.builds(
        DispersionFixation,
        id=st.integers(0, 2**31),
        start_unix_ns=instants,
        duration_ns=st.integers(0, 10**11),
        norm_pos=point2,
        dispersion_deg=real,
        confidence=real,
        base=st.lists(references, max_size=5).map(tuple),
        point_mm=st.none() | point3,
    )
)
def test_a_fixation_survives_the_wire_to_a_nanosecond(fixation):
    again = decode_fixation(encode_struct(WireFixation.from_fixation(fixation, TIMEBASE)))
    read = again.fixation(TIMEBASE)
    assert (read.base, read.start_unix_ns) == (fixation.base, fixation.start_unix_ns)
    assert abs(read.duration_ns - fixation.duration_ns) <= 1


@given(
    st.builds(
        Annotation,
        label=text,
        timestamp_unix_ns=instants,
        duration_s=st.floats(allow_nan=False, allow_infinity=False),
        fields=maps.map(
            lambda fields: {
                key: value
                for key, value in fields.items()
                if key not in {"topic", "label", "timestamp", "duration"}
            }
        ),
    )
)
def test_an_annotation_survives_the_wire(annotation):
    message = Message.from_map("annotation", annotation_map(annotation, TIMEBASE))
    assert parse_annotation(message.map(), TIMEBASE) == annotation


@given(maps)
def test_a_map_survives_the_wire(fields):
    assert decode_map(encode_map(fields)) == fields


@given(names, maps)
def test_a_notification_survives_the_wire(subject, fields):
    rest = {key: value for key, value in fields.items() if key not in {"subject", "topic"}}
    notification = Notification(subject=subject, fields=rest)
    frames = notification_message(notification).serialize()
    assert parse_notification(Message.parse(frames)) == notification


@given(text, st.binary(max_size=50), st.lists(st.binary(max_size=50), max_size=5))
def test_the_frames_of_a_message_come_back(topic, payload, extra):
    frames = [topic.encode(), payload, *extra]
    assert Message.parse(frames).serialize() == frames


DECODERS = [
    lambda message: decode_pupil(message).datum(TIMEBASE),
    lambda message: decode_gaze(message).gaze(TIMEBASE),
    lambda message: decode_fixation(message.payload).fixation(TIMEBASE),
    lambda message: decode_blink(message.payload).response(TIMEBASE),
    lambda message: decode_surface(message.payload).datum(TIMEBASE),
    lambda message: parse_annotation(message.map(), TIMEBASE),
    lambda message: decode_log_record(message.payload).line(),
    decode_frame,
    lambda message: HmdFrame.parse(message, TIMEBASE),
    parse_notification,
    Message.map,
]
keys = st.sampled_from(
    [
        "subject",
        "topic",
        "id",
        "timestamp",
        "label",
        "name",
        "msg",
        "args",
        "levelname",
        "levelno",
        "norm_pos",
        "format",
    ]
)
topics = st.sampled_from(["pupil.0.2d", "pupil.1.3d", "gaze.2d.0.", "gaze.3d.01.", "notify.x", ""])


@given(
    st.sampled_from(DECODERS),
    st.lists(st.binary(max_size=60), max_size=4)
    | st.tuples(topics.map(str.encode), st.binary(max_size=200)).map(list)
    | st.tuples(
        topics.map(str.encode), st.dictionaries(keys, plain, max_size=6).map(encode_map)
    ).map(list),
)
def test_garbage_gives_only_our_error(decode, frames):
    with contextlib.suppress(RemoteProtocolError):
        decode(Message.parse(frames))


@given(st.lists(st.tuples(text, st.booleans()), max_size=30), text, st.integers(0, 5))
def test_no_subscription_is_ever_missed(changes, topic, capacity):
    kept, wanted = SubscriptionSet(capacity=capacity), set()
    for prefix, added in changes:
        # As XPUB tells them: each beginning once when it comes, once when it goes.
        if added != (prefix in wanted):
            kept.update(Subscription(prefix.encode(), wanted=added))
            (wanted.add if added else wanted.remove)(prefix)
    if any(topic.startswith(prefix) for prefix in wanted):
        assert kept.wants(topic)
    elif len(wanted) == 0:
        assert not kept.wants(topic)


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20), st.integers(0, 5)), max_size=30)
)
def test_what_is_released_is_the_latest_of_its_subject_in_order_of_time(puts):
    queue, now, expected = DelayQueue(), 0, {}
    for turn, (subject, delay_s, step_s) in enumerate(puts):
        queue.put(Notification(subject=subject, fields={"delay": delay_s, "n": turn}), now)
        expected[subject] = (now + delay_s * 10**9, turn)
        now += step_s
    released = []
    while (deadline_ns := queue.next_deadline_ns()) is not None:
        assert queue.pop_due(deadline_ns - 1) is None
        notification = queue.pop_due(deadline_ns)
        released.append((deadline_ns, notification.fields["n"]))
    assert released == sorted(expected.values())
