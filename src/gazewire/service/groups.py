"""Notifications shared with other machines: a member of a group (ZRE) between it and the bus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Literal
from uuid import UUID

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.flow import unwrapped
from gazewire.model import Notification
from gazewire.net.groups import Groups
from gazewire.service.bus_outlet import Subscribe
from gazewire.service.plugin import Plugin, PluginContext
from gazewire.wire.ipc import (
    Family,
    GroupPeer,
    from_group,
    parse_notification,
    to_group,
)
from gazewire.wire.zre import (
    GroupEvent,
    GroupJoined,
    GroupLeft,
    PeerCard,
    PeerExited,
    ShoutReceived,
    WhisperReceived,
)

__all__ = ["GroupsArgs", "PupilGroups"]

_LOG = logging.getLogger(__name__)

_WAITING = 1000
# Told to the group without being asked, as the documentation has it.
_SHARED = {"recording.should_start", "recording.should_stop"}


class GroupsArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``Pupil_Groups`` is started with.

    Attributes:
        name: of this machine, for humans.
        active_group: in which notifications are shared.
    """

    name: str = "Unnamed Group Member"
    active_group: str = "pupil-groups"


class PupilGroups(Plugin):
    """The plugin.

    Args:
        context: of the service.
        args: of the plugin.
        join: makes a member by its name and its group.
        subscribe: opens a subscription to the bus.
    """

    def __init__(
        self,
        context: PluginContext,
        args: GroupsArgs,
        join: Callable[[str, str], Groups],
        subscribe: Subscribe,
    ) -> None:
        self._context = context
        self._name = args.name
        self._group = args.active_group
        self._join = join
        self._subscribe = subscribe
        self._changed = asyncio.Event()
        self._member: Groups | None = None

    def on_notify(self, notification: Notification) -> None:
        """groups.name_should_change {name}, groups.active_group_should_change {name}.

        recording.should_start and should_stop are passed on to the group.
        """
        name = notification.fields.get("name")
        match notification.subject:
            case "groups.name_should_change" if isinstance(name, str):
                self._name = name
                self._changed.set()
            case "groups.active_group_should_change" if isinstance(name, str):
                self._group = name
                self._changed.set()
            case subject if subject in _SHARED:
                # What has come from the group does not go back.
                if "groups.peer" not in notification.fields:
                    self._send(notification)

    async def run(self) -> None:
        """Be a member; a new one where name or group change."""
        while True:
            self._changed.clear()
            with unwrapped():
                async with self._join(self._name, self._group) as member:
                    self._member = member
                    try:
                        async with asyncio.TaskGroup() as tasks:
                            sharing = [
                                tasks.create_task(self._receive(member)),
                                tasks.create_task(self._send_all()),
                            ]
                            await self._changed.wait()
                            for task in sharing:
                                task.cancel()
                    finally:
                        self._member = None

    async def _send_all(self) -> None:
        async with self._subscribe([Family.REMOTE_NOTIFY.value], _WAITING) as messages:
            async for message in messages:
                try:
                    self._send(parse_notification(message))
                except RemoteProtocolError as error:
                    _LOG.warning("a notification is not shared: %s", error)

    def _send(self, notification: Notification) -> None:
        if self._member is None:
            return
        fields = {"remote_notify": "all", **notification.fields}
        shared = Notification(subject=notification.subject, fields=fields)
        try:
            outgoing = to_group(shared)
        except RemoteProtocolError as error:
            _LOG.warning("a notification is not shared: %s", error)
            return
        if outgoing.peer_uuid is None:
            self._member.shout(self._group, outgoing.content)
        else:
            self._member.whisper(UUID(bytes=outgoing.peer_uuid), outgoing.content)

    async def _receive(self, member: Groups) -> None:
        async for event in member:
            self._take(event)

    def _take(self, event: GroupEvent) -> None:
        match event:
            case GroupJoined(peer=peer, group=self._group):
                self._tell_member("groups.member_joined", peer)
            case GroupLeft(peer=peer, group=self._group):
                self._tell_member("groups.member_left", peer)
            case PeerExited(peer=peer, groups=groups):
                if self._group in groups:
                    self._tell_member("groups.member_left", peer)
            case ShoutReceived(peer=peer, group=self._group, content=content):
                self._pass_on(peer, content, "SHOUT")
            case WhisperReceived(peer=peer, content=content):
                self._pass_on(peer, content, "WHISPER")
            case _:
                pass

    def _pass_on(
        self, peer: PeerCard, content: tuple[bytes, ...], how: Literal["SHOUT", "WHISPER"]
    ) -> None:
        now_ns = self._context.clock.unix_ns()
        sender = GroupPeer(peer.uuid.bytes, peer.name)
        for frame in content:
            try:
                notification = from_group(frame, sender, how, now_ns, self._context.timebase)
            except RemoteProtocolError:
                _LOG.info("Dropped garbage data by peer %.80s (%s)", peer.name, peer.uuid)
                continue
            if notification.subject == "groups.ping":
                self._answer_ping(peer, notification)
            else:
                self._context.outlet.notify(notification)

    def _answer_ping(self, peer: PeerCard, ping: Notification) -> None:
        now_s = self._context.timebase.core_s(self._context.clock.unix_ns())
        fields = {"t1": ping.fields.get("t1"), "t2": now_s, "remote_notify": peer.uuid.bytes}
        self._send(Notification(subject="groups.pong", fields=fields))

    def _tell_member(self, subject: str, peer: PeerCard) -> None:
        fields = {"name": peer.name, "uuid_bytes": peer.uuid.bytes}
        self._context.outlet.notify(Notification(subject=subject, fields=fields))
