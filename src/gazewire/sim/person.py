"""Somebody's eyes: all that differs from one person to the next, drawn from a seed.

Sizes are drawn from what has been measured on many people; each number says by whom. Looks (skin,
lashes, iris) have no such statistics under infrared light: their ranges were chosen by comparing
pictures by eye.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gazewire.model import Vector3
from gazewire.sim.eye_camera import EyeCamera, Side
from gazewire.sim.eyeball import Eyeball, axes_of

__all__ = ["Eye", "LidShape", "Looks", "MakeUp", "Person"]

MakeUp = Literal["none", "mascara", "mascara and eyeliner"]

# Where a wearer's eyes are below and behind the scene camera, from the two recordings of
# pl-neon-recording; faces differ by more than the two wearers did.
_EYE_DOWN_MM, _EYE_BEHIND_MM = 14.5, 36.0
# The frame's tolerances: a tenth of a millimetre, half a degree, one per cent of focal length.
_CAMERA_MOVED_MM, _CAMERA_TURNED_RAD, _FOCAL_SIGMA_PX = 0.15, 0.008, 1.2
_FOCAL_PX = 140.0


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye and the camera that looks at it.

    Attributes:
        side: whose it is.
        ball: its shape and place.
        kappa_deg: from the optical to the visual axis: towards the nose, and upward. The fovea
            lies temporal of the optical axis and below it.
        camera: that looks at it.
    """

    side: Side
    ball: Eyeball
    kappa_deg: tuple[float, float]
    camera: EyeCamera

    def optical_axis(self, visual_axis: Vector3) -> Vector3:
        """The optical axis of the eye when its visual axis has the given direction.

        Both are unit vectors, scene camera frame. The visual axis is taken to pass through the
        centre of the eyeball, which is wrong by a fraction of a millimetre.
        """
        inward, upward = np.radians(self.kappa_deg)
        nasal = -inward if self.side == "right" else inward
        # The fovea's line in the axes of an eye that looks straight ahead.
        fovea = np.array([np.sin(nasal), -np.sin(upward), 0.0])
        fovea[2] = np.sqrt(1.0 - fovea @ fovea)
        target = np.array(visual_axis)
        axis = target
        # Listing's law decides the turn from the optical axis, which is what is sought.
        for _ in range(6):
            axis = axis + target - fovea @ axes_of(axis)
            axis /= np.linalg.norm(axis)
        x, y, z = axis.tolist()
        return x, y, z


@dataclass(frozen=True, slots=True)
class LidShape:
    """The opening between the lids, in degrees as seen from the centre of the eyeball.

    Azimuth grows from the nose to the temple, elevation upward.

    Attributes:
        nasal_deg: azimuth and elevation of the inner corner.
        temporal_deg: of the outer corner.
        upper_deg: middle of the upper lid's edge above the line of the corners, wide open.
        lower_deg: middle of the lower lid's edge, below it, so negative.
        closed_deg: middle of the line in which the lids meet, below it, so negative.
        upper_peak: where the upper lid is highest: -1 inner corner, 1 outer corner.
        lower_peak: where the lower lid is lowest.
        roundness: of the upper edge: 0.5 is an ellipse, 1 a parabola.
        crease_deg: from the edge of the open upper lid up to its crease.
        crease_depth: 0 none (as with single eyelids) to 1 deep.
    """

    nasal_deg: tuple[float, float]
    temporal_deg: tuple[float, float]
    upper_deg: float
    lower_deg: float
    closed_deg: float
    upper_peak: float
    lower_peak: float
    roundness: float
    crease_deg: float
    crease_depth: float


