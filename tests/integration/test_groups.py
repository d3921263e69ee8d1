"""Our node and the incumbent library's meet, talk and part, on an Ethernet in a namespace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness.namespace import NetworkNamespace
from harness.peer import PeerRunner

REPOSITORY = Path(__file__).parents[2]
PROBED_WITHIN_S = 20

# The incumbent cannot be confined to loopback: it takes the first interface that is none.
ADDRESS = "10.99.0.1"
ETHERNET = f"""
ip link add veth0 type veth peer name veth1 &&
ip address add {ADDRESS}/24 broadcast + dev veth0 &&
ip link set veth0 up && ip link set veth1 up
"""
GROUP = "pupil-groups"


@pytest.fixture(scope="session")
def incumbents() -> PeerRunner:
    """Runs the scripts of `peers/` with the incumbent library."""
    named = os.environ.get("GAZEWIRE_PEERS_CORE")
    python = Path(named) if named else REPOSITORY / ".venvs/peers-core/bin/python"
    try:
        probe = subprocess.run(
            [python, "-c", "import pyre"],
            capture_output=True,
            timeout=PROBED_WITHIN_S,
            check=False,
        )
    except OSError:
        pytest.skip(f"no ZRE peer: {python} does not exist; `make peers` makes it")
    if probe.returncode != 0:
        pytest.skip(f"no ZRE peer: {python} cannot import pyre")
    return PeerRunner(python)


@pytest.fixture
def ethernet(namespace: NetworkNamespace) -> list[str]:
    """The prefix of commands that run where there is an Ethernet."""
    made = subprocess.run(
        [*namespace.inside, "sh", "-c", ETHERNET], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        pytest.skip(f"no virtual Ethernet here: {made.stderr.strip()}")
    return namespace.inside


def talk(incumbents: PeerRunner, ethernet: list[str], **numbers: int) -> tuple[Any, Any]:
    """Let both talk to each other; return what each has seen."""
    batch = numbers.get("batch", 1)
    with incumbents.start("zre_incumbent", inside=ethernet, group=GROUP, batch=batch) as incumbent:
        incumbent.wait_until_receiving()
        us = PeerRunner(Path(sys.executable))
        ours = us.run("zre_ours", inside=ethernet, group=GROUP, address=ADDRESS, **numbers)
        return ours, incumbent.result()


def test_both_see_all_that_the_other_does(incumbents: PeerRunner, ethernet: list[str]) -> None:
    ours, theirs = talk(incumbents, ethernet)
    assert ours["seen"] == [
        ["PeerEntered", "incumbent"],
        ["GroupJoined", "incumbent", GROUP],
        ["ShoutReceived", "incumbent", GROUP, "shout"],
        ["WhisperReceived", "incumbent", "whisper", ""],
        ["GroupLeft", "incumbent", GROUP],
        ["GroupJoined", "incumbent", "x"],
    ]
    assert ours["headers"] == [{"app_type": "capture"}]
    entered, *others = theirs
    assert entered[:3] == ["ENTER", "ours", '{"sub_address": "tcp://10.99.0.1:1111"}']
    assert entered[3].startswith(f"tcp://{ADDRESS}:")
    # That we leave our group comes by TCP, that we are gone by UDP: either may be first.
    assert [other for other in others if other != ["LEAVE", "ours", GROUP]] == [
        ["JOIN", "ours", GROUP],
        ["SHOUT", "ours", GROUP, "one", "two"],
        ["JOIN", "ours", "more"],
        ["LEAVE", "ours", "more"],
        ["WHISPER", "ours", "leave"],
        ["EXIT", "ours"],
        ["counted", "0"],
    ]


def test_both_agree_where_numbers_begin_anew(incumbents: PeerRunner, ethernet: list[str]) -> None:
    ours, theirs = talk(incumbents, ethernet, count=66_000, batch=500)
    assert [kind for kind, *_ in ours["seen"]].count("PeerExited") == 0
    assert [kind for kind, *_ in theirs].count("EXIT") == 1
    assert theirs[-1] == ["counted", "66000"]
