"""What programs say when they are ready: facts for a line of JSON, lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gazewire.device import RunningDevice
    from gazewire.service import RunningService

__all__ = ["device_facts", "device_lines", "service_facts"]


def device_facts(running: RunningDevice) -> dict[str, object]:
    """Where a device is."""
    return {
        "http": running.http_url,
        "rtsp": running.rtsp_url,
        "tunnel": running.tunnel_url,
        "echo": _echo(running),
        "name": running.name,
    }


def service_facts(running: RunningService) -> dict[str, object]:
    """Where a service is."""
    return {"remote": running.remote_url, "pub": running.pub_url, "sub": running.sub_url}


def device_lines(running: RunningDevice) -> str:
    """Where a device is, a line for each of its doors."""
    announced = running.host_name or "nobody; clients need the address"
    return (
        f"  monitor page  {running.http_url}\n"
        f"  streams       {running.rtsp_url}/?camera={'|'.join(running.sensors)}\n"
        f"  for browsers  {running.tunnel_url}\n"
        f"  time echo     {_echo(running) or 'none'}\n"
        f"  announced as  {announced}\n"
    )


def _echo(running: RunningDevice) -> str | None:
    return None if running.echo_port is None else f"{running.host}:{running.echo_port}"