@dataclass(frozen=True, slots=True)
class Looks:
    """How somebody looks under infrared light; levels are of an 8-bit picture.

    Attributes:
        skin_level: of the skin beside the eye.
        skin_roughness: deviation of its texture, as a share.
        wrinkles: depth of the lines of the lids, 0 to 1.
        sclera_level: of the white of the eye.
        vessels: how red eyes are, 0 to 1.
        iris_level: of the middle of the iris. Brown irises are bright under infrared, too.
        iris_contrast: deviation of its fibres, as a share.
        limbus_softness_mm: width of the passage from iris to sclera.
        pupil_level: of the pupil, which is not quite black.
        lash_level: of a lash.
        upper_lashes: how many.
        lower_lashes: how many.
        lash_length_mm: of the upper ones.
        lash_width_mm: at the root.
        make_up: what they put on.
    """

    skin_level: float
    skin_roughness: float
    wrinkles: float
    sclera_level: float
    vessels: float
    iris_level: float
    iris_contrast: float
    limbus_softness_mm: float
    pupil_level: float
    lash_level: float
    upper_lashes: int
    lower_lashes: int
    lash_length_mm: float
    lash_width_mm: float
    make_up: MakeUp


@dataclass(frozen=True, slots=True)
class Person:
    """Both eyes of somebody, how they look, and the glasses as they sit.

    Attributes:
        seed: decides everything, textures too; 0 or more.
        right: the right eye.
        left: the left eye.
        lids: the shape of both fissures.
        looks: of both eyes.
        pupil_diameter_range_mm: in bright light, and in the dark.
        rest_lid_opening: how far the eyes are open when nothing is the matter; 1 is wide open.
    """

    seed: int
    right: Eye
    left: Eye
    lids: LidShape
    looks: Looks
    pupil_diameter_range_mm: tuple[float, float]
    rest_lid_opening: float

    @classmethod
    def from_seed(cls, seed: int) -> Person:
        """Make up the person of this seed; 0 or more."""
        rng = np.random.default_rng([seed, 0xE7E5])
        normal = _clipped(rng)
        # 63.4 +- 3.8 mm, nearly all within 52 to 75 (Dodgson 2004, Proc. SPIE 5291, 36-46).
        between_mm = normal(63.4, 3.8)
        # Bekerman, Gottlieb & Vaiman 2014, J. Ophthalmology, 503645: 24 mm across, within 1 to 2.
        radius = normal(12.0, 0.35)
        # 7.8 +- 0.25 mm (Dubbelman, Sicam & Van der Heijde 2006, Vision Research 46, 993-1001).
        cornea = normal(7.8, 0.25)
        # White to white 11.71 +- 0.42 mm (Ruefer, Schroeder & Erb 2005, Cornea 24, 259-261).
        limbus = normal(11.71, 0.42) / 2
        # 3.05 mm of chamber behind 0.55 mm of cornea (Fedtke, Manns & Ho 2010).
        depth = normal(3.6, 0.2)
        # 4 to 5 degrees across, 1.5 up (Guestrin & Eizenman 2006, IEEE Trans. Biomed. Eng. 53,
        # 1124-1133); the eyes of a person mirror each other.
        kappa = normal(4.5, 1.2), normal(1.5, 0.9)
        down, behind = normal(_EYE_DOWN_MM, 1.5), normal(_EYE_BEHIND_MM, 1.3)
        off_middle = normal(0.0, 0.7)

        def spread(sigma: float) -> Vector3:
            return normal(0.0, sigma), normal(0.0, sigma), normal(0.0, sigma)

        def eye(side: Side) -> Eye:
            sign = 1.0 if side == "right" else -1.0
            x = sign * between_mm / 2 + off_middle
            # Left and right differ little: anisometropia is rare.
            ball = Eyeball(
                center_mm=(x, down + normal(0.0, 0.4), -behind + normal(0.0, 0.4)),
                radius_mm=radius + normal(0.0, 0.05),
                cornea_radius_mm=cornea + normal(0.0, 0.03),
                limbus_radius_mm=limbus + normal(0.0, 0.03),
            )
            # The iris has its root behind the limbus, also in a steep and wide cornea.
            limbus_depth = ball.cornea_radius_mm - ball.limbus_height_mm
            depth_here = max(depth + normal(0.0, 0.03), limbus_depth + 0.25)
            ball = replace(ball, pupil_depth_mm=depth_here)
            camera = EyeCamera.of_neon(
                side,
                focal_px=normal(_FOCAL_PX, _FOCAL_SIGMA_PX),
                moved_mm=spread(_CAMERA_MOVED_MM),
                turned_rad=spread(_CAMERA_TURNED_RAD),
            )
            turned = kappa[0] + normal(0.0, 0.4), kappa[1] + normal(0.0, 0.3)
            return Eye(side=side, ball=ball, kappa_deg=turned, camera=camera)

        right, left = eye("right"), eye("left")
        lids, looks = _lids(rng), _looks(rng)
        # From 2 to 8 mm (Watson & Yellott 2012, J. Vision 12(10):12), narrower with age.
        pupils = normal(2.3, 0.2), normal(6.8, 0.8)
        return cls(
            seed=seed,
            right=right,
            left=left,
            lids=lids,
            looks=looks,
            pupil_diameter_range_mm=pupils,
            rest_lid_opening=normal(0.76, 0.06),
        )

    def eye(self, side: Side) -> Eye:
        """The eye of one side."""
        return self.right if side == "right" else self.left

    def slipped(self, offset_mm: Vector3) -> Person:
        """The same person, the glasses moved on the face by `offset_mm`, scene camera frame."""

        def seen_from_there(eye: Eye) -> Eye:
            x, y, z = (np.array(eye.ball.center_mm) - offset_mm).tolist()
            return replace(eye, ball=replace(eye.ball, center_mm=(x, y, z)))

        return replace(self, right=seen_from_there(self.right), left=seen_from_there(self.left))


