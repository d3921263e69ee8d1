"""Video and audio coding, and video files; the one door through which libav (PyAV) enters.

Everything here computes in the thread that calls it, and takes milliseconds: an event loop calls it
in a worker thread. libav is silent: PyAV passes on none of its messages unless a program asks for
them with ``av.logging.set_level``, and nothing here does.
"""

from gazewire.errors import MissingExtraError

try:
    import av  # noqa: F401
except ImportError as error:
    raise MissingExtraError("video") from error

from gazewire.media.aac import AacDecoder, AacEncoder
from gazewire.media.coded_file import CodedFile
from gazewire.media.coded_frames import CodedFrames
from gazewire.media.coding import Coding, FoundEncoder, VideoCodec, find_encoder
from gazewire.media.container import VideoFile
from gazewire.media.decoded import Picture, Sound
from gazewire.media.decoder import H264Decoder
from gazewire.media.encoder import H264Encoder
from gazewire.media.fragmented import FragmentedMp4Writer
from gazewire.media.indexed import IndexedVideo
from gazewire.media.jpeg import encode_jpeg
from gazewire.media.picture_decoder import PictureDecoder
from gazewire.media.resampling import integer_resampler
from gazewire.media.sound import SoundTrack
from gazewire.media.sound_decoder import SoundDecoder

__all__ = [
    "AacDecoder",
    "AacEncoder",
    "CodedFile",
    "CodedFrames",
    "Coding",
    "FoundEncoder",
    "FragmentedMp4Writer",
    "H264Decoder",
    "H264Encoder",
    "IndexedVideo",
    "Picture",
    "PictureDecoder",
    "Sound",
    "SoundDecoder",
    "SoundTrack",
    "VideoCodec",
    "VideoFile",
    "encode_jpeg",
    "find_encoder",
    "integer_resampler",
]
