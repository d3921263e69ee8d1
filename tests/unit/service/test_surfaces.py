from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
import pytest

from gazewire.model import (
    DatumReference,
    DispersionFixation,
    Ellipse,
    Frame,
    MappedGaze,
    Notification,
    PupilDatum,
)
from gazewire.service import FrameExposure, Pass, PluginContext, SurfacePose
from gazewire.service.surfaces import SurfaceEditor, SurfaceTracker, inverse
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message, WireFixation, wire_gaze

MS = 1_000_000
FRAME = 33 * MS

# The surface is the right half of an image of 200 by 100 pixels.
IMAGE_FROM_SURFACE = ((100.0, 0.0, 100.0), (0.0, -100.0, 100.0), (0.0, 0.0, 1.0))


def test_there_and_back_is_where_one_was() -> None:
    there_and_back = inverse(inverse(IMAGE_FROM_SURFACE))
    for row, expected in zip(there_and_back, IMAGE_FROM_SURFACE, strict=True):
        assert row == pytest.approx(expected)


class Outlet:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.notifications: list[Notification] = []
        self.wanted = {"surfaces.right half", "surfaces.new"}

    def publish(self, message: Message) -> None:
        self.messages.append(message)

    def notify(self, notification: Notification) -> None:
        self.notifications.append(notification)

    def wants(self, topic: str) -> bool:
        return topic in self.wanted

    def surfaces(self) -> list[dict]:
        told = [msgspec.msgpack.decode(message.payload) for message in self.messages]
        self.messages.clear()
        return told

    def told(self) -> list[tuple[str, dict]]:
        told = [(one.subject, dict(one.fields)) for one in self.notifications]
        self.notifications.clear()
        return told


class World:
    """Shows images when it is told to."""

    def __init__(self) -> None:
        self.watchers: list[Callable] = []

    def watch(self, watcher: Callable) -> None:
        self.watchers.append(watcher)

    def unwatch(self, watcher: Callable) -> None:
        self.watchers.remove(watcher)

    def show(self, at_ns: int) -> None:
        frame = Frame(
            camera="world",
            index=0,
            timestamp_unix_ns=at_ns,
            width=200,
            height=100,
            pixel_format="gray",
            data=bytes(20_000),
        )
        for watcher in self.watchers:
            watcher(FrameExposure(frame))()


class Pipeline:
    """Tells of gaze when it is told to, as the service's does."""

    def __init__(self, timebase: TimeBase) -> None:
        self.listeners: list[Callable[[Pass], None]] = []
        self._timebase = timebase

    def look(self, at_ns: int, norm_pos: tuple[float, float] | None, rest_ns: int = 0) -> float:
        pupil = PupilDatum(
            eye_id=0,
            detector="2d",
            method="2d c++",
            timestamp_unix_ns=at_ns,
            norm_pos=(0.5, 0.5),
            diameter_px=20.0,
            ellipse=Ellipse(center_px=(96.0, 96.0), axes_px=(20.0, 20.0), angle_deg=0.0),
            confidence=1.0,
        )
        gaze = MappedGaze(
            timestamp_unix_ns=at_ns, confidence=0.9, base=(pupil,), norm_pos=norm_pos or (0.0, 0.0)
        )
        done = Pass(Message("pupil.0.2d", b""), pupil)
        wire = wire_gaze(gaze, self._timebase)
        if norm_pos is None:
            gaze = msgspec.structs.replace(gaze, norm_pos=None)
        done.gaze.append(gaze)
        done.published.append(("gaze", wire))
        if rest_ns:
            fixation = DispersionFixation(
                id=4,
                start_unix_ns=at_ns - rest_ns,
                duration_ns=rest_ns,
                norm_pos=norm_pos or (0.0, 0.0),
                dispersion_deg=1.0,
                confidence=0.8,
                base=(DatumReference(topic="gaze.2d.0.", timestamp_unix_ns=at_ns),),
            )
            done.fixations.append(fixation)
            told = WireFixation.from_fixation(fixation, self._timebase)
            done.published.append(("fixations", told))
        for listener in self.listeners:
            listener(done)
        return wire.timestamp


