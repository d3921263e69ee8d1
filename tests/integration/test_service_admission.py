"""Who may connect to `gazewire service`, and options from a file."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
import zmq
import zmq.auth
from harness.core_client import CoreClient, ServiceProgram
from harness.program import gazewire_command

from gazewire.client.core import BlockingCoreDevice, Device, load_bus_keys, make_key_files
from gazewire.errors import ConnectionLostError

QUICK = ["--eye0", "none", "--eye1", "none", "--eyes", "tasks"]
REFUSED_WITHIN_MS = 400


def ask(remote: str, keys: tuple[bytes, bytes, bytes] | None) -> bytes | None:
    """Ask for the time with these keys: the service's public one and one's own two."""
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        if keys is not None:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = keys
        socket.connect(remote)
        socket.send(b"t")
        return socket.recv() if socket.poll(REFUSED_WITHIN_MS) else None


@pytest.mark.timeout(120)
def test_who_has_no_key_is_not_answered_and_eyes_have_one(tmp_path: Path) -> None:
    _, client_file = zmq.auth.create_certificates(tmp_path, "client")
    client = zmq.auth.load_certificate(client_file)
    stranger = zmq.curve_keypair()
    key_file = tmp_path / "service.secret"
    options = ["--eyes", "processes", "--eye-rate", "20", "--eye1", "none"]
    keys = ["--key-file", str(key_file), "--client-keys", str(tmp_path / "client.key")]
    with ServiceProgram(tmp_path, *options, *keys) as service:
        ours, _ = zmq.auth.load_certificate(tmp_path / "service.key")
        assert client[1] is not None
        known = (ours, client[0], client[1])
        answered = ask(service.ready["remote"], known)
        assert answered is not None
        assert float(answered) > 0
        assert ask(service.ready["remote"], None) is None
        assert ask(service.ready["remote"], (ours, *stranger)) is None
        with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
            (
                subscriber.curve_serverkey,
                subscriber.curve_publickey,
                subscriber.curve_secretkey,
            ) = known
            subscriber.connect(service.ready["sub"])
            subscriber.subscribe("pupil.0.3d")
            assert subscriber.poll(40_000)
            assert msgspec.msgpack.decode(subscriber.recv_multipart()[1])["id"] == 0
        check_clients_of_ours(service, tmp_path, Path(client_file))


def check_clients_of_ours(service: ServiceProgram, folder: Path, client_file: Path) -> None:
    """Both faces of the client work with the right keys, and with no others."""
    port = urlsplit(service.ready["remote"]).port
    assert port is not None
    keys = load_bus_keys(client_file, folder / "service.key")
    device = Device(port=port, keys=keys)
    try:
        with device.subscribe("notify.test.") as heard:
            assert device.send_notification({"subject": "test.slow"}) == "Notification received"
            first = heard.recv_new_message(timeout_ms=10_000)
            with device.high_frequency_message_sending():
                device.send_notification({"subject": "test.quick"})
            second = heard.recv_new_message(timeout_ms=10_000)
        assert [got and got.topic for got in (first, second)] == [
            "notify.test.slow",
            "notify.test.quick",
        ]
        with device.subscribe_in_background("pupil.0", buffer_size=5) as pupils:
            assert pupils.recv_new_message(timeout_ms=20_000) is not None
    finally:
        device.disconnect()
    with BlockingCoreDevice(port=port, keys=keys) as core, core.pupils("pupil.0.3d") as pupils:
        assert pupils.receive(timeout_s=20) is not None
    make_key_files(folder / "stranger.secret")
    strangers = load_bus_keys(folder / "stranger.secret", folder / "service.key")
    for wrong in (None, strangers, replace(keys, server_public=strangers.own.public)):
        with (
            pytest.raises(ConnectionLostError),
            BlockingCoreDevice(port=port, keys=wrong, timeout_s=REFUSED_WITHIN_MS / 1000),
        ):
            pass


def test_a_stock_client_notices_nothing_of_a_list_of_addresses(tmp_path: Path) -> None:
    with (
        ServiceProgram(tmp_path, *QUICK, "--allow", "192.0.2.0/24", "--lan") as service,
        CoreClient(service.ready["remote"].replace("0.0.0.0", "127.0.0.1")) as client,
    ):
        assert client.notify("pingback_test") == "Notification received"


def test_options_come_from_a_file_and_the_command_line_counts(tmp_path: Path) -> None:
    config = tmp_path / "lab.toml"
    config.write_text(
        f"""
        [service]
        eye0 = "none"
        eye1 = "synthetic"
        eyes = "tasks"
        layout = "both"
        json = true
        record-dir = "{tmp_path / "recordings"}"
        [device]
        name = "of another verb"
        """
    )
    with (
        ServiceProgram(tmp_path, "--config", str(config), "--eye1", "none") as service,
        CoreClient(service.ready["remote"]) as client,
        client.subscribed("notify.recording.") as listener,
    ):
        assert client.ask("R") == "OK"
        path = listener.topic("notify.recording.started")["rec_path"]
        assert client.ask("r") == "OK"
        listener.topic("notify.recording.stopped")
    assert Path(path).is_relative_to(tmp_path / "recordings")
    # Of both layouts, Neon's stands beside.
    assert Path(f"{path.rstrip('/')}-neon", "info.json").is_file()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[service]\nprot = 1", "prot"),
        ("[service", "config.toml"),
        ("service = 5", "table"),
        ('[service]\nport = "a"', "port"),
        ('[service]\nport = 0\nallow = ["here"]', "here"),
    ],
)
def test_a_file_that_makes_no_sense_is_told_in_a_sentence(
    tmp_path: Path, text: str, told: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    command = gazewire_command("service", "--config", str(config))
    ended = subprocess.run(command, capture_output=True, text=True, timeout=40, check=False)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
