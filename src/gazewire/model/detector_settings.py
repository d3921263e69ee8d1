"""Settings of the 2-D pupil detector, under the names that Core's network API has for them."""

from __future__ import annotations

import msgspec

__all__ = ["DetectorSettings2d"]


class DetectorSettings2d(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set of a 2-D pupil detector; the names are those of ``Detector2DPlugin``.

    Names and defaults, misspelt as some are, are a contract with scripts. What they do is told for
    `gazewire.eye.Detector2d`, which finds edges along rays and has no Canny filter. A name that is
    said to do nothing is accepted and kept, so that a script which sets it works.

    Attributes:
        coarse_detection: look for candidates in an image of half the size; without, in the whole
            one, which finds pupils of half the size and takes several times as long.
        coarse_filter_min: does nothing.
        coarse_filter_max: does nothing.
        intensity_range: how far up the grey levels candidates are looked for: the default goes
            through the darkest half of the pixels, others through proportionally more or fewer.
        blur_size: width of the bright spots that are taken out before candidates are looked for,
            in pixels of the coarse image; 1 or less takes out none.
        canny_treshold: does nothing.
        canny_ration: does nothing.
        canny_aperture: does nothing.
        pupil_size_max: longest major axis, in pixels of an image 192 wide; grows with wider ones.
        pupil_size_min: shortest major axis, in pixels of the image.
        strong_perimeter_ratio_range_min: does nothing.
        strong_perimeter_ratio_range_max: does nothing.
        strong_area_ratio_range_min: does nothing.
        strong_area_ratio_range_max: does nothing.
        contour_size_min: points that the outline of a candidate has in the coarse image, at least;
            fewer than 8 are none in any case.
        ellipse_roundness_ratio: smaller axis by larger one, at least.
        initial_ellipse_fit_treshhold: does nothing.
        final_perimeter_ratio_range_min: does nothing.
        final_perimeter_ratio_range_max: does nothing.
        ellipse_true_support_min_dist: how near the outline an edge is to lie to count for the
            confidence, in pixels of an image 192 wide; grows with wider ones.
        support_pixel_ratio_exponent: does nothing.
    """

    coarse_detection: bool = True
    coarse_filter_min: int = 128
    coarse_filter_max: int = 280
    intensity_range: int = 23
    blur_size: int = 5
    canny_treshold: int = 160
    canny_ration: int = 2
    canny_aperture: int = 5
    pupil_size_max: int = 100
    pupil_size_min: int = 10
    strong_perimeter_ratio_range_min: float = 0.8
    strong_perimeter_ratio_range_max: float = 1.1
    strong_area_ratio_range_min: float = 0.6
    strong_area_ratio_range_max: float = 1.1
    contour_size_min: int = 5
    ellipse_roundness_ratio: float = 0.1
    initial_ellipse_fit_treshhold: float = 1.8
    final_perimeter_ratio_range_min: float = 0.6
    final_perimeter_ratio_range_max: float = 1.2
    ellipse_true_support_min_dist: float = 2.5
    support_pixel_ratio_exponent: float = 2.0