def _clipped(rng: np.random.Generator) -> Callable[[float, float], float]:
    # Normal, but without the one in twenty that is further out than two deviations: a wearer
    # made up for tests should be ordinary.
    def normal(mean: float, sigma: float) -> float:
        return mean + sigma * float(np.clip(rng.standard_normal(), -2.0, 2.0))

    return normal


def _lids(rng: np.random.Generator) -> LidShape:
    normal, uniform = _clipped(rng), rng.uniform
    # A fissure is 28 to 30 mm long and 9 to 11 mm high at rest, its outer corner 1 to 3 mm
    # above the inner one; the upper lid covers the rim of the iris.
    nasal_elevation = normal(-4.0, 1.5)
    return LidShape(
        nasal_deg=(normal(-51.0, 1.5), nasal_elevation),
        temporal_deg=(normal(58.0, 2.0), nasal_elevation + normal(6.0, 2.5)),
        upper_deg=normal(27.0, 2.5),
        lower_deg=normal(-23.0, 2.0),
        closed_deg=normal(-13.0, 1.5),
        upper_peak=uniform(-0.2, 0.1),
        lower_peak=uniform(0.0, 0.25),
        roundness=uniform(0.55, 0.8),
        crease_deg=uniform(9.0, 18.0),
        crease_depth=uniform(0.25, 1.0) if rng.random() < 0.8 else 0.05,
    )


def _looks(rng: np.random.Generator) -> Looks:
    uniform = rng.uniform
    make_up: MakeUp = "none"
    if (drawn := rng.random()) < 0.3:
        make_up = "mascara" if drawn < 0.18 else "mascara and eyeliner"
    bold = make_up != "none"
    # 90 to 160 lashes of 8 to 12 mm above, 75 to 80 of 6 to 8 mm below (Aumond & Bitton 2018,
    # J. Optometry 11, 211-222). The thinnest do not show and are left out.
    return Looks(
        skin_level=uniform(130.0, 180.0),
        skin_roughness=uniform(0.015, 0.035),
        wrinkles=uniform(0.1, 1.0),
        sclera_level=uniform(130.0, 175.0),
        vessels=uniform(0.2, 0.9),
        iris_level=uniform(60.0, 105.0),
        iris_contrast=uniform(0.05, 0.13),
        limbus_softness_mm=uniform(0.6, 1.3),
        pupil_level=uniform(18.0, 40.0),
        lash_level=uniform(22.0, 36.0) if bold else uniform(32.0, 72.0),
        upper_lashes=int(rng.integers(60, 120)),
        lower_lashes=int(rng.integers(35, 60)),
        lash_length_mm=uniform(6.0, 9.0) + 1.5 * bold,
        lash_width_mm=uniform(0.09, 0.15) + 0.06 * bold,
        make_up=make_up,
    )
