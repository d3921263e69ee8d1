"""Values of the RTSP headers that have an inside, one a file."""

from gazewire.wire.rtsp.headers.public import Public
from gazewire.wire.rtsp.headers.range import NOW, Range
from gazewire.wire.rtsp.headers.rtp_info import RtpInfo
from gazewire.wire.rtsp.headers.session import DEFAULT_TIMEOUT_S, Session
from gazewire.wire.rtsp.headers.transport import Transport

__all__ = ["DEFAULT_TIMEOUT_S", "NOW", "Public", "Range", "RtpInfo", "Session", "Transport"]
