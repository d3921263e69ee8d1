"""Images of a camera for other programs, and what those answer: every byte of it, and no socket.

Four forms of an image, of which a socket serves all and each client subscribes to one:

- `ImageJson`, one part of JSON: what existing clients of pyMultiVideo read;
- `ImageMap`, three parts: that program's later form;
- `FrameHeader` before raw pixels: ours, with colour, frame numbers and lost images;
- `SharedLayout`: the same for programs of one machine, where the pixels are not copied.

Back come boxes: `Command`.
"""

from gazewire.wire.camera.command import Box, Command, Point
from gazewire.wire.camera.frame_message import FrameHeader, RawPixelFormat, image_shape
from gazewire.wire.camera.image_json import ImageJson
from gazewire.wire.camera.image_map import ImageMap
from gazewire.wire.camera.image_topic import ImageForm, form_of_subscription
from gazewire.wire.camera.shared_message import (
    SharedLayout,
    invitation,
    parse_invitation,
)

__all__ = [
    "Box",
    "Command",
    "FrameHeader",
    "ImageForm",
    "ImageJson",
    "ImageMap",
    "Point",
    "RawPixelFormat",
    "SharedLayout",
    "form_of_subscription",
    "image_shape",
    "invitation",
    "parse_invitation",
]
