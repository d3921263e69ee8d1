"""Faults on demand: a device that misbehaves in the ways in which real ones and networks do.

A fault is a value, read from ``NAME[:key=value,…]`` by `parse_fault`. A `FaultBoard` puts it into a
running device and takes it out again. The servers of a device are made with `Seams`, places where
something can be put in; while nothing is, they are as if they had none.
"""

from gazewire.device.faults.answering import answering_by
from gazewire.device.faults.board import FaultBoard, FaultReport
from gazewire.device.faults.fault import Fault
from gazewire.device.faults.kinds import FAULTS
from gazewire.device.faults.rig import FaultRig, Seams
from gazewire.device.faults.routes import fault_routes
from gazewire.device.faults.spec import fault_help, parse_fault, spell_fault

__all__ = [
    "FAULTS",
    "Fault",
    "FaultBoard",
    "FaultReport",
    "FaultRig",
    "Seams",
    "answering_by",
    "fault_help",
    "fault_routes",
    "parse_fault",
    "spell_fault",
]
