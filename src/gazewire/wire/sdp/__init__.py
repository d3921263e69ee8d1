"""SDP (RFC 4566): what streams there are and how they are coded.

::

    description = parse_sdp(response.body)
    video = next(media for media in description.media if media.kind == "video")
    parameters = H264Parameters.parse(video.fmtp or "")
"""

from gazewire.wire.sdp.codec import parse_sdp, serialize_sdp
from gazewire.wire.sdp.description import (
    Attribute,
    MediaDescription,
    OtherLine,
    RtpMap,
    SessionDescription,
)
from gazewire.wire.sdp.fmtp import AacParameters, FormatOptions, H264Parameters

__all__ = [
    "AacParameters",
    "Attribute",
    "FormatOptions",
    "H264Parameters",
    "MediaDescription",
    "OtherLine",
    "RtpMap",
    "SessionDescription",
    "parse_sdp",
    "serialize_sdp",
]
