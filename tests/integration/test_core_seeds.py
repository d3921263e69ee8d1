"""The snippets that the Core documents publish, run as they stand against `gazewire service`.

They are read from the documents. What these leave out is put in: lines that were lost in printing
(connecting, sending), the port, and an end for loops without one. Python 2 is brought up to date.
They run with plain pyzmq and MessagePack, that of today and the 0.5.6 which the documents tell to
install; those that import ``zmq_tools`` run by `gazewire run`.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from harness.core_client import ServiceProgram
from harness.program import gazewire_command

REPOSITORY = Path(__file__).parents[2]
RAN_WITHIN_S = 50
SLOW = ("--eyes", "tasks", "--eye-rate", "20")


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    """The documents that users read, which are not part of the project."""
    folder = Path(os.environ.get("GAZEWIRE_SEEDS", REPOSITORY.parent / "shared" / "seeds"))
    found = {name: sorted(folder.glob(f"{name}_*.txt")) for name in ("001", "002")}
    if not all(found.values()):
        pytest.skip(f"no documents in {folder}; GAZEWIRE_SEEDS names another folder")
    return {name: paths[0].read_text() for name, paths in found.items()}


@pytest.fixture(scope="session", params=["peers-core", "peers-old"])
def python(request: pytest.FixtureRequest) -> Path:
    """An interpreter with pyzmq, and MessagePack of today or of long ago."""
    environment: str = request.param
    named = os.environ.get(f"GAZEWIRE_{environment.upper().replace('-', '_')}")
    python = Path(named) if named else REPOSITORY / ".venvs" / environment / "bin/python"
    try:
        probe = subprocess.run(
            [python, "-c", "import msgpack, zmq"],
            capture_output=True,
            timeout=RAN_WITHIN_S,
            check=False,
        )
    except OSError:
        pytest.skip(f"{python} does not exist; `make peers` makes it")
    if probe.returncode != 0:
        pytest.skip(f"{python} has no pyzmq and MessagePack")
    return python


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProgram]:
    folder = tmp_path_factory.mktemp("service")
    with ServiceProgram(folder, *SLOW, "--record-dir", str(folder)) as service:
        yield service


def port_of(service: ServiceProgram) -> str:
    return str(service.ready["remote"].rpartition(":")[2])


def snippet(document: str, first: str, last: str) -> str:
    """The lines of a document from the first that begins so to the next that ends so."""
    lines = document.splitlines()
    begin = next(index for index, line in enumerate(lines) if line.startswith(first))
    length = next(index for index, line in enumerate(lines[begin:]) if line.endswith(last))
    return "\n".join(lines[begin : begin + length + 1])


def after(source: str, line: str, *missing: str) -> str:
    """Put in what is missing after a line, indented like it."""
    found = re.search(rf"^( *){re.escape(line)}.*$", source, re.MULTILINE)
    assert found, f"{line!r} is not in {source!r}"
    more = "".join(f"\n{found[1]}{one}" for one in missing)
    return source[: found.end()] + more + source[found.end() :]


def changed(source: str, old: str, new: str) -> str:
    """Change all of something that must be there."""
    assert old in source, f"{old!r} is not in {source!r}"
    return source.replace(old, new)


def printed(command: Sequence[str | Path], script: Path, *parts: str) -> list[str]:
    """Run parts as one script; return the lines that it prints."""
    script.write_text("\n".join(parts) + "\n")
    ran = subprocess.run(
        [*command, script], capture_output=True, text=True, timeout=RAN_WITHIN_S, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def remote(document: str, port: str) -> str:
    """ "This is how you connect to Pupil Remote"."""
    source = snippet(document, "import zmq", "pupil_remote = zmq.Socket(ctx, zmq.REQ)")
    return source + f"\npupil_remote.connect('tcp://127.0.0.1:{port}')"


def ports(document: str, port: str) -> str:
    """ "You can request them from Pupil Remote"."""
    # The second one of the two that begin alike.
    rest = document[document.index("If you want to tap into the IPC Backbone") :]
    source = snippet(rest, "import zmq", "pub_port = pupil_remote.recv_string()")
    source = changed(source, "port = 50020", f"port = {port}")
    source = after(source, "port = ", "pupil_remote.connect(f'tcp://{ip}:{port}')")
    source = after(source, "# Request 'SUB_PORT'", "pupil_remote.send_string('SUB_PORT')")
    return after(source, "# Request 'PUB_PORT'", "pupil_remote.send_string('PUB_PORT')")


def test_every_command_is_answered(
    documents: dict[str, str], service: ServiceProgram, python: Path, tmp_path: Path
) -> None:
    overview = snippet(documents["001"], "'R'  # start recording", "sub port of the IPC Backbone")
    lines = [line for line in overview.splitlines() if line.startswith("'")]
    commands = [ast.literal_eval(line.partition("  #")[0]) for line in lines]
    assert "R rec_name" in commands
    ask = "\n    ".join(
        [
            f"for command in {commands!r}:",
            "pupil_remote.send_string(command)",
            "print(pupil_remote.recv_string())",
        ]
    )
    got = printed(
        [python],
        tmp_path / "commands.py",
        remote(documents["001"], port_of(service)),
        ask,
    )
    told = dict(zip(commands, got, strict=True))
    assert {told[name] for name in ("R", "R rec_name", "r", "C", "c")} == {"OK"}
    assert told["T 1234.56"] == "Timesync successful."
    assert 1234.56 <= float(told["t"]) < 1234.56 + RAN_WITHIN_S
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["v"])
    assert told["SUB_PORT"] == service.ready["sub"].rpartition(":")[2]
    assert told["PUB_PORT"] == service.ready["pub"].rpartition(":")[2]


def test_gaze_is_read_from_the_backbone(
    documents: dict[str, str], service: ServiceProgram, python: Path, tmp_path: Path
) -> None:
    reading = snippet(
        documents["001"], "# Assumes `sub_port` to be set", 'print(f"{topic}: {message}")'
    )
    reading = after(
        reading, "subscriber = ctx.socket", "subscriber.connect(f'tcp://{ip}:{sub_port}')"
    )
    reading = changed(reading, "while True:", "for _ in range(5):")
    got = printed(
        [python], tmp_path / "gaze.py", ports(documents["001"], port_of(service)), reading
    )
    assert len(got) == 5
    assert all(line.startswith("b'gaze.") and "confidence" in line for line in got)


def test_a_notification_is_confirmed_and_seen(
    documents: dict[str, str], service: ServiceProgram, python: Path, tmp_path: Path
) -> None:
    rest = documents["001"][documents["001"].index("# Writing to the IPC Backbone") :]
    writing = snippet(rest, "import msgpack", "pupil_remote.send_string(topic, flags=zmq.SNDMORE)")
    writing += "\npupil_remote.send(payload)\nprint(pupil_remote.recv_string())"
    heard = "\n".join(
        [
            "subscriber = ctx.socket(zmq.SUB)",
            "subscriber.connect(f'tcp://{ip}:{sub_port}')",
            "subscriber.subscribe('notify.recording.should_start')",
            "import time; time.sleep(0.5)",
        ]
    )
    seen = "print(subscriber.recv_multipart()[0].decode())"
    got = printed(
        [python],
        tmp_path / "notification.py",
        ports(documents["001"], port_of(service)),
        heard,
        writing,
        seen,
    )
    assert got == ["Notification received", "notify.recording.should_start"]


def test_what_is_published_directly_is_seen(
    documents: dict[str, str], service: ServiceProgram, python: Path, tmp_path: Path
) -> None:
    rest = documents["001"][documents["001"].index("# Writing to the Backbone directly") :]
    first = "# Assumes pupil_remote to be a connected REQ socket"
    writing = snippet(rest, first, "publisher.send_string(topic, flags=zmq.SNDMORE)")
    writing = after(
        writing,
        "from time import time, sleep",
        "import msgpack as serializer",
        "pupil_remote.send_string('PUB_PORT')",
    )
    writing = after(
        writing, "publisher = ctx.socket", "publisher.connect(f'tcp://{ip}:{pub_port}')"
    )
    writing = after(writing, "# See Async connect", "sleep(1)")
    writing += "\npublisher.send(payload)\nprint(subscriber.recv_multipart()[0].decode())"
    own = snippet(documents["001"], "topic = 'your_custom_topic'", "use_bin_type=True))")
    own = after(
        own, "pub_socket = zmq.Socket", "pub_socket.connect(f'tcp://{ip}:{pub_port}')", "sleep(1)"
    )
    own += "\nprint(subscriber.recv_multipart()[0].decode())"
    heard = "\n".join(
        [
            "subscriber = ctx.socket(zmq.SUB)",
            "subscriber.connect(f'tcp://{ip}:{sub_port}')",
            "subscriber.subscribe('notify.calibration.should_start')",
            "subscriber.subscribe('your_custom_topic')",
        ]
    )
    got = printed(
        [python],
        tmp_path / "direct.py",
        ports(documents["001"], port_of(service)),
        heard,
        writing,
        own,
    )
    assert got == ["notify.calibration.should_start", "your_custom_topic"]


def latency(documents: dict[str, str], heading: str) -> str:
    """One of the two loops that measure the latency; they print the least, the mean, the most."""
    rest = documents["001"][documents["001"].index(heading) :]
    source = snippet(rest, "ts = []", "max(ts))")
    return "from time import sleep, time\n" + source


def assert_latencies(lines: list[str]) -> None:
    least, mean, most = (float(word) for word in lines[-1].split())
    assert 0 < least <= mean <= most < 1


def test_the_latency_of_requests_is_measured(
    documents: dict[str, str], service: ServiceProgram, python: Path, tmp_path: Path
) -> None:
    loop = after(
        latency(documents, "# Latency"),
        "t = time()",
        "pupil_remote.send_string('t')",
        "pupil_remote.recv_string()",
        "ts.append(time() - t)",
    )
    got = printed(
        [python], tmp_path / "latency.py", remote(documents["001"], port_of(service)), loop
    )
    assert_latencies(got)


def test_the_latency_of_the_backbone_is_measured_with_zmq_tools(
    documents: dict[str, str], service: ServiceProgram, tmp_path: Path
) -> None:
    rest = documents["001"][documents["001"].index("monitor = Msg_Receiver") :]
    monitor = snippet(rest, "monitor = Msg_Receiver", "topics=('notify.pingback_test',))")
    loop = after(
        latency(documents, "monitor = Msg_Receiver"),
        "publisher.send_string(topic",
        "publisher.send(payload)",
        "monitor.recv()",
        "ts.append(time() - t)",
    )
    made = "\n".join(
        [
            "from time import sleep",
            "from zmq_tools import *",
            "sub_url = f'tcp://{ip}:{sub_port}'",
            "publisher = ctx.socket(zmq.PUB)",
            "publisher.connect(f'tcp://{ip}:{pub_port}')",
            "sleep(1)",
        ]
    )
    got = printed(
        gazewire_command("run"),
        tmp_path / "pingback.py",
        ports(documents["001"], port_of(service)),
        made,
        monitor,
        loop,
    )
    assert_latencies(got)


def fenced(document: str, number: int) -> str:
    """A block of Python 2 in Markdown, for Python 3."""
    source = re.findall(r"^```python\n(.*?)^```", document, re.DOTALL | re.MULTILINE)[number]
    return re.sub(r"^print (.*)$", r"print(\1)", source, flags=re.MULTILINE)


def test_the_service_is_driven_from_its_first_eye_to_its_end(
    documents: dict[str, str], python: Path, tmp_path: Path
) -> None:
    source = fenced(documents["002"], 0)
    # In Python 3, what is sent is bytes.
    source = changed(source, "'notify.%s'%n['subject'],", "('notify.%s'%n['subject']).encode(),")
    source = changed(source, "req.send('t')", "req.send(b't')")
    options = ("--eyes", "tasks", "--eye0", "none", "--eye1", "none")
    with ServiceProgram(tmp_path, *options) as service:
        source = changed(source, "50020", port_of(service))
        source = after(source, "# set start eye windows", "print(get_pupil_timestamp())")
        time, *got = printed([python], tmp_path / "drive.py", source)
        service.wait_ended()
    assert float(time) > 0
    assert got == [str(b"Notification received")] * 4


def test_notifications_are_listened_to_with_zmq_tools(
    documents: dict[str, str], service: ServiceProgram, tmp_path: Path
) -> None:
    source = changed(fenced(documents["002"], 1), "50020", port_of(service))
    source = changed(source, "requester.send('SUB_PORT')", "requester.send_string('SUB_PORT')")
    source = changed(source, "requester.recv()", "requester.recv_string()")
    ping = [
        "requester.send_multipart([b'notify.ping', serializer.dumps({'subject': 'ping'})])",
        "requester.recv()",
    ]
    source = after(source, "monitor = Msg_Receiver", *ping)
    source = changed(source, "while True:", "for _ in range(1):")
    got = printed(gazewire_command("run"), tmp_path / "listen.py", source)
    assert got == [str(("notify.ping", {"subject": "ping"}))]
