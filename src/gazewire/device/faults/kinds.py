"""All faults there are."""

from __future__ import annotations

from collections.abc import Mapping

from gazewire.device.faults.echo import EchoSlow, EchoSplit, EchoWrongOffset
from gazewire.device.faults.fault import Fault
from gazewire.device.faults.http import HttpFailure, HttpSlow, NonJson
from gazewire.device.faults.numbers import NewSource, SequenceWrap, TimestampWrap
from gazewire.device.faults.packets import Delay, Duplicate, Loss, Reorder
from gazewire.device.faults.payloads import UnknownEyeEvent, UnknownGazeLength
from gazewire.device.faults.reboot import Reboot
from gazewire.device.faults.reports import LateReports, NoReports, ReportStep, ZeroReports
from gazewire.device.faults.rtsp import (
    BadRequestText,
    DescribeDelay,
    NoInterleavedEcho,
    PlayRefusal,
    SplitFirstLetter,
)
from gazewire.device.faults.sensors import Stall, Unplug
from gazewire.device.faults.status import IncompleteComponent, RepeatedSensor, UnknownModel

__all__ = ["FAULTS"]

_KINDS: tuple[type[Fault], ...] = (
    Loss,
    Reorder,
    Duplicate,
    Delay,
    LateReports,
    NoReports,
    ReportStep,
    ZeroReports,
    TimestampWrap,
    SequenceWrap,
    NewSource,
    UnknownGazeLength,
    UnknownEyeEvent,
    BadRequestText,
    NoInterleavedEcho,
    SplitFirstLetter,
    PlayRefusal,
    DescribeDelay,
    UnknownModel,
    RepeatedSensor,
    IncompleteComponent,
    Unplug,
    Stall,
    Reboot,
    HttpSlow,
    HttpFailure,
    NonJson,
    EchoSlow,
    EchoSplit,
    EchoWrongOffset,
)

FAULTS: Mapping[str, type[Fault]] = {kind.NAME: kind for kind in _KINDS}
"""The kinds by their names, in the order in which users are told of them."""
