"""The Core bus: topics, messages, and the maps in them.

    message = Message.parse(frames)                        # what a socket received
    pupil = decode_pupil(message).datum(timebase)          # a typed record of it
    fields = message.map()                                 # or the raw map

The records named ``Wire…`` have exactly the keys and types of the wire, with times in Core seconds;
they are encoded without a step between. Our own records have Unix nanoseconds and units in their
names.
"""

from gazewire.wire.ipc.annotation import annotation_map, parse_annotation
from gazewire.wire.ipc.blink import WireBlink, decode_blink
from gazewire.wire.ipc.delay import DelayQueue
from gazewire.wire.ipc.fixation import WireFixation, decode_fixation
from gazewire.wire.ipc.frame import FrameFormat, WireFrame, decode_frame, frame_bytes
from gazewire.wire.ipc.gaze import (
    EyePair,
    WireBinocularGaze3d,
    WireGaze,
    WireGaze2d,
    WireMonocularGaze3d,
    decode_gaze,
    wire_gaze,
)
from gazewire.wire.ipc.group import GroupPeer, Outgoing, from_group, to_group
from gazewire.wire.ipc.hmd import HmdFormat, HmdFrame
from gazewire.wire.ipc.log_record import WireLogRecord, decode_log_record, log_message
from gazewire.wire.ipc.map_codec import (
    MAX_DEPTH,
    MAX_MAP_BYTES,
    decode_map,
    decode_struct,
    encode_map,
    encode_struct,
    find_fault,
)
from gazewire.wire.ipc.message import (
    MAX_EXTRA_FRAMES,
    MAX_MESSAGE_BYTES,
    MAX_TOPIC_BYTES,
    RAW_DATA_KEY,
    Message,
)
from gazewire.wire.ipc.notification import (
    MAX_NOTIFICATION_BYTES,
    MAX_SUBJECT_BYTES,
    notification_from_map,
    notification_map,
    notification_message,
    notification_topic,
    parse_notification,
)
from gazewire.wire.ipc.pupil import (
    WireCircle3d,
    WireEllipse,
    WireEllipse2d,
    WirePupil,
    WirePupil2d,
    WirePupil3d,
    WireSphere,
    decode_pupil,
    wire_pupil,
)
from gazewire.wire.ipc.subscription import Subscription, SubscriptionSet
from gazewire.wire.ipc.surface import (
    WireSurface,
    WireSurfaceFixation,
    WireSurfaceGaze,
    decode_surface,
)
from gazewire.wire.ipc.topic import (
    ANNOTATION_TOPIC,
    BLINKS_TOPIC,
    FIXATIONS_TOPIC,
    HMD_TOPIC,
    WORLD_FRAME_TOPIC,
    Family,
    GazeTopic,
    PupilTopic,
    eye_frame_topic,
    family_of,
    logging_topic,
    surface_topic,
)

__all__ = [
    "ANNOTATION_TOPIC",
    "BLINKS_TOPIC",
    "FIXATIONS_TOPIC",
    "HMD_TOPIC",
    "MAX_DEPTH",
    "MAX_EXTRA_FRAMES",
    "MAX_MAP_BYTES",
    "MAX_MESSAGE_BYTES",
    "MAX_NOTIFICATION_BYTES",
    "MAX_SUBJECT_BYTES",
    "MAX_TOPIC_BYTES",
    "RAW_DATA_KEY",
    "WORLD_FRAME_TOPIC",
    "DelayQueue",
    "EyePair",
    "Family",
    "FrameFormat",
    "GazeTopic",
    "GroupPeer",
    "HmdFormat",
    "HmdFrame",
    "Message",
    "Outgoing",
    "PupilTopic",
    "Subscription",
    "SubscriptionSet",
    "WireBinocularGaze3d",
    "WireBlink",
    "WireCircle3d",
    "WireEllipse",
    "WireEllipse2d",
    "WireFixation",
    "WireFrame",
    "WireGaze",
    "WireGaze2d",
    "WireLogRecord",
    "WireMonocularGaze3d",
    "WirePupil",
    "WirePupil2d",
    "WirePupil3d",
    "WireSphere",
    "WireSurface",
    "WireSurfaceFixation",
    "WireSurfaceGaze",
    "annotation_map",
    "decode_blink",
    "decode_fixation",
    "decode_frame",
    "decode_gaze",
    "decode_log_record",
    "decode_map",
    "decode_pupil",
    "decode_struct",
    "decode_surface",
    "encode_map",
    "encode_struct",
    "eye_frame_topic",
    "family_of",
    "find_fault",
    "frame_bytes",
    "from_group",
    "log_message",
    "logging_topic",
    "notification_from_map",
    "notification_map",
    "notification_message",
    "notification_topic",
    "parse_annotation",
    "parse_notification",
    "surface_topic",
    "to_group",
    "wire_gaze",
    "wire_pupil",
]
