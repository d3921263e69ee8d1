"""H.264 over RTP (RFC 6184), and as much of H.264 as that needs."""

from gazewire.wire.payload.h264.depacketizer import CodedPicture, Depacketizer
from gazewire.wire.payload.h264.nal import (
    NalType,
    join_annex_b,
    join_length_prefixed,
    nal_type,
    split_annex_b,
    split_length_prefixed,
)
from gazewire.wire.payload.h264.packetizer import Packetizer
from gazewire.wire.payload.h264.parameters import ParameterSets, SequenceParameters
from gazewire.wire.payload.h264.receiver import VideoReceiver

__all__ = [
    "CodedPicture",
    "Depacketizer",
    "NalType",
    "Packetizer",
    "ParameterSets",
    "SequenceParameters",
    "VideoReceiver",
    "join_annex_b",
    "join_length_prefixed",
    "nal_type",
    "split_annex_b",
    "split_length_prefixed",
]
