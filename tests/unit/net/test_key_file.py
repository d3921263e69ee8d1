from __future__ import annotations

import stat
from pathlib import Path

import pytest
import zmq.auth

from gazewire.net.bus_security import BusKeys, KeyPair
from gazewire.net.key_file import (
    KeyFileError,
    load_bus_keys,
    load_key_pair,
    load_public_keys,
    make_key_files,
)
from gazewire.service.key_environment import keys_from, with_keys


def test_what_is_made_is_read_again(tmp_path: Path) -> None:
    made = make_key_files(tmp_path / "service.secret")
    assert load_key_pair(tmp_path / "service.secret") == made
    assert load_public_keys(tmp_path / "service.key") == {made.public}
    assert load_public_keys(tmp_path) == {made.public}


def test_the_secret_is_its_owners(tmp_path: Path) -> None:
    make_key_files(tmp_path / "service.secret")
    assert stat.S_IMODE((tmp_path / "service.secret").stat().st_mode) == 0o600
    assert "secret-key" not in (tmp_path / "service.key").read_text()


def test_pyzmq_reads_ours_and_we_read_its(tmp_path: Path) -> None:
    made = make_key_files(tmp_path / "ours.secret")
    assert zmq.auth.load_certificate(tmp_path / "ours.secret") == (made.public, made.secret)
    public, secret = zmq.auth.create_certificates(tmp_path, "theirs")
    assert load_key_pair(Path(secret)).public in load_public_keys(Path(public))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    made = make_key_files(tmp_path / "service.secret")
    with pytest.raises(KeyFileError, match="exists"):
        make_key_files(tmp_path / "service.secret")
    with pytest.raises(KeyFileError, match="suffix"):
        make_key_files(tmp_path / "another.key")
    assert load_key_pair(tmp_path / "service.secret") == made


@pytest.mark.parametrize("text", ["", "public-key = 5", 'public-key = "short"', "\0"])
def test_a_file_without_keys_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "some.key").write_text(text)
    for read in (load_key_pair, load_public_keys):
        with pytest.raises(KeyFileError, match=r"some\.key"):
            read(tmp_path / "some.key")


def test_a_file_for_everybody_is_no_pair(tmp_path: Path) -> None:
    make_key_files(tmp_path / "service.secret")
    with pytest.raises(KeyFileError, match="secret"):
        load_key_pair(tmp_path / "service.key")


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"\*\.key"):
        load_public_keys(tmp_path)
    with pytest.raises(KeyFileError, match="nowhere"):
        load_key_pair(tmp_path / "nowhere")


def test_a_process_is_given_keys_by_its_environment() -> None:
    keys = BusKeys(KeyPair.generate().public, KeyPair.generate())
    environment = with_keys({"HOME": "/"}, keys)
    assert environment["HOME"] == "/"
    assert keys_from(environment) == keys
    assert keys_from(with_keys({}, None)) is None


def test_a_client_has_its_pair_and_the_programs_key(tmp_path: Path) -> None:
    program = make_key_files(tmp_path / "service.secret")
    own = make_key_files(tmp_path / "desk.secret")
    keys = load_bus_keys(tmp_path / "desk.secret", tmp_path / "service.key")
    assert keys == BusKeys(program.public, own)
    with pytest.raises(KeyFileError, match="is a folder"):
        load_bus_keys(tmp_path / "desk.secret", tmp_path)