class Shelf:
    """Surfaces that are where they are said to be, and can be edited."""

    def __init__(self) -> None:
        self.shown: Mapping[str, float] = {"right half": 100.0}
        self.known = ["right half"]
        self.saved = 0
        self.looked = 0

    def locate(self, exposure: object) -> Sequence[SurfacePose]:
        self.looked += 1
        poses = []
        for name, left_px in self.shown.items():
            homography = ((100.0, 0.0, left_px), (0.0, -100.0, 100.0), (0.0, 0.0, 1.0))
            poses.append(
                SurfacePose(
                    name=name,
                    image_from_surface=homography,
                    distorted_image_from_surface=homography,
                )
            )
        return poses

    @property
    def names(self) -> Sequence[str]:
        return self.known

    def add(self, name: str, size: tuple[float, float]) -> None:
        if name == "impossible":
            raise ValueError("no image shows a marker")
        self.known.append(name)

    def remove(self, name: str) -> None:
        if name not in self.known:
            raise ValueError(f"there is no surface {name!r}")
        self.known.remove(name)

    def rename(self, old: str, new: str) -> None:
        self.remove(old)
        self.known.append(new)

    def definitions(self) -> Mapping[str, object]:
        return {"surfaces": [{"name": name} for name in self.known]}

    def save(self) -> None:
        self.saved += 1


class Bench:
    """A tracker with everything around it."""

    def __init__(self) -> None:
        clock = ManualClock(1_700_000_000_000_000_000)
        self.start_ns = clock.unix_ns()
        timebase = TimeBase.from_boot(clock)
        self.outlet, self.world, self.shelf = Outlet(), World(), Shelf()
        self.pipeline = Pipeline(timebase)
        context = PluginContext(self.outlet, clock, timebase)
        self.tracker = SurfaceTracker(context, self.world, self.pipeline, self.shelf)

    def show(self, after_ns: int) -> list[dict]:
        self.world.show(self.start_ns + after_ns)
        return self.outlet.surfaces()

    def look(self, after_ns: int, x: float, rest_ns: int = 0) -> float:
        return self.pipeline.look(self.start_ns + after_ns, (x, 0.5), rest_ns)

    def notify(self, act: str, **fields: object) -> list[tuple[str, dict]]:
        subject = f"surface_tracker.{act}"
        self.tracker.on_notify(Notification(subject=subject, fields=fields))
        return self.outlet.told()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_shelf_is_an_editor(bench: Bench) -> None:
    assert isinstance(bench.shelf, SurfaceEditor)


def test_gaze_is_told_with_the_first_image_after_it(bench: Bench) -> None:
    bench.show(0)
    early, late = bench.look(20 * MS, 0.75), bench.look(40 * MS, 0.75)

    (first,) = bench.show(FRAME)
    (second,) = bench.show(2 * FRAME)

    assert [on["timestamp"] for on in first["gaze_on_surfaces"]] == [early]
    assert [on["timestamp"] for on in second["gaze_on_surfaces"]] == [late]
    (on,) = first["gaze_on_surfaces"]
    assert on["norm_pos"] == pytest.approx([0.5, 0.5])
    assert on["on_surf"] is True
    assert on["topic"] == "gaze.2d.0._on_surface"
    assert on["base_data"] == ["gaze.2d.0.", early]


def test_gaze_is_mapped_by_where_the_surface_was_at_its_own_instant(bench: Bench) -> None:
    bench.show(0)
    bench.look(11 * MS, 0.75)
    bench.look(33 * MS, 0.75)
    bench.shelf.shown = {"right half": 70.0}
    (surface,) = bench.show(FRAME)
    # It has gone 10 of 30 pixels, and then all.
    places = [on["norm_pos"][0] for on in surface["gaze_on_surfaces"]]
    assert places == pytest.approx([0.6, 0.8], abs=1e-9)


def test_a_fixation_is_mapped_by_where_the_surface_was_in_its_middle(bench: Bench) -> None:
    bench.show(0)
    bench.look(33 * MS, 0.75, rest_ns=30 * MS)
    bench.shelf.shown = {"right half": 67.0}
    (surface,) = bench.show(FRAME)
    (on,) = surface["fixations_on_surfaces"]
    assert on["norm_pos"][0] == pytest.approx((150 - 82) / 100, abs=1e-9)
    assert (on["id"], on["duration"], on["dispersion"]) == (4, 30.0, 1.0)
    assert on["topic"] == "fixations_on_surface"


def test_gaze_while_it_was_hidden_is_told_when_it_is_back(bench: Bench) -> None:
    bench.show(0)
    bench.look(20 * MS, 0.75)
    bench.shelf.shown = {}
    assert bench.show(FRAME) == []
    bench.shelf.shown = {"right half": 100.0}
    (surface,) = bench.show(2 * FRAME)
    assert len(surface["gaze_on_surfaces"]) == 1


def test_gaze_of_a_long_absence_has_no_place(bench: Bench) -> None:
    bench.show(0)
    bench.look(300 * MS, 0.75)
    bench.shelf.shown = {}
    bench.show(400 * MS)
    bench.shelf.shown = {"right half": 100.0}
    (surface,) = bench.show(800 * MS)
    assert surface["gaze_on_surfaces"] == []


