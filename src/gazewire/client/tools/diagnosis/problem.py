"""What can be wrong between a program and a device, and what to do about it.

``docs/how-to/troubleshooting.md`` has the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROBLEMS", "Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that can be wrong.

    Attributes:
        name: of a few words with hyphens; stays the same from version to version.
        symptom: in words, with places for the facts of a case.
        cure: what to do.
    """

    name: str
    symptom: str
    cure: str


NO_MULTICAST = Problem(
    "no-multicast",
    "this computer can send no multicast, so no device can be discovered: {reason}",
    "name the address that the app shows, with --device",
)
NO_DEVICE = Problem(
    "no-device",
    "no device announced itself within {seconds:g} s",
    "start the Companion app, and connect the phone and this computer to the same network; "
    "where that blocks multicast, name the address that the app shows, with --device",
)
UNKNOWN_NAME = Problem(
    "unknown-name",
    "nobody on this network knows the name {host}",
    "name the IP address that the app shows",
)
OTHER_NETWORK = Problem(
    "other-network",
    "{host} does not answer, and is on none of the networks of this computer ({networks})",
    "connect the phone and this computer to the same network",
)
NO_ANSWER = Problem(
    "no-answer",
    "{host} does not answer",
    "see that the phone is on and the app in the foreground; guest networks often keep their "
    "members apart, so try the hotspot of the phone, a cable, or a network of your own; let TCP "
    "port {port} through firewalls",
)
PORT_CLOSED = Problem(
    "port-closed",
    "{host} is there, but nobody listens at its port {port}",
    "start the Companion app, and name the port that it shows",
)
STRANGER = Problem(
    "stranger",
    "{host} answers at port {port}, but not as a device does: {reason}",
    "check address and port; where the network wants a sign-in, sign in first; "
    "if it is the phone, restart the app",
)
NO_UPDATES = Problem(
    "no-updates",
    "the device does not tell what changes: its status websocket cannot be opened",
    "let websockets through firewalls and proxies, at the port of the REST interface",
)
OLD_APP = Problem(
    "old-app",
    "the app is too old: it has no time echo, so its clock cannot be compared with ours",
    "update the Companion app",
)
NO_TIME_ECHO = Problem(
    "no-time-echo",
    "the time echo does not answer: {reason}",
    "let TCP port {port} through firewalls",
)
CLOCK_OFF = Problem(
    "clock-off",
    "the clock of the phone is {seconds:.1f} s {direction} that of this computer",
    "switch on automatic date and time on both; until then convert timestamps by the offset that "
    "the client measures",
)
BATTERY_CRITICAL = Problem(
    "battery-critical",
    "the battery is nearly empty, at {percent} %",
    "charge the phone; it refuses to record",
)
BATTERY_LOW = Problem(
    "battery-low",
    "the battery is low, at {percent} %",
    "charge the phone before long recordings",
)
MEMORY_CRITICAL = Problem(
    "memory-critical",
    "the storage of the phone is nearly full, {free_gb:.1f} GB are free",
    "delete recordings that have been uploaded; it refuses to record",
)
MEMORY_LOW = Problem(
    "memory-low",
    "the storage of the phone fills up, {free_gb:.1f} GB are free",
    "delete recordings that have been uploaded, before long ones",
)
SENSOR_ABSENT = Problem(
    "sensor-absent",
    "the phone says that {sensor} is not connected",
    "plug the glasses in again, and see that the app shows them; "
    "the scene camera of Pupil Invisible can come off",
)
EYES_OFF = Problem(
    "eyes-off",
    "the phone says that the eye cameras are off",
    "allow eye video in the settings of the app, and plug the glasses in again",
)
DEVICE_ERROR = Problem(
    "device-error",
    "the phone reports: {reason}",
    "plug the glasses in again; if it stays, restart the app",
)
STREAM_CLOSED = Problem(
    "stream-closed",
    "the stream of {sensor} cannot be reached: {reason}",
    "let TCP port {port} through firewalls; if it is open, restart the app",
)
STREAM_REFUSED = Problem(
    "stream-refused",
    "the stream of {sensor} cannot be opened: {reason}",
    "restart the app; if it stays, plug the glasses in again",
)
NO_UDP = Problem(
    "no-udp",
    "{sensor} comes by TCP, but not by UDP",
    "a firewall keeps UDP out, most often that of this computer: let Python receive it; "
    "until then, our client takes TCP by itself, after 1.5 s",
)
NO_DATA = Problem(
    "no-data",
    "the stream of {sensor} opens, and nothing comes",
    "plug the glasses in again; if it stays, restart the app",
)
NO_TIME = Problem(
    "no-time",
    "{sensor} comes without sender reports, so nobody can tell its time",
    "restart the app",
)
LOSS = Problem(
    "loss",
    "{share:.1%} of the packets of {sensor} are lost",
    "use Wi-Fi at 5 GHz and a short way, or a cable; or receive by TCP",
)

PROBLEMS = (
    NO_MULTICAST,
    NO_DEVICE,
    UNKNOWN_NAME,
    OTHER_NETWORK,
    NO_ANSWER,
    PORT_CLOSED,
    STRANGER,
    NO_UPDATES,
    OLD_APP,
    NO_TIME_ECHO,
    CLOCK_OFF,
    BATTERY_CRITICAL,
    BATTERY_LOW,
    MEMORY_CRITICAL,
    MEMORY_LOW,
    SENSOR_ABSENT,
    EYES_OFF,
    DEVICE_ERROR,
    STREAM_CLOSED,
    STREAM_REFUSED,
    NO_UDP,
    NO_DATA,
    NO_TIME,
    LOSS,
)
"""All of them, in the order in which they are looked for."""
