"""How far measured gaze is from the truth, end to end on synthetic wearers.

    python benchmarks/accuracy_chain.py [--persons 8] [--seconds 20] [--rate 50]

For each wearer the chain of `gazewire up` is run on drawn images, image by image and not in time:
both detectors look at 150 images of 25 places, a calibration is fitted to that, and then the wearer
looks about, saccades, pursuit and blinks included. The error is the angle between measured and true
gaze, seen from the scene camera, of gaze whose confidence is 0.6 or more; `answered` is the share
of instants that have such gaze, of those at which the lids are not closed. Same numbers on every
machine.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator

import numpy as np

from gazewire.compose.image_threads import work_on_images_alone
from gazewire.compose.scene_optics import scene_optics
from gazewire.compose.seeing_calibrator import SeeingCalibrator
from gazewire.compose.seeing_parts import synthetic_parts
from gazewire.compose.spec import SYNTHETIC
from gazewire.compose.synthetic_eye import LIFE_NS, exposures_from, synthetic_wearer
from gazewire.model import EyeId, Frame, PupilDatum
from gazewire.service import CalibrationRequest, DetectorSettings, EyeParts, FrameExposure
from gazewire.sim import WearerTruth

EYES: tuple[EyeId, ...] = (0, 1)
SETTINGS = DetectorSettings()
# What is rehearsed ends here, and life begins.
ZERO_NS = 100 * LIFE_NS
CLOSED = 0.2


def look(parts: EyeParts, eye_id: EyeId, truth: WearerTruth, index: int, instant_ns: int):
    eye = truth.left if eye_id else truth.right
    assert eye is not None
    pixels = parts.camera.renderer.render(eye.pose, noise_seed=index)
    height, width = pixels.shape
    frame = Frame(
        camera=f"eye{eye_id}",
        index=index,
        timestamp_unix_ns=instant_ns,
        width=width,
        height=height,
        pixel_format="gray",
        data=pixels.reshape(-1).data,
    )
    return parts.pupils.pupils(FrameExposure(frame), SETTINGS)


def measured(seed: int, seconds: float, rate_hz: int) -> Iterator[str]:
    optics = scene_optics(SYNTHETIC, {})
    assert optics is not None
    parts = {eye_id: synthetic_parts(seed, eye_id, rate_hz) for eye_id in EYES}
    references, pupils = [], []
    for eye_id in EYES:
        rehearsed = list(parts[eye_id].rehearse(ZERO_NS))
        references = [reference for reference, _ in rehearsed]
        pupils += [pupil for _, found in rehearsed for pupil in found]
    calibrator = SeeingCalibrator(optics)
    request = CalibrationRequest(
        gazer="NeonGazer3D", references=tuple(references), pupils=tuple(pupils)
    )
    outcome = calibrator.fit(request)
    accuracy = calibrator.judge(request, outcome.params)
    truths = exposures_from(synthetic_wearer(seed), ZERO_NS + 1, rate_hz)
    true_px: dict[int, tuple[float, float]] = {}
    open_eyes: set[int] = set()
    errors: dict[int, float] = {}
    for index, truth in enumerate(itertools.islice(truths, round(seconds * rate_hz))):
        instant_ns = truth.timestamp_unix_ns
        true_px[instant_ns] = truth.gaze_px
        if min(truth.left.lid_opening, truth.right.lid_opening) > CLOSED:
            open_eyes.add(instant_ns)
        found: list[PupilDatum] = []
        for eye_id in EYES:
            found += look(parts[eye_id], eye_id, truth, index, instant_ns)
        for pupil in found:
            if outcome.mapper.mode not in pupil.method:
                continue
            for gaze in outcome.mapper.map(pupil, frozenset(EYES)):
                if gaze.confidence < 0.6 or gaze.norm_pos is None:
                    continue
                x, y = gaze.norm_pos
                at_px = (x * optics.width, (1 - y) * optics.height)
                a, b = optics.unproject([at_px, true_px[gaze.timestamp_unix_ns]])
                chord = np.linalg.norm(a - b) / 2
                errors[gaze.timestamp_unix_ns] = float(np.degrees(2 * np.arcsin(chord)))
    angles = np.array(list(errors.values()))
    answered = len(open_eyes & errors.keys()) / len(open_eyes)
    yield f"{accuracy.accuracy_deg:.2f}"
    yield f"{angles.mean():.2f}"
    yield from (f"{value:.2f}" for value in np.percentile(angles, [50, 95]))
    yield f"{answered:.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=int, default=50, help="images of an eye a second")
    options = parser.parse_args()
    work_on_images_alone()
    print("| wearer | calibration, deg | mean, deg | median | 95 % | answered |")
    print("|--:|--:|--:|--:|--:|--:|")
    for seed in range(options.persons):
        cells = " | ".join(measured(seed, options.seconds, options.rate))
        print(f"| {seed} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
