from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from gazewire.model import Notification
from gazewire.service.plugin import NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.plugins import PluginHost
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message


class Outlet:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.told: list[Notification] = []

    def publish(self, message: Message) -> None:
        pass

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)

    def wants(self, topic: str) -> bool:
        return True


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: str = ""


class Diary(Plugin):
    """Writes down what happens to it."""

    def __init__(self, label: str, lines: list[str]) -> None:
        self.label = label
        self.lines = lines
        lines.append(f"{label} started")

    def on_notify(self, notification: Notification) -> None:
        """Writes down what it hears."""
        if notification.subject == "fail":
            raise RuntimeError("as asked")
        self.lines.append(f"{self.label} heard {notification.subject}")

    def cleanup(self) -> None:
        self.lines.append(f"{self.label} cleaned up")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def outlet() -> Outlet:
    return Outlet()


@pytest.fixture
async def host(lines: list[str], outlet: Outlet) -> AsyncIterator[PluginHost]:
    def start(context: PluginContext, args: Args) -> Plugin:
        if args.label == "refuse":
            raise ValueError("not so")
        return Diary(args.label, lines)

    def start_quiet(context: PluginContext, args: NoArgs) -> Plugin:
        return Plugin()

    types = [
        PluginType("Late", Args, start, order=0.9),
        PluginType("Early", Args, start, order=0.1),
        PluginType("One", Args, start, family="twins"),
        PluginType("Other", Args, start, family="twins"),
        PluginType("Quiet", NoArgs, start_quiet),
    ]
    async with asyncio.TaskGroup() as tasks:
        context = PluginContext(outlet, ManualClock(), TimeBase(0))
        yield PluginHost(types, context, tasks)


def test_plugins_hear_in_their_order(host: PluginHost, lines: list[str]) -> None:
    host.start("Late", {"label": "late"})
    host.start("Early", {"label": "early"})
    host.notify(Notification(subject="x"))
    assert lines[2:] == ["early heard x", "late heard x"]


def test_the_same_plugin_takes_its_own_place(host: PluginHost, lines: list[str]) -> None:
    host.start("Late", {"label": "first"})
    host.start("Late", {"label": "second"})
    assert lines == ["first started", "second started", "first cleaned up"]
    assert host.names == ["Late"]


def test_of_a_family_there_is_one(host: PluginHost) -> None:
    host.start("One")
    host.start("Other")
    assert host.names == ["Other"]


def test_a_stopped_plugin_can_be_started_again(host: PluginHost, lines: list[str]) -> None:
    host.start("Late", {"label": "a"})
    host.stop("Late")
    assert host.names == []
    assert host.start("Late", {"label": "b"})
    assert lines == ["a started", "a cleaned up", "b started"]


@pytest.mark.parametrize("args", [{"nonsense": 1}, {"label": 5}, {"label": "refuse"}])
def test_arguments_that_do_not_fit_are_an_error_in_the_log(
    host: PluginHost, args: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    assert not host.start("Late", args)
    assert "Plugin 'Late' cannot be started" in caplog.text
    assert host.names == []


def test_one_that_fails_keeps_nobody_else_from_hearing(
    host: PluginHost, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    host.start("Early", {"label": "early"})
    host.start("Late", {"label": "late"})
    host.notify(Notification(subject="fail"))
    host.notify(Notification(subject="x"))
    assert lines[2:] == ["early heard x", "late heard x"]
    assert "as asked" in caplog.text


def test_who_has_something_to_say_for_itself_says_it(host: PluginHost, outlet: Outlet) -> None:
    host.start("Late")
    host.start("Quiet")
    host.notify(Notification(subject="meta.should_doc"))
    assert [told.fields["actor"] for told in outlet.told] == ["Late"]


def test_the_last_one_goes_first(host: PluginHost, lines: list[str]) -> None:
    host.start("Late", {"label": "late"})
    host.start("Early", {"label": "early"})
    host.close()
    assert lines[2:] == ["late cleaned up", "early cleaned up"]
