"""From what a user types after ``--eye0`` and ``--eye1`` to the parts of a service."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from gazewire.compose.spec import NO_SOURCE, SYNTHETIC
from gazewire.compose.synthetic_calibrator import TruthfulCalibrator
from gazewire.compose.synthetic_eye import SyntheticEye
from gazewire.compose.synthetic_gaze import TruthfulGaze, TruthfulMovement, WearerMemory
from gazewire.errors import UnreadableSourceError
from gazewire.model import EyeId
from gazewire.service import (
    BlindDetector,
    EyeLauncher,
    EyeParts,
    EyeStart,
    InProcessEyes,
    NoCamera,
    ServiceParts,
    SpawnedEyes,
)

__all__ = ["eye_parts", "service_parts"]


def eye_parts(spec: str, eye_id: EyeId, *, seed: int, rate_hz: int) -> EyeParts:
    """Make what an eye is made of.

    Args:
        spec: ``synthetic`` or ``none``.
        eye_id: which eye.
        seed: who the synthetic wearer is.
        rate_hz: exposures a second of the synthetic wearer, a divisor of 200.

    Raises:
        SourceError: there is no such source, or not at this rate.
    """
    if spec == NO_SOURCE:
        return EyeParts(NoCamera(), BlindDetector(eye_id), BlindDetector(eye_id))
    if spec != SYNTHETIC:
        raise UnreadableSourceError(spec, f"an eye sees 'synthetic' or 'none', not {spec!r}")
    if rate_hz < 1 or 200 % rate_hz:
        raise UnreadableSourceError(spec, f"the rate of eye frames divides 200; {rate_hz} does not")
    return SyntheticEye.parts(seed, eye_id, rate_hz)


def service_parts(
    eyes: Mapping[EyeId, str], *, seed: int, rate_hz: int, spawn: bool
) -> ServiceParts:
    """Make what is put into a service.

    Args:
        eyes: what each eye sees, as for `eye_parts`.
        seed: who the synthetic wearer is.
        rate_hz: exposures a second of the synthetic wearer, a divisor of 200.
        spawn: a process for each eye; otherwise they are tasks of the service.

    Raises:
        SourceError: there is no such source, or not at this rate.
    """
    for eye_id, spec in eyes.items():
        # To complain now, and not when the eye is asked for.
        eye_parts(spec, eye_id, seed=seed, rate_hz=rate_hz)

    def command(start: EyeStart) -> list[str]:
        return _command(start, eyes[start.eye_id], seed, rate_hz)

    def parts(eye_id: EyeId) -> EyeParts:
        return eye_parts(eyes[eye_id], eye_id, seed=seed, rate_hz=rate_hz)

    launcher: EyeLauncher = SpawnedEyes(command) if spawn else InProcessEyes(parts)
    memory = WearerMemory(seed)
    return ServiceParts(
        launcher=launcher,
        mapper=lambda mode: TruthfulGaze(memory, mode),
        fixations=lambda args: TruthfulMovement(memory),
        blinks=lambda args: TruthfulMovement(memory),
        calibrator=TruthfulCalibrator(memory),
    )


def _command(start: EyeStart, spec: str, seed: int, rate_hz: int) -> list[str]:
    clock = start.clock
    options: dict[str, object] = {
        "--id": start.eye_id,
        "--bus": ",".join([start.bus.pub, start.bus.sub, start.bus.push]),
        "--source": spec,
        "--seed": seed,
        "--eye-rate": rate_hz,
        "--anchor-ns": clock.unix_ns() - clock.mono_ns(),
        "--core-zero-ns": start.timebase.zero_unix_ns,
        "--capacity": start.capacity,
        "--bus-level": start.bus_level,
    }
    words = [str(word) for option in options.items() for word in option]
    return [sys.executable, "-m", "gazewire", "eye", *words]