def test_gaze_of_a_headset_whose_scene_nobody_sees_is_left_out(bench: Bench) -> None:
    bench.show(0)
    bench.pipeline.look(bench.start_ns + 10 * MS, None)
    (surface,) = bench.show(FRAME)
    assert surface["gaze_on_surfaces"] == []


def test_images_are_not_looked_at_while_nobody_wants_surfaces(bench: Bench) -> None:
    bench.outlet.wanted = set()
    for number in range(5):
        bench.show(number * FRAME)
    looked = bench.shelf.looked
    assert looked == 1
    bench.outlet.wanted = {"surfaces.right half"}
    for number in range(5, 8):
        bench.show(number * FRAME)
    assert bench.shelf.looked == looked + 2


def test_a_surface_is_added_from_the_next_image(bench: Bench) -> None:
    bench.show(0)
    assert bench.notify("add_surface", name="new", real_world_size={"x": 3, "y": 2.0}) == []
    assert "new" not in bench.shelf.known
    bench.show(FRAME)
    assert "new" in bench.shelf.known
    assert bench.outlet.told() == [("surface_tracker.surfaces_changed", {"name": "new"})]


def test_a_surface_is_added_also_while_nobody_wants_surfaces(bench: Bench) -> None:
    bench.outlet.wanted = set()
    bench.show(0)
    bench.notify("add_surface", name="new")
    bench.show(FRAME)
    bench.show(2 * FRAME)
    assert "new" in bench.shelf.known


def test_why_a_surface_cannot_be_added_is_told(bench: Bench) -> None:
    bench.notify("add_surface", name="impossible")
    bench.show(0)
    ((subject, fields),) = bench.outlet.told()
    assert subject == "surface_tracker.failed"
    assert fields == {"act": "add_surface", "reason": "no image shows a marker"}


def test_surfaces_are_renamed_and_removed(bench: Bench) -> None:
    changed = bench.notify("surface_name_changed", old_name="right half", new_name="page")
    assert changed == [("surface_tracker.surfaces_changed", {"name": "page"})]
    assert bench.shelf.known == ["page"]
    bench.notify("remove_surface", name="page")
    assert bench.shelf.known == []


def test_a_renamed_surface_keeps_where_it_was(bench: Bench) -> None:
    bench.show(0)
    bench.look(20 * MS, 0.75)
    bench.notify("surface_name_changed", old_name="right half", new_name="new")
    bench.shelf.shown = {"new": 100.0}
    (surface,) = bench.show(100 * MS)
    assert len(surface["gaze_on_surfaces"]) == 1


def test_definitions_are_saved_when_they_have_changed(bench: Bench) -> None:
    bench.notify("surfaces_changed", name="right half")
    assert bench.shelf.saved == 1


def test_definitions_are_told_to_who_asks(bench: Bench) -> None:
    told = bench.notify("broadcast_surfaces")
    assert told == [("surface_tracker.surfaces", {"surfaces": [{"name": "right half"}]})]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("add_surface", {}),
        ("add_surface", {"name": 5}),
        ("add_surface", {"name": "a", "real_world_size": {"x": "1", "y": 2}}),
        ("remove_surface", {"name": "nobody"}),
        ("surface_name_changed", {"old_name": "nobody", "new_name": "b"}),
        ("surface_name_changed", {"old_name": "right half"}),
    ],
)
def test_what_makes_no_sense_is_answered_with_a_reason(
    bench: Bench, act: str, fields: dict[str, object]
) -> None:
    ((subject, answer),) = bench.notify(act, **fields)
    assert subject == "surface_tracker.failed"
    assert answer["act"] == act
    assert bench.shelf.known == ["right half"]


def test_other_notifications_are_passed_over(bench: Bench) -> None:
    assert bench.notify("heatmap_params_changed", name="right half") == []
    bench.tracker.on_notify(Notification(subject="recording.started"))
    assert bench.outlet.told() == []


def test_a_tracker_that_is_stopped_looks_no_more(bench: Bench) -> None:
    bench.tracker.cleanup()
    assert bench.show(0) == []
    assert not bench.pipeline.listeners


def test_homographies_of_both_ways_are_told(bench: Bench) -> None:
    (surface,) = bench.show(0)
    product = np.array(surface["surf_to_img_trans"]) @ surface["img_to_surf_trans"]
    np.testing.assert_allclose(product / product[2, 2], np.eye(3), atol=1e-12)
