from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.compose.admission import Admission, find_admission
from gazewire.errors import LocalProtocolError
from gazewire.net.bus_security import KeyPair
from gazewire.net.key_file import make_key_files


def test_nobody_is_asked_for_anything_by_default() -> None:
    assert find_admission(None, None, (), "127.0.0.1") == Admission(None, None)


@pytest.mark.parametrize(
    ("host", "own"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("10.0.0.7",) * 2]
)
def test_the_services_own_parts_come_in_where_addresses_are_named(host: str, own: str) -> None:
    security = find_admission(None, None, ["192.168.1.0/24"], host).security
    assert security is not None
    assert security.admits("192.168.1.77", None)
    assert security.admits(own, None)
    assert not security.admits("192.168.2.1", None)


def test_the_services_own_parts_come_in_where_keys_are_asked_for(tmp_path: Path) -> None:
    client = make_key_files(tmp_path / "client.secret")
    admission = find_admission(
        tmp_path / "service.secret", tmp_path / "client.key", (), "127.0.0.1"
    )
    security, keys = admission.security, admission.keys
    assert security is not None
    assert keys is not None
    assert security.clients == {client.public, keys.own.public}
    assert security.keys is not None
    assert keys.server_public == security.keys.public
    assert KeyPair.generate().public not in security.clients


def test_the_services_keys_stay_the_same(tmp_path: Path) -> None:
    first, again = (
        find_admission(tmp_path / "service.secret", None, (), "127.0.0.1") for _ in range(2)
    )
    assert first.security == again.security


def test_what_makes_no_sense_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalProtocolError, match="--key-file"):
        find_admission(None, tmp_path, (), "127.0.0.1")
    with pytest.raises(LocalProtocolError, match="nonsense"):
        find_admission(None, None, ["nonsense"], "127.0.0.1")
