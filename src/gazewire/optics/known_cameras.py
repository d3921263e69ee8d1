"""Cameras whose intrinsics need not be measured: those of the Core headset, by name."""

from __future__ import annotations

from gazewire.optics.camera import Camera

__all__ = ["known_camera", "nominal_camera"]

_NOMINAL_FOCAL_PX = 1000.0

# Focal lengths of the eye cameras, which have no distortion worth naming.
_EYE_CAMERAS = {
    ("Pupil Cam1", 320, 240): (338.456035, 339.871543),
    ("Pupil Cam1", 640, 480): (670.785555, 670.837798),
    ("Pupil Cam2", 192, 192): (282.976877, 283.561467),
    ("Pupil Cam2", 400, 400): (561.471804, 562.494105),
    ("Pupil Cam3", 192, 192): (140.0, 140.0),
    ("Pupil Cam3", 400, 400): (278.50, 278.55),
}

_SCENE_CAMERAS = {
    (640, 480): Camera(
        width=640,
        height=480,
        focal_px=(395.60662814306596, 395.56975615889445),
        middle_px=(316.72212558212516, 259.206579702132),
        distortion=(
            -0.2430487205352619,
            0.1623502095383119,
            0.0001632500987373085,
            8.322130878440475e-05,
            0.017859803336754784,
            0.1969284124154412,
            0.00577741263771627,
            0.09892258337410824,
        ),
    ),
    (1280, 720): Camera(
        width=1280,
        height=720,
        focal_px=(794.3311439869655, 793.5290139393004),
        middle_px=(633.0104437728625, 397.36927353414865),
        distortion=(
            -0.3758628065070806,
            0.1643326166951343,
            0.00012182540692089567,
            0.00013422608638039466,
            0.03343691733865076,
            0.08235235770849726,
            -0.08225804883227375,
            0.14463365333602152,
        ),
    ),
    (1920, 1080): Camera(
        width=1920,
        height=1080,
        focal_px=(793.8052697386686, 792.3104221704713),
        middle_px=(953.2237035923064, 572.5036513432223),
        distortion=(
            -0.13648546769272826,
            -0.0033787366635030644,
            -0.002343859061730869,
            0.001926274947199097,
        ),
        lens="fisheye",
    ),
}


def known_camera(name: str, width: int, height: int) -> Camera | None:
    """The intrinsics of a camera of the Core headset; None of any other.

    Args:
        name: as the operating system tells it, ``Pupil Cam2 ID0`` for example.
        width: of the images, pixels.
        height: of the images, pixels.
    """
    model, _, place = name.rpartition(" ")
    if place == "ID2" and model == "Pupil Cam1":
        return _SCENE_CAMERAS.get((width, height))
    focal_px = _EYE_CAMERAS.get((model, width, height)) if place in {"ID0", "ID1"} else None
    if focal_px is None:
        return None
    return Camera(width, height, focal_px, (width / 2, height / 2))


def nominal_camera(width: int, height: int) -> Camera:
    """What the Core program assumes of a camera that it does not know: f = 1000 px."""
    focal_px = (_NOMINAL_FOCAL_PX, _NOMINAL_FOCAL_PX)
    return Camera(width, height, focal_px, (width / 2, height / 2))
