from __future__ import annotations

import pytest

from gazewire.wire.camera import ImageForm, form_of_subscription

ALL = (ImageForm.JSON, ImageForm.MAP, ImageForm.MULTIPART)


@pytest.mark.parametrize("form", ALL)
def test_who_says_nothing_gets_the_first(form: ImageForm) -> None:
    assert form_of_subscription(b"", (form,)) is form


@pytest.mark.parametrize(
    ("prefix", "form"),
    [
        (b"{", ImageForm.JSON),
        (b'{"unique_id": "7-', ImageForm.JSON),
        (b"image", ImageForm.MAP),
        (b"frame", ImageForm.MULTIPART),
        (b"fr", ImageForm.MULTIPART),
        (b"other", None),
    ],
)
def test_a_prefix_asks_for_the_form_that_begins_so(prefix: bytes, form: ImageForm | None) -> None:
    assert form_of_subscription(prefix, ALL) is form


def test_what_is_not_offered_is_not_to_be_had() -> None:
    assert form_of_subscription(b"frame", (ImageForm.JSON,)) is None
